//! EXC-04: acceptances that accept more, or for longer, than anybody looked at.

use super::describe;
use crate::checks::{Check, Condition, Evaluator, ExceptionUse};
use crate::findings::{CheckResult, Severity};
use crate::policy::{Exception, Policy};

pub(crate) const CHECK: Check = Check {
    id: "EXC-04",
    slug: "exception-too-broad",
    title: "Exceptions that accept too much",
    severity: Severity::Medium,
    conditions: &[
        Condition::review(Severity::Medium, "The subject of an exception consists only of wildcards."),
        Condition::review(
            Severity::Medium,
            "An exception covers more than `[checks] exception_max_findings` findings (25 by default).",
        ),
        Condition::review(
            Severity::Medium,
            "The `expires` date is more than `[checks] exception_max_days` (365 by default) after `created`, \
             or after the run if there is no `created` date.",
        ),
    ],
    why: "Such an exception accepts new findings before anybody has seen them.",
    fix: "Write one exception for each subject that somebody has reviewed, with an `expires` date within a \
          year.",
    command: None,
    may_break: None,
    place: "The exceptions file",
    controls: &[],
    needs: &[],
    judge: Evaluator::Exception(judge),
};

fn judge(exception: &Exception, usage: ExceptionUse<'_>) -> Vec<CheckResult> {
    if exception.is_expired(usage.run_at) {
        return vec![CheckResult::not_applicable("The exception has expired")];
    }
    let excess = excess(exception, usage);
    if excess.is_empty() {
        return vec![CheckResult::pass(
            "The exception names what it accepts and is valid for a limited time",
        )];
    }
    let message = format!("Exception {} {}", exception.id, excess.join(", and "));
    vec![
        describe(CheckResult::review(Severity::Medium, message), exception).evidence("covers", usage.covered),
    ]
}

fn excess(exception: &Exception, usage: ExceptionUse<'_>) -> Vec<String> {
    let Policy { exception_max_findings, exception_max_days, .. } = *usage.policy;
    let mut excess = Vec::new();
    if exception.matches_everything() {
        excess.push(format!("accepts every finding of {}", exception.check));
    }
    if usage.covered > exception_max_findings {
        excess.push(format!("covers {} findings", usage.covered));
    }
    let from = exception.created.unwrap_or_else(|| usage.run_at.date_naive());
    let days = exception.expires.signed_duration_since(from).num_days();
    if days > exception_max_days {
        let since = if exception.created.is_some() { "" } else { " more" };
        excess.push(format!("is valid for {days}{since} days"));
    }
    excess
}
