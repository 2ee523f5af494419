//! EXC-03: acceptances that are about to lapse.

use super::describe;
use crate::checks::{Check, Condition, Evaluator, ExceptionUse};
use crate::findings::{CheckResult, Severity};
use crate::policy::Exception;

pub(crate) const CHECK: Check = Check {
    id: "EXC-03",
    slug: "exception-expiring-soon",
    title: "Exceptions that expire soon",
    severity: Severity::Low,
    conditions: &[Condition::review(
        Severity::Low,
        "The `expires` date of an exception is the date of the run (UTC), or at most 14 days later.",
    )],
    why: "When the exception expires, its findings are open again. Its owner still has time to fix them or \
          to accept them again.",
    fix: "Ask the owner of the exception to fix the findings that it covers, or to accept them again.",
    command: None,
    may_break: None,
    place: "The exceptions file",
    controls: &[],
    needs: &[],
    judge: Evaluator::Exception(judge),
};

const SOON_DAYS: i64 = 14;

fn judge(exception: &Exception, usage: ExceptionUse<'_>) -> Vec<CheckResult> {
    let days = exception.expires.signed_duration_since(usage.run_at.date_naive()).num_days();
    let when = match days {
        ..0 => return vec![CheckResult::not_applicable("The exception has expired")],
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=SOON_DAYS => format!("in {days} days"),
        _ => return vec![CheckResult::pass("The exception is valid for more than two weeks")],
    };
    let message = format!("Exception {} expires {when}, on {}", exception.id, exception.expires);
    vec![describe(CheckResult::review(Severity::Low, message), exception)]
}
