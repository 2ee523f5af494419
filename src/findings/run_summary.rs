//! A run at a glance: what every report says first.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CheckSummary, Coverage, CoverageRow, FixedFinding, Severity};
use crate::tenant::Part;

/// Whether everything that was asked for was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// Everything.
    Complete,
    /// Something was denied or failed.
    Partial,
}

/// How the findings compare with the last run. Only fail, review and error count, never excepted
/// ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCounts {
    /// New or reopened.
    pub new: u64,
    /// More severe than last time, or no longer excepted.
    pub worsened: u64,
    /// Gone, and their source was read again.
    pub fixed: u64,
    /// All that are open now, new and worsened ones included.
    pub open: u64,
    /// Verdicts that could not be given.
    pub not_assessed: u64,
}

/// Users by Gmail state and by how far the mailbox was read: the values of `users.csv`, with counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxCounts {
    /// By `gmail`.
    pub gmail: BTreeMap<String, u64>,
    /// By `mailbox_read`.
    pub mailbox_read: BTreeMap<String, u64>,
}

/// What went to one API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptRequests")]
pub struct Requests {
    /// Requests sent, retries included.
    pub calls: u64,
    /// Requests sent again after a failure.
    pub retries: u64,
    /// Answers that asked for fewer requests.
    pub throttles: u64,
    /// Seconds waited before retries and for the published quota, added up over all requests.
    pub waited_seconds: u64,
}

impl std::ops::Add for Requests {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            retries: self.retries + other.retries,
            throttles: self.throttles + other.throttles,
            waited_seconds: self.waited_seconds + other.waited_seconds,
        }
    }
}

/// As a history holds them: early ones kept the calls alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptRequests {
    Calls(u64),
    All {
        calls: u64,
        #[serde(default)]
        retries: u64,
        #[serde(default)]
        throttles: u64,
        #[serde(default)]
        waited_seconds: u64,
    },
}

impl From<KeptRequests> for Requests {
    fn from(kept: KeptRequests) -> Self {
        match kept {
            KeptRequests::Calls(calls) => Self { calls, ..Self::default() },
            KeptRequests::All { calls, retries, throttles, waited_seconds } => {
                Self { calls, retries, throttles, waited_seconds }
            }
        }
    }
}

/// A run at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The start, `2026-11-21T07-00-00Z`.
    pub run_id: String,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When collecting ended.
    pub finished_at: DateTime<Utc>,
    /// The run it is compared with.
    pub compared_with: Option<String>,
    /// The version of this program.
    pub tool_version: String,
    /// `customerId`, or what the configuration says if Directory did not tell.
    pub customer: String,
    /// The tenant's primary domain, if it is known.
    pub primary_domain: Option<String>,
    /// The admin the audit acted as.
    pub admin: String,
    /// The audit's own service account.
    pub service_account: String,
    /// The audit's own client id.
    pub client_id: String,
    /// The profile of thresholds.
    pub profile: String,
    /// The version of the scope-risk table, and when it was reviewed.
    pub scope_table: String,
    /// `true` for the synthetic tenant of the demo.
    pub is_demo: bool,
    /// Whether everything was read.
    pub completeness: Completeness,
    /// Users listed.
    pub users: u64,
    /// Users by state.
    pub mailboxes: MailboxCounts,
    /// The five numbers.
    pub changes: ChangeCounts,
    /// Open findings (fail, review, error) by severity.
    pub open_by_severity: BTreeMap<Severity, u64>,
    /// Every enabled check.
    pub checks: Vec<CheckSummary>,
    /// Every part.
    pub coverage: Coverage,
    /// Findings that are gone, worst first, capped; the count is in `changes`.
    pub fixed: Vec<FixedFinding>,
    /// The scopes the audit asked for, by identity: `admin`, `mailbox`, `account`.
    pub scopes_asked: BTreeMap<String, Vec<String>>,
    /// What went to each API.
    pub requests: BTreeMap<String, Requests>,
}

impl RunSummary {
    /// How many users there are, as far as they were listed; `None`: nobody was read.
    #[must_use]
    pub fn known_users(&self) -> Option<u64> {
        let of_users = |row: &&CoverageRow| row.part == Part::Users;
        let is_unread = self.coverage.0.iter().find(of_users).is_some_and(CoverageRow::is_partial);
        Some(self.users).filter(|users| *users > 0 || !is_unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_an_older_history_is_read_as_calls() {
        let read = |text| serde_json::from_str::<Requests>(text).unwrap();
        assert_eq!(read("7"), Requests { calls: 7, ..Requests::default() });
        let all = Requests { calls: 7, retries: 2, throttles: 1, waited_seconds: 3 };
        assert_eq!(read(&serde_json::to_string(&all).unwrap()), all);
    }
}
