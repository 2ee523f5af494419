//! Service accounts and other clients, with the scopes that they hold for every user.

use askama::Template;

use super::budget::{keep_fitting, size};
use super::text::{address, clip, counted, day, words};
use crate::findings::{RunSummary, Severity};
use crate::tenant::{
    Grant, Part, Provenance, RiskClass, ScopeRiskTable, ServiceAccount, Tenant, is_same_client,
};

const MOST_CLIENTS: usize = 500;
const MOST_SCOPES: usize = 60;
const MOST_BYTES: usize = 900_000;
const MOST_IDLE: usize = 200;

/// The section.
#[derive(Template)]
#[template(path = "clients.html")]
pub(super) struct Clients {
    clients: Vec<Client>,
    total: String,
    scopes: String,
    more: String,
    idle: Vec<Idle>,
    idle_total: String,
    idle_more: String,
    accounts_known: bool,
    accounts: String,
    console: Source,
    probe: Source,
    accounts_gap: Option<Source>,
    letters: Vec<Letter>,
    scope_table: String,
}

struct Client {
    name: String,
    display_name: String,
    client_id: String,
    project: String,
    has_account: bool,
    is_disabled: bool,
    is_own: bool,
    keys: String,
    worst: Severity,
    worst_word: String,
    scopes: Vec<Scope>,
    more: String,
}

struct Scope {
    scope: String,
    grants: String,
    letters: String,
    classes: String,
    severity: &'static str,
    severity_word: String,
    sightings: String,
    first_seen: String,
}

/// A service account for which no grant is known.
struct Idle {
    email: String,
    project: String,
    is_disabled: bool,
    keys: String,
}

/// What a source of grants said, or why it said nothing.
struct Source {
    is_complete: bool,
    message: String,
    fix: String,
}

struct Letter {
    letter: &'static str,
    title: &'static str,
}

#[derive(Template)]
#[template(path = "client.html")]
struct ClientRows<'a> {
    client: &'a Client,
}

impl Clients {
    pub(super) fn new(summary: &RunSummary, tenant: &Tenant) -> Self {
        let ids = tenant.grants.clients();
        let mut clients: Vec<Client> =
            ids.iter().map(|client_id| Client::new(client_id, summary, tenant)).collect();
        clients.sort_by(|a, b| {
            (b.worst, b.scopes.len()).cmp(&(a.worst, a.scopes.len())).then_with(|| a.name.cmp(&b.name))
        });
        let total = clients.len();
        clients.truncate(MOST_CLIENTS);
        let mut bytes = MOST_BYTES;
        keep_fitting(&mut clients, &mut bytes, |client| size(&ClientRows { client }));
        let known = tenant.service_accounts.known().map(|accounts| accounts.0.as_slice()).unwrap_or_default();
        let idle: Vec<&ServiceAccount> =
            known.iter().filter(|account| !ids.iter().any(|id| is_of(account, id))).collect();
        let beyond = |all: usize, shown: usize| {
            if all > shown { counted((all - shown) as u64, "more", "more") } else { String::new() }
        };
        Self {
            total: counted(total as u64, "client", "clients"),
            scopes: counted(tenant.grants.iter().count() as u64, "scope", "scopes"),
            more: beyond(total, clients.len()),
            letters: letters(&clients),
            clients,
            idle_total: counted(idle.len() as u64, "service account", "service accounts"),
            idle_more: beyond(idle.len(), MOST_IDLE),
            idle: idle.into_iter().take(MOST_IDLE).map(Idle::new).collect(),
            accounts_known: tenant.service_accounts.known().is_some(),
            accounts: counted(known.len() as u64, "service account", "service accounts"),
            console: Source::of(tenant, Part::ConsoleGrants),
            probe: Source::of(tenant, Part::ProbeGrants),
            accounts_gap: tenant
                .gap(Part::ServiceAccounts)
                .is_some()
                .then(|| Source::of(tenant, Part::ServiceAccounts)),
            scope_table: clip(&summary.scope_table),
        }
    }
}

fn is_of(account: &ServiceAccount, client_id: &str) -> bool {
    is_same_client(&account.client_id, client_id) || is_same_client(&account.unique_id, client_id)
}

fn letters(clients: &[Client]) -> Vec<Letter> {
    const ALL: [RiskClass; 18] = [
        RiskClass::TenantAdmin,
        RiskClass::UserSecurity,
        RiskClass::CloudPlatform,
        RiskClass::MailFull,
        RiskClass::MailRead,
        RiskClass::MailWrite,
        RiskClass::Send,
        RiskClass::MailSettings,
        RiskClass::Files,
        RiskClass::FilesNarrow,
        RiskClass::Calendar,
        RiskClass::Chat,
        RiskClass::DirectoryRead,
        RiskClass::Groups,
        RiskClass::Vault,
        RiskClass::Logs,
        RiskClass::Other,
        RiskClass::Unknown,
    ];
    let is_used = |class: &RiskClass| {
        clients.iter().flat_map(|client| &client.scopes).any(|scope| scope.letters.contains(class.letter()))
    };
    ALL.into_iter()
        .filter(is_used)
        .map(|class| Letter { letter: class.letter(), title: class.title() })
        .collect()
}

impl Client {
    fn new(client_id: &str, summary: &RunSummary, tenant: &Tenant) -> Self {
        let account = tenant.service_accounts.known().and_then(|accounts| accounts.by_client(client_id));
        let mut grants: Vec<&Grant> = tenant.grants.of(client_id).collect();
        grants.sort_by_key(|grant| std::cmp::Reverse(severity(&grant.scope)));
        let worst = grants.first().map_or(Severity::Info, |grant| severity(&grant.scope));
        let more = grants.len().saturating_sub(MOST_SCOPES);
        let own = is_same_client(client_id, &summary.client_id)
            || account.is_some_and(|account| account.email.eq_ignore_ascii_case(&summary.service_account));
        Self {
            name: account.map_or_else(|| clip(client_id), |account| address(&account.email)),
            display_name: account.map(|account| clip(&account.display_name)).unwrap_or_default(),
            client_id: clip(client_id),
            project: account.map(|account| clip(&account.project)).unwrap_or_default(),
            has_account: account.is_some(),
            is_disabled: account.is_some_and(|account| account.disabled),
            is_own: own,
            keys: account.map(keys).unwrap_or_default(),
            worst,
            worst_word: words(worst.as_str()),
            scopes: grants.into_iter().take(MOST_SCOPES).map(Scope::new).collect(),
            more: if more > 0 { counted(more as u64, "more scope", "more scopes") } else { String::new() },
        }
    }
}

fn severity(scope: &str) -> Severity {
    ScopeRiskTable::shipped().severity(scope).into()
}

fn keys(account: &ServiceAccount) -> String {
    match account.keys.complete() {
        Err(gap) => format!("keys not read: {}", clip(&gap.message)),
        Ok(keys) if keys.is_empty() => "no user-managed keys".to_owned(),
        Ok(keys) => {
            let oldest = keys.iter().filter_map(|key| key.created_at).min();
            let since = oldest.map(|at| format!(", oldest of {}", day(at))).unwrap_or_default();
            format!("{}{since}", counted(keys.len() as u64, "user-managed key", "user-managed keys"))
        }
    }
}

impl Scope {
    fn new(grant: &Grant) -> Self {
        let table = ScopeRiskTable::shipped();
        let row = table.find(&grant.scope);
        let severity = severity(&grant.scope);
        Self {
            scope: clip(&grant.scope),
            grants: row.map_or_else(
                || "not in the scope table: find out what it allows".to_owned(),
                |row| row.grants.clone(),
            ),
            letters: table.class_letters(&grant.scope),
            classes: row.map_or_else(
                || RiskClass::Unknown.title().to_owned(),
                |row| row.classes.iter().map(|class| class.title()).collect::<Vec<_>>().join(", "),
            ),
            severity: severity.as_str(),
            severity_word: words(severity.as_str()),
            sightings: grant
                .sightings
                .iter()
                .map(|sighting| {
                    let source = match sighting.provenance {
                        Provenance::Console => "console list",
                        Provenance::AuditLog => "admin log",
                        Provenance::UseLog => "used",
                        Provenance::Probe => "probe",
                    };
                    format!("{source}, {}", day(sighting.seen_at))
                })
                .collect::<Vec<_>>()
                .join("; "),
            first_seen: grant.first_seen_at.map(day).unwrap_or_default(),
        }
    }
}

impl Idle {
    fn new(account: &ServiceAccount) -> Self {
        Self {
            email: address(&account.email),
            project: clip(&account.project),
            is_disabled: account.disabled,
            keys: keys(account),
        }
    }
}

impl Source {
    fn of(tenant: &Tenant, part: Part) -> Self {
        match tenant.gap(part) {
            None => Self { is_complete: true, message: String::new(), fix: String::new() },
            Some(gap) => Self { is_complete: false, message: clip(&gap.message), fix: clip(&gap.fix) },
        }
    }
}
