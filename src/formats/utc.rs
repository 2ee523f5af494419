//! Times as every format writes them.

use chrono::{DateTime, Utc};

/// `YYYY-MM-DDTHH:MM:SSZ`.
pub(super) fn seconds(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
