//! What is not looked at any more is not mended: a project that is dropped, a list that is older or gone.

use std::collections::BTreeMap;

use workspace_audit_emulator::{Fault, LogEntry, Logged, Options, TenantName};

use crate::support::{Audit, Tenant};

type Row = BTreeMap<String, String>;

/// What a person should see, by fingerprint.
fn open(audit: &Audit) -> BTreeMap<String, Row> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| ["fail", "review"].contains(&row["verdict"].as_str()) && row["subject_kind"] != "event")
        .map(|row| (row["fingerprint"].clone(), row))
        .collect()
}

fn fixed(audit: &Audit) -> Vec<String> {
    let report = audit.json("report.json");
    let fixed = report["fixed"].as_array().unwrap().iter();
    fixed.map(|finding| format!("{} {}", finding["check_id"], finding["subject"])).collect()
}

fn set_line(tenant: &Tenant, key: &str, value: &str) {
    tenant.edit_config(|text| {
        let is_line = |line: &str| line.split('=').next().is_some_and(|name| name.trim() == key);
        assert!(text.lines().any(is_line), "{key} in {text}");
        let lines = text.lines().map(|line| match is_line(line) {
            true => format!("{key} = {value}\n"),
            false => format!("{line}\n"),
        });
        lines.collect()
    });
}

fn days_ago(days: i64) -> String {
    (chrono::Utc::now() - chrono::Duration::days(days)).date_naive().to_string()
}

#[test]
fn what_was_found_in_a_project_that_is_not_read_any_more_is_not_fixed() {
    let tenant = Tenant::named(TenantName::Typical);
    let before = open(&tenant.audit());
    let config = std::fs::read_to_string(&tenant.files.config).unwrap();
    let is_of_data =
        |row: &Row| row["evidence"].contains("data-project") || row["message"].contains("data-project");
    let lost: Vec<&Row> = before.values().filter(|row| is_of_data(row)).collect();
    for check in ["KEY-02", "KEY-04", "KEY-05", "KEY-08"] {
        assert!(lost.iter().any(|row| row["check_id"] == check), "{check} finds nothing in data-project");
    }

    tenant.edit_config(|text| {
        let shorter = text.replace(", \"data-project\"", "").replace("\"data-project\", ", "");
        assert_ne!(text, shorter, "{text}");
        shorter
    });
    // What is carried over once is carried over again.
    for run in ["second", "third"] {
        let audit = tenant.audit();
        assert_eq!(fixed(&audit), Vec::<String>::new(), "{run}");
        let after = open(&audit);
        for (fingerprint, row) in &before {
            assert!(
                after.contains_key(fingerprint),
                "{run}: {} {} is gone",
                row["check_id"],
                row["subject_id"]
            );
        }
        let key = |row: &&Row| row["check_id"] == "KEY-02" && is_of_data(row);
        let of_keys: Vec<&Row> = after.values().filter(key).collect();
        assert!(!of_keys.is_empty());
        assert!(of_keys.iter().all(|row| row["change"] == "not_rechecked"), "{run}: {of_keys:?}");
    }

    std::fs::write(&tenant.files.config, config).unwrap();
    let back = tenant.audit();
    let after = open(&back);
    for (fingerprint, row) in &before {
        assert_eq!(after[fingerprint]["change"], "open", "{} {}", row["check_id"], row["subject_id"]);
    }
}

#[test]
fn a_client_is_fixed_only_by_a_newer_list_that_does_not_name_it() {
    let tenant = Tenant::named(TenantName::Typical);
    set_line(&tenant, "console_grants_date", &days_ago(20));
    let first = tenant.audit();
    let mut provenances: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in first.rows("delegated_scopes.csv") {
        provenances.entry(row["client_id"].clone()).or_default().push(row["provenance"].clone());
    }
    let is_listed_alone =
        |seen: &&Vec<String>| seen.iter().all(|seen| seen.contains("console") && !seen.contains("log"));
    let (client, _) = provenances.iter().find(|(_, seen)| is_listed_alone(seen)).unwrap();
    // DWD-01 is about what lists say of each other.
    let of_client = |audit: &Audit| -> Vec<Row> {
        let rows = open(audit).into_values();
        rows.filter(|row| row["subject_id"].starts_with(client.as_str()) && row["check_id"] != "DWD-01")
            .collect()
    };
    let before = of_client(&first).len();
    assert!(before > 1, "{before}");

    let list = std::fs::read_to_string(&tenant.files.console_grants).unwrap();
    let without: String =
        list.lines().filter(|line| !line.contains(client.as_str())).map(|line| format!("{line}\n")).collect();
    assert_ne!(list, without);
    // Older than the first, so that it proves nothing of today.
    std::fs::write(&tenant.files.console_grants, &without).unwrap();
    set_line(&tenant, "console_grants_date", &days_ago(30));
    let older = tenant.audit();
    let rows = of_client(&older);
    assert_eq!(rows.len(), before);
    assert!(rows.iter().all(|row| row["change"] == "not_rechecked"), "{rows:?}");
    assert_eq!(fixed(&older), Vec::<String>::new());

    let config = std::fs::read_to_string(&tenant.files.config).unwrap();
    tenant.edit_config(|text| text.replace("console_grants", "# console_grants"));
    let none = tenant.audit();
    let rows = of_client(&none);
    assert_eq!(rows.len(), before);
    assert!(rows.iter().all(|row| row["change"] == "not_rechecked"), "{rows:?}");
    assert_eq!(fixed(&none), Vec::<String>::new());

    std::fs::write(&tenant.files.config, config).unwrap();
    set_line(&tenant, "console_grants_date", &days_ago(1));
    let newer = tenant.audit();
    assert_eq!(of_client(&newer), Vec::<Row>::new());
    let fixed = fixed(&newer);
    let of_client =
        fixed.iter().filter(|finding| finding.contains(client.as_str()) && !finding.contains("DWD-01"));
    assert_eq!(of_client.count(), before, "{fixed:?}");
}

#[test]
fn what_was_found_of_an_address_is_found_of_its_number_once_that_is_known() {
    let with = |faults: Vec<Fault>| Options { tenant: TenantName::Typical, faults, ..Options::default() };
    let empty = "GET /service_accounts/v1/metadata/x509/* body=200".parse::<Fault>().unwrap();
    let mut tenant = Tenant::with(with(vec![empty.with_text("{}").unwrap()]));
    let of_address = |audit: &Audit| -> Vec<Row> {
        let is_address = |row: &Row| row["subject_id"].starts_with("signatures@vendor-signatures");
        open(audit).into_values().filter(is_address).collect()
    };
    assert!(!of_address(&tenant.audit()).is_empty());
    tenant.becomes(with(Vec::new()));
    // Whether the certificates are read once more or not: what was learned stays known.
    for run in ["second", "third"] {
        let audit = tenant.audit();
        assert_eq!(of_address(&audit), [], "{run}");
        assert_eq!(fixed(&audit), Vec::<String>::new(), "{run}");
    }
}

#[test]
fn an_admin_role_whose_page_is_lost_is_not_gone_while_google_still_has_it() {
    let list = "GET /admin/directory/v1/customer/*/roleassignments";
    let typical = |faults: Vec<Fault>| Options { tenant: TenantName::Typical, faults, ..Options::default() };
    let mut tenant = Tenant::with(typical(Vec::new()));
    let before = open(&tenant.audit());
    assert!(before.values().any(|row| row["check_id"] == "DWD-08"));
    let last = tenant.truth()["roleAssignments"].as_array().unwrap().len() - 1;
    assert!((1..25).contains(&last), "more than one page");
    // A listing begins with an empty page: of all but one assignment, nothing is listed.
    let removals: Vec<String> =
        (1..=last).rev().map(|place| format!(r#"{{"op":"remove","path":"/items/{place}"}}"#)).collect();
    let lost = format!("{list} patch every=2 text=[{}]", removals.join(","));
    tenant.becomes(typical(vec![lost.parse().unwrap()]));
    for run in ["second", "third"] {
        let audit = tenant.audit();
        audit.assert_code(4);
        let coverage = audit.coverage("admin_roles");
        assert_eq!(coverage["failed"], "1", "{run}");
        assert!(coverage["reason"].starts_with("empty_listing"), "{run}: {coverage:?}");
        assert_eq!(fixed(&audit), Vec::<String>::new(), "{run}");
        let after = open(&audit);
        for (fingerprint, row) in &before {
            assert!(after.contains_key(fingerprint), "{run}: {} {}", row["check_id"], row["subject_id"]);
        }
    }
    let gone = format!("{list}/* 404");
    tenant.becomes(typical(vec![lost.parse().unwrap(), gone.parse().unwrap()]));
    let audit = tenant.audit();
    assert_eq!(audit.coverage("admin_roles")["failed"], "0");
    assert!(fixed(&audit).iter().any(|finding| finding.contains("DWD-08")), "{:?}", fixed(&audit));
}

#[test]
fn an_app_is_fixed_only_by_a_revocation_and_not_by_a_log_that_forgets_it() {
    let at = |days, what| LogEntry {
        at: chrono::Utc::now() - chrono::Duration::days(days),
        listed_from: None,
        what,
    };
    let app = |days, name: &str, scope: &str| {
        at(days, Logged::App { name: name.to_owned(), scopes: vec![scope.to_owned()] })
    };
    let mail = "https://mail.google.com/";
    let other = || vec![app(3, "other", mail), app(2, "narrow", "openid")];
    let options = |log_entries| Options { tenant: TenantName::Healthy, log_entries, ..Options::default() };
    let changes = |audit: &Audit, name: &str| -> Vec<String> {
        let rows = open(audit).into_values();
        let of_app = rows.filter(|row| row["check_id"] == "APP-02" && row["subject_name"] == name);
        of_app.map(|row| row["change"].clone()).collect()
    };
    let mut tenant =
        Tenant::with(options([vec![app(170, "old", mail), app(160, "narrow", mail)], other()].concat()));
    let first = tenant.audit();
    for name in ["old", "narrow", "other"] {
        assert_eq!(changes(&first, name), ["new"], "{name}");
    }
    tenant.becomes(options(other()));
    for run in ["second", "third"] {
        let audit = tenant.audit();
        for (name, change) in [("old", "not_rechecked"), ("narrow", "not_rechecked"), ("other", "open")] {
            assert_eq!(changes(&audit, name), [change], "{run}: {name}");
        }
        assert_eq!(fixed(&audit), Vec::<String>::new(), "{run}");
    }
    let revoked = Logged::AppRevoked { name: "old".to_owned(), scopes: vec![mail.to_owned()] };
    tenant.becomes(options([other(), vec![at(1, revoked)]].concat()));
    let audit = tenant.audit();
    assert_eq!(changes(&audit, "old"), Vec::<String>::new());
    assert_eq!(changes(&audit, "narrow"), ["not_rechecked"]);
    assert_eq!(fixed(&audit).len(), 1, "{:?}", fixed(&audit));
}
