//! What sources say of domain-wide delegation, before the ledger weighs it.
//!
//! Events and uses stand as Google logged them: client and scope are raw text, and rules are applied anew
//! each time they are read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::delegation::Provenance;

/// What an event of the admin log did to a client's delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DelegationChange {
    /// `REMOVE_API_CLIENT_ACCESS`: the whole client; the event names no scopes. First at one instant, so that
    /// it takes away nothing that was given in the same.
    Remove,
    /// Any other word. What it means is not known: it gives what it names, and takes nothing away.
    Unknown,
    /// `AUTHORIZE_API_CLIENT_ACCESS`: gives the scopes it names.
    Authorize,
}

/// An event about delegation: Reports API, application `admin`, type `DOMAIN_SETTINGS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DelegationEvent {
    /// Unique in the tenant and the same whenever it is read: the activity's `id.time` and
    /// `id.uniqueQualifier`, and the place of the event in the activity.
    pub(crate) id: String,
    /// `id.time`.
    pub(crate) at: DateTime<Utc>,
    /// `events[].name`, verbatim.
    pub(crate) name: String,
    /// `API_CLIENT_NAME`, verbatim: a numeric id, an address or a name.
    pub(crate) client: String,
    /// `API_SCOPES`, verbatim.
    pub(crate) scopes: Vec<String>,
    /// `actor.email`.
    pub(crate) actor: Option<String>,
    /// `ipAddress`: from where.
    pub(crate) ip: Option<String>,
}

impl DelegationEvent {
    /// What it did.
    #[must_use]
    pub(crate) fn change(&self) -> DelegationChange {
        match self.name.as_str() {
            "AUTHORIZE_API_CLIENT_ACCESS" => DelegationChange::Authorize,
            "REMOVE_API_CLIENT_ACCESS" => DelegationChange::Remove,
            _ => DelegationChange::Unknown,
        }
    }

    /// Its place in the replay.
    #[cfg(test)]
    pub(crate) fn place(&self) -> (DateTime<Utc>, DelegationChange, &str) {
        (self.at, self.change(), &self.id)
    }
}

/// What can speak of grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum LedgerSource {
    /// The Admin console's list.
    Console,
    /// Delegation events of the admin log.
    AuditLog,
    /// The token endpoint, for the audit's own client.
    Probe,
    /// The log `access_evaluation`: client and scopes of each allowed impersonation.
    AccessEvaluation,
    /// The log `token`: calls of a client, with a flag for impersonation. It names no scope of a call.
    TokenLog,
}

impl LedgerSource {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Console, Self::AuditLog, Self::Probe, Self::AccessEvaluation, Self::TokenLog];

    /// The word in the history and in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The source with this word.
    #[must_use]
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }

    /// What it is as a provenance: the two logs of use are one.
    #[must_use]
    pub(crate) const fn provenance(self) -> Provenance {
        match self {
            Self::Console => Provenance::Console,
            Self::AuditLog => Provenance::AuditLog,
            Self::Probe => Provenance::Probe,
            Self::AccessEvaluation | Self::TokenLog => Provenance::UseLog,
        }
    }
}

/// Uses of one client × scope, as one log shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantUse {
    /// What the use has in common with those it is counted with.
    #[serde(flatten)]
    pub(crate) of: UseKey,
    pub(crate) first_at: DateTime<Utc>,
    pub(crate) last_at: DateTime<Utc>,
    /// How many, in one reading of the log.
    pub(crate) count: u64,
}

/// What uses that are counted together have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct UseKey {
    /// `service_account` or `client_id`, verbatim.
    pub(crate) client: String,
    /// Of an address: the client id of the account that had it at the time, as runs saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<String>,
    /// One of `scopes_requested`, verbatim; `None` where the log names none.
    pub(crate) scope: Option<String>,
    /// Which log: [`LedgerSource::AccessEvaluation`] or [`LedgerSource::TokenLog`].
    pub(crate) log: LedgerSource,
    /// `configuration_source`, verbatim: what allowed it.
    pub(crate) configuration_source: Option<String>,
    /// `actor.applicationInfo.impersonation`; the token log has it since about December 2025.
    pub(crate) impersonation: Option<bool>,
}

impl UseKey {
    /// Whether it shows a client acting as a user. `access_evaluation` logs nothing else; of the token log's
    /// calls most are a user's own apps.
    #[must_use]
    pub(crate) fn is_impersonation(&self) -> bool {
        self.log != LedgerSource::TokenLog || self.impersonation == Some(true)
    }

    /// What allowed it, if the log says that it was not a delegation.
    #[must_use]
    pub(crate) fn other_permission(&self) -> Option<&str> {
        self.configuration_source
            .as_deref()
            .filter(|source| !source.is_empty() && *source != "DOMAIN_WIDE_DELEGATION")
    }
}

/// A grant as one source showed it, in this run or before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenGrant {
    /// As the source writes it.
    pub(crate) client: String,
    /// As the source writes it.
    pub(crate) scope: String,
    /// Who showed it.
    pub(crate) source: LedgerSource,
    /// As of when first.
    pub(crate) first_at: DateTime<Utc>,
    /// As of when last.
    pub(crate) last_at: DateTime<Utc>,
}

/// What a source covered: a log from one time to another, a list or a probe at one time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct SourceWindow {
    pub(crate) source: LedgerSource,
    /// Of one client only, as for a probe.
    pub(crate) client: Option<String>,
    /// From when.
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

impl SourceWindow {
    /// A full list as of one time.
    #[must_use]
    pub(crate) const fn at(source: LedgerSource, client: Option<String>, at: DateTime<Utc>) -> Self {
        Self { source, client, from: at, until: at }
    }
}
