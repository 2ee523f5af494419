//! A run that is killed or told to stop continues where it was.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, files_below};

/// Large and slow enough that a run can be caught in its middle.
pub(crate) fn slow() -> Options {
    Options {
        tenant: TenantName::Huge(600),
        latency: Duration::from_millis(4),
        page_cap: Some(50),
        ..Options::default()
    }
}

/// A tenant of whose mailboxes one setting is read, so that one request is one mailbox.
fn slow_with_one_setting() -> Tenant {
    let tenant = Tenant::with(slow());
    tenant.edit_config(|text| format!("{text}\n[collect]\nparts = [\"users\", \"domains\", \"send_as\"]\n"));
    tenant
}

/// Starts a run that nobody waits for.
pub(crate) fn start(tenant: &Tenant) -> Child {
    Command::new(env!("CARGO_BIN_EXE_workspace-audit"))
        .args(["run", "--config"])
        .arg(&tenant.files.config)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until so many mailboxes were asked for; what is under way then is caught in its middle.
pub(crate) fn wait_for_mailboxes(tenant: &Tenant, count: usize) {
    let patience = Instant::now() + Duration::from_secs(60);
    while Instant::now() < patience {
        if mailbox_requests(tenant) >= count {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the run never asked for {count} mailboxes");
}

pub(crate) fn mailbox_requests(tenant: &Tenant) -> usize {
    tenant.requests().iter().filter(|request| request.path.ends_with("/settings/sendAs")).count()
}

pub(crate) fn signal(child: &Child, name: &str) {
    let killed = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
}

/// A run with a history and reports of its own, that nobody disturbs.
fn undisturbed(tenant: &Tenant) -> Audit {
    let folder = tenant.folder.path().join("undisturbed");
    let history = format!("history.path={}", folder.join("history.sqlite").display());
    let folder = folder.display().to_string();
    tenant.audit_with(&["--set", &history, "--output-dir", &folder], &[])
}

/// The CSV files of a run, without when something was first seen.
fn facts(folder: &Path) -> BTreeMap<String, String> {
    let csv = |(path, bytes): (std::path::PathBuf, Vec<u8>)| {
        let name = path.file_name()?.to_str()?.to_owned();
        name.ends_with(".csv").then(|| (name, without_time_columns(&bytes)))
    };
    files_below(folder).into_iter().filter_map(csv).collect()
}

fn without_time_columns(bytes: &[u8]) -> String {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let mut text = String::new();
    for row in reader.records().map(Result::unwrap) {
        for (name, value) in header.iter().zip(&row) {
            if !["first_seen_at", "last_seen_at"].contains(&name) {
                text.push_str(value);
            }
            text.push('\t');
        }
        text.push('\n');
    }
    text
}

#[test]
fn a_killed_run_continues_by_itself_and_ends_like_one_that_nobody_disturbed() {
    let tenant = Tenant::with(slow());
    let expected = undisturbed(&tenant);
    let clean = mailbox_requests(&tenant);
    assert!(clean > 400, "{clean}");

    // By how many mailboxes each attempt gets on before it is killed: 0 is during the users' listing.
    let moments = [0, 1, 60, 150, 40];
    for moment in moments {
        let before = mailbox_requests(&tenant);
        let mut child = start(&tenant);
        if moment == 0 {
            std::thread::sleep(Duration::from_millis(60));
        }
        wait_for_mailboxes(&tenant, before + moment);
        signal(&child, "-KILL");
        child.wait().unwrap();
    }
    let last = tenant.audit();
    last.assert_code(expected.code);
    assert!(last.stdout.contains("resumed: the run started at"), "{}", last.stdout);
    assert_eq!(facts(last.folder.as_ref().unwrap()), facts(expected.folder.as_ref().unwrap()));
    // What was in flight, or answered and not written yet, is asked for again; nothing else is.
    let again = mailbox_requests(&tenant) - 2 * clean;
    assert!(again <= moments.len() * 256, "{again} of {clean} mailboxes were read twice");
    assert!(
        tenant.audit().assert_code(expected.code).stdout.lines().all(|line| !line.starts_with("resumed"))
    );
}

#[test]
fn a_run_that_is_told_to_stop_reports_what_it_has_and_resumes() {
    let tenant = slow_with_one_setting();
    let child = start(&tenant);
    wait_for_mailboxes(&tenant, 100);
    signal(&child, "-TERM");
    let stopped = Audit::of(&child.wait_with_output().unwrap(), tenant.folder.path().join("reports"));
    stopped.assert_code(4);
    assert!(stopped.stdout.contains("--resume"), "{}", stopped.stdout);
    assert_eq!(stopped.json("status.json")["state"], "interrupted");
    let row = stopped.coverage("send_as");
    assert_eq!(row["total"], "600");
    assert!(row["reason"].contains("not_reached"), "{row:?}");
    assert_ne!(row["failed"], "0");
    let users = stopped.rows("users.csv");
    assert!(users.iter().any(|user| user["mailbox_gap"].contains("not_reached")));
    assert!(users.iter().any(|user| user["mailbox_read"] == "complete"));

    let resumed = tenant.audit_with(&["--resume"], &[]);
    let expected = undisturbed(&tenant);
    resumed.assert_code(expected.code);
    assert_eq!(
        resumed.json("status.json")["run_id"],
        stopped.json("status.json")["run_id"],
        "it keeps its id"
    );
    assert_ne!(resumed.folder, stopped.folder, "and the report that it had");
    assert_eq!(resumed.json("status.json")["state"], "finished");
    assert_eq!(facts(resumed.folder.as_ref().unwrap()), facts(expected.folder.as_ref().unwrap()));
}

#[test]
fn a_resumed_run_asks_again_for_what_was_refused() {
    let mut tenant = Tenant::with(Options {
        faults: vec!["GET /gmail/v1/users/*/settings/sendAs 403".parse().unwrap()],
        ..slow()
    });
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 200);
    signal(&child, "-KILL");
    child.wait().unwrap();
    tenant.becomes(slow());
    let resumed = tenant.audit();
    assert!(resumed.stdout.contains("resumed"), "{}", resumed.stdout);
    assert_eq!(resumed.coverage("send_as")["denied"], undisturbed(&tenant).coverage("send_as")["denied"]);
}

#[test]
fn an_unfinished_run_with_other_settings_or_too_old_is_not_continued() {
    let tenant = Tenant::with(slow());
    for setting in ["collect.parts=[\"users\",\"domains\"]", "history.resume_hours=0"] {
        let mut child = start(&tenant);
        wait_for_mailboxes(&tenant, mailbox_requests(&tenant) + 1);
        signal(&child, "-KILL");
        child.wait().unwrap();
        let audit = tenant.audit_with(&["--set", setting], &[]);
        assert!(!audit.stdout.contains("resumed"), "{setting}: {}", audit.stdout);
    }
}

#[test]
fn resume_with_nothing_unfinished_starts_afresh_and_says_so() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit_with(&["--resume"], &[]);
    audit.assert_code(0);
    assert!(audit.stdout.contains("nothing to resume"), "{}", audit.stdout);
}

#[test]
fn a_second_run_at_once_is_told_who_holds_the_lock_while_looking_is_allowed() {
    let tenant = Tenant::with(slow());
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 1);
    let second = tenant.audit();
    second.assert_code(1);
    assert!(second.stderr.contains(&format!("process {}", child.id())), "{}", second.stderr);
    let config = tenant.files.config.display().to_string();
    let runs = crate::support::binary(&["runs", "--config", &config], &[]);
    assert_eq!(runs.status.code(), Some(0), "{}", String::from_utf8_lossy(&runs.stderr));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_short_outage_costs_no_mailbox() {
    let faults =
        ["503", "reset"].map(|answer| format!("GET /gmail/* {answer} after=100 times=53").parse().unwrap());
    for fault in faults {
        let tenant = Tenant::with(Options { faults: vec![fault], ..slow() });
        let audit = tenant.audit();
        assert_eq!(audit.coverage("send_as")["failed"], "0", "{}", audit.stderr);
    }
}

#[test]
fn an_attempt_to_resume_without_a_network_leaves_the_run_as_it_was() {
    let tenant = Tenant::with(slow());
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 100);
    signal(&child, "-KILL");
    child.wait().unwrap();
    let before = mailbox_requests(&tenant);
    let elsewhere = "google.base_url=http://127.0.0.1:9";
    let config = std::fs::read_to_string(&tenant.files.config).unwrap();
    let nowhere = tenant.audit_with(&["--resume", "--set", elsewhere], &[]);
    nowhere.assert_code(2);
    assert!(nowhere.stderr.contains("started with other settings"), "{}", nowhere.stderr);
    assert_eq!(std::fs::read_to_string(&tenant.files.config).unwrap(), config);
    let resumed = tenant.audit_with(&["--resume"], &[]);
    assert!(resumed.stdout.contains("resumed"), "{}", resumed.stdout);
    assert!(mailbox_requests(&tenant) - before < 600 - 100 + 256);
}

#[test]
fn users_who_left_before_a_resumed_listing_began_again_are_not_in_it() {
    let mut tenant =
        Tenant::with(Options { latency: Duration::from_millis(40), page_cap: Some(20), ..slow() });
    let mut child = start(&tenant);
    for _ in 0..400 {
        if tenant.requests().iter().filter(|request| request.path.ends_with("/users")).count() > 4 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(&child, "-KILL");
    child.wait().unwrap();
    // Its page tokens are another emulator's: refused, so the listing begins again.
    tenant.becomes(Options { tenant: TenantName::Huge(60), ..slow() });
    let audit = tenant.audit_with(&["--resume"], &[]);
    assert_eq!(audit.rows("users.csv").len(), 60, "{}", audit.stdout);
}

/// What `timeout` does: it signals the process, and then the whole group that the process is in.
#[test]
fn a_signal_that_comes_twice_at_once_still_ends_in_a_report() {
    for gap in [2, 50] {
        let tenant = Tenant::with(slow());
        let child = start(&tenant);
        wait_for_mailboxes(&tenant, 100);
        signal(&child, "-TERM");
        std::thread::sleep(Duration::from_millis(gap));
        signal(&child, "-TERM");
        let stopped = Audit::of(&child.wait_with_output().unwrap(), tenant.folder.path().join("reports"));
        stopped.assert_code(4);
        assert_eq!(stopped.json("status.json")["state"], "interrupted");
    }
}

#[test]
fn a_run_that_was_told_to_stop_is_judged_and_reported_again_as_such() {
    let tenant = Tenant::with(slow());
    let config = tenant.files.config.display().to_string();
    let again = |command: &str, run: &str| {
        let output = crate::support::binary(&[command, run, "--config", &config], &[]);
        Audit::of(&output, tenant.folder.path().join("reports"))
    };
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 1);
    signal(&child, "-KILL");
    child.wait().unwrap();
    let none = again("judge", "latest");
    none.assert_code(2);
    assert!(none.stderr.contains("no run in the history has a report"), "{}", none.stderr);

    let child = start(&tenant);
    wait_for_mailboxes(&tenant, 200);
    signal(&child, "-TERM");
    let stopped = Audit::of(&child.wait_with_output().unwrap(), tenant.folder.path().join("reports"));
    let folder = stopped.folder.as_ref().unwrap();
    let (id, before) = (folder.file_name().unwrap().to_str().unwrap(), stopped.file("findings.csv"));
    let asked = tenant.requests().len();
    for (command, run) in [("judge", "latest"), ("judge", id), ("report", "latest"), ("report", id)] {
        let replayed = again(command, run);
        replayed.assert_code(4);
        assert_ne!(replayed.folder, stopped.folder);
        assert_eq!(replayed.json("status.json")["run_id"], id);
        assert_eq!(replayed.file("findings.csv"), before, "{command} {run}");
        assert_eq!(replayed.json("status.json")["state"], "interrupted");
        assert!(replayed.stdout.contains("interrupted"), "{}", replayed.stdout);
    }
    assert_eq!(tenant.requests().len(), asked);
    let resumed = tenant.audit_with(&["--resume"], &[]);
    assert_eq!(resumed.json("status.json")["run_id"], id);
    assert_eq!(resumed.json("status.json")["state"], "finished");
    assert_eq!(stopped.file("findings.csv"), before);
}

#[test]
fn a_run_that_never_came_to_a_report_says_so_when_it_is_to_be_judged() {
    let tenant = Tenant::with(slow());
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 100);
    signal(&child, "-KILL");
    child.wait().unwrap();
    let config = tenant.files.config.display().to_string();
    let runs = crate::support::binary(&["runs", "--config", &config], &[]);
    let runs = String::from_utf8(runs.stdout).unwrap();
    let id = runs.lines().nth(1).unwrap().split(' ').next().unwrap();
    let output = crate::support::binary(&["report", id, "--config", &config], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("unfinished") && said.contains("--resume"), "{said}");
}

#[test]
fn the_requests_of_every_attempt_are_counted() {
    let tenant = slow_with_one_setting();
    let child = start(&tenant);
    wait_for_mailboxes(&tenant, 100);
    signal(&child, "-TERM");
    child.wait_with_output().unwrap();
    let calls = |audit: &Audit| audit.json("manifest.json")["requests"]["gmail"]["calls"].as_u64().unwrap();
    let resumed = tenant.audit_with(&["--resume"], &[]);
    // What was under way when the signal came was sent, and may not have been answered.
    let answered = mailbox_requests(&tenant) as u64;
    assert!((answered..answered + 256).contains(&calls(&resumed)), "{} of {answered}", calls(&resumed));
}

#[test]
fn the_requests_of_an_attempt_that_was_killed_are_counted_to_the_second() {
    let tenant = Tenant::with(Options { latency: Duration::from_millis(40), ..slow() });
    tenant.edit_config(|text| {
        assert!(!text.contains("[collect]"));
        text + "\n[collect]\nconcurrency = 8\n"
    });
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 8);
    std::thread::sleep(Duration::from_millis(1_500));
    signal(&child, "-KILL");
    child.wait().unwrap();
    let audit = tenant.audit_with(&["--resume", "--set", "collect.concurrency=256"], &[]);
    assert!(audit.stdout.contains("resumed"), "{}", audit.stdout);
    let requests = &audit.json("manifest.json")["requests"];
    // The pages of users, which the second attempt did not ask for again.
    assert!(requests["directory"]["calls"].as_u64().unwrap() >= 12, "{requests}");
}
