//! What is wrong with the set-up is named: one cause, one fix, and the thing itself.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use workspace_audit_emulator::TenantName;

use crate::support::{Audit, Tenant, binary};

/// The log lines of a run with `--log-format json`.
fn log_lines(audit: &Audit) -> Vec<Value> {
    audit.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn audit_in_json(tenant: &Tenant, arguments: &[&str], environment: &[(&str, &str)]) -> Audit {
    let arguments: Vec<&str> = ["--log-format", "json"].iter().chain(arguments).copied().collect();
    tenant.audit_with(&arguments, environment)
}

/// The stable names of the causes in the log, errors and warnings.
fn ids(audit: &Audit) -> Vec<String> {
    let ids =
        log_lines(audit).into_iter().filter_map(|line| line["fields"]["id"].as_str().map(str::to_owned));
    ids.collect()
}

#[test]
fn the_kind_of_a_wrong_key_file_is_named_without_showing_it() {
    let tenant = Tenant::named(TenantName::Healthy);
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    let pem = serde_json::from_str::<Value>(&key).unwrap()["private_key"].as_str().unwrap().to_owned();
    let login = json!({ "type": "authorized_user", "client_id": "a", "client_secret": "SECRET",
        "refresh_token": "SECRET" });
    let client = json!({ "installed": { "client_id": "a", "client_secret": "SECRET" } });
    for (text, id) in [
        (client.to_string(), "key_file_oauth_client"),
        ("AIzaSECRET-0123456789".to_owned(), "key_file_api_key"),
        (String::new(), "key_file_empty"),
        (pem, "key_file_pem"),
        (login.to_string(), "key_file_user_login"),
        (key[..key.len() / 2].to_owned(), "key_file_cut"),
    ] {
        std::fs::write(&tenant.files.key_file, text).unwrap();
        let audit = audit_in_json(&tenant, &[], &[]);
        audit.assert_code(2);
        assert_eq!(ids(&audit), [id], "{}", audit.stderr);
        assert!(!audit.stderr.contains("SECRET") && !audit.stderr.contains("MII"), "{}", audit.stderr);
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn a_key_file_that_others_can_read_is_told_with_the_command() {
    let tenant = Tenant::named(TenantName::Healthy);
    assert!(!ids(&audit_in_json(&tenant, &[], &[])).contains(&"key_file_readable".to_owned()));
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(&tenant.files.key_file, mode(0o644)).unwrap();
    let audit = audit_in_json(&tenant, &[], &[]);
    audit.assert_code(0);
    let lines = log_lines(&audit);
    let warning = lines.iter().find(|line| line["fields"]["id"] == "key_file_readable").unwrap();
    let fix = warning["fields"]["fix"].as_str().unwrap();
    assert_eq!(fix, format!("chmod 600 {}", tenant.files.key_file.display()));
}

#[test]
fn what_reads_the_history_says_before_the_first_run_that_there_is_none_and_makes_none() {
    let tenant = Tenant::named(TenantName::Healthy);
    let config = tenant.files.config.to_str().unwrap();
    let register = tenant.folder.path().join("register.toml");
    for command in [
        vec!["runs"],
        vec!["report"],
        vec!["report", "2026-01-01T00-00-00Z"],
        vec!["judge"],
        vec!["diff"],
        vec!["register", "--init", register.to_str().unwrap()],
    ] {
        let arguments = [&command[..], &["--config", config, "--log-format", "json"]].concat();
        let audit = Audit::of(&binary(&arguments, &[]), tenant.folder.path().join("reports"));
        audit.assert_code(2);
        assert_eq!(ids(&audit), ["no_history"], "{command:?}: {}", audit.stderr);
        assert!(!audit.reports.join("history.sqlite").exists(), "{command:?}");
    }
    assert!(!register.exists());
}

#[test]
fn what_cannot_be_a_project_is_refused_before_anything_is_asked() {
    let tenant = Tenant::named(TenantName::Healthy);
    for project in ["projects/x", "My Project", "projects/apps-project", "apps_project"] {
        let audit = tenant.audit_with(&["--set", &format!("cloud.projects={project}")], &[]);
        audit.assert_code(2);
        assert!(audit.stderr.contains(&format!("`{project}`")), "{}", audit.stderr);
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn a_check_that_is_not_there_is_compared_only_with_those_that_could_be_meant() {
    let tenant = Tenant::named(TenantName::Healthy);
    let text = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    let first = text.lines().find(|line| line.starts_with("check")).unwrap().to_owned();
    for (written, meant) in
        [("DWD-99", None), ("XYZ", None), ("DWD-8", Some("DWD-08")), ("dwd-08", Some("DWD-08"))]
    {
        std::fs::write(&tenant.files.exceptions, text.replacen(&first, &format!("check = \"{written}\""), 1))
            .unwrap();
        let audit = tenant.audit();
        audit.assert_code(2);
        assert!(audit.stderr.contains(written), "{}", audit.stderr);
        match meant {
            Some(meant) => assert!(audit.stderr.contains(&format!("`{meant}`")), "{}", audit.stderr),
            None => assert!(!audit.stderr.contains("DWD-0"), "{}", audit.stderr),
        }
    }
}

#[test]
fn a_bad_first_row_of_the_console_list_is_named_by_its_line() {
    let tenant = Tenant::named(TenantName::Healthy);
    let list = tenant.folder.path().join("list.csv");
    let setting = format!("cloud.console_grants={}", list.display());
    for (text, line) in [
        ("117000000000000000001\n", 1),
        ("\n\n117000000000000000001\n", 3),
        ("\r\n\r\n117000000000000000001\r\n", 3),
        ("\u{feff}\nname,id,scopes\n\n\nx,117000000000000000001,\n", 5),
        ("\"a\nb\",id,scopes\n\nx,117000000000000000001,\n", 4),
    ] {
        std::fs::write(&list, text).unwrap();
        let audit = tenant.audit_with(&["--set", &setting], &[]);
        let reason = audit.coverage("console_grants")["reason"].clone();
        assert!(reason.contains(&format!("line {line}:")), "{text:?}: {reason}");
    }
}
