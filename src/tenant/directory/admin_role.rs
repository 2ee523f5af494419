//! Admin roles and who holds them.

use serde::{Deserialize, Serialize};

/// A role of the Admin console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AdminRole {
    /// `roleId`.
    pub(crate) id: String,
    /// `roleName`, such as `_SEED_ADMIN_ROLE`.
    pub(crate) name: String,
    /// `isSuperAdminRole`; `None` if Directory left it out.
    pub(crate) is_super_admin: Option<bool>,
    /// `isSystemRole`; `None` if Directory left it out.
    pub(crate) is_system: Option<bool>,
}

/// What kind of principal holds a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AssigneeType {
    /// A user, or a service account by its unique id: Directory says `user` for both.
    User,
    /// A group: all of its members hold the role.
    Group,
    /// What Directory said, verbatim; empty if it said nothing.
    Other(String),
}

impl AdminRole {
    /// Its name as people say it: `_USER_MANAGEMENT_ADMIN_ROLE` is "User Management Admin".
    #[must_use]
    pub(crate) fn title(&self) -> String {
        let shipped = self.name.strip_prefix('_').and_then(|name| name.strip_suffix("_ROLE"));
        match shipped {
            None => self.name.clone(),
            Some("SEED_ADMIN") => "Super Admin".to_owned(),
            Some(name) => {
                let words = name.split('_').map(|word| {
                    let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
                    format!("{first}{}", rest.to_lowercase())
                });
                words.collect::<Vec<_>>().join(" ")
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoleAssignment {
    /// `roleAssignmentId`.
    pub(crate) id: String,
    /// `roleId`.
    pub(crate) role_id: String,
    /// `assignedTo`: a user id, a group id, or a service account's unique id.
    pub(crate) assigned_to: String,
    /// `assigneeType`.
    pub(crate) assignee_type: AssigneeType,
    /// `scopeType`, verbatim: `CUSTOMER` or `ORG_UNIT`.
    pub(crate) scope_type: String,
}

/// Whether somebody holds admin roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeldRoles<'a> {
    /// None by an assignment of its own.
    None,
    Listed,
    /// Only such as are not listed, so that nobody knows what they allow; the id of one.
    Unlisted(&'a str),
}

/// All roles and assignments of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AdminRoles {
    pub(crate) roles: Vec<AdminRole>,
    pub(crate) assignments: Vec<RoleAssignment>,
}

impl AdminRoles {
    #[must_use]
    pub(crate) fn role(&self, id: &str) -> Option<&AdminRole> {
        self.roles.iter().find(|role| role.id == id)
    }

    pub(crate) fn super_admin_assignments(&self) -> impl Iterator<Item = &RoleAssignment> {
        self.assignments.iter().filter(|assignment| {
            self.role(&assignment.role_id).is_some_and(|role| role.is_super_admin == Some(true))
        })
    }

    /// What holding roles makes of this principal (user id or service account unique id).
    #[must_use]
    pub(crate) fn held_by(&self, principal: &str) -> HeldRoles<'_> {
        let mut unlisted = None;
        for assignment in self.assignments.iter().filter(|row| row.assigned_to == principal) {
            match self.role(&assignment.role_id) {
                Some(_) => return HeldRoles::Listed,
                None => unlisted = Some(assignment.role_id.as_str()),
            }
        }
        unlisted.map_or(HeldRoles::None, HeldRoles::Unlisted)
    }

    /// Assignments to this principal (user id or service account unique id).
    pub(crate) fn of<'a>(&'a self, principal: &'a str) -> impl Iterator<Item = &'a RoleAssignment> {
        self.assignments.iter().filter(move |assignment| assignment.assigned_to == principal)
    }
}
