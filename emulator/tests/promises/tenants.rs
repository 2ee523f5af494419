//! What the tenants contain, and that the truth told is the truth served.

use std::collections::BTreeSet;

use serde_json::Value;
use workspace_audit_emulator::{TenantName, start};

use crate::client::{ADMIN, CLOUD, Client, SETTINGS, USERS, options};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer&maxResults=500";

#[tokio::test]
async fn the_truth_is_what_is_served() {
    for tenant in [TenantName::Healthy, TenantName::Typical, TenantName::Neglected, TenantName::Huge(90)] {
        let client = Client::of(tenant).await;
        let truth = client.emulator.truth();
        let token = client.token(Some(ADMIN), &[USERS]).await;
        let (users, _) = client.list(&token, LIST, "users").await;
        let told = truth["users"].as_array().unwrap();
        assert_eq!(users.len(), told.len());
        for (user, told) in users.iter().zip(told) {
            for (name, value) in user.as_object().unwrap() {
                assert_eq!(*value, told[name]);
            }
            let email = user["primaryEmail"].as_str().unwrap();
            let answer = client.read_as(email, SETTINGS, "/gmail/v1/users/me/settings/sendAs").await;
            let expected = match told["gmail"].as_str().unwrap() {
                "on" => 200,
                "off" => 400,
                _ => 403,
            };
            assert_eq!(answer.status, expected, "{email}");
            if expected == 200 {
                assert_eq!(answer.body["sendAs"], told["sendAs"]);
            }
        }
        let token = client.token(None, &[CLOUD]).await;
        for project in truth["projects"].as_array().unwrap() {
            let path = format!("/v1/projects/{}/serviceAccounts", project["projectId"].as_str().unwrap());
            let (accounts, _) = client.list(&token, &path, "accounts").await;
            assert_eq!(accounts.len(), project["serviceAccounts"].as_array().unwrap().len());
        }
    }
}

#[tokio::test]
async fn the_same_seed_and_clock_found_the_same_tenant() {
    for tenant in [TenantName::Typical, TenantName::Huge(200)] {
        let first = start(options(tenant)).await.unwrap().truth();
        assert_eq!(first, start(options(tenant)).await.unwrap().truth());
        let other = workspace_audit_emulator::Options { seed: 8, ..options(tenant) };
        assert_ne!(first, start(other).await.unwrap().truth());
    }
}

#[tokio::test]
async fn ids_and_addresses_are_unique() {
    for tenant in [TenantName::Healthy, TenantName::Typical, TenantName::Neglected, TenantName::Huge(3000)] {
        let truth = start(options(tenant)).await.unwrap().truth();
        let users = truth["users"].as_array().unwrap();
        for field in ["id", "primaryEmail"] {
            let unique: BTreeSet<&str> = users.iter().map(|user| user[field].as_str().unwrap()).collect();
            assert_eq!(unique.len(), users.len(), "{tenant} {field}");
        }
        assert!(users.iter().all(|user| user["id"].as_str().unwrap().len() == 21));
    }
}

#[tokio::test]
async fn the_healthy_tenant_has_nothing_to_find_but_its_audit() {
    let emulator = start(options(TenantName::Healthy)).await.unwrap();
    let truth = emulator.truth();
    let users = truth["users"].as_array().unwrap();
    let active: Vec<&Value> =
        users.iter().filter(|user| user["suspended"] == false && user["archived"] == false).collect();
    let admins = active.iter().filter(|user| user["isAdmin"] == true).count();
    assert!((2..=4).contains(&admins));
    let month_ago = (emulator.now() - chrono::Duration::days(30)).to_rfc3339();
    for user in &active {
        assert_eq!(user["isEnforcedIn2Sv"], true);
        assert_eq!(user["isEnrolledIn2Sv"], true);
        let newest = user["lastLoginTime"].as_str().unwrap().max(user["creationTime"].as_str().unwrap());
        assert!(newest > month_ago.as_str(), "{user}");
        for entry in user["sendAs"].as_array().unwrap() {
            assert!(
                entry["sendAsEmail"].as_str().unwrap().split('@').nth(1).unwrap().starts_with("example.")
            );
            assert_eq!(entry.get("smtpMsa"), None);
        }
    }
    let verified = |domain: &Value| domain["verified"] == true;
    assert!(truth["domains"].as_array().unwrap().iter().all(verified));
    assert!(truth["domainAliases"].as_array().unwrap().iter().all(verified));
}

#[tokio::test]
async fn the_crowd_is_computed_and_found_again() {
    let client = Client::of(TenantName::Huge(1_000_000)).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let page = client.get(&token, LIST).await.body;
    let users = page["users"].as_array().unwrap();
    assert_eq!(users.len(), 500);
    let last = users.last().unwrap();
    for key in ["id", "primaryEmail"] {
        let key = last[key].as_str().unwrap();
        assert_eq!(client.get(&token, &format!("/admin/directory/v1/users/{key}")).await.body, *last);
    }
    let email =
        users.iter().rev().find(|user| user["suspended"] == false).unwrap()["primaryEmail"].as_str().unwrap();
    assert_eq!(client.ask(Some(email), &[SETTINGS]).await.status, 200);
    let beyond = email.replace(char::is_numeric, "9");
    assert_eq!(client.ask(Some(&beyond), &[SETTINGS]).await.status, 400);
}

#[tokio::test]
async fn the_smallest_crowds_can_be_read() {
    for users in [0, 1, 2] {
        let client = Client::of(TenantName::Huge(users)).await;
        let token = client.token(Some(ADMIN), &[USERS]).await;
        let (listed, _) = client.list(&token, LIST, "users").await;
        assert_eq!(listed.len() as u64, users.max(1));
    }
}
