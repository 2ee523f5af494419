//! A report that was written, and the times that it is about.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A report that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptReport {
    /// The name of its folder.
    pub(crate) folder: String,
    /// SHA-256 of its `manifest.json`, hexadecimal.
    pub(crate) manifest_sha256: String,
}

/// The time for which a log was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogWindow {
    /// A part, or the events of it that alone were read: `admin_log/delegations`.
    pub(crate) log: String,
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}
