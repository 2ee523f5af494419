//! The Gmail API.

use serde_json::json;
use workspace_audit_emulator::{Options, TenantName};

use crate::client::{ADMIN, CLOUD, Client, SETTINGS, USERS, options};

const SEND_AS: &str = "/gmail/v1/users/me/settings/sendAs";

#[tokio::test]
async fn a_mailbox_is_read_as_its_owner() {
    let client = Client::of(TenantName::Typical).await;
    let answer = client.read_as("gwen.abbott@example.com", SETTINGS, SEND_AS).await;
    assert_eq!(answer.status, 200);
    let entries = answer.body["sendAs"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["isPrimary"], true);
    assert_eq!(entries[0]["isDefault"], true);
    assert_eq!(entries[0].get("verificationStatus"), None);
    assert_eq!(entries[1]["verificationStatus"], "accepted");
    assert_eq!(entries[1]["smtpMsa"]["port"], 25);
    assert_eq!(entries[1].get("isPrimary"), None, "Gmail leaves false out");
    let path = format!("{SEND_AS}/newsletter@mailings.example");
    let one = client.read_as("gwen.abbott@example.com", SETTINGS, &path).await;
    assert_eq!(one.body, entries[1]);
    let path = format!("{SEND_AS}?fields=sendAs/sendAsEmail");
    let masked = client.read_as("gwen.abbott@example.com", SETTINGS, &path).await;
    assert_eq!(masked.body["sendAs"][1], json!({ "sendAsEmail": "newsletter@mailings.example" }));
}

#[tokio::test]
async fn an_alias_of_the_users_own_has_no_status() {
    let client = Client::of(TenantName::Typical).await;
    let answer = client.read_as("linnea.berg@example.com", SETTINGS, SEND_AS).await;
    let entries = answer.body["sendAs"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        assert_eq!(entry.get("verificationStatus"), None, "{entry}");
        assert_eq!(entry.get("treatAsAlias"), None, "{entry}");
    }
    let other = client.read_as("henrik.lund@example.com", SETTINGS, SEND_AS).await;
    let other = &other.body["sendAs"][1];
    assert_eq!((&other["verificationStatus"], &other["treatAsAlias"]), (&json!("accepted"), &json!(true)));
}

#[tokio::test]
async fn filters_have_ids_as_gmail_makes_them_and_may_lack_criteria_or_action() {
    let client = Client::of(TenantName::Typical).await;
    let path = "/gmail/v1/users/me/settings/filters";
    let answer = client.read_as("monika.graf@example.com", SETTINGS, path).await;
    let filters = answer.body["filter"].as_array().unwrap();
    let ids: std::collections::BTreeSet<&str> =
        filters.iter().filter_map(|filter| filter["id"].as_str()).collect();
    assert_eq!(ids.len(), filters.len(), "no id twice");
    assert!(ids.iter().all(|id| id.starts_with("ANe1Bm") && [38, 74].contains(&id.len())), "{ids:?}");
    for absent in ["criteria", "action"] {
        assert_eq!(filters.iter().filter(|filter| filter.get(absent).is_none()).count(), 1, "{absent}");
    }
}

#[tokio::test]
async fn a_mailbox_has_delegates_of_every_kind_and_the_group_among_them_looks_like_the_others() {
    let client = Client::of(TenantName::Neglected).await;
    let path = "/gmail/v1/users/me/settings/delegates";
    let answer = client.read_as("lookalike@example.com", SETTINGS, path).await;
    let rows = answer.body["delegates"].as_array().unwrap();
    for status in ["accepted", "pending", "rejected", "expired"] {
        assert!(rows.iter().any(|row| row["verificationStatus"] == status), "{status}");
    }
    let truth = client.emulator.truth();
    let is_listed = |list: &str, field: &str, email: &str| {
        truth[list].as_array().unwrap().iter().any(|entry| entry[field] == email)
    };
    let of = |list, field| {
        rows.iter().filter(|row| is_listed(list, field, row["delegateEmail"].as_str().unwrap())).count()
    };
    assert_eq!((of("groups", "email"), of("deletedUsers", "primaryEmail")), (1, 1));
    assert_eq!(of("users", "primaryEmail") + 3, rows.len(), "one address is nobody's");
    for row in rows {
        assert_eq!(row.as_object().unwrap().len(), 2, "{row}");
    }
}

#[tokio::test]
async fn empty_lists_are_left_out() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[SETTINGS]).await;
    for part in ["delegates", "forwardingAddresses", "filters"] {
        let answer = client.get(&token, &format!("/gmail/v1/users/me/settings/{part}")).await;
        assert_eq!((answer.status, answer.body), (200, json!({})), "{part}");
    }
    let forwarding = client.get(&token, "/gmail/v1/users/me/settings/autoForwarding").await.body;
    assert_eq!(forwarding, json!({ "enabled": false }));
    let imap = client.get(&token, "/gmail/v1/users/me/settings/imap").await.body;
    assert_eq!(imap["enabled"], false);
    let pop = client.get(&token, "/gmail/v1/users/me/settings/pop").await.body;
    assert_eq!(pop["accessWindow"], "disabled");
}

#[tokio::test]
async fn gmail_switched_off_is_a_failed_precondition() {
    let client = Client::of(TenantName::Typical).await;
    for subject in ["door-panel@example.com", "lobby-display@example.com"] {
        let answer = client.read_as(subject, SETTINGS, SEND_AS).await;
        let message = "Mail service not enabled";
        let expected = json!({ "error": {
            "code": 400,
            "message": message,
            "errors": [{ "message": message, "domain": "global", "reason": "failedPrecondition" }],
            "status": "FAILED_PRECONDITION",
        }});
        assert_eq!((answer.status, answer.body), (400, expected));
    }
}

#[tokio::test]
async fn without_a_subject_the_precondition_fails() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(None, &[SETTINGS]).await;
    let answer = client.get(&token, SEND_AS).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error"]["message"], "Precondition check failed.");
    assert_eq!(answer.body["error"]["errors"][0]["reason"], "failedPrecondition");
}

#[tokio::test]
async fn another_users_mailbox_is_denied_in_the_name_of_the_subject() {
    let client = Client::of(TenantName::Typical).await;
    let path = "/gmail/v1/users/linnea.berg@example.com/settings/sendAs";
    let answer = client.read_as(ADMIN, SETTINGS, path).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.body["error"]["message"], format!("Delegation denied for {ADMIN}"));
    assert_eq!(client.read_as("linnea.berg@example.com", SETTINGS, path).await.status, 200);
}

#[tokio::test]
async fn suspended_and_closed_mailboxes_refuse_and_archived_ones_are_off_or_answer() {
    for (archived_mailboxes, status) in [(false, 400), (true, 200)] {
        let options = Options { archived_mailboxes, ..options(TenantName::Neglected) };
        let client = Client::with(options).await;
        assert_eq!(client.read_as("doris.ebner@example.com", SETTINGS, SEND_AS).await.status, status);
        let truth = client.emulator.truth();
        let users = truth["users"].as_array().unwrap().iter();
        let archived = users.filter(|user| user["archived"] == true).map(|user| &user["gmail"]);
        assert_eq!(archived.collect::<Vec<_>>(), [if archived_mailboxes { "on" } else { "off" }; 2]);
    }
    let client = Client::of(TenantName::Neglected).await;
    for subject in ["zoe.martin@example.com", "vault-hold@example.com"] {
        let answer = client.read_as(subject, SETTINGS, SEND_AS).await;
        assert_eq!(answer.status, 403, "{subject}");
        assert_eq!(answer.body["error"]["errors"][0]["reason"], "forbidden");
    }
}

#[tokio::test]
async fn the_profile_does_not_take_the_settings_scope() {
    let client = Client::of(TenantName::Typical).await;
    let path = "/gmail/v1/users/me/profile";
    assert_eq!(client.read_as(ADMIN, SETTINGS, path).await.status, 403);
    let readonly = "https://www.googleapis.com/auth/gmail.readonly";
    let answer = client.read_as(ADMIN, readonly, path).await;
    assert_eq!(answer.body["emailAddress"], ADMIN);
    assert!(answer.body["historyId"].is_string());
    assert_eq!(client.read_as(ADMIN, readonly, SEND_AS).await.status, 200);
    assert_eq!(client.read_as(ADMIN, USERS, SEND_AS).await.status, 403);
    let cloud = client.token(None, &[CLOUD]).await;
    assert_eq!(client.get(&cloud, SEND_AS).await.status, 403);
}
