//! EXC-01: acceptances that lapsed.

use super::describe;
use crate::checks::{Check, Condition, Evaluator, ExceptionUse};
use crate::findings::{CheckResult, Severity};
use crate::policy::Exception;

pub(crate) const CHECK: Check = Check {
    id: "EXC-01",
    slug: "exception-expired",
    title: "Exceptions that have expired",
    severity: Severity::Medium,
    conditions: &[Condition::fail(
        Severity::Medium,
        "The `expires` date of an exception is before the date of the run (UTC).",
    )],
    why: "Nobody accepts the risk any longer. The findings that the exception covered count as open again.",
    fix: "Fix the findings that the exception covered and delete the exception, or ask its owner to accept \
          them again with a new date.",
    command: None,
    may_break: None,
    place: "The exceptions file",
    controls: &[],
    needs: &[],
    judge: Evaluator::Exception(judge),
};

fn judge(exception: &Exception, usage: ExceptionUse<'_>) -> Vec<CheckResult> {
    if !exception.is_expired(usage.run_at) {
        return vec![CheckResult::pass("The exception is valid")];
    }
    let message = format!("Exception {} expired on {}", exception.id, exception.expires);
    vec![describe(CheckResult::fail(Severity::Medium, message), exception)]
}
