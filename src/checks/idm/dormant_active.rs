//! IDM-03: accounts that nobody uses and that still open.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::checks::age::{days_between, is_older};
use crate::checks::gaps::{contradiction, left_out};
use crate::checks::standing::{
    AdminStanding, GUEST, Standing, TIER_ZERO, admin_standing, standing, user_tier_zero,
};
use crate::checks::{Check, Condition, Evaluator, command};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{LastLogin, Part};

/// How far Google's clock may be ahead of the run's.
const CLOCK_SKEW: TimeDelta = TimeDelta::days(1);

pub(crate) const CHECK: Check = Check {
    id: "IDM-03",
    slug: "dormant-active",
    title: "Active accounts that nobody uses",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::High,
            "An active admin or tier 0 user has not signed in for more than 90 days. A user who never signed \
             in counts if the account is more than 30 days old.",
        ),
        Condition::fail(Severity::Medium, "Another active user has not signed in for the same time."),
        Condition::not_assessed(
            "The dates in Directory contradict each other, or contradict what an earlier \
                                 run read.",
        ),
        Condition::not_applicable("The user is suspended, archived or a guest."),
    ],
    why: "Nobody notices if an attacker signs in to an account that its owner no longer uses.",
    fix: "Ask the user's manager whether the account is still needed. If it is not, suspend or archive it.",
    command: Some("`gam update user USER suspended on`, which can be undone."),
    may_break: Some(
        "The user cannot sign in, and new mail and calendar invitations for the user are blocked. Programs \
         that use the mailbox fail.",
    ),
    place: "Admin console > Directory > Users",
    controls: &["NIST 800-53 AC-2(3)", "ISO 27001 A.5.18", "SOC 2 CC6.2", "ATT&CK T1078.004"],
    needs: &[Part::Users],
    judge: Evaluator::User(judge),
};

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let user = &facts.user;
    if user.is_guest() {
        return vec![CheckResult::not_applicable(GUEST)];
    }
    match standing(user) {
        Standing::Closed(reason) => return vec![CheckResult::not_applicable(reason)],
        Standing::Unknown(gap) => return vec![CheckResult::not_assessed(&gap)],
        Standing::Active => {}
    }
    if let Some(message) = contradicted(facts, tenant) {
        return vec![CheckResult::not_assessed(&contradiction(Part::Users, message))];
    }
    vec![match user.last_login {
        LastLogin::At(at) => judge_last_login(at, facts, tenant, policy),
        LastLogin::Never => judge_never(facts, tenant, policy),
        LastLogin::Unknown => {
            let mut gap = left_out(Part::Users, "Directory", "lastLoginTime");
            if let Some(known) = facts.known_sign_in {
                gap.message = format!("{}. The last known sign-in was on {}", gap.message, shown(known));
            }
            CheckResult::not_assessed(&gap)
        }
    }]
}

/// How Directory contradicts itself or what an earlier run read, if it does.
fn contradicted(facts: &UserFacts, tenant: &Snapshot) -> Option<String> {
    let user = &facts.user;
    let (reported, says) = match user.last_login {
        LastLogin::Unknown => return None,
        // Directory can say so of somebody who did sign in: https://github.com/GAM-team/GAM/issues/444
        LastLogin::Never => (None, format!("Directory says that {} never signed in", user.primary_email)),
        LastLogin::At(at) => {
            (Some(at), format!("Directory says that {} last signed in on {}", user.primary_email, shown(at)))
        }
    };
    if let Some(known) = facts.known_sign_in.filter(|known| reported.is_none_or(|reported| reported < *known))
    {
        return Some(format!("{says}, but an earlier run read a sign-in on {}", shown(known)));
    }
    let future = |at: DateTime<Utc>| at > tenant.run_at + CLOCK_SKEW;
    if reported.is_some_and(future) {
        return Some(format!("{says}, which is in the future"));
    }
    let created = user.created_at?;
    let is_later = future(created) || reported.is_some_and(|reported| reported < created);
    is_later.then(|| format!("{says}, and that the account was created on {}", shown(created)))
}

fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn judge_last_login(at: DateTime<Utc>, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> CheckResult {
    let date = at.date_naive();
    if !is_older(at, tenant.run_at, policy.dormant_after_days) {
        return CheckResult::pass(format!("Last signed in on {date}"));
    }
    let days = days_between(at, tenant.run_at);
    let message = format!("{} last signed in {days} days ago, on {date}", facts.user.primary_email);
    dormant(message, facts, tenant, policy).evidence("lastLoginTime", at.to_rfc3339())
}

fn judge_never(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> CheckResult {
    let Some(created) = facts.user.created_at else {
        return CheckResult::not_assessed(&left_out(Part::Users, "Directory", "creationTime"));
    };
    let date = created.date_naive();
    if !is_older(created, tenant.run_at, policy.first_login_within_days) {
        return CheckResult::pass(format!(
            "The account was created on {date}, and the user has not signed in \
                                          yet"
        ));
    }
    let days = days_between(created, tenant.run_at);
    let message = format!(
        "{} never signed in. The account was created {days} days ago, on {date}",
        facts.user.primary_email
    );
    dormant(message, facts, tenant, policy)
        .evidence("lastLoginTime", "never")
        .evidence("creationTime", created.to_rfc3339())
}

fn dormant(message: String, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> CheckResult {
    let user = &facts.user;
    let result = match (admin_standing(user, tenant), user_tier_zero(user, tenant, policy)) {
        (AdminStanding::Admin, _) => CheckResult::fail(Severity::High, message).evidence("admin", true),
        (_, Some(why)) => CheckResult::fail(Severity::High, message).evidence("tier_0", why),
        (AdminStanding::Ordinary, None) => {
            CheckResult::fail(Severity::Medium, message).weighed_by(&TIER_ZERO)
        }
        (AdminStanding::UnlistedRole(role), None) => {
            CheckResult::fail(Severity::Medium, message).evidence("unlisted_role", role)
        }
        (AdminStanding::Unknown(gap), None) => CheckResult::fail(Severity::Medium, message)
            .weighed_by(&TIER_ZERO)
            .evidence("admin", format!("unknown: {}", gap.message)),
    };
    CheckResult { command: command::suspend_user(&user.primary_email), ..result }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::User;

    fn of(user: User) -> CheckResult {
        let tenant = tenant([&user]);
        only(judge_user(&CHECK, &mailbox(user, []), &tenant))
    }

    fn last_login(days: i64, user: User) -> User {
        User { last_login: LastLogin::At(days_ago(days)), ..user }
    }

    fn never(created_days: i64) -> User {
        User { last_login: LastLogin::Never, created_at: Some(days_ago(created_days)), ..ann() }
    }

    #[test]
    fn more_than_ninety_days_without_a_sign_in_fails() {
        let result = of(last_login(91, ann()));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        assert_eq!(result.message, "ann@example.com last signed in 91 days ago, on 2026-08-22");
        assert_eq!(of(last_login(90, ann())).verdict, Verdict::Pass);
    }

    #[test]
    fn never_signed_in_fails_after_thirty_days() {
        assert_eq!(of(never(31)).verdict, Verdict::Fail);
        assert_eq!(of(never(30)).verdict, Verdict::Pass);
    }

    #[test]
    fn an_admin_or_a_tier_0_account_is_high() {
        assert_eq!(of(last_login(91, super_admin("1", "a@example.com"))).severity, Severity::High);
        let user = last_login(91, ann());
        let tenant = tenant([&user]);
        let policy = Policy { tier_zero: vec!["ANN@example.com".into()], ..policy() };
        let result = only(judge_user_by(&CHECK, &mailbox(user, []), &tenant, &policy));
        assert_eq!(result.severity, Severity::High);
    }

    #[test]
    fn what_directory_left_out_is_not_assessed() {
        for user in [
            User { last_login: LastLogin::Unknown, ..ann() },
            User { created_at: None, ..never(31) },
            User { suspended: None, ..last_login(91, ann()) },
        ] {
            assert_eq!(of(user).verdict, Verdict::NotAssessed);
        }
    }

    #[test]
    fn suspended_and_archived_users_are_not_applicable() {
        for user in [User { suspended: Some(true), ..ann() }, User { archived: Some(true), ..ann() }] {
            assert_eq!(of(last_login(91, user)).verdict, Verdict::NotApplicable);
        }
    }
}
