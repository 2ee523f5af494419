//! IDM-01: too few super admins to be safe from a lock-out, or more than anybody watches.

use std::collections::BTreeSet;

use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity, Subject, SubjectKind};
use crate::tenant::{AdminRoles, AssigneeType, Part, People, Policy, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "IDM-01",
    slug: "super-admin-count",
    title: "Number of super admins",
    severity: Severity::High,
    condition: "Active super admins, by Directory's flag or by a super admin role, are fewer than 2 or more than \
                the profile's maximum (CIS and default 4, SCuBA 8). High at 1 or none and above 8, medium \
                between. A group that holds a super admin role is for review: its members are not counted.",
    why: "Every super admin can add a delegation and so send as anyone; with a single one, a lost account locks \
          the tenant.",
    fix: "Take the super admin role from people who do not need it daily, or appoint a second person.",
    place: "Admin console > Account > Admin roles > Super Admin",
    controls: &[
        "CIS-GWS 1.1.1",
        "CIS-GWS 1.1.2",
        "SCuBA CC.6.2",
        "NIST 800-53 AC-6(5)",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.3",
    ],
    needs: &[Part::Users, Part::AdminRoles],
    judge: Judge::Tenant(judge),
};

fn judge(tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    let (people, roles) = match (tenant.people.complete(), tenant.admin_roles.complete()) {
        (Ok(people), Ok(roles)) => (people, roles),
        (Err(gap), _) | (_, Err(gap)) => return vec![Ruling::not_assessed(gap)],
    };
    let admins = active_super_admins(people, roles);
    let count = admins.len();
    let mut rulings = vec![if count < policy.super_admins_min {
        Ruling::fail(
            Severity::High,
            format!("{count} active super admin, fewer than {}", policy.super_admins_min),
        )
    } else if count > policy.super_admins_max {
        let severity = if count > 8 { Severity::High } else { Severity::Medium };
        Ruling::fail(severity, format!("{count} active super admins, more than {}", policy.super_admins_max))
    } else {
        Ruling::pass(format!("{count} active super admins"))
    }];
    for admin in &admins {
        rulings[0] = rulings[0].clone().evidence("super_admin", admin);
    }
    rulings.extend(groups_with_super_admin_role(roles));
    rulings
}

/// Addresses of active super admins.
fn active_super_admins<'a>(people: &'a People, roles: &AdminRoles) -> BTreeSet<&'a str> {
    let by_flag = people.iter().filter(|person| person.is_super_admin == Some(true));
    let by_role =
        roles.super_admin_assignments().filter_map(|assignment| people.by_id(&assignment.assigned_to));
    by_flag.chain(by_role).filter(|person| person.is_active).map(|person| &*person.primary_email).collect()
}

fn groups_with_super_admin_role(roles: &AdminRoles) -> impl Iterator<Item = Ruling> {
    roles.super_admin_assignments().filter(|assignment| assignment.assignee_type == AssigneeType::Group).map(
        |assignment| {
            let group = &assignment.assigned_to;
            Ruling::review(
                Severity::High,
                format!("Every member of group {group} is a super admin; members are not counted"),
            )
            .about(Subject::new(SubjectKind::Tenant, format!("group:{group}"), format!("group {group}")))
            .evidence("role_assignment", &assignment.id)
        },
    )
}
