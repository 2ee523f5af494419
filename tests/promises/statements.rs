//! What a report says of itself: what is not configured, and that it was resumed.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde_json::Value;
use workspace_audit_emulator::TenantName;

use crate::resume::{signal, slow, start, wait_for_mailboxes};
use crate::support::{Audit, Tenant, WITH_OPTIONAL, binary};

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The page down to the five numbers.
fn top(audit: &Audit) -> String {
    let html = audit.file("report.html");
    html[html.find("<body>").unwrap()..html.find("id=\"glance\"").unwrap()].to_owned()
}

#[test]
fn what_is_not_configured_is_said_first_with_what_it_hides_and_its_setting() {
    let tenant = Tenant::named(TenantName::Typical);
    for (setting, parts, named) in [
        ("cloud.console_grants=", &["console_grants"][..], "[cloud] console_grants"),
        (
            "cloud.projects=[]",
            &["service_accounts", "sa_keys", "service_account_use", "guardrails", "iam_policies"],
            "projects",
        ),
        (
            "collect.parts=[\"users\"]",
            &["domains", "send_as", "console_grants", "sa_keys", "admin_log", "groups"],
            "[collect]",
        ),
        ("collect.parts=[\"users\",\"send_as\",\"domains\"]", &["admin_roles", "token_log"], "[collect]"),
    ] {
        let audit = tenant.audit_with(&["--set", setting], &[]);
        audit.assert_code(0);
        assert!(
            audit.stdout.contains("LIMITED") && audit.stdout.contains(named),
            "{setting}: {}",
            audit.stdout
        );
        let status = audit.json("status.json");
        assert_eq!(status["completeness"], "complete", "{setting}");
        let missing = texts(&status["not_configured"]);
        for part in parts {
            assert!(missing.contains(*part), "{setting}: {missing:?}");
        }
        assert!(!missing.contains("users"), "{setting}: {missing:?}");
        let report = audit.json("report.json");
        let listed = report["run"]["not_configured"].as_array().unwrap();
        assert_eq!(listed.len(), missing.len());
        let top = top(&audit);
        assert!(top.contains("class=\"state limited\"") && !top.contains("state whole"), "{setting}: {top}");
        assert!(top.contains(named), "{setting}: {top}");
        // What each setting hides adds up to the whole, or the reader is told why it does not.
        let hides = |text: &str| -> Vec<u64> {
            let rest = text.split("  not assessed: ").skip(1);
            rest.filter_map(|rest| rest.split(' ').next()?.parse().ok()).collect()
        };
        let each = hides(&audit.stdout);
        let overlap = audit.stdout.contains("counted for each");
        assert!(each.len() > 1 || !overlap, "{setting}: {}", audit.stdout);
        assert_eq!(overlap, top.contains("counted at each"), "{setting}");
        for missing in listed {
            let part = missing["part"].as_str().unwrap();
            assert!(!missing["setting"].as_str().unwrap().is_empty(), "{missing}");
            assert!(top.contains(part), "{part}: {top}");
            let mut hidden = 0;
            for check in texts(&missing["checks"]) {
                let not_assessed = audit.verdicts(&check)["not_assessed"];
                assert!(not_assessed > 0, "{setting}: {part} hides nothing of {check}");
                assert!(top.contains(&check), "{check}: {top}");
                hidden += not_assessed;
            }
            assert_eq!(missing["verdicts"], hidden, "{setting}: {missing}");
        }
        let runs = binary(&["runs", "--config", &tenant.files.config.display().to_string()], &[]);
        let runs = String::from_utf8(runs.stdout).unwrap();
        assert!(runs.lines().nth(1).unwrap().contains("limited"), "{runs}");
    }
}

#[test]
fn where_everything_is_configured_nothing_says_otherwise() {
    let tenant = Tenant::readable(TenantName::Typical);
    let audit = tenant.audit_with(&["--set", WITH_OPTIONAL], &[]);
    audit.assert_code(0);
    assert_eq!(audit.json("status.json")["not_configured"], serde_json::json!([]));
    assert_eq!(audit.json("status.json")["resumed_at"], Value::Null);
    assert!(top(&audit).contains("class=\"state whole\""), "{}", top(&audit));
    assert!(!audit.stdout.contains("LIMITED"), "{}", audit.stdout);
}

#[test]
fn what_is_denied_and_what_is_not_configured_are_both_said() {
    let tenant = Tenant::with(workspace_audit_emulator::Options {
        tenant: TenantName::Healthy,
        faults: vec!["GET /admin/directory/v1/customer/*/domains 403".parse().unwrap()],
        ..workspace_audit_emulator::Options::default()
    });
    let audit = tenant.audit_with(&["--set", "cloud.console_grants="], &[]);
    audit.assert_code(4);
    let top = top(&audit);
    assert!(top.contains("class=\"state partial\"") && top.contains("What is not configured"), "{top}");
    assert!(audit.stdout.contains("PARTIAL") && audit.stdout.contains("not configured"), "{}", audit.stdout);
}

/// A run that was killed in its middle, and its id.
fn killed(tenant: &Tenant) -> String {
    let mut child = start(tenant);
    wait_for_mailboxes(tenant, 100);
    signal(&child, "-KILL");
    child.wait().unwrap();
    history(tenant).query_row("SELECT run_id FROM run ORDER BY run DESC", [], |row| row.get(0)).unwrap()
}

fn history(tenant: &Tenant) -> rusqlite::Connection {
    rusqlite::Connection::open(tenant.folder.path().join("reports/history.sqlite")).unwrap()
}

/// Lets the run begin so long before now.
fn age(tenant: &Tenant, age: Duration) -> DateTime<Utc> {
    let began_at = (Utc::now() - age).trunc_subsecs(0);
    let changed = history(tenant).execute("UPDATE run SET started_at = ?1", [began_at.to_rfc3339()]);
    assert_eq!(changed.unwrap(), 1);
    began_at
}

fn seconds(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn assert_has_both_times(tenant: &Tenant, audit: &Audit, began_at: DateTime<Utc>) {
    for (file, place) in [("status.json", ""), ("manifest.json", ""), ("report.json", "/run")] {
        let json = audit.json(file);
        let run = json.pointer(place).unwrap();
        assert_eq!(run["started_at"], seconds(began_at), "{file}");
        let resumed_at: DateTime<Utc> = run["resumed_at"].as_str().unwrap().parse().unwrap();
        assert!((Utc::now() - resumed_at).num_minutes() < 5, "{file}: {resumed_at}");
    }
    let resumed_at: DateTime<Utc> =
        audit.json("status.json")["resumed_at"].as_str().unwrap().parse().unwrap();
    let top = top(audit);
    for at in [began_at, resumed_at] {
        assert!(top.contains(&format!("datetime=\"{}\"", seconds(at))), "{at}: {top}");
        let minute = at.format("%Y-%m-%d %H:%M").to_string();
        assert!(audit.stdout.contains(&minute), "{minute}: {}", audit.stdout);
    }
    assert!(!top.contains("state whole"), "{top}");
    let runs = binary(&["runs", "--config", &tenant.files.config.display().to_string()], &[]);
    let runs = String::from_utf8(runs.stdout).unwrap();
    let minute = resumed_at.format("%Y-%m-%d %H:%M").to_string();
    assert!(runs.lines().nth(1).unwrap().contains(&minute), "{runs}");
}

#[test]
fn a_run_that_is_resumed_unasked_has_both_times_wherever_its_date_stands() {
    let tenant = Tenant::with(slow());
    killed(&tenant);
    let began_at = age(&tenant, Duration::hours(23));
    let audit = tenant.audit();
    assert_has_both_times(&tenant, &audit, began_at);
    let config = tenant.files.config.display().to_string();
    for command in ["report", "judge"] {
        let output = binary(&[command, "latest", "--config", &config], &[]);
        let again = Audit::of(&output, audit.reports.clone());
        assert_ne!(again.folder, audit.folder);
        assert_has_both_times(&tenant, &again, began_at);
    }
}

#[test]
fn an_old_run_is_resumed_only_by_its_id_and_has_both_times() {
    let tenant = Tenant::with(slow());
    let id = killed(&tenant);
    let began_at = age(&tenant, Duration::days(300));
    let refused = tenant.audit_with(&["--resume"], &[]);
    refused.assert_code(2);
    assert!(refused.stderr.contains(&format!("--resume={id}")), "{}", refused.stderr);
    let other = tenant.audit_with(&["--resume=2020-01-01T00-00-00Z"], &[]);
    other.assert_code(2);
    let audit = tenant.audit_with(&[&format!("--resume={id}")], &[]);
    assert_eq!(audit.folder.as_ref().unwrap().file_name().unwrap(), id.as_str(), "{}", audit.stderr);
    assert_has_both_times(&tenant, &audit, began_at);
    // It is finished now.
    tenant.audit_with(&[&format!("--resume={id}")], &[]).assert_code(2);
}

#[test]
fn a_run_that_is_old_or_of_the_future_is_not_resumed_unasked() {
    for of_age in [Duration::days(300), Duration::hours(25), -Duration::hours(1)] {
        let tenant = Tenant::with(slow());
        let id = killed(&tenant);
        age(&tenant, of_age);
        tenant.audit_with(&["--resume"], &[]).assert_code(2);
        let audit = tenant.audit();
        assert_ne!(audit.folder.as_ref().unwrap().file_name().unwrap(), id.as_str(), "{of_age}");
        assert_eq!(audit.json("status.json")["resumed_at"], Value::Null, "{of_age}");
    }
}
