//! `diff`: what changed between two runs, with what nobody could look at again apart from what was fixed.

use std::collections::BTreeMap;

use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant, binary};

fn typical(faults: &[&str]) -> Options {
    let faults = faults.iter().map(|fault| fault.parse::<Fault>().unwrap()).collect();
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    Options { tenant: TenantName::Typical, at, faults, ..Options::default() }
}

/// The counts that `diff` ends with, by their word.
fn diff(tenant: &Tenant, arguments: &[&str]) -> BTreeMap<String, u64> {
    let config = tenant.files.config.display().to_string();
    let output = binary(&[&["diff"], arguments, &["--config", &config]].concat(), &[]);
    let told = Audit::of(&output, tenant.files.config.with_file_name("reports"));
    told.assert_code(0);
    let counts = told.stdout.lines().rev().take(9);
    counts
        .map(|line| line.trim().split_once(' ').unwrap_or_else(|| panic!("{}", told.stdout)))
        .map(|(count, word)| (word.to_owned(), count.parse().unwrap()))
        .collect()
}

fn run_id(audit: &Audit) -> String {
    audit.json("status.json")["run_id"].as_str().unwrap().to_owned()
}

#[test]
fn what_could_not_be_read_again_is_unknown_and_not_fixed() {
    let mut tenant = Tenant::with(typical(&[]));
    let first = run_id(&tenant.audit());
    tenant.becomes(typical(&["GET /gmail/v1/users/*/settings/sendAs 403"]));
    let lacking = tenant.audit();
    let second = run_id(&lacking);
    let now = diff(&tenant, &[]);
    assert!(now["unknown"] > 5, "{now:?}");
    assert_eq!((now["fixed"], now["new"]), (0, 0), "{now:?}");
    assert_eq!(diff(&tenant, &[&first, &second]), now, "without names: the run that it was compared with");

    let config = tenant.files.config.display().to_string();
    let backwards = binary(&["diff", &second, &first, "--config", &config], &[]);
    assert_eq!(backwards.status.code(), Some(2), "what is fixed would be new");

    tenant.becomes(typical(&[]));
    let third = run_id(&tenant.audit());
    let over_both = diff(&tenant, &[&first, &third]);
    assert_eq!(over_both["unchanged"], over_both.values().sum::<u64>(), "{over_both:?}");
}

/// The counts of a run's own report, by the words of `diff`.
fn told(audit: &Audit) -> BTreeMap<String, u64> {
    let changes = audit.json("report.json")["run"]["changes"].clone();
    let is_unknown = |row: &&BTreeMap<String, String>| row["change"] == "not_rechecked";
    let unknown = audit.rows("findings.csv").iter().filter(is_unknown).count() as u64;
    let of_report =
        ["new", "worsened", "fixed"].map(|word| (word.to_owned(), changes[word].as_u64().unwrap()));
    of_report.into_iter().chain([("unknown".to_owned(), unknown)]).collect()
}

#[track_caller]
fn assert_agrees(tenant: &Tenant, audit: &Audit, step: &str) -> BTreeMap<String, u64> {
    let told = told(audit);
    let differences = diff(tenant, &[]);
    let of_diff: BTreeMap<String, u64> = told.keys().map(|word| (word.clone(), differences[word])).collect();
    assert_eq!(of_diff, told, "{step}: {differences:?}");
    told
}

#[test]
fn two_runs_in_a_row_differ_as_the_report_of_the_later_one_says() {
    let mut tenant = Tenant::with(typical(&[]));
    tenant.audit();
    let same = assert_agrees(&tenant, &tenant.audit(), "nothing changed");
    assert_eq!(same.values().sum::<u64>(), 0, "{same:?}");

    let denied = ["GET /admin/directory/v1/groups 403", "GET /admin/directory/v1/groups/*/members 403"];
    tenant.becomes(typical(&denied));
    let audit = tenant.audit();
    let unread = assert_agrees(&tenant, &audit, "groups denied");
    assert_eq!(unread["fixed"], 0, "{unread:?}");
    let same = assert_agrees(&tenant, &tenant.audit(), "groups denied still");
    assert_eq!((same["new"], same["fixed"]), (0, 0), "{same:?}");

    tenant.becomes(typical(&[]));
    assert_agrees(&tenant, &tenant.audit(), "groups read again");

    let small = Options { tenant: TenantName::Healthy, ..typical(&[]) };
    tenant.becomes(small);
    let shrunk = assert_agrees(&tenant, &tenant.audit(), "most of it mended");
    assert!(shrunk["fixed"] > 0, "{shrunk:?}");
    tenant.becomes(typical(&[]));
    let grown = assert_agrees(&tenant, &tenant.audit(), "grown");
    assert!(grown["new"] > 0, "{grown:?}");

    let exceptions = std::fs::read_to_string(&tenant.files.exceptions).unwrap_or_default();
    let accepted = "\n[[exception]]\ncheck = \"IDM-01\"\nsubject = \"*\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2099-01-01\n";
    std::fs::write(&tenant.files.exceptions, format!("{exceptions}{accepted}")).unwrap();
    assert_agrees(&tenant, &tenant.audit(), "an exception more");
    std::fs::write(&tenant.files.exceptions, exceptions).unwrap();
    assert_agrees(&tenant, &tenant.audit(), "the exception gone");

    let register = tenant.folder.path().join("register.toml");
    std::fs::write(&register, "").unwrap();
    let setting = format!("checks.register={}", register.display());
    assert_agrees(&tenant, &tenant.audit_with(&["--set", &setting], &[]), "a register");
    let without = assert_agrees(&tenant, &tenant.audit(), "the register removed");
    assert!(without["fixed"] == 0 && without["unknown"] > 0, "{without:?}");
}

#[test]
fn the_newest_run_may_be_named_latest() {
    let tenant = Tenant::with(typical(&[]));
    let first = run_id(&tenant.audit());
    tenant.audit();
    assert_eq!(diff(&tenant, &[&first, "latest"]), diff(&tenant, &[]));
}

#[test]
fn the_first_run_has_nothing_to_be_compared_with() {
    let tenant = Tenant::with(typical(&[]));
    tenant.audit();
    let config = tenant.files.config.display().to_string();
    let output = binary(&["diff", "--config", &config], &[]);
    assert_eq!(output.status.code(), Some(2));
}
