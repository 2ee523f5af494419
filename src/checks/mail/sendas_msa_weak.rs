//! MAIL-09: send-as addresses whose outside server gets mail and password in clear.

use super::entries::{Entry, judge_each};
use crate::checks::gaps::left_out;
use crate::checks::standing::{TIER_ZERO, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Part, SendAs, one_word};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-09",
    slug: "sendas-msa-weak",
    title: "Send-as addresses with an unprotected mail server",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "A send-as address uses a mail server (`smtpMsa`) without TLS (security mode `none`), or on \
             port 25.",
        ),
        Condition::note("The severity is one step higher for tier 0 mailboxes."),
    ],
    why: "Without TLS, others on the network can read the mail and the password for the mail server.",
    fix: "Delete the address. If it is needed, create it again with STARTTLS or SSL.",
    command: Some("`gam user USER delete sendas ADDRESS`, except for the primary address."),
    may_break: Some(
        "The user can no longer send as this address. Delegates and programs that use the mailbox cannot \
         either.",
    ),
    place: "The user's Gmail > Settings > Accounts > Send mail as",
    controls: &["NIST 800-53 SC-8", "ISO 27001 A.5.14", "ISO 27001 A.8.24", "SOC 2 CC6.7", "ATT&CK T1040"],
    needs: &[Part::Users, Part::SEND_AS],
    judge: Evaluator::User(judge),
};

const FINE: &str = "No send-as address uses a mail server without TLS";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    judge_each(facts, tenant, &[], FINE, |entry| judge_entry(entry, facts, tenant, policy))
}

fn judge_entry(entry: &SendAs, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Entry {
    let Some(smtp) = &entry.smtp else { return Entry::Fine };
    let mode = smtp.security_mode.to_ascii_lowercase();
    let weakness = match (mode.as_str(), smtp.port) {
        ("none", Some(25)) => "without TLS, on port 25",
        ("none", _) => "without TLS",
        (_, Some(25)) => "on port 25",
        // An empty `smtpMsa` names no server: Gmail's own sends.
        _ if smtp.host.trim().is_empty() => return Entry::Fine,
        ("ssl" | "starttls", Some(_)) => return Entry::Fine,
        ("ssl" | "starttls", None) => {
            return Entry::Unknown(left_out(Part::SEND_AS, "Gmail", "smtpMsa.port"));
        }
        _ => return Entry::Unknown(left_out(Part::SEND_AS, "Gmail", "a known smtpMsa.securityMode")),
    };
    let holder = &facts.user;
    let message = format!(
        "{} sends as {} through the mail server {} {weakness}",
        holder.primary_email,
        one_word(&entry.send_as_email),
        one_word(&smtp.host)
    );
    let result = match user_tier_zero(holder, tenant, policy) {
        Some(why) => CheckResult::fail(Severity::High.raised(), message).evidence("tier_0", why),
        None => CheckResult::fail(Severity::High, message).weighed_by(&TIER_ZERO),
    };
    // Another server is another matter than the one that somebody accepted.
    let server = Item::new(ItemKind::MailServer, smtp.host.trim().to_lowercase());
    Entry::Offends(Box::new(result.listing(&[ItemKind::MailServer], [server])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::User;

    fn of(port: i64, mode: &str, user: User) -> CheckResult {
        let tenant = tenant([&user]);
        let entry = through("smtp.other.example", port, mode, custom("a@other.example"));
        only(judge_user(&CHECK, &mailbox(user, [entry]), &tenant))
    }

    #[test]
    fn no_tls_or_port_25_is_high_and_critical_for_tier_0() {
        for (port, mode) in [(587, "none"), (25, "starttls"), (25, "none")] {
            let result = of(port, mode, ann());
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
            assert_eq!(result.subject.unwrap().id, "100/a@other.example");
            assert_eq!(of(port, mode, super_admin("1", "b@example.com")).severity, Severity::Critical);
        }
    }

    #[test]
    fn tls_and_gmails_own_servers_pass() {
        for (port, mode) in [(587, "starttls"), (465, "ssl")] {
            assert_eq!(of(port, mode, ann()).verdict, Verdict::Pass);
        }
        let tenant = tenant([&ann()]);
        let facts = mailbox(ann(), [custom("a@other.example")]);
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).verdict, Verdict::Pass);
    }

    #[test]
    fn a_mode_that_nobody_knows_is_not_assessed() {
        for mode in ["", "securityModeUnspecified"] {
            assert_eq!(of(587, mode, ann()).verdict, Verdict::NotAssessed);
        }
    }
}
