//! Each part of a mailbox is read, kept and counted for itself.

use std::time::Duration;

use workspace_audit_emulator::{Options, TenantName};

use crate::resume::{signal, slow, start, wait_for_mailboxes};
use crate::support::{Audit, Tenant};

const WITH_IMAP: &str = r#"collect.parts=["users","domains","send_as","imap"]"#;
const WITHOUT_IMAP: &str = r#"collect.parts=["users","domains","send_as"]"#;

fn asked(tenant: &Tenant, path: &str) -> usize {
    tenant.requests().iter().filter(|request| request.path.ends_with(path)).count()
}

fn healthy(faults: &[&str]) -> Tenant {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Tenant::with(Options { tenant: TenantName::Healthy, faults, ..Options::default() })
}

fn mailboxes_read(audit: &Audit, read: &str) -> usize {
    audit.rows("users.csv").iter().filter(|row| row["mailbox_read"] == read).count()
}

#[test]
fn imap_settings_are_read_only_where_the_operator_names_them() {
    let tenant = healthy(&[]);
    for setting in ["collect.parts=default", WITHOUT_IMAP] {
        let audit = tenant.audit_with(&["--set", setting], &[]);
        audit.assert_code(0);
        assert!(audit.rows("coverage.csv").iter().all(|row| row["part"] != "imap"), "{setting}");
    }
    assert_eq!(asked(&tenant, "/settings/imap"), 0);
    let audit = tenant.audit_with(&["--set", WITH_IMAP], &[]);
    audit.assert_code(0);
    let (imap, send_as) = (audit.coverage("imap"), audit.coverage("send_as"));
    for column in ["total", "read", "not_applicable"] {
        assert_eq!(imap[column], send_as[column], "{column}");
    }
    assert_eq!(asked(&tenant, "/settings/imap").to_string(), imap["read"]);
}

#[test]
fn a_part_that_is_refused_costs_no_other_part_of_the_mailbox() {
    for (refused, answered) in [("imap", "send_as"), ("send_as", "imap")] {
        let path = if refused == "imap" { "imap" } else { "sendAs" };
        let tenant = healthy(&[&format!("GET /gmail/v1/users/*/settings/{path} 403")]);
        let audit = tenant.audit_with(&["--set", WITH_IMAP], &[]);
        audit.assert_code(4);
        let (refused, answered) = (audit.coverage(refused), audit.coverage(answered));
        assert_eq!(answered["denied"], "0", "{answered:?}");
        assert_eq!(refused["denied"], answered["read"], "{refused:?}");
        assert_eq!(refused["read"], "0", "{refused:?}");
        assert_eq!(refused["total"], answered["total"], "{refused:?}");
        assert_eq!(mailboxes_read(&audit, "partial").to_string(), answered["read"]);
        assert_eq!(mailboxes_read(&audit, "complete"), 0);
        let on = audit.rows("users.csv").iter().filter(|row| row["gmail"] == "on").count();
        assert_eq!(on.to_string(), answered["read"]);
    }
}

#[test]
fn all_parts_of_a_mailbox_are_read_with_one_token() {
    let tenant = healthy(&[]);
    tenant.audit_with(&["--set", WITHOUT_IMAP], &[]).assert_code(0);
    let tokens = asked(&tenant, "/token");
    tenant.audit_with(&["--set", WITH_IMAP], &[]).assert_code(0);
    assert_eq!(asked(&tenant, "/token"), 2 * tokens);
}

#[test]
fn a_run_that_goes_on_asks_only_for_the_parts_that_are_missing() {
    let concurrency = 8;
    let refused = vec!["GET /gmail/v1/users/*/settings/imap 403".parse().unwrap()];
    let slow = || Options { latency: Duration::from_millis(10), ..slow() };
    let mut tenant = Tenant::with(Options { faults: refused, ..slow() });
    let limited = |text: String| {
        let parts = WITH_IMAP.trim_start_matches("collect.");
        format!("{text}\n[collect]\nconcurrency = {concurrency}\n{parts}\n")
    };
    tenant.edit_config(limited);
    let mut child = start(&tenant);
    let first = 300;
    wait_for_mailboxes(&tenant, first);
    signal(&child, "-KILL");
    child.wait().unwrap();
    let first = asked(&tenant, "/settings/sendAs");

    tenant.becomes(slow());
    tenant.edit_config(limited);
    let audit = tenant.audit();
    audit.assert_code(0);
    assert!(audit.stdout.contains("resumed"), "{}", audit.stdout);
    let (imap, send_as) = (audit.coverage("imap"), audit.coverage("send_as"));
    assert_eq!((&imap["read"], &imap["denied"]), (&send_as["read"], &"0".to_owned()));
    let all: usize = send_as["read"].parse().unwrap();
    assert_eq!(asked(&tenant, "/settings/imap"), all, "what was refused is asked for again");
    let again = first + asked(&tenant, "/settings/sendAs") - all;
    // What was under way, or answered and not written yet.
    assert!(again <= 4 * concurrency, "{again} send-as lists were read twice");
}
