//! MAIL-05: delegates of mailboxes.

use super::delegates::{described, judge_delegates, may_use};
use super::entries::Entry;
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::Delegate;
use crate::tenant::{Part, one_word};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-05",
    slug: "delegate-unapproved",
    title: "Mailbox delegates",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::Medium,
            "A user or group is an accepted delegate of the mailbox, and no exception approves it.",
        ),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
        Condition::note("Invitations that are pending, rejected or expired give no access (MAIL-06)."),
    ],
    why: "A delegate can read, send and delete mail as the owner of the mailbox. This access remains after the \
          owner's password is changed, and Google's reports do not list it.",
    fix: "Ask the owner of the mailbox whether the delegate is still needed. Remove the delegate, or record an \
          exception.",
    command: Some("`gam user USER delete delegate ADDRESS`"),
    may_break: Some("The delegate can no longer read or answer mail of this mailbox."),
    place: "Admin console > Apps > Google Workspace > Gmail > User settings > Mail delegation",
    controls: &[
        "SCuBA GMAIL.1.1",
        "CIS-GWS 3.1.3.1.1",
        "NIST 800-53 IA-2",
        "NIST 800-53 SC-7(10)",
        "ISO 27001 A.5.18",
        "SOC 2 CC6.3",
        "ATT&CK T1098.002",
    ],
    needs: &[Part::Users, Part::DELEGATES],
    judge: Evaluator::User(judge),
};

const FINE: &str = "The mailbox has no delegate";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    judge_delegates(facts, tenant, FINE, |delegate| judge_delegate(delegate, facts, tenant, policy))
}

fn judge_delegate(delegate: &Delegate, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Entry {
    let holder = &facts.user;
    match may_use(delegate) {
        Ok(true) => {}
        Ok(false) => return Entry::Fine,
        Err(gap) => return Entry::Unknown(gap),
    }
    let message = format!(
        "{} is a delegate of {} and can read, send and delete its mail",
        one_word(&delegate.email),
        holder.primary_email
    );
    let result = match user_tier_zero(holder, tenant, policy) {
        Some(why) => CheckResult::fail(Severity::Medium.raised(), message).evidence("tier_0", why),
        None => CheckResult::fail(Severity::Medium, message).weighed_by(&TIER_ZERO),
    };
    Entry::Offends(Box::new(described(result, holder, delegate)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::mail::delegates::tests::delegated;
    use crate::checks::test_facts::*;
    use crate::findings::{SubjectKind, Verdict};
    use crate::tenant::User;

    fn of(user: User, status: &str) -> CheckResult {
        let bob = crate::checks::test_facts::user("200", "bob@example.com");
        let tenant = tenant([&user, &bob]);
        only(judge_user(&CHECK, &delegated(user, "Bob@Example.com", status), &tenant))
    }

    #[test]
    fn an_accepted_delegate_fails_and_is_named() {
        let result = of(ann(), "accepted");
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        assert_eq!(
            result.command.as_deref(),
            Some("gam user \"ann@example.com\" delete delegate \"Bob@Example.com\"")
        );
        let subject = result.subject.unwrap();
        assert_eq!((subject.kind, &*subject.id), (SubjectKind::Delegate, "100/bob@example.com"));
        assert_eq!(of(super_admin("1", "admin@example.com"), "accepted").severity, Severity::High);
    }

    #[test]
    fn an_invitation_gives_no_access_and_an_unknown_status_is_not_assessed() {
        for status in ["pending", "rejected", "expired"] {
            assert_eq!(of(ann(), status).verdict, Verdict::Pass, "{status}");
        }
        for status in ["", "verificationStatusUnspecified"] {
            assert_eq!(of(ann(), status).verdict, Verdict::NotAssessed, "{status}");
        }
    }
}
