//! Administrator roles and who holds them.

use serde_json::{Value, json};

use crate::dice::etag;

/// The service under which Google's own examples list user and organizational-unit privileges.
pub(crate) const DIRECTORY_SERVICE: &str = "00haapch16h1ysv";

/// An administrator role.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) system: bool,
    pub(crate) super_admin: bool,
    pub(crate) privileges: &'static [&'static str],
    /// Whether it may read roles and who holds them. *Unverified* that a lesser role can: no source names the
    /// privilege, so this mark stands in for it.
    pub(crate) reads_roles: bool,
}

/// A role held by a user or a service account.
#[derive(Debug, Clone)]
pub(crate) struct RoleAssignment {
    pub(crate) id: String,
    pub(crate) role_id: String,
    pub(crate) assigned_to: String,
    /// The organizational unit the role is limited to.
    pub(crate) org_unit_id: Option<String>,
}

impl Role {
    /// What the audit needs where it is an administrator itself.
    pub(super) fn of_the_audit() -> Self {
        Self {
            id: String::new(),
            name: "Workspace audit",
            description: "Reads users, groups, domains, roles and logs",
            system: false,
            super_admin: false,
            privileges: &[
                "USERS_RETRIEVE",
                "ORGANIZATION_UNITS_RETRIEVE",
                "GROUPS_RETRIEVE",
                "DOMAIN_MANAGEMENT",
                "REPORTS_ACCESS",
            ],
            reads_roles: true,
        }
    }

    /// Whether the role has the privilege, itself or within a wider one. `None` asks for the right to read
    /// roles.
    pub(crate) fn allows(&self, privilege: Option<&str>) -> bool {
        self.super_admin
            || privilege.map_or(self.reads_roles, |privilege| {
                let wider = privilege.rsplit_once('_').map(|(service, _)| format!("{service}_ALL"));
                self.privileges.iter().any(|held| *held == privilege || wider.as_deref() == Some(*held))
            })
    }

    pub(crate) fn render(&self) -> Value {
        let privileges: Vec<Value> = self
            .privileges
            .iter()
            .map(|name| json!({ "privilegeName": name, "serviceId": DIRECTORY_SERVICE }))
            .collect();
        let mut role = json!({
            "kind": "admin#directory#role",
            "etag": etag("role", &self.id),
            "roleId": self.id,
            "roleName": self.name,
            "roleDescription": self.description,
            "rolePrivileges": privileges,
        });
        // Directory leaves these two out unless they are true.
        if self.system {
            role["isSystemRole"] = json!(true);
        }
        if self.super_admin {
            role["isSuperAdminRole"] = json!(true);
        }
        role
    }
}

impl RoleAssignment {
    pub(crate) fn render(&self) -> Value {
        let mut assignment = json!({
            "kind": "admin#directory#roleAssignment",
            "etag": etag("roleAssignment", &self.id),
            "roleAssignmentId": self.id,
            "roleId": self.role_id,
            "assignedTo": self.assigned_to,
            "assigneeType": "user",
            "scopeType": if self.org_unit_id.is_some() { "ORG_UNIT" } else { "CUSTOMER" },
        });
        if let Some(org_unit_id) = &self.org_unit_id {
            assignment["orgUnitId"] = json!(org_unit_id);
        }
        assignment
    }
}
