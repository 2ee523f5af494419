//! The Directory API.

use serde_json::{Value, json};
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, DOMAINS, ROLES, SETTINGS, USERS, options};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";
const NOT_AUTHORIZED: &str = "Not Authorized to access this resource/api";

#[tokio::test]
async fn every_page_size_gives_the_same_listing() {
    let client = Client::with(Options { page_cap: Some(1000), ..options(TenantName::Typical) }).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let (whole, pages) = client.list(&token, &format!("{LIST}&maxResults=500"), "users").await;
    assert_eq!(pages, 1);
    for order in ["", "&orderBy=email", "&orderBy=familyName&sortOrder=DESCENDING"] {
        let (reference, _) = client.list(&token, &format!("{LIST}{order}&maxResults=500"), "users").await;
        assert_eq!(reference.len(), whole.len());
        for size in [1, 7, 25] {
            let (users, _) = client.list(&token, &format!("{LIST}{order}&maxResults={size}"), "users").await;
            assert_eq!(users, reference, "{order} by {size}");
        }
    }
}

#[tokio::test]
async fn the_server_caps_pages_below_what_is_asked_for() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let (users, pages) = client.list(&token, &format!("{LIST}&maxResults=500"), "users").await;
    assert!(users.len() > 50 && pages > 2);
}

#[tokio::test]
async fn listings_can_be_ordered() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let (users, _) = client.list(&token, &format!("{LIST}&orderBy=email"), "users").await;
    let emails: Vec<&str> = users.iter().map(|user| user["primaryEmail"].as_str().unwrap()).collect();
    assert!(emails.is_sorted());
    let descending = format!("{LIST}&orderBy=email&sortOrder=DESCENDING");
    let (users, _) = client.list(&token, &descending, "users").await;
    assert!(users.iter().map(|user| user["primaryEmail"].as_str().unwrap()).rev().is_sorted());
}

#[tokio::test]
async fn a_page_token_is_good_for_its_own_query_only() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let next = client.get(&token, LIST).await.body["nextPageToken"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&token, &format!("{LIST}&pageToken={next}")).await.status, 200);
    assert_eq!(client.get(&token, &format!("{LIST}&maxResults=3&pageToken={next}")).await.status, 200);
    assert_eq!(client.get(&token, &format!("{LIST}&orderBy=email&pageToken={next}")).await.status, 400);
    assert_eq!(client.get(&token, &format!("{LIST}&pageToken=abc")).await.status, 400);
}

#[tokio::test]
async fn page_sizes_keep_to_the_described_limits() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    for size in ["0", "501", "-1", "many"] {
        let answer = client.get(&token, &format!("{LIST}&maxResults={size}")).await;
        assert_eq!(answer.status, 400, "{size}");
    }
    let answer = client.get(&token, &format!("{LIST}&maxResults=501")).await;
    assert_eq!(
        answer.body["error"]["message"],
        "Invalid value '501'. Values must be within the range: [1, 500]"
    );
    assert_eq!(client.get(&token, &format!("{LIST}&projection=everything")).await.status, 400);
    assert_eq!(client.get(&token, &format!("{LIST}&page=2")).await.status, 400);
}

#[tokio::test]
async fn a_listing_needs_a_customer_or_a_domain_of_the_tenant() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let neither = client.get(&token, "/admin/directory/v1/users").await;
    assert_eq!((neither.status, &neither.body["error"]["errors"][0]["reason"]), (400, &json!("badRequest")));
    let customer = client.emulator.truth()["customerId"].as_str().unwrap().to_owned();
    let by_id = client.get(&token, &format!("/admin/directory/v1/users?customer={customer}")).await;
    assert_eq!(by_id.body["users"], client.get(&token, LIST).await.body["users"]);
    assert_eq!(client.get(&token, "/admin/directory/v1/users?customer=C0nobody").await.status, 403);
    let (users, _) =
        client.list(&token, "/admin/directory/v1/users?domain=xn--bcher-kva.example", "users").await;
    assert_eq!(users.len(), 1);
    assert_eq!(client.get(&token, "/admin/directory/v1/users?domain=elsewhere.example").await.status, 404);
}

#[tokio::test]
async fn queries_select_users() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let (admins, _) = client.list(&token, &format!("{LIST}&query=isAdmin%3Dtrue"), "users").await;
    assert_eq!(admins.len(), 5);
    let (suspended, _) =
        client.list(&token, &format!("{LIST}&maxResults=1&query=isSuspended%3Dtrue"), "users").await;
    assert_eq!(suspended.len(), 4);
    assert!(
        suspended
            .iter()
            .all(|user| user["suspensionReason"].is_string() && user["suspensionTime"].is_string())
    );
    assert_eq!(client.get(&token, &format!("{LIST}&query=gmail%3Don")).await.status, 400);
    let (deleted, _) = client.list(&token, &format!("{LIST}&showDeleted=true"), "users").await;
    assert_eq!(deleted[0]["primaryEmail"], "former.colleague@example.com");
    assert!(deleted[0]["deletionTime"].is_string());
}

#[tokio::test]
async fn a_mask_leaves_only_what_it_names() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let path = format!("{LIST}&maxResults=2&fields=nextPageToken,users(id,name/fullName)");
    let body = client.get(&token, &path).await.body;
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&body), ["nextPageToken", "users"]);
    assert_eq!(keys(&body["users"][0]), ["id", "name"]);
    assert_eq!(keys(&body["users"][0]["name"]), ["fullName"]);
    let answer = client.get(&token, &format!("{LIST}&fields=users(id,gmail)")).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error"]["errors"][0]["reason"], "invalidParameter");
    assert_eq!(answer.body["error"]["errors"][0]["location"], "fields");
}

#[tokio::test]
async fn a_user_is_found_by_id_address_and_alias() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let user = client.get(&token, "/admin/directory/v1/users/linnea.berg@example.com").await.body;
    let id = user["id"].as_str().unwrap();
    for key in [id, "LINNEA@example.com", "linnea.berg%40example.net"] {
        assert_eq!(client.get(&token, &format!("/admin/directory/v1/users/{key}")).await.body, user);
    }
    let aliases = client.get(&token, &format!("/admin/directory/v1/users/{id}/aliases")).await.body;
    assert_eq!(aliases["aliases"][0]["alias"], "linnea@example.com");
    let missing = client.get(&token, "/admin/directory/v1/users/nobody@example.com").await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.body["error"]["message"], "Resource Not Found: userKey");
}

#[tokio::test]
async fn nobody_signed_in_reads_as_the_year_1970() {
    let client = Client::of(TenantName::Typical).await;
    let answer = client.read_as(ADMIN, USERS, "/admin/directory/v1/users/yara.haddad@example.com").await;
    assert_eq!(answer.body["lastLoginTime"], "1970-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn fields_that_directory_leaves_out_are_absent() {
    let client = Client::of(TenantName::Typical).await;
    let answer = client.read_as(ADMIN, USERS, "/admin/directory/v1/users/flora.winter@example.com").await;
    assert_eq!(answer.body.get("isEnforcedIn2Sv"), None);
    let active = client.read_as(ADMIN, USERS, &format!("/admin/directory/v1/users/{ADMIN}")).await;
    assert_eq!(active.body.get("suspensionReason"), None);
}

#[tokio::test]
async fn the_subject_must_be_an_administrator_with_the_right() {
    let client = Client::of(TenantName::Typical).await;
    let customer = "/admin/directory/v1/customer/my_customer";
    for (subject, scope, path, status) in [
        ("linnea.berg@example.com", USERS, LIST.to_owned(), 403),
        // The first delegated administrator manages users, the second groups.
        ("bruno.costa@example.com", USERS, LIST.to_owned(), 200),
        ("maja.zielinska@example.com", USERS, LIST.to_owned(), 200),
        ("bruno.costa@example.com", DOMAINS, format!("{customer}/domains"), 403),
        ("bruno.costa@example.com", ROLES, format!("{customer}/roles"), 403),
        (ADMIN, DOMAINS, format!("{customer}/domains"), 200),
        (ADMIN, ROLES, format!("{customer}/roles"), 200),
    ] {
        let answer = client.read_as(subject, scope, &path).await;
        assert_eq!(answer.status, status, "{subject} {path}");
        if status == 403 {
            let expected = json!({ "error": {
                "code": 403,
                "message": NOT_AUTHORIZED,
                "errors": [{ "message": NOT_AUTHORIZED, "domain": "global", "reason": "forbidden" }],
            }});
            assert_eq!(answer.body, expected);
        }
    }
}

#[tokio::test]
async fn without_a_subject_my_customer_looks_like_an_outage() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(None, &[USERS]).await;
    let answer = client.get(&token, LIST).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.body["error"]["message"], "Service unavailable. Please try again");
    assert_eq!(answer.body["error"]["errors"][0]["reason"], "backendError");
    let customer = client.emulator.truth()["customerId"].as_str().unwrap().to_owned();
    let named = client.get(&token, &format!("/admin/directory/v1/users?customer={customer}")).await;
    assert_eq!(named.status, 403, "the account holds no administrator role");
}

#[tokio::test]
async fn a_scope_the_method_does_not_list_is_insufficient() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    let answer = client.get(&token, LIST).await;
    assert_eq!(answer.status, 403);
    let error = &answer.body["error"];
    assert_eq!(error["message"], "Request had insufficient authentication scopes.");
    assert_eq!(error["status"], "PERMISSION_DENIED");
    assert_eq!(error["errors"][0]["reason"], "insufficientPermissions");
    assert_eq!(error["errors"][0]["message"], "Insufficient Permission");
    assert_eq!(error["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    assert_eq!(error["details"][0]["metadata"]["service"], "admin.googleapis.com");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    assert!(challenge.contains(USERS), "{challenge}");
}

#[tokio::test]
async fn any_scope_the_method_lists_will_do() {
    let client =
        Client::with(Options { extra_scopes: vec![CLOUD.to_owned()], ..options(TenantName::Healthy) }).await;
    assert_eq!(client.read_as(ADMIN, CLOUD, LIST).await.status, 200);
    let one = client.read_as(ADMIN, CLOUD, &format!("/admin/directory/v1/users/{ADMIN}")).await;
    assert_eq!(one.status, 403, "users.get does not list it");
}

#[tokio::test]
async fn a_request_needs_a_live_token() {
    let client = Client::of(TenantName::Healthy).await;
    let url = format!("{}{LIST}", client.emulator.base_url());
    let none = crate::client::read(client.http.get(&url).send().await.unwrap()).await;
    assert_eq!(none.status, 401);
    assert_eq!(none.body["error"]["errors"][0]["reason"], "required");
    let unknown = client.get("ya29.c.unknown", LIST).await;
    assert_eq!(unknown.status, 401);
    assert_eq!(unknown.body["error"]["errors"][0]["reason"], "authError");
    assert!(unknown.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
}

#[tokio::test]
async fn role_assignments_begin_with_an_empty_page() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[ROLES]).await;
    let path = "/admin/directory/v1/customer/my_customer/roleassignments";
    let first = client.get(&token, path).await.body;
    assert_eq!(first.get("items"), None);
    assert!(first["nextPageToken"].is_string());
    for size in [1, 7, 200] {
        let (items, _) = client.list(&token, &format!("{path}?maxResults={size}"), "items").await;
        assert_eq!(json!(items), client.emulator.truth()["roleAssignments"]);
    }
    let (own, pages) = client.list(&token, &format!("{path}?userKey={ADMIN}"), "items").await;
    assert_eq!((own.len(), pages), (1, 1));
    let role = own[0]["roleId"].as_str().unwrap();
    let (holders, _) = client.list(&token, &format!("{path}?roleId={role}"), "items").await;
    assert_eq!(holders.len(), 5);
    assert_eq!(client.get(&token, &format!("{path}?maxResults=201")).await.status, 400);
}

#[tokio::test]
async fn domains_and_aliases_tell_their_verification() {
    let client = Client::of(TenantName::Neglected).await;
    let token = client.token(Some(ADMIN), &[DOMAINS]).await;
    let truth = client.emulator.truth();
    let path = "/admin/directory/v1/customer/my_customer";
    assert_eq!(client.get(&token, &format!("{path}/domains")).await.body["domains"], truth["domains"]);
    let aliases = client.get(&token, &format!("{path}/domainaliases")).await.body;
    assert_eq!(aliases["domainAliases"], truth["domainAliases"]);
    assert_eq!(aliases["domainAliases"][0]["verified"], false);
    let one = client.get(&token, &format!("{path}/domains/never-verified.example")).await.body;
    assert_eq!(one["verified"], false);
}
