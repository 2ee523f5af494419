//! Admin roles and who holds them.

use std::collections::BTreeSet;

use crate::google::{Session, admin1_directory as directory};
use crate::store::{Run, StoreError};
use crate::tenant::{AdminRole, AdminRoles, AssigneeType, Gap, Part, Reading, RoleAssignment};

use super::{Plan, gaps, reading};

/// Assignments that are asked for one by one: a page that is lost holds up to 200.
const ASKED_FOR: usize = 20;

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
    let rows = AdminRoles {
        roles: roles.rows.into_iter().map(role).collect(),
        assignments: assignments.rows.into_iter().map(assignment).collect(),
    };
    let lacking = lacking(&rows, empty.0, empty.1).filter(|_| is_whole || empty.0 || empty.1);
    let contradicted = match is_whole && lacking.is_none() {
        true => still_there(admin, plan, &rows, before).await,
        false => None,
    };
    reading(rows, any, gaps.into_iter().flatten().chain(lacking).chain(contradicted))
}

/// Assignments that are not listed any more were taken away, or their page was lost: asking for some of them tells
/// which.
async fn still_there(admin: &Session<'_>, plan: &Plan, rows: &AdminRoles, before: &[String]) -> Option<Gap> {
    let listed: BTreeSet<&str> = rows.assignments.iter().map(|assignment| assignment.id.as_str()).collect();
    let unlisted = before.iter().filter(|id| !listed.contains(id.as_str()));
    for id in unlisted.take(ASKED_FOR) {
        match directory::has_role_assignment(admin, &plan.customer, id).await {
            Ok(false) => {}
            Ok(true) => {
                let message = format!("Google did not list the role assignment {id}, but it exists");
                return Some(gaps::contradicted(Part::AdminRoles, message));
            }
            Err(error) => return Some(gaps::refused(Part::AdminRoles, &error)),
        }
    }
    None
}

/// The ids of the assignments that earlier runs knew, back to the newest that read them all. Those of super admins come
/// first.
pub(super) fn known_before(run: &Run<'_>) -> Result<Vec<String>, StoreError> {
    let mut known = Known::default();
    known.gather(run)?;
    let Known { great, mut others } = known;
    others.retain(|id| !great.contains(id));
    Ok(great.into_iter().chain(others).collect())
}

/// Ids of assignments: of a super admin role, and all.
#[derive(Default)]
struct Known {
    great: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl Known {
    fn gather(&mut self, run: &Run<'_>) -> Result<(), StoreError> {
        let Some(earlier) = run.previous()? else { return Ok(()) };
        let reading = earlier.part::<Reading<AdminRoles>>(Part::AdminRoles)?;
        if let Some(roles) = reading.as_ref().and_then(Reading::known) {
            let ids = |assignment: &RoleAssignment| assignment.id.clone();
            self.great.extend(roles.super_admin_assignments().map(ids));
            self.others.extend(roles.assignments.iter().map(ids));
        }
        if matches!(reading, Some(Reading::Complete(_))) { Ok(()) } else { self.gather(&earlier) }
    }
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
