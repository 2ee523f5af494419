//! The IAM API.

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, USERS, options};

const ACCOUNTS: &str = "/v1/projects/apps-project/serviceAccounts";

#[tokio::test]
async fn accounts_are_listed_by_an_identity_with_the_permission() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[CLOUD]).await;
    for size in ["0", "1", "7", "500"] {
        let (accounts, _) = client.list(&token, &format!("{ACCOUNTS}?pageSize={size}"), "accounts").await;
        assert_eq!(accounts.len(), 6);
        assert!(accounts.iter().all(|account| account["oauth2ClientId"] == account["uniqueId"]));
    }
    let stranger = client.signer_of("crm-sync@apps-project.iam.gserviceaccount.com");
    let claims = client.claims(&stranger, None, &[CLOUD]);
    let token =
        client.exchange(&stranger.sign(&claims)).await.body["access_token"].as_str().unwrap().to_owned();
    let denied = client.get(&token, ACCOUNTS).await;
    assert_eq!(denied.status, 403);
    let error = &denied.body["error"];
    assert_eq!(
        error["message"],
        "Permission 'iam.serviceAccounts.list' denied on resource (or it may not exist)."
    );
    assert_eq!(error["details"][0]["reason"], "IAM_PERMISSION_DENIED");
    assert_eq!(error["details"][0]["metadata"]["permission"], "iam.serviceAccounts.list");
}

#[tokio::test]
async fn an_unknown_project_reads_like_a_denied_one() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[CLOUD]).await;
    assert_eq!(client.get(&token, "/v1/projects/nowhere/serviceAccounts").await.status, 403);
    let missing =
        client.get(&token, &format!("{ACCOUNTS}/nobody@apps-project.iam.gserviceaccount.com")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn only_the_cloud_scope_opens_iam() {
    let client =
        Client::with(Options { extra_scopes: vec![CLOUD.to_owned()], ..options(TenantName::Typical) }).await;
    let token = client.token(None, &[USERS]).await;
    assert_eq!(
        client.get(&token, ACCOUNTS).await.body["error"]["details"][0]["reason"],
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    );
    let delegated = client.token(Some(ADMIN), &[CLOUD]).await;
    let answer = client.get(&delegated, ACCOUNTS).await;
    assert_eq!(answer.body["error"]["details"][0]["reason"], "IAM_PERMISSION_DENIED", "users hold none here");
}

#[tokio::test]
async fn keys_are_listed_by_kind() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[CLOUD]).await;
    let keys = async |account: &str, query: &str| -> Vec<Value> {
        let path = format!(
            "/v1/projects/-/serviceAccounts/{account}@apps-project.iam.gserviceaccount.com/keys{query}"
        );
        let answer = client.get(&token, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["keys"].as_array().cloned().unwrap_or_default()
    };
    assert_eq!(keys("people-sync", "").await.len(), 3);
    let user_managed = keys("people-sync", "?keyTypes=USER_MANAGED").await;
    assert_eq!(user_managed.len(), 2);
    assert_eq!(user_managed[0]["validBeforeTime"], "9999-12-31T23:59:59Z");
    assert_eq!(user_managed[0].get("disabled"), None);
    assert_eq!(user_managed[1]["disabled"], true);
    assert_eq!(keys("people-sync", "?keyTypes=SYSTEM_MANAGED").await.len(), 1);
    assert_eq!(keys("people-sync", "?keyTypes=USER_MANAGED&keyTypes=SYSTEM_MANAGED").await.len(), 3);
    for refused in ["keyTypes=KEY_TYPE_UNSPECIFIED", "keyTypes=USER_MANAGED&keyTypes=USER_MANAGED"] {
        let path = format!("{ACCOUNTS}/people-sync@apps-project.iam.gserviceaccount.com/keys?{refused}");
        assert_eq!(client.get(&token, &path).await.status, 400, "{refused}");
    }
    let uploaded = keys("archive-export", "?keyTypes=USER_MANAGED").await;
    assert_eq!(uploaded[0]["keyOrigin"], "USER_PROVIDED");
    assert!(keys("room-displays", "?keyTypes=USER_MANAGED").await.is_empty());
}
