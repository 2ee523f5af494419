//! The audit's own grant: what it holds, what it does not need, and who could sign as it.

use std::collections::BTreeSet;

use askama::Template;

use super::client_index::{ClientIndex, severity};
use super::ways_in::WaysIn;
use super::words;
use crate::delegation::ScopeRiskTable;
use crate::findings::RunSummary;
use crate::formats::html::text::{self, address, age, clip, counted, day, words as spaced};
use crate::snapshot::Snapshot;
use crate::tenant::{Part, ServiceAccount};

const MAX_SCOPES: usize = 40;
const MAX_PATHS: usize = 3;
const MAX_ROLES: usize = 8;

/// The head of the section.
#[derive(Template)]
#[template(path = "own.html")]
pub(super) struct Own {
    account: String,
    client_id: String,
    /// Its page; empty if it has none.
    anchor: String,
    scopes: Vec<Scope>,
    scopes_more: String,
    count: String,
    surplus: Vec<String>,
    /// Asked for, and not known to be granted.
    lacking: Vec<String>,
    probe_gap: String,
    is_probe_complete: bool,
    keys: String,
    roles: String,
    ways_in: Option<WaysIn>,
}

struct Scope {
    scope: String,
    letters: String,
    severity: &'static str,
    severity_word: String,
    /// Empty: no enabled check needs it.
    needed_for: String,
}

impl Own {
    pub(super) fn new(
        summary: &RunSummary,
        tenant: &Snapshot,
        clients: &ClientIndex<'_>,
        is_shown: impl Fn(&str) -> bool,
    ) -> Self {
        let entry = clients.own();
        let grants = entry.map(|entry| entry.grants.as_slice()).unwrap_or_default();
        let held: BTreeSet<&str> = grants.iter().map(|grant| grant.scope.as_str()).collect();
        let delegated = || delegated(summary);
        let needed_for = |scope: &str| {
            let askers = delegated().filter(|(_, asked)| *asked == scope).map(|(identity, _)| identity);
            askers.map(asker).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
        };
        let surplus = held.iter().filter(|scope| needed_for(scope).is_empty());
        let lacking: BTreeSet<&str> =
            delegated().map(|(_, scope)| scope).filter(|scope| !held.contains(scope)).collect();
        let account = entry.and_then(|entry| entry.account).or_else(|| {
            let known = tenant.service_accounts.known()?;
            known.0.iter().find(|account| account.email.eq_ignore_ascii_case(&summary.service_account))
        });
        Self {
            account: address(&summary.service_account),
            client_id: clip(&summary.client_id),
            anchor: entry.map(|entry| entry.anchor.clone()).filter(|own| is_shown(own)).unwrap_or_default(),
            count: counted(grants.len() as u64, "scope", "scopes"),
            surplus: surplus.take(MAX_SCOPES).map(|scope| clip(scope)).collect(),
            lacking: lacking.into_iter().take(MAX_SCOPES).map(clip).collect(),
            scopes: grants
                .iter()
                .take(MAX_SCOPES)
                .map(|grant| Scope {
                    scope: clip(&grant.scope),
                    letters: ScopeRiskTable::shipped().class_letters(&grant.scope),
                    severity: severity(&grant.scope).as_str(),
                    severity_word: spaced(severity(&grant.scope).as_str()),
                    needed_for: needed_for(&grant.scope),
                })
                .collect(),
            scopes_more: match grants.len().saturating_sub(MAX_SCOPES) {
                0 => String::new(),
                more => counted(more as u64, "more scope", "more scopes"),
            },
            is_probe_complete: tenant.gap(Part::ProbeGrants).is_none(),
            probe_gap: tenant.gap(Part::ProbeGrants).map(words::gap).unwrap_or_default(),
            keys: keys(account, tenant),
            roles: match roles(account, &summary.client_id, tenant) {
                none if none.is_empty() => {
                    "none is assigned to the account itself; roles of its groups are not read".to_owned()
                }
                roles => roles,
            },
            ways_in: entry.map(|entry| WaysIn::new(entry, tenant, MAX_PATHS)),
        }
    }
}

/// Identities that act by delegation, with the scopes that each asks for.
fn delegated(summary: &RunSummary) -> impl Iterator<Item = (&str, &str)> {
    // With an admin role of its own the account asks as itself.
    let has_own_role = summary.admin.eq_ignore_ascii_case(&summary.service_account);
    let by_delegation = move |identity: &str| identity != "account" && !(has_own_role && identity == "admin");
    summary
        .scopes_asked
        .iter()
        .filter(move |(identity, _)| by_delegation(identity))
        .flat_map(|(identity, scopes)| scopes.iter().map(move |scope| (identity.as_str(), scope.as_str())))
}

fn asker(identity: &str) -> String {
    match identity {
        "admin" => "reading as the admin".to_owned(),
        "super_admin" => "reading policies as the admin".to_owned(),
        "mailbox" => "reading each mailbox".to_owned(),
        other => clip(other),
    }
}

fn keys(account: Option<&ServiceAccount>, tenant: &Snapshot) -> String {
    let Some(account) = account else {
        return "unknown, because its project is not audited".to_owned();
    };
    let known = account.keys.known().map(Vec::as_slice).unwrap_or_default();
    let made = known.iter().filter_map(|key| key.created_at).min();
    let oldest = made.map(|at| format!(", the oldest created {}, {}", day(at), age(at, tenant.run_at)));
    let oldest = oldest.unwrap_or_default();
    match account.keys.complete() {
        Err(missing) => format!("not every key is known. {}", words::gap(missing)),
        Ok(keys) if keys.is_empty() => "no user-managed key".to_owned(),
        Ok(keys) => {
            format!("{}{oldest}", counted(keys.len() as u64, "user-managed key", "user-managed keys"))
        }
    }
}

/// The admin roles that are assigned to a client's account; empty if it holds none.
pub(super) fn roles(account: Option<&ServiceAccount>, client_id: &str, tenant: &Snapshot) -> String {
    let Some(roles) = tenant.admin_roles.known() else {
        return tenant
            .admin_roles
            .gap()
            .map(|missing| format!("not known. {}", words::gap(missing)))
            .unwrap_or_default();
    };
    let id = account.map_or(client_id, |account| account.unique_id.as_str());
    let mut held: Vec<String> = roles
        .of(id)
        .filter(|assignment| !assignment.assigned_to.is_empty())
        .map(|assignment| match roles.role(&assignment.role_id) {
            Some(role) if role.is_super_admin == Some(true) => {
                format!("{} (super admin)", clip(&role.title()))
            }
            Some(role) => clip(&role.title()),
            None => format!("the role with the ID {}", clip(&assignment.role_id)),
        })
        .collect();
    let more = held.len().saturating_sub(MAX_ROLES);
    held.truncate(MAX_ROLES);
    if more > 0 {
        held.push(counted(more as u64, "more", "more"));
    }
    if let Some(missing) = tenant.admin_roles.gap() {
        held.push(format!("not every role was read: {}", words::gap(missing)));
    }
    held.join(", ")
}
