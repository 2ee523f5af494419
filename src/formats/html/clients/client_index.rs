//! Which clients the section is about, worst first, with everything that is known of each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::authority::{Takeover, TakeoverPath, TakeoverPrincipal};
use crate::delegation::{EndedGrant, Grant, ScopeRiskTable, UnscopedClient};
use crate::findings::{RunSummary, Severity};
use crate::formats::html::text::{address, clip};
use crate::snapshot::Snapshot;
use crate::tenant::{ClientCertificates, ForeignAccount, ServiceAccount, bare_client};

/// How many clients the section names, at most.
const MAX_CLIENTS: usize = 300;

/// The clients that hold something, as far as the page has room.
pub(in crate::formats::html) struct ClientIndex<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// How many there are, shown or not.
    pub(super) total: usize,
    anchors: HashMap<&'a str, usize>,
    /// Listed accounts of which no grant is known.
    pub(super) idle: Vec<&'a ServiceAccount>,
}

/// One client.
pub(super) struct Entry<'a> {
    pub(super) client_id: &'a str,
    /// Its place in the page: what follows `#`.
    pub(super) anchor: String,
    pub(super) is_own: bool,
    pub(super) account: Option<&'a ServiceAccount>,
    /// The address of its account, listed or not, there or deleted.
    email: Option<&'a str>,
    pub(super) certificates: Option<&'a ClientCertificates>,
    pub(super) takeover: Option<&'a Takeover>,
    /// Worst first.
    pub(super) grants: Vec<&'a Grant>,
    pub(super) ended: Vec<&'a EndedGrant>,
    /// That it holds something nobody names.
    pub(super) unscoped: Option<&'a UnscopedClient>,
    pub(super) worst: Severity,
}

/// How many can get at a client: nobody strange, outsiders, everybody.
fn exposure(entry: &Entry<'_>) -> u8 {
    let paths =
        || entry.takeover.into_iter().flat_map(Takeover::paths_of_others).filter(|path| path.is_open());
    if paths().any(|path| path.kind == TakeoverPrincipal::Open) {
        2
    } else {
        u8::from(paths().any(TakeoverPath::is_exposed))
    }
}

/// The severity of a scope that is delegated.
pub(super) fn severity(scope: &str) -> Severity {
    ScopeRiskTable::shipped().severity(scope).into()
}

impl<'a> ClientIndex<'a> {
    pub(in crate::formats::html) fn new(summary: &RunSummary, tenant: &'a Snapshot) -> Self {
        let accounts = accounts(tenant);
        let mut entries: BTreeMap<&str, Entry<'_>> = BTreeMap::new();
        let blank = |client_id: &'a str| Entry {
            email: tenant.identity_of(client_id).email(),
            ..Entry::new(client_id, &accounts, summary)
        };
        for grant in tenant.grants.iter() {
            let entry =
                entries.entry(bare_client(&grant.client_id)).or_insert_with(|| blank(&grant.client_id));
            entry.grants.push(grant);
        }
        for client in tenant.grants.unscoped() {
            let entry =
                entries.entry(bare_client(&client.client_id)).or_insert_with(|| blank(&client.client_id));
            entry.unscoped = Some(client);
        }
        for ended in tenant.grants.ended() {
            if let Some(entry) = entries.get_mut(bare_client(&ended.client_id)) {
                entry.ended.push(ended);
            }
        }
        for takeover in &tenant.takeovers {
            if let Some(entry) = entries.get_mut(bare_client(&takeover.client_id)) {
                entry.takeover = Some(takeover);
            }
        }
        for client in tenant.client_certificates.known().into_iter().flatten() {
            if let Some(entry) = entries.get_mut(bare_client(&client.client_id)) {
                entry.certificates = Some(client);
            }
        }
        let total = entries.len();
        let idle = idle(tenant, &entries);
        let entries = ranked(entries.into_values().collect());
        let anchors = entries.iter().enumerate().map(|(at, entry)| (bare_client(entry.client_id), at));
        Self { anchors: anchors.collect(), entries, total, idle }
    }

    /// The shown client with this id.
    pub(super) fn find(&self, client_id: &str) -> Option<&Entry<'a>> {
        self.entries.get(self.position(client_id)?)
    }

    /// Its place among the shown.
    pub(super) fn position(&self, client_id: &str) -> Option<usize> {
        self.anchors.get(bare_client(client_id)).copied()
    }

    /// The audit's own.
    pub(super) fn own(&self) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.is_own)
    }
}

impl<'a> Entry<'a> {
    fn new(client_id: &'a str, accounts: &HashMap<&str, &'a ServiceAccount>, summary: &RunSummary) -> Self {
        let account = accounts.get(bare_client(client_id)).copied();
        Self {
            client_id,
            anchor: String::new(),
            is_own: bare_client(client_id) == bare_client(&summary.client_id)
                || account
                    .is_some_and(|account| account.email.eq_ignore_ascii_case(&summary.service_account)),
            account,
            email: None,
            certificates: None,
            takeover: None,
            grants: Vec::new(),
            ended: Vec::new(),
            unscoped: None,
            worst: Severity::Info,
        }
    }

    /// The account outside the audited projects that its public certificates show; they may not tell its address.
    pub(super) fn foreign(&self) -> Option<&'a ForeignAccount> {
        let foreign = self.certificates?.account.known()?.as_ref()?;
        self.account.is_none().then_some(foreign)
    }

    /// The best name that is known.
    pub(super) fn name(&self) -> String {
        self.email.map_or_else(|| clip(self.client_id), address)
    }
}

/// Listed accounts by their ids.
fn accounts(tenant: &Snapshot) -> HashMap<&str, &ServiceAccount> {
    let known = tenant.service_accounts.known().map(|accounts| accounts.0.as_slice()).unwrap_or_default();
    let by_id = known.iter().flat_map(|account| {
        [&account.unique_id, &account.client_id].map(|id| (bare_client(id.as_str()), account))
    });
    // An account whose ids could not be read must not match a client without an id.
    by_id.filter(|(id, _)| !id.is_empty()).collect()
}

fn idle<'a>(tenant: &'a Snapshot, entries: &BTreeMap<&str, Entry<'_>>) -> Vec<&'a ServiceAccount> {
    let known = tenant.service_accounts.known().into_iter().flat_map(|accounts| &accounts.0);
    let is_idle = |account: &&ServiceAccount| {
        [&account.unique_id, &account.client_id].iter().all(|id| !entries.contains_key(bare_client(id)))
    };
    known.filter(is_idle).collect()
}

/// What everybody or outsiders get at, then worst first, and the audit's own among them.
fn ranked(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    for entry in &mut entries {
        entry.grants.sort_by_key(|grant| Reverse(severity(&grant.scope)));
        // What nobody names may be anything, as a scope that is not in the table.
        let worst = entry.grants.first().map_or(Severity::High, |grant| severity(&grant.scope));
        entry.worst = worst;
    }
    entries.sort_by_cached_key(|entry| {
        let exposure = Reverse(exposure(entry));
        (exposure, Reverse(entry.worst), Reverse(entry.grants.len()), entry.name(), entry.client_id)
    });
    if let Some(own) = entries.iter().position(|entry| entry.is_own)
        && own >= MAX_CLIENTS
    {
        entries.swap(own, MAX_CLIENTS - 1);
    }
    entries.truncate(MAX_CLIENTS);
    let mut taken = BTreeSet::new();
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.anchor = anchor(entry.client_id);
        if !taken.insert(entry.anchor.clone()) {
            entry.anchor = format!("{}-{at}", entry.anchor);
            taken.insert(entry.anchor.clone());
        }
    }
    entries
}

/// The same week after week; nothing of the id that an attribute could break on.
fn anchor(client_id: &str) -> String {
    let safe = bare_client(client_id).chars().filter(char::is_ascii_alphanumeric).take(40);
    format!("client-{}", safe.collect::<String>().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_page_holds_letters_and_digits_only() {
        assert_eq!(anchor("117.apps.googleusercontent.com"), "client-117");
        assert_eq!(anchor("A\"><b>\u{202E}"), "client-ab");
    }
}
