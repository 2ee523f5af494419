//! Partial responses.

use workspace_audit_emulator::TenantName;

use crate::client::{ADMIN, CLOUD, Client, SETTINGS, USERS};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";
const ACCOUNTS: &str = "/v1/projects/apps-project/serviceAccounts";

#[tokio::test]
async fn a_deep_mask_is_refused_and_the_emulator_lives_on() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for mask in
        [format!("{}b{}", "a(".repeat(15_000), ")".repeat(15_000)), format!("{}b", "a/".repeat(20_000))]
    {
        let answer = client.get(&token, &format!("{LIST}&fields={mask}")).await;
        assert_eq!(answer.status, 400);
        let message = answer.body["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("Invalid field selection"), "{message:.60}");
    }
    assert_eq!(client.get(&token, LIST).await.status, 200);
}

#[tokio::test]
async fn a_mask_selects_only_what_the_schema_has() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let masked = async |mask: &str| client.get(&token, &format!("{LIST}&maxResults=2&fields={mask}")).await;
    for mask in ["users/primaryEmail/x", "users(id/nope)", "*/nope", "users/*/nope"] {
        assert_eq!(masked(mask).await.status, 400, "{mask}");
    }
    let token_of = async |subject, scope| client.token(subject, &[scope]).await;
    let gmail = token_of(Some(ADMIN), SETTINGS).await;
    let imap = client.get(&gmail, "/gmail/v1/users/me/settings/imap?fields=enabled/x").await;
    let cloud = token_of(None, CLOUD).await;
    let accounts = client.get(&cloud, &format!("{ACCOUNTS}?fields=accounts/email/nope")).await;
    assert_eq!((imap.status, accounts.status), (400, 400));
    let whole = masked("*").await.body;
    assert_eq!(masked("*,users/id").await.body, whole);
    assert_eq!(masked("users(*,name/fullName)").await.body["users"], whole["users"]);
}
