//! A trial on a part of the tenant: it reads only that part, says so everywhere, and leaves no history.

use std::collections::BTreeSet;

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, binary, unguarded};

/// The users whose mailboxes Gmail was asked for, by address. Of archived ones, each run asks for the first that it meets.
fn asked(tenant: &Tenant) -> Vec<String> {
    let truth = tenant.truth();
    let users = truth["users"].as_array().unwrap().iter();
    let archived: BTreeSet<String> = users.filter(|user| user["archived"] == true).map(address).collect();
    let requests = tenant.requests().into_iter();
    let requests = requests.filter(|request| request.path.ends_with("/settings/sendAs"));
    requests.filter_map(|request| request.subject).filter(|subject| !archived.contains(subject)).collect()
}

/// A trial, and the users whose mailboxes it asked for.
fn trial(tenant: &Tenant, arguments: &[&str]) -> (Audit, BTreeSet<String>) {
    let earlier = asked(tenant).len();
    let audit = tenant.audit_with(arguments, &[]);
    (audit, asked(tenant).split_off(earlier).into_iter().collect())
}

fn address(user: &Value) -> String {
    user["primaryEmail"].as_str().unwrap().to_owned()
}

/// The users of whom a full run asks Gmail, by their organizational unit.
fn mailboxes_of(tenant: &Tenant, is_in: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let truth = tenant.truth();
    let all: BTreeSet<String> = asked(tenant).into_iter().collect();
    let users = truth["users"].as_array().unwrap().iter();
    let inside = users.filter(|user| is_in(user["orgUnitPath"].as_str().unwrap())).map(address);
    inside.filter(|user| all.contains(user)).collect()
}

/// What `runs` prints, and where `latest` leads.
fn kept(tenant: &Tenant) -> (String, std::path::PathBuf) {
    let output = binary(&["runs", "--config", tenant.files.config.to_str().unwrap()], &[]);
    let latest = std::fs::read_link(tenant.folder.path().join("reports/latest")).unwrap();
    (String::from_utf8(output.stdout).unwrap(), latest)
}

fn assert_marked(trial: &Audit) {
    for file in ["status.json", "manifest.json"] {
        assert!(trial.json(file)["sample"].is_string(), "{file}");
    }
    assert!(trial.json("report.json")["run"]["sample"].is_string());
    assert_tables_marked(trial);
    assert!(trial.file("report.html").contains("banner sample"));
    assert!(trial.stdout.contains("SAMPLE"), "{}", trial.stdout);
    let folder = trial.folder.as_ref().unwrap().display().to_string();
    assert!(folder.ends_with(".sample"), "{folder}");
    assert_eq!(trial.json("report.json")["run"]["changes"]["fixed"], 0);
    assert!(trial.json("manifest.json")["compared_with"].is_null());
}

/// Each table can be passed on alone: its last column says that it is a sample, in every row.
fn assert_tables_marked(trial: &Audit) {
    let folder = trial.folder.as_ref().unwrap();
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let tables: Vec<String> =
        names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".csv")).collect();
    assert!(tables.len() > 12, "{tables:?}");
    let sample = trial.json("status.json")["sample"].as_str().unwrap().to_owned();
    for table in tables {
        let text = trial.file(&table);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().iter().next_back(), Some("sample"), "{table}");
        for row in reader.records().map(Result::unwrap) {
            assert_eq!(row.iter().next_back().map(unguarded), Some(sample.clone()), "{table}");
        }
    }
}

#[test]
fn a_trial_reads_only_its_mailboxes_and_is_no_baseline_and_says_so_everywhere() {
    let tenant = Tenant::named(TenantName::Typical);
    let full = tenant.audit();
    full.assert_code(0);
    assert!(full.json("status.json").get("sample").is_none());
    assert!(full.rows("users.csv").iter().all(|row| !row.contains_key("sample")));
    let before = kept(&tenant);
    let user = asked(&tenant)[0].clone();
    let (audit, read) = trial(&tenant, &["--users", &user.to_uppercase()]);
    assert_eq!(read, BTreeSet::from([user]));
    assert_marked(&audit);
    let (audit, read) = trial(&tenant, &["--users", "*@example.com", "--sample", "3"]);
    assert_eq!(read.len(), 3, "{read:?}");
    assert_marked(&audit);
    assert_eq!(kept(&tenant), before, "neither the history nor the newest report changed");
    // The next full run is compared with the full run.
    let next = tenant.audit();
    assert_eq!(next.json("report.json")["run"]["changes"]["new"], 0);
    assert_eq!(next.json("report.json")["run"]["changes"]["fixed"], 0);
}

#[test]
fn an_organizational_unit_is_read_with_those_below_it_and_no_other() {
    let tenant = Tenant::named(TenantName::Neglected);
    tenant.audit();
    let truth = tenant.truth();
    let units: BTreeSet<&str> =
        truth["users"].as_array().unwrap().iter().map(|user| user["orgUnitPath"].as_str().unwrap()).collect();
    let parent = |unit: &&str| units.iter().any(|other| other.starts_with(&format!("{unit}/")));
    let unit = units.iter().find(|unit| unit.len() > 1 && parent(unit)).expect("a unit with a unit below it");
    let below = format!("{unit}/");
    let expected = mailboxes_of(&tenant, |own| own == *unit || own.starts_with(&below));
    let direct = mailboxes_of(&tenant, |own| own == *unit);
    assert!(direct.len() < expected.len() && expected.len() < mailboxes_of(&tenant, |_| true).len());
    let name = unit.trim_start_matches('/');
    for written in [unit.to_string(), below.clone(), name.to_owned(), unit.to_lowercase()] {
        let (audit, read) = trial(&tenant, &["--org-unit", &written]);
        assert_eq!(read, expected, "{written}");
        assert_marked(&audit);
    }
    let (_, read) = trial(&tenant, &["--org-unit", "/"]);
    assert_eq!(read, mailboxes_of(&tenant, |_| true));
}

#[test]
fn a_sample_without_a_mailbox_is_a_mistake_in_the_command_with_the_nearest_unit() {
    let tenant = Tenant::named(TenantName::Typical);
    let truth = tenant.truth();
    let units = truth["users"].as_array().unwrap().iter().map(|user| user["orgUnitPath"].as_str().unwrap());
    let unit = units.max_by_key(|unit| unit.len()).unwrap();
    let misspelled = format!("{}x", unit);
    // Half of a name is another unit.
    let half = &unit[..unit.len() - 1];
    for (arguments, words) in [
        (["--org-unit", misspelled.as_str()], unit),
        (["--org-unit", half], unit),
        (["--org-unit", "/No such unit"], unit.split('/').nth(1).unwrap()),
        (["--users", "nobody@*"], "primary address"),
    ] {
        let (audit, read) = trial(&tenant, &arguments);
        audit.assert_code(2);
        assert!(read.is_empty());
        let told = audit.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("no mailbox is in the sample"), "{told}");
        assert!(told.contains(words), "{words}: {told}");
        assert!(!audit.reports.join("history.sqlite").exists());
        let reports = std::fs::read_dir(&audit.reports).unwrap().count();
        assert_eq!(reports, 0, "nothing is left of it");
        let paths: Vec<String> = tenant.requests().into_iter().map(|request| request.path).collect();
        assert!(!paths.iter().any(|path| path.contains("/activity/")), "no log was read for it");
    }
    let (audit, _) = trial(&tenant, &["--users", "[a"]);
    audit.assert_code(2);
}

#[test]
fn a_sample_is_the_same_every_time_and_not_the_oldest_accounts() {
    let huge = |seed| Tenant::with(Options { tenant: TenantName::Huge(300), seed, ..Options::default() });
    let tenant = huge(7);
    let (_, first) = trial(&tenant, &["--sample", "20"]);
    let (_, again) = trial(&tenant, &["--sample", "20"]);
    assert_eq!((first.len(), &first), (20, &again));
    // A larger sample holds the smaller one.
    let (_, larger) = trial(&tenant, &["--sample", "40"]);
    assert!(larger.is_superset(&first) && larger.len() == 40);
    let truth = tenant.truth();
    let mut users: Vec<&Value> = truth["users"].as_array().unwrap().iter().collect();
    for key in ["id", "creationTime", "primaryEmail"] {
        users.sort_by_key(|user| user[key].as_str().unwrap());
        let half: BTreeSet<String> = users[..users.len() / 2].iter().map(|user| address(user)).collect();
        let low = first.intersection(&half).count();
        assert!((4..=16).contains(&low), "{low} of 20 are in the lower half by {key}");
    }
}

#[test]
fn a_trial_that_stops_early_is_never_told_to_resume() {
    // Gmail stops answering in the middle.
    let fault = "* /gmail/* reset after=3".parse().unwrap();
    let tenant =
        Tenant::with(Options { tenant: TenantName::Typical, faults: vec![fault], ..Options::default() });
    let audit = tenant.audit_with(&["--sample", "60"], &[]);
    audit.assert_code(4);
    let said =
        [audit.stdout.as_str(), &audit.stderr, &audit.file("report.html"), &audit.file("coverage.csv")];
    for text in said {
        assert!(!text.contains("--resume"), "{text}");
    }
    // Told to stop.
    let tenant = Tenant::with(Options {
        tenant: TenantName::Typical,
        faults: vec!["* /gmail/* latency=500ms".parse().unwrap()],
        ..Options::default()
    });
    let config = tenant.files.config.display().to_string();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_workspace-audit"))
        .args(["run", "--config", &config, "--sample", "60", "--set", "collect.concurrency=1"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // One mailbox after the other takes half a minute.
    while !tenant.requests().iter().any(|request| request.path.contains("/gmail/")) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it was told to");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stopped = Audit::of(&output, tenant.folder.path().join("reports"));
    stopped.assert_code(4);
    assert!(stopped.stdout.contains("interrupted"), "{}", stopped.stdout);
    for text in
        [&stopped.stdout, &stopped.stderr, &stopped.file("coverage.csv"), &stopped.file("report.html")]
    {
        assert!(!text.contains("--resume"), "{text}");
    }
    assert_marked(&stopped);
}
