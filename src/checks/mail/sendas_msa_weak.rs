//! MAIL-09: send-as addresses whose outside server gets mail and password in clear.

use super::entries::{Entry, judge_each};
use crate::checks::gaps::left_out;
use crate::checks::standing::user_tier_zero;
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Part, Policy, SendAs, Tenant, UserFacts};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "MAIL-09",
    slug: "sendas-msa-weak",
    title: "Send-as addresses with an unprotected mail server",
    severity: Severity::High,
    condition: "The mail server of a send-as address (smtpMsa) is used without TLS (security mode none), or on port \
                25. Tier 0 mailboxes: one step more.",
    why: "Mail, and the password of the outside mail server, can be read on the way.",
    fix: "Delete the address and, if it is needed, create it again with STARTTLS or SSL.",
    place: "The user's Gmail > Settings > Accounts > Send mail as",
    controls: &["NIST 800-53 SC-8", "ISO 27001 A.5.14", "ISO 27001 A.8.24", "SOC 2 CC6.7", "ATT&CK T1040"],
    needs: &[Part::Users, Part::SendAs],
    judge: Judge::User(judge),
};

const FINE: &str = "No send-as address uses a mail server without TLS";

fn judge(facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    judge_each(facts, tenant, &[], FINE, |entry| judge_entry(entry, facts, tenant, policy))
}

fn judge_entry(entry: &SendAs, facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Entry {
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
            return Entry::Unknown(left_out(Part::SendAs, "Gmail", "smtpMsa.port"));
        }
        _ => return Entry::Unknown(left_out(Part::SendAs, "Gmail", "a known smtpMsa.securityMode")),
    };
    let holder = &facts.user;
    let message = format!(
        "{} sends as {} through the mail server {} {weakness}",
        holder.primary_email, entry.send_as_email, smtp.host
    );
    Entry::Offends(match user_tier_zero(holder, tenant, policy) {
        Some(why) => Ruling::fail(Severity::High.raised(), message).evidence("tier_0", why),
        None => Ruling::fail(Severity::High, message),
    })
}
