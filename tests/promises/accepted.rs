//! What an exception names, it covers; what it covers, the report says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant, binary};

/// A judgment of the newest run with these exceptions, and more settings.
fn judged(tenant: &Tenant, entries: &[String], settings: &[&str]) -> Audit {
    let file = tenant.folder.path().join("accepted.toml");
    std::fs::write(&file, entries.concat()).unwrap();
    let config = tenant.files.config.display().to_string();
    let set = format!("checks.exceptions={}", file.display());
    let mut arguments = vec!["judge", "latest", "--config", &config, "--set", &set];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = binary(&arguments, &[]);
    Audit::of(&output, tenant.folder.path().join("reports"))
}

fn entry(check: &str, subject: &str) -> String {
    format!(
        "[[exception]]\ncheck = \"{check}\"\nsubject = {}\nreason = \"agreed\"\nowner = \"it@example.com\"\napprover = \
         \"ciso@example.com\"\nticket = \"SEC-7\"\ncreated = 2026-11-01\nexpires = 2027-06-30\n\n",
        json!(subject)
    )
}

fn open(audit: &Audit) -> Vec<BTreeMap<String, String>> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| ["fail", "review"].contains(&row["verdict"].as_str())).collect()
}

fn findings(audit: &Audit) -> Vec<Value> {
    audit.json("report.json")["findings"].as_array().unwrap().clone()
}

/// As `accepted` in JSON, and among the evidence of `findings.csv` too, as documented.
fn who_accepted_stands_once(audit: &Audit) {
    let is_excepted = |verdict: &str| verdict == "excepted";
    let told =
        findings(audit).into_iter().filter(|finding| is_excepted(finding["verdict"].as_str().unwrap()));
    for finding in told {
        assert_eq!(finding["accepted"].as_array().unwrap().len(), 1, "{finding}");
        assert!(!finding["evidence"].to_string().contains("exception_owner"), "{finding}");
    }
    let of_client = |row: &BTreeMap<String, String>| row["subject_kind"] == "client";
    let rows = audit.rows("findings.csv").into_iter();
    for row in rows.filter(|row| is_excepted(&row["verdict"]) && !of_client(row)) {
        let evidence: Vec<String> = serde_json::from_str(&row["evidence"]).unwrap();
        for fact in [
            "exception_owner",
            "exception_reason",
            "exception_expires",
            "exception_approver",
            "exception_ticket",
        ] {
            let told = evidence.iter().filter(|told| told.starts_with(&format!("{fact}: "))).count();
            assert_eq!(told, 1, "{fact} {row:?}");
        }
    }
}

#[test]
fn an_exception_by_the_id_in_findings_csv_covers_a_finding_of_each_kind() {
    let mut kinds = BTreeSet::new();
    for name in [TenantName::Typical, TenantName::Neglected] {
        let tenant = Tenant::named(name);
        let all = open(&tenant.audit());
        let is_of_exception = |row: &&BTreeMap<String, String>| row["subject_kind"] != "exception";
        let entries: Vec<_> = all
            .iter()
            .filter(is_of_exception)
            .map(|row| entry(&row["check_id"], &row["subject_id"]))
            .collect();
        let audit = judged(&tenant, &entries, &[]);
        let left: Vec<_> =
            open(&audit).into_iter().filter(|row| row["subject_kind"] != "exception").collect();
        assert!(left.is_empty(), "{left:#?}");
        kinds.extend(all.into_iter().map(|row| row["subject_kind"].clone()));
        who_accepted_stands_once(&audit);
    }
    for kind in ["tenant", "user", "send_as", "domain", "client", "key", "binding", "project", "app", "event"]
    {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}

#[test]
fn the_tenant_is_named_by_its_customer_id_too() {
    let tenant = Tenant::named(TenantName::Typical);
    let audit = tenant.audit();
    let customer = audit.json("report.json")["run"]["customer"].as_str().unwrap().to_owned();
    let of_tenant = |audit: &Audit| {
        let all = open(audit).into_iter().filter(|row| row["subject_kind"] == "tenant");
        all.map(|row| row["check_id"].clone()).collect::<Vec<_>>()
    };
    let checks = of_tenant(&audit);
    assert!(!checks.is_empty());
    let entries: Vec<_> = checks.iter().map(|check| entry(check, &customer)).collect();
    assert!(of_tenant(&judged(&tenant, &entries, &[])).is_empty());
}

#[test]
fn the_report_says_who_accepted_what_until_when_and_how_many() {
    let tenant = Tenant::named(TenantName::Typical);
    let first = tenant.audit();
    let rows = open(&first);
    let row = rows.iter().find(|row| row["check_id"] == "IDM-01").unwrap();
    let audit = judged(&tenant, &[entry("IDM-01", &row["subject_id"])], &[]);
    let all = findings(&audit);
    let accepted = all.iter().find(|finding| finding["fingerprint"] == row["fingerprint"]).unwrap();
    let [by] = accepted["accepted"].as_array().unwrap().as_slice() else { panic!("{accepted:#}") };
    for (name, value) in [
        ("owner", "it@example.com"),
        ("reason", "agreed"),
        ("approver", "ciso@example.com"),
        ("ticket", "SEC-7"),
        ("created", "2026-11-01"),
        ("expires", "2027-06-30"),
    ] {
        assert_eq!(by[name], value, "{name}");
        let html = std::fs::read_to_string(audit.folder.as_ref().unwrap().join("report.html")).unwrap();
        let section = html.split_once("<section id=\"exceptions\"").unwrap().1;
        assert!(section.split("</section>").next().unwrap().contains(value), "{name}");
    }
    let excepted = all.iter().filter(|finding| finding["verdict"] == "excepted").count();
    let report = audit.json("report.json");
    assert_eq!(report["run"]["changes"]["excepted"], excepted);
    assert_eq!(audit.json("status.json")["findings_excepted"], excepted);
    assert!(audit.stdout.contains(&format!("excepted {excepted}")), "{}", audit.stdout);
}

const UNREAD_ACCOUNTS: &str = "GET /v1/projects/data-project/serviceAccounts 403";
const ADMIN: &str = "securityAdmin/user:viktor.balogh@example.com";
const SIGNERS: &str = "jwtSigner/group:platform@example.com";

fn becomes(tenant: &mut Tenant, faults: &[&str]) {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    tenant.becomes(Options { tenant: TenantName::Typical, faults, ..Options::default() });
}

/// A run of its own with a file of the policy.
fn audit_under(tenant: &Tenant, setting: &str, text: &str) -> Audit {
    let file = tenant.folder.path().join("accepted.toml");
    std::fs::write(&file, text).unwrap();
    tenant.audit_with(&["--set", &format!("{setting}={}", file.display())], &[])
}

fn finding(audit: &Audit, subject: &str) -> Value {
    let of = |finding: &Value| finding["subject"]["id"].as_str().unwrap().contains(subject);
    let found: Vec<Value> = findings(audit).into_iter().filter(of).collect();
    let [only] = found.as_slice() else { panic!("{subject}: {found:#?}") };
    only.clone()
}

fn clients(finding: &Value) -> BTreeSet<String> {
    let reach = finding["reach"].as_array().unwrap().iter();
    reach.map(|reached| reached["client_id"].as_str().unwrap().to_owned()).collect()
}

/// A register in which the admin may use these clients.
fn register<'c>(clients: impl IntoIterator<Item = &'c String>) -> String {
    let entry = |client| {
        format!(
            "[[client]]\nclient_id = \"{client}\"\nowner = \"it@example.com\"\npurpose = \"agreed\"\nscopes = \
             []\nreview_by = 2099-01-01\ncustodians = [\"user:viktor.balogh@example.com\"]\n\n"
        )
    };
    clients.into_iter().map(entry).collect()
}

/// The client whose account is in the project that is not read later.
fn client_in_data(finding: &Value) -> String {
    let mut reach = finding["reach"].as_array().unwrap().iter();
    let reached = reach.find(|reached| reached["project"] == "data-project").unwrap();
    reached["client_id"].as_str().unwrap().to_owned()
}

#[test]
fn an_exception_for_another_check_accepts_no_newcomer_because_a_part_was_not_read() {
    let remove = "GET /admin/directory/v1/groups/night-shift*/members patch text=[{\"op\":\"remove\",\"path\":\"/members/1\"}]";
    let mut tenant = Tenant::named(TenantName::Typical);
    becomes(&mut tenant, &[remove]);
    let id = finding(&tenant.audit(), SIGNERS)["subject"]["id"].as_str().unwrap().to_owned();
    let accepted = entry("KEY-05", &id);
    let first = finding(&audit_under(&tenant, "checks.exceptions", &accepted), SIGNERS);
    assert_eq!((&first["check_id"], &first["verdict"]), (&json!("KEY-05"), &json!("excepted")));
    becomes(&mut tenant, &[UNREAD_ACCOUNTS]);
    let second = finding(&audit_under(&tenant, "checks.exceptions", &accepted), SIGNERS);
    assert_eq!(second["check_id"], "KEY-06");
    assert_eq!((&second["verdict"], &second["change"]), (&json!("fail"), &json!("worsened")), "{second:#}");
    // Whoever came after the exception is not accepted for its check either.
    let [also] = second["also_checks"].as_array().unwrap().as_slice() else { panic!("{second:#}") };
    assert_eq!((&also["check_id"], &also["verdict"]), (&json!("KEY-05"), &json!("fail")), "{second:#}");
}

#[test]
fn what_nobody_accepted_stays_open_when_it_cannot_be_read_and_all_else_is_accepted() {
    let mut tenant = Tenant::named(TenantName::Typical);
    let all = finding(&tenant.audit(), ADMIN);
    let open = client_in_data(&all);
    let text = register(clients(&all).iter().filter(|client| **client != open));
    let first = finding(&audit_under(&tenant, "checks.register", &text), ADMIN);
    becomes(&mut tenant, &[UNREAD_ACCOUNTS]);
    let second = finding(&audit_under(&tenant, "checks.register", &text), ADMIN);
    let kept = second["reach"].as_array().unwrap().iter().find(|reached| reached["client_id"] == *open);
    assert_eq!(kept.unwrap()["is_not_rechecked"], true);
    for name in ["check_id", "verdict", "severity"] {
        assert_eq!(second[name], first[name], "{name}: {second:#}");
    }
    assert_eq!(second["verdict"], "fail");
    let accepted = second["accepted"].as_array().unwrap().iter();
    assert!(accepted.clone().count() > 0 && accepted.clone().all(|by| by["parts"] != json!([])));
}

#[test]
fn whoever_is_no_custodian_any_more_accepts_nothing_of_what_cannot_be_read() {
    let mut tenant = Tenant::named(TenantName::Typical);
    let all = finding(&tenant.audit(), ADMIN);
    let struck = client_in_data(&all);
    let first = audit_under(&tenant, "checks.register", &register(&clients(&all)));
    assert_eq!(finding(&first, ADMIN)["verdict"], "excepted");
    becomes(&mut tenant, &[UNREAD_ACCOUNTS]);
    let text = register(clients(&all).iter().filter(|client| **client != struck));
    let second = finding(&audit_under(&tenant, "checks.register", &text), ADMIN);
    let kept = second["reach"].as_array().unwrap().iter().find(|reached| reached["client_id"] == *struck);
    assert_eq!(kept.unwrap()["accepted_by"], Value::Null, "{second:#}");
    assert_eq!((&second["verdict"], &second["change"]), (&json!("fail"), &json!("worsened")), "{second:#}");
}
