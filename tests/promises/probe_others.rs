//! Accounts that the audit's own may sign for already are asked which scopes they hold: only on the operator's word.

use std::collections::{BTreeMap, BTreeSet};

use workspace_audit_emulator::{LoggedRequest, Options, TenantName};

use crate::support::{Audit, Tenant};

/// Whom the audit's account may sign for in this tenant: by its own binding, and like everybody.
const SIGNABLE: [&str; 2] = [
    "newsletter@data-project.iam.gserviceaccount.com",
    "archive-export@apps-project.iam.gserviceaccount.com",
];
const LOGS: &str = "https://www.googleapis.com/auth/admin.reports.audit.readonly";
const ON: [&str; 2] = ["--set", "cloud.probe_others=true"];

fn typical(options: Options) -> Tenant {
    Tenant::with(Options { tenant: TenantName::Typical, ..options })
}

/// Scopes of an account with what shows them.
fn scopes(audit: &Audit, account: &str) -> BTreeMap<String, String> {
    let rows = audit.rows("delegated_scopes.csv").into_iter();
    rows.filter(|row| row["service_account"] == account)
        .map(|row| (row["scope"].clone(), row["provenance"].clone()))
        .collect()
}

fn granted(tenant: &Tenant, account: &str) -> BTreeSet<String> {
    let truth = tenant.truth();
    let accounts = truth["projects"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|project| project["serviceAccounts"].as_array().unwrap().clone());
    let id = accounts.into_iter().find(|known| known["email"] == account).unwrap()["oauth2ClientId"].clone();
    let ledger = truth["ledger"].as_array().unwrap();
    let client = ledger.iter().find(|client| client["clientId"] == id).unwrap();
    let scopes = client["scopes"].as_array().unwrap().iter();
    // The slash at the end is a matter of spelling.
    let spelt = |scope: &str| match scope {
        "https://mail.google.com" => "https://mail.google.com/".to_owned(),
        other => other.to_owned(),
    };
    scopes.map(|scope| spelt(scope.as_str().unwrap())).collect()
}

fn posts(requests: &[LoggedRequest], verb: &str) -> BTreeSet<String> {
    requests
        .iter()
        .filter(|request| request.method == "POST" && request.path.ends_with(verb))
        .filter_map(|request| request.path.split_once("/serviceAccounts/"))
        .map(|(_, account)| account.trim_end_matches(verb).replace("%40", "@"))
        .collect()
}

#[test]
fn accounts_that_may_be_signed_for_are_asked_and_nobody_else() {
    let tenant = typical(Options { revoked_scopes: vec![LOGS.to_owned()], ..Options::default() });
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let audit = tenant.audit_with(&ON, &[]);
    assert_eq!(audit.coverage("other_probes")["read"], "1", "{}", audit.stderr);
    for account in SIGNABLE {
        let found = scopes(&audit, account);
        assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), granted(&tenant, account), "{account}");
        assert!(found.values().all(|provenance| provenance.contains("probe")), "{found:?}");
    }
    let requests = tenant.requests();
    assert_eq!(posts(&requests, ":signJwt"), SIGNABLE.map(str::to_owned).into());
    assert!(posts(&requests, ":testIamPermissions").len() > 5, "others are only looked at");
    for request in requests.iter().filter(|request| request.method != "GET") {
        let verbs = [":getIamPolicy", ":testIamPermissions", ":signJwt"];
        let is_read = request.path == "/token" || verbs.iter().any(|verb| request.path.ends_with(verb));
        assert!(is_read && request.method == "POST", "{} {}", request.method, request.path);
    }
    // Far fewer questions than there are scopes: the endpoint tells whether any of several is granted.
    let asked = |request: &&LoggedRequest| request.path.ends_with(":signJwt");
    let questions = requests.iter().filter(asked).count();
    assert!(questions < 150, "{questions}");
}

#[test]
fn nobody_is_asked_unless_the_operator_says_so() {
    let tenant = typical(Options::default());
    let audit = tenant.audit();
    let requests = tenant.requests();
    assert!(posts(&requests, ":signJwt").is_empty() && posts(&requests, ":testIamPermissions").is_empty());
    assert!(audit.rows("coverage.csv").iter().all(|row| row["part"] != "other_probes"));
    assert!(scopes(&audit, SIGNABLE[1]).values().all(|provenance| !provenance.contains("probe")));
}

#[test]
fn a_refusal_ends_no_grant_that_the_list_shows_and_is_told() {
    let tenant = typical(Options::default());
    let scope = "https://www.googleapis.com/auth/calendar";
    let list = std::fs::read_to_string(&tenant.files.console_grants).unwrap();
    let account = tenant.truth()["projects"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|project| project["serviceAccounts"].as_array().unwrap().clone())
        .find(|account| account["email"] == SIGNABLE[1])
        .unwrap();
    let row = format!("Archive export,{},{scope}\n", account["oauth2ClientId"].as_str().unwrap());
    std::fs::write(&tenant.files.console_grants, format!("{list}{row}")).unwrap();
    let audit = tenant.audit_with(&ON, &[]);
    let rows = audit.rows("delegated_scopes.csv");
    let found = |scope: &str| {
        rows.iter().find(|row| row["service_account"] == SIGNABLE[1] && row["scope"] == scope).unwrap()
    };
    assert!(!found(scope)["provenance"].contains("probe"));
    assert!(found(scope)["disagreement"].contains("token endpoint"), "{:?}", found(scope));
    let other = found("https://www.googleapis.com/auth/drive.readonly");
    assert!(other["provenance"].contains("probe") && other["provenance"].contains("console"), "{other:?}");
}

#[test]
fn who_may_not_be_asked_any_more_keeps_what_was_seen() {
    let mut tenant = typical(Options { revoked_scopes: vec![LOGS.to_owned()], ..Options::default() });
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let before = scopes(&tenant.audit_with(&ON, &[]), SIGNABLE[0]);
    assert!(!before.is_empty());
    let config = std::fs::read_to_string(&tenant.files.config).unwrap();
    for (permissions, services, reads) in [
        (vec!["iam.serviceAccounts.signJwt".to_owned()], Vec::new(), "1"),
        (Vec::new(), vec!["iamcredentials.googleapis.com".to_owned()], "0"),
    ] {
        tenant.becomes(Options {
            tenant: TenantName::Typical,
            revoked_scopes: vec![LOGS.to_owned()],
            revoked_permissions: permissions,
            disabled_services: services,
            ..Options::default()
        });
        std::fs::write(&tenant.files.config, &config).unwrap();
        let audit = tenant.audit_with(&ON, &[]);
        let coverage = audit.coverage("other_probes");
        assert_eq!(coverage["read"], reads, "{coverage:?}");
        if reads == "0" {
            audit.assert_code(4);
            assert!(coverage["needed"].contains("iamcredentials.googleapis.com"), "{coverage:?}");
        }
        assert_eq!(scopes(&audit, SIGNABLE[0]), before);
        let report = audit.json("report.json");
        assert!(report["fixed"].as_array().unwrap().is_empty());
    }
}
