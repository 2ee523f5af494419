//! Every answer keeps to Google's own schema: known fields, right types, known enumeration values.

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, DOMAINS, ROLES, SETTINGS, USERS, options};

const DIRECTORY: &str = include_str!("../../discovery/admin_directory_v1.json");
const GMAIL: &str = include_str!("../../discovery/gmail_v1.json");
const IAM: &str = include_str!("../../discovery/iam_v1.json");
const MORE: [&str; 3] = [
    "https://www.googleapis.com/auth/gmail.readonly",
    "https://www.googleapis.com/auth/admin.directory.orgunit.readonly",
    "https://www.googleapis.com/auth/admin.directory.customer.readonly",
];

fn check(document: &Value, schema: &Value, value: &Value, place: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &document["schemas"][name],
        None => schema,
    };
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        _ => true,
    };
    assert!(fits, "{place}: {value}");
    if let (Some(values), Some(text)) = (schema["enum"].as_array(), value.as_str()) {
        assert!(values.iter().any(|known| known == text), "{place}: {text}");
    }
    if let Some("int64" | "uint64") = schema["format"].as_str() {
        assert!(value.as_str().unwrap().parse::<u64>().is_ok(), "{place}: {value}");
    }
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, value) in fields {
            let property = properties.get(name).unwrap_or_else(|| panic!("{place}: unknown field {name}"));
            check(document, property, value, &format!("{place}.{name}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(document, &schema["items"], item, &format!("{place}[{index}]"));
    }
}

/// The schema that a method's description names, wherever it is nested.
fn response_of(resource: &Value, method: &str) -> Option<Value> {
    let own = resource["methods"].as_object().into_iter().flat_map(|methods| methods.values());
    let below = resource["resources"].as_object().into_iter().flat_map(|resources| resources.values());
    own.filter(|entry| entry["id"] == method)
        .map(|entry| entry["response"].clone())
        .chain(below.filter_map(|resource| response_of(resource, method)))
        .next()
}

async fn hold(client: &Client, document: &str, token: &str, method: &str, path: &str) {
    let document: Value = serde_json::from_str(document).unwrap();
    let response = response_of(&document, method).unwrap();
    let mut next = String::new();
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page =
            if next.is_empty() { path.to_owned() } else { format!("{path}{separator}pageToken={next}") };
        let answer = client.get(token, &page).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        check(&document, &response, &answer.body, method);
        match answer.body["nextPageToken"].as_str() {
            Some(token) => next = token.to_owned(),
            None => return,
        }
    }
}

async fn every_answer(tenant: TenantName) {
    let extra_scopes = MORE.iter().map(|scope| (*scope).to_owned()).collect();
    let client = Client::with(Options { extra_scopes, ..options(tenant) }).await;
    let truth = client.emulator.truth();
    let scopes = [USERS, DOMAINS, ROLES, MORE[1], MORE[2]];
    let token = client.token(Some(ADMIN), &scopes).await;
    let customer = "/admin/directory/v1/customer/my_customer";
    for (method, path) in [
        ("users.list", "/admin/directory/v1/users?customer=my_customer&projection=full".to_owned()),
        ("users.list", "/admin/directory/v1/users?customer=my_customer&showDeleted=true".to_owned()),
        ("users.get", format!("/admin/directory/v1/users/{ADMIN}")),
        ("domains.list", format!("{customer}/domains")),
        ("domainAliases.list", format!("{customer}/domainaliases")),
        ("orgunits.list", format!("{customer}/orgunits?type=all")),
        ("roles.list", format!("{customer}/roles")),
        ("privileges.list", format!("{customer}/roles/ALL/privileges")),
        ("roleAssignments.list", format!("{customer}/roleassignments")),
        ("customers.get", "/admin/directory/v1/customers/my_customer".to_owned()),
    ] {
        hold(&client, DIRECTORY, &token, &format!("directory.{method}"), &path).await;
    }
    for user in truth["users"].as_array().unwrap() {
        let email = user["primaryEmail"].as_str().unwrap();
        hold(
            &client,
            DIRECTORY,
            &token,
            "directory.users.aliases.list",
            &format!("/admin/directory/v1/users/{email}/aliases"),
        )
        .await;
        if user["gmail"] != "on" {
            continue;
        }
        let token = client.token(Some(email), &[SETTINGS, MORE[0]]).await;
        hold(&client, GMAIL, &token, "gmail.users.getProfile", "/gmail/v1/users/me/profile").await;
        for (method, part) in [
            ("sendAs.list", "sendAs"),
            ("delegates.list", "delegates"),
            ("forwardingAddresses.list", "forwardingAddresses"),
            ("getAutoForwarding", "autoForwarding"),
            ("getImap", "imap"),
            ("getPop", "pop"),
            ("filters.list", "filters"),
        ] {
            let path = format!("/gmail/v1/users/me/settings/{part}");
            hold(&client, GMAIL, &token, &format!("gmail.users.settings.{method}"), &path).await;
        }
    }
    let token = client.token(None, &[CLOUD]).await;
    for project in truth["projects"].as_array().unwrap() {
        let accounts = format!("/v1/projects/{}/serviceAccounts", project["projectId"].as_str().unwrap());
        hold(&client, IAM, &token, "iam.projects.serviceAccounts.list", &accounts).await;
        for account in project["serviceAccounts"].as_array().unwrap() {
            let path = format!("{accounts}/{}", account["uniqueId"].as_str().unwrap());
            hold(&client, IAM, &token, "iam.projects.serviceAccounts.get", &path).await;
            hold(&client, IAM, &token, "iam.projects.serviceAccounts.keys.list", &format!("{path}/keys"))
                .await;
        }
    }
}

#[tokio::test]
async fn every_answer_of_the_healthy_tenant_fits_googles_schema() {
    every_answer(TenantName::Healthy).await;
}

#[tokio::test]
async fn every_answer_of_the_typical_tenant_fits_googles_schema() {
    every_answer(TenantName::Typical).await;
}

#[tokio::test]
async fn every_answer_of_the_neglected_tenant_fits_googles_schema() {
    every_answer(TenantName::Neglected).await;
}
