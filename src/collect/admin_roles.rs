//! Admin roles and who holds them.

use std::collections::BTreeSet;

use crate::google::{Listing, Session, admin1_directory as directory};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{AdminRole, AdminRoles, AssigneeType, Gap, Part, Reading, RoleAssignment};

use super::{Plan, earlier, gaps, reading};

/// Reads both listings. Without one of them, the part is partial.
pub(super) async fn collect(admin: &Session<'_>, plan: &Plan, before: &[String]) -> Reading<AdminRoles> {
    if let Some(gap) = plan.not_asked(Part::AdminRoles) {
        return Reading::Missing(gap);
    }
    let roles = directory::list_roles(admin, &plan.customer).all().await;
    let assignments = directory::list_role_assignments(admin, &plan.customer).all().await;
    let any = roles.began || assignments.began;
    let gaps = [gaps::of_listing(Part::AdminRoles, &roles), gaps::of_listing(Part::AdminRoles, &assignments)];
    let empty = (gaps::is_empty(&roles), gaps::is_empty(&assignments));
    let is_whole = gaps.iter().all(Option::is_none);
    let unlisted = match is_whole && !empty.1 {
        true => unlisted(admin, plan, &assignments, before).await,
        false => None,
    };
    let rows = AdminRoles {
        roles: roles.rows.into_iter().map(role).collect(),
        assignments: assignments.rows.into_iter().map(assignment).collect(),
    };
    let lacking = lacking(&rows, empty.0, empty.1).filter(|_| is_whole || empty.0 || empty.1);
    reading(rows, any, gaps.into_iter().flatten().chain(lacking.or(unlisted)))
}

async fn unlisted(
    admin: &Session<'_>,
    plan: &Plan,
    listing: &Listing<directory::RoleAssignment>,
    before: &[String],
) -> Option<Gap> {
    let listed: BTreeSet<&str> = listing.rows.iter().map(|row| row.role_assignment_id.as_str()).collect();
    let unlisted = before.iter().map(String::as_str).filter(|id| !listed.contains(id));
    let exists = |id| directory::has_role_assignment(admin, &plan.customer, id);
    let said = |id: &str| format!("Google did not list the role assignment {id}, but it exists");
    gaps::unlisted(Part::AdminRoles, listing, unlisted.take(gaps::MAX_ASKED), exists, said).await
}

/// The ids of the assignments that earlier runs knew, back to the newest that read them all. Those of super admins come
/// first.
pub(super) fn known_before(run: &Run<'_>) -> Result<Vec<String>, StoreError> {
    let (mut of_super_admins, mut others) = (BTreeSet::new(), BTreeSet::new());
    earlier::readings(run, part_key::ADMIN_ROLES, |reading| {
        if let Some(roles) = reading.known() {
            let id = |assignment: &RoleAssignment| assignment.id.clone();
            of_super_admins.extend(roles.super_admin_assignments().map(id));
            others.extend(roles.assignments.iter().map(id));
        }
        reading.gap().is_none()
    })?;
    others.retain(|id| !of_super_admins.contains(id));
    Ok(of_super_admins.into_iter().chain(others).collect())
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
