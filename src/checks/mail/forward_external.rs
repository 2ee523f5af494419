//! MAIL-01: a mailbox that forwards all new mail out of the tenant.

use super::entries::{Entry, Judgment};
use super::ownership::{Ownership, ownership_in};
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator, command, gaps, subjects};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::gmail::AutoForwarding;
use crate::tenant::{MailboxSetting, Part, one_word};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-01",
    slug: "forward-external",
    title: "Mailboxes that forward all new mail out of the tenant",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "Automatic forwarding is on, and its address is outside the tenant's verified domains.",
        ),
        Condition::fail(
            Severity::Critical,
            "The same, and Gmail archives or deletes each forwarded message, so that the owner of the mailbox \
             does not see it in the inbox.",
        ),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
    ],
    why: "Every message that arrives is copied to somebody outside the organization. Intruders turn \
          forwarding on to keep reading after the password is changed.",
    fix: "Ask the user who set up the forwarding. Turn it off and delete the forwarding address, or record an \
          exception. To forbid it for all users, turn off automatic forwarding.",
    command: Some("`gam user USER forward off`"),
    may_break: Some("Mail no longer arrives at the other address."),
    place: "Admin console > Apps > Google Workspace > Gmail > End User Access > Automatic forwarding",
    controls: &[
        "SCuBA GMAIL.11.1",
        "CIS-GWS 3.1.3.5.2",
        "NIST 800-53 AC-4",
        "ISO 27001 A.5.14",
        "ISO 27001 A.8.12",
        "SOC 2 CC6.7",
        "ATT&CK T1114.003",
    ],
    needs: &[Part::Users, Part::Domains, Part::AUTO_FORWARDING],
    judge: Evaluator::User(judge),
};

const FINE: &str = "The mailbox does not forward mail out of the tenant";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let judgment = Judgment { tenant, setting: MailboxSetting::AutoForwarding, decisive: &[], fine: FINE };
    judgment.of_entries(&facts.mailbox.auto_forwarding, std::slice::from_ref, |forwarding| {
        judge_forwarding(forwarding, facts, tenant, policy)
    })
}

fn judge_forwarding(
    forwarding: &AutoForwarding,
    facts: &UserFacts,
    tenant: &Snapshot,
    policy: &Policy,
) -> Entry {
    let (holder, address) = (&facts.user, &forwarding.email);
    if !forwarding.enabled {
        return Entry::Fine;
    }
    if address.trim().is_empty() {
        return Entry::Unknown(gaps::left_out(Part::AUTO_FORWARDING, "Gmail", "emailAddress"));
    }
    match ownership_in(Part::AUTO_FORWARDING, address, holder, tenant) {
        Ownership::Ours => return Entry::Fine,
        Ownership::Unknown(gap) => return Entry::Unknown(gap),
        Ownership::Outside => {}
    }
    let (severity, then) = match forwarding.disposition.as_str() {
        "trash" => (Severity::Critical, ". Gmail then deletes each message"),
        "archive" => (Severity::Critical, ". Gmail then archives each message, so it is not in the inbox"),
        _ => (Severity::High, ""),
    };
    let message = format!(
        "{} forwards all new mail to {}, which is outside the tenant's verified domains{then}",
        holder.primary_email,
        one_word(address)
    );
    let result = match user_tier_zero(holder, tenant, policy) {
        Some(why) => CheckResult::fail(severity.raised(), message).evidence("tier_0", why),
        None => CheckResult::fail(severity, message).weighed_by(&TIER_ZERO),
    };
    let result = result
        .about(subjects::forwarding(holder, address))
        .evidence("forwarding_address", address)
        .evidence("disposition", &forwarding.disposition);
    Entry::Offends(Box::new(CheckResult { command: command::forward_off(&holder.primary_email), ..result }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{SubjectKind, Verdict};
    use crate::tenant::{MailboxFact, User};

    fn of(user: User, email: &str, disposition: &str) -> CheckResult {
        let tenant = tenant([&user]);
        only(judge_user(&CHECK, &forwarding(user, email, disposition), &tenant))
    }

    fn forwarding(user: User, email: &str, disposition: &str) -> UserFacts {
        let forwarding =
            AutoForwarding { enabled: true, email: email.into(), disposition: disposition.into() };
        let mut facts = mailbox(user, []);
        facts.mailbox.auto_forwarding = MailboxFact::Read(forwarding);
        facts
    }

    #[test]
    fn forwarding_out_of_the_tenant_is_high_and_critical_where_the_owner_sees_nothing() {
        for (disposition, severity) in [
            ("leaveInInbox", Severity::High),
            ("markRead", Severity::High),
            ("archive", Severity::Critical),
            ("trash", Severity::Critical),
        ] {
            let result = of(ann(), "Ann@Other.Example", disposition);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{disposition}");
            let subject = result.subject.unwrap();
            assert_eq!((subject.kind, &*subject.id), (SubjectKind::Forwarding, "100/ann@other.example"));
            assert_eq!(result.command.as_deref(), Some("gam user \"ann@example.com\" forward off"));
        }
        let admin = super_admin("1", "admin@example.com");
        assert_eq!(of(admin, "a@other.example", "leaveInInbox").severity, Severity::Critical);
    }

    #[test]
    fn forwarding_within_the_tenant_and_forwarding_that_is_off_pass() {
        assert_eq!(of(ann(), "sales@example.com", "trash").verdict, Verdict::Pass);
        let ann = ann();
        let tenant = tenant([&ann]);
        let mut facts = forwarding(ann, "a@other.example", "trash");
        if let MailboxFact::Read(forwarding) = &mut facts.mailbox.auto_forwarding {
            forwarding.enabled = false;
        }
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).verdict, Verdict::Pass);
    }

    #[test]
    fn forwarding_to_nobody_knows_whom_is_not_assessed() {
        assert_eq!(of(ann(), "", "trash").verdict, Verdict::NotAssessed);
        assert_eq!(of(ann(), "a@unsaid.example", "trash").verdict, Verdict::NotAssessed);
        let ann = ann();
        let tenant = without(Part::Domains, tenant([&ann]));
        let result = only(judge_user(&CHECK, &forwarding(ann, "a@other.example", "trash"), &tenant));
        assert_eq!(result.verdict, Verdict::NotAssessed);
    }
}
