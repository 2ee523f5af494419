//! Whether somebody holds a permission on a resource, by the policies of all that is above it.

use chrono::{DateTime, Utc};

use super::predefined_roles::predefined;
use super::{Binding, Resource, Tenant};

impl Tenant {
    /// Whether a principal, as a policy names it, holds a permission on a resource.
    pub(crate) fn allows(
        &self,
        principal: &str,
        permission: &str,
        resource: Resource<'_>,
        now: DateTime<Utc>,
    ) -> bool {
        if principal == format!("serviceAccount:{}", self.audit_account) && self.is_revoked(permission) {
            return false;
        }
        self.lineage(resource).into_iter().any(|above| {
            self.policy_of(above).bindings.iter().any(|binding| {
                binding.is_in_force(now)
                    && self.grants_permission(binding, permission)
                    && binding.members.iter().any(|member| self.includes(member, principal))
            })
        })
    }

    fn is_revoked(&self, permission: &str) -> bool {
        self.revoked_permissions.iter().any(|revoked| match revoked.strip_suffix('*') {
            Some(prefix) => permission.starts_with(prefix),
            None => revoked == permission,
        })
    }

    pub(crate) fn grants_permission(&self, binding: &Binding, permission: &str) -> bool {
        self.permissions_of(&binding.role).contains(&permission)
    }

    /// What a role permits: nothing if it was deleted or nobody knows it.
    pub(crate) fn permissions_of(&self, role: &str) -> Vec<&'static str> {
        if let Some(role) = predefined(role) {
            return role.permissions();
        }
        let custom = match role.split_once("/roles/") {
            Some((parent, id)) => {
                let roles = match parent.split_once('/') {
                    Some(("organizations", organization)) if organization == self.cloud.id => {
                        Some(&self.cloud.roles)
                    }
                    Some(("projects", project)) => self.project(project).map(|project| &project.roles),
                    _ => None,
                };
                roles.and_then(|roles| roles.iter().find(|role| role.id == id && !role.deleted))
            }
            None => None,
        };
        custom.map(|role| role.permissions.to_vec()).unwrap_or_default()
    }

    /// Whether a policy's member is the principal or somebody else besides.
    pub(crate) fn includes(&self, member: &str, principal: &str) -> bool {
        if member == "allUsers" || member == principal {
            return true;
        }
        let federated = principal.starts_with("principal://");
        if member == "allAuthenticatedUsers" {
            return !federated;
        }
        if let Some(pool) = member.strip_prefix("principalSet://").and_then(|set| set.strip_suffix("/*")) {
            return principal
                .strip_prefix("principal://")
                .is_some_and(|own| own.strip_prefix(pool).is_some_and(|rest| rest.starts_with('/')));
        }
        let address = principal.split_once(':').map_or("", |(_, address)| address);
        match member.split_once(':') {
            Some(("group", group)) => !federated && self.is_member(group, address),
            Some(("domain", domain)) => {
                principal.starts_with("user:")
                    && address.rsplit_once('@').is_some_and(|(_, own)| own == domain)
            }
            _ => member.eq_ignore_ascii_case(principal),
        }
    }
}
