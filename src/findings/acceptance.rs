//! Who accepted a finding, or a part of one.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// An acceptance that is in force: an entry of the exceptions file or of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acceptance {
    /// `CHECK/subject` of the exception, or `register:` and the client id of the entry.
    pub(crate) id: String,
    /// Who answers for it.
    pub(crate) owner: String,
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) approver: Option<String>,
    /// Where it was discussed.
    #[serde(default)]
    pub(crate) ticket: Option<String>,
    /// When it was written.
    #[serde(default)]
    pub(crate) created: Option<NaiveDate>,
    /// The last day on which it holds.
    #[serde(default)]
    pub(crate) expires: Option<NaiveDate>,
    /// The parts of the finding that it covers: scopes, accounts or checks. Empty: the whole finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<String>,
}

impl std::fmt::Display for Acceptance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, owner, reason, approver, ticket, created, expires, parts } = self;
        write!(f, "{id}: owner {owner}, reason {reason}")?;
        if let Some(approver) = approver {
            write!(f, ", approver {approver}")?;
        }
        if let Some(ticket) = ticket {
            write!(f, ", ticket {ticket}")?;
        }
        if let Some(created) = created {
            write!(f, ", created {created}")?;
        }
        if let Some(expires) = expires {
            write!(f, ", expires {expires}")?;
        }
        if !parts.is_empty() {
            write!(f, ", covers {}", parts.join(" "))?;
        }
        Ok(())
    }
}
