//! An action on the audit's own account, key, delegation or admin says what the next audit loses by it.

use serde_json::Value;
use workspace_audit_emulator::TenantName;

use crate::support::Tenant;

/// With what whoever does such an action checks that the next audit works.
const CHECKED_WITH: &str = "`workspace-audit ";

#[test]
fn each_action_on_the_audits_own_account_key_delegation_or_admin_says_what_the_next_audit_loses() {
    let tenant = Tenant::named(TenantName::Typical);
    let report = tenant.audit().json("report.json");
    let run = &report["run"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (client, account, admin) =
        (text(&run["client_id"]), text(&run["service_account"]), text(&run["admin"]));
    let is_own = |finding: &Value| {
        let id = text(&finding["subject"]["id"]);
        match finding["subject"]["kind"].as_str().unwrap() {
            // The tenant's one key of the account is what signs for the audit.
            "key" => id.starts_with(&format!("{client}/")),
            "client" => id == client,
            "binding" => id.ends_with(&format!("/serviceAccount:{account}")),
            "tenant" => {
                let evidence = finding["evidence"].as_array().unwrap();
                evidence.iter().any(|fact| fact.to_string().contains(&admin))
            }
            _ => false,
        }
    };
    let mut kinds = std::collections::BTreeSet::new();
    for finding in report["findings"].as_array().unwrap() {
        let may_break = finding["may_break"].as_str().unwrap();
        assert_eq!(may_break.contains(CHECKED_WITH), is_own(finding), "{finding:#}");
        if is_own(finding) {
            kinds.insert(text(&finding["subject"]["kind"]));
            // Nobody does it along with others.
            let remediation = text(&finding["remediation"]["kind"]);
            assert!(["subject", "binding"].contains(&remediation.as_str()), "{finding:#}");
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["binding", "client", "key", "tenant"]);
}
