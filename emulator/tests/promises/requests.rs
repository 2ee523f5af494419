//! Requests of unusual shape: long ones, tokens in the query, paths and parts that are no text.

use serde_json::json;
use workspace_audit_emulator::TenantName;

use crate::client::{ADMIN, Answer, CLOUD, Client, USERS, read};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";
const USERS_PATH: &str = "/admin/directory/v1/users";
const ACCOUNTS: &str = "/v1/projects/apps-project/serviceAccounts";
const FORM: &str = "application/x-www-form-urlencoded";

async fn overridden(client: &Client, token: &str, verb: &str, kind: &str, query: &str) -> Answer {
    let url = format!("{}{USERS_PATH}", client.emulator.base_url());
    let request = client.http.post(url).bearer_auth(token).body(query.to_owned());
    read(request.header("X-HTTP-Method-Override", verb).header("Content-Type", kind).send().await.unwrap())
        .await
}

#[tokio::test]
async fn a_get_too_long_for_an_address_comes_as_post() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let fields = vec!["primaryEmail"; 300].join(",");
    let query = format!("customer=my_customer&maxResults=3&fields=users({fields})&access_token={token}");
    let answer = overridden(&client, &token, "GET", FORM, &query).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let short = client.get(&token, &format!("{LIST}&maxResults=3&fields=users/primaryEmail")).await;
    assert_eq!(answer.body, short.body);
    let logged = &client.emulator.requests()[1];
    assert_eq!((logged.method.as_str(), logged.path.as_str(), logged.status), ("GET", USERS_PATH, 200));
    assert!(logged.query.starts_with("customer=my_customer&maxResults=3&fields=users%28primaryEmail"));
    assert!(!logged.query.contains("ya29."), "{}", logged.query);
}

#[tokio::test]
async fn only_a_get_can_stand_behind_a_post() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for (verb, kind) in [("DELETE", FORM), ("", FORM), ("GET", "application/json")] {
        let answer = overridden(&client, &token, verb, kind, "customer=my_customer").await;
        assert_eq!(answer.status, 405, "{verb} {kind}");
    }
}

#[tokio::test]
async fn a_token_may_stand_in_the_query_and_is_not_logged() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let get = async |path: String| {
        read(client.http.get(format!("{}{path}", client.emulator.base_url())).send().await.unwrap()).await
    };
    for name in ["access_token", "oauth_token"] {
        let answer = get(format!("{LIST}&{name}={token}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(get(format!("{LIST}&{name}=ya29.c.unknown")).await.status, 401);
    }
    let log = serde_json::to_string(&client.emulator.requests()).unwrap();
    assert!(log.contains("access_token=REDACTED") && !log.contains("ya29."), "{log}");
}

#[tokio::test]
async fn standard_parameters_may_change_between_pages() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let first = client.get(&token, &format!("{LIST}&maxResults=3&key=a")).await.body;
    let next = first["nextPageToken"].as_str().unwrap();
    let second = client.get(&token, &format!("{LIST}&maxResults=3&pageToken={next}")).await;
    assert_eq!(second.status, 200, "{}", second.body);
    for changed in [
        "key=b",
        "$.xgafv=2",
        "callback=f",
        "uploadType=media",
        "upload_protocol=raw",
        "quotaUser=q",
        "prettyPrint=false",
        "alt=json",
        &format!("access_token={token}"),
        &format!("oauth_token={token}"),
    ] {
        let page = client.get(&token, &format!("{LIST}&maxResults=3&pageToken={next}&{changed}")).await;
        assert_eq!((page.status, &page.body), (200, &second.body), "{changed}");
    }
}

#[tokio::test]
async fn every_refusal_is_googles_json_with_the_emulators_date_and_logged() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for (path, status) in [
        ("/admin/directory/v1/users/%FF", 400),
        ("/gmail/v1/users/%C3%28/profile", 403),
        ("/discovery/v1/apis/%FF/v1/rest", 404),
        ("/batch", 405),
        ("/batch/gmail/v1", 405),
    ] {
        let answer = client.get(&token, path).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (status, &json!(status)), "{path}");
        assert_eq!(answer.headers["date"], "Sat, 21 Nov 2026 07:00:00 GMT", "{path}");
        let logged = client.emulator.requests().pop().unwrap();
        assert_eq!((logged.path.as_str(), logged.status), (path, status));
    }
}

#[tokio::test]
async fn an_address_without_a_method_answers_the_page_of_a_front_end() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for path in ["/nothing", "/wrong/admin/directory/v1/users"] {
        let answer = client.get(&token, path).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.headers["content-type"], "text/html; charset=UTF-8");
        let page = answer.body.as_str().unwrap();
        assert!(page.contains("<title>Error 404 (Not Found)!!1</title>"), "{page}");
        assert_eq!(answer.headers["date"], "Sat, 21 Nov 2026 07:00:00 GMT", "{path}");
        assert_eq!(client.emulator.requests().pop().unwrap().status, 404);
    }
}

#[tokio::test]
async fn iam_tells_errors_without_a_list_of_them() {
    let client = Client::of(TenantName::Typical).await;
    let cloud = client.token(None, &[CLOUD]).await;
    let users = client.token(None, &[USERS]).await;
    for (token, query, status, name) in [
        ("", "", 401, "UNAUTHENTICATED"),
        ("ya29.c.unknown", "", 401, "UNAUTHENTICATED"),
        (users.as_str(), "", 403, "PERMISSION_DENIED"),
        (&cloud, "?page=2", 400, "INVALID_ARGUMENT"),
        (&cloud, "?pageSize=many", 400, "INVALID_ARGUMENT"),
        (&cloud, "?pageToken=x", 400, "INVALID_ARGUMENT"),
        (&cloud, "?fields=nope", 400, "INVALID_ARGUMENT"),
    ] {
        let error = client.get(token, &format!("{ACCOUNTS}{query}")).await.body["error"].take();
        assert_eq!((&error["code"], &error["status"]), (&json!(status), &json!(name)), "{query}");
        assert_eq!(error.get("errors"), None, "{query}");
    }
}

#[tokio::test]
async fn numbers_are_of_32_bits_and_without_a_plus() {
    let client = Client::of(TenantName::Typical).await;
    let cloud = client.token(None, &[CLOUD]).await;
    for (size, status) in [("2147483647", 200), ("2147483648", 400), ("%2B5", 400), ("5", 200)] {
        assert_eq!(client.get(&cloud, &format!("{ACCOUNTS}?pageSize={size}")).await.status, status, "{size}");
    }
    let users = client.token(Some(ADMIN), &[USERS]).await;
    assert_eq!(client.get(&users, &format!("{LIST}&maxResults=%2B5")).await.status, 400);
}

#[tokio::test]
async fn only_json_is_answered() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for (alt, status) in [("json", 200), ("media", 400), ("proto", 400)] {
        let answer = client.get(&token, &format!("{LIST}&alt={alt}")).await;
        assert_eq!(answer.status, status, "{alt}");
    }
}
