//! What has no page: grants that were taken away, and accounts without a grant.

use askama::Template;

use super::client_index::ClientIndex;
use super::words;
use crate::formats::html::text::{address, age, clip, counted, day};
use crate::snapshot::Snapshot;
use crate::tenant::ServiceAccount;

const MAX_ENDED: usize = 200;
const MAX_IDLE: usize = 200;

/// Grants that were, the newest end first.
#[derive(Template)]
#[template(path = "ended.html")]
pub(super) struct EndedGrants {
    rows: Vec<EndedGrant>,
    total: String,
    more: String,
}

struct EndedGrant {
    name: String,
    /// Its page; empty if it has none.
    anchor: String,
    scope: String,
    last_seen: String,
    ending: String,
    ago: String,
}

impl EndedGrants {
    pub(super) fn new(clients: &ClientIndex<'_>, tenant: &Snapshot, is_shown: impl Fn(&str) -> bool) -> Self {
        let mut ended: Vec<_> = tenant.grants.ended().iter().collect();
        ended.sort_by_key(|ended| std::cmp::Reverse(ended.ending.at()));
        let more = ended.len().saturating_sub(MAX_ENDED);
        Self {
            total: counted(ended.len() as u64, "grant", "grants"),
            more: if more > 0 { counted(more as u64, "more", "more") } else { String::new() },
            rows: ended
                .into_iter()
                .take(MAX_ENDED)
                .map(|ended| {
                    let entry = clients.find(&ended.client_id);
                    let anchor = entry.map(|entry| entry.anchor.clone()).filter(|anchor| is_shown(anchor));
                    EndedGrant {
                        name: entry.map_or_else(|| clip(&ended.client_id), |entry| entry.name()),
                        anchor: anchor.unwrap_or_default(),
                        scope: clip(&ended.scope),
                        last_seen: ended.last_seen_at.map(day).unwrap_or_default(),
                        ending: words::ending(&ended.ending),
                        ago: age(ended.ending.at(), tenant.run_at),
                    }
                })
                .collect(),
        }
    }
}

/// Service accounts for which no grant is known.
#[derive(Template)]
#[template(path = "idle.html")]
pub(super) struct IdleAccounts {
    rows: Vec<IdleAccount>,
    total: String,
    more: String,
}

struct IdleAccount {
    email: String,
    project: String,
    is_disabled: bool,
    keys: String,
}

impl IdleAccounts {
    pub(super) fn new(clients: &ClientIndex<'_>) -> Self {
        let more = clients.idle.len().saturating_sub(MAX_IDLE);
        Self {
            total: counted(clients.idle.len() as u64, "service account", "service accounts"),
            more: if more > 0 { counted(more as u64, "more", "more") } else { String::new() },
            rows: clients.idle.iter().take(MAX_IDLE).map(|account| IdleAccount::new(account)).collect(),
        }
    }
}

impl IdleAccount {
    fn new(account: &ServiceAccount) -> Self {
        Self {
            email: address(&account.email),
            project: clip(&account.project),
            is_disabled: account.disabled,
            keys: match account.keys.complete() {
                Err(gap) => format!("keys not read: {}", clip(&gap.message)),
                Ok(keys) if keys.is_empty() => "no user-managed keys".to_owned(),
                Ok(keys) => {
                    let oldest = keys.iter().filter_map(|key| key.created_at).min();
                    let since = oldest.map(|at| format!(", oldest of {}", day(at))).unwrap_or_default();
                    let keys = counted(keys.len() as u64, "user-managed key", "user-managed keys");
                    format!("{keys}{since}")
                }
            },
        }
    }
}
