//! IDM-03: accounts that nobody uses and that still open.

use chrono::{DateTime, Utc};

use crate::checks::age::{days_between, is_older};
use crate::checks::gaps::left_out;
use crate::checks::standing::{Standing, is_admin, standing, user_tier_zero};
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{LastLogin, Part, Policy, Tenant, UserFacts};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "IDM-03",
    slug: "dormant-active",
    title: "Active accounts that nobody uses",
    severity: Severity::Medium,
    condition: "A user who is neither suspended nor archived last signed in more than 90 days before the run, or \
                never did and was created more than 30 days before it. High for admins and tier 0 accounts.",
    why: "Nobody notices when someone else signs in to an account that its owner has left.",
    fix: "Ask the manager whether the account is still needed; if not, suspend or archive it.",
    place: "Admin console > Directory > Users",
    controls: &["NIST 800-53 AC-2(3)", "ISO 27001 A.5.18", "SOC 2 CC6.2", "ATT&CK T1078.004"],
    needs: &[Part::Users],
    judge: Judge::User(judge),
};

fn judge(facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    let user = &facts.user;
    vec![match (standing(user), user.last_login) {
        (Standing::Closed(reason), _) => Ruling::not_applicable(reason),
        (Standing::Unknown(gap), _) => Ruling::not_assessed(&gap),
        (Standing::Active, LastLogin::At(at)) => judge_last_login(at, facts, tenant, policy),
        (Standing::Active, LastLogin::Never) => judge_never(facts, tenant, policy),
        (Standing::Active, LastLogin::Unknown) => {
            Ruling::not_assessed(&left_out(Part::Users, "Directory", "lastLoginTime"))
        }
    }]
}

fn judge_last_login(at: DateTime<Utc>, facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Ruling {
    let date = at.date_naive();
    if !is_older(at, tenant.run_at, policy.dormant_after_days) {
        return Ruling::pass(format!("Last signed in on {date}"));
    }
    let days = days_between(at, tenant.run_at);
    let message = format!("{} last signed in {days} days ago, on {date}", facts.user.primary_email);
    dormant(message, facts, tenant, policy).evidence("lastLoginTime", at.to_rfc3339())
}

fn judge_never(facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Ruling {
    let Some(created) = facts.user.created_at else {
        return Ruling::not_assessed(&left_out(Part::Users, "Directory", "creationTime"));
    };
    let date = created.date_naive();
    if !is_older(created, tenant.run_at, policy.first_login_within_days) {
        return Ruling::pass(format!("New since {date}, not signed in yet"));
    }
    let days = days_between(created, tenant.run_at);
    let message =
        format!("{} never signed in, {days} days after it was created on {date}", facts.user.primary_email);
    dormant(message, facts, tenant, policy)
        .evidence("lastLoginTime", "never")
        .evidence("creationTime", created.to_rfc3339())
}

fn dormant(message: String, facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Ruling {
    match (is_admin(&facts.user, tenant), user_tier_zero(&facts.user, tenant, policy)) {
        (Ok(true), _) => Ruling::fail(Severity::High, message).evidence("admin", true),
        (_, Some(why)) => Ruling::fail(Severity::High, message).evidence("tier_0", why),
        (Ok(false), None) => Ruling::fail(Severity::Medium, message),
        (Err(gap), None) => {
            Ruling::fail(Severity::Medium, message).evidence("admin", format!("unknown: {}", gap.message))
        }
    }
}
