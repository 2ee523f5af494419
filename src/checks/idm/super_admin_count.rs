//! IDM-01: too few super admins to be safe from a lock-out, or more than anybody watches.

use std::collections::BTreeMap;

use crate::checks::{Check, Condition, Evaluator, command, gaps};
use crate::findings::{CheckResult, Item, ItemKind, Severity, Subject, SubjectKind};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{
    AdminRoles, AssigneeType, Gap, GapClass, GapReason, Part, People, Person, RoleAssignment, one_word,
};

pub(crate) const CHECK: Check = Check {
    id: "IDM-01",
    slug: "super-admin-count",
    title: "Number of super admins",
    severity: Severity::High,
    conditions: &[
        Condition::fail(Severity::High, "The tenant has fewer than 2 or more than 8 active super admins."),
        Condition::fail(
            Severity::Medium,
            "The tenant has more active super admins than the profile allows. The default and CIS profiles \
             allow 4, and the SCuBA profile allows 8.",
        ),
        Condition::review(
            Severity::High,
            "A super admin role is assigned to a group, a guest, or an ID that is not a listed user. Such an \
             ID can be a service account or a deleted user.",
        ),
        Condition::not_assessed(
            "A super admin role is assigned to a group. Group members are not counted, so the check cannot \
             pass.",
        ),
        Condition::note(
            "A super admin is a user that Directory marks as super admin, or that has a super admin role. \
             Guests count only toward the maximum.",
        ),
    ],
    why: "Every super admin can add a delegation, and so can send mail as anyone. If there is only one super \
          admin, losing that account locks the organization out of its tenant.",
    fix: "Remove the super admin role from users who do not need it every day. Assign them a prebuilt role \
          instead, such as User Management Admin or Help Desk Admin. If there is only one super admin, \
          appoint a second.",
    command: Some(
        "`gam delete admin ROLE_ASSIGNMENT`, if the role is assigned to a group or to an ID that \
                   is not a listed user.",
    ),
    may_break: Some(
        "The users lose all privileges of the role. Before you remove it, make sure that another super admin \
         can sign in.",
    ),
    place: "Admin console > Account > Admin roles > Super Admin",
    controls: &[
        "CIS-GWS 1.1.1",
        "CIS-GWS 1.1.2",
        "SCuBA CC.6.2",
        "NIST 800-53 AC-6(5)",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.3",
        "ATT&CK T1098.003",
        "ATT&CK T1136.003",
    ],
    needs: &[Part::Users, Part::AdminRoles],
    judge: Evaluator::Tenant(judge),
};

/// Above this number, too many is a high finding whatever the profile.
const FAR_TOO_MANY: usize = 8;

fn judge(tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let (people, roles) = match (tenant.people.complete(), tenant.admin_roles.complete()) {
        (Ok(people), Ok(roles)) => (people, roles),
        (Err(gap), _) | (_, Err(gap)) => return vec![CheckResult::not_assessed(gap)],
    };
    let admins = Admins::of(people, roles);
    let known = admins.sure.keys().chain(admins.guests.keys());
    let result = known.fold(count(&admins, policy), |result, admin| result.evidence("super_admin", admin));
    let outsiders = admins.outside.iter().map(|assignment| outsider(assignment, tenant));
    std::iter::once(result)
        .chain(outsiders)
        .chain(admins.guests.keys().map(|guest| guest_admin(guest)))
        .collect()
}

/// Who is an active super admin, and who may be.
struct Admins<'a> {
    /// Active users of the organization who certainly are: the id of each by address.
    sure: BTreeMap<&'a str, &'a str>,
    /// Active guests who certainly are.
    guests: BTreeMap<&'a str, &'a str>,
    /// How many active users may be besides: Directory did not say.
    unsure: usize,
    /// Super admin roles held by what is no listed user: groups, service accounts.
    outside: Vec<&'a RoleAssignment>,
}

impl<'a> Admins<'a> {
    fn of(people: &'a People, roles: &'a AdminRoles) -> Self {
        let holder = |assignment: &'a RoleAssignment| match assignment.assignee_type {
            AssigneeType::Group => None,
            _ => people.by_id(&assignment.assigned_to),
        };
        let (inside, outside): (Vec<_>, Vec<_>) =
            roles.super_admin_assignments().partition(|assignment| holder(assignment).is_some());
        let by_address = |person: Person<'a>| (person.primary_email, person.id);
        let active = |person: &Person<'a>| person.is_active;
        let by_flag = people.iter().filter(|person| person.is_super_admin == Some(true));
        let by_role = inside.into_iter().filter_map(holder);
        let (guests, own): (Vec<_>, Vec<_>) =
            by_flag.chain(by_role).filter(active).partition(|person| person.is_guest);
        let sure: BTreeMap<_, _> = own.into_iter().map(by_address).collect();
        let unsure = people
            .iter()
            .filter(active)
            .filter(|person| person.is_super_admin.is_none() && !person.is_guest)
            .filter(|person| !sure.contains_key(person.primary_email))
            .count();
        Self { sure, guests: guests.into_iter().map(by_address).collect(), unsure, outside }
    }

    fn items(&self) -> impl Iterator<Item = Item> {
        let all = self.sure.iter().chain(&self.guests);
        all.map(|(address, id)| Item::new(ItemKind::SuperAdmin, *id).named(*address))
    }
}

/// Too few and too many are one finding, and not the same fault.
const KINDS: [ItemKind; 2] = [ItemKind::AdminShortage, ItemKind::SuperAdmin];

fn count(admins: &Admins<'_>, policy: &Policy) -> CheckResult {
    let (own, all) = (admins.sure.len(), admins.sure.len() + admins.guests.len());
    if all > policy.super_admins_max {
        let severity = if all > FAR_TOO_MANY { Severity::High } else { Severity::Medium };
        let message = format!("{}; the maximum is {}", super_admins(all), policy.super_admins_max);
        let may_break = CHECK.may_break.map(str::to_owned);
        return CheckResult { may_break, ..CheckResult::fail(severity, message) }.fix(
            "Remove the super admin role from users who do not need it every day, and assign them a prebuilt role \
             with only the privileges that they need.",
        )
        .listing(&KINDS, admins.items());
    }
    if admins.outside.iter().any(|assignment| assignment.assignee_type == AssigneeType::Group) {
        return CheckResult::not_assessed(&uncounted());
    }
    if own + admins.unsure < policy.super_admins_min {
        let message = format!("{}; the minimum is {}", super_admins(own), policy.super_admins_min);
        return CheckResult::fail(Severity::High, message)
            .fix("Assign the super admin role to a second person.")
            .listing(&KINDS, [Item::new(ItemKind::AdminShortage, policy.super_admins_min.to_string())]);
    }
    if own < policy.super_admins_min || all + admins.unsure > policy.super_admins_max {
        return CheckResult::not_assessed(&gaps::left_out(Part::Users, "Directory", "isAdmin"));
    }
    CheckResult::pass(super_admins(all))
}

fn super_admins(count: usize) -> String {
    match count {
        0 => "The tenant has no active super admin".into(),
        1 => "The tenant has 1 active super admin".into(),
        _ => format!("The tenant has {count} active super admins"),
    }
}

fn uncounted() -> Gap {
    Gap {
        part: Part::AdminRoles,
        class: GapClass::NotConfigured,
        reason: GapReason::SUPER_ADMINS_UNCOUNTED,
        message: "A super admin role is assigned to a group, and group members are not counted".into(),
        needed: String::new(),
        fix: "Assign the super admin role only to single users.".into(),
        places: Box::default(),
    }
}

/// The role is held by what is no listed user: a group, a service account, a user who was deleted.
fn outsider(assignment: &RoleAssignment, tenant: &Snapshot) -> CheckResult {
    let (id, holder) = (&assignment.id, &assignment.assigned_to);
    let accounts = tenant.service_accounts.known();
    let account =
        accounts.and_then(|accounts| accounts.0.iter().find(|account| account.unique_id == *holder));
    let shown = one_word(holder);
    let (noun, message, fix) = match (&assignment.assignee_type, account) {
        (AssigneeType::Group, _) => (
            "group",
            format!("Every member of group {shown} is a super admin; members are not counted"),
            format!(
                "Assign the super admin role to single users. Then delete the group's role assignment {id}."
            ),
        ),
        (_, Some(account)) => (
            "principal",
            format!("The service account {} has a super admin role", account.email),
            format!(
                "Assign the account a role with only the privileges that it needs. Then delete the role \
                 assignment {id}."
            ),
        ),
        (_, None) => (
            "principal",
            format!(
                "A super admin role is assigned to the ID {shown}, which is not a listed user. It is a \
                 service account or a deleted user"
            ),
            format!(
                "Delete the role assignment {id} in the Admin console or with `roleAssignments.delete`. If \
                 {shown} is a service account in use, first assign it a role with only the privileges that \
                 it needs."
            ),
        ),
    };
    let result = CheckResult::review(Severity::High, message)
        .about(Subject::new(SubjectKind::Tenant, format!("{noun}:{holder}"), format!("{noun} {holder}")))
        .evidence("role_assignment", id)
        .evidence("assigned_to", holder)
        .fix(fix);
    let may_break = format!("{shown} loses all privileges of the role.");
    CheckResult { command: command::delete_role_assignment(id), may_break: Some(may_break), ..result }
}

/// Somebody outside the organization who may do everything in it.
fn guest_admin(guest: &str) -> CheckResult {
    CheckResult::review(Severity::High, format!("The guest {} is a super admin", one_word(guest)))
        .about(Subject::new(SubjectKind::Tenant, format!("guest:{guest}"), format!("guest {guest}")))
        .evidence("super_admin", guest)
        .fix(format!("Remove the super admin role from the guest {}.", one_word(guest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::User;

    fn admins(count: usize) -> Vec<User> {
        (0..count).map(|n| super_admin(&format!("9{n}"), &format!("admin{n}@example.com"))).collect()
    }

    fn of(count: usize) -> CheckResult {
        only(judge_tenant(&CHECK, &tenant(&admins(count))))
    }

    #[test]
    fn too_few_and_far_too_many_are_high_and_between_is_medium() {
        for (count, severity, message) in [
            (0, Severity::High, "The tenant has no active super admin; the minimum is 2"),
            (1, Severity::High, "The tenant has 1 active super admin; the minimum is 2"),
            (5, Severity::Medium, "The tenant has 5 active super admins; the maximum is 4"),
            (8, Severity::Medium, "The tenant has 8 active super admins; the maximum is 4"),
            (9, Severity::High, "The tenant has 9 active super admins; the maximum is 4"),
        ] {
            let result = of(count);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{count}");
            assert_eq!(result.message, message);
            assert_eq!(result.evidence.len(), count);
        }
    }

    #[test]
    fn two_to_the_maximum_pass() {
        for count in 2..=4 {
            assert_eq!(of(count).verdict, Verdict::Pass, "{count}");
        }
    }

    #[test]
    fn a_super_admin_role_counts_like_the_flag_and_nobody_counts_twice() {
        let mut users = admins(1);
        users.push(ann());
        let both = with_role("1", "90", AssigneeType::User, tenant(&users));
        let both = with_role("1", "100", AssigneeType::User, both);
        assert_eq!(only(judge_tenant(&CHECK, &both)).message, "The tenant has 2 active super admins");
    }

    #[test]
    fn a_suspended_super_admin_does_not_count() {
        let mut users = admins(2);
        users[0].suspended = Some(true);
        assert_eq!(
            only(judge_tenant(&CHECK, &tenant(&users))).message,
            "The tenant has 1 active super admin; the minimum is 2"
        );
    }

    #[test]
    fn missing_users_or_roles_are_not_assessed() {
        for part in [Part::Users, Part::AdminRoles] {
            let result = only(judge_tenant(&CHECK, &without(part, tenant(&admins(1)))));
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert_eq!(result.gap.unwrap().part, part);
        }
    }

    #[test]
    fn a_flag_that_directory_left_out_is_not_assessed_where_it_could_matter() {
        let unsaid = User { is_admin: None, ..ann() };
        for (count, verdict) in
            [(1, Verdict::NotAssessed), (2, Verdict::Pass), (4, Verdict::NotAssessed), (5, Verdict::Fail)]
        {
            let users: Vec<_> = admins(count).into_iter().chain([unsaid.clone()]).collect();
            assert_eq!(only(judge_tenant(&CHECK, &tenant(&users))).verdict, verdict, "{count}");
        }
    }

    #[test]
    fn a_group_with_the_role_is_for_review_and_the_number_does_not_pass() {
        for (count, verdict) in [(1, Verdict::NotAssessed), (3, Verdict::NotAssessed), (5, Verdict::Fail)] {
            let tenant = with_role("1", "g1", AssigneeType::Group, tenant(&admins(count)));
            let results = judge_tenant(&CHECK, &tenant);
            assert_eq!(results[0].verdict, verdict, "{count}");
            assert_eq!(results[1].verdict, Verdict::Review);
            assert_eq!(results[1].subject.as_ref().unwrap().id, "group:g1");
        }
    }
}
