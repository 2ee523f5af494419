//! Planned misfortunes.

use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, SETTINGS, USERS, options};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";
const SEND_AS: &str = "/gmail/v1/users/me/settings/sendAs";

async fn client(faults: &[&str]) -> Client {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Client::with(Options { faults, ..options(TenantName::Typical) }).await
}

#[tokio::test]
async fn a_fault_replaces_the_answer_after_its_turn() {
    let client = client(&["GET /admin/directory/v1/users 500 after=1"]).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    assert_eq!(client.get(&token, LIST).await.status, 200);
    let answer = client.get(&token, LIST).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.body["error"]["errors"][0]["reason"], "backendError");
}

#[tokio::test]
async fn a_fault_can_strike_one_subject() {
    let client = client(&["GET /gmail/v1/*/sendAs 403 subject=linnea.berg@example.com"]).await;
    let struck = client.read_as("linnea.berg@example.com", SETTINGS, SEND_AS).await;
    assert_eq!(
        (struck.status, struck.body["error"]["errors"][0]["reason"].as_str()),
        (403, Some("forbidden"))
    );
    assert_eq!(client.read_as(ADMIN, SETTINGS, SEND_AS).await.status, 200);
}

#[tokio::test]
async fn an_api_can_be_switched_off() {
    let client = client(&["GET /gmail/* disabled", "* /v1/* disabled"]).await;
    let answer = client.read_as(ADMIN, SETTINGS, SEND_AS).await;
    assert_eq!(answer.status, 403);
    let error = &answer.body["error"];
    assert_eq!(error["errors"][0]["reason"], "accessNotConfigured");
    assert_eq!(error["errors"][0]["domain"], "usageLimits");
    assert_eq!(error["details"][0]["reason"], "SERVICE_DISABLED");
    assert_eq!(error["details"][0]["metadata"]["service"], "gmail.googleapis.com");
    let token = client.token(None, &[CLOUD]).await;
    let iam = client.get(&token, "/v1/projects/apps-project/serviceAccounts").await;
    assert_eq!(iam.body["error"]["details"][0]["reason"], "SERVICE_DISABLED");
}

#[tokio::test]
async fn gmail_tells_when_to_come_back_in_the_message() {
    let client = client(&["GET /gmail/* 429"]).await;
    let answer = client.read_as(ADMIN, SETTINGS, SEND_AS).await;
    assert_eq!(answer.status, 429);
    assert_eq!(
        answer.body["error"]["message"],
        "User-rate limit exceeded.  Retry after 2026-11-21T07:00:01.000Z"
    );
    assert_eq!(answer.body["error"]["errors"][0]["reason"], "rateLimitExceeded");
    assert!(!answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn the_token_endpoint_can_fail_too() {
    let client = client(&["POST /token 503 subject=auditor@example.com"]).await;
    let answer = client.ask(Some(ADMIN), &[USERS]).await;
    assert_eq!((answer.status, answer.body["error"].as_str()), (503, Some("temporarily_unavailable")));
    assert_eq!(client.ask(None, &[USERS]).await.status, 200);
}

#[tokio::test]
async fn unknown_addresses_and_verbs_are_refused() {
    let client = client(&[]).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    assert_eq!(client.get(&token, "/admin/directory/v1/printers").await.status, 404);
    let url = format!("{}{LIST}", client.emulator.base_url());
    let answer = client.http.delete(url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 405);
}
