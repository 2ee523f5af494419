//! Organization policies: the constraints on keys, as set on the way from the root to a project.

use serde_json::{Value, json};

use super::{Resource, Tenant};

/// What a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    Enforced(bool),
    /// One of the values of a constraint that is a list.
    Allows(&'static str),
}

/// A constraint that was set on a resource.
#[derive(Debug, Clone)]
pub(crate) struct OrgPolicy {
    /// The resource's relative name.
    pub(crate) resource: String,
    pub(crate) constraint: &'static str,
    pub(crate) rule: Rule,
}

/// The constraints served, with what holds where nobody set them. *Unverified*: the last one's default as it
/// is told by an effective policy; the guide says that exposed keys are disabled since 2024.
pub(crate) const KNOWN_CONSTRAINTS: [(&str, Rule); 6] = [
    ("iam.disableServiceAccountKeyCreation", Rule::Enforced(false)),
    ("iam.disableServiceAccountKeyUpload", Rule::Enforced(false)),
    ("iam.managed.disableServiceAccountKeyCreation", Rule::Enforced(false)),
    ("iam.managed.disableServiceAccountKeyUpload", Rule::Enforced(false)),
    ("iam.managed.disableServiceAccountApiKeyCreation", Rule::Enforced(true)),
    ("iam.serviceAccountKeyExposureResponse", Rule::Allows("DISABLE_KEY")),
];

impl Tenant {
    /// What holds for a project: the nearest policy, or the constraint's default.
    pub(crate) fn effective_rule(&self, resource: Resource<'_>, constraint: &str) -> Option<Rule> {
        let (_, default) = KNOWN_CONSTRAINTS.into_iter().find(|(known, _)| *known == constraint)?;
        let set = self.lineage(resource).into_iter().find_map(|above| {
            let name = self.name_of(above);
            self.org_policies.iter().find(|policy| policy.constraint == constraint && policy.resource == name)
        });
        Some(set.map_or(default, |policy| policy.rule))
    }
}

impl Rule {
    pub(crate) fn render(self) -> Value {
        match self {
            Self::Enforced(enforce) => json!({ "enforce": enforce }),
            Self::Allows(value) => json!({ "values": { "allowedValues": [value] } }),
        }
    }
}
