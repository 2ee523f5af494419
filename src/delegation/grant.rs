//! Domain-wide delegation: which client may ask for which scope, as any user.

#[cfg(test)]
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::delegation::{AddressBook, Disagreement, LedgerSource, SourceCoverage};
use crate::tenant::{CLIENT_ID_SUFFIX, bare_client};

/// Where the knowledge of a grant comes from. Google lists delegations in no API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Provenance {
    /// The list of the Admin console, exported or typed: full, as of its date.
    Console,
    /// Delegation events of the admin log: changes only, of as long as the log was read.
    AuditLog,
    /// The token endpoint's answer to one scope at a time: exact for the client that asked.
    Probe,
    /// Logged use: what is used is held; what is not used is not shown.
    UseLog,
}

impl Provenance {
    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// One source's word on one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    /// Who says so.
    pub(crate) provenance: Provenance,
    /// As of when.
    pub(crate) seen_at: DateTime<Utc>,
}

/// When a grant was used last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastUse {
    pub(crate) at: DateTime<Utc>,
    /// Which log shows it. [`LedgerSource::TokenLog`] names no scope: the client was used, by this grant or
    /// another.
    pub(crate) log: LedgerSource,
}

/// Who gave a grant, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    /// When, since it was last taken away.
    pub(crate) at: DateTime<Utc>,
    /// The admin; `None` if the log does not say.
    pub(crate) by: Option<String>,
}

/// A client × scope, by domain-wide delegation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// The OAuth client id; what the log calls the client where no id is known for that.
    pub(crate) client_id: String,
    /// The scope, as the scope-risk table writes it; exactly as granted where it is not in the table.
    pub(crate) scope: String,
    /// Who says so, ordered by provenance. Never empty.
    pub(crate) sightings: Vec<Sighting>,
    /// The first run, list or event that showed it, over the whole history.
    pub(crate) first_seen_at: Option<DateTime<Utc>>,
    /// The same since it was last taken away, as far as the log tells.
    #[serde(default)]
    pub(crate) held_since: Option<DateTime<Utc>>,
    /// The newest.
    pub(crate) last_seen_at: Option<DateTime<Utc>>,
    /// Its last use; `None` if no log shows any.
    pub(crate) last_used: Option<LastUse>,
    /// Its authorization; `None` if it is older than the log.
    pub(crate) granted: Option<Granted>,
    /// What sources disagree on. Empty: nothing speaks against it.
    pub(crate) disagreements: Vec<Disagreement>,
    /// Whether a source that shows it was read this time. If not, it is held because it was, and nothing has
    /// contradicted it.
    pub(crate) is_rechecked: bool,
}

/// A grant that was, and that a source shows to be gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndedGrant {
    /// The OAuth client id.
    pub(crate) client_id: String,
    pub(crate) scope: String,
    /// When a source showed it last.
    pub(crate) last_seen_at: Option<DateTime<Utc>>,
    /// What proves its end.
    pub(crate) ending: Ending,
}

/// What proves that a grant ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// The removal of the whole client is logged.
    Removed { at: DateTime<Utc>, by: Option<String> },
    /// A newer list of the console does not name it.
    NotInList {
        /// The list's date.
        at: DateTime<Utc>,
    },
    /// The token endpoint, which alone had shown it, refuses it.
    TokenRefused { at: DateTime<Utc> },
}

impl Ending {
    /// When it was seen to be gone.
    #[must_use]
    pub(crate) const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Removed { at, .. } | Self::NotInList { at } | Self::TokenRefused { at } => *at,
        }
    }
}

/// A client that a source shows to hold a delegation while no source names a scope of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnscopedClient {
    /// The OAuth client id, or what the log calls it.
    pub(crate) client_id: String,
    /// Who shows it.
    pub(crate) source: LedgerSource,
    /// When last.
    pub(crate) seen_at: DateTime<Utc>,
    /// What the logs say that it asked for, in words that are no scopes; some of them.
    #[serde(default)]
    pub(crate) asked_for: Vec<String>,
}

/// Whether a log names this client by a name alone: neither a client id nor a service account's address. Hunting queries
/// of those who described attacks on delegations take such a client for an app of Google Workspace Marketplace.
#[must_use]
pub(crate) fn is_app_name(client: &str) -> bool {
    let client = client.trim();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = bare_client(client);
    let is_id = bare.len() < client.len() || is_number(bare.split('-').next().unwrap_or_default());
    !is_id && !client.contains('@') && client != super::ledger::UNKNOWN_CLIENT
}

/// A scope as the ledger spells it, however it is written.
#[must_use]
pub(crate) fn scope_spelling(written: &str) -> &str {
    super::ledger::scope_spelling(written)
}

impl Grant {
    /// What allowed it, where nothing says that a domain-wide delegation did: `configuration_source`.
    #[must_use]
    pub(crate) fn other_permission(&self) -> Option<&str> {
        self.disagreements.iter().find_map(|disagreement| match disagreement {
            Disagreement::OtherPermission { configuration_source } => Some(configuration_source.as_str()),
            _ => None,
        })
    }
}

/// Every grant that the ledger holds, ordered by client and scope, and what it cannot say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grants {
    pub(super) held: Vec<Grant>,
    pub(super) ended: Vec<EndedGrant>,
    pub(super) unscoped: Vec<UnscopedClient>,
    pub(super) source_coverage: SourceCoverage,
    #[serde(skip)]
    pub(super) addresses: AddressBook,
}

impl Grants {
    /// One grant a client × scope of what lists show, without a history.
    #[cfg(test)]
    pub(crate) fn merge(sightings: impl IntoIterator<Item = (String, String, Sighting)>) -> Self {
        let mut merged: BTreeMap<(String, String), Vec<Sighting>> = BTreeMap::new();
        for (client_id, scope, sighting) in sightings {
            let known = merged.entry((client_id, scope)).or_default();
            if !known.iter().any(|other| other.provenance == sighting.provenance) {
                known.push(sighting);
            }
        }
        let held = merged.into_iter().map(|((client_id, scope), mut sightings)| {
            sightings.sort_by_key(|sighting| sighting.provenance);
            let times = || sightings.iter().map(|sighting| sighting.seen_at);
            Grant {
                first_seen_at: times().min(),
                held_since: times().min(),
                last_seen_at: times().max(),
                client_id,
                scope,
                sightings,
                last_used: None,
                granted: None,
                disagreements: Vec::new(),
                is_rechecked: true,
            }
        });
        Self { held: held.collect(), ..Self::default() }
    }

    /// All that are held.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.held.iter()
    }

    /// Those of one client, whether or not its id is written with Google's suffix.
    pub(crate) fn of(&self, client_id: &str) -> impl Iterator<Item = &Grant> + use<'_> {
        let bare = bare_client(client_id);
        self.written(bare).iter().chain(self.written(&format!("{bare}{CLIENT_ID_SUFFIX}")))
    }

    /// Those of a client that is written just so: they stand together.
    fn written(&self, client_id: &str) -> &[Grant] {
        let first = self.held.partition_point(|grant| grant.client_id.as_str() < client_id);
        let after = self.held.partition_point(|grant| grant.client_id.as_str() <= client_id);
        &self.held[first..after]
    }

    /// Whether a source proves that a client lost a scope, or any if none is named.
    #[must_use]
    pub(crate) fn has_ended(&self, client_id: &str, scope: Option<&str>) -> bool {
        self.ended_of(client_id).iter().any(|grant| scope.is_none_or(|scope| grant.scope == scope))
    }

    /// Those of one client that were and are proved to be gone.
    #[must_use]
    pub(crate) fn ended_of(&self, client_id: &str) -> &[EndedGrant] {
        let first = self.ended.partition_point(|grant| grant.client_id.as_str() < client_id);
        let after = self.ended.partition_point(|grant| grant.client_id.as_str() <= client_id);
        &self.ended[first..after]
    }

    /// These, and one more, for tests.
    #[cfg(test)]
    pub(crate) fn with(mut self, grant: Grant) -> Self {
        self.held.push(grant);
        self.held.sort_by(|a, b| (&a.client_id, &a.scope).cmp(&(&b.client_id, &b.scope)));
        self
    }

    /// Every client that holds a grant, once, in order.
    #[must_use]
    pub(crate) fn clients(&self) -> Vec<&str> {
        let mut clients: Vec<&str> = self.held.iter().map(|grant| grant.client_id.as_str()).collect();
        clients.dedup();
        clients
    }

    /// Whether any grant of a client was seen this time: if not, what is said of it is from before.
    #[must_use]
    pub(crate) fn is_rechecked(&self, client_id: &str) -> bool {
        self.of(client_id).any(|grant| grant.is_rechecked)
    }

    /// Those that were and are proved to be gone, over the whole history, ordered by client and scope.
    #[must_use]
    pub(crate) fn ended(&self) -> &[EndedGrant] {
        &self.ended
    }

    /// Clients that hold something that nobody names, ordered by client.
    #[must_use]
    pub(crate) fn unscoped(&self) -> &[UnscopedClient] {
        &self.unscoped
    }

    /// From when on the sources see.
    #[must_use]
    pub(crate) const fn source_coverage(&self) -> &SourceCoverage {
        &self.source_coverage
    }

    /// Whose addresses were.
    #[must_use]
    pub(crate) const fn addresses(&self) -> &AddressBook {
        &self.addresses
    }

    /// For changing the first-seen times from the history.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Grant> {
        self.held.iter_mut()
    }
}
