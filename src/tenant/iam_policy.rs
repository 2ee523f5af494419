//! IAM allow policies, resource by resource.

use serde::{Deserialize, Serialize};

use super::{IamResource, Reading};

/// The condition of a binding: it applies only where the expression holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IamCondition {
    /// `title`.
    pub title: String,
    /// `expression`, verbatim; it is not evaluated.
    pub expression: String,
}

/// A role, given to members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IamBinding {
    /// The role's name, such as `roles/iam.serviceAccountUser`.
    pub role: String,
    /// [Principal identifiers](https://cloud.google.com/iam/docs/principal-identifiers), verbatim.
    pub members: Vec<String>,
    /// The condition, if there is one.
    pub condition: Option<IamCondition>,
}

/// An allow policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IamPolicy {
    /// Its bindings.
    pub bindings: Vec<IamBinding>,
    /// The services of which it logs every read (`DATA_READ`, nobody exempted); `allServices` for all.
    #[serde(default)]
    pub logs_reads_of: Vec<String>,
}

/// A resource with its place in the hierarchy and its own policy; what it inherits is not repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourcePolicy {
    /// The resource.
    pub resource: IamResource,
    /// `projectNumber` of a project, by which pools and sets of service accounts name it.
    pub number: Option<String>,
    /// The resource above it. `Complete(None)`: there is none.
    pub parent: Reading<Option<IamResource>>,
    /// Its own policy.
    pub policy: Reading<IamPolicy>,
}

/// The policies of service accounts, of their projects, and of everything above those.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IamPolicies(pub Vec<ResourcePolicy>);

impl IamPolicies {
    /// The policy of this resource.
    #[must_use]
    pub fn of(&self, resource: &IamResource) -> Option<&ResourcePolicy> {
        self.0.iter().find(|entry| entry.resource == *resource)
    }

    /// A resource and everything above it, as far as it was read.
    pub fn upwards_from(&self, resource: &IamResource) -> impl Iterator<Item = &ResourcePolicy> {
        let above = |entry: &&ResourcePolicy| self.of(entry.parent.known()?.as_ref()?);
        std::iter::successors(self.of(resource), above).take(self.0.len())
    }
}
