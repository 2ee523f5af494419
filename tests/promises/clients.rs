//! A client is one finding of each check on scopes, and nothing hides in it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, binary};

const SCOPE_CHECKS: [&str; 3] = ["DWD-02", "DWD-03", "DWD-04"];
const FULL_MAIL: &str = "https://mail.google.com/";
const SEND: &str = "https://www.googleapis.com/auth/gmail.send";
const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user";

fn typical() -> Tenant {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    Tenant::with(Options { tenant: TenantName::Typical, at, ..Options::default() })
}

fn findings(audit: &Audit, check: &str) -> Vec<Value> {
    let report = audit.json("report.json");
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["check_id"] == check && finding["verdict"] != "not_assessed")
        .cloned()
        .collect()
}

fn scopes(finding: &Value) -> BTreeSet<String> {
    let reach = finding["reach"].as_array().unwrap().iter();
    reach.map(|reached| reached["by"]["scope"]["scope"].as_str().unwrap().to_owned()).collect()
}

/// The client that holds full mail access and may send, with its finding.
fn mailer(audit: &Audit) -> Value {
    let both =
        |finding: &Value| scopes(finding).is_superset(&BTreeSet::from([FULL_MAIL.into(), SEND.into()]));
    findings(audit, "DWD-04").into_iter().find(both).unwrap()
}

fn of_client(audit: &Audit, check: &str, client: &Value) -> Value {
    let found: Vec<_> =
        findings(audit, check).into_iter().filter(|finding| finding["subject"]["id"] == *client).collect();
    let [only] = found.as_slice() else { panic!("{check} {client}: {found:#?}") };
    only.clone()
}

fn judged(tenant: &Tenant, subjects: &[&str], expires: &str) -> Audit {
    judged_with(tenant, subjects, &format!("expires = {expires}"))
}

fn judged_with(tenant: &Tenant, subjects: &[&str], dates: &str) -> Audit {
    let entry = |subject: &&str| {
        format!(
            "[[exception]]\ncheck = \"DWD-04\"\nsubject = \"{subject}\"\nreason = \"agreed\"\nowner = \
             \"it@example.com\"\napprover = \"ciso@example.com\"\n{dates}\n\n"
        )
    };
    let file = tenant.folder.path().join("accepted.toml");
    std::fs::write(&file, subjects.iter().map(entry).collect::<String>()).unwrap();
    let config = tenant.files.config.display().to_string();
    let set = format!("checks.exceptions={}", file.display());
    let output = binary(&["judge", "latest", "--config", &config, "--set", &set], &[]);
    Audit::of(&output, tenant.folder.path().join("reports"))
}

/// Whether the console's list has the client, with a scope that can be added to.
fn is_listed(tenant: &Tenant, finding: &Value) -> bool {
    let file = tenant.files.config.parent().unwrap().join("dwd.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let id = finding["subject"]["id"].as_str().unwrap();
    text.lines().any(|line| line.contains(id) && line.contains("https://"))
}

/// Adds a scope to the console's list.
fn delegate(tenant: &Tenant, client: &str, scope: &str) {
    let file = tenant.files.config.parent().unwrap().join("dwd.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let row = text.lines().find(|line| line.contains(client)).unwrap();
    let grown = row.replacen("https://", &format!("{scope},https://"), 1);
    assert_ne!(grown, row);
    std::fs::write(&file, text.replace(row, &grown)).unwrap();
}

#[test]
fn a_client_is_one_finding_of_each_check_with_its_scopes_of_that_kind() {
    let tenant = typical();
    let audit = tenant.audit();
    for check in SCOPE_CHECKS {
        let all = findings(&audit, check);
        let clients: BTreeSet<_> = all.iter().map(|finding| finding["subject"]["id"].to_string()).collect();
        assert_eq!((clients.len(), all.is_empty()), (all.len(), false), "{check}");
        for finding in &all {
            assert_eq!(finding["subject"]["kind"], "client", "{check}");
            let evidence = finding["evidence"].to_string();
            let held = scopes(finding);
            assert!(!held.is_empty() && held.iter().all(|scope| evidence.contains(scope)), "{check}");
        }
        let counts = audit.verdicts(check);
        assert_eq!(counts["fail"] + counts["review"] + counts["excepted"], all.len() as u64, "{check}");
    }
}

#[test]
fn a_new_scope_of_a_client_with_an_open_finding_is_named_and_the_finding_has_worsened() {
    let tenant = typical();
    let first = tenant.audit();
    let new = "https://www.googleapis.com/auth/gmail.settings.sharing";
    let known = findings(&first, "DWD-03")
        .into_iter()
        .find(|finding| {
            let is_critical = finding["severity"] == "critical";
            is_critical && is_listed(&tenant, finding) && !scopes(finding).contains(new)
        })
        .unwrap();
    let client = &known["subject"]["id"];
    assert!(!scopes(&known).contains(new));
    delegate(&tenant, client.as_str().unwrap(), new);
    let second = tenant.audit();
    let grown = of_client(&second, "DWD-03", client);
    assert_eq!(grown["change"], "worsened");
    assert_eq!(grown["added"], json!([{"kind": "scope", "scope": new, "severity": "critical"}]));
    assert_eq!(grown["first_seen_at"], known["first_seen_at"]);
}

#[test]
fn an_exception_for_a_scope_accepts_that_scope_alone_and_the_finding_says_so() {
    let tenant = typical();
    let client = mailer(&tenant.audit())["subject"]["id"].clone();
    let id = client.as_str().unwrap();
    let full_mail = format!("{id}/{FULL_MAIL}");

    let part = of_client(&judged(&tenant, &[&full_mail], "2027-06-30"), "DWD-04", &client);
    assert_eq!(part["verdict"], "fail");
    let [accepted] = part["accepted"].as_array().unwrap().as_slice() else { panic!("{part:#}") };
    assert_eq!(accepted["id"], format!("DWD-04/{full_mail}"));
    assert_eq!((&accepted["owner"], &accepted["parts"]), (&json!("it@example.com"), &json!([FULL_MAIL])));
    assert_eq!(
        (&accepted["approver"], &accepted["expires"]),
        (&json!("ciso@example.com"), &json!("2027-06-30"))
    );

    let every = format!("{id}/*");
    for subject in [every.as_str(), id] {
        let whole = of_client(&judged(&tenant, &[subject], "2027-06-30"), "DWD-04", &client);
        assert_eq!(whole["verdict"], "excepted", "{subject}");
    }
    let expired = of_client(&judged(&tenant, &[&full_mail], "2026-06-30"), "DWD-04", &client);
    assert_eq!((&expired["verdict"], expired["accepted"].as_array().unwrap().len()), (&json!("fail"), 0));
    assert_eq!(expired["exception_id"], format!("DWD-04/{full_mail}"));
}

#[test]
fn a_new_scope_is_not_accepted_by_an_exception_for_another() {
    let tenant = typical();
    let first = tenant.audit();
    let held = findings(&first, "DWD-04").into_iter().find(|finding| is_listed(&tenant, finding));
    let client = held.unwrap()["subject"]["id"].clone();
    let id = client.as_str().unwrap();
    let subjects: Vec<String> =
        scopes(&of_client(&first, "DWD-04", &client)).iter().map(|scope| format!("{id}/{scope}")).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    assert_eq!(
        of_client(&judged(&tenant, &subjects, "2027-06-30"), "DWD-04", &client)["verdict"],
        "excepted"
    );
    delegate(&tenant, id, "https://www.googleapis.com/auth/gmail.compose");
    tenant.audit();
    let grown = of_client(&judged(&tenant, &subjects, "2027-06-30"), "DWD-04", &client);
    assert_eq!((&grown["verdict"], &grown["change"]), (&json!("fail"), &json!("worsened")));
    assert!(!scopes(&grown).contains(USERS));
}

/// An exception that names a client, and not its scopes, accepts what was known when it was written.
#[test]
fn a_scope_that_came_after_an_exception_for_its_client_is_not_accepted_by_it() {
    let tenant = typical();
    let first = tenant.audit();
    let held = findings(&first, "DWD-04").into_iter().find(|finding| is_listed(&tenant, finding));
    let client = held.unwrap()["subject"]["id"].clone();
    let id = client.as_str().unwrap();
    // The console's list is of November 21.
    let created = |day: &str| format!("created = {day}\nexpires = 2027-06-30");
    let whole = |audit: &Audit| of_client(audit, "DWD-04", &client);
    let (before, after) = (created("2026-11-20"), created("2026-11-21"));
    assert_eq!(
        whole(&judged_with(&tenant, &[id], &before))["verdict"],
        "excepted",
        "the first run's are older"
    );

    let compose = "https://www.googleapis.com/auth/gmail.compose";
    assert!(!scopes(&whole(&first)).contains(compose));
    delegate(&tenant, id, compose);
    tenant.audit();
    let grown = whole(&judged_with(&tenant, &[id], &before));
    assert_eq!((&grown["verdict"], &grown["change"]), (&json!("fail"), &json!("worsened")), "{grown:#}");
    assert!(grown["added"].to_string().contains(compose));
    let accepts = |reached: &&Value| reached["accepted_by"].is_string();
    let reach = grown["reach"].as_array().unwrap();
    assert_eq!(reach.iter().filter(accepts).count(), reach.len() - 1, "{grown:#}");

    let named = format!("{id}/{compose}");
    assert_eq!(whole(&judged_with(&tenant, &[id, &named], &before))["verdict"], "excepted");
    assert_eq!(whole(&judged_with(&tenant, &[id], &after))["verdict"], "excepted");
    let undated = "expires = 2027-06-30";
    assert_eq!(whole(&judged_with(&tenant, &[id], undated))["verdict"], "excepted");
}
