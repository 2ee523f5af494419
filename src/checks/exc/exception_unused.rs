//! EXC-02: acceptances of what is no longer there.

use super::describe;
use crate::checks::{Check, Condition, Evaluator, ExceptionUse};
use crate::findings::{Advice, CheckResult, Severity};
use crate::policy::Exception;

pub(crate) const CHECK: Check = Check {
    id: "EXC-02",
    slug: "exception-unused",
    title: "Exceptions that cover nothing",
    severity: Severity::Low,
    conditions: &[
        Condition::review(
            Severity::Low,
            "An exception covers no finding of this run, and everything that it could cover was assessed.",
        ),
        Condition::review(
            Severity::Low,
            "An exception names an access path. Access paths are now part of the finding for a binding. The \
             evidence lists the IDs of these findings.",
        ),
    ],
    why: "The exception silently accepts the next finding that matches it.",
    fix: "Delete the exception, or correct its subject if it is misspelled.",
    command: None,
    may_break: None,
    place: "The exceptions file",
    controls: &[],
    needs: &[],
    judge: Evaluator::Exception(judge),
};

fn judge(exception: &Exception, usage: ExceptionUse<'_>) -> Vec<CheckResult> {
    if usage.covered > 0 {
        return vec![CheckResult::pass("The exception covers a finding")];
    }
    if !usage.now.is_empty() {
        // Not covered by its old id, whatever else was not read.
        let message = format!(
            "Exception {} names single access paths, or several bindings at once, so it covers nothing",
            exception.id
        );
        let fix = "Write an exception for each binding in the evidence that is still acceptable, or name the \
                   custodians in the register. Then delete this exception.";
        let result = describe(CheckResult::review(Severity::Low, message), exception)
            .fix(fix)
            .advising(Advice::Other("access_paths"));
        return vec![usage.now.iter().fold(result, |result, id| result.evidence("now", id))];
    }
    if !usage.all_was_assessed {
        // What it covers may be just what could not be read.
        return vec![CheckResult::not_applicable(
            "Something that the exception could cover was not assessed",
        )];
    }
    let near = usage.near.map(|near| format!(". Did you mean {near}?")).unwrap_or_default();
    let message = format!(
        "Exception {} covers nothing: {} found nothing about {}{near}",
        exception.id, exception.check, exception.subject
    );
    vec![describe(CheckResult::review(Severity::Low, message), exception)]
}
