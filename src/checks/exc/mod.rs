//! Entries of the exceptions file. What accepts a risk must itself be looked after.

pub(crate) mod exception_expired;
pub(crate) mod exception_expiring_soon;
pub(crate) mod exception_unused;

use crate::checks::subjects;
use crate::findings::{Exception, Ruling};

/// Names the entry, and what it was written for.
fn describe(ruling: Ruling, exception: &Exception) -> Ruling {
    let ruling = ruling
        .about(subjects::exception(exception))
        .evidence("owner", &exception.owner)
        .evidence("reason", &exception.reason)
        .evidence("expires", exception.expires)
        .evidence("line", exception.line);
    match &exception.ticket {
        Some(ticket) => ruling.evidence("ticket", ticket),
        None => ruling,
    }
}
