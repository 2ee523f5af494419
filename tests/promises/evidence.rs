//! What a reviewer can prove with public tools alone: that a report is whole, what it rests on, and which report came
//! before it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use workspace_audit_emulator::TenantName;

use crate::support::{Audit, Tenant, binary, files_below};

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

/// `judge` or `report` of the newest run.
fn again(tenant: &Tenant, command: &[&str]) -> Audit {
    let config = tenant.files.config.display().to_string();
    let output = binary(&[command, &["--config", &config]].concat(), &[]);
    Audit::of(&output, tenant.folder.path().join("reports"))
}

/// Accepts every finding of one check.
fn accept(tenant: &Tenant, check: &str) {
    let mut text = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    text.push_str(&format!(
        "\n[[exception]]\ncheck = \"{check}\"\nsubject = \"*\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2099-01-01\n"
    ));
    std::fs::write(&tenant.files.exceptions, text).unwrap();
}

fn open_of(audit: &Audit, check: &str) -> u64 {
    let verdicts = audit.verdicts(check);
    verdicts["fail"] + verdicts["review"]
}

#[test]
fn judging_and_reporting_again_write_a_new_report_and_touch_none() {
    let tenant = Tenant::named(TenantName::Neglected);
    let first = tenant.audit();
    let name = |audit: &Audit| folder_of(audit).file_name().unwrap().to_str().unwrap().to_owned();
    let run = name(&first);
    accept(&tenant, "MAIL-08");
    let mut all = vec![first];
    for (number, command) in ["judge", "report", "judge"].into_iter().enumerate() {
        let before: Vec<_> = all.iter().map(|audit| files_below(folder_of(audit))).collect();
        let report = again(&tenant, &[command, &run, "--reason", "the exceptions were agreed on"]);
        assert_eq!(name(&report), format!("{run}.{}", number + 2), "{}", report.stderr);
        let after: Vec<_> = all.iter().map(|audit| files_below(folder_of(audit))).collect();
        assert!(before == after, "{command} touched an earlier report");
        assert!(is_whole(folder_of(&report)), "{command}");
        assert_eq!(std::fs::read_link(report.reports.join("latest")).unwrap(), Path::new(&name(&report)));
        let (manifest, old) = (report.json("manifest.json"), all.last().unwrap());
        assert_eq!(manifest["reason"], "the exceptions were agreed on");
        assert_eq!(manifest["report"], name(&report).as_str());
        assert_eq!(manifest["supersedes"], name(old).as_str());
        assert_eq!(
            manifest["supersedes_manifest_sha256"],
            sha256_of(&folder_of(old).join("manifest.json")),
            "{command}"
        );
        assert_eq!(manifest["run_id"], run.as_str());
        all.push(report);
    }
    assert!(open_of(&all[0], "MAIL-08") > 0);
    assert_eq!(open_of(&all[1], "MAIL-08"), 0);
    // What is only reported again was judged when it was judged.
    let judged_at = |audit: &Audit| audit.json("manifest.json")["judged_at"].as_str().unwrap().to_owned();
    assert_eq!(judged_at(&all[1]), judged_at(&all[2]));
    assert!(judged_at(&all[0]) <= judged_at(&all[1]) && judged_at(&all[2]) <= judged_at(&all[3]));
    assert_eq!(all[0].json("manifest.json").get("supersedes"), Some(&Value::Null));
    assert_eq!(all[0].json("manifest.json").get("reason"), Some(&Value::Null));
}

#[test]
fn a_name_of_a_report_is_never_used_twice() {
    let tenant = Tenant::named(TenantName::Healthy);
    let first = tenant.audit();
    let second = again(&tenant, &["report"]);
    std::fs::remove_dir_all(folder_of(&second)).unwrap();
    let third = again(&tenant, &["report"]);
    let name = |audit: &Audit| folder_of(audit).file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(name(&third), format!("{}.3", name(&first)));
    assert_eq!(third.json("manifest.json")["supersedes"], name(&second).as_str());
}

#[test]
fn the_manifest_says_which_exceptions_the_findings_were_judged_with() {
    let tenant = Tenant::named(TenantName::Healthy);
    let sha256 = |audit: &Audit| audit.json("manifest.json")["inputs"]["exceptions"]["sha256"].clone();
    let first = tenant.audit();
    let before = sha256(&first);
    accept(&tenant, "MAIL-08");
    assert_eq!(sha256(&again(&tenant, &["report"])), before);
    let judged = again(&tenant, &["judge"]);
    assert_eq!(sha256(&judged), sha256_of(&tenant.files.exceptions));
    // The list of the console is that which the run read.
    std::fs::remove_file(&tenant.files.console_grants).unwrap();
    let inputs = |audit: &Audit| audit.json("manifest.json")["inputs"]["console_grants"].clone();
    assert_eq!(inputs(&again(&tenant, &["judge"])), inputs(&first));
}

#[test]
fn the_history_keeps_every_judgment_and_the_next_run_compares_with_the_newest() {
    let tenant = Tenant::named(TenantName::Neglected);
    let first = tenant.audit();
    let open = open_of(&first, "MAIL-08");
    assert!(open > 0);
    let without = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    accept(&tenant, "MAIL-08");
    let judged = again(&tenant, &["judge"]);
    std::fs::write(&tenant.files.exceptions, without).unwrap();
    let history = tenant.folder.path().join("reports/history.sqlite");
    let verdicts_of = |judgment: i64| -> i64 {
        let connection = rusqlite::Connection::open(&history).unwrap();
        let query = "SELECT count(*) FROM finding JOIN finding_text USING (finding)
                     WHERE judgment = ?1 AND check_id = 'MAIL-08' AND verdict = 'excepted'";
        connection.query_row(query, [judgment], |row| row.get(0)).unwrap()
    };
    assert_eq!((verdicts_of(1), verdicts_of(2)), (0, i64::try_from(open).unwrap()));
    // No longer accepted is worse than in the newest judgment, and the same as in the first.
    let next = tenant.audit();
    let rows = next.rows("findings.csv");
    let reopened =
        rows.iter().filter(|row| row["check_id"] == "MAIL-08" && row["change"] == "worsened").count();
    assert_eq!(reopened as u64, open);
    let manifest = next.json("manifest.json");
    assert_eq!(manifest["previous_report"], folder_of(&judged).file_name().unwrap().to_str().unwrap());
    assert_eq!(manifest["previous_manifest_sha256"], sha256_of(&folder_of(&judged).join("manifest.json")));
    let listed = again(&tenant, &["runs"]).stdout;
    assert!(listed.lines().nth(2).unwrap().contains("evaluated 2 times"), "{listed}");
}

#[test]
fn the_version_that_judged_is_not_the_version_that_read() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit().assert_code(0);
    let history = tenant.folder.path().join("reports/history.sqlite");
    let connection = rusqlite::Connection::open(&history).unwrap();
    let older = "UPDATE judgment SET summary = json_remove(json_set(summary, '$.tool_version', '0.0.9',
                 '$.scope_table', 'version 0'), '$.read_by', '$.judged_at')";
    connection.execute(older, []).unwrap();
    connection.close().unwrap();
    let reported = again(&tenant, &["report"]).json("manifest.json");
    assert_eq!((&reported["tool_version"], &reported["scope_table"]), (&"0.0.9".into(), &"version 0".into()));
    assert_eq!(reported.get("judged_at"), Some(&Value::Null));
    let judged = again(&tenant, &["judge"]).json("manifest.json");
    assert_eq!(judged["tool_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(judged["read_by_version"], "0.0.9");
    assert_ne!(judged["scope_table"], "version 0");
    assert!(judged["judged_at"].is_string());
}
