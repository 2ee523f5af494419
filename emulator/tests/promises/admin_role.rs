//! The audit's own service account as an administrator, without delegation.

use workspace_audit_emulator::{Options, TenantName};

use crate::client::{Client, DOMAINS, ROLES, SETTINGS, USERS, options};

async fn administrator() -> (Client, String) {
    let client = Client::with(Options { admin_role: true, ..options(TenantName::Typical) }).await;
    let token = client.token(None, &[USERS, DOMAINS, ROLES, SETTINGS]).await;
    (client, token)
}

fn customer(client: &Client) -> String {
    client.emulator.truth()["customerId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn it_reads_users_domains_and_roles_without_a_subject() {
    let (client, token) = administrator().await;
    let truth = client.emulator.truth();
    let customer = customer(&client);
    let users = format!("/admin/directory/v1/users?customer={customer}");
    let (users, _) = client.list(&token, &users, "users").await;
    assert_eq!(users.len(), truth["users"].as_array().unwrap().len());
    let of_customer = format!("/admin/directory/v1/customer/{customer}");
    for (collection, field) in
        [("domains", "domains"), ("domainaliases", "domainAliases"), ("roles", "items")]
    {
        let (rows, _) = client.list(&token, &format!("{of_customer}/{collection}"), field).await;
        assert!(!rows.is_empty(), "{collection}");
    }
    let (assignments, _) = client.list(&token, &format!("{of_customer}/roleassignments"), "items").await;
    let own = truth["projects"][0]["serviceAccounts"][0]["uniqueId"].as_str().unwrap();
    assert!(assignments.iter().any(|assignment| assignment["assignedTo"] == own));
}

#[tokio::test]
async fn it_has_to_name_the_customer() {
    let (client, token) = administrator().await;
    for path in
        ["/admin/directory/v1/users?customer=my_customer", "/admin/directory/v1/customer/my_customer/roles"]
    {
        let answer = client.get(&token, path).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.body["error"]["message"], "Service unavailable. Please try again");
        assert_eq!(answer.body["error"]["errors"][0]["reason"], "backendError");
    }
}

#[tokio::test]
async fn mailboxes_stay_closed_to_it() {
    let (client, token) = administrator().await;
    let answer = client.get(&token, "/gmail/v1/users/auditor@example.com/settings/sendAs").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error"]["errors"][0]["reason"], "failedPrecondition");
    assert_eq!(answer.body["error"]["message"], "Precondition check failed.");
}

#[tokio::test]
async fn without_the_role_nothing_is_read() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(None, &[USERS, ROLES]).await;
    let customer = customer(&client);
    for path in [
        format!("/admin/directory/v1/users?customer={customer}"),
        format!("/admin/directory/v1/customer/{customer}/roles"),
    ] {
        assert_eq!(client.get(&token, &path).await.status, 403);
    }
}
