//! The delegation ledger over runs, and the register.

use std::collections::BTreeSet;

use workspace_audit_emulator::TenantName;

use crate::support::{Audit, Tenant, binary};

fn grants(audit: &Audit) -> BTreeSet<(String, String)> {
    let rows = audit.rows("delegated_scopes.csv").into_iter();
    rows.map(|row| (row["client_id"].clone(), row["scope"].clone())).collect()
}

#[test]
fn a_list_that_is_not_configured_any_more_ends_no_grant() {
    let tenant = Tenant::named(TenantName::Typical);
    let first = tenant.audit();
    assert!(grants(&first).len() > 3);
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let second = tenant.audit();
    assert_eq!(grants(&first), grants(&second));
    let report = second.json("report.json");
    let items = report["grants"]["items"].as_array().unwrap();
    assert!(items.iter().any(|grant| grant["rechecked"] == false), "{items:?}");
    assert!(report["fixed"].as_array().unwrap().is_empty(), "{}", report["fixed"]);
}

#[test]
fn a_register_is_drafted_of_what_was_seen_and_read_again() {
    let tenant = Tenant::named(TenantName::Typical);
    let clients: BTreeSet<_> = grants(&tenant.audit()).into_iter().map(|(client, _)| client).collect();
    let register = tenant.folder.path().join("register.toml");
    let config = tenant.files.config.display().to_string();
    let draft = || binary(&["register", "--init", "--config", &config, register.to_str().unwrap()], &[]);
    let drafted = draft();
    assert_eq!(drafted.status.code(), Some(0), "{}", String::from_utf8_lossy(&drafted.stderr));
    let text = std::fs::read_to_string(&register).unwrap();
    assert_eq!(text.matches("[[client]]").count(), clients.len());
    assert!(clients.iter().all(|client| text.contains(client)));
    assert_eq!(draft().status.code(), Some(2), "nothing is overwritten");

    let file = format!("checks.register={}", register.display());
    tenant.audit_with(&["--set", &file], &[]).assert_code(0);
    std::fs::write(&register, text.replacen("review_by = \"\"", "review_by = \"soon\"", 1)).unwrap();
    let refused = tenant.audit_with(&["--set", &file], &[]);
    refused.assert_code(2);
    assert!(refused.stderr.contains("`review_by` is no date"), "{}", refused.stderr);
    assert!(refused.stderr.contains("register.toml:"), "{}", refused.stderr);
}

#[test]
fn a_client_that_only_logs_show_is_known_by_its_public_certificates() {
    let tenant = Tenant::named(TenantName::Typical);
    let truth = tenant.truth();
    let ledger = truth["ledger"].as_array().unwrap();
    let vendor =
        ledger.iter().find(|client| client["kind"] == "foreign" && client["active"] == true).unwrap();
    let vendor_id = vendor["clientId"].as_str().unwrap();
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let audit = tenant.audit();
    audit.assert_code(0);
    let clients: BTreeSet<String> = grants(&audit).into_iter().map(|(client, _)| client).collect();
    assert!(clients.contains(vendor_id));
    let address = "signatures@vendor-signatures.iam.gserviceaccount.com";
    assert!(!clients.contains(address), "the log's address is the same client");
    let rows = audit.rows("findings.csv");
    let found =
        rows.iter().find(|row| row["check_id"] == "DWD-06" && row["subject_id"] == vendor_id).unwrap();
    assert!(found["message"].contains(address), "{found:?}");

    // Who was given access for a while, and nobody else, is asked about too.
    let asked: BTreeSet<String> = tenant
        .requests()
        .iter()
        .filter_map(|request| request.path.strip_prefix("/service_accounts/v1/metadata/x509/"))
        .map(str::to_owned)
        .collect();
    let own = audit.rows("service_accounts.csv");
    assert!(own.iter().all(|account| !asked.contains(&account["client_id"])), "{asked:?}");
    let is_logged = |client: &&serde_json::Value| {
        !client["inAdminLog"].as_array().unwrap().is_empty() && client["kind"] != "own"
    };
    let logged: Vec<_> = ledger.iter().filter(is_logged).collect();
    assert!(logged.iter().any(|client| client["active"] == false), "{logged:?}");
    for client in logged {
        assert!(asked.contains(client["clientId"].as_str().unwrap()), "{client}");
    }
}
