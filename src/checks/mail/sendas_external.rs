//! MAIL-08: mail that leaves under another organization's name, or through another's server.

use super::entries::{Entry, judge_each};
use super::ownership::{Ownership, ownership};
use crate::checks::standing::user_tier_zero;
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Part, Policy, SendAs, SendAsKind, Tenant, UserFacts};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "MAIL-08",
    slug: "sendas-external",
    title: "Send-as addresses outside the tenant",
    severity: Severity::Medium,
    condition: "A send-as address goes out through a mail server of its own (smtpMsa; high), or is not the \
                primary one and lies outside the tenant's verified domains (medium). A domain that is listed but \
                not verified is outside; a user's own address never is. Tier 0 mailboxes: one step more. An \
                address whose verification is pending counts, and its evidence says so.",
    why: "Mail through an outside server bypasses the tenant's servers, and with them journaling and data loss \
          prevention; a foreign address takes the conversation to where nobody here can see it.",
    fix: "Delete the address from the user's Gmail settings, or record who accepted it. Where nobody needs one, \
          turn per-user outbound gateways off.",
    place: "Admin console > Apps > Google Workspace > Gmail > End User Access > Allow per-user outbound gateways",
    controls: &[
        "SCuBA GMAIL.12.1",
        "CIS-GWS 3.1.3.5.3",
        "NIST 800-53 AC-4",
        "ISO 27001 A.5.14",
        "SOC 2 CC6.7",
        "ATT&CK T1048",
        "ATT&CK T1672",
    ],
    needs: &[Part::Users, Part::Domains, Part::SendAs],
    judge: Judge::User(judge),
};

const FINE: &str = "Every send-as address is the tenant's own and goes out through Gmail";

fn judge(facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    judge_each(facts, tenant, &[Part::Domains], FINE, |entry| judge_entry(entry, facts, tenant, policy))
}

fn judge_entry(entry: &SendAs, facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Entry {
    let holder = &facts.user;
    let owner = match entry.kind {
        SendAsKind::Primary => Ownership::Ours,
        _ => ownership(&entry.send_as_email, holder, tenant),
    };
    let server = entry.smtp.as_ref().map(|smtp| smtp.host.trim()).filter(|host| !host.is_empty());
    let (severity, what) = match (owner, server) {
        (Ownership::Ours, None) => return Entry::Fine,
        (Ownership::Unknown(gap), None) => return Entry::Unknown(gap),
        (Ownership::Outside, None) => (Severity::Medium, "outside the tenant's verified domains".to_owned()),
        (Ownership::Outside, Some(host)) => {
            (Severity::High, format!("outside the tenant's verified domains, through the mail server {host}"))
        }
        (Ownership::Ours | Ownership::Unknown(_), Some(host)) => {
            (Severity::High, format!("through the mail server {host}, past the tenant's own"))
        }
    };
    let message = format!("{} can send as {}, {what}", holder.primary_email, entry.send_as_email);
    Entry::Offends(match user_tier_zero(holder, tenant, policy) {
        Some(why) => Ruling::fail(severity.raised(), message).evidence("tier_0", why),
        None => Ruling::fail(severity, message),
    })
}
