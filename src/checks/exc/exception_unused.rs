//! EXC-02: acceptances of what is no longer there.

use super::describe;
use crate::checks::{Check, Judge};
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
    judge: Judge::Exceptions,
};

/// The verdict on an entry that covers nothing. `used`: it covered a finding. `fully_assessed`: its check
/// left nothing unassessed; otherwise what it covers may be what could not be read.
#[must_use]
pub fn judge_unused(exception: &Exception, used: bool, fully_assessed: bool) -> Option<Ruling> {
    (!used && fully_assessed).then(|| {
        let message = format!("Exception {} covers nothing", exception.id);
        describe(Ruling::review(Severity::Low, message), exception)
    })
}
