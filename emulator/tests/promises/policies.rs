//! What the Admin console sets, as the Policy API tells it.

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, Client, USERS, options};

const POLICIES: &str = "https://www.googleapis.com/auth/cloud-identity.policies.readonly";
const ORG_UNITS: &str = "https://www.googleapis.com/auth/admin.directory.orgunit.readonly";
const LIST: &str = "/v1/policies";

async fn reader(tenant: TenantName) -> Client {
    let extra_scopes = vec![POLICIES.to_owned(), ORG_UNITS.to_owned()];
    Client::with(Options { extra_scopes, page_cap: Some(1000), ..options(tenant) }).await
}

#[tokio::test]
async fn every_policy_is_listed_once_whatever_the_page_and_a_page_can_be_blank() {
    for tenant in [TenantName::Healthy, TenantName::Typical, TenantName::Neglected] {
        let client = reader(tenant).await;
        let token = client.token(Some(ADMIN), &[POLICIES]).await;
        let told = client.emulator.truth()["policies"].as_array().unwrap().clone();
        assert!(told.len() > 10);
        for (size, pages) in [(100, 1), (told.len() - 1, 3), (5, told.len().div_ceil(5) + 1)] {
            let (listed, read) = client.list(&token, &format!("{LIST}?pageSize={size}"), "policies").await;
            assert_eq!((&listed, read), (&told, pages), "{size}");
        }
        let first = client.get(&token, &format!("{LIST}?pageSize=5")).await.body;
        let next = first["nextPageToken"].as_str().unwrap();
        let blank = client.get(&token, &format!("{LIST}?pageSize=5&pageToken={next}")).await.body;
        assert!(blank.get("policies").is_none() && blank["nextPageToken"].is_string(), "{blank}");
    }
}

#[tokio::test]
async fn only_super_admins_with_the_scope_read_policies() {
    let client = reader(TenantName::Typical).await;
    assert_eq!(client.read_as(ADMIN, POLICIES, LIST).await.status, 200);
    let refused = client.read_as("maja.zielinska@example.com", POLICIES, LIST).await;
    assert_eq!((refused.status, &refused.body["error"]["status"]), (403, &"PERMISSION_DENIED".into()));
    assert_eq!(client.read_as(ADMIN, USERS, LIST).await.status, 403);
    let itself = client.token(None, &[POLICIES]).await;
    assert_eq!(client.get(&itself, LIST).await.status, 403);
    let off = Options {
        disabled_services: vec!["cloudidentity.googleapis.com".to_owned()],
        extra_scopes: vec![POLICIES.to_owned()],
        ..options(TenantName::Typical)
    };
    let refused = Client::with(off).await.read_as(ADMIN, POLICIES, LIST).await;
    assert_eq!(refused.body["error"]["details"][0]["reason"], "SERVICE_DISABLED");
}

#[tokio::test]
async fn policies_name_units_and_groups_of_the_directory_and_one_that_is_gone() {
    let client = reader(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[POLICIES]).await;
    let (policies, _) = client.list(&token, LIST, "policies").await;
    let units = "/admin/directory/v1/customer/my_customer/orgunits";
    let list = async |reach: &str| {
        let path = format!("{units}?orgUnitPath=/&type={reach}");
        client.read_as(ADMIN, ORG_UNITS, &path).await.body["organizationUnits"].as_array().unwrap().clone()
    };
    let (with_root, below) = (list("allIncludingParent").await, list("all").await);
    assert_eq!(with_root.len(), below.len() + 1);
    let root = with_root.iter().find(|unit| unit["orgUnitPath"] == "/").unwrap();
    assert!(root.get("parentOrgUnitId").is_none(), "{root}");
    assert!(below.iter().any(|unit| unit["parentOrgUnitId"] == root["orgUnitId"]));
    let groups = client.emulator.truth()["groups"].clone();
    let is_unit = |policy: &&Value| {
        let id = policy["policyQuery"]["orgUnit"].as_str().unwrap().replace("orgUnits/", "id:");
        with_root.iter().any(|unit| unit["orgUnitId"] == id.as_str())
    };
    assert_eq!(policies.iter().filter(|policy| !is_unit(policy)).count(), 1);
    for policy in &policies {
        let Some(group) = policy["policyQuery"]["group"].as_str() else { continue };
        let id = group.trim_start_matches("groups/");
        let is_group = groups.as_array().unwrap().iter().any(|known| known["id"] == id);
        assert!(is_group || group == "WORKSPACE_ALL_ADMIN_GROUP", "{group}");
    }
    let of_license = policies.iter().filter(|policy| {
        policy["policyQuery"]["query"].as_str().is_some_and(|query| query.contains("entity.licenses"))
    });
    assert!(of_license.count() > 2);
}
