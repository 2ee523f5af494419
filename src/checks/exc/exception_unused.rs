//! EXC-02: acceptances of what is no longer there.

use super::describe;
use crate::checks::{Check, ExceptionUse, Judge};
use crate::findings::{Exception, Ruling, Severity};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "EXC-02",
    slug: "exception-unused",
    title: "Exceptions that cover nothing",
    severity: Severity::Low,
    condition: "An entry of the exceptions file covers no finding of this run, and its check left nothing \
                unassessed.",
    why: "It would silently accept the next finding that happens to match.",
    fix: "Delete the entry, or correct its subject if it is misspelt.",
    place: "The exceptions file",
    controls: &[],
    needs: &[],
    judge: Judge::Exception(judge),
};

fn judge(exception: &Exception, usage: ExceptionUse) -> Vec<Ruling> {
    if usage.used {
        return vec![Ruling::pass("The exception covers a finding")];
    }
    if !usage.check_was_complete {
        // What it covers may be just what could not be read.
        return vec![Ruling::not_applicable("The exception's check left something unassessed")];
    }
    let message = format!("Exception {} covers nothing", exception.id);
    vec![describe(Ruling::review(Severity::Low, message), exception)]
}
