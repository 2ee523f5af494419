//! How bad a finding is.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::delegation::ScopeSeverity;

/// How bad a finding is, for one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Severity {
    /// Worth knowing.
    Info,
    /// When there is time.
    Low,
    /// This quarter.
    Medium,
    /// This week.
    High,
    /// Today.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub(crate) const WORST_FIRST: [Self; 5] =
        [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// One step worse, as for super admins; critical stays critical.
    #[must_use]
    pub(crate) const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

impl From<ScopeSeverity> for Severity {
    fn from(severity: ScopeSeverity) -> Self {
        match severity {
            ScopeSeverity::Info => Self::Info,
            ScopeSeverity::Low => Self::Low,
            ScopeSeverity::Medium => Self::Medium,
            ScopeSeverity::High => Self::High,
            ScopeSeverity::Critical => Self::Critical,
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
