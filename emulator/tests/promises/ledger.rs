//! What a ledger of delegations is made from: the audit logs, what they keep and how they are asked.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, Client, USERS, moment, options};

const REPORTS: &str = "https://www.googleapis.com/auth/admin.reports.audit.readonly";
const ADMIN_LOG: &str = "/admin/reports/v1/activity/users/all/applications/admin";
const TOKEN_LOG: &str = "/admin/reports/v1/activity/users/all/applications/token";
const USE_LOG: &str = "/admin/reports/v1/activity/users/all/applications/access_evaluation";

async fn reader(tenant: TenantName) -> (Client, String) {
    with(options(tenant)).await
}

async fn with(options: Options) -> (Client, String) {
    let client = Client::with(Options { extra_scopes: vec![REPORTS.to_owned()], ..options }).await;
    let token = client.token(Some(ADMIN), &[REPORTS]).await;
    (client, token)
}

fn time(entry: &Value) -> DateTime<Utc> {
    entry["id"]["time"].as_str().unwrap().parse().unwrap()
}

fn parameter<'a>(entry: &'a Value, name: &str) -> Option<&'a Value> {
    let parameters = entry["events"][0]["parameters"].as_array()?;
    parameters.iter().find(|parameter| parameter["name"] == name)
}

fn of_client<'a>(entries: &'a [Value], client: &str) -> Vec<&'a str> {
    let own = entries.iter().filter(|entry| {
        parameter(entry, "API_CLIENT_NAME").is_some_and(|parameter| parameter["value"] == client)
    });
    own.map(|entry| entry["events"][0]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_admin_log_tells_who_was_given_what_and_a_removal_without_scopes() {
    let (client, token) = reader(TenantName::Typical).await;
    let (entries, pages) = client.list(&token, ADMIN_LOG, "items").await;
    assert!(pages > 0 && entries.windows(2).all(|pair| time(&pair[0]) >= time(&pair[1])), "newest first");
    let oldest = moment() - Duration::days(180);
    assert!(entries.iter().all(|entry| time(entry) >= oldest), "what is older is gone");
    let truth = client.emulator.truth();
    for known in truth["ledger"].as_array().unwrap() {
        let told = of_client(&entries, known["clientId"].as_str().unwrap());
        let events: Vec<&str> = known["inAdminLog"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["event"].as_str().unwrap())
            .collect();
        assert_eq!(told, events, "{known}");
    }
    let removal =
        entries.iter().find(|entry| entry["events"][0]["name"] == "REMOVE_API_CLIENT_ACCESS").unwrap();
    assert_eq!(removal["events"][0]["type"], "DOMAIN_SETTINGS");
    assert_eq!(removal["events"][0]["parameters"].as_array().unwrap().len(), 2);
    let given =
        entries.iter().find(|entry| entry["events"][0]["name"] == "AUTHORIZE_API_CLIENT_ACCESS").unwrap();
    assert!(parameter(given, "API_SCOPES").unwrap()["multiValue"].is_array());
    assert!(entries.iter().any(|entry| entry["events"][0]["name"] == "CREATE_GMAIL_SETTING"));
}

#[tokio::test]
async fn each_source_misses_a_grant_that_another_has() {
    let (client, _) = reader(TenantName::Typical).await;
    let truth = client.emulator.truth();
    let ledger = truth["ledger"].as_array().unwrap();
    let any = |name: &str, wanted: &dyn Fn(&Value) -> bool| {
        assert!(ledger.iter().any(wanted), "no grant is {name}");
    };
    let logged = |grant: &Value| !grant["inAdminLog"].as_array().unwrap().is_empty();
    let used = |grant: &Value| !grant["inUseLog"].as_array().unwrap().is_empty();
    any("only in the log", &|grant| {
        grant["active"] == true && grant["inConsoleList"] == false && logged(grant)
    });
    any("only in the console", &|grant| grant["inConsoleList"] == true && !logged(grant) && !used(grant));
    any("older than the log", &|grant| {
        !grant["beforeAdminLog"].as_array().unwrap().is_empty() && !logged(grant)
    });
    any("given again", &|grant| grant["inAdminLog"].as_array().unwrap().len() == 3);
    any("gone", &|grant| grant["active"] == false && logged(grant));
    any("never used", &|grant| grant["active"] == true && grant["kind"] == "own" && !used(grant));
    for kind in ["own", "foreign", "deleted", "unknown"] {
        any(kind, &|grant| grant["kind"] == kind);
    }
    let listed = client.file("dwd.csv");
    for grant in ledger {
        assert_eq!(grant["inConsoleList"] == true, listed.contains(grant["clientId"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn a_report_is_narrowed_by_time_event_filter_and_user() {
    let (client, token) = reader(TenantName::Typical).await;
    let (all, _) = client.list(&token, ADMIN_LOG, "items").await;
    let event = format!("{ADMIN_LOG}?eventName=REMOVE_API_CLIENT_ACCESS");
    assert_eq!(client.list(&token, &event, "items").await.0.len(), 2);
    let one = parameter(&all[all.len() - 1], "API_CLIENT_NAME").unwrap()["value"].as_str().unwrap();
    let filtered = format!("{ADMIN_LOG}?filters=API_CLIENT_NAME%3D%3D{one}");
    let (own, _) = client.list(&token, &filtered, "items").await;
    assert_eq!(own.len(), of_client(&all, one).len());
    let others = format!("{ADMIN_LOG}?filters=API_CLIENT_NAME%3C%3E{one}");
    assert!(client.list(&token, &others, "items").await.0.iter().all(|entry| !own.contains(entry)));
    let middle = time(&all[all.len() / 2]).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let (young, _) = client.list(&token, &format!("{ADMIN_LOG}?startTime={middle}"), "items").await;
    let (old, _) = client.list(&token, &format!("{ADMIN_LOG}?endTime={middle}"), "items").await;
    assert_eq!(young.len() + old.len(), all.len() + 1, "both bounds belong to the report");
    let actor = all[0]["actor"]["email"].as_str().unwrap();
    let (own, _) = client.list(&token, &ADMIN_LOG.replace("all", actor), "items").await;
    assert_eq!(own.len(), all.len());
    let used = client.list(&token, USE_LOG, "items").await.0;
    let id = used[0]["actor"]["applicationInfo"]["oauthClientId"].as_str().unwrap();
    let (same, _) = client
        .list(&token, &format!("{USE_LOG}?applicationInfoFilter=oAuthClientId%3D%22{id}%22"), "items")
        .await;
    assert!(!same.is_empty() && same.len() < used.len());
    assert!(
        client
            .list(&token, &ADMIN_LOG.replace("/admin", "/drive").replacen("/drive", "/admin", 1), "items")
            .await
            .0
            .is_empty()
    );
    for broken in [
        "startTime=yesterday",
        "startTime=2026-11-20T00:00:00Z&endTime=2026-11-19T00:00:00Z",
        "startTime=2030-01-01T00:00:00Z",
        "filters=API_CLIENT_NAME",
        "maxResults=1001",
        "maxResults=0",
        "pageToken=made-up",
    ] {
        assert_eq!(client.get(&token, &format!("{ADMIN_LOG}?{broken}")).await.status, 400, "{broken}");
    }
    let nothing = ADMIN_LOG.replace("applications/admin", "applications/nothing");
    assert_eq!(client.get(&token, &nothing).await.status, 400);
}

#[tokio::test]
async fn uses_of_a_grant_are_told_apart_from_what_users_allowed() {
    let (client, token) = reader(TenantName::Typical).await;
    let (used, _) = client.list(&token, USE_LOG, "items").await;
    for entry in &used {
        assert_eq!(entry["events"][0]["name"], "allow_token_impersonation");
        assert_eq!(parameter(entry, "configuration_source").unwrap()["value"], "DOMAIN_WIDE_DELEGATION");
        assert_eq!(entry["actor"]["applicationInfo"]["impersonation"], true);
    }
    let (calls, _) = client.list(&token, TOKEN_LOG, "items").await;
    for name in ["activity", "authorize", "revoke"] {
        assert!(calls.iter().any(|entry| entry["events"][0]["name"] == name), "{name}");
    }
    let by_user = calls.iter().filter(|entry| entry["actor"]["applicationInfo"]["impersonation"] == false);
    assert_eq!(by_user.count(), 4);
}

#[tokio::test]
async fn only_administrators_with_the_right_read_reports() {
    let client = Client::with(Options {
        extra_scopes: vec![REPORTS.to_owned()],
        admin_role: true,
        ..options(TenantName::Typical)
    })
    .await;
    assert_eq!(client.read_as("maja.zielinska@example.com", REPORTS, ADMIN_LOG).await.status, 200);
    assert_eq!(client.read_as("bruno.costa@example.com", REPORTS, ADMIN_LOG).await.status, 403);
    assert_eq!(client.read_as("dana.petrova@example.com", REPORTS, ADMIN_LOG).await.status, 403);
    assert_eq!(client.read_as(ADMIN, USERS, ADMIN_LOG).await.status, 403);
    let own = client.token(None, &[REPORTS]).await;
    let customer = client.emulator.truth()["customerId"].as_str().unwrap().to_owned();
    let answer = client.get(&own, &format!("{ADMIN_LOG}?customerId={customer}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn any_number_of_entries_is_computed_in_order() {
    let (client, token) = with(Options {
        events: 3000,
        service_accounts: 120,
        page_cap: Some(1000),
        ..options(TenantName::Huge(50))
    })
    .await;
    let (entries, pages) = client.list(&token, TOKEN_LOG, "items").await;
    assert!(entries.len() >= 2700 && pages == 3, "{} on {pages}", entries.len());
    assert!(entries.windows(2).all(|pair| time(&pair[0]) >= time(&pair[1])));
    let (same, _) = client.list(&token, &format!("{TOKEN_LOG}?maxResults=333"), "items").await;
    assert_eq!(same, entries);
    let (used, _) = client.list(&token, USE_LOG, "items").await;
    assert!(used.len() >= 300);
    let qualifiers: std::collections::BTreeSet<&str> =
        entries.iter().map(|entry| entry["id"]["uniqueQualifier"].as_str().unwrap()).collect();
    assert_eq!(qualifiers.len(), entries.len());
}
