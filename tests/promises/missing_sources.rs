//! Missing data is never a pass: each source taken away, in each way.

use std::collections::{BTreeMap, BTreeSet};

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant};

/// A source: its part, the requests it is read by, and files that are about something else. (The file of
/// delegated scopes carries the run's own time, so no two runs agree on it.)
const SOURCES: [(&str, &str, &[&str]); 6] = [
    ("users", "GET /admin/directory/v1/users", &["service_accounts.csv", "sa_keys.csv"]),
    ("domains", "GET /admin/directory/v1/customer/*/domains", &["users.csv", "service_accounts.csv"]),
    (
        "admin_roles",
        "GET /admin/directory/v1/customer/*/roleassignments",
        &["users.csv", "send_as.csv", "sa_keys.csv"],
    ),
    ("send_as", "GET /gmail/v1/users/*/settings/sendAs", &["service_accounts.csv"]),
    ("service_accounts", "GET /v1/projects/*/serviceAccounts", &["users.csv", "send_as.csv"]),
    ("sa_keys", "GET /v1/projects/*/serviceAccounts/*/keys", &["users.csv", "send_as.csv"]),
];

fn without(fault: &str) -> (Tenant, Audit) {
    let tenant = Tenant::with(Options {
        tenant: TenantName::Healthy,
        at: Some("2026-11-21T07:00:00Z".parse().unwrap()),
        faults: vec![fault.parse().unwrap()],
        ..Options::default()
    });
    let audit = tenant.audit();
    (tenant, audit)
}

/// The checks that say they need a part, from the report itself.
fn checks_that_need(audit: &Audit, part: &str) -> BTreeSet<String> {
    let report = audit.json("report.json");
    let checks = report["checks"].as_array().unwrap().iter();
    let needing = checks.filter(|check| check["needs"].as_array().unwrap().iter().any(|need| need == part));
    needing.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
}

fn assert_no_pass_without(part: &str, fault: &str, untouched: &BTreeMap<&str, String>, others: &[&str]) {
    let (_tenant, audit) = without(fault);
    audit.assert_code(4);
    let row = audit.coverage(part);
    let missing: u64 = row["denied"].parse::<u64>().unwrap() + row["failed"].parse::<u64>().unwrap();
    assert!(missing > 0, "{fault}: {row:?}");
    assert!(!row["reason"].is_empty(), "{fault}: {row:?}");
    let checks = checks_that_need(&audit, part);
    assert!(!checks.is_empty(), "{part}");
    for check in checks {
        let verdicts = audit.verdicts(&check);
        assert_eq!(verdicts["pass"], 0, "{fault}: {check}: {verdicts:?}");
        assert!(verdicts["not_assessed"] > 0, "{fault}: {check}: {verdicts:?}");
    }
    for file in others {
        assert_eq!(&audit.file(file), &untouched[file], "{fault} changes {file}");
    }
    assert!(audit.stderr.contains("cause:") && audit.stderr.contains("fix:"), "{}", audit.stderr);
}

fn every_source_missing_with(answer: &str) {
    let undisturbed = Tenant::with(Options {
        tenant: TenantName::Healthy,
        at: Some("2026-11-21T07:00:00Z".parse().unwrap()),
        ..Options::default()
    });
    let audit = undisturbed.audit();
    let files = SOURCES.iter().flat_map(|(_, _, others)| others.iter());
    let untouched: BTreeMap<&str, String> = files.map(|file| (*file, audit.file(file))).collect();
    std::thread::scope(|scope| {
        for (part, route, others) in SOURCES {
            let untouched = &untouched;
            scope.spawn(move || {
                assert_no_pass_without(part, &format!("{route} {answer}"), untouched, others);
            });
        }
    });
}

#[test]
fn a_source_that_is_forbidden_is_never_a_pass() {
    every_source_missing_with("403");
}

#[test]
fn a_source_that_is_not_found_is_never_a_pass() {
    every_source_missing_with("404");
}

#[test]
fn a_source_that_fails_for_good_is_never_a_pass() {
    every_source_missing_with("500");
}

#[test]
fn a_listing_that_breaks_off_keeps_what_was_read_and_has_no_total() {
    let (_tenant, audit) = without("GET /admin/directory/v1/users 500 after=1");
    audit.assert_code(4);
    let (users, send_as) = (audit.coverage("users"), audit.coverage("send_as"));
    assert_eq!((users["total"].as_str(), users["failed"].as_str()), ("", "1"));
    assert_eq!(send_as["total"], "");
    assert!(!audit.rows("users.csv").is_empty(), "the first page is kept");
    for check in ["IDM-01", "IDM-02", "IDM-03", "MAIL-08", "MAIL-10"] {
        assert_eq!(audit.verdicts(check)["pass"], 0, "{check}");
    }
}

#[test]
fn a_scope_that_is_not_delegated_costs_only_its_own_parts() {
    for (scope, part) in [
        ("admin.directory.domain.readonly", "domains"),
        ("admin.directory.rolemanagement.readonly", "admin_roles"),
        ("gmail.settings.basic", "send_as"),
        ("admin.directory.user.readonly", "users"),
    ] {
        let tenant = Tenant::with(Options {
            tenant: TenantName::Healthy,
            revoked_scopes: vec![format!("https://www.googleapis.com/auth/{scope}")],
            ..Options::default()
        });
        let audit = tenant.audit();
        audit.assert_code(4);
        let denied: BTreeSet<String> = audit
            .rows("coverage.csv")
            .into_iter()
            .filter(|row| row["denied"] != "0" || row["failed"] != "0")
            .map(|row| row["part"].clone())
            .collect();
        let of_mailboxes = ["send_as", "delegates", "forwarding_addresses", "auto_forwarding", "filters"];
        let with_mailboxes = matches!(part, "users" | "send_as");
        let expected = of_mailboxes.into_iter().filter(|_| with_mailboxes).chain([part]);
        assert_eq!(denied, expected.map(str::to_owned).collect(), "{scope}");
        let row = audit.coverage(part);
        assert!(row["needed"].contains(scope), "{row:?}");
        assert!(row["reason"].contains("scope_not_delegated"), "{row:?}");
    }
}

#[test]
fn an_api_that_is_off_is_named_with_the_place_to_switch_it_on() {
    let (_tenant, audit) = without("GET /v1/* disabled");
    audit.assert_code(4);
    assert!(audit.coverage("service_accounts")["reason"].contains("api_disabled"));
    assert!(audit.stderr.contains("APIs & Services > Library"), "{}", audit.stderr);
}

#[test]
fn a_subject_that_is_no_admin_is_named_with_the_role_to_give() {
    let tenant = Tenant::named(TenantName::Healthy);
    let truth = tenant.truth();
    let users = truth["users"].as_array().unwrap();
    let plain = users.iter().find(|user| {
        user["isAdmin"] == false && user["isDelegatedAdmin"] == false && user["suspended"] == false
    });
    let admin = plain.unwrap()["primaryEmail"].as_str().unwrap();
    let audit = tenant.audit_with(&["--admin", admin], &[]);
    audit.assert_code(1);
    assert!(audit.stderr.contains(admin), "{}", audit.stderr);
    assert!(audit.stderr.contains("docs/setup.md"), "{}", audit.stderr);
    assert!(!audit.reports.join("latest").exists(), "no report");
}

#[test]
fn what_is_not_configured_is_not_partial_and_not_a_pass() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.edit_config(|text| {
        text.lines()
            .filter(|line| !line.starts_with("console_grants") && !line.starts_with("projects"))
            .collect::<Vec<_>>()
            .join("\n")
    });
    let audit = tenant.audit();
    audit.assert_code(0);
    assert_eq!(audit.coverage("console_grants")["not_applicable"], "1");
    for check in ["DWD-02", "DWD-03", "DWD-04", "DWD-06", "KEY-01", "KEY-02"] {
        assert_eq!(audit.verdicts(check)["pass"], 0, "{check}");
        assert!(audit.verdicts(check)["not_assessed"] > 0, "{check}");
    }
}

#[test]
fn a_malformed_console_list_fails_its_part_and_names_the_line() {
    let tenant = Tenant::named(TenantName::Healthy);
    let scope = "https://www.googleapis.com/auth/gmail.send";
    for (row, words) in [
        (format!("1.17E+20,{scope}"), "a spreadsheet converted to a number"),
        ("see the wiki".to_owned(), "neither a client ID nor a scope URL"),
    ] {
        let list = format!("Client ID,Scopes\n117012345678901234567,{scope}\n{row}\n");
        std::fs::write(&tenant.files.console_grants, list).unwrap();
        let audit = tenant.audit();
        audit.assert_code(4);
        let coverage = audit.coverage("console_grants");
        assert_eq!(coverage["failed"], "1");
        assert!(coverage["reason"].contains("line 3") && coverage["reason"].contains(words), "{coverage:?}");
        assert_eq!(audit.verdicts("DWD-02")["pass"], 0);
    }
}

#[test]
fn an_account_that_gets_no_token_of_its_own_is_never_told_to_delegate_the_cloud() {
    let fault = "POST /token unauthorized_client".parse().unwrap();
    let tenant = Tenant::with(Options { faults: vec![fault], ..Options::default() });
    let audit = tenant.audit_with(&["--set", r#"collect.parts=["service_accounts"]"#], &[]);
    assert!(audit.stderr.contains("no token for the audit's service account itself"), "{}", audit.stderr);
    assert!(audit.stderr.contains("Do not delegate"), "{}", audit.stderr);
    assert!(!audit.stderr.contains("delegation entry"), "{}", audit.stderr);
    assert!(!audit.stderr.contains("Manage domain-wide delegation"), "{}", audit.stderr);
}

#[test]
fn public_certificates_that_are_refused_name_no_role() {
    let fault = "GET /service_accounts/v1/metadata/x509/* 403".parse().unwrap();
    let tenant =
        Tenant::with(Options { tenant: TenantName::Typical, faults: vec![fault], ..Options::default() });
    let audit = tenant.audit();
    let coverage = audit.coverage("client_certificates");
    assert!(coverage["reason"].contains("blocks it"), "{coverage:?}");
    assert_eq!(coverage["needed"], "", "{coverage:?}");
}

#[test]
fn users_that_were_not_read_are_not_said_to_be_none_and_one_cause_is_told_once() {
    let routes = [SOURCES[0].1, SOURCES[1].1];
    let tenant = Tenant::with(Options {
        tenant: TenantName::Healthy,
        faults: routes.map(|route| format!("{route} forbidden").parse().unwrap()).into(),
        ..Options::default()
    });
    let audit = tenant.audit();
    assert!(audit.stdout.contains("users not read"), "{}", audit.stdout);
    assert!(!audit.stdout.contains("0 users"), "{}", audit.stdout);
    let config = tenant.files.config.display().to_string();
    let runs = crate::support::binary(&["runs", "--config", &config], &[]);
    assert!(String::from_utf8_lossy(&runs.stdout).contains("not read"));
    let html = std::fs::read_to_string(audit.folder.as_ref().unwrap().join("report.html")).unwrap();
    assert!(html.contains("<dt>Users</dt><dd><a href=\"#mailboxes\">not read</a></dd>"));
    let (_, gaps) = html.split_once("What this report does not know").unwrap();
    let gaps = gaps.split("</ul>").next().unwrap();
    assert!(gaps.contains("Domains and domain aliases"), "{gaps}");
    let causes: Vec<&str> =
        gaps.split("<li>").skip(1).filter_map(|gap| gap.rsplit("</span>").next()).collect();
    assert_eq!(causes.iter().collect::<BTreeSet<_>>().len(), causes.len(), "{gaps}");
    assert!(causes.len() < gaps.matches("<strong>").count(), "{gaps}");
}
