//! What the operator gets wrong is said with its place and its fix.

use std::path::Path;

use workspace_audit_emulator::TenantName;

use crate::support::{Tenant, binary};

fn stderr_of(arguments: &[&str]) -> (i32, String) {
    let output = binary(arguments, &[]);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn init_writes_a_private_configuration_that_is_the_one_in_the_repository_and_overwrites_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let arguments = ["init", path.to_str().unwrap()];
    assert_eq!(binary(&arguments, &[]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), include_str!("../../config.toml"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let (code, stderr) = stderr_of(&arguments);
    assert_eq!(code, 2);
    assert!(stderr.contains("already exists"), "{stderr}");
}

#[test]
fn a_misspelt_key_is_refused_with_the_nearest_name_and_its_line() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.edit_config(|text| text.replace("[reports]", "[reports]\nfail_onn = \"high\""));
    let audit = tenant.audit();
    audit.assert_code(2);
    assert!(audit.stderr.contains("unknown key `fail_onn`"), "{}", audit.stderr);
    assert!(audit.stderr.contains("Did you mean `fail_on`?"), "{}", audit.stderr);
    assert!(tenant.requests().is_empty(), "nothing is asked with a wrong configuration");
}

#[test]
fn a_missing_configuration_says_how_to_get_one() {
    let (code, stderr) = stderr_of(&["run", "--config", "/nonexistent/config.toml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("workspace-audit init") && stderr.contains("workspace-audit demo"), "{stderr}");
}

#[test]
fn a_key_file_that_is_missing_or_none_is_refused_without_showing_it() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit_with(&["--key-file", "/nonexistent/key.json"], &[]);
    audit.assert_code(2);
    assert!(audit.stderr.contains("cannot read the key file"), "{}", audit.stderr);
    std::fs::write(
        &tenant.files.key_file,
        "{\"private_key\": \"SECRETSECRET\", \"type\": \"authorized_user\"}",
    )
    .unwrap();
    let audit = tenant.audit();
    audit.assert_code(2);
    assert!(audit.stderr.contains("is not a service account key file"), "{}", audit.stderr);
    assert!(!audit.stderr.contains("SECRET"), "{}", audit.stderr);
}

#[test]
fn a_key_that_google_rejects_ends_the_run_with_the_cause() {
    let tenant = Tenant::named(TenantName::Typical);
    let read = |path: &Path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut key: serde_json::Value = read(&tenant.files.key_file);
    // A key of the tenant, but of another account.
    let truth = tenant.truth();
    let projects = truth["projects"].as_array().unwrap().iter();
    let mut accounts = projects.flat_map(|project| project["serviceAccounts"].as_array().unwrap());
    let has_key_file = |account: &&serde_json::Value| {
        let keys = account["keys"].as_array().unwrap();
        account["email"] != key["client_email"] && keys.iter().any(|key| key["keyType"] == "USER_MANAGED")
    };
    let account = accounts.find(has_key_file).unwrap()["email"].as_str().unwrap();
    let other = tenant.key_file_of(account);
    key["private_key"] = read(&other)["private_key"].clone();
    std::fs::write(&tenant.files.key_file, key.to_string()).unwrap();
    let audit = tenant.audit();
    audit.assert_code(1);
    assert!(audit.stderr.contains("no token"), "{}", audit.stderr);
    assert!(audit.stderr.contains("Google does not accept the key"), "{}", audit.stderr);
    let said: Vec<&str> = audit.stderr.split_whitespace().collect();
    assert!(said.join(" ").contains("Service accounts"), "{}", audit.stderr);
    assert!(!audit.reports.join("latest").exists(), "no report");
}

#[test]
fn a_report_folder_that_cannot_be_written_ends_the_run_before_anything_is_asked() {
    let tenant = Tenant::named(TenantName::Healthy);
    let file = tenant.folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let below_a_file = file.join("reports");
    let audit = tenant.audit_with(&["--output-dir", below_a_file.to_str().unwrap()], &[]);
    audit.assert_code(1);
    assert!(audit.stderr.contains("cannot write reports to"), "{}", audit.stderr);
    assert!(audit.stderr.contains("[reports] directory"), "{}", audit.stderr);
    assert!(tenant.requests().is_empty());
}

#[test]
fn tokens_never_travel_to_a_stranger() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit_with(&["--set", "google.base_url="], &[]);
    audit.assert_code(2);
    assert!(audit.stderr.contains("is not Google"), "{}", audit.stderr);
    let audit = tenant.audit_with(&["--set", "google.base_url=http://192.0.2.1"], &[]);
    audit.assert_code(2);
    assert!(audit.stderr.contains("neither https nor on loopback"), "{}", audit.stderr);
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    let google = key.replace(&format!("{}/token", tenant.base_url()), "https://oauth2.googleapis.com/token");
    std::fs::write(&tenant.files.key_file, google).unwrap();
    let audit = tenant.audit();
    audit.assert_code(2);
    assert!(audit.stderr.contains("but the key"), "{}", audit.stderr);
    assert!(tenant.requests().is_empty());
}

#[test]
fn fail_on_gives_exit_code_3_and_the_environment_wins_over_the_file() {
    let tenant = Tenant::named(TenantName::Typical);
    tenant.audit().assert_code(0);
    tenant.audit_with(&[], &[("WORKSPACE_AUDIT__REPORTS__FAIL_ON", "high")]).assert_code(3);
    let environment = [("WORKSPACE_AUDIT__REPORTS__FAIL_ON", "high")];
    tenant.audit_with(&["--fail-on", "none"], &environment).assert_code(0);
    let neglected = Tenant::named(TenantName::Neglected);
    let audit = neglected.audit_with(&["--fail-on", "high"], &[]);
    audit.assert_code(4);
    let status = audit.json("status.json");
    assert!(
        status["findings_at_or_above"].as_u64().unwrap() > 0,
        "4 beats 3, and the status carries both: {status}"
    );
}

#[test]
fn a_malformed_exceptions_file_is_refused_with_its_line() {
    let tenant = Tenant::named(TenantName::Healthy);
    let text = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    std::fs::write(&tenant.files.exceptions, text.replace("expires", "expiry")).unwrap();
    let audit = tenant.audit();
    audit.assert_code(2);
    assert!(audit.stderr.contains("exceptions.toml:") && audit.stderr.contains("expiry"), "{}", audit.stderr);
}
