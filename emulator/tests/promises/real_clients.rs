//! What Google's own clients send, and what Google refuses: parameters, scopes, hosts, keys, detection.

use serde_json::json;
use workspace_audit_emulator::TenantName;

use crate::client::{ADMIN, Answer, CLOUD, Client, USERS, read};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";
const ACCOUNTS: &str = "/v1/projects/apps-project/serviceAccounts";
const IAM: &str = "https://www.googleapis.com/auth/iam";

async fn at_host(client: &Client, host: &str, token: &str, path: &str) -> Answer {
    let url = format!("{}{path}", client.emulator.base_url());
    read(client.http.get(url).header("Host", host).bearer_auth(token).send().await.unwrap()).await
}

#[tokio::test]
async fn system_parameters_with_a_dollar_mean_what_those_without_mean() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[CLOUD]).await;
    let plain = client.get(&token, &format!("{ACCOUNTS}?fields=accounts/email")).await;
    for query in [
        "%24fields=accounts/email",
        "$fields=accounts/email&%24alt=json;enum-encoding%3Dint",
        "$fields=accounts/email&$alt=json&$prettyPrint=false&$userProject=audit-project&$key=k",
    ] {
        let answer = client.get(&token, &format!("{ACCOUNTS}?{query}")).await;
        assert_eq!((answer.status, &answer.body), (200, &plain.body), "{query}");
    }
    for query in ["$alt=media", "$alt=xml", "$fields=nope", "$nothing=1"] {
        assert_eq!(client.get(&token, &format!("{ACCOUNTS}?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn booleans_are_read_as_gcloud_and_gam_write_them() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[CLOUD]).await;
    let pools = "/v1/projects/audit-project/locations/global/workloadIdentityPools?showDeleted=";
    let with = client.get(&token, &format!("{pools}true")).await;
    let without = client.get(&token, &format!("{pools}false")).await;
    assert_ne!(with.body, without.body);
    for (word, same) in
        [("True", &with), ("TRUE", &with), ("1", &with), ("False", &without), ("no", &without)]
    {
        let answer = client.get(&token, &format!("{pools}{word}")).await;
        assert_eq!((answer.status, &answer.body), (200, &same.body), "{word}");
    }
    for word in ["perhaps", "2", "tru", ""] {
        assert_eq!(client.get(&token, &format!("{pools}{word}")).await.status, 400, "{word}");
    }
}

#[tokio::test]
async fn iam_accepts_its_own_scope_and_other_apis_do_not() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[IAM]).await;
    assert_eq!(client.get(&token, ACCOUNTS).await.status, 200);
    assert_eq!(client.get(&token, "/v3/projects/apps-project").await.status, 403);
    let account = client.signer.email.clone();
    let url = format!("{}/v1/projects/-/serviceAccounts/{account}:signJwt", client.emulator.base_url());
    let request = client.http.post(url).bearer_auth(&token).json(&json!({ "payload": "{}" }));
    // Refused for the permission if at all, not for the scope.
    let answer = read(request.send().await.unwrap()).await;
    assert!(!answer.body.to_string().contains("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "{}", answer.body);
}

#[tokio::test]
async fn a_parameter_that_takes_one_value_is_refused_with_two() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for twice in
        ["maxResults=5&maxResults=6", "customer=my_customer", "alt=json&$alt=json", "fields=etag&fields=etag"]
    {
        let answer = client.get(&token, &format!("{LIST}&{twice}")).await;
        assert_eq!(answer.status, 400, "{twice}: {}", answer.body);
    }
    let cloud = client.token(None, &[CLOUD]).await;
    let keys = format!("{ACCOUNTS}/people-sync@apps-project.iam.gserviceaccount.com/keys");
    let both = client.get(&cloud, &format!("{keys}?keyTypes=USER_MANAGED&keyTypes=SYSTEM_MANAGED")).await;
    assert_eq!(both.status, 200, "{}", both.body);
}

#[tokio::test]
async fn a_host_of_google_has_its_own_paths_only() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for (host, status) in [
        ("admin.googleapis.com", 200),
        ("admin.googleapis.com:443", 200),
        ("www.googleapis.com", 200),
        ("localhost", 200),
        ("gmail.googleapis.com", 404),
        ("iam.googleapis.com", 404),
        ("oauth2.googleapis.com", 404),
    ] {
        let answer = at_host(&client, host, &token, LIST).await;
        assert_eq!(answer.status, status, "{host}");
        let logged = client.emulator.requests().pop().unwrap();
        assert_eq!(logged.host, host.trim_end_matches(":443"));
        assert_eq!(logged.operation.is_some(), status == 200, "{host}");
    }
    let discovery = "/discovery/v1/apis/admin/directory_v1/rest";
    assert_eq!(at_host(&client, "www.googleapis.com", "", discovery).await.status, 200);
    assert_eq!(at_host(&client, "gmail.googleapis.com", "", discovery).await.status, 404);
}

#[tokio::test]
async fn a_key_that_the_account_does_not_have_signs_nothing() {
    let client = Client::of(TenantName::Healthy).await;
    let claims = client.claims(&client.signer, None, &[CLOUD]);
    let known = client.signer.sign(&claims);
    assert_eq!(client.exchange(&known).await.status, 200);
    for kid in [json!("0".repeat(40)), json!(""), json!(7), json!(null), json!(["x"])] {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        let answer = client.exchange(&client.signer.sign_with(&header, &claims)).await;
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("invalid_grant")), "{kid}");
    }
}

#[tokio::test]
async fn the_metadata_server_is_found() {
    let client = Client::of(TenantName::Healthy).await;
    let account = &client.signer.email;
    for (path, told) in [
        ("/", "computeMetadata/\n".to_owned()),
        ("/computeMetadata/v1/instance/service-accounts/", format!("default/\n{account}/\n")),
        ("/computeMetadata/v1/instance", "service-accounts/\n".to_owned()),
        ("/computeMetadata/v1/universe/universe-domain", "googleapis.com".to_owned()),
    ] {
        let url = format!("{}{path}", client.emulator.base_url());
        let answer = client.http.get(url).header("Metadata-Flavor", "Google").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["metadata-flavor"], "Google", "{path}");
        assert_eq!(answer.text().await.unwrap(), told, "{path}");
    }
    let url = format!(
        "{}/computeMetadata/v1/instance/service-accounts/?recursive=true",
        client.emulator.base_url()
    );
    let answer = read(client.http.get(url).header("Metadata-Flavor", "Google").send().await.unwrap()).await;
    assert_eq!(answer.body["default"]["email"], json!(account));
}
