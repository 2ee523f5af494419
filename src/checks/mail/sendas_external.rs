//! MAIL-08: mail that leaves under another organization's name, or through another's server.

use super::entries::{Entry, judge_each};
use super::ownership::{Ownership, ownership};
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Address, Part, SendAs, SendAsKind, one_word};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-08",
    slug: "sendas-external",
    title: "Send-as addresses outside the tenant",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::High,
            "A send-as address uses its own mail server (`smtpMsa`) instead of \
                                         Gmail.",
        ),
        Condition::fail(
            Severity::Medium,
            "A send-as address other than the primary one is outside the tenant's verified domains.",
        ),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
        Condition::note(
            "A domain that is listed but not verified counts as outside the tenant. A user's own address \
             counts as inside, unless the user is a guest.",
        ),
        Condition::note(
            "An address counts even if its verification is pending. In this case, the finding \
                         says so.",
        ),
    ],
    why: "Mail through an outside server bypasses the tenant's journaling and data loss prevention. Nobody \
          in the organization sees replies to an outside address.",
    fix: "Delete the address from the user's Gmail settings, or record an exception. If no user needs an \
          outside mail server, turn off per-user outbound gateways.",
    command: Some("`gam user USER delete sendas ADDRESS`, except for the primary address."),
    may_break: Some(
        "The user can no longer send as this address. Delegates and programs that use the mailbox cannot \
         either.",
    ),
    place: "Admin console > Apps > Google Workspace > Gmail > End User Access > Allow per-user outbound \
            gateways",
    controls: &[
        "SCuBA GMAIL.12.1",
        "CIS-GWS 3.1.3.5.3",
        "NIST 800-53 AC-4",
        "ISO 27001 A.5.14",
        "SOC 2 CC6.7",
        "ATT&CK T1048",
        "ATT&CK T1672",
    ],
    needs: &[Part::Users, Part::Domains, Part::SEND_AS],
    judge: Evaluator::User(judge),
};

const FINE: &str = "Every send-as address belongs to the tenant and uses Gmail";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    judge_each(facts, tenant, &[Part::Domains], FINE, |entry| judge_entry(entry, facts, tenant, policy))
}

fn judge_entry(entry: &SendAs, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Entry {
    let holder = &facts.user;
    let owner = match entry.kind {
        SendAsKind::Primary => Ownership::Ours,
        _ => ownership(&entry.send_as_email, holder, tenant),
    };
    let server = entry.smtp.as_ref().map(|smtp| smtp.host.trim()).filter(|host| !host.is_empty());
    let is_outside = matches!(owner, Ownership::Outside);
    let is_undecided = matches!(owner, Ownership::Unknown(_));
    let (severity, what) = match (owner, server.map(one_word)) {
        (Ownership::Ours, None) => return Entry::Fine,
        (Ownership::Unknown(gap), None) => return Entry::Unknown(gap),
        (Ownership::Outside, None) => {
            (Severity::Medium, "which is outside the tenant's verified domains".to_owned())
        }
        (Ownership::Outside, Some(host)) => (
            Severity::High,
            format!(
                "which is outside the tenant's verified domains and uses the mail \
                                      server {host}"
            ),
        ),
        (Ownership::Ours | Ownership::Unknown(_), Some(host)) => {
            (Severity::High, format!("which uses the mail server {host} instead of the tenant's"))
        }
    };
    let (holder_address, address) = (&holder.primary_email, one_word(&entry.send_as_email));
    let message = if entry.verification_status == "pending" {
        format!(
            "{holder_address} added the send-as address {address}, {what}. It is not verified yet, so nobody can use it"
        )
    } else {
        format!("{holder_address} can send as {address}, {what}")
    };
    let tier_zero = user_tier_zero(holder, tenant, policy);
    let weigh = |severity: Severity| if tier_zero.is_some() { severity.raised() } else { severity };
    let outside = is_outside.then(|| {
        let item = Item::new(ItemKind::OutsideAddress, Address::new(&entry.send_as_email).as_str());
        item.weighing(weigh(Severity::Medium))
    });
    let server = server
        .map(|host| Item::new(ItemKind::MailServer, host.to_lowercase()).weighing(weigh(Severity::High)));
    let result =
        CheckResult::fail(weigh(severity), message).listing(&KINDS, outside.into_iter().chain(server));
    let result = if is_undecided { result.undecided(ItemKind::OutsideAddress) } else { result };
    Entry::Offends(Box::new(match tier_zero {
        Some(why) => result.evidence("tier_0", why),
        None => result.weighed_by(&TIER_ZERO),
    }))
}

const KINDS: [ItemKind; 2] = [ItemKind::OutsideAddress, ItemKind::MailServer];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{Evidence, SubjectKind, Verdict};
    use crate::tenant::User;

    fn of(entries: impl IntoIterator<Item = SendAs>) -> Vec<CheckResult> {
        let user = ann();
        let tenant = tenant([&user]);
        judge_user(&CHECK, &mailbox(user, entries), &tenant)
    }

    #[test]
    fn an_address_outside_the_verified_domains_is_medium_and_is_named() {
        let result = only(of([custom("Sales@Other.Example")]));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        let subject = result.subject.unwrap();
        assert_eq!(subject.kind, SubjectKind::SendAs);
        assert_eq!(subject.id, "100/sales@other.example");
        assert_eq!(subject.name, "ann@example.com → Sales@Other.Example");
        assert_eq!(subject.part_of, ["100", "ann@example.com"]);
    }

    #[test]
    fn a_mail_server_of_its_own_is_high_even_for_the_tenants_own_address() {
        for address in ["sales@other.example", "sales@example.com"] {
            let result = only(of([through("smtp.other.example", 587, "starttls", custom(address))]));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        }
    }

    #[test]
    fn each_offending_address_gets_its_own_verdict() {
        let results = of([custom("a@other.example"), custom("b@example.com"), custom("c@other.example")]);
        let ids: Vec<_> = results.iter().map(|result| &result.subject.as_ref().unwrap().id).collect();
        assert_eq!(ids, ["100/a@other.example", "100/c@other.example"]);
    }

    #[test]
    fn the_own_address_and_addresses_of_verified_domains_pass() {
        assert_eq!(only(of([])).verdict, Verdict::Pass);
        assert_eq!(only(of([custom("sales@EXAMPLE.com")])).verdict, Verdict::Pass);
    }

    #[test]
    fn a_domain_that_is_listed_and_not_verified_is_outside() {
        assert_eq!(only(of([custom("a@unproved.example")])).verdict, Verdict::Fail);
    }

    #[test]
    fn another_users_own_address_is_inside_wherever_it_is() {
        let bob = User { aliases: vec!["bob@unproved.example".into()], ..user("200", "bob@example.com") };
        let ann = ann();
        let tenant = tenant([&ann, &bob]);
        let facts = mailbox(ann, [custom("Bob@unproved.example")]);
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).verdict, Verdict::Pass);
        let result = only(judge_user(&CHECK, &facts, &without(Part::Users, tenant)));
        assert_eq!(result.verdict, Verdict::NotAssessed);
    }

    #[test]
    fn a_domain_whose_verification_is_unknown_is_not_assessed() {
        assert_eq!(only(of([custom("a@unsaid.example")])).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn without_domains_only_an_outside_mail_server_fails_and_nothing_passes() {
        let ann = ann();
        let tenant = without(Part::Domains, tenant([&ann]));
        for entries in [vec![], vec![custom("a@other.example")], vec![custom("a@example.com")]] {
            let result = only(judge_user(&CHECK, &mailbox(ann.clone(), entries), &tenant));
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert_eq!(result.gap.unwrap().part, Part::Domains);
        }
        let entry = through("smtp.other.example", 587, "starttls", custom("a@other.example"));
        let results = judge_user(&CHECK, &mailbox(ann, [entry, custom("b@other.example")]), &tenant);
        let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Fail, Verdict::NotAssessed]);
    }

    #[test]
    fn tier_0_mailboxes_are_one_step_more() {
        let admin = super_admin("1", "admin@example.com");
        let tenant = tenant([&admin]);
        let facts = mailbox(admin, [custom("a@other.example")]);
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).severity, Severity::High);
    }

    #[test]
    fn pending_verification_is_evidence() {
        let pending = SendAs { verification_status: "pending".into(), ..custom("a@other.example") };
        let result = only(of([pending]));
        assert!(result.evidence.contains(&Evidence::new("verification_status", "pending")));
        assert!(!result.message.contains("can send"), "{}", result.message);
    }
}
