//! Planned misfortunes.

use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, ROLES, SETTINGS, USERS, options};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";
const SEND_AS: &str = "/gmail/v1/users/me/settings/sendAs";

/// Longer than any answer that comes takes.
const PATIENCE: Duration = Duration::from_secs(2);

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
async fn an_answer_can_be_given_word_for_word_or_changed() {
    let body = r#"{"error": {"code": 403, "errors": null}}"#;
    let faults = vec![
        "GET /gmail/* body=403 times=1".parse::<Fault>().unwrap().with_text(body).unwrap(),
        "GET /gmail/* body times=1".parse().unwrap(),
        "GET /gmail/* patch"
            .parse::<Fault>()
            .unwrap()
            .with_text(r#"[{"op": "replace", "path": "/sendAs/0/sendAsEmail", "value": "boss+invoices@example.com"}]"#)
            .unwrap(),
    ];
    let client = Client::with(Options { faults, ..options(TenantName::Typical) }).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    let refused = client.get(&token, SEND_AS).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body, serde_json::from_str::<serde_json::Value>(body).unwrap());
    let empty = client.get(&token, SEND_AS).await;
    assert_eq!((empty.status, empty.headers["content-length"].to_str().unwrap()), (200, "0"));
    let changed = client.get(&token, SEND_AS).await;
    assert_eq!(changed.body["sendAs"][0]["sendAsEmail"], "boss+invoices@example.com");
    assert_eq!(changed.body["sendAs"][0]["isPrimary"], true);
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

/// What a client got, whatever it is: a status with a text, or nothing.
async fn raw(client: &Client, token: &str, path: &str) -> Result<(u16, HeaderMap, String), reqwest::Error> {
    let url = format!("{}{path}", client.emulator.base_url());
    let answer = client.http.get(url).bearer_auth(token).timeout(PATIENCE).send().await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
    Ok((status, headers, text))
}

#[tokio::test]
async fn every_reason_of_google_can_be_given() {
    for (word, status, reason, detail) in [
        ("userRateLimitExceeded", 403, "userRateLimitExceeded", None),
        ("userRateLimitExceeded=429", 429, "userRateLimitExceeded", None),
        ("rateLimitExceeded", 429, "rateLimitExceeded", None),
        ("quotaExceeded", 403, "quotaExceeded", None),
        ("dailyLimitExceeded", 403, "dailyLimitExceeded", None),
        ("domainPolicy", 403, "domainPolicy", None),
        ("insufficientPermissions", 403, "insufficientPermissions", Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT")),
        ("forbidden", 403, "forbidden", None),
        ("delegationDenied", 403, "forbidden", None),
        ("accessNotConfigured", 403, "accessNotConfigured", Some("SERVICE_DISABLED")),
        ("RATE_LIMIT_EXCEEDED", 429, "rateLimitExceeded", Some("RATE_LIMIT_EXCEEDED")),
        ("USER_BLOCKED_BY_ADMIN", 403, "forbidden", Some("USER_BLOCKED_BY_ADMIN")),
        ("mailServiceNotEnabled", 400, "failedPrecondition", None),
        ("authError", 401, "authError", None),
        ("backendError", 503, "backendError", None),
    ] {
        let client = client(&[&format!("GET * {word}")]).await;
        let token = client.token(Some(ADMIN), &[USERS, SETTINGS]).await;
        for (path, as_gmail) in [(SEND_AS, true), (LIST, false)] {
            let answer = client.get(&token, path).await;
            let error = &answer.body["error"];
            assert_eq!((answer.status, error["code"].as_u64()), (status, Some(status.into())), "{word}");
            assert_eq!(error["errors"][0]["reason"], reason, "{word}");
            assert_eq!(error["details"][0]["reason"].as_str(), detail, "{word}");
            let message = error["message"].as_str().unwrap();
            let of_user = word.starts_with("userRate") || word.starts_with("rateLimit");
            assert_eq!(message.contains("Retry after 2026"), of_user && as_gmail, "{word}: {message}");
            if word == "delegationDenied" {
                assert_eq!(message, "Delegation denied for auditor@example.com");
            }
        }
    }
}

#[tokio::test]
async fn the_cloud_tells_reasons_in_details() {
    for word in ["IAM_PERMISSION_DENIED", "disabled", "RATE_LIMIT_EXCEEDED"] {
        let client = client(&[&format!("GET /v1/projects/* {word}")]).await;
        let token = client.token(None, &[CLOUD]).await;
        let answer = client.get(&token, "/v1/projects/apps-project/serviceAccounts").await;
        let reason = if word == "disabled" { "SERVICE_DISABLED" } else { word };
        assert_eq!(answer.body["error"]["details"][0]["reason"], reason);
        assert!(answer.body["error"].get("errors").is_none());
    }
}

#[tokio::test]
async fn the_token_endpoint_refuses_by_name() {
    for (word, status) in [
        ("unauthorized_client", 401),
        ("access_denied=403", 403),
        ("invalid_grant", 400),
        ("admin_policy_enforced", 400),
        ("temporarily_unavailable", 503),
    ] {
        let client = client(&[&format!("POST /token {word} retry-after=7")]).await;
        let answer = client.ask(Some(ADMIN), &[USERS]).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, word.split('=').next()));
        assert!(!answer.body["error_description"].as_str().unwrap().is_empty());
        assert_eq!(answer.headers["retry-after"], "7");
    }
}

#[tokio::test]
async fn a_header_tells_when_to_come_back_if_asked_for() {
    let client = client(&["GET /gmail/* userRateLimitExceeded retry-after=5"]).await;
    let answer = client.read_as(ADMIN, SETTINGS, SEND_AS).await;
    assert_eq!(answer.headers["retry-after"], "5");
    assert_eq!(
        answer.body["error"]["message"],
        "User-rate limit exceeded.  Retry after 2026-11-21T07:00:05.000Z"
    );
}

#[tokio::test]
async fn front_ends_answer_text_and_web_pages() {
    let client = client(&["GET /gmail/* plain-text times=1", "GET /gmail/* html=503"]).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    let (status, headers, text) = raw(&client, &token, SEND_AS).await.unwrap();
    assert_eq!((status, text.as_str()), (429, "request rate higher than configured"));
    assert!(headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    let (status, headers, text) = raw(&client, &token, SEND_AS).await.unwrap();
    assert!(status == 503 && text.starts_with("<!DOCTYPE html>"));
    assert!(headers["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn latencies_add_up_with_each_other_and_with_what_strikes() {
    let client = client(&["GET * latency=40ms", "GET * 503", "GET * latency=20ms..30ms"]).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let before = Instant::now();
    assert_eq!(client.get(&token, LIST).await.status, 503);
    assert!(before.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_hanging_request_is_never_answered_and_others_are() {
    let client = client(&["GET /admin/* hang times=1"]).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let error = raw(&client, &token, LIST).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(client.get(&token, LIST).await.status, 200);
    let logged = client.emulator.requests();
    assert_eq!((logged[1].status, logged[1].fault), (0, true));
    assert_eq!(logged[1].fault_answer.as_deref(), Some("hang"));
}

/// Sends a bare request and reads until the connection ends, however it does.
async fn read_to_the_end(client: &Client, request: &str) -> (Vec<u8>, std::io::Result<usize>) {
    let mut stream = TcpStream::connect(client.emulator.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.unwrap();
    (bytes, end)
}

#[tokio::test]
async fn a_reset_drops_the_connection_without_an_answer() {
    let client = client(&["* /admin/* reset"]).await;
    let (bytes, end) = read_to_the_end(&client, "GET /admin/x HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(bytes.is_empty());
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    // Over TLS, and in HTTP/2 with all that the connection carries.
    let faults = vec!["* /admin/* reset times=1".parse().unwrap()];
    let client = Client::with(Options { faults, tls: true, ..options(TenantName::Healthy) }).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    assert!(raw(&client, &token, LIST).await.is_err());
    assert_eq!(raw(&client, &token, LIST).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_batch_can_be_reset() {
    let client = client(&["GET /admin/* reset"]).await;
    let body = "--b\r\nContent-Type: application/http\r\n\r\nGET /admin/directory/v1/users\r\n\r\n--b--\r\n";
    let head = "POST /batch HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let (bytes, end) = read_to_the_end(&client, &request).await;
    assert!(bytes.is_empty() && end.is_err());
}

#[tokio::test]
async fn a_cut_answer_promises_more_than_it_holds() {
    let client = client(&["GET /discovery/* cut"]).await;
    let request = "GET /discovery/v1/apis/gmail/v1/rest HTTP/1.1\r\nHost: x\r\n\r\n";
    let (bytes, _) = read_to_the_end(&client, request).await;
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let promised = head.split_once("content-length: ").unwrap().1.lines().next().unwrap();
    let promised: usize = promised.parse().unwrap();
    assert_eq!(body.len(), promised / 2);
    assert!(head.starts_with("http/1.1 200") && promised > 1000);
}

#[tokio::test]
async fn garbage_is_no_json() {
    let client = client(&["GET /gmail/* garbage"]).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    let (status, headers, text) = raw(&client, &token, SEND_AS).await.unwrap();
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/json; charset=UTF-8"));
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
}

#[tokio::test]
async fn a_drip_gives_the_whole_answer_slowly() {
    let client = client(&["GET /gmail/* drip=3ms"]).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    let before = Instant::now();
    let answer = client.get(&token, &format!("{SEND_AS}?fields=sendAs/isDefault&prettyPrint=false")).await;
    let length: u64 = answer.headers["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(answer.body["sendAs"][0]["isDefault"], true);
    assert!(before.elapsed() >= Duration::from_millis(3 * (length - 1)) && length > 20);
}

#[tokio::test]
async fn a_page_token_can_come_again() {
    let client = client(&["GET /admin/directory/v1/users repeat-page"]).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let first = client.get(&token, LIST).await.body;
    let given = first["nextPageToken"].as_str().unwrap();
    let second = client.get(&token, &format!("{LIST}&pageToken={given}")).await.body;
    assert_eq!(second["nextPageToken"], given);
    assert!(second["users"].as_array().unwrap().len() > 1 && second["users"] != first["users"]);
}

#[tokio::test]
async fn empty_pages_lose_no_rows() {
    let whole = Client::of(TenantName::Typical).await;
    let struck = client(&["GET * empty-page"]).await;
    for (path, scope, field) in
        [(LIST, USERS, "users"), ("/admin/directory/v1/customer/my_customer/roleassignments", ROLES, "items")]
    {
        let token = whole.token(Some(ADMIN), &[scope]).await;
        let (rows, pages) = whole.list(&token, path, field).await;
        let token = struck.token(Some(ADMIN), &[scope]).await;
        let (same, more_pages) = struck.list(&token, path, field).await;
        assert_eq!(rows, same);
        assert!(more_pages > pages, "{more_pages} pages");
    }
    let first = struck.get(&struck.token(Some(ADMIN), &[USERS]).await, LIST).await.body;
    assert!(first.get("users").is_none() && first["nextPageToken"].is_string());
}

#[tokio::test]
async fn a_token_can_live_as_short_as_it_says() {
    let client = client(&["POST /token token-expires=1"]).await;
    let answer = client.ask(Some(ADMIN), &[USERS]).await;
    assert_eq!(answer.body["expires_in"], 1);
    let token = answer.body["access_token"].as_str().unwrap();
    assert_eq!(client.get(token, LIST).await.status, 200);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(client.get(token, LIST).await.status, 401);
}

#[tokio::test]
async fn a_token_can_die_before_it_said() {
    let client = client(&["POST /token token-dies=3 times=1", "POST /token token-dies=50ms times=1"]).await;
    let answer = client.ask(Some(ADMIN), &[USERS]).await;
    assert!(answer.body["expires_in"].as_i64().unwrap() > 3000);
    let token = answer.body["access_token"].as_str().unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.get(token, LIST).await.status);
    }
    assert_eq!(statuses, [200, 200, 401, 401]);
    let dead = client.get(token, LIST).await;
    assert_eq!(dead.body["error"]["errors"][0]["reason"], "authError");
    assert!(client.emulator.requests().last().unwrap().fault);
    let short = client.token(Some(ADMIN), &[USERS]).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(client.get(&short, LIST).await.status, 401);
    let healthy = client.token(Some(ADMIN), &[USERS]).await;
    assert_eq!(client.get(&healthy, LIST).await.status, 200);
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_requests() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let faults = vec!["GET /admin/* 500 chance=0.5".parse().unwrap()];
        let client = Client::with(Options { faults, seed, ..options(TenantName::Healthy) }).await;
        let token = client.token(Some(ADMIN), &[USERS]).await;
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(client.get(&token, LIST).await.status);
        }
        assert!(statuses.contains(&200) && statuses.contains(&500));
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn faults_are_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faults.toml");
    std::fs::write(&path, "[[fault]]\non = \"GET /gmail/*\"\nanswer = \"domainPolicy\"\ntimes = 1\n")
        .unwrap();
    let faults = Fault::read_file(&path).unwrap();
    let client = Client::with(Options { faults, ..options(TenantName::Typical) }).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    assert_eq!(client.get(&token, SEND_AS).await.body["error"]["errors"][0]["reason"], "domainPolicy");
    assert_eq!(client.get(&token, SEND_AS).await.status, 200);
    std::fs::write(&path, "[[fault]]\non = \"GET /gmail/*\"\nanswer = \"domainPolice\"\n").unwrap();
    let error = Fault::read_file(&path).unwrap_err().to_string();
    assert!(error.contains("faults.toml:3: ") && error.contains("did you mean `domainPolicy`?"), "{error}");
}
