//! The token endpoint.

use chrono::Utc;
use serde_json::{Value, json};
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, Answer, CLOUD, Client, SETTINGS, USERS, options};

const UNAUTHORIZED: &str = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
const TIMEFRAME: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
const SEND: &str = "https://www.googleapis.com/auth/gmail.send";

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, error: &str, description: &str) {
    let expected = json!({ "error": error, "error_description": description });
    assert_eq!((answer.status, &answer.body), (status, &expected));
}

/// Changes one claim of an otherwise good assertion.
async fn with_claim(client: &Client, name: &str, value: Value) -> Answer {
    let mut claims = client.claims(&client.signer, Some(ADMIN), &[USERS]);
    claims[name] = value;
    client.exchange(&client.signer.sign(&claims)).await
}

#[tokio::test]
async fn a_delegated_scope_gives_a_token() {
    let client = Client::of(TenantName::Healthy).await;
    let answer = client.ask(Some(ADMIN), &[USERS, SETTINGS]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["expires_in"], 3599);
    assert_eq!(answer.body["token_type"], "Bearer");
    let first = answer.body["access_token"].clone();
    let second = client.ask(Some(ADMIN), &[USERS, SETTINGS]).await.body["access_token"].clone();
    assert_ne!(first, second);
    assert!(first.as_str().unwrap().len() > 32);
}

#[tokio::test]
async fn without_a_subject_the_account_gets_its_own_token() {
    let client = Client::of(TenantName::Healthy).await;
    assert_eq!(client.ask(None, &[CLOUD]).await.status, 200);
}

#[tokio::test]
async fn scopes_that_are_not_delegated_are_refused_in_googles_words() {
    let client = Client::of(TenantName::Healthy).await;
    let none = client.ask(Some(ADMIN), &[SEND]).await;
    assert_refused(&none, 401, "unauthorized_client", UNAUTHORIZED);
    let some = client.ask(Some(ADMIN), &[USERS, SEND]).await;
    assert_refused(&some, 401, "access_denied", "Requested client not authorized.");
    let unknown = client.ask(Some(ADMIN), &["https://www.googleapis.com/auth/made.up"]).await;
    assert_refused(&unknown, 400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    let almost = client.ask(Some(ADMIN), &["https://mail.google.com"]).await;
    assert_eq!(almost.body["error"], "invalid_scope", "the trailing slash counts");
    assert_eq!(client.ask(Some(ADMIN), &[]).await.body["error"], "invalid_scope");
}

#[tokio::test]
async fn delegation_follows_the_options() {
    let client = Client::with(Options {
        revoked_scopes: vec![SETTINGS.to_owned()],
        extra_scopes: vec![SEND.to_owned()],
        ..options(TenantName::Healthy)
    })
    .await;
    assert_eq!(client.ask(Some(ADMIN), &[SETTINGS]).await.status, 401);
    assert_eq!(client.ask(Some(ADMIN), &[SEND]).await.status, 200);
}

#[tokio::test]
async fn a_client_without_delegation_is_unauthorized() {
    let client = Client::of(TenantName::Neglected).await;
    let importer = client.signer_of("ticket-mailer@apps-project.iam.gserviceaccount.com");
    let claims = client.claims(&importer, Some(ADMIN), &[USERS]);
    assert_refused(&client.exchange(&importer.sign(&claims)).await, 401, "unauthorized_client", UNAUTHORIZED);
    let claims = client.claims(&importer, Some(ADMIN), &[SEND]);
    assert_eq!(client.exchange(&importer.sign(&claims)).await.status, 200);
}

#[tokio::test]
async fn subjects_that_are_no_users_are_refused_in_googles_words() {
    let client = Client::of(TenantName::Typical).await;
    for subject in ["nobody@example.com", "linnea@example.com", "someone@elsewhere.example"] {
        let answer = client.ask(Some(subject), &[SETTINGS]).await;
        assert_refused(&answer, 400, "invalid_grant", "Invalid email or User ID");
    }
    for subject in ["", "auditor", "@example.com", "auditor@", "a b@example.com"] {
        let answer = client.ask(Some(subject), &[SETTINGS]).await;
        assert_refused(&answer, 400, "invalid_request", "Invalid impersonation prn email address");
    }
    let deleted = client.ask(Some("former.colleague@example.com"), &[SETTINGS]).await;
    assert_refused(&deleted, 400, "invalid_grant", "The account has been deleted");
    assert_eq!(client.ask(Some("Auditor@Example.COM"), &[SETTINGS]).await.status, 200);
}

#[tokio::test]
async fn a_suspended_user_gets_a_token_as_far_as_anyone_knows() {
    let client = Client::of(TenantName::Typical).await;
    assert_eq!(client.ask(Some("zoe.martin@example.com"), &[SETTINGS]).await.status, 200);
}

#[tokio::test]
async fn a_signature_by_another_key_is_refused() {
    let client = Client::of(TenantName::Typical).await;
    let other = client.signer_of("crm-sync@apps-project.iam.gserviceaccount.com");
    let claims = client.claims(&client.signer, Some(ADMIN), &[USERS]);
    let forged = client.exchange(&other.sign(&claims)).await;
    assert_refused(&forged, 400, "invalid_grant", "Invalid JWT Signature.");
    let without_key_id = client.signer.sign_with(&json!({ "alg": "RS256" }), &claims);
    assert_eq!(client.exchange(&without_key_id).await.status, 200);
    let weaker = client.signer.sign_with(&json!({ "alg": "HS256" }), &claims);
    assert_refused(&client.exchange(&weaker).await, 400, "invalid_grant", "Invalid JWT Signature.");
    let unsigned = client.signer.sign_with(&json!({ "alg": "none" }), &claims);
    assert_refused(&client.exchange(&unsigned).await, 400, "invalid_grant", "Invalid JWT Signature.");
}

#[tokio::test]
async fn a_disabled_key_signs_nothing() {
    let client = Client::of(TenantName::Typical).await;
    let signer = client.signer_of("people-sync@apps-project.iam.gserviceaccount.com");
    let claims = client.claims(&signer, None, &[CLOUD]);
    assert_refused(
        &client.exchange(&signer.sign(&claims)).await,
        400,
        "invalid_grant",
        "Invalid JWT Signature.",
    );
}

#[tokio::test]
async fn a_disabled_or_unknown_account_is_refused() {
    let client = Client::of(TenantName::Neglected).await;
    let signer = client.signer_of("switched-off@apps-project.iam.gserviceaccount.com");
    let claims = client.claims(&signer, Some(ADMIN), &[SEND]);
    let disabled = client.exchange(&signer.sign(&claims)).await;
    assert_refused(&disabled, 401, "disabled_client", "The OAuth client was disabled.");
    let unknown = with_claim(&client, "iss", json!("nobody@audit-project.iam.gserviceaccount.com")).await;
    assert_refused(&unknown, 400, "invalid_grant", "Invalid grant: account not found");
}

#[tokio::test]
async fn times_out_of_reason_are_refused() {
    let client = Client::of(TenantName::Healthy).await;
    let now = Utc::now().timestamp();
    for (issued, expires) in
        [(now, now + 3601), (now - 7200, now - 3600), (now + 900, now + 1800), (now, now)]
    {
        let mut claims = client.claims(&client.signer, Some(ADMIN), &[USERS]);
        claims["iat"] = json!(issued);
        claims["exp"] = json!(expires);
        let answer = client.exchange(&client.signer.sign(&claims)).await;
        assert_refused(&answer, 400, "invalid_grant", TIMEFRAME);
    }
    assert_eq!(with_claim(&client, "iat", Value::Null).await.body["error"], "invalid_grant");
    assert_eq!(with_claim(&client, "iat", json!(now - 60)).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn the_audience_is_this_server_or_google() {
    let client = Client::of(TenantName::Healthy).await;
    let google = with_claim(&client, "aud", json!("https://oauth2.googleapis.com/token")).await;
    assert_eq!(google.status, 200);
    let stranger = with_claim(&client, "aud", json!("https://login.example/token")).await;
    assert_eq!(stranger.status, 400);
    let description = stranger.body["error_description"].as_str().unwrap();
    assert!(description.starts_with("Invalid JWT: Failed audience check."), "{description}");
}

#[tokio::test]
async fn a_padded_assertion_is_read() {
    let client = Client::of(TenantName::Healthy).await;
    let claims = client.claims(&client.signer, Some(ADMIN), &[USERS]);
    let signed = client.signer.sign(&claims);
    // 256 bytes leave a remainder of one: two signs of padding.
    assert_eq!(client.exchange(&format!("{signed}==")).await.status, 200);
}

#[tokio::test]
async fn another_grant_type_is_refused() {
    let client = Client::of(TenantName::Healthy).await;
    let answer = client.post_form(&[("grant_type", "password")]).await;
    assert_refused(&answer, 400, "unsupported_grant_type", "Invalid grant_type: password");
    assert_eq!(client.post_form(&[]).await.body["error"], "invalid_request");
    assert_eq!(client.exchange("not.a.token").await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn tokeninfo_tells_scope_and_client() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let url = format!("{}/oauth2/v2/tokeninfo?access_token={token}", client.emulator.base_url());
    let answer = crate::client::read(client.http.post(&url).send().await.unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["scope"], USERS);
    assert_eq!(answer.body["expires_in"], 3599);
    assert_eq!(answer.body["email"], Value::Null, "only with the email scope");
    let logged = serde_json::to_string(&client.emulator.requests()).unwrap();
    assert!(!logged.contains(&token));
}

#[tokio::test]
async fn the_log_has_claims_and_no_secret() {
    let client = Client::of(TenantName::Healthy).await;
    let claims = client.claims(&client.signer, Some(ADMIN), &[USERS]);
    let assertion = client.signer.sign(&claims);
    let token = client.exchange(&assertion).await.body["access_token"].as_str().unwrap().to_owned();
    client.get(&token, "/admin/directory/v1/users?customer=my_customer").await;
    let log = client.emulator.requests();
    assert_eq!(log[0].claims.as_ref().unwrap()["sub"], ADMIN);
    assert_eq!(log[0].client.as_deref(), Some(client.signer.email.as_str()));
    assert_eq!(log[1].operation.as_deref(), Some("directory.users.list"));
    assert_eq!(log[1].subject.as_deref(), Some(ADMIN));
    assert_eq!(log[1].scopes, [USERS]);
    let text = serde_json::to_string(&log).unwrap();
    let signature = assertion.rsplit('.').next().unwrap();
    assert!(!text.contains(&token) && !text.contains(signature) && !text.contains("ya29."));
}
