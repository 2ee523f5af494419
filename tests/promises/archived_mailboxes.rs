//! Whether Gmail answers for archived users, Gmail's first clear answer says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use workspace_audit_emulator::{Options, TenantName};

use crate::resume::{signal, start};
use crate::support::{Audit, Tenant};

const SETTINGS: &str = "GET /gmail/v1/users/me/settings/*";

fn options(answers: bool, faults: &[String]) -> Options {
    Options {
        tenant: TenantName::Typical,
        archived_mailboxes: answers,
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..Options::default()
    }
}

fn archived(tenant: &Tenant) -> BTreeSet<String> {
    let truth = tenant.truth();
    let users = truth["users"].as_array().unwrap().iter().filter(|user| user["archived"] == true);
    users.map(|user| user["primaryEmail"].as_str().unwrap().to_owned()).collect()
}

/// The archived users whose mailboxes were asked for, each as often as for its send-as addresses.
fn asked(tenant: &Tenant) -> Vec<String> {
    let archived = archived(tenant);
    let requests = tenant.requests().into_iter().filter(|request| request.path.ends_with("/sendAs"));
    requests.filter_map(|request| request.subject).filter(|subject| archived.contains(subject)).collect()
}

/// Of each archived user: state, evidence, and how far the mailbox was read.
fn rows(audit: &Audit) -> BTreeMap<String, [String; 3]> {
    let rows = audit.rows("users.csv").into_iter().filter(|row| row["archived"] == "true");
    let cells = |row: &BTreeMap<String, String>| {
        ["gmail", "gmail_evidence", "mailbox_read"].map(|column| row[column].clone())
    };
    rows.map(|row| (row["primary_email"].clone(), cells(&row))).collect()
}

fn all_are(audit: &Audit, expected: [&str; 3]) {
    let rows = rows(audit);
    assert_eq!(rows.len(), 2);
    for (user, row) in rows {
        assert_eq!(row, expected, "{user}");
    }
}

const REFUSED: [&str; 3] = ["unknown", "archived", "not_applicable"];
const READ: [&str; 3] = ["on", "send_as_list_answered", "complete"];

#[test]
fn one_archived_user_is_asked_for_and_a_refusal_decides_for_the_others() {
    for faults in [
        vec![],
        vec![
            format!("{SETTINGS} 403 subject=doris.ebner@example.com"),
            format!("{SETTINGS} 403 subject=edgar.simon@example.com"),
        ],
    ] {
        // Gmail off, or 403.
        let tenant = Tenant::with(options(!faults.is_empty(), &faults));
        let audit = tenant.audit();
        audit.assert_code(0);
        assert_eq!(asked(&tenant).len(), 1);
        all_are(&audit, REFUSED);
    }
}

#[test]
fn settings_of_one_archived_user_decide_that_all_are_read_and_judged() {
    let refusing = Tenant::with(options(false, &[]));
    let answering = Tenant::with(options(true, &[]));
    let (refused, read) = (refusing.audit(), answering.audit());
    read.assert_code(0);
    assert_eq!(asked(&answering).into_iter().collect::<BTreeSet<_>>(), archived(&answering));
    all_are(&read, READ);
    let count = |audit: &Audit, column: &str| audit.coverage("send_as")[column].parse::<u32>().unwrap();
    assert_eq!(count(&read, "read"), count(&refused, "read") + 2);
    assert_eq!(count(&read, "not_applicable"), count(&refused, "not_applicable") - 2);
    assert_eq!(read.verdicts("MAIL-08")["fail"], refused.verdicts("MAIL-08")["fail"] + 2);
}

#[test]
fn an_answer_that_is_not_clear_decides_nothing_and_the_next_is_asked() {
    let untouched = Tenant::with(options(false, &[]));
    untouched.audit().assert_code(0);
    let first = asked(&untouched).remove(0);
    // One setting is enough: each request that fails is tried again.
    let parts = ["--set", r#"collect.parts=["users","domains","send_as"]"#];
    for unclear in ["garbage", "backendError", "reset"] {
        let fault = [format!("{SETTINGS} {unclear} subject={first}")];
        let tenant = Tenant::with(options(false, &fault));
        let audit = tenant.audit_with(&parts, &[]);
        assert_eq!(asked(&tenant).into_iter().collect::<BTreeSet<_>>(), archived(&tenant), "{unclear}");
        audit.assert_code(0);
        all_are(&audit, REFUSED);

        let tenant = Tenant::with(options(true, &fault));
        let audit = tenant.audit_with(&parts, &[]);
        audit.assert_code(4);
        for (user, row) in rows(&audit) {
            let read = if user == first { "failed" } else { "complete" };
            assert_eq!(row[2], read, "{unclear} {user}");
        }
    }
}

/// Runs until this user is asked for, and ends the run there.
fn kill_at(tenant: &Tenant, user: &str) {
    let mut child = start(tenant);
    let patience = Instant::now() + Duration::from_secs(60);
    while !asked(tenant).iter().any(|asked| asked == user) {
        assert!(Instant::now() < patience, "{user} was never asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, "-KILL");
    child.wait().unwrap();
}

#[test]
fn a_run_that_goes_on_asks_again_only_if_nothing_was_decided() {
    let untouched = Tenant::with(options(true, &[]));
    untouched.audit().assert_code(0);
    let order = asked(&untouched);
    let hang = |user: &str| [format!("{SETTINGS} hang subject={user}")];

    // Nothing was decided: the first is asked for again, and refused.
    let mut tenant = Tenant::with(options(true, &hang(&order[0])));
    kill_at(&tenant, &order[0]);
    tenant.becomes(options(false, &[]));
    let audit = tenant.audit();
    assert!(audit.stdout.contains("resumed"), "{}", audit.stdout);
    assert_eq!(asked(&tenant), order[..1]);
    all_are(&audit, REFUSED);

    // The first one's settings were read: so are the second one's, which another answer does not change.
    let mut tenant = Tenant::with(options(true, &hang(&order[1])));
    kill_at(&tenant, &order[1]);
    tenant.becomes(options(false, &[]));
    let audit = tenant.audit();
    assert!(audit.stdout.contains("resumed"), "{}", audit.stdout);
    assert_eq!(asked(&tenant), order[1..]);
    let rows = rows(&audit);
    assert_eq!(rows[&order[0]], READ);
    assert_eq!(rows[&order[1]], ["off", "mail_service_not_enabled", "not_applicable"]);
}
