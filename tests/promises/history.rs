//! What changed since the last run, what was fixed, what nobody could look at again.

use std::collections::BTreeMap;

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, binary};

fn typical() -> Options {
    Options { tenant: TenantName::Typical, ..Options::default() }
}

fn open_of(audit: &Audit, check: &str) -> Vec<BTreeMap<String, String>> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| row["check_id"] == check && (row["verdict"] == "fail" || row["verdict"] == "review"))
        .collect()
}

#[test]
fn a_second_run_finds_nothing_new_and_remembers_when_it_first_saw_what_it_finds() {
    let tenant = Tenant::with(typical());
    let (first, second) = (tenant.audit(), tenant.audit());
    second.assert_code(0);
    let other = |row: &BTreeMap<String, String>| row["change"] != "open";
    let others: Vec<_> = second.rows("findings.csv").into_iter().filter(other).collect();
    assert!(others.is_empty(), "{others:?}");
    assert_ne!(first.folder, second.folder);
    let seen = |audit: &Audit| -> BTreeMap<String, String> {
        audit
            .rows("findings.csv")
            .iter()
            // What happened is news once.
            .filter(|row| row["subject_kind"] != "event")
            .map(|row| (row["fingerprint"].clone(), row["first_seen_at"].clone()))
            .collect()
    };
    assert_eq!(seen(&first), seen(&second));
}

#[test]
fn what_is_mended_is_fixed_only_after_its_source_was_read_again() {
    let mut tenant = Tenant::with(typical());
    let before = tenant.audit();
    let count = open_of(&before, "MAIL-08").len();
    assert!(count > 2);
    tenant.becomes(Options {
        faults: vec!["GET /gmail/v1/users/*/settings/sendAs 403".parse().unwrap()],
        ..typical()
    });
    let unread = tenant.audit();
    unread.assert_code(4);
    let rows = open_of(&unread, "MAIL-08");
    assert_eq!(rows.len(), count, "nothing is fixed by not looking");
    assert!(rows.iter().all(|row| row["change"] == "not_rechecked"), "{rows:?}");
    tenant.becomes(Options { tenant: TenantName::Healthy, ..Options::default() });
    let mended = tenant.audit();
    assert!(open_of(&mended, "MAIL-08").is_empty());
    let fixed = mended.json("report.json")["fixed"].as_array().unwrap().len();
    assert!(fixed > count, "{fixed}");
}

#[test]
fn an_expired_exception_brings_its_finding_back_and_is_a_finding_itself() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit().assert_code(0);
    let text = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    let expired: String = text
        .lines()
        .map(|line| {
            if line.starts_with("expires") {
                "expires = 2020-01-31\n".to_owned()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    std::fs::write(&tenant.files.exceptions, expired).unwrap();
    let audit = tenant.audit();
    let lapsed = open_of(&audit, "KEY-01");
    assert!(!lapsed.is_empty());
    assert!(
        lapsed.iter().all(|row| row["change"] == "worsened" && !row["exception_id"].is_empty()),
        "{lapsed:?}"
    );
    assert!(lapsed[0]["message"].contains("expired on 2020-01-31"), "{}", lapsed[0]["message"]);
    let findings = open_of(&audit, "EXC-01");
    assert_eq!(findings.len(), text.matches("[[exception]]").count());
    assert_eq!(findings[0]["subject_kind"], "exception");
}

#[test]
fn an_exception_that_covers_nothing_is_a_finding() {
    let tenant = Tenant::named(TenantName::Healthy);
    let mut text = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    text.push_str("\n[[exception]]\ncheck = \"MAIL-09\"\nsubject = \"nobody@example.com\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2099-01-01\n");
    std::fs::write(&tenant.files.exceptions, text).unwrap();
    let audit = tenant.audit();
    let unused = open_of(&audit, "EXC-02");
    assert_eq!(unused.len(), 1);
    assert!(unused[0]["subject_id"].contains("nobody@example.com"));
}

#[test]
fn the_audits_own_grant_and_key_are_findings_like_any_other() {
    let tenant = Tenant::named(TenantName::Healthy);
    std::fs::write(&tenant.files.exceptions, "").unwrap();
    let audit = tenant.audit();
    assert!(open_of(&audit, "DWD-03").iter().any(|row| row["subject_id"].ends_with("gmail.settings.basic")));
    assert!(open_of(&audit, "KEY-01").iter().any(|row| row["subject_name"].starts_with("workspace-audit@")));
}

#[test]
fn judging_the_kept_facts_again_gives_the_same_findings_without_asking_anyone() {
    let tenant = Tenant::with(typical());
    let audit = tenant.audit();
    let before = audit.file("findings.csv");
    let asked = tenant.requests().len();
    let config = tenant.files.config.display().to_string();
    for command in ["judge", "report"] {
        let output = binary(&[command, "latest", "--config", &config], &[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(audit.file("findings.csv"), before, "{command}");
    }
    assert_eq!(tenant.requests().len(), asked);
    let output = binary(&["runs", "--config", &config], &[]);
    assert!(String::from_utf8_lossy(&output.stdout).lines().count() == 2);
}

#[test]
fn what_is_about_the_whole_tenant_is_not_fixed_by_losing_sight_of_it() {
    let mut tenant = Tenant::with(typical());
    assert_eq!(open_of(&tenant.audit(), "IDM-01").len(), 1);
    tenant
        .becomes(Options { faults: vec!["GET /admin/directory/v1/users 403".parse().unwrap()], ..typical() });
    let unread = tenant.audit();
    let rows = open_of(&unread, "IDM-01");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["change"], "not_rechecked");
    assert_eq!(unread.json("report.json")["fixed"].as_array().unwrap().len(), 0);
}

#[test]
fn the_history_of_another_tenant_is_refused() {
    let mut tenant = Tenant::with(typical());
    tenant.audit().assert_code(0);
    tenant.becomes(Options { seed: 9, ..typical() });
    let audit = tenant.audit();
    audit.assert_code(2);
    assert!(audit.stderr.contains("the history is of customer"), "{}", audit.stderr);
    assert!(audit.stderr.contains("[history] path"), "{}", audit.stderr);
}
