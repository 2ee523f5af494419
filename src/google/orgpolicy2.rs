//! Organization Policy: what a project forbids, from the discovery document `orgpolicy.v2`.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Api, GoogleError, Request, Session, iam1, segment};

/// `GoogleCloudOrgpolicyV2Policy`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Policy {
    /// What is in force.
    #[serde(default)]
    pub(crate) spec: PolicySpec,
}

/// `GoogleCloudOrgpolicyV2PolicySpec`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct PolicySpec {
    #[serde(default)]
    pub(crate) rules: Vec<PolicyRule>,
}

/// `GoogleCloudOrgpolicyV2PolicySpecPolicyRule`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyRule {
    /// Of a constraint that is on or off.
    #[serde(default)]
    pub(crate) enforce: bool,
    /// Of a constraint with values: every one is allowed.
    #[serde(default)]
    pub(crate) allow_all: bool,
    /// Of a constraint with values.
    #[serde(default)]
    pub(crate) values: PolicyValues,
    /// Where the rule holds only in some places.
    pub(crate) condition: Option<IgnoredAny>,
}

/// `GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyValues {
    #[serde(default)]
    pub(crate) allowed_values: Vec<String>,
}

/// `projects.policies.getEffectivePolicy`.
pub(crate) async fn get_effective_policy(
    session: &Session<'_>,
    project: &str,
    constraint: &str,
) -> Result<Policy, GoogleError> {
    let (project, constraint) = (segment(project), segment(constraint));
    let path = format!("v2/projects/{project}/policies/{constraint}:getEffectivePolicy");
    let fields = "name,spec(rules(enforce,allowAll,values(allowedValues),condition(title)))";
    let request = Request::new(Api::OrgPolicy, path).query("fields", fields);
    session.get(iam1::CLOUD_SCOPE, &request).await
}
