//! What Google offers besides the methods themselves: self-signed tokens, descriptions, batches.

use serde_json::{Value, json};
use workspace_audit_emulator::{Options, TenantName, start};

use crate::client::{ADMIN, CLOUD, Client, USERS, options, read};

const ACCOUNTS: &str = "/v1/projects/audit-project/serviceAccounts";
const LIST: &str = "/admin/directory/v1/users?customer=my_customer";

/// Claims of a token that the account signs itself.
fn self_signed(client: &Client, subject: &str, more: &Value) -> String {
    let mut claims = client.claims(&client.signer, Some(subject), &[]);
    for name in ["scope", "aud"] {
        claims.as_object_mut().unwrap().remove(name);
    }
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    client.signer.sign(&claims)
}

#[tokio::test]
async fn a_self_signed_token_is_good_for_its_api_or_its_scopes() {
    let client = Client::of(TenantName::Typical).await;
    let own = client.signer.email.clone();
    let loopback = format!("{}/", client.emulator.base_url());
    for (claims, status) in [
        (json!({ "aud": "https://iam.googleapis.com/" }), 200),
        (json!({ "aud": loopback }), 200),
        (json!({ "scope": CLOUD }), 200),
        (json!({ "scope": USERS }), 403),
        (json!({ "aud": "https://gmail.googleapis.com/" }), 401),
        (json!({}), 401),
    ] {
        let token = self_signed(&client, &own, &claims);
        assert_eq!(client.get(&token, ACCOUNTS).await.status, status, "{claims}");
    }
}

#[tokio::test]
async fn a_self_signed_token_never_delegates() {
    let client = Client::of(TenantName::Typical).await;
    let claims = json!({ "scope": USERS });
    let token = self_signed(&client, ADMIN, &claims);
    assert_eq!(client.get(&token, LIST).await.status, 401);
    let token = self_signed(&client, &client.signer.email, &claims);
    assert_eq!(client.get(&token, LIST).await.status, 503);
}

#[tokio::test]
async fn descriptions_lead_back_to_who_was_asked() {
    let client = Client::of(TenantName::Healthy).await;
    let describe = async |path: &str, host: &str| {
        let url = format!("{}{path}", client.emulator.base_url());
        read(client.http.get(url).header("host", host).send().await.unwrap()).await
    };
    let root = format!("{}/", client.emulator.base_url());
    for (path, host, name, expected) in [
        ("/discovery/v1/apis/gmail/v1/rest", "127.0.0.1:80", "gmail", root.as_str()),
        ("/$discovery/rest?version=directory_v1", "127.0.0.1", "admin", root.as_str()),
        ("/$discovery/rest?version=v1", "iam.googleapis.com", "iam", "https://iam.googleapis.com/"),
        ("/$discovery/rest?version=v1", "gmail.googleapis.com", "gmail", "https://gmail.googleapis.com/"),
    ] {
        let document = describe(path, host).await.body;
        assert_eq!((&document["name"], &document["rootUrl"]), (&json!(name), &json!(expected)), "{path}");
    }
    assert_eq!(describe("/$discovery/rest?version=v1", "127.0.0.1").await.status, 404);
    assert_eq!(describe("/discovery/v1/apis/drive/v3/rest", "127.0.0.1").await.status, 404);
}

#[tokio::test]
async fn a_batch_answers_each_call_under_its_name() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let call = |id: &str, path: &str| {
        format!(
            "--b\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\nGET {path} HTTP/1.1\r\n\r\n\r\n"
        )
    };
    let body = [
        call("one", &format!("/admin/directory/v1/users/{ADMIN}?fields=primaryEmail")),
        call("two", "/admin/directory/v1/users/nobody@example.com"),
        call("three", "/batch"),
        "--b--\r\n".to_owned(),
    ];
    let url = format!("{}/batch", client.emulator.base_url());
    let post = |content_type: &'static str| {
        client.http.post(&url).header("content-type", content_type).bearer_auth(&token).body(body.concat())
    };
    let answer = post("multipart/mixed; boundary=b").send().await.unwrap().text().await.unwrap();
    let places: Vec<usize> =
        ["<response-one>", "200 OK", ADMIN, "<response-two>", "404", "<response-three>", "404"]
            .into_iter()
            .scan(0, |from, expected| {
                *from += answer[*from..].find(expected).unwrap_or_else(|| panic!("{expected}: {answer}"));
                Some(*from)
            })
            .collect();
    assert!(places.is_sorted());
    assert_eq!(post("application/json").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn the_certificate_names_the_hosts_of_google() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = start(Options { tls: true, ..options(TenantName::Healthy) }).await.unwrap();
    let files = emulator.write_client_files(folder.path()).unwrap();
    let pem = std::fs::read(files.ca_certificate.unwrap()).unwrap();
    let address = emulator.address();
    for host in ["admin.googleapis.com", "oauth2.googleapis.com", "accounts.google.com"] {
        let http = reqwest::Client::builder()
            .no_proxy()
            .resolve(host, address)
            .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
            .build()
            .unwrap();
        let answer = http.head(format!("https://{host}:{}/", address.port())).send().await.unwrap();
        assert!(answer.headers().contains_key("date"), "{host}");
    }
}
