//! IDM-02: accounts that a password alone opens.

use crate::checks::gaps::left_out;
use crate::checks::standing::{AdminStanding, GUEST, Standing, admin_standing, standing};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Gap, GmailState, MailboxFact, Part, User};

pub(crate) const CHECK: Check = Check {
    id: "IDM-02",
    slug: "no-2sv",
    title: "Accounts without 2-Step Verification",
    severity: Severity::High,
    conditions: &[
        Condition::fail(Severity::Critical, "An active admin is not enrolled in 2-Step Verification."),
        Condition::fail(
            Severity::High,
            "An active admin is enrolled, but 2-Step Verification is not enforced.",
        ),
        Condition::fail(
            Severity::Medium,
            "2-Step Verification is not enforced for another active user who has a mailbox.",
        ),
        Condition::review(Severity::Medium, "The user has an admin role that Directory does not list."),
        Condition::not_applicable(
            "The user is suspended or archived, is a guest without an admin role, or has neither a mailbox \
             nor an admin role.",
        ),
        Condition::note(
            "An admin is a super admin, a delegated admin, or the holder of any admin role. Roles that a \
             user gets through a group do not count, because the members of such groups are not read.",
        ),
        Condition::note(
            "The check cannot see single sign-on. If your identity provider enforces a second factor, record \
             an exception.",
        ),
    ],
    why: "A stolen password is enough to sign in and send mail as the user. A stolen admin password is \
          enough to add a delegation and send mail as anyone.",
    fix: "Enroll the user, then enforce 2-Step Verification for the user's organizational unit or group. \
          Require security keys for admins.",
    command: None,
    may_break: Some("A user who is not enrolled when enforcement starts cannot sign in."),
    place: "Admin console > Security > Authentication > 2-Step Verification",
    controls: &[
        "CIS-GWS 4.1.1.1",
        "CIS-GWS 4.1.1.3",
        "SCuBA CC.1.1",
        "SCuBA CC.1.2",
        "NIST 800-53 IA-2(1)",
        "NIST 800-53 IA-2(2)",
        "ISO 27001 A.8.5",
        "SOC 2 CC6.1",
        "ATT&CK T1078.004",
        "ATT&CK T1556.006",
    ],
    needs: &[Part::Users, Part::AdminRoles],
    judge: Evaluator::User(judge),
};

fn judge(facts: &UserFacts, tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    match standing(&facts.user) {
        Standing::Closed(reason) => return vec![CheckResult::not_applicable(reason)],
        Standing::Unknown(gap) => return vec![CheckResult::not_assessed(&gap)],
        Standing::Active => {}
    }
    let is_guest = facts.user.is_guest();
    vec![match (facts.user.two_step_enrolled, facts.user.two_step_enforced) {
        (Some(true), Some(true)) if !is_guest => CheckResult::pass("2-Step Verification is on and enforced"),
        _ => match admin_standing(&facts.user, tenant) {
            AdminStanding::Admin => judge_admin(facts),
            AdminStanding::UnlistedRole(role) => judge_unlisted_role(&facts.user, &role),
            AdminStanding::Ordinary if is_guest => CheckResult::not_applicable(GUEST),
            AdminStanding::Ordinary => judge_ordinary(facts, None),
            AdminStanding::Unknown(gap) if is_guest => CheckResult::not_assessed(&gap),
            AdminStanding::Unknown(gap) => judge_ordinary(facts, Some(&gap)),
        },
    }]
}

/// What the role allows is not known, so neither is how much harm a stolen password does.
fn judge_unlisted_role(user: &User, role: &str) -> CheckResult {
    let what = match (user.two_step_enrolled, user.two_step_enforced) {
        (Some(true), Some(true)) => return CheckResult::pass("2-Step Verification is on and enforced"),
        (Some(false), _) => "2-Step Verification is off",
        (_, Some(false)) => "2-Step Verification is not enforced",
        (None, _) => {
            return CheckResult::not_assessed(&left_out(Part::Users, "Directory", "isEnrolledIn2Sv"));
        }
        (_, None) => {
            return CheckResult::not_assessed(&left_out(Part::Users, "Directory", "isEnforcedIn2Sv"));
        }
    };
    let address = &user.primary_email;
    let message = format!("{what} for {address}, who has an admin role that Directory does not list: {role}");
    CheckResult::review(Severity::Medium, message)
        .evidence("unlisted_role", role)
        .evidence("isEnrolledIn2Sv", spell(user.two_step_enrolled))
        .evidence("isEnforcedIn2Sv", spell(user.two_step_enforced))
        .fix(format!(
            "In the Admin console, look up which role {address} has. Enroll the user, then enforce 2-Step \
             Verification for the organizational unit or group."
        ))
}

fn judge_admin(facts: &UserFacts) -> CheckResult {
    match (facts.user.two_step_enrolled, facts.user.two_step_enforced) {
        (Some(false), _) => {
            exposed(Severity::Critical, "2-Step Verification is off for the admin", &facts.user)
        }
        (_, Some(false)) => {
            exposed(Severity::High, "2-Step Verification is not enforced for the admin", &facts.user)
        }
        (None, _) => CheckResult::not_assessed(&left_out(Part::Users, "Directory", "isEnrolledIn2Sv")),
        (_, None) => CheckResult::not_assessed(&left_out(Part::Users, "Directory", "isEnforcedIn2Sv")),
        (Some(true), Some(true)) => CheckResult::pass("2-Step Verification is on and enforced"),
    }
}

/// `admin_gap`: why it is not known whether the user is an admin.
fn judge_ordinary(facts: &UserFacts, admin_gap: Option<&Gap>) -> CheckResult {
    let not_enforced = || exposed(Severity::Medium, "2-Step Verification is not enforced for", &facts.user);
    match (has_mailbox(facts), facts.user.two_step_enforced, admin_gap) {
        (Ok(false), _, None) => {
            CheckResult::not_applicable("The user has neither a mailbox nor an admin role")
        }
        (_, None, _) => CheckResult::not_assessed(&left_out(Part::Users, "Directory", "isEnforcedIn2Sv")),
        (Ok(true), Some(false), None) => not_enforced(),
        // It fails either way; only how badly depends on what is missing.
        (Ok(true), Some(false), Some(gap)) => {
            not_enforced().evidence("admin", format!("unknown: {}", gap.message))
        }
        (_, Some(_), Some(gap)) => CheckResult::not_assessed(gap),
        (Err(gap), Some(false), None) => CheckResult::not_assessed(&gap),
        (Ok(true) | Err(_), Some(true), None) => match facts.user.two_step_enrolled {
            Some(_) => CheckResult::pass("2-Step Verification is enforced"),
            None => CheckResult::not_assessed(&left_out(Part::Users, "Directory", "isEnrolledIn2Sv")),
        },
    }
}

fn exposed(severity: Severity, what: &str, user: &User) -> CheckResult {
    CheckResult::fail(severity, format!("{what} {}", user.primary_email))
        .evidence("isEnrolledIn2Sv", spell(user.two_step_enrolled))
        .evidence("isEnforcedIn2Sv", spell(user.two_step_enforced))
}

const fn spell(flag: Option<bool>) -> &'static str {
    match flag {
        Some(true) => "true",
        Some(false) => "false",
        None => "unknown",
    }
}

fn has_mailbox(facts: &UserFacts) -> Result<bool, Gap> {
    match (facts.mailbox.gmail, facts.user.is_mailbox_setup) {
        (GmailState::On, _) => Ok(true),
        (GmailState::Off | GmailState::NoMailbox, _) => Ok(false),
        (GmailState::Unknown, Some(false)) => Ok(false),
        // Directory does not tell that Gmail is off for a mailbox that was set up.
        (GmailState::Unknown, Some(true)) => match &facts.mailbox.send_as {
            MailboxFact::Missing(gap) => Err(gap.clone()),
            MailboxFact::NotAsked => Err(Gap::not_asked(Part::SEND_AS)),
            _ => Ok(true),
        },
        (GmailState::Unknown, None) => Err(left_out(Part::Users, "Directory", "isMailboxSetup")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::AssigneeType;

    fn of(user: User) -> CheckResult {
        let tenant = tenant([&user]);
        only(judge_user(&CHECK, &mailbox(user, []), &tenant))
    }

    fn with(enrolled: Option<bool>, enforced: Option<bool>, user: User) -> User {
        User { two_step_enrolled: enrolled, two_step_enforced: enforced, ..user }
    }

    #[test]
    fn an_admin_who_is_not_enrolled_is_critical() {
        let delegated = User { is_delegated_admin: Some(true), ..ann() };
        for admin in [super_admin("1", "a@example.com"), delegated] {
            for enforced in [Some(true), Some(false), None] {
                let result = of(with(Some(false), enforced, admin.clone()));
                assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Critical));
            }
        }
    }

    #[test]
    fn the_holder_of_any_role_is_an_admin() {
        let user = with(Some(false), Some(false), ann());
        let tenant = with_role("2", "100", AssigneeType::User, tenant([&user]));
        let result = only(judge_user(&CHECK, &mailbox(user, []), &tenant));
        assert_eq!(result.severity, Severity::Critical);
    }

    #[test]
    fn an_enrolled_admin_for_whom_it_is_not_enforced_is_high() {
        let result = of(with(Some(true), Some(false), super_admin("1", "a@example.com")));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
    }

    #[test]
    fn a_mailbox_user_for_whom_it_is_not_enforced_is_medium() {
        for enrolled in [Some(true), Some(false), None] {
            let result = of(with(enrolled, Some(false), ann()));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        }
    }

    #[test]
    fn enrolled_and_enforced_passes() {
        assert_eq!(of(ann()).verdict, Verdict::Pass);
        assert_eq!(of(super_admin("1", "a@example.com")).verdict, Verdict::Pass);
    }

    #[test]
    fn what_directory_left_out_is_not_assessed_and_never_passes() {
        let admin = super_admin("1", "a@example.com");
        for user in [
            with(None, Some(true), admin.clone()),
            with(Some(true), None, admin),
            with(Some(true), None, ann()),
            with(None, Some(true), ann()),
            with(None, None, ann()),
            with(Some(false), Some(true), User { is_admin: None, ..ann() }),
            User { suspended: None, ..ann() },
            User { archived: None, ..ann() },
        ] {
            let result = of(user);
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert!(result.message.starts_with("Directory did not return "), "{}", result.message);
        }
    }

    #[test]
    fn without_roles_an_ordinary_fault_still_fails_and_the_rest_is_not_assessed() {
        for (enrolled, enforced, verdict) in [
            (Some(false), Some(false), Verdict::Fail),
            (Some(false), Some(true), Verdict::NotAssessed),
            (Some(true), Some(true), Verdict::Pass),
        ] {
            let user = with(enrolled, enforced, ann());
            let tenant = without(Part::AdminRoles, tenant([&user]));
            assert_eq!(only(judge_user(&CHECK, &mailbox(user, []), &tenant)).verdict, verdict);
        }
    }

    #[test]
    fn suspended_and_archived_users_are_not_applicable() {
        for user in [User { suspended: Some(true), ..ann() }, User { archived: Some(true), ..ann() }] {
            assert_eq!(of(with(Some(false), Some(false), user)).verdict, Verdict::NotApplicable);
        }
    }

    #[test]
    fn a_user_with_neither_mailbox_nor_role_is_not_applicable() {
        let user = with(Some(false), Some(false), ann());
        let tenant = tenant([&user]);
        let mut facts = mailbox(user, []);
        facts.mailbox.gmail = GmailState::Off;
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).verdict, Verdict::NotApplicable);
        facts.mailbox.gmail = GmailState::Unknown;
        facts.user.is_mailbox_setup = None;
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).verdict, Verdict::NotAssessed);
    }
}
