//! What the checks on delegates have in common.

use super::entries::{Entry, Judgment};
use crate::checks::{command, gaps, subjects};
use crate::findings::CheckResult;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::Delegate;
use crate::tenant::{Gap, MailboxSetting, Part, User, one_word};

/// Judges each delegate of a mailbox.
pub(super) fn judge_delegates(
    facts: &UserFacts,
    tenant: &Snapshot,
    fine: &str,
    judge: impl Fn(&Delegate) -> Entry,
) -> Vec<CheckResult> {
    let judgment = Judgment { tenant, setting: MailboxSetting::Delegates, decisive: &[], fine };
    judgment.of_entries(&facts.mailbox.delegates, Vec::as_slice, judge)
}

/// Whether the delegate can use the mailbox.
///
/// # Errors
/// If Gmail did not say.
pub(super) fn may_use(delegate: &Delegate) -> Result<bool, Gap> {
    match delegate.verification_status.as_str() {
        "accepted" => Ok(true),
        "pending" | "rejected" | "expired" => Ok(false),
        status => Err(unknown_status(Part::DELEGATES, status)),
    }
}

/// The gap of a status that Gmail left out, or that has no known meaning.
pub(super) fn unknown_status(part: Part, status: &str) -> Gap {
    if status.is_empty() {
        return gaps::left_out(part, "Gmail", "verificationStatus");
    }
    let status = one_word(status);
    gaps::unreadable(part, format!("Gmail returned the unknown verificationStatus {status}"))
}

/// A result with what is known of the delegate.
pub(super) fn described(result: CheckResult, holder: &User, delegate: &Delegate) -> CheckResult {
    let result = result
        .about(subjects::delegate(holder, &delegate.email))
        .evidence("delegate", &delegate.email)
        .evidence("verification_status", &delegate.verification_status);
    CheckResult { command: command::delete_delegate(&holder.primary_email, &delegate.email), ..result }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::test_facts::mailbox;
    use crate::tenant::MailboxFact;

    /// A mailbox with one delegate.
    pub(in crate::checks::mail) fn delegated(user: User, email: &str, status: &str) -> UserFacts {
        let mut facts = mailbox(user, []);
        let delegate = Delegate { email: email.into(), verification_status: status.into() };
        facts.mailbox.delegates = MailboxFact::Read(vec![delegate]);
        facts
    }
}
