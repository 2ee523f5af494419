//! What one check concluded over all of its subjects.

use serde::{Deserialize, Serialize};

use super::{Severity, Verdict};

/// How often each verdict was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VerdictCounts([u64; Verdict::ALL.len()]);

impl VerdictCounts {
    /// Counts one more.
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    /// How often this verdict was given.
    #[must_use]
    pub(crate) const fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }
}

/// What became of the subjects that a check was given: listed = assessed + not assessed + not
/// applicable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Population {
    /// Subjects given to the check.
    pub(crate) listed: u64,
    /// Judged on complete data.
    pub(crate) assessed: u64,
    /// Data is missing.
    pub(crate) not_assessed: u64,
    pub(crate) not_applicable: u64,
}

/// What one check concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckSummary {
    /// Such as `MAIL-08`.
    pub(crate) id: String,
    /// Such as `sendas-external`.
    pub(crate) slug: String,
    /// One line.
    pub(crate) title: String,
    pub(crate) why: String,
    /// The usual severity.
    pub(crate) severity: Severity,
    /// The parts it needs, by id.
    pub(crate) needs: Vec<String>,
    /// How often each verdict was given. One subject can get several: one an address.
    pub(crate) counts: VerdictCounts,
    /// What became of its subjects.
    pub(crate) population: Population,
}
