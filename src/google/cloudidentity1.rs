//! Cloud Identity: what the Admin console sets, from the discovery document `cloudidentity.v1`.

use serde::Deserialize;
use serde_json::Value;

use super::{Api, Bound, Pages, Request, Session};

/// Reads policies. Google answers super admins only
/// (<https://docs.cloud.google.com/identity/docs/concepts/overview-policies>).
pub(crate) const POLICY_SCOPE: &str = "https://www.googleapis.com/auth/cloud-identity.policies.readonly";

/// `Policy`, as far as it is read. All of it may be left out: what is missing is judged where it is needed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) policy_query: PolicyQuery,
    #[serde(default)]
    pub(crate) setting: Setting,
    /// `SYSTEM`, `ADMIN`.
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
}

/// `PolicyQuery`. The reference promises an empty text where there is no group; real answers leave the field out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyQuery {
    #[serde(default)]
    pub(crate) query: String,
    /// `orgUnits/…`.
    #[serde(default)]
    pub(crate) org_unit: String,
    /// `groups/…`.
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) sort_order: Option<f64>,
}

/// `Setting`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Setting {
    /// `settings/gmail.auto_forwarding` and the like.
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) value: Value,
}

/// `policies.list`: every policy of the caller's tenant, 100 a page; pages may be empty and still not be the last.
#[must_use]
pub(crate) fn list_policies<'a>(session: &'a Session<'a>) -> Pages<'a, Policy> {
    let fields =
        "nextPageToken,policies(name,policyQuery(query,orgUnit,group,sortOrder),setting(type,value),type)";
    let request =
        Request::new(Api::CloudIdentity, "v1/policies").query("pageSize", "100").query("fields", fields);
    Pages::new(session, POLICY_SCOPE, request, "policies", Bound::FEW)
}
