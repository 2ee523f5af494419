//! IAM allow policies, resource by resource.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::tenant::{IamResource, Reading};

/// The condition of a binding: it applies only where the expression holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct IamCondition {
    /// `title`.
    pub(crate) title: String,
    /// `expression`, verbatim; nothing of it is evaluated but [`IamCondition::ends_at`].
    pub(crate) expression: String,
}

impl IamCondition {
    /// When a binding expires whose whole condition is `request.time < timestamp("…")`, as the console writes it.
    #[must_use]
    pub(crate) fn ends_at(&self) -> Option<DateTime<Utc>> {
        let timestamp =
            self.expression.trim().strip_prefix("request.time")?.trim_start().strip_prefix('<')?;
        let quoted = timestamp.trim_start().strip_prefix("timestamp(")?.strip_suffix(')')?.trim();
        let time =
            ['"', '\''].into_iter().find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote))?;
        DateTime::parse_from_rfc3339(time).ok().map(|time| time.to_utc())
    }
}

/// A role, given to members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IamBinding {
    /// The role's name, such as `roles/iam.serviceAccountUser`.
    pub(crate) role: String,
    /// [Principal identifiers](https://cloud.google.com/iam/docs/principal-identifiers), verbatim.
    pub(crate) members: Vec<String>,
    /// The condition, if there is one.
    pub(crate) condition: Option<IamCondition>,
}

/// An allow policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IamPolicy {
    pub(crate) bindings: Vec<IamBinding>,
    /// Which accesses it logs.
    #[serde(default)]
    pub(crate) audit_logs: Vec<AuditLog>,
}

/// One kind of access to one service that a policy has logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditLog {
    /// Such as `iam.googleapis.com`, or `allServices`.
    pub(crate) service: String,
    /// `ADMIN_READ`, `DATA_READ` or `DATA_WRITE`.
    pub(crate) log_type: String,
    /// Whose accesses are not logged.
    pub(crate) exempted_members: Vec<String>,
}

/// A resource with its place in the hierarchy and its own policy; what it inherits is not repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourcePolicy {
    pub(crate) resource: IamResource,
    /// `projectNumber` of a project, by which pools and sets of service accounts name it.
    pub(crate) number: Option<String>,
    /// `directoryCustomerId` of an organization: the Workspace tenant that it belongs to.
    #[serde(default)]
    pub(crate) customer: Option<String>,
    /// The resource above it. `Complete(None)`: there is none.
    pub(crate) parent: Reading<Option<IamResource>>,
    /// Its own policy.
    pub(crate) policy: Reading<IamPolicy>,
}

/// The policies of service accounts, of their projects, and of everything above those.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct IamPolicies(pub(crate) Vec<ResourcePolicy>);

impl IamPolicies {
    /// The number of the tenant's own organization: the one that says so, or the only one there is.
    #[must_use]
    pub(crate) fn organization_of(&self, customer_id: Option<&str>) -> Option<String> {
        let organizations = || {
            self.0.iter().filter_map(|entry| match &entry.resource {
                IamResource::Organization(number) => Some((number, entry.customer.as_deref())),
                _ => None,
            })
        };
        let own = organizations().find(|(_, customer)| customer.is_some() && *customer == customer_id);
        let mut all = organizations();
        let only = all.next().filter(|(_, customer)| customer.is_none() && all.next().is_none());
        own.or(only).map(|(number, _)| number.clone())
    }

    #[must_use]
    pub(crate) fn of(&self, resource: &IamResource) -> Option<&ResourcePolicy> {
        self.0.iter().find(|entry| entry.resource == *resource)
    }

    /// Addresses and numbers of service accounts that were deleted and that a binding still names:
    /// `deleted:serviceAccount:<address>?uid=<number>`.
    pub(crate) fn deleted_service_accounts(&self) -> impl Iterator<Item = (&str, &str)> {
        let policies = self.0.iter().filter_map(|entry| entry.policy.known());
        let members = policies.flat_map(|policy| &policy.bindings).flat_map(|binding| &binding.members);
        members.filter_map(|member| member.strip_prefix("deleted:serviceAccount:")?.split_once("?uid="))
    }

    /// A resource and everything above it, as far as it was read.
    pub(crate) fn upwards_from(&self, resource: &IamResource) -> impl Iterator<Item = &ResourcePolicy> {
        let above = |entry: &&ResourcePolicy| self.of(entry.parent.known()?.as_ref()?);
        std::iter::successors(self.of(resource), above).take(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends_at(expression: &str) -> Option<String> {
        let condition = IamCondition { title: String::new(), expression: expression.to_owned() };
        condition.ends_at().map(|time| time.to_rfc3339())
    }

    #[test]
    fn the_end_of_a_binding_is_read_from_the_consoles_own_form() {
        let end = Some("2026-11-01T00:00:00+00:00".to_owned());
        for expression in [
            "request.time < timestamp(\"2026-11-01T00:00:00Z\")",
            "request.time<timestamp('2026-11-01T00:00:00.000Z')",
            "  request.time < timestamp( \"2026-11-01T02:00:00+02:00\" )",
        ] {
            assert_eq!(ends_at(expression), end, "{expression}");
        }
    }

    #[test]
    fn nothing_else_is_taken_for_an_end() {
        for expression in [
            "",
            "request.time > timestamp(\"2026-11-01T00:00:00Z\")",
            "request.time <= timestamp(\"2026-11-01T00:00:00Z\")",
            "request.time < timestamp(\"2026-11-01T00:00:00Z\") || true",
            "request.time < timestamp(\"2026-11-01T00:00:00Z\") || resource.name != timestamp(\"\")",
            "!(request.time < timestamp(\"2026-11-01T00:00:00Z\"))",
            "request.time < timestamp(\"soon\")",
            "request.time < timestamp(\"2026-11-01T00:00:00Z\" + x)",
        ] {
            assert_eq!(ends_at(expression), None, "{expression}");
        }
    }

    fn organizations(customers: &[(&str, Option<&str>)]) -> IamPolicies {
        let entry = |(number, customer): &(&str, Option<&str>)| ResourcePolicy {
            resource: IamResource::Organization((*number).to_owned()),
            number: None,
            customer: customer.map(str::to_owned),
            parent: Reading::Complete(None),
            policy: Reading::Complete(IamPolicy::default()),
        };
        IamPolicies(customers.iter().map(entry).collect())
    }

    #[test]
    fn the_tenants_organization_is_the_one_that_says_so_or_the_only_one() {
        let of = |customers: &[_]| organizations(customers).organization_of(Some("C01"));
        assert_eq!(of(&[("1", Some("C02")), ("2", Some("C01"))]).as_deref(), Some("2"));
        assert_eq!(of(&[("1", None)]).as_deref(), Some("1"));
        assert_eq!(of(&[("1", Some("C02"))]), None, "somebody else's");
        assert_eq!(of(&[("1", None), ("2", None)]), None);
        assert_eq!(of(&[]), None);
        assert_eq!(organizations(&[("1", Some("C01"))]).organization_of(None), None);
    }
}
