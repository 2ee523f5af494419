//! One client on a page of its own: who, what, since when, used, keys, ways in, findings, and the fix.

use std::collections::HashMap;

use askama::Template;

use super::client_index::{Entry, severity};
use super::open::{ClientFindings, Kept};
use super::ways_in::WaysIn;
use super::words;
use crate::delegation::{EndedGrant, Grant, LastUse, Provenance, RiskClass, ScopeRiskTable};
use crate::findings::{RunSummary, Severity};
use crate::formats::html::text::{self, age, clip, counted, day, words as spaced};
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::{PublicKey, ServiceAccount, ServiceAccountKey};

const MAX_SCOPES: usize = 40;
const MAX_KEYS: usize = 12;
const MAX_FIXES: usize = 6;
const MAX_PATHS: usize = 8;
const MAX_ENDED: usize = 10;

/// The numbers of findings that the page shows, by fingerprint.
pub(in crate::formats::html) type FindingNumbers = HashMap<String, usize>;

/// The page.
#[derive(Template)]
#[template(path = "client.html")]
pub(super) struct Page {
    pub(super) anchor: String,
    name: String,
    display_name: String,
    client_id: String,
    worst: &'static str,
    worst_word: String,
    marks: Vec<Mark>,
    tally: String,
    fixes: Vec<Fix>,
    fixes_more: String,
    findings: Vec<Line>,
    findings_more: String,
    about_ways: String,
    excepted: String,
    who: Vec<String>,
    roles: String,
    since: String,
    used: Vec<String>,
    scopes: Vec<Scope>,
    scopes_more: String,
    unscoped: String,
    keys: Vec<Key>,
    keys_note: String,
    keys_more: String,
    ways_in: WaysIn,
    ended: Vec<Ended>,
    ended_more: String,
}

/// A word beside the name.
pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) text: &'static str,
}

struct Fix {
    fix: String,
    place: String,
    checks: String,
}

struct Line {
    severity: &'static str,
    severity_word: String,
    check_id: String,
    message: String,
    /// Its row among the findings; 0 if that is not shown.
    number: usize,
}

struct Scope {
    scope: String,
    allows: String,
    letters: String,
    classes: String,
    severity: &'static str,
    severity_word: String,
    sightings: String,
    seen: String,
    is_stale: bool,
    granted: String,
    used: String,
    doubts: Vec<String>,
    notes: Vec<String>,
}

struct Key {
    key_id: String,
    made: String,
    age: String,
    expires: String,
    origin: String,
    used: String,
    is_disabled: bool,
    disabled_reason: String,
}

struct Ended {
    scope: String,
    ending: String,
    last_seen: String,
}

impl Page {
    pub(super) fn new(
        entry: &Entry<'_>,
        open: &ClientFindings,
        numbers: &FindingNumbers,
        summary: &RunSummary,
        tenant: &Snapshot,
    ) -> Self {
        let ways_in = WaysIn::new(entry, tenant, MAX_PATHS);
        let (keys, keys_note, keys_more) = keys(entry, tenant);
        let (fixes, fixes_more) = fixes(open);
        let more = |all: u64, shown: usize, one, many| match all.saturating_sub(shown as u64) {
            0 => String::new(),
            more => counted(more, one, many),
        };
        let kept = open.worst.first().into_iter().chain(open.ways.first());
        let worst = kept.map(|kept| kept.severity).max();
        Self {
            anchor: entry.anchor.clone(),
            name: entry.name(),
            display_name: entry.account.map(|account| clip(&account.display_name)).unwrap_or_default(),
            client_id: clip(entry.client_id),
            worst: worst.map_or("", Severity::as_str),
            worst_word: worst.map(|worst| spaced(worst.as_str())).unwrap_or_default(),
            marks: marks(entry, tenant),
            tally: tally(entry, open, &ways_in),
            fixes,
            fixes_more,
            findings: open.worst.iter().map(|kept| Line::new(kept, numbers)).collect(),
            findings_more: more(
                open.open - open.about_ways,
                open.worst.len(),
                "more finding",
                "more findings",
            ),
            about_ways: if open.about_ways > 0 {
                counted(open.about_ways, "finding is", "findings are")
            } else {
                String::new()
            },
            excepted: if open.excepted > 0 {
                counted(open.excepted, "finding is accepted", "findings are accepted")
            } else {
                String::new()
            },
            who: words::who(entry, tenant),
            roles: super::own::roles(entry.account, entry.client_id, tenant),
            since: since(entry, summary, tenant),
            used: used(entry, tenant),
            scopes: entry.grants.iter().take(MAX_SCOPES).map(|grant| Scope::new(grant, tenant)).collect(),
            scopes_more: more(entry.grants.len() as u64, MAX_SCOPES, "more scope", "more scopes"),
            unscoped: unscoped(entry, tenant),
            keys,
            keys_note,
            keys_more,
            ways_in,
            ended: entry.ended.iter().take(MAX_ENDED).map(|ended| Ended::new(ended)).collect(),
            ended_more: more(entry.ended.len() as u64, MAX_ENDED, "more", "more"),
        }
    }
}

/// What a reader should know before opening the page.
pub(super) fn marks(entry: &Entry<'_>, tenant: &Snapshot) -> Vec<Mark> {
    let identity = tenant.identity_of(entry.client_id);
    let is_doubtful =
        entry.grants.iter().flat_map(|grant| &grant.disagreements).any(|doubt| doubt.is_contradiction());
    let candidates = [
        (entry.is_own, "own", "this audit"),
        (entry.foreign().is_some(), "partial", "outside the audited projects"),
        (matches!(identity, ClientIdentity::Deleted(_)), "partial", "deleted account"),
        (identity == ClientIdentity::NoAccount, "partial", "no such account"),
        (identity == ClientIdentity::Unknown, "partial", "no account known"),
        (entry.account.is_some_and(|account| account.disabled), "same", "disabled"),
        (entry.account.and_then(ServiceAccount::default_of).is_some(), "partial", "default account"),
        (entry.unscoped.is_some() && entry.grants.is_empty(), "partial", "scopes not known"),
        (is_doubtful, "partial", "sources disagree"),
    ];
    candidates.into_iter().filter(|(holds, ..)| *holds).map(|(_, class, text)| Mark { class, text }).collect()
}

fn tally(entry: &Entry<'_>, open: &ClientFindings, ways_in: &WaysIn) -> String {
    let scopes = counted(entry.grants.len() as u64, "scope", "scopes");
    let findings = counted(open.open, "open finding", "open findings");
    format!("{scopes}, {}, {findings}", ways_in.count)
}

/// What clears the findings: each fix once, worst first.
fn fixes(open: &ClientFindings) -> (Vec<Fix>, String) {
    let mut fixes: Vec<(&Kept, Vec<&str>)> = Vec::new();
    for kept in open.worst.iter().chain(&open.ways).filter(|kept| !kept.fix.is_empty()) {
        match fixes.iter_mut().find(|(known, _)| known.fix == kept.fix) {
            Some((_, checks)) if checks.contains(&kept.check_id.as_str()) => {}
            Some((_, checks)) => checks.push(&kept.check_id),
            None => fixes.push((kept, vec![&kept.check_id])),
        }
    }
    let more = match fixes.len().saturating_sub(MAX_FIXES) {
        0 => String::new(),
        more => counted(more as u64, "more fix", "more fixes"),
    };
    let fix = |(kept, checks): (&Kept, Vec<&str>)| Fix {
        fix: clip(&kept.fix),
        place: clip(&kept.place),
        checks: clip(&checks.join(", ")),
    };
    (fixes.into_iter().take(MAX_FIXES).map(fix).collect(), more)
}

impl Line {
    fn new(kept: &Kept, numbers: &FindingNumbers) -> Self {
        Self {
            severity: kept.severity.as_str(),
            severity_word: spaced(kept.severity.as_str()),
            check_id: clip(&kept.check_id),
            message: clip(&kept.message),
            number: numbers.get(&kept.fingerprint).copied().unwrap_or_default(),
        }
    }
}

fn since(entry: &Entry<'_>, summary: &RunSummary, tenant: &Snapshot) -> String {
    let first = entry.grants.iter().filter_map(|grant| grant.first_seen_at).min();
    let is_given = entry.grants.iter().any(|grant| grant.granted.is_some());
    match first {
        Some(at) if is_given => format!("first seen {}", words::on(at, summary.started_at)),
        // The first that is seen of it may be a use, long after it was given.
        Some(at) => {
            let blind = tenant.grants.source_coverage().blind_before();
            let given = blind.map_or_else(|| "not known".to_owned(), |date| format!("before {}", day(date)));
            let first = words::on(at, summary.started_at);
            format!("granted {given}, or not logged; first seen {first}")
        }
        None => "unknown, because no source shows a grant".to_owned(),
    }
}

/// What the account's authentications and the logs of use say.
fn used(entry: &Entry<'_>, tenant: &Snapshot) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(account) = entry.account {
        let used = tenant
            .service_account_use
            .known()
            .map(|known| known.of_account(&account.project, &account.email, &account.unique_id));
        let used = match (used, tenant.service_account_use.gap()) {
            (Some(Some(used)), _) => words::last_use(Some(used), tenant.run_at),
            (_, Some(missing)) => format!("not known. {}", words::gap(missing)),
            _ => words::last_use(None, tenant.run_at),
        };
        said.push(format!(
            "last use of the account in Policy Analyzer, which does not record delegated calls: {used}"
        ));
    }
    let of_grants = entry.grants.iter().filter_map(|grant| grant.last_used);
    let nameless = entry.unscoped.filter(|client| client.source.provenance() == Provenance::UseLog);
    let nameless = nameless.map(|client| LastUse { at: client.seen_at, log: client.source });
    let newest = of_grants.chain(nameless).max_by_key(|used| used.at);
    said.push(match newest {
        Some(used) => format!(
            "the logs show that it acted as a user, last {} ({})",
            words::on(used.at, tenant.run_at),
            words::log(used.log)
        ),
        None if words::is_use_known(tenant) => {
            "the logs show no use as a user in the period that was read".to_owned()
        }
        None => "the use logs were not read completely; the part that was read shows no use".to_owned(),
    });
    said
}

fn unscoped(entry: &Entry<'_>, tenant: &Snapshot) -> String {
    entry.unscoped.map_or_else(String::new, |client| {
        let asked = match client.asked_for.as_slice() {
            [] => String::new(),
            asked => format!(" (asked for: {})", asked.join("; ")),
        };
        format!(
            "The {} shows that it holds a delegation, last {}, but no source names its scopes{asked}. It may \
             hold any scope. Look it up in the Admin console list",
            words::log(client.source),
            words::on(client.seen_at, tenant.run_at)
        )
    })
}

impl Scope {
    fn new(grant: &Grant, tenant: &Snapshot) -> Self {
        let table = ScopeRiskTable::shipped();
        let row = table.find(&grant.scope);
        let severity: Severity = severity(&grant.scope);
        let (doubts, notes): (Vec<_>, Vec<_>) =
            grant.disagreements.iter().partition(|doubt| doubt.is_contradiction());
        let told = |doubts: Vec<&crate::delegation::Disagreement>| {
            doubts.into_iter().map(|doubt| clip(&doubt.to_string())).collect()
        };
        Self {
            scope: clip(&grant.scope),
            allows: row.map_or_else(
                || "not in the scope table; find out what it allows".to_owned(),
                |row| row.grants.clone(),
            ),
            letters: table.class_letters(&grant.scope),
            classes: row.map_or_else(
                || RiskClass::Unknown.title().to_owned(),
                |row| row.classes.iter().map(|class| class.title()).collect::<Vec<_>>().join(", "),
            ),
            severity: severity.as_str(),
            severity_word: spaced(severity.as_str()),
            sightings: words::sightings(grant),
            seen: match (grant.first_seen_at, grant.last_seen_at) {
                (Some(first), Some(last)) => format!("first seen {}, last {}", day(first), day(last)),
                (Some(first), None) => format!("first seen {}", day(first)),
                (None, Some(last)) => format!("last seen {}", day(last)),
                (None, None) => String::new(),
            },
            is_stale: !grant.is_rechecked,
            granted: words::granted(grant, tenant),
            used: words::grant_use(grant.last_used, tenant),
            doubts: told(doubts),
            notes: told(notes),
        }
    }
}

/// The keys, what to say in their place or beside them, and how many are left out.
fn keys(entry: &Entry<'_>, tenant: &Snapshot) -> (Vec<Key>, String, String) {
    if let Some(account) = entry.account {
        let known = account.keys.known().map(Vec::as_slice).unwrap_or_default();
        let mut known: Vec<&ServiceAccountKey> = known.iter().collect();
        known.sort_by_key(|key| key.created_at);
        let note = match account.keys.complete() {
            Err(missing) => format!("Not every key is known. {}", words::gap(missing)),
            Ok(keys) if keys.is_empty() => "No user-managed key, so no key file can leak.".to_owned(),
            Ok(_) => String::new(),
        };
        let more = known.len().saturating_sub(MAX_KEYS);
        let more = if more > 0 { counted(more as u64, "more key", "more keys") } else { String::new() };
        let keys = known.into_iter().take(MAX_KEYS).map(|key| Key::own(key, account, tenant)).collect();
        return (keys, note, more);
    }
    let Some(foreign) = entry.foreign() else {
        return (
            Vec::new(),
            "Unknown. Only the keys of accounts in the audited projects are read.".to_owned(),
            String::new(),
        );
    };
    let more = foreign.keys.len().saturating_sub(MAX_KEYS);
    let more = if more > 0 { counted(more as u64, "more key", "more keys") } else { String::new() };
    let keys = foreign.keys.iter().take(MAX_KEYS).map(|key| Key::public(key, tenant)).collect();
    (
        keys,
        "Public certificates, including those of keys that Google manages. They do not show who has a key."
            .to_owned(),
        more,
    )
}

impl Key {
    fn own(key: &ServiceAccountKey, account: &ServiceAccount, tenant: &Snapshot) -> Self {
        let known = tenant.service_account_use.known();
        let used = known.and_then(|known| known.of_key(&account.project, &key.key_id));
        Self {
            key_id: clip(&key.key_id),
            made: key.created_at.map_or_else(|| "not known".to_owned(), day),
            age: key.created_at.map(|at| age(at, tenant.run_at)).unwrap_or_default(),
            expires: words::expiry(key.expires_at, tenant.run_at),
            origin: words::origin(&key.origin),
            used: match (used, tenant.service_account_use.gap()) {
                (None, Some(missing)) => format!("not known. {}", clip(&missing.message)),
                _ => words::last_use(used, tenant.run_at),
            },
            is_disabled: key.disabled,
            disabled_reason: words::disabled_reason(&key.disabled_reason),
        }
    }

    fn public(key: &PublicKey, tenant: &Snapshot) -> Self {
        Self {
            key_id: clip(&key.key_id),
            made: key.valid_after.map_or_else(|| "not known".to_owned(), day),
            age: key.valid_after.map(|at| age(at, tenant.run_at)).unwrap_or_default(),
            expires: words::expiry(key.valid_before, tenant.run_at),
            origin: "not told".to_owned(),
            used: "not told".to_owned(),
            is_disabled: false,
            disabled_reason: String::new(),
        }
    }
}

impl Ended {
    fn new(ended: &EndedGrant) -> Self {
        Self {
            scope: clip(&ended.scope),
            ending: words::ending(&ended.ending),
            last_seen: ended.last_seen_at.map(day).unwrap_or_default(),
        }
    }
}
