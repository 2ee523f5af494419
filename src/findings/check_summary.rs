//! What one check concluded over all of its subjects.

use serde::{Deserialize, Serialize};

use super::{Severity, Verdict};

/// How often each verdict was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictCounts([u64; Verdict::ALL.len()]);

impl VerdictCounts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    /// How often this verdict was given.
    #[must_use]
    pub const fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }
}

/// What became of the subjects that a check was given: listed = assessed + not assessed + not
/// applicable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Subjects given to the check.
    pub listed: u64,
    /// Judged on complete data.
    pub assessed: u64,
    /// Data is missing.
    pub not_assessed: u64,
    /// The question does not arise.
    pub not_applicable: u64,
}

/// What one check concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSummary {
    /// Such as `MAIL-08`.
    pub id: String,
    /// Such as `sendas-external`.
    pub slug: String,
    /// One line.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// The usual severity.
    pub severity: Severity,
    /// The parts it needs, by id.
    pub needs: Vec<String>,
    /// How often each verdict was given. One subject can get several: one an address.
    pub counts: VerdictCounts,
    /// What became of its subjects.
    pub population: Population,
}
