//! What changed since the last run, what was fixed, what nobody could look at again.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

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
    let other = |row: &BTreeMap<String, String>| row["verdict"] != "not_assessed" && row["change"] != "open";
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

fn fixed_count(audit: &Audit) -> u64 {
    audit.json("report.json")["run"]["changes"]["fixed"].as_u64().unwrap()
}

fn settings_changed(audit: &Audit) -> Vec<String> {
    serde_json::from_value(audit.json("report.json")["run"]["settings_changed"].clone()).unwrap()
}

#[test]
fn what_another_profile_takes_away_is_not_fixed() {
    let tenant = Tenant::with(typical());
    let first = tenant.audit();
    assert_eq!((open_of(&first, "IDM-01").len(), settings_changed(&first).len()), (1, 0));
    let scuba = ["--set", "checks.profile=scuba"];
    let second = tenant.audit_with(&scuba, &[]);
    assert_eq!((fixed_count(&second), settings_changed(&second).len()), (0, 1));
    assert!(second.stdout.contains(&settings_changed(&second)[0]), "{}", second.stdout);
    assert!(second.file("report.html").contains(&settings_changed(&second)[0]));
    let told = open_of(&second, "IDM-01");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["change"], "not_rechecked");
    assert!(told[0]["evidence"].contains("not_evaluated: setting changed"), "{}", told[0]["evidence"]);
    let third = tenant.audit_with(&scuba, &[]);
    assert_eq!((fixed_count(&third), settings_changed(&third).len()), (0, 0));
    assert_eq!(open_of(&third, "IDM-01").len(), 0, "told once");
    assert_eq!(open_of(&tenant.audit(), "IDM-01")[0]["change"], "reopened");
}

#[test]
fn what_a_register_that_is_gone_had_shown_is_not_fixed() {
    let tenant = Tenant::with(typical());
    let register = tenant.folder.path().join("register.toml");
    std::fs::write(&register, "").unwrap();
    let setting = format!("checks.register={}", register.display());
    let with_register = ["--set", &*setting];
    let unnamed = open_of(&tenant.audit_with(&with_register, &[]), "DWD-06").len();
    let mut gone = 0;
    for run in ["second", "third"] {
        let audit = tenant.audit();
        assert_eq!(fixed_count(&audit), 0, "{run}");
        let rows = open_of(&audit, "DWD-06");
        assert_eq!(rows.len(), unnamed, "{run}");
        gone = rows.iter().filter(|row| row["evidence"].contains("not_evaluated: setting changed")).count();
        assert!(gone > 0, "{run}");
        assert_eq!(settings_changed(&audit).len(), usize::from(run == "second"));
    }
    let back = tenant.audit_with(&with_register, &[]);
    let rows = open_of(&back, "DWD-06");
    assert_eq!((rows.len(), fixed_count(&back)), (unnamed, 0), "{gone}");
    assert!(rows.iter().all(|row| row["change"] == "open"), "{rows:?}");
}

#[test]
fn what_was_not_assessed_compares_with_nothing() {
    let tenant = Tenant::with(Options {
        faults: vec!["GET /gmail/v1/users/*/settings/sendAs 403".parse().unwrap()],
        ..typical()
    });
    let audit = tenant.audit();
    let rows = audit.rows("findings.csv");
    assert!(rows.iter().any(|row| row["verdict"] == "not_assessed"));
    for row in rows {
        assert_eq!(row["change"].is_empty(), row["verdict"] == "not_assessed", "{row:?}");
    }
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
            } else if line.starts_with("created") {
                "created = 2020-01-01\n".to_owned()
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
    assert!(open_of(&audit, "DWD-03").iter().any(|row| row["evidence"].contains("gmail.settings.basic")));
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
        let again = Audit::of(&output, audit.reports.clone());
        assert_eq!(again.file("findings.csv"), before, "{command}");
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
    assert!(audit.stderr.contains("the history belongs to customer"), "{}", audit.stderr);
    assert!(audit.stderr.contains("[history] path"), "{}", audit.stderr);
}

/// Runs with a history at `path`; what the folder that holds it has then.
fn with_history_at(path: &std::path::Path) -> (Audit, Vec<std::ffi::OsString>) {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit_with(&["--set", &format!("history.path={}", path.display())], &[]);
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap();
    (audit, beside.map(|entry| entry.unwrap().file_name()).collect())
}

#[test]
fn a_database_of_another_program_is_refused_and_not_touched() {
    for foreign in [
        "CREATE TABLE precious (a); PRAGMA user_version = 2",
        "CREATE TABLE run (a); PRAGMA user_version = 1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sqlite");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(foreign).unwrap();
        connection.close().unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let before = std::fs::read(&path).unwrap();
        let (audit, beside) = with_history_at(&path);
        audit.assert_code(1);
        assert!(audit.stderr.contains("is a database of another program"), "{}", audit.stderr);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(beside, ["x.sqlite"]);
    }
}

#[test]
fn what_is_no_regular_file_is_no_history_and_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let (audit, beside) = with_history_at(&path);
    audit.assert_code(1);
    assert!(audit.stderr.contains("is not a regular file"), "{}", audit.stderr);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o666);
    assert_eq!(beside, ["history.sqlite"]);

    let link = folder.path().join("link.sqlite");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let (audit, _) = with_history_at(&link);
    assert!(audit.stderr.contains("is not a regular file"), "{}", audit.stderr);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o666);
}

#[test]
fn runs_of_two_histories_that_begin_in_one_second_have_a_folder_each() {
    let tenant = Tenant::named(TenantName::Healthy);
    let folders: Vec<_> = std::thread::scope(|scope| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        std::thread::sleep(Duration::from_secs(1) - Duration::from_nanos(since.subsec_nanos().into()));
        let run = |name: &str| {
            let history = tenant.folder.path().join(name).display().to_string();
            let tenant = &tenant;
            scope.spawn(move || {
                let config = tenant.files.config.display().to_string();
                let history = format!("history.path={history}");
                let output = binary(&["run", "--config", &config, "--set", &history], &[]);
                let audit = Audit::of(&output, tenant.folder.path().join("reports"));
                audit.assert_code(0);
                audit.folder.unwrap()
            })
        };
        ["one.sqlite", "two.sqlite", "three.sqlite"]
            .map(run)
            .map(|running| running.join().unwrap())
            .into_iter()
            .collect()
    });
    let distinct: std::collections::BTreeSet<_> = folders.iter().collect();
    assert_eq!(distinct.len(), 3, "{folders:?}");
    for folder in &folders {
        let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
        assert!(manifest.contains(folder.file_name().unwrap().to_str().unwrap()), "{manifest}");
    }
    let hidden = std::fs::read_dir(tenant.folder.path().join("reports")).unwrap().flatten();
    let left = hidden.filter(|entry| entry.file_name().to_string_lossy().starts_with(".draft")).count();
    assert_eq!(left, 0, "no claim is left behind");
}

#[test]
fn an_exception_for_one_mailbox_is_unused_although_another_mailbox_was_not_read() {
    let fault = "GET /gmail/v1/users/*/settings/sendAs 403 subject=ada.park@example.com".parse().unwrap();
    let tenant = Tenant::with(Options { faults: vec![fault], ..typical() });
    let of = |subject: &str| {
        format!(
            "\n[[exception]]\ncheck = \"MAIL-08\"\nsubject = \"{subject}\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-06-01\ncreated = 2026-11-01\n"
        )
    };
    let unread = tenant.audit().rows("users.csv").into_iter().find(|row| row["mailbox_read"] == "partial");
    let unread = unread.expect("the addresses of one mailbox are denied")["primary_email"].clone();
    let audit = tenant.audit();
    let found: Vec<String> =
        open_of(&audit, "MAIL-08").iter().map(|row| row["subject_name"].clone()).collect();
    let is_clean = |address: &str| !found.iter().any(|name| name.starts_with(address));
    let mut read = audit.rows("users.csv").into_iter().filter(|row| row["mailbox_read"] == "complete");
    let clean = read.find(|row| is_clean(&row["primary_email"])).unwrap()["primary_email"].clone();
    std::fs::write(&tenant.files.exceptions, of(&unread) + &of(&clean)).unwrap();
    let unused: Vec<String> =
        open_of(&tenant.audit(), "EXC-02").iter().map(|row| row["subject_id"].clone()).collect();
    assert_eq!(unused, [format!("MAIL-08/{clean}")], "nobody knows of {unread}");
}

#[test]
fn an_exception_that_accepts_whatever_its_check_finds_is_a_finding() {
    let tenant = Tenant::with(typical());
    let text = "[[exception]]\ncheck = \"IDM-02\"\nsubject = \"*\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-01-01\n";
    std::fs::write(&tenant.files.exceptions, text).unwrap();
    let audit = tenant.audit();
    let broad = open_of(&audit, "EXC-04");
    assert_eq!(broad.len(), 1);
    assert_eq!(broad[0]["subject_id"], "IDM-02/*");
}

#[test]
fn an_exception_for_a_key_is_not_called_unused_while_an_accounts_keys_are_unread() {
    let keys = |subject: &str| {
        format!(
            "[[exception]]\ncheck = \"KEY-01\"\nsubject = \"{subject}\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-06-01\n\n"
        )
    };
    let fault = "GET /v1/projects/*/serviceAccounts/*/keys 403 times=1".parse().unwrap();
    let tenant = Tenant::with(Options { faults: vec![fault], ..typical() });
    std::fs::write(&tenant.files.exceptions, keys("0123456789abcdef")).unwrap();
    let unused = open_of(&tenant.audit(), "EXC-02");
    assert!(unused.is_empty(), "the key may be one that was not read: {unused:?}");
    let unused = open_of(&tenant.audit(), "EXC-02");
    assert_eq!(unused.len(), 1, "every key was read now");
}
