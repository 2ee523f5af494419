//! Admin roles and who holds them.

use crate::google::{Session, admin1_directory as directory};
use crate::tenant::{AdminRole, AdminRoles, AssigneeType, Gap, Part, Reading, RoleAssignment};

use super::{Plan, gaps, reading};

/// Reads both listings. Without one of them, the part is partial.
pub(super) async fn collect(admin: &Session<'_>, plan: &Plan) -> Reading<AdminRoles> {
    if let Some(gap) = plan.not_asked(Part::AdminRoles) {
        return Reading::Missing(gap);
    }
    let roles = directory::list_roles(admin, &plan.customer).all().await;
    let assignments = directory::list_role_assignments(admin, &plan.customer).all().await;
    let any = roles.began || assignments.began;
    let gaps = [gaps::of_listing(Part::AdminRoles, &roles), gaps::of_listing(Part::AdminRoles, &assignments)];
    let empty = (gaps::is_empty(&roles), gaps::is_empty(&assignments));
    let is_whole = gaps.iter().all(Option::is_none);
    let rows = AdminRoles {
        roles: roles.rows.into_iter().map(role).collect(),
        assignments: assignments.rows.into_iter().map(assignment).collect(),
    };
    let lacking = lacking(&rows, empty.0, empty.1).filter(|_| is_whole || empty.0 || empty.1);
    reading(rows, any, gaps.into_iter().flatten().chain(lacking))
}

/// What no tenant lacks: system roles, and a super admin.
fn lacking(rows: &AdminRoles, roles_are_empty: bool, assignments_are_empty: bool) -> Option<Gap> {
    let what = if roles_are_empty {
        "role"
    } else if assignments_are_empty {
        "assignment"
    } else if !rows.roles.iter().any(|role| role.is_super_admin == Some(true)) {
        "super admin role"
    } else if rows.super_admin_assignments().next().is_none() {
        "assignment of a super admin role"
    } else {
        return None;
    };
    Some(gaps::empty(Part::AdminRoles, what))
}

fn role(wire: directory::Role) -> AdminRole {
    AdminRole {
        id: wire.role_id,
        name: wire.role_name.unwrap_or_default(),
        is_super_admin: wire.is_super_admin_role,
        is_system: wire.is_system_role,
    }
}

fn assignment(wire: directory::RoleAssignment) -> RoleAssignment {
    RoleAssignment {
        id: wire.role_assignment_id,
        role_id: wire.role_id,
        assigned_to: wire.assigned_to,
        assignee_type: match wire.assignee_type.as_deref() {
            Some("user") => AssigneeType::User,
            Some("group") => AssigneeType::Group,
            other => AssigneeType::Other(other.unwrap_or_default().to_owned()),
        },
        scope_type: wire.scope_type.unwrap_or_default(),
    }
}
