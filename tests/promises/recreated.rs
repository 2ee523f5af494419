//! A service account that is created again under the same address is another client: nothing of the old one is its.

use std::collections::BTreeSet;

use serde_json::json;
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

const NEW: &str = "111111111111111111111";
const ADDRESS: &str = "ticket-mailer@apps-project.iam.gserviceaccount.com";

fn options(faults: Vec<Fault>) -> Options {
    Options { tenant: TenantName::Typical, faults, ..Options::default() }
}

/// The account has another number from now on.
fn recreated() -> Fault {
    let account = "/accounts/2";
    let patch = json!([
        { "op": "test", "path": format!("{account}/email"), "value": ADDRESS },
        { "op": "replace", "path": format!("{account}/uniqueId"), "value": NEW },
        { "op": "replace", "path": format!("{account}/oauth2ClientId"), "value": NEW },
    ]);
    let fault = "GET /v1/projects/apps-project/serviceAccounts patch".parse::<Fault>().unwrap();
    fault.with_text(&patch.to_string()).unwrap()
}

fn client_id(audit: &Audit) -> String {
    let accounts = audit.rows("service_accounts.csv");
    accounts.into_iter().find(|account| account["email"] == ADDRESS).unwrap()["client_id"].clone()
}

/// Check and change of what is found of a client, by its subject's id.
fn found(audit: &Audit, client_id: &str) -> BTreeSet<(String, String)> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| row["subject_id"].split('/').next() == Some(client_id))
        .map(|row| (row["check_id"].clone(), row["change"].clone()))
        .collect()
}

fn grants(audit: &Audit, client_id: &str) -> usize {
    audit.rows("delegated_scopes.csv").iter().filter(|row| row["client_id"] == client_id).count()
}

#[test]
fn an_account_that_is_created_again_inherits_no_grant_and_takes_none_away() {
    let mut tenant = Tenant::with(options(Vec::new()));
    let first = tenant.audit();
    let old = client_id(&first);
    let held = grants(&first, &old);
    assert!(held > 0);

    tenant.becomes(options(vec![recreated()]));
    for run in ["second", "third"] {
        let audit = tenant.audit();
        assert_eq!(client_id(&audit), NEW, "{run}");
        assert_eq!((grants(&audit, NEW), grants(&audit, &old)), (0, held), "{run}");
        let of_delegation = found(&audit, NEW).into_iter().find(|(check, _)| check.starts_with("DWD"));
        assert_eq!(of_delegation, None, "{run}");
        assert!(found(&audit, &old).iter().any(|(check, _)| check == "DWD-04"), "{run}");
    }

    tenant.becomes(options(Vec::new()));
    let back = tenant.audit();
    assert_eq!((client_id(&back), grants(&back, &old)), (old, held));
    assert_eq!(found(&back, NEW), BTreeSet::new());
}
