//! How much of each part was read.

use serde::{Deserialize, Serialize};

use crate::tenant::Part;

/// One part: `total = read + not_applicable + denied + failed`, where the total is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CoverageRow {
    /// The part.
    pub(crate) part: Part,
    /// Units there are; `None` if a listing broke off, so that nobody knows.
    pub(crate) total: Option<u64>,
    /// Units that were read completely.
    pub(crate) read: u64,
    /// Units with nothing to read, or that are not configured.
    pub(crate) not_applicable: u64,
    /// Units that Google refused.
    pub(crate) denied: u64,
    /// Units that broke.
    pub(crate) failed: u64,
    /// Why units are missing: each cause with its count, worst first; empty if nothing is.
    pub(crate) reason: String,
    /// The scopes, roles or settings that would fill the gaps; empty if nothing is missing.
    pub(crate) needed: String,
    /// What to do about the gaps; empty if nothing is missing.
    pub(crate) fix: String,
}

impl CoverageRow {
    /// Whether anything was denied or failed.
    #[must_use]
    pub(crate) const fn is_partial(&self) -> bool {
        self.denied > 0 || self.failed > 0
    }
}

/// All parts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coverage(pub(crate) Vec<CoverageRow>);

impl Coverage {
    /// Whether anything was denied or failed.
    #[must_use]
    pub(crate) fn is_partial(&self) -> bool {
        self.0.iter().any(CoverageRow::is_partial)
    }
}
