//! What happened is told once as new, stays open for its time, and is listed once as expired. Nothing of it is lost.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use workspace_audit_emulator::{LogEntry, Logged, Options, TenantName};

use crate::support::{Audit, Tenant, binary};

type Row = BTreeMap<String, String>;

const READ_ALL: &str = "collect.parts=[\"admin_log\",\"token_log\"]";
const EVENT_CHECKS: [(&str, &str); 3] =
    [("DWD-07", "admin_log"), ("TEN-06", "admin_log"), ("APP-03", "token_log")];

/// A delegation, a routing rule and an app, of one time and with one mark.
fn entries(mark: &str, at: DateTime<Utc>) -> [LogEntry; 3] {
    let scopes = vec!["https://mail.google.com/".to_owned()];
    [
        Logged::Authorized { client_id: format!("mark-{mark}"), scopes: scopes.clone() },
        Logged::GmailSetting { name: "EMAIL_ROUTE".to_owned(), description: format!("mark-{mark}") },
        Logged::App { name: format!("mark-{mark}"), scopes },
    ]
    .map(|what| LogEntry { at, listed_from: None, what })
}

fn options(log_entries: &[LogEntry]) -> Options {
    Options { tenant: TenantName::Healthy, log_entries: log_entries.to_vec(), ..Options::default() }
}

/// The findings of one check about the entry with a mark.
fn of(audit: &Audit, check: &str, mark: &str) -> Vec<Row> {
    let named = format!("mark-{mark}");
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| row["check_id"] == check && row["subject_kind"] == "event")
        .filter(|row| [&row["subject_id"], &row["evidence"]].into_iter().any(|text| text.contains(&named)))
        .collect()
}

fn changes(audit: &Audit, check: &str, mark: &str) -> Vec<String> {
    of(audit, check, mark).into_iter().map(|row| row["change"].clone()).collect()
}

/// How a run is kept from reading logs.
#[derive(Clone, Copy, Debug)]
enum Denied {
    /// Google refuses this log.
    Refused(&'static str),
    /// The operator asks for other parts.
    NotAsked,
}

impl Denied {
    fn denies(self, part: &str) -> bool {
        match self {
            Self::Refused(log) => format!("{log}_log") == part,
            Self::NotAsked => true,
        }
    }
}

#[test]
fn whatever_log_is_denied_in_whichever_run_no_event_is_lost_and_none_is_new_twice() {
    let ways = [Denied::Refused("admin"), Denied::Refused("token"), Denied::NotAsked];
    for denied in ways {
        for denied_run in 0..3 {
            let mut log = entries("before", Utc::now() - Duration::days(4)).to_vec();
            let mut tenant = Tenant::with(options(&log));
            let mut told: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
            for (number, mark) in ["before", "between", "after"].into_iter().enumerate() {
                if number > 0 {
                    log.extend(entries(mark, Utc::now()));
                    std::thread::sleep(std::time::Duration::from_millis(1100));
                }
                let is_denied = number == denied_run;
                let faults = match denied {
                    Denied::Refused(log) if is_denied => {
                        let path = "/admin/reports/v1/activity/users/all/applications";
                        vec![format!("GET {path}/{log} 403").parse().unwrap()]
                    }
                    _ => Vec::new(),
                };
                tenant.becomes(Options { faults, ..options(&log) });
                let parts = match denied {
                    Denied::NotAsked if is_denied => "collect.parts=[\"users\",\"domains\"]",
                    _ => READ_ALL,
                };
                let audit = tenant.audit_with(&["--set", parts], &[]);
                let context = format!("{denied:?} in run {denied_run}, run {number}");
                let fixed = audit.json("report.json")["fixed"].as_array().unwrap().len();
                assert_eq!(fixed, 0, "{context}");
                for (check, part) in EVENT_CHECKS {
                    if is_denied && denied.denies(part) {
                        assert_eq!(audit.verdicts(check)["pass"], 0, "{context}: {check}");
                        assert!(audit.verdicts(check)["not_assessed"] > 0, "{context}: {check}");
                    }
                    for mark in ["before", "between", "after"] {
                        let changes = changes(&audit, check, mark);
                        assert!(changes.len() < 2, "{context}: {check} {changes:?}");
                        let change = changes.first().cloned().unwrap_or_default();
                        told.entry((check, mark)).or_default().push(change);
                    }
                }
            }
            for ((check, mark), told) in told {
                let part = EVENT_CHECKS.iter().find(|(id, _)| *id == check).unwrap().1;
                let happened =
                    ["before", "between", "after"].iter().position(|other| *other == mark).unwrap();
                let reads = |run: usize| run != denied_run || !denied.denies(part);
                let first = (happened..3).find(|run| reads(*run));
                let expected: Vec<&str> = (0..3)
                    .map(|run| match first {
                        Some(first) if run == first => "new",
                        Some(first) if run > first => "open",
                        _ => "",
                    })
                    .collect();
                assert_eq!(told, expected, "{denied:?} in run {denied_run}: {check} {mark}");
            }
        }
    }
}

#[test]
fn two_changes_of_one_time_are_two_and_a_late_entry_is_new_when_the_log_shows_it() {
    let now = Utc::now();
    let mut log = entries("twin", now - Duration::days(2)).to_vec();
    log.extend(entries("twin", now - Duration::days(2)).into_iter().take(2));
    let hidden = |entry: LogEntry| LogEntry { listed_from: Some(now + Duration::hours(1)), ..entry };
    // Within the time that entries usually lag, and far beyond it and the first look back.
    let late = entries("late", now - Duration::hours(2))
        .into_iter()
        .chain(entries("later", now - Duration::days(90)));
    let late: Vec<LogEntry> = late.collect();
    let mut tenant = Tenant::with(options(
        &log.iter().cloned().chain(late.iter().cloned().map(hidden)).collect::<Vec<_>>(),
    ));
    let first = tenant.audit_with(&["--set", READ_ALL], &[]);
    tenant.becomes(options(&log.into_iter().chain(late).collect::<Vec<_>>()));
    let second = tenant.audit_with(&["--set", READ_ALL], &[]);
    for (check, count) in [("DWD-07", 2), ("TEN-06", 2), ("APP-03", 1)] {
        assert_eq!(changes(&first, check, "twin"), vec!["new"; count], "{check}");
        assert_eq!(changes(&second, check, "twin"), vec!["open"; count], "{check}");
        for mark in ["late", "later"] {
            // `mark-late` is the beginning of `mark-later`.
            let own: Vec<Row> = of(&second, check, mark);
            assert!(of(&first, check, mark).is_empty(), "{check} {mark}");
            assert!(
                !own.is_empty() && own.iter().all(|row| row["change"] == "new"),
                "{check} {mark}: {own:?}"
            );
        }
    }
}

#[test]
fn an_event_that_was_accepted_is_open_again_without_its_exception_and_not_new() {
    let log = entries("given", Utc::now() - Duration::days(4));
    let tenant = Tenant::with(options(&log));
    let before = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    assert_eq!(changes(&tenant.audit_with(&["--set", READ_ALL], &[]), "DWD-07", "given"), ["new"]);
    let exception = "\n[[exception]]\ncheck = \"DWD-07\"\nsubject = \"*mark-given*\"\nreason = \"r\"\nowner = \"o\"\n\
                     expires = 2099-01-01\n";
    std::fs::write(&tenant.files.exceptions, format!("{before}{exception}")).unwrap();
    let accepted = tenant.audit_with(&["--set", READ_ALL], &[]);
    assert_eq!(of(&accepted, "DWD-07", "given")[0]["verdict"], "excepted");
    std::fs::write(&tenant.files.exceptions, before).unwrap();
    let open = tenant.audit_with(&["--set", READ_ALL], &[]);
    let row = &of(&open, "DWD-07", "given")[0];
    assert_eq!((row["verdict"].as_str(), row["change"].as_str()), ("fail", "worsened"));
}

#[test]
fn settings_that_the_log_does_not_list_any_more_leave_its_delegations_read() {
    let log = entries("given", Utc::now() - Duration::days(4));
    let mut tenant = Tenant::with(options(&log));
    tenant.audit_with(&["--set", READ_ALL], &[]).assert_code(0);
    let without = log.into_iter().filter(|entry| !matches!(entry.what, Logged::GmailSetting { .. }));
    tenant.becomes(options(&without.collect::<Vec<_>>()));
    let audit = tenant.audit_with(&["--set", READ_ALL], &[]);
    audit.assert_code(4);
    assert_eq!(audit.coverage("admin_log")["failed"], "1");
    assert!(audit.verdicts("TEN-06")["not_assessed"] > 0);
    assert_eq!(audit.verdicts("DWD-07")["not_assessed"], 0);
    assert_eq!(changes(&audit, "DWD-07", "given"), ["open"]);
    assert_eq!(changes(&audit, "TEN-06", "given"), ["open"]);
}

/// The demo's events are so many days before its run: each run's log has forgotten those of the run before.
#[test]
fn an_event_stays_open_for_its_days_is_expired_once_and_a_run_that_is_judged_again_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().display().to_string();
    let start: DateTime<Utc> = "2026-06-01T07:00:00Z".parse().unwrap();
    let events = |audit: &Audit| -> BTreeMap<String, String> {
        let rows = audit.rows("findings.csv").into_iter();
        let of_delegation = rows.filter(|row| row["check_id"] == "DWD-07" && row["subject_kind"] == "event");
        of_delegation.map(|row| (row["subject_id"].clone(), row["change"].clone())).collect()
    };
    let run = |days: i64| {
        let at = (start + Duration::days(days)).to_rfc3339();
        let output = binary(&["demo", "--tenant", "typical", "--at", &at, "--output-dir", &reports], &[]);
        let audit = Audit::of(&output, folder.path().to_owned());
        assert!(audit.folder.is_some(), "{}", audit.stderr);
        audit
    };
    let runs = [0, 29, 30, 37].map(run);
    let told = runs.each_ref().map(events);
    let first: Vec<&String> = told[0].keys().collect();
    assert!(!first.is_empty() && told[0].values().all(|change| change == "new"), "{:?}", told[0]);
    for id in first {
        let over_runs: Vec<_> = told.iter().map(|run| run.get(id).map(String::as_str)).collect();
        assert_eq!(over_runs, [Some("new"), Some("open"), Some("expired"), None], "{id}");
    }
    // Neither open nor fixed.
    let expired = runs[2].json("report.json");
    assert_eq!(expired["fixed"].as_array().unwrap().len(), 0);
    let rows = runs[2].rows("findings.csv");
    let is_open = |row: &&Row| ["fail", "review", "error"].contains(&row["verdict"].as_str());
    let open = rows.iter().filter(is_open).filter(|row| row["change"] != "expired").count() as u64;
    assert_eq!(expired["run"]["changes"]["open"].as_u64(), Some(open));

    let config = folder.path().join("config.toml");
    let text = "[tenant]\nadmin = \"auditor@example.com\"\n[auth]\nkey_file = \"none.json\"\n\
                [history]\npath = \"history.sqlite\"\n[reports]\ndirectory = \"again\"\n";
    std::fs::write(&config, text).unwrap();
    for (audit, told) in runs.iter().zip(&told) {
        let id = audit.folder.as_ref().unwrap().file_name().unwrap().to_str().unwrap();
        let output = binary(&["judge", id, "--config", &config.display().to_string()], &[]);
        let judged = Audit::of(&output, folder.path().join("again"));
        assert_eq!(&events(&judged), told, "{id}");
    }
}

#[test]
fn event_days_go_from_one_to_what_google_keeps() {
    let tenant = Tenant::named(TenantName::Healthy);
    for days in ["0", "181"] {
        let audit = tenant.audit_with(&["--set", &format!("checks.event_days={days}")], &[]);
        audit.assert_code(2);
        assert!(audit.stderr.contains("event_days"), "{}", audit.stderr);
    }
}
