//! A gap names whose it is, and who answered instead of Google.

use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

const SEND_AS: &str = "GET /gmail/v1/users/*/settings/sendAs";

fn fault(line: &str, body: &str) -> Fault {
    line.parse::<Fault>().unwrap().with_text(body).unwrap()
}

fn audited(faults: Vec<Fault>) -> (Tenant, Audit) {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, at, faults, ..Options::default() });
    let audit = tenant.audit();
    (tenant, audit)
}

/// The users whose send-as list is read if nothing disturbs it.
fn readable() -> Vec<String> {
    let (_tenant, audit) = audited(Vec::new());
    let is_read =
        |row: &std::collections::BTreeMap<String, String>| row["gmail_evidence"] == "send_as_list_answered";
    let rows = audit.rows("users.csv").into_iter().filter(is_read);
    rows.map(|row| row["primary_email"].clone()).collect()
}

/// The messages of the findings for mailboxes that were not read.
fn messages(audit: &Audit) -> Vec<String> {
    let rows = audit.rows("findings.csv").into_iter();
    let rows =
        rows.filter(|row| row["verdict"] == "not_assessed" && row["subject_id"].starts_with("send_as/"));
    rows.map(|row| row["message"].clone()).collect()
}

#[test]
fn a_gap_of_one_mailbox_names_its_user_wherever_it_is_told() {
    let users = readable();
    let user = users.last().unwrap();
    let odd = json!([{ "op": "add", "path": "/sendAs/-", "value": { "sendAsEmail": 7 } }]);
    for fault in [
        fault(&format!("{SEND_AS} patch subject={user}"), &odd.to_string()),
        fault(&format!("{SEND_AS} body subject={user}"), &json!({ "sendAs": [] }).to_string()),
        format!("POST /token unauthorized_client subject={user}").parse().unwrap(),
    ] {
        let (_tenant, audit) = audited(vec![fault]);
        let reason = &audit.coverage("send_as")["reason"];
        assert!(reason.contains(&format!("{user}: ")), "{reason}");
        let messages = messages(&audit);
        assert!(!messages.is_empty());
        for message in &messages {
            assert!(message.contains(&format!("{user}: ")), "{message}");
        }
        let terminal = format!("{}{}", audit.stdout, audit.stderr);
        assert!(terminal.contains(user), "{terminal}");
    }
}

#[test]
fn a_gap_of_many_mailboxes_names_the_first_and_counts_the_others() {
    let users = readable();
    assert!(users.len() > 4);
    let (_tenant, audit) =
        audited(vec![fault(&format!("{SEND_AS} body"), &json!({ "sendAs": [] }).to_string())]);
    let row = audit.coverage("send_as");
    let (reason, failed) = (&row["reason"], row["failed"].parse::<usize>().unwrap());
    let more = format!(" and {} more (users.csv)", failed - 3);
    assert!(reason.contains(&more), "{reason}");
    assert_eq!(reason.matches('@').count(), 3, "{reason}");
    for message in messages(&audit) {
        assert!(message.contains(&more), "{message}");
    }
}

#[test]
fn a_page_with_status_200_keeps_its_title_and_nothing_else_is_cited() {
    let page = "<!DOCTYPE html><html><head><title>Sign in - Proxy</title></head><body>secret</body></html>";
    let text = Value::from("not-to-be-cited").to_string();
    for (body, is_page) in [(page, true), (text.as_str(), false)] {
        let line = "GET /admin/directory/v1/customer/*/domains body=200";
        let (_tenant, audit) = audited(vec![fault(line, body)]);
        let reason = &audit.coverage("domains")["reason"];
        assert!(reason.starts_with("undecodable"), "{reason}");
        assert_eq!(reason.contains("Sign in - Proxy"), is_page, "{reason}");
        assert!(!reason.contains("secret") && !reason.contains("cited"), "{reason}");
    }
}
