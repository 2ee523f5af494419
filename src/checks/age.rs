//! Age, against the run's time: a verdict that is judged again later must come out the same.

use chrono::{DateTime, TimeDelta, Utc};

/// Whether more than `days` passed between the two.
pub(super) fn is_older(since: DateTime<Utc>, run_at: DateTime<Utc>, days: i64) -> bool {
    let limit = TimeDelta::try_days(days).unwrap_or(TimeDelta::MAX);
    run_at.signed_duration_since(since) > limit
}

/// Whole days between the two.
pub(super) fn days_between(since: DateTime<Utc>, run_at: DateTime<Utc>) -> i64 {
    run_at.signed_duration_since(since).num_days()
}
