//! What the audit says of delegates, forwarding and filters, held against everything that the tenant holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, unguarded};

fn neglected(faults: &[&str]) -> Tenant {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Tenant::with(Options { tenant: TenantName::Neglected, faults, ..Options::default() })
}

fn texts<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// The users whose mailboxes answer.
fn open_mailboxes(truth: &Value) -> Vec<&Value> {
    let is_closed = |user: &Value| {
        ["suspended", "archived", "isGuestUser"].iter().any(|field| user[field] == true)
            || user["isMailboxSetup"] == false
            || user["gmail"] != "on"
    };
    truth["users"].as_array().unwrap().iter().filter(|user| !is_closed(user)).collect()
}

/// Of each row, the cells of these columns, as Google has them.
fn cells(audit: &Audit, file: &str, columns: &[&str]) -> BTreeSet<Vec<String>> {
    let cell = |row: &BTreeMap<String, String>, column: &&str| unguarded(&row[*column]);
    audit.rows(file).iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect()
}

/// Control characters are not printed.
fn printed(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign }).collect()
}

/// Of each entry of a setting, its user's id and these fields.
fn expected(truth: &Value, setting: &str, fields: &[&str]) -> BTreeSet<Vec<String>> {
    let mut all = BTreeSet::new();
    for user in open_mailboxes(truth) {
        for entry in user[setting].as_array().into_iter().flatten() {
            let fields = fields.iter().map(|field| printed(texts(entry, field)));
            all.insert(std::iter::once(texts(user, "id").to_owned()).chain(fields).collect());
        }
    }
    all
}

#[test]
fn every_delegate_and_every_forwarding_address_has_its_row_and_no_other_has() {
    for name in [TenantName::Healthy, TenantName::Typical, TenantName::Neglected] {
        let tenant = Tenant::named(name);
        let (audit, truth) = (tenant.audit(), tenant.truth());
        assert_eq!(
            cells(&audit, "delegates.csv", &["user_id", "delegate_email", "verification_status"]),
            expected(&truth, "delegates", &["delegateEmail", "verificationStatus"])
        );
        let listed = expected(&truth, "forwardingAddresses", &["forwardingEmail", "verificationStatus"]);
        let columns = ["user_id", "forwarding_email", "verification_status"];
        assert_eq!(cells(&audit, "forwarding.csv", &columns), listed);
        let on = open_mailboxes(&truth).into_iter().filter(|user| user["autoForwarding"]["enabled"] == true);
        let on: BTreeSet<_> = on
            .map(|user| {
                vec![texts(user, "id").to_owned(), texts(&user["autoForwarding"], "emailAddress").to_owned()]
            })
            .collect();
        let rows = audit.rows("forwarding.csv");
        let automatic = rows.iter().filter(|row| row["automatic"] == "true");
        let automatic: BTreeSet<_> =
            automatic.map(|row| vec![row["user_id"].clone(), row["forwarding_email"].clone()]).collect();
        assert_eq!(automatic, on);
    }
}

#[test]
fn filters_that_forward_or_hide_are_kept_and_those_that_only_sort_are_not() {
    let tenant = neglected(&[]);
    let (audit, truth) = (tenant.audit(), tenant.truth());
    let mut decisive = BTreeSet::new();
    let mut all = 0;
    let decides = |filter: &Value| {
        let (criteria, action) = (&filter["criteria"], &filter["action"]);
        let has = |change: &str, label: &str| {
            action[change].as_array().is_some_and(|labels| labels.iter().any(|id| id == label))
        };
        // Of this tenant's criteria, those that fit most mail or warnings.
        let is_meant = criteria["size"] == 1
            || texts(criteria, "subject") == "invoice"
            || texts(criteria, "query").contains("security alert");
        let hides = is_meant && (has("addLabelIds", "TRASH") || has("removeLabelIds", "INBOX"));
        hides || !texts(action, "forward").is_empty()
    };
    for user in open_mailboxes(&truth) {
        for filter in user["filters"].as_array().into_iter().flatten() {
            all += 1;
            if decides(filter) {
                decisive.insert(vec![texts(user, "id").to_owned(), texts(filter, "id").to_owned()]);
            }
        }
    }
    assert!(decisive.len() > 12 && all > decisive.len() + 24, "{} of {all}", decisive.len());
    assert_eq!(cells(&audit, "filters.csv", &["user_id", "filter_id"]), decisive);
}

#[test]
fn a_setting_that_is_refused_or_empty_acquits_no_mailbox_and_leaves_other_checks_alone() {
    let untouched = neglected(&[]);
    let whole = untouched.audit();
    for (path, check, others) in [
        ("delegates", "MAIL-05", ["MAIL-01", "MAIL-02"]),
        ("autoForwarding", "MAIL-01", ["MAIL-02", "MAIL-05"]),
        ("filters", "MAIL-02", ["MAIL-01", "MAIL-05"]),
    ] {
        for answer in ["403", "garbage"] {
            let tenant = neglected(&[&format!("GET /gmail/v1/users/*/settings/{path} {answer}")]);
            let audit = tenant.audit();
            audit.assert_code(4);
            let verdicts = audit.verdicts(check);
            assert_eq!(verdicts["pass"] + verdicts["fail"] + verdicts["review"], 0, "{path} {answer}");
            assert!(verdicts["not_assessed"] > 0, "{path} {answer}");
            for other in others {
                assert_eq!(audit.verdicts(other), whole.verdicts(other), "{path} {answer}: {other}");
            }
        }
    }
}

#[test]
fn the_answer_without_a_body_that_means_no_delegates_is_an_empty_list() {
    // <https://github.com/googleapis/google-api-nodejs-client/issues/3239>
    let tenant = Tenant::with(Options {
        tenant: TenantName::Healthy,
        faults: vec!["GET /gmail/v1/users/*/settings/delegates body=204".parse().unwrap()],
        ..Options::default()
    });
    let audit = tenant.audit();
    audit.assert_code(0);
    assert_eq!(audit.verdicts("MAIL-05")["not_assessed"], 0);
    assert!(audit.verdicts("MAIL-05")["pass"] > 0);
    assert_eq!(audit.coverage("delegates")["failed"], "0");
}

#[test]
fn imap_and_pop_settings_are_those_of_each_mailbox_where_they_are_named() {
    let tenant = Tenant::named(TenantName::Typical);
    let parts = r#"collect.parts=["users","domains","send_as","imap","pop"]"#;
    let (audit, truth) = (tenant.audit_with(&["--set", parts], &[]), tenant.truth());
    let columns =
        ["user_id", "imap_enabled", "imap_expunge_behavior", "pop_access_window", "pop_disposition"];
    let of_user = |user: &Value| {
        vec![
            texts(user, "id").to_owned(),
            user["imap"]["enabled"].to_string(),
            texts(&user["imap"], "expungeBehavior").to_owned(),
            texts(&user["pop"], "accessWindow").to_owned(),
            texts(&user["pop"], "disposition").to_owned(),
        ]
    };
    let expected: BTreeSet<_> = open_mailboxes(&truth).into_iter().map(of_user).collect();
    assert!(expected.iter().any(|row| row[1] == "true") && expected.iter().any(|row| row[3] != "disabled"));
    assert_eq!(cells(&audit, "mail_clients.csv", &columns), expected);
}
