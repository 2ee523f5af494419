//! EXC-03: acceptances that are about to lapse.

use chrono::{DateTime, Utc};

use super::describe;
use crate::checks::{Check, Judge};
use crate::findings::{Exception, Ruling, Severity};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "EXC-03",
    slug: "exception-expiring-soon",
    title: "Exceptions that expire soon",
    severity: Severity::Low,
    condition: "The last day of an entry of the exceptions file is the day of the run (UTC) or at most 14 days later.",
    why: "What it covers comes back as a finding; its owner still has time to fix it or to renew the acceptance.",
    fix: "Ask its owner now.",
    place: "The exceptions file",
    controls: &[],
    needs: &[],
    judge: Judge::Exceptions,
};

const SOON_DAYS: i64 = 14;

/// The verdict on an entry that holds now and soon will not; `None` for any other.
#[must_use]
pub fn judge_expiring_soon(exception: &Exception, run_at: DateTime<Utc>) -> Option<Ruling> {
    let days = exception.expires.signed_duration_since(run_at.date_naive()).num_days();
    let when = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=SOON_DAYS => format!("in {days} days"),
        _ => return None,
    };
    let message = format!("Exception {} expires {when}, on {}", exception.id, exception.expires);
    Some(describe(Ruling::review(Severity::Low, message), exception))
}
