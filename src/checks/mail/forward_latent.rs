//! MAIL-03: an outside address to which a mailbox can forward at any time.

use super::delegates::unknown_status;
use super::entries::{Entry, Judgment};
use super::ownership::{Ownership, ownership_in};
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator, command, subjects};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::ForwardingAddress;
use crate::tenant::{Address, MailboxSetting, Part, one_word};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-03",
    slug: "forward-latent",
    title: "Forwarding addresses outside the tenant that are not in use",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::Medium,
            "A forwarding address outside the tenant's verified domains is verified, and automatic forwarding \
             does not use it.",
        ),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
        Condition::note("Filters can forward to the address, too (MAIL-02)."),
        Condition::note("MAIL-01 reports an address that automatic forwarding uses."),
    ],
    why: "Whoever has access to the mailbox for a minute, such as a delegate or a program with a mail scope, can \
          forward its mail to this address without a new verification.",
    fix: "Delete the forwarding address, or record an exception.",
    command: Some("`gam user USER delete forwardingaddress ADDRESS`"),
    may_break: Some("Filters that forward to the address stop doing so."),
    place: "The user's Gmail > Settings > Forwarding and POP/IMAP",
    controls: &["NIST 800-53 AC-4", "ISO 27001 A.5.14", "ATT&CK T1114.003"],
    needs: &[Part::Users, Part::Domains, Part::FORWARDING_ADDRESSES, Part::AUTO_FORWARDING],
    judge: Evaluator::User(judge),
};

const FINE: &str = "The mailbox has no unused forwarding address outside the tenant";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let judgment =
        Judgment { tenant, setting: MailboxSetting::ForwardingAddresses, decisive: &[], fine: FINE };
    judgment.of_entries(&facts.mailbox.forwarding_addresses, Vec::as_slice, |address| {
        judge_address(address, facts, tenant, policy)
    })
}

fn judge_address(
    address: &ForwardingAddress,
    facts: &UserFacts,
    tenant: &Snapshot,
    policy: &Policy,
) -> Entry {
    let holder = &facts.user;
    let email = &address.email;
    match ownership_in(Part::FORWARDING_ADDRESSES, email, holder, tenant) {
        Ownership::Ours => return Entry::Fine,
        Ownership::Unknown(gap) => return Entry::Unknown(gap),
        Ownership::Outside => {}
    }
    match address.verification_status.as_str() {
        "accepted" => {}
        // Nothing is forwarded before the owner of the address confirms it.
        "pending" => return Entry::Fine,
        status => return Entry::Unknown(unknown_status(Part::FORWARDING_ADDRESSES, status)),
    }
    let in_use = facts.mailbox.auto_forwarding.known().is_some_and(|forwarding| {
        forwarding.enabled && Address::new(&forwarding.email) == Address::new(email)
    });
    if in_use {
        return Entry::Fine;
    }
    let message = format!(
        "{} can forward mail to {}, which is outside the tenant's verified domains. The address is verified and \
         not in use",
        holder.primary_email,
        one_word(email)
    );
    let result = match user_tier_zero(holder, tenant, policy) {
        Some(why) => CheckResult::fail(Severity::Medium.raised(), message).evidence("tier_0", why),
        None => CheckResult::fail(Severity::Medium, message).weighed_by(&TIER_ZERO),
    };
    let result = result
        .resting_on(&[Part::AUTO_FORWARDING])
        .about(subjects::forwarding(holder, email))
        .evidence("forwarding_address", email)
        .evidence("verification_status", &address.verification_status);
    let command = command::delete_forwarding_address(&holder.primary_email, email);
    Entry::Offends(Box::new(CheckResult { command, ..result }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::MailboxFact;
    use crate::tenant::gmail::AutoForwarding;

    fn of(email: &str, status: &str, forwards_to: Option<&str>) -> CheckResult {
        let ann = ann();
        let tenant = tenant([&ann]);
        let mut facts = mailbox(ann, []);
        let address = ForwardingAddress { email: email.into(), verification_status: status.into() };
        facts.mailbox.forwarding_addresses = MailboxFact::Read(vec![address]);
        facts.mailbox.auto_forwarding = MailboxFact::Read(AutoForwarding {
            enabled: forwards_to.is_some(),
            email: forwards_to.unwrap_or_default().into(),
            disposition: "leaveInInbox".into(),
        });
        only(judge_user(&CHECK, &facts, &tenant))
    }

    #[test]
    fn a_verified_outside_address_that_is_not_in_use_fails() {
        assert_eq!(of("a@other.example", "accepted", None).verdict, Verdict::Fail);
        assert_eq!(of("a@other.example", "accepted", Some("b@other.example")).verdict, Verdict::Fail);
        assert_eq!(of("a@other.example", "accepted", Some("A@Other.example")).verdict, Verdict::Pass);
    }

    #[test]
    fn an_address_of_the_tenant_and_one_that_waits_for_its_owner_pass() {
        assert_eq!(of("a@example.com", "accepted", None).verdict, Verdict::Pass);
        assert_eq!(of("a@other.example", "pending", None).verdict, Verdict::Pass);
    }

    #[test]
    fn an_address_whose_verification_is_unknown_is_not_assessed() {
        for status in ["", "verificationStatusUnspecified"] {
            assert_eq!(of("a@other.example", status, None).verdict, Verdict::NotAssessed);
        }
    }
}
