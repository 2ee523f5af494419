//! What the contract tests need to see of every method: an answer, and each listing by several page sizes.

use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, DOMAINS, ROLES, SETTINGS, USERS, options};

const CUSTOMER: &str = "/admin/directory/v1/customer/my_customer";
const SETTINGS_PATH: &str = "/gmail/v1/users/me/settings";
const ACCOUNTS: &str = "/v1/projects/apps-project/serviceAccounts";

/// Each entry of a listing reads the same by its own name. Returns how many there were.
async fn read_one_by_one(client: &Client, token: &str, listing: &str, field: &str, name: &str) -> usize {
    let (entries, _) = client.list(token, listing, field).await;
    for entry in &entries {
        // A key's name is its whole path.
        let own = entry[name].as_str().unwrap().rsplit('/').next().unwrap();
        let answer = client.get(token, &format!("{listing}/{own}")).await;
        assert_eq!((answer.status, &answer.body), (200, entry), "{listing}/{own}");
    }
    entries.len()
}

#[tokio::test]
async fn what_is_listed_is_found_by_its_name() {
    let client = Client::of(TenantName::Neglected).await;
    let token = client.token(Some(ADMIN), &[DOMAINS, ROLES]).await;
    for (collection, field, name) in [
        ("domains", "domains", "domainName"),
        ("domainaliases", "domainAliases", "domainAliasName"),
        ("roles", "items", "roleId"),
        ("roleassignments", "items", "roleAssignmentId"),
    ] {
        let listing = format!("{CUSTOMER}/{collection}");
        assert!(read_one_by_one(&client, &token, &listing, field, name).await > 0, "{collection}");
    }
    let token = client.token(None, &[CLOUD]).await;
    assert!(read_one_by_one(&client, &token, ACCOUNTS, "accounts", "email").await > 0);
    // The audit's own roles list keys and get none, so the owner of the project asks.
    let options = Options { extra_scopes: vec![CLOUD.to_owned()], ..options(TenantName::Typical) };
    let client = Client::with(options).await;
    let token = client.token(Some("signe.dahl@example.com"), &[CLOUD]).await;
    let keys = format!("{ACCOUNTS}/people-sync@apps-project.iam.gserviceaccount.com/keys");
    assert!(read_one_by_one(&client, &token, &keys, "keys", "name").await > 0);
}

#[tokio::test]
async fn what_a_mailbox_lists_is_found_by_its_name() {
    let client = Client::of(TenantName::Typical).await;
    let truth = client.emulator.truth();
    let mut found = [0; 4];
    for user in truth["users"].as_array().unwrap().iter().filter(|user| user["gmail"] == "on") {
        let token = client.token(user["primaryEmail"].as_str(), &[SETTINGS]).await;
        for (count, (collection, field, name)) in found.iter_mut().zip([
            ("sendAs", "sendAs", "sendAsEmail"),
            ("delegates", "delegates", "delegateEmail"),
            ("forwardingAddresses", "forwardingAddresses", "forwardingEmail"),
            ("filters", "filter", "id"),
        ]) {
            let listing = format!("{SETTINGS_PATH}/{collection}");
            *count += read_one_by_one(&client, &token, &listing, field, name).await;
        }
    }
    assert!(found.iter().all(|count| *count > 0), "{found:?}");
}

#[tokio::test]
async fn every_listing_is_the_same_by_any_page_size() {
    let client = Client::with(Options { page_cap: Some(1000), ..options(TenantName::Typical) }).await;
    let as_admin = client.token(Some(ADMIN), &[USERS, ROLES]).await;
    let as_account = client.token(None, &[CLOUD]).await;
    for (token, path, size, field) in [
        (&as_admin, "/admin/directory/v1/users?customer=my_customer", "maxResults", "users"),
        (&as_admin, &format!("{CUSTOMER}/roles?") as &str, "maxResults", "items"),
        (&as_admin, &format!("{CUSTOMER}/roleassignments?"), "maxResults", "items"),
        (&as_account, &format!("{ACCOUNTS}?"), "pageSize", "accounts"),
    ] {
        let (whole, _) = client.list(token, &format!("{path}&{size}=100"), field).await;
        for entries in [1, 2, 3, whole.len()] {
            let (same, _) = client.list(token, &format!("{path}&{size}={entries}"), field).await;
            assert_eq!(same, whole, "{path} by {entries}");
        }
    }
}
