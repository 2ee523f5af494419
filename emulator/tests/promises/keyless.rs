//! Delegation without a key file: Google signs, for callers that may ask it to.

use chrono::Utc;
use serde_json::{Value, json};
use workspace_audit_emulator::TenantName;

use crate::client::{ADMIN, Answer, CLOUD, Client, SETTINGS, USERS, read};

const OWN: &str = "workspace-audit@audit-project.iam.gserviceaccount.com";
const METADATA: &str = "/computeMetadata/v1/instance/service-accounts/default";

fn file(client: &Client, name: &str) -> Value {
    serde_json::from_str(&client.file(name)).unwrap()
}

fn token_in(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

async fn post(client: &Client, path: &str, form: &[(&str, &str)]) -> Answer {
    let url = format!("{}{path}", client.emulator.base_url());
    read(client.http.post(url).form(form).send().await.unwrap()).await
}

/// The token of the user in `application-default.json`.
async fn signed_in(client: &Client, path: &str) -> Answer {
    let file = file(client, "application-default.json");
    let field = |name: &str| file[name].as_str().unwrap();
    assert_eq!(field("type"), "authorized_user");
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", field("client_id")),
        ("client_secret", field("client_secret")),
        ("refresh_token", field("refresh_token")),
    ];
    post(client, path, &form).await
}

/// The token of the workload in `external-account.json`, with one field of the form changed.
async fn federated(client: &Client, changed: (&str, &str)) -> Answer {
    let file = file(client, "external-account.json");
    assert_eq!(file["type"], "external_account");
    assert_eq!(file["token_url"], format!("{}/v1/token", client.emulator.base_url()));
    let subject_token = std::fs::read_to_string(file["credential_source"]["file"].as_str().unwrap()).unwrap();
    let mut form = [
        ("audience", file["audience"].as_str().unwrap()),
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("subject_token_type", file["subject_token_type"].as_str().unwrap()),
        ("subject_token", &subject_token),
        ("scope", CLOUD),
    ];
    for (name, value) in &mut form {
        if *name == changed.0 {
            *value = changed.1;
        }
    }
    post(client, "/v1/token", &form).await
}

async fn metadata(client: &Client, path: &str, flavor: &str) -> reqwest::Response {
    let url = format!("{}{path}", client.emulator.base_url());
    client.http.get(url).header("Metadata-Flavor", flavor).send().await.unwrap()
}

async fn attached(client: &Client) -> Answer {
    read(metadata(client, &format!("{METADATA}/token?scopes={CLOUD}"), "Google").await).await
}

async fn sign(client: &Client, token: &str, account: &str, body: &Value) -> Answer {
    let url = format!("{}/v1/projects/-/serviceAccounts/{account}:signJwt", client.emulator.base_url());
    let request = client.http.post(url).bearer_auth(token).json(body);
    read(request.send().await.unwrap()).await
}

fn payload(client: &Client, lifetime: i64) -> Value {
    payload_until(client, Utc::now().timestamp() + lifetime)
}

fn payload_until(client: &Client, end: i64) -> Value {
    let claims = json!({
        "iss": OWN,
        "sub": ADMIN,
        "scope": USERS,
        "aud": format!("{}/token", client.emulator.base_url()),
        "iat": Utc::now().timestamp(),
        "exp": end,
    });
    json!({ "payload": claims.to_string() })
}

#[tokio::test]
async fn each_caller_reads_as_a_user_by_googles_signature() {
    let client = Client::of(TenantName::Typical).await;
    for caller in [
        token_in(&attached(&client).await),
        token_in(&signed_in(&client, "/token").await),
        token_in(&signed_in(&client, "/o/oauth2/token").await),
        token_in(&federated(&client, ("", "")).await),
    ] {
        let signed = sign(&client, &caller, OWN, &payload(&client, 3600)).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
        let token = token_in(&client.exchange(signed.body["signedJwt"].as_str().unwrap()).await);
        let user = client.get(&token, &format!("/admin/directory/v1/users/{ADMIN}")).await;
        assert_eq!(user.body["primaryEmail"], ADMIN);
    }
}

#[tokio::test]
async fn the_signature_is_that_of_the_key_google_keeps() {
    let client = Client::of(TenantName::Typical).await;
    let caller = token_in(&attached(&client).await);
    let signed = sign(&client, &caller, OWN, &payload(&client, 3600)).await.body;
    let keys = format!("/v1/projects/-/serviceAccounts/{OWN}/keys?keyTypes=SYSTEM_MANAGED");
    let keys = client.get(&caller, &keys).await.body;
    assert!(keys["keys"][0]["name"].as_str().unwrap().ends_with(signed["keyId"].as_str().unwrap()));
    // Delegation is checked as ever.
    let mut claims: Value =
        serde_json::from_str(payload(&client, 3600)["payload"].as_str().unwrap()).unwrap();
    claims["scope"] = json!("https://mail.google.com/");
    let signed = sign(&client, &caller, OWN, &json!({ "payload": claims.to_string() })).await.body;
    let refused = client.exchange(signed["signedJwt"].as_str().unwrap()).await;
    assert_eq!((refused.status, refused.body["error"].as_str()), (401, Some("unauthorized_client")));
}

#[tokio::test]
async fn who_may_not_sign_is_refused() {
    let client = Client::of(TenantName::Typical).await;
    let own = token_in(&attached(&client).await);
    let stranger = client.signer_of("crm-sync@apps-project.iam.gserviceaccount.com");
    let claims = client.claims(&stranger, None, &[CLOUD]);
    let stranger_token = token_in(&client.exchange(&stranger.sign(&claims)).await);
    let mut by_way_of_another = payload(&client, 3600);
    by_way_of_another["delegates"] = json!([format!("projects/-/serviceAccounts/{}", stranger.email)]);
    for (token, account, body) in [
        (&stranger_token, OWN, payload(&client, 3600)),
        (&own, stranger.email.as_str(), payload(&client, 3600)),
        (&own, "nobody@audit-project.iam.gserviceaccount.com", payload(&client, 3600)),
        (&own, OWN, by_way_of_another),
    ] {
        let answer = sign(&client, token, account, &body).await;
        let detail = &answer.body["error"]["details"][0];
        assert_eq!((answer.status, detail["reason"].as_str()), (403, Some("IAM_PERMISSION_DENIED")));
        assert_eq!(detail["metadata"]["permission"], "iam.serviceAccounts.signJwt");
    }
    let narrow = client.token(None, &[SETTINGS]).await;
    let answer = sign(&client, &narrow, OWN, &payload(&client, 3600)).await;
    assert_eq!(answer.body["error"]["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
}

#[tokio::test]
async fn only_a_payload_as_described_is_signed() {
    let client = Client::of(TenantName::Typical).await;
    let token = token_in(&attached(&client).await);
    for body in [
        json!({}),
        json!({ "payload": "no claims" }),
        json!({ "payload": { "iss": OWN } }),
        json!({ "payload": "{}", "lifetime": "3600s" }),
        payload_until(&client, 1),
        // Beyond twelve hours by any clock.
        payload_until(&client, 4_102_444_800),
    ] {
        let answer = sign(&client, &token, OWN, &body).await;
        assert_eq!((answer.status, answer.body["error"]["status"].as_str()), (400, Some("INVALID_ARGUMENT")));
    }
    // A longer life than the token endpoint takes is signed, and refused there.
    let signed = sign(&client, &token, OWN, &payload(&client, 7200)).await;
    let refused = client.exchange(signed.body["signedJwt"].as_str().unwrap()).await;
    assert_eq!(refused.body["error"], "invalid_grant");
    let url = format!("{}/v1/projects/audit-project/serviceAccounts/{OWN}", client.emulator.base_url());
    for (verb, status) in [(":signJwt", 400), (":signBlob", 404), ("", 405)] {
        let request = client.http.post(format!("{url}{verb}")).bearer_auth(&token);
        let answer = request.json(&payload(&client, 3600)).send().await.unwrap();
        assert_eq!(answer.status(), status, "{verb}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_for_its_own_program() {
    let client = Client::of(TenantName::Healthy).await;
    let answer = signed_in(&client, "/token").await;
    assert_eq!(answer.body["scope"].as_str().unwrap().split(' ').next_back(), Some(CLOUD));
    let good = file(&client, "application-default.json");
    for (changed, status, error) in [
        ("client_id", 401, "invalid_client"),
        ("client_secret", 401, "invalid_client"),
        ("refresh_token", 400, "invalid_grant"),
    ] {
        let value = |name: &str| if name == changed { "other" } else { good[name].as_str().unwrap() };
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", value("client_id")),
            ("client_secret", value("client_secret")),
            ("refresh_token", value("refresh_token")),
        ];
        let answer = post(&client, "/token", &form).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{changed}");
    }
}

#[tokio::test]
async fn the_identity_pool_believes_only_its_own_workload() {
    let client = Client::of(TenantName::Healthy).await;
    let answer = federated(&client, ("", "")).await;
    assert_eq!(answer.body["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    for (name, value, error) in [
        ("audience", "//iam.googleapis.com/elsewhere", "invalid_target"),
        ("grant_type", "refresh_token", "unsupported_grant_type"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:id_token", "invalid_request"),
        ("subject_token_type", "jwt", "invalid_request"),
        ("subject_token", "somebody-elses", "invalid_grant"),
        ("scope", "https://www.googleapis.com/auth/nothing", "invalid_scope"),
    ] {
        let answer = federated(&client, (name, value)).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (400, Some(error)), "{name}");
    }
    let workload = token_in(&federated(&client, ("", "")).await);
    let list = "/admin/directory/v1/users?customer=my_customer";
    assert_eq!(client.get(&workload, list).await.status, 403, "it may sign, and no more");
}

#[tokio::test]
async fn the_metadata_server_speaks_only_to_its_own_machine() {
    let client = Client::of(TenantName::Healthy).await;
    let email = metadata(&client, &format!("{METADATA}/email"), "Google").await;
    assert_eq!(email.headers()["metadata-flavor"], "Google");
    assert_eq!(email.text().await.unwrap(), OWN);
    for flavor in ["", "Other"] {
        let refused = metadata(&client, &format!("{METADATA}/token"), flavor).await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["metadata-flavor"]),
            (403, &"Google".parse().unwrap())
        );
    }
    let about = read(metadata(&client, &format!("{METADATA}/?recursive=true"), "Google").await).await.body;
    assert_eq!((about["email"].as_str(), about["scopes"][0].as_str()), (Some(OWN), Some(CLOUD)));
    let nobody = "/computeMetadata/v1/instance/service-accounts/other/token";
    assert_eq!(metadata(&client, nobody, "Google").await.status(), 404);
    let default = read(metadata(&client, &format!("{METADATA}/token"), "Google").await).await;
    let accounts = "/v1/projects/audit-project/serviceAccounts";
    assert_eq!(client.get(&token_in(&default), accounts).await.status, 200);
    let narrow = format!("{METADATA}/token?scopes={USERS},{SETTINGS}");
    let narrow = read(metadata(&client, &narrow, "Google").await).await;
    assert_eq!(client.get(&token_in(&narrow), accounts).await.status, 403);
}

#[tokio::test]
async fn no_secret_of_theirs_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.jsonl");
    let options = workspace_audit_emulator::Options {
        request_log: Some(path.clone()),
        log_bodies: true,
        ..crate::client::options(TenantName::Healthy)
    };
    let client = Client::with(options).await;
    let caller = token_in(&signed_in(&client, "/token").await);
    token_in(&federated(&client, ("", "")).await);
    let signed = sign(&client, &caller, OWN, &payload(&client, 3600)).await;
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), 3);
    let signature = signed.body["signedJwt"].as_str().unwrap();
    for secret in [signature, &caller, "emulated-refresh-token", "emulated-client-secret", "emulated-subject"]
    {
        assert!(!text.contains(secret), "{secret}");
    }
    let clients: Vec<_> = client.emulator.requests().into_iter().map(|request| request.client).collect();
    assert_eq!(clients[2].as_deref(), Some("emulated.apps.googleusercontent.com"));
}
