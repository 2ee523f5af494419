//! What a finding lists may grow: admins, scopes, roles, servers, exempted members. Whatever came is named, and no
//! exception that was written before accepts it.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant, binary};

const DATA_PROJECT: &str = "POST /v3/projects/data-project:getIamPolicy";
const APPS_PROJECT: &str = "POST /v3/projects/apps-project:getIamPolicy";
const ROLE_ASSIGNMENTS: &str = "GET /admin/directory/v1/customer/*/roleassignments";
const TOKEN_LOG: &str = "GET /admin/reports/v1/activity/users/all/applications/token";
const SEND_AS: &str = "GET /gmail/v1/users/*/settings/sendAs";
const USERS: &str = "GET /admin/directory/v1/users";

/// A client that holds the scope of a retired feed.
const VENDOR: &str = "124417277923324090467";
/// A service account with an admin role, a key and a delegation.
const PEOPLE_SYNC: &str = "126905412069111992092";
const COMPUTE: &str = "158380373389143500105";
const COMPUTE_ADDRESS: &str = "728934413739-compute@developer.gserviceaccount.com";

/// A check, what the id of its subject has in it, and what its finding names as added.
const GROWN: [(&str, &str, &str); 9] = [
    ("IDM-01", "tenant", "super admin "),
    ("DWD-05", VENDOR, "retired scope https://www.google.com/calendar/feeds"),
    ("DWD-08", PEOPLE_SYNC, "admin role with ID 4242"),
    ("DWD-08", COMPUTE, "role Owner of project apps-project"),
    ("APP-02", "mail-merge", "scope of the app https://www.googleapis.com/auth/gmail.send"),
    ("KEY-01", PEOPLE_SYNC, "scope https://www.googleapis.com/auth/gmail.compose"),
    ("KEY-08", "data-project/signing_logs", "exempted member user:mallory@example.com"),
    ("MAIL-08", "dana@partner.example", "mail server smtp.elsewhere.example"),
    ("MAIL-10", "/helena.strand@example.com", "Reply-To address inbox@elsewhere.example"),
];

fn options(faults: Vec<Fault>) -> Options {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    Options { tenant: TenantName::Typical, at, faults, ..Options::default() }
}

fn patched(route: &str, condition: &str, patch: &Value) -> Fault {
    format!("{route} patch {condition}").parse::<Fault>().unwrap().with_text(&patch.to_string()).unwrap()
}

fn refused(route: &str) -> Fault {
    format!("{route} 403").parse().unwrap()
}

/// The log of signatures leaves out these members.
fn exempting(members: &[&str]) -> Fault {
    let log = |kind: &str| json!({"logType": kind, "exemptedMembers": members});
    let configs =
        json!([{"service": "iam.googleapis.com", "auditLogConfigs": [log("ADMIN_READ"), log("DATA_READ")]}]);
    patched(DATA_PROJECT, "", &json!([{"op": "add", "path": "/auditConfigs", "value": configs}]))
}

fn before() -> Vec<Fault> {
    vec![exempting(&["user:ann@example.com"])]
}

/// One more of everything.
fn after() -> Vec<Fault> {
    let assignment = json!({"kind": "admin#directory#roleAssignment", "roleAssignmentId": "990", "roleId": "4242",
        "assignedTo": PEOPLE_SYNC, "assigneeType": "user", "scopeType": "CUSTOMER"});
    let owner = json!({"role": "roles/owner", "members": [format!("serviceAccount:{COMPUTE_ADDRESS}")]});
    let scope = "https://www.googleapis.com/auth/gmail.send";
    let consent = json!({"kind": "admin#reports#activity", "actor": {"email": "olaf.brekke@example.com"},
        "id": {"time": "2026-11-20T10:00:00.000Z", "uniqueQualifier": "4242", "applicationName": "token", "customerId": "C0"},
        "events": [{"type": "auth", "name": "authorize", "parameters": [
            {"name": "client_id", "value": "mail-merge.apps.googleusercontent.com"},
            {"name": "app_name", "value": "Mail Merge"}, {"name": "client_type", "value": "WEB"},
            {"name": "scope", "multiValue": [scope]}]}]});
    let server = json!({"host": "smtp.elsewhere.example", "port": 587, "username": "dana", "securityMode": "starttls"});
    vec![
        exempting(&["user:ann@example.com", "user:mallory@example.com"]),
        patched(USERS, "", &json!([{"op": "replace", "path": "/users/0/isAdmin", "value": true}])),
        patched(ROLE_ASSIGNMENTS, "", &json!([{"op": "add", "path": "/items/-", "value": assignment}])),
        patched(APPS_PROJECT, "", &json!([{"op": "add", "path": "/bindings/-", "value": owner}])),
        patched(TOKEN_LOG, "", &json!([{"op": "add", "path": "/items/0", "value": consent}])),
        patched(
            SEND_AS,
            "subject=dana.petrova@example.com",
            &json!([{"op": "add", "path": "/sendAs/1/smtpMsa", "value": server}]),
        ),
        patched(
            SEND_AS,
            "subject=henrik.lund@example.com",
            &json!([{"op": "add", "path": "/sendAs/1/replyToAddress", "value": "inbox@elsewhere.example"}]),
        ),
    ]
}

/// Scopes that the console lists from now on.
fn grant(tenant: &Tenant) {
    let list = tenant.files.config.parent().unwrap().join("dwd.csv");
    let rows = std::fs::read_to_string(&list).unwrap();
    let rows = format!(
        "{rows}added,{VENDOR},https://www.google.com/calendar/feeds\nadded,{PEOPLE_SYNC},https://www.googleapis.com/auth/gmail.compose\n"
    );
    std::fs::write(&list, rows).unwrap();
}

fn findings(audit: &Audit) -> Vec<Value> {
    audit.json("report.json")["findings"].as_array().unwrap().clone()
}

fn find(audit: &Audit, check: &str, subject: &str) -> Value {
    let is_it = |finding: &Value| {
        finding["check_id"] == check
            && finding["verdict"] != "not_assessed"
            && finding["subject"]["id"].as_str().unwrap().contains(subject)
    };
    let found: Vec<Value> = findings(audit).into_iter().filter(is_it).collect();
    let [only] = found.as_slice() else { panic!("{check} {subject}: {found:#?}") };
    only.clone()
}

/// What `findings.csv` says that was added.
fn added(audit: &Audit, finding: &Value) -> String {
    let mut rows = audit.rows("findings.csv").into_iter();
    let row = rows.find(|row| row["fingerprint"] == finding["fingerprint"].as_str().unwrap()).unwrap();
    row["added"].clone()
}

fn exceptions(audit: &Audit, created: NaiveDate) -> String {
    let entry = |(check, subject, _): &(&str, &str, &str)| {
        let id = find(audit, check, subject)["subject"]["id"].clone();
        format!(
            "[[exception]]\ncheck = \"{check}\"\nsubject = {id}\nreason = \"agreed\"\nowner = \"it@example.com\"\ncreated = {created}\nexpires = 2099-06-30\n\n"
        )
    };
    GROWN.iter().map(entry).collect()
}

fn run(tenant: &Tenant, arguments: &[&str], entries: &str) -> Audit {
    let file = tenant.folder.path().join("accepted.toml");
    std::fs::write(&file, entries).unwrap();
    let (config, set) =
        (tenant.files.config.display().to_string(), format!("checks.exceptions={}", file.display()));
    let output = binary(&[arguments, &["--config", &config, "--set", &set]].concat(), &[]);
    Audit::of(&output, tenant.folder.path().join("reports"))
}

fn day(audit: &Audit) -> NaiveDate {
    audit.json("report.json")["run"]["started_at"].as_str().unwrap()[..10].parse().unwrap()
}

#[test]
fn a_finding_whose_list_gets_longer_is_worsened_and_names_what_came() {
    let mut tenant = Tenant::with(options(before()));
    let first = tenant.audit();
    for (check, subject, _) in GROWN {
        assert_eq!(find(&first, check, subject)["change"], "new", "{check} {subject}");
    }
    tenant.becomes(options(after()));
    grant(&tenant);
    let second = tenant.audit();
    let html = second.file("report.html");
    for (check, subject, name) in GROWN {
        let finding = find(&second, check, subject);
        assert_eq!(finding["change"], "worsened", "{finding:#}");
        assert!(added(&second, &finding).contains(name), "{name}: {}", added(&second, &finding));
        assert!(
            finding["added"].as_array().unwrap().iter().any(|added| added["kind"] == "item"),
            "{finding:#}"
        );
        assert!(html.contains(name), "{name}");
    }
    let worsened = second.json("report.json")["run"]["changes"]["worsened"].as_u64().unwrap();
    assert!(worsened >= GROWN.len() as u64, "{worsened}");
    // It is news once.
    let third = tenant.audit();
    for (check, subject, _) in GROWN {
        assert_eq!(find(&third, check, subject)["change"], "open", "{check} {subject}");
    }
}

#[test]
fn an_exception_accepts_the_items_that_were_seen_when_it_was_written() {
    let mut tenant = Tenant::with(options(before()));
    let first = tenant.audit();
    let today = day(&first);
    let accepted = exceptions(&first, today - Days::new(1));
    let judged = run(&tenant, &["judge", "latest"], &accepted);
    for (check, subject, _) in GROWN {
        assert_eq!(find(&judged, check, subject)["verdict"], "excepted", "may be older: {check} {subject}");
    }
    tenant.becomes(options(after()));
    grant(&tenant);
    for change in ["worsened", "open"] {
        let audit = run(&tenant, &["run"], &accepted);
        for (check, subject, name) in GROWN {
            let finding = find(&audit, check, subject);
            assert!(finding["verdict"] == "fail" || finding["verdict"] == "review", "{finding:#}");
            assert_eq!(finding["change"], change, "{finding:#}");
            let said: Vec<&str> =
                finding["evidence"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let not_accepted = said.iter().find(|line| line.starts_with("not_accepted: ")).unwrap();
            assert!(not_accepted.contains(name), "{not_accepted}");
            let [by] = finding["accepted"].as_array().unwrap().as_slice() else { panic!("{finding:#}") };
            let parts = by["parts"].as_array().unwrap();
            assert!(
                !parts.is_empty() && parts.iter().all(|part| !name.ends_with(part.as_str().unwrap())),
                "{by}"
            );
        }
    }
    // Whoever writes an exception now knows of all.
    let now = exceptions(&first, today + Days::new(1));
    let judged = run(&tenant, &["judge", "latest"], &now);
    for (check, subject, _) in GROWN {
        assert_eq!(find(&judged, check, subject)["verdict"], "excepted", "{check} {subject}");
    }
}

#[test]
fn items_that_a_run_cannot_read_are_kept_and_neither_fixed_nor_news_when_they_are_read_again() {
    let mut tenant = Tenant::with(options(before()));
    let first = tenant.audit();
    let created = day(&first) - Days::new(1);
    let accepted = exceptions(&first, created);
    let blind = [USERS, ROLE_ASSIGNMENTS, APPS_PROJECT, DATA_PROJECT, TOKEN_LOG, SEND_AS];
    for lost in blind {
        tenant.becomes(options(before().into_iter().chain([refused(lost)]).rev().collect()));
        for faults in [None, Some(before())] {
            if let Some(faults) = faults {
                tenant.becomes(options(faults));
            }
            let audit = run(&tenant, &["run"], &accepted);
            let report = audit.json("report.json");
            assert_eq!(report["run"]["changes"]["excepted_worsened"], 0, "{lost}");
            for (check, subject, _) in GROWN {
                let finding = find(&audit, check, subject);
                assert_eq!(finding["verdict"], "excepted", "{lost}: {finding:#}");
                assert_ne!(finding["change"], "worsened", "{lost}: {finding:#}");
                let items = |finding: &Value| -> Vec<Value> {
                    let items = finding["items"].as_array().unwrap().iter();
                    items.map(|item| json!([item["kind"], item["id"]])).collect()
                };
                assert_eq!(items(&finding), items(&find(&first, check, subject)), "{lost}: {finding:#}");
            }
        }
    }
    // What comes after all that is told all the same.
    tenant.becomes(options(after()));
    grant(&tenant);
    let last = run(&tenant, &["run"], &accepted);
    for (check, subject, name) in GROWN {
        let finding = find(&last, check, subject);
        assert_eq!(finding["change"], "worsened", "{finding:#}");
        assert!(added(&last, &finding).contains(name), "{finding:#}");
    }
}
