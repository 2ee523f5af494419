//! The search language of `users.list`.

use serde_json::{Value, json};
use workspace_audit_emulator::TenantName;

use crate::client::{ADMIN, Client, USERS};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";

#[tokio::test]
async fn a_search_contains_and_takes_only_the_operators_of_its_field() {
    let client = Client::of(TenantName::Typical).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let truth = client.emulator.truth();
    let count = |holds: &dyn Fn(&Value) -> bool| {
        truth["users"].as_array().unwrap().iter().filter(|user| holds(user)).count()
    };
    let at_home = count(&|user| {
        let mut emails = user["emails"].as_array().unwrap().iter();
        emails.any(|email| email["address"].as_str().unwrap().contains("example.com"))
    });
    let enforced = count(&|user| user["isEnforcedIn2Sv"] == true);
    for (query, expected) in [
        ("email:EXAMPLE.com", at_home),
        ("email:rafael", 1),
        ("name:%27Rafael%20Ortiz%27", 1),
        ("isEnforcedIn2Sv%3Dtrue", enforced),
    ] {
        let (users, _) = client.list(&token, &format!("{LIST}&query={query}"), "users").await;
        assert_eq!(users.len(), expected, "{query}");
    }
    let refusal = async |query: &str| {
        let answer = client.get(&token, &format!("{LIST}&query={query}")).await;
        assert_eq!((answer.status, &answer.body["error"]["errors"][0]["reason"]), (400, &json!("invalid")));
        answer.body["error"]["message"].as_str().unwrap().to_owned()
    };
    for query in ["isSuspended:true", "name:Raf*", "orgUnitPath:/", "nothing:x"] {
        assert_eq!(refusal(query).await, "Invalid Input: query", "{query}");
    }
    assert!(refusal("phone%3D1").await.contains("the emulator does not serve the field `phone`"));
}
