//! Identity and Access Management: the read-only methods that the audit needs, from the discovery document
//! `iam.v1`, with the wire types of `google-iam1`.

pub(crate) use google_iam1::api::{ExtendedStatus, ServiceAccount, ServiceAccountKey};
use serde::{Deserialize, Deserializer};

use super::iam_policy::Policy;
use super::{Api, Bound, GoogleError, Pages, Request, Session, segment};

/// The scope that every cloud API asked here accepts; what the account may really do, its IAM roles decide.
pub(crate) const CLOUD_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A service account with its address and id, without which nothing can be asked or told of it, and without its
/// `etag`: one that is no base64 would fail the whole row, and not every server honours the mask that leaves it out.
#[derive(Clone, Debug)]
pub(crate) struct ServiceAccountRow(pub(crate) ServiceAccount);

impl<'de> Deserialize<'de> for ServiceAccountRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        fields.remove("etag");
        has_text(&fields, "email")?;
        has_text(&fields, "uniqueId")?;
        serde_json::from_value(fields.into()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A key with its name, by which its finding is known from run to run.
#[derive(Clone, Debug)]
pub(crate) struct KeyRow(pub(crate) ServiceAccountKey);

impl<'de> Deserialize<'de> for KeyRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = serde_json::Map::deserialize(deserializer)?;
        has_text(&fields, "name")?;
        serde_json::from_value(fields.into()).map(Self).map_err(serde::de::Error::custom)
    }
}

fn has_text<E: serde::de::Error>(
    fields: &serde_json::Map<String, serde_json::Value>,
    name: &'static str,
) -> Result<(), E> {
    let text = fields.get(name).and_then(serde_json::Value::as_str);
    text.filter(|text| !text.is_empty()).map(drop).ok_or_else(|| E::missing_field(name))
}

/// `projects.serviceAccounts.list`: 100 a page.
#[must_use]
pub(crate) fn list_service_accounts<'a>(
    session: &'a Session<'a>,
    project: &str,
) -> Pages<'a, ServiceAccountRow> {
    let request = Request::new(Api::Iam, format!("v1/projects/{}/serviceAccounts", segment(project)))
        .query("pageSize", "100")
        .query(
            "fields",
            "nextPageToken,accounts(name,projectId,uniqueId,email,displayName,oauth2ClientId,disabled)",
        );
    Pages::new(session, CLOUD_SCOPE, request, "accounts", Bound::MANY)
}

/// `projects.serviceAccounts.get`: whether the account exists.
///
/// # Errors
/// What came instead of an answer; 404 is one.
pub(crate) async fn has_service_account(
    session: &Session<'_>,
    project: &str,
    account: &str,
) -> Result<bool, GoogleError> {
    let path = format!("v1/projects/{}/serviceAccounts/{}", segment(project), segment(account));
    let request = Request::new(Api::Iam, path).query("fields", "name");
    session.has(CLOUD_SCOPE, &request).await
}

/// `projects.serviceAccounts.keys.get`: whether the account has the key.
///
/// # Errors
/// What came instead of an answer; 404 is one.
pub(crate) async fn has_key(
    session: &Session<'_>,
    project: &str,
    account: &str,
    key: &str,
) -> Result<bool, GoogleError> {
    let path = format!(
        "v1/projects/{}/serviceAccounts/{}/keys/{}",
        segment(project),
        segment(account),
        segment(key)
    );
    let request = Request::new(Api::Iam, path).query("fields", "name");
    session.has(CLOUD_SCOPE, &request).await
}

/// `projects.serviceAccounts.keys.list`, user-managed keys only: not paged.
#[must_use]
pub(crate) fn list_user_managed_keys<'a>(
    session: &'a Session<'a>,
    project: &str,
    account: &str,
) -> Pages<'a, KeyRow> {
    let path = format!("v1/projects/{}/serviceAccounts/{}/keys", segment(project), segment(account));
    let request = Request::new(Api::Iam, path).query("keyTypes", "USER_MANAGED").query(
        "fields",
        "keys(name,keyType,keyOrigin,validAfterTime,validBeforeTime,disabled,disableReason,extendedStatus)",
    );
    Pages::new(session, CLOUD_SCOPE, request, "keys", Bound::FEW)
}

/// `Role`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Role {
    /// What it allows.
    #[serde(default)]
    pub(crate) included_permissions: Vec<String>,
    /// A custom role that was deleted.
    #[serde(default)]
    pub(crate) deleted: bool,
    /// `DISABLED` for a custom role that is switched off.
    #[serde(default)]
    pub(crate) stage: String,
}

/// `roles.get`, of Google's roles and of custom ones: `roles/…`, `projects/…/roles/…`, `organizations/…/roles/…`.
///
/// # Errors
/// What came instead.
pub(crate) async fn get_role(session: &Session<'_>, name: &str) -> Result<Role, GoogleError> {
    let request = match name.strip_prefix("roles/") {
        Some(role) => Request::new(Api::Iam, format!("v1/roles/{}", segment(role))),
        None => Request::new(Api::Iam, custom_role(name)),
    };
    let request = request.query("fields", "name,includedPermissions,deleted,stage");
    session.get(CLOUD_SCOPE, &request).await
}

/// `v1/projects/…/roles/…` or `v1/organizations/…/roles/…`.
fn custom_role(name: &str) -> String {
    let path: Vec<String> = name.split('/').map(segment).collect();
    format!("v1/{}", path.join("/"))
}

/// `projects.serviceAccounts.getIamPolicy`.
///
/// # Errors
/// What came instead.
pub(crate) async fn get_service_account_policy(
    session: &Session<'_>,
    project: &str,
    account: &str,
) -> Result<Policy, GoogleError> {
    let resource = format!("v1/projects/{}/serviceAccounts/{}", segment(project), segment(account));
    let request = Request::policy(Api::Iam, &resource).query("fields", Policy::FIELDS);
    session.get(CLOUD_SCOPE, &request).await
}

/// `WorkloadIdentityPool`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Pool {
    /// `projects/<number>/locations/global/workloadIdentityPools/<id>`.
    #[serde(default)]
    pub(crate) name: String,
    /// `ACTIVE` or `DELETED`.
    #[serde(default)]
    pub(crate) state: String,
    /// Whether it is switched off.
    #[serde(default)]
    pub(crate) disabled: bool,
}

/// `WorkloadIdentityPoolProvider`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Provider {
    /// The pool's name, `/providers/` and its own.
    #[serde(default)]
    pub(crate) name: String,
    /// `ACTIVE` or `DELETED`.
    #[serde(default)]
    pub(crate) state: String,
    /// Whether it is switched off.
    #[serde(default)]
    pub(crate) disabled: bool,
    /// Common Expression Language.
    #[serde(default)]
    pub(crate) attribute_condition: String,
    /// An OpenID issuer.
    pub(crate) oidc: Option<Oidc>,
    /// Amazon Web Services.
    pub(crate) aws: Option<Aws>,
}

/// `Oidc`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Oidc {
    /// The issuer's address.
    #[serde(default)]
    pub(crate) issuer_uri: String,
}

/// `Aws`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aws {
    /// The account there.
    #[serde(default)]
    pub(crate) account_id: String,
}

/// `projects.locations.workloadIdentityPools.list`, deleted ones too: 1,000 a page.
#[must_use]
pub(crate) fn list_workload_identity_pools<'a>(session: &'a Session<'a>, project: &str) -> Pages<'a, Pool> {
    let path = format!("v1/projects/{}/locations/global/workloadIdentityPools", segment(project));
    let request = Request::new(Api::Iam, path)
        .query("pageSize", "1000")
        .query("showDeleted", "true")
        .query("fields", "nextPageToken,workloadIdentityPools(name,state,disabled)");
    Pages::new(session, CLOUD_SCOPE, request, "workloadIdentityPools", Bound::FEW)
}

/// `projects.locations.workloadIdentityPools.get`, a deleted one too.
///
/// # Errors
/// What came instead; 404 for a pool that does not exist.
pub(crate) async fn get_workload_identity_pool(
    session: &Session<'_>,
    project: &str,
    pool: &str,
) -> Result<Pool, GoogleError> {
    let path =
        format!("v1/projects/{}/locations/global/workloadIdentityPools/{}", segment(project), segment(pool));
    let request = Request::new(Api::Iam, path).query("fields", "name,state,disabled");
    session.get(CLOUD_SCOPE, &request).await
}

/// `projects.locations.workloadIdentityPools.providers.get`, a deleted one too.
///
/// # Errors
/// What came instead.
pub(crate) async fn get_workload_identity_provider(
    session: &Session<'_>,
    project: &str,
    pool: &str,
    provider: &str,
) -> Result<Provider, GoogleError> {
    let path = format!(
        "v1/projects/{}/locations/global/workloadIdentityPools/{}/providers/{}",
        segment(project),
        segment(pool),
        segment(provider)
    );
    let request = Request::new(Api::Iam, path)
        .query("fields", "name,state,disabled,attributeCondition,oidc(issuerUri),aws(accountId)");
    session.get(CLOUD_SCOPE, &request).await
}

/// `projects.locations.workloadIdentityPools.providers.list`: 100 a page.
#[must_use]
pub(crate) fn list_workload_identity_providers<'a>(
    session: &'a Session<'a>,
    project: &str,
    pool: &str,
) -> Pages<'a, Provider> {
    let path = format!(
        "v1/projects/{}/locations/global/workloadIdentityPools/{}/providers",
        segment(project),
        segment(pool)
    );
    let request = Request::new(Api::Iam, path).query("pageSize", "100").query(
        "fields",
        "nextPageToken,workloadIdentityPoolProviders(name,state,disabled,attributeCondition,oidc(issuerUri),\
         aws(accountId))",
    );
    Pages::new(session, CLOUD_SCOPE, request, "workloadIdentityPoolProviders", Bound::FEW)
}

/// `TestIamPermissionsResponse`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct HeldPermissions {
    /// Those of the permissions asked for that the caller holds.
    #[serde(default)]
    pub(crate) permissions: Vec<String>,
}

/// `projects.serviceAccounts.testIamPermissions`: whether the caller may have JWTs signed for the account.
///
/// # Errors
/// What came instead.
pub(crate) async fn may_sign_for(
    session: &Session<'_>,
    project: &str,
    account: &str,
) -> Result<bool, GoogleError> {
    let resource = format!("v1/projects/{}/serviceAccounts/{}", segment(project), segment(account));
    let request = Request::test_signing(&resource).query("fields", "permissions");
    let held: HeldPermissions = session.get(CLOUD_SCOPE, &request).await?;
    Ok(held.permissions.iter().any(|permission| permission == "iam.serviceAccounts.signJwt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_that_is_no_base64_does_not_cost_the_account() {
        let row: ServiceAccountRow =
            serde_json::from_str(r#"{"email": "a@b", "uniqueId": "117", "etag": "!", "later": {"x": 1}}"#)
                .unwrap();
        assert_eq!(row.0.email.as_deref(), Some("a@b"));
    }
}
