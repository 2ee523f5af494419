//! What several checks ask of a service account's key.

use chrono::{DateTime, Datelike, Utc};

use crate::tenant::ServiceAccountKey;

/// Whether the key exists as a file somewhere, rather than inside Google.
pub(super) fn is_user_managed(key: &ServiceAccountKey) -> bool {
    key.key_type != "SYSTEM_MANAGED"
}

/// Whether it expired; not, if IAM did not say when it does.
pub(super) fn is_expired(key: &ServiceAccountKey, run_at: DateTime<Utc>) -> bool {
    key.expires_at.is_some_and(|at| at <= run_at)
}

/// Whether it opens the account: enabled, and not known to have expired.
pub(super) fn is_usable(key: &ServiceAccountKey, run_at: DateTime<Utc>) -> bool {
    !key.disabled && !is_expired(key, run_at)
}

/// Whether it never expires: IAM then says the year 9999.
pub(super) fn is_endless(expires_at: DateTime<Utc>) -> bool {
    expires_at.year() >= 9999
}
