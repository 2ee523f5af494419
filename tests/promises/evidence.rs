//! What a reviewer can prove with public tools alone: that a report is whole, what it rests on, and which report came
//! before it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use workspace_audit_emulator::TenantName;

use crate::support::{Audit, Tenant};

fn sha256_of(path: &Path) -> String {
    HEXLOWER.encode(&Sha256::digest(std::fs::read(path).unwrap()))
}

/// Whether `sha256sum -c` finds each file of a report as it was written.
fn is_whole(folder: &Path) -> bool {
    let output =
        Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(folder).output();
    output.unwrap().status.success()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn folder_of(audit: &Audit) -> &Path {
    audit.folder.as_deref().unwrap()
}

#[test]
fn sha256sum_proves_every_file_of_a_report_the_manifest_too() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit();
    let folder = folder_of(&audit);
    assert!(is_whole(folder));
    let sums = audit.file("SHA256SUMS");
    let mut summed: BTreeSet<String> =
        sums.lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    assert!(summed.contains("manifest.json"));
    assert!(summed.insert("SHA256SUMS".to_owned()), "a file cannot hold its own sum");
    assert_eq!(summed, names_in(folder));
    for name in ["manifest.json", "findings.csv", "report.html"] {
        let path = folder.join(name);
        let before = std::fs::read(&path).unwrap();
        std::fs::write(&path, [before.as_slice(), b" "].concat()).unwrap();
        assert!(!is_whole(folder), "{name}");
        std::fs::write(&path, before).unwrap();
    }
    assert!(is_whole(folder));
}

#[test]
fn the_manifest_names_each_file_that_the_report_rests_on() {
    let tenant = Tenant::named(TenantName::Healthy);
    let register = tenant.folder.path().join("register.toml");
    std::fs::write(&register, "").unwrap();
    let with_register = format!("checks.register={}", register.display());
    let inputs = tenant.audit_with(&["--set", &with_register], &[]).json("manifest.json")["inputs"].clone();
    for (key, path) in [
        ("config", &tenant.files.config),
        ("exceptions", &tenant.files.exceptions),
        ("register", &register),
        ("console_grants", &tenant.files.console_grants),
    ] {
        assert_eq!(inputs[key]["sha256"], sha256_of(path), "{key}");
        assert_eq!(inputs[key]["name"], path.file_name().unwrap().to_str().unwrap());
        let modified = std::fs::metadata(path).unwrap().modified().unwrap();
        let modified = chrono::DateTime::<chrono::Utc>::from(modified).format("%Y-%m-%dT%H:%M:%SZ");
        assert_eq!(inputs[key]["modified_at"], modified.to_string(), "{key}");
    }
    // What is not there is told as such.
    tenant.edit_config(|text| {
        text.lines().filter(|line| !line.starts_with("exceptions")).collect::<Vec<_>>().join("\n")
    });
    let bare = tenant.audit_with(&["--set", "cloud.console_grants="], &[]).json("manifest.json");
    for key in ["exceptions", "register", "console_grants"] {
        assert_eq!(bare["inputs"].get(key), Some(&Value::Null), "{key}");
    }
    assert_eq!(bare["inputs"]["config"]["sha256"], sha256_of(&tenant.files.config));
}

#[test]
fn the_manifest_says_what_was_read_by_whom_and_by_which_program() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit();
    let manifest = audit.json("manifest.json");
    assert_eq!(manifest["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(manifest["program"]["target"].is_string());
    let of_accounts: BTreeSet<String> =
        audit.rows("service_accounts.csv").into_iter().map(|row| row["project"].clone()).collect();
    let read = manifest["projects"]["read"].as_array().unwrap();
    let read: BTreeSet<String> = read.iter().map(|project| project.as_str().unwrap().to_owned()).collect();
    assert!(!of_accounts.is_empty() && of_accounts.is_subset(&read), "{read:?}");
    assert!(!manifest["projects"]["configured"].as_array().unwrap().is_empty());
    assert!(manifest["identity"]["admin"].is_string() && manifest["identity"]["service_account"].is_string());
    let windows = manifest["log_windows"].as_array().unwrap();
    let logs: BTreeSet<&str> = windows.iter().map(|window| window["log"].as_str().unwrap()).collect();
    assert_eq!(
        logs,
        BTreeSet::from(["access_evaluation_log", "admin_log", "token_log", "token_log/calls"]),
        "{windows:?}"
    );
    for window in windows {
        assert!(window["from"].as_str().unwrap() < window["until"].as_str().unwrap(), "{window}");
        assert_eq!(window["until"], manifest["started_at"], "{window}");
    }
}

#[test]
fn a_log_that_was_not_read_has_no_window() {
    let fault = "GET /admin/reports/v1/activity/users/all/applications/admin 403";
    let tenant = Tenant::with(workspace_audit_emulator::Options {
        tenant: TenantName::Healthy,
        faults: vec![fault.parse().unwrap()],
        ..Default::default()
    });
    let manifest = tenant.audit().json("manifest.json");
    let windows = manifest["log_windows"].as_array().unwrap();
    assert!(
        windows.iter().all(|window| !window["log"].as_str().unwrap().starts_with("admin_log")),
        "{windows:?}"
    );
    assert!(!windows.is_empty());
}

#[test]
fn each_manifest_names_the_manifest_of_the_run_before() {
    let tenant = Tenant::named(TenantName::Healthy);
    let runs: Vec<Audit> = (0..3).map(|_| tenant.audit()).collect();
    assert_eq!(runs[0].json("manifest.json").get("previous_manifest_sha256"), Some(&Value::Null));
    for pair in runs.windows(2) {
        let (before, after) = (folder_of(&pair[0]), pair[1].json("manifest.json"));
        assert_eq!(after["previous_manifest_sha256"], sha256_of(&before.join("manifest.json")));
        assert_eq!(after["previous_report"], before.file_name().unwrap().to_str().unwrap());
    }
}
