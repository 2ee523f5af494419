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
    let counts = told.stdout.lines().rev().take(8);
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

#[test]
fn the_first_run_has_nothing_to_be_compared_with() {
    let tenant = Tenant::with(typical(&[]));
    tenant.audit();
    let config = tenant.files.config.display().to_string();
    let output = binary(&["diff", "--config", &config], &[]);
    assert_eq!(output.status.code(), Some(2));
}
