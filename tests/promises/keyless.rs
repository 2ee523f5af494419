//! Without a key file: IAM Credentials signs, asked with the machine's own identity. And without an admin:
//! the account reads the Directory by a role of its own.

use std::collections::BTreeSet;

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, files_below};

const ACCOUNT: &str = "workspace-audit@audit-project.iam.gserviceaccount.com";

fn keyless(tenant: &Tenant, arguments: &[&str], identity: (&str, &str)) -> Audit {
    let account = format!("auth.service_account={ACCOUNT}");
    let mut all = vec!["--set", "auth.key_file=", "--set", &account];
    all.extend(arguments);
    std::fs::remove_file(&tenant.files.key_file).unwrap_or_default();
    tenant.audit_with(&all, &[identity])
}

fn federated(tenant: &Tenant) -> (&'static str, String) {
    ("GOOGLE_APPLICATION_CREDENTIALS", tenant.files.external_account.display().to_string())
}

fn attached(tenant: &Tenant) -> (&'static str, String) {
    ("GCE_METADATA_HOST", tenant.base_url().replace("http://", ""))
}

#[test]
fn a_machine_that_may_sign_reads_what_the_key_file_reads() {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, at, ..Options::default() });
    let with_key = tenant.audit();
    with_key.assert_code(0);
    for (name, value) in [federated(&tenant), attached(&tenant)] {
        let before = tenant.requests().len();
        let audit = keyless(&tenant, &[], (name, &value));
        // A workload elsewhere is nobody who may list service accounts; the account itself is asked for that.
        audit.assert_code(0);
        for file in ["users.csv", "send_as.csv", "service_accounts.csv", "sa_keys.csv"] {
            assert_eq!(audit.file(file), with_key.file(file), "{name}: {file}");
        }
        let requests = tenant.requests().split_off(before);
        let posted: BTreeSet<&str> = requests
            .iter()
            .filter(|request| request.method == "POST")
            .map(|request| request.path.as_str())
            .filter(|path| *path != "/v1/token" && !path.ends_with(":getIamPolicy"))
            .collect();
        let sign = format!("/v1/projects/-/serviceAccounts/{}:signJwt", ACCOUNT.replace('@', "%40"));
        assert_eq!(posted, BTreeSet::from([sign.as_str(), "/token"]), "{name}");
        let machine = requests
            .iter()
            .filter(|request| request.path == "/v1/token" || request.path.starts_with("/computeMetadata/"));
        assert_eq!(machine.count(), 1, "{name}: the machine's token is asked for once");
    }
}

#[test]
fn no_token_is_in_a_log_a_report_or_the_history_of_a_keyless_run() {
    let tenant = Tenant::named(TenantName::Healthy);
    for (name, value) in [federated(&tenant), attached(&tenant)] {
        let account = format!("auth.service_account={ACCOUNT}");
        let arguments = ["--set", "auth.key_file=", "--set", &account, "-vvv"];
        let audit = tenant.audit_with(&arguments, &[(name, &value), ("RUST_LOG", "trace")]);
        audit.assert_code(0);
        let mut texts = files_below(&audit.reports).into_values().collect::<Vec<_>>();
        texts.extend([audit.stdout.clone().into_bytes(), audit.stderr.clone().into_bytes()]);
        for text in texts {
            let text = String::from_utf8_lossy(&text);
            for secret in ["eyJhbGci", "ya29.", "emulated-subject-token"] {
                assert!(!text.contains(secret), "{name}: {secret}");
            }
            assert!(!text.to_lowercase().contains("bearer "), "{name}");
        }
    }
}

#[test]
fn a_machine_that_may_not_sign_is_told_which_role_it_lacks() {
    let fault = "POST /v1/projects/-/serviceAccounts/* IAM_PERMISSION_DENIED".parse().unwrap();
    let tenant =
        Tenant::with(Options { tenant: TenantName::Healthy, faults: vec![fault], ..Options::default() });
    let (name, value) = attached(&tenant);
    let audit = keyless(&tenant, &[], (name, &value));
    audit.assert_code(1);
    assert!(audit.stderr.contains("cannot sign"), "{}", audit.stderr);
    assert!(audit.stderr.contains("roles/iam.serviceAccountTokenCreator"), "{}", audit.stderr);
}

#[test]
fn a_machine_without_an_identity_is_told_how_to_get_one() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = keyless(&tenant, &[], ("GCE_METADATA_HOST", "127.0.0.1:9"));
    audit.assert_code(1);
    assert!(audit.stderr.contains("has no Google Cloud identity"), "{}", audit.stderr);
    assert!(audit.stderr.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{}", audit.stderr);
    let audit = keyless(&tenant, &[], ("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/identity.json"));
    audit.assert_code(2);
    assert!(audit.stderr.contains("/nonexistent/identity.json"), "{}", audit.stderr);
}

#[test]
fn a_google_login_never_travels_to_a_stranger() {
    let tenant = Tenant::named(TenantName::Healthy);
    let login = tenant.files.application_default.display().to_string();
    let audit = keyless(&tenant, &[], ("GOOGLE_APPLICATION_CREDENTIALS", &login));
    audit.assert_code(2);
    assert!(audit.stderr.contains("is not Google"), "{}", audit.stderr);
    assert!(tenant.requests().is_empty());
}

fn administrator() -> Tenant {
    let tenant =
        Tenant::with(Options { tenant: TenantName::Healthy, admin_role: true, ..Options::default() });
    let customer = tenant.truth()["customerId"].as_str().unwrap().to_owned();
    tenant.edit_config(|text| {
        text.replace("my_customer", &customer).replace("[auth]", "[auth]\nadmin_role = true")
    });
    tenant
}

#[test]
fn with_an_admin_role_the_directory_is_read_as_the_account_itself() {
    let tenant = administrator();
    tenant.edit_config(|text| {
        text.lines().filter(|line| !line.starts_with("admin = ")).collect::<Vec<_>>().join("\n")
    });
    let audit = tenant.audit();
    audit.assert_code(0);
    let directory: Vec<_> = tenant
        .requests()
        .into_iter()
        .filter(|request| request.path.starts_with("/admin/directory/"))
        .collect();
    assert!(directory.len() > 4 && directory.iter().all(|request| request.subject.is_none()));
    for part in ["users", "domains", "admin_roles"] {
        assert_eq!(audit.coverage(part)["read"], "1", "{part}");
    }
    assert_eq!(audit.coverage("probe_grants")["not_applicable"], "1", "nobody to ask as");
    assert_eq!(audit.json("manifest.json")["identity"]["admin"], ACCOUNT);
}

#[test]
fn an_admin_beside_the_role_is_asked_as_by_the_probe_alone() {
    let tenant = administrator();
    let audit = tenant.audit();
    audit.assert_code(0);
    assert_eq!(audit.coverage("probe_grants")["read"], "1");
    let directory = |path: &str| path.starts_with("/admin/directory/");
    assert!(tenant.requests().iter().all(|request| !directory(&request.path) || request.subject.is_none()));
}

#[test]
fn the_scopes_to_delegate_shrink_with_an_admin_role() {
    let tenant = administrator();
    let config = tenant.files.config.display().to_string();
    let output = crate::support::binary(&["scopes", "--config", &config], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, delegated) = text.split_once("as one line:\n").unwrap();
    assert_eq!(delegated.lines().next(), Some("https://www.googleapis.com/auth/gmail.settings.basic"));
    assert!(text.contains("with its admin role"), "{text}");
}
