//! Groups and their members.

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, Client, USERS, options};

const GROUPS: &str = "https://www.googleapis.com/auth/admin.directory.group.readonly";
const MEMBERS: &str = "https://www.googleapis.com/auth/admin.directory.group.member.readonly";
const LIST: &str = "/admin/directory/v1/groups?customer=my_customer";
const PLATFORM: &str = "/admin/directory/v1/groups/platform@example.com";

async fn reader() -> Client {
    let extra_scopes = vec![GROUPS.to_owned(), MEMBERS.to_owned()];
    Client::with(Options { extra_scopes, page_cap: Some(1000), ..options(TenantName::Typical) }).await
}

fn emails(members: &[Value]) -> Vec<&str> {
    members.iter().map(|member| member["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn members_are_listed_directly_or_through_every_group() {
    let client = reader().await;
    let token = client.token(Some(ADMIN), &[GROUPS]).await;
    let (direct, _) = client.list(&token, &format!("{PLATFORM}/members"), "members").await;
    assert_eq!(emails(&direct), ["maja.zielinska@example.com", "sre@example.com"]);
    assert_eq!((&direct[0]["role"], &direct[1]["type"]), (&"OWNER".into(), &"GROUP".into()));
    let derived = format!("{PLATFORM}/members?includeDerivedMembership=true");
    let (all, _) = client.list(&token, &derived, "members").await;
    assert!(emails(&all).contains(&"oncall@contractor.example"));
    for size in [1, 2, 200] {
        let (same, _) = client.list(&token, &format!("{derived}&maxResults={size}"), "members").await;
        assert_eq!(same, all);
    }
    let (owners, _) = client.list(&token, &format!("{PLATFORM}/members?roles=OWNER"), "members").await;
    assert_eq!(owners.len(), 1);
    let (groups, _) = client.list(&token, LIST, "groups").await;
    for size in [1, 4] {
        assert_eq!(client.list(&token, &format!("{LIST}&maxResults={size}"), "groups").await.0, groups);
    }
    for group in &groups {
        let id = group["id"].as_str().unwrap();
        assert_eq!(client.get(&token, &format!("/admin/directory/v1/groups/{id}")).await.body, *group);
    }
    let member = client.get(&token, &format!("{PLATFORM}/members/sre@example.com")).await;
    assert_eq!(member.body, direct[1]);
    let own = "/admin/directory/v1/groups?userKey=lars.thomsen@example.com";
    assert_eq!(emails(&client.list(&token, own, "groups").await.0), ["night-shift@example.com"]);
}

#[tokio::test]
async fn groups_take_their_scope_and_privilege() {
    let client = reader().await;
    assert_eq!(client.read_as(ADMIN, USERS, LIST).await.status, 403);
    assert_eq!(client.read_as(ADMIN, MEMBERS, &format!("{PLATFORM}/members")).await.status, 200);
    assert_eq!(client.read_as(ADMIN, MEMBERS, LIST).await.status, 403);
    assert_eq!(client.read_as("maja.zielinska@example.com", GROUPS, LIST).await.status, 200);
    assert_eq!(client.read_as("theo.laurent@example.com", GROUPS, LIST).await.status, 403);
    assert_eq!(client.read_as(ADMIN, GROUPS, "/admin/directory/v1/groups").await.status, 400);
    assert_eq!(
        client.read_as(ADMIN, GROUPS, "/admin/directory/v1/groups/nobody@example.com").await.status,
        404
    );
}
