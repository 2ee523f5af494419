//! MAIL-06: delegates who cannot sign in, are not protected, or never accepted.

use super::delegates::{described, judge_delegates, may_use};
use super::entries::Entry;
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator, gaps};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::Delegate;
use crate::tenant::{Part, one_word};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-06",
    slug: "delegate-bad-state",
    title: "Delegates without 2-Step Verification, suspended or left over",
    severity: Severity::High,
    conditions: &[
        Condition::fail(Severity::High, "An accepted delegate is not enrolled in 2-Step Verification."),
        Condition::fail(
            Severity::Medium,
            "An accepted delegate is suspended, archived or a guest. If the account is restored, it has access \
             again.",
        ),
        Condition::fail(
            Severity::Low,
            "An invitation is rejected or expired. It gives no access, and should be deleted.",
        ),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
        Condition::not_assessed(
            "The delegate is not a user in Directory. It can be a group or a deleted user.",
        ),
    ],
    why: "A mailbox is as well protected as its weakest delegate: whoever takes over the delegate's account \
          reads and sends mail as the owner.",
    fix: "Remove the delegate. If the delegate is needed, let the user enroll in 2-Step Verification.",
    command: Some("`gam user USER delete delegate ADDRESS`"),
    may_break: Some("The delegate can no longer read or answer mail of this mailbox."),
    place: "Admin console > Apps > Google Workspace > Gmail > User settings > Mail delegation",
    controls: &[
        "NIST 800-53 AC-2(3)",
        "NIST 800-53 IA-2",
        "ISO 27001 A.5.18",
        "SOC 2 CC6.2",
        "ATT&CK T1098.002",
    ],
    needs: &[Part::Users, Part::DELEGATES],
    judge: Evaluator::User(judge),
};

const FINE: &str = "Every delegate of the mailbox is an active user with 2-Step Verification";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    judge_delegates(facts, tenant, FINE, |delegate| judge_delegate(delegate, facts, tenant, policy))
}

fn judge_delegate(delegate: &Delegate, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Entry {
    let holder = &facts.user;
    let has_access = match may_use(delegate) {
        Ok(has_access) => has_access,
        Err(gap) => return Entry::Unknown(gap),
    };
    let (severity, what) = if has_access {
        let Some(person) = tenant.owner_of(&delegate.email) else {
            let gap = tenant.people.gap().cloned().unwrap_or_else(|| {
                let email = one_word(&delegate.email);
                let message = format!(
                    "The delegate {email} is not a user in Directory. It can be a group or a deleted user"
                );
                gaps::unreadable(Part::DELEGATES, message)
            });
            return Entry::Unknown(gap);
        };
        match (person.is_guest, person.is_active, person.is_two_step_enrolled) {
            (true, ..) => (Severity::Medium, "is a guest from outside the organization"),
            (_, false, _) => {
                (Severity::Medium, "is suspended or archived, and has access again when restored")
            }
            (_, _, Some(false)) => (Severity::High, "is not enrolled in 2-Step Verification"),
            (_, _, Some(true)) => return Entry::Fine,
            (_, _, None) => {
                return Entry::Unknown(gaps::left_out(Part::Users, "Directory", "isEnrolledIn2Sv"));
            }
        }
    } else {
        match delegate.verification_status.as_str() {
            "rejected" => (Severity::Low, "rejected the invitation, which is still listed"),
            "expired" => (Severity::Low, "did not accept the invitation in time, and it is still listed"),
            _ => return Entry::Fine,
        }
    };
    let message = format!("{}, a delegate of {}, {what}", one_word(&delegate.email), holder.primary_email);
    let result = match user_tier_zero(holder, tenant, policy) {
        Some(why) => CheckResult::fail(severity.raised(), message).evidence("tier_0", why),
        None => CheckResult::fail(severity, message).weighed_by(&TIER_ZERO),
    };
    Entry::Offends(Box::new(described(result, holder, delegate)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::mail::delegates::tests::delegated;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::User;

    fn of(delegate: User, status: &str) -> CheckResult {
        let ann = ann();
        let tenant = tenant([&ann, &delegate]);
        only(judge_user(&CHECK, &delegated(ann, &delegate.primary_email, status), &tenant))
    }

    fn bob() -> User {
        User { two_step_enrolled: Some(true), ..user("200", "bob@example.com") }
    }

    #[test]
    fn the_state_of_the_delegate_decides() {
        let suspended = User { suspended: Some(true), ..bob() };
        let archived = User { archived: Some(true), ..bob() };
        let weak = User { two_step_enrolled: Some(false), ..bob() };
        for (delegate, severity) in
            [(suspended, Severity::Medium), (archived, Severity::Medium), (weak, Severity::High)]
        {
            let result = of(delegate, "accepted");
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity));
        }
        assert_eq!(of(bob(), "accepted").verdict, Verdict::Pass);
        let unsaid = User { two_step_enrolled: None, ..bob() };
        assert_eq!(of(unsaid, "accepted").verdict, Verdict::NotAssessed);
    }

    #[test]
    fn leftover_invitations_are_low_and_a_fresh_one_is_fine() {
        for status in ["rejected", "expired"] {
            let result = of(bob(), status);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Low), "{status}");
        }
        assert_eq!(of(bob(), "pending").verdict, Verdict::Pass);
    }

    #[test]
    fn a_delegate_who_is_no_user_is_not_assessed() {
        let ann = ann();
        let tenant = tenant([&ann]);
        let facts = delegated(ann, "support@example.com", "accepted");
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).verdict, Verdict::NotAssessed);
    }
}
