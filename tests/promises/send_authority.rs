//! Who can send as whom: `who-can-send-as`, `reach` and `send_authority.csv` against the neglected tenant.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Tenant, binary, unguarded};

fn neglected(faults: Vec<Fault>) -> Tenant {
    Tenant::with(Options { tenant: TenantName::Neglected, faults, ..Options::default() })
}

/// What a command answers about a subject, and its exit code.
fn ask(tenant: &Tenant, command: &str, subject: &str) -> (Value, i32) {
    let config = tenant.files.config.display().to_string();
    let output = binary(&[command, subject, "--format", "json", "--config", &config], &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    (
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{problem}")),
        output.status.code().unwrap_or(-1),
    )
}

fn answer(tenant: &Tenant, command: &str, subject: &str) -> Value {
    let (answer, code) = ask(tenant, command, subject);
    assert_eq!(code, 0, "{answer}");
    answer
}

/// Kind and id of the holder, the user id of the mailbox, by what, and the standing.
type Told = BTreeSet<[String; 5]>;

fn told(answer: &Value, is_meant: impl Fn(&Value) -> bool) -> Told {
    let rights = answer["rights"].as_array().into_iter().flatten().filter(|right| is_meant(right));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rights
        .map(|right| {
            let holder = &right["holder"];
            [&holder["kind"], &holder["id"], &right["user_id"], &right["by"], &right["standing"]].map(text)
        })
        .collect()
}

fn parts(answer: &Value) -> BTreeSet<&str> {
    answer["gaps"].as_array().into_iter().flatten().filter_map(|gap| gap["part"].as_str()).collect()
}

#[test]
fn both_commands_tell_every_delegate_client_and_send_as_address_that_the_tables_have() {
    let tenant = neglected(Vec::new());
    let audit = tenant.audit();
    let history = || std::fs::read(tenant.folder.path().join("reports/history.sqlite")).unwrap();
    let before = history();
    let users: BTreeMap<String, String> = audit
        .rows("users.csv")
        .into_iter()
        .map(|row| (unguarded(&row["primary_email"]), row["user_id"].clone()))
        .collect();
    let id = |email: &str| users[email].clone();
    let mailbox = id("lookalike@example.com");

    let of_address = answer(&tenant, "who-can-send-as", "lookalike+any@example.com");
    let is_of_mailbox = |right: &Value| right["covers"] == "address";
    let right = |kind: &str, holder: &str, by: &str, standing: &str| {
        [kind, holder, mailbox.as_str(), by, standing].map(str::to_owned)
    };
    let expected = Told::from([
        right("user", &mailbox, "owner", "now"),
        right("user", &id("admin-backup@example.com"), "delegate", "now"),
        right("address", "nobody-any-more@example.com", "delegate", "now"),
        right("user", &id("landing-page@example.com"), "delegate", "pending"),
    ]);
    let of_mailbox = told(&of_address, is_of_mailbox);
    assert!(of_mailbox.is_superset(&expected), "{of_mailbox:#?}");
    let entries = audit.rows("delegates.csv").into_iter().filter(|row| {
        row["user_id"] == mailbox && !["rejected", "expired"].contains(&row["verification_status"].as_str())
    });
    let delegates = of_mailbox.iter().filter(|[_, _, _, by, _]| by == "delegate");
    assert_eq!(delegates.count(), entries.count(), "{of_mailbox:#?}");
    assert!(parts(&of_address).contains("groups"), "a delegate who is no user may be a group: {of_address}");

    let scopes = audit.rows("delegated_scopes.csv");
    let sends = |row: &&BTreeMap<String, String>| {
        ["mail.google.com", "gmail.send", "gmail.modify", "gmail.compose"]
            .iter()
            .any(|name| row["scope"].contains(name))
    };
    let clients: BTreeSet<String> = scopes.iter().filter(sends).map(|row| row["client_id"].clone()).collect();
    let by_client = told(&of_address, |right| right["by"] == "client" && right["sends"] == true);
    let told_clients: BTreeSet<String> = by_client.into_iter().map(|[_, id, ..]| id).collect();
    assert!(clients.is_subset(&told_clients), "{clients:?} {told_clients:?}");

    // In the other direction: each delegate of the table.
    for row in audit.rows("delegates.csv") {
        let standing = match row["verification_status"].as_str() {
            "accepted" if row["delegate_is_active"] == "false" => "blocked",
            "accepted" => "now",
            "pending" => "pending",
            "rejected" | "expired" => continue,
            _ => "unknown",
        };
        let delegate = unguarded(&row["delegate_email"]);
        let of_delegate = answer(&tenant, "reach", &delegate);
        let found = told(&of_delegate, |right| {
            right["by"] == "delegate"
                && right["user_id"] == row["user_id"]
                && right["address"] == right["mailbox"]
        });
        assert_eq!(found.len(), 1, "{delegate}: {of_delegate}");
        assert_eq!(found.first().unwrap()[4], standing, "{delegate}");
    }
    let of_client = answer(&tenant, "reach", clients.first().unwrap());
    assert!(of_client["rights"].as_array().unwrap().iter().all(|right| right["covers"] == "every_mailbox"));

    // An outside address, from which somebody inside sends.
    let outside = answer(&tenant, "who-can-send-as", "mika.berg@agency.example");
    let campaigns = id("campaigns@example.com");
    let by_entry = told(&outside, |right| right["by"] == "send_as");
    let entry = ["user", campaigns.as_str(), campaigns.as_str(), "send_as", "now"].map(str::to_owned);
    assert_eq!(by_entry, Told::from([entry]));
    assert!(
        outside["rights"]
            .as_array()
            .unwrap()
            .iter()
            .all(|right| right["covers"] != "address" || right["reads"] == false)
    );

    // The table has the same.
    let rows = audit.rows("send_authority.csv");
    let of_mailbox: Told = rows
        .iter()
        .filter(|row| row["user_id"] == mailbox && row["address"] == row["primary_email"])
        .map(|row| {
            ["holder_kind", "holder_id", "user_id", "by", "standing"].map(|name| unguarded(&row[name]))
        })
        .collect();
    let mut beside_owner = told(&of_address, is_of_mailbox);
    beside_owner.retain(|[_, _, _, by, _]| by != "owner");
    assert_eq!(of_mailbox, beside_owner);
    let all = rows.iter().filter(|row| row["user_id"].is_empty());
    let all: Vec<_> = all.map(|row| row["address"].clone()).collect();
    let every = format!("all {} active mailboxes", of_address["active_mailboxes"]);
    assert!(!all.is_empty() && all.iter().all(|address| *address == every), "{all:?}");

    assert!(before == history(), "the history was changed");
}

#[test]
fn an_address_that_nobody_knows_is_said_to_be_unknown_with_an_exit_code_of_its_own() {
    let tenant = neglected(Vec::new());
    tenant.audit();
    for (command, subject) in
        [("who-can-send-as", "nobody@elsewhere.example"), ("reach", "nobody@elsewhere.example")]
    {
        let (answer, code) = ask(&tenant, command, subject);
        assert_eq!((code, &answer["is_known"]), (3, &Value::Bool(false)), "{answer}");
        assert_eq!(answer["rights"], serde_json::json!([]));
    }
    let config = tenant.files.config.display().to_string();
    let unknown = binary(&["reach", "admin@example.com", "--run", "no-such-run", "--config", &config], &[]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn delegates_that_could_not_be_read_are_a_gap_of_the_answer() {
    let tenant = neglected(vec!["GET /gmail/v1/users/*/settings/delegates 403".parse().unwrap()]);
    tenant.audit();
    let of_address = answer(&tenant, "who-can-send-as", "lookalike@example.com");
    assert_eq!(told(&of_address, |right| right["by"] == "delegate"), Told::new());
    assert!(parts(&of_address).contains("delegates"), "{of_address}");
    let of_delegate = answer(&tenant, "reach", "admin-backup@example.com");
    assert!(parts(&of_delegate).contains("delegates"), "{of_delegate}");
}
