//! How much of each part was read.

use serde::{Deserialize, Serialize};

use crate::tenant::Part;

/// One part: `total = read + not_applicable + denied + failed`, where the total is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// The part.
    pub part: Part,
    /// Units there are; `None` if a listing broke off, so that nobody knows.
    pub total: Option<u64>,
    /// Units that were read completely.
    pub read: u64,
    /// Units with nothing to read, or that are not configured.
    pub not_applicable: u64,
    /// Units that Google refused.
    pub denied: u64,
    /// Units that broke.
    pub failed: u64,
    /// Why units are missing: each cause with its count, worst first; empty if nothing is.
    pub reason: String,
    /// The scopes, roles or settings that would fill the gaps; empty if nothing is missing.
    pub needed: String,
    /// What to do about the gaps; empty if nothing is missing.
    pub fix: String,
}

impl CoverageRow {
    /// Whether anything was denied or failed.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.denied > 0 || self.failed > 0
    }
}

/// All parts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage(pub Vec<CoverageRow>);

impl Coverage {
    /// Whether anything was denied or failed.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.0.iter().any(CoverageRow::is_partial)
    }
}
