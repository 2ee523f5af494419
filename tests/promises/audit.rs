//! What the audit says of a tenant is what the tenant is.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{Audit, Tenant, WITH_OPTIONAL, files_below, unguarded};
use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

/// The tables of a report with their columns, as `docs/reports.md` lists them.
fn documented_tables() -> BTreeMap<String, String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reports.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once('`')?;
        let columns = rest.strip_suffix("` |")?.rsplit_once('`')?.1;
        name.ends_with(".csv").then(|| (name.to_owned(), columns.to_owned()))
    });
    rows.collect()
}

/// A cell as `csv_cell` writes a text that could start a formula, or holds control characters.
fn cell(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { '\u{fffd}' } else { c })
        .collect();
    clean
}

fn field(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::Null => String::new(),
        Value::String(text) => cell(text),
        other => other.to_string(),
    }
}

fn same(cell: &str, truth: &str) -> bool {
    cell == truth || unguarded(cell) == truth
}

/// Gmail state and reading, as design says, from what the tenant holds.
fn expected_state(user: &Value) -> (&'static str, &'static str) {
    let yes = |name: &str| user[name] == Value::Bool(true);
    let no_mailbox = user["isMailboxSetup"] == Value::Bool(false);
    if yes("suspended") || yes("archived") {
        return (if no_mailbox { "no_mailbox" } else { "unknown" }, "not_applicable");
    }
    if no_mailbox {
        return ("no_mailbox", "not_applicable");
    }
    match user["gmail"].as_str().unwrap() {
        "on" => ("on", "complete"),
        "off" => ("off", "not_applicable"),
        "refused" => ("unknown", "denied"),
        other => panic!("the tenant knows no state {other}"),
    }
}

fn users_of(truth: &Value) -> BTreeMap<String, &Value> {
    truth["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| (user["id"].as_str().unwrap().to_owned(), user))
        .collect()
}

fn assert_users_are_the_truth(audit: &Audit, truth: &Value) {
    let users = users_of(truth);
    let rows = audit.rows("users.csv");
    let listed: Vec<&String> = rows.iter().map(|row| &row["user_id"]).collect();
    assert_eq!(listed, users.keys().collect::<Vec<_>>(), "every user once, in order");
    for row in &rows {
        let user = users[&row["user_id"]];
        for (column, name) in [
            ("primary_email", "primaryEmail"),
            ("org_unit", "orgUnitPath"),
            ("suspended", "suspended"),
            ("suspension_reason", "suspensionReason"),
            ("archived", "archived"),
            ("is_admin", "isAdmin"),
            ("is_delegated_admin", "isDelegatedAdmin"),
            ("two_step_enrolled", "isEnrolledIn2Sv"),
            ("two_step_enforced", "isEnforcedIn2Sv"),
        ] {
            assert!(
                same(&row[column], &field(user, name)),
                "{}: {column} is {}, not {}",
                row["primary_email"],
                row[column],
                field(user, name)
            );
        }
        assert!(same(&row["full_name"], &field(&user["name"], "fullName")), "{}", row["full_name"]);
        assert_eq!(row["is_guest"], (user["isGuestUser"] == true).to_string(), "{}", row["primary_email"]);
        let (gmail, read) = expected_state(user);
        assert_eq!(
            (row["gmail"].as_str(), row["mailbox_read"].as_str()),
            (gmail, read),
            "{}",
            row["primary_email"]
        );
    }
}

#[test]
fn every_user_and_state_is_the_tenants_own() {
    for tenant in [TenantName::Healthy, TenantName::Typical, TenantName::Neglected] {
        let tenant = Tenant::named(tenant);
        let audit = tenant.audit();
        assert_users_are_the_truth(&audit, &tenant.truth());
    }
}

#[test]
fn every_send_as_address_is_the_mailboxs_own() {
    let tenant = Tenant::named(TenantName::Neglected);
    let (audit, truth) = (tenant.audit(), tenant.truth());
    let mut expected = BTreeSet::new();
    for (id, user) in users_of(&truth).into_iter().filter(|(_, user)| user["gmail"] == "on") {
        for entry in user["sendAs"].as_array().expect("an answered mailbox has a list") {
            let smtp = &entry["smtpMsa"];
            expected.insert([
                id.clone(),
                field(entry, "sendAsEmail"),
                field(entry, "displayName"),
                field(entry, "replyToAddress"),
                (entry["isPrimary"] == true).to_string(),
                (entry["isDefault"] == true).to_string(),
                (entry["treatAsAlias"] == true).to_string(),
                field(entry, "verificationStatus"),
                field(smtp, "host"),
                field(smtp, "port"),
                field(smtp, "securityMode"),
            ]);
        }
    }
    let found: BTreeSet<_> = audit
        .rows("send_as.csv")
        .iter()
        .map(|row| {
            [
                "user_id",
                "send_as_email",
                "display_name",
                "reply_to",
                "is_primary",
                "is_default",
                "treat_as_alias",
                "verification_status",
                "smtp_host",
                "smtp_port",
                "smtp_security",
            ]
            .map(|column| unguarded(&row[column]))
        })
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(found, expected);
}

#[test]
fn coverage_adds_up_and_so_does_every_check() {
    for (tenant, code) in [(TenantName::Healthy, 0), (TenantName::Typical, 0), (TenantName::Neglected, 4)] {
        let tenant = Tenant::named(tenant);
        let audit = tenant.audit();
        audit.assert_code(code);
        let users = audit.rows("users.csv").len();
        for row in audit.rows("coverage.csv") {
            let number = |column: &str| row[column].parse::<usize>().unwrap();
            let sum: usize = ["read", "not_applicable", "denied", "failed"].into_iter().map(number).sum();
            assert_eq!(number("total"), sum, "{row:?}");
        }
        assert_eq!(audit.coverage("send_as")["total"], users.to_string());
        let reads: usize =
            audit.rows("users.csv").iter().filter(|row| row["mailbox_read"] == "complete").count();
        assert_eq!(audit.coverage("send_as")["read"], reads.to_string());
        for check in audit.json("report.json")["checks"].as_array().unwrap() {
            let of = |name: &str| check["population"][name].as_u64().unwrap();
            assert_eq!(of("listed"), of("assessed") + of("not_assessed") + of("not_applicable"), "{check}");
        }
    }
}

#[test]
fn a_healthy_tenant_passes_with_its_exceptions_and_a_neglected_one_fails_every_check() {
    let healthy = Tenant::readable(TenantName::Healthy);
    let audit = healthy.audit_with(&["--set", WITH_OPTIONAL], &[]);
    audit.assert_code(0);
    let verdicts: BTreeSet<String> =
        audit.rows("findings.csv").into_iter().map(|row| row["verdict"].clone()).collect();
    assert_eq!(verdicts, BTreeSet::from(["excepted".to_owned()]));
    let tenant = Tenant::readable(TenantName::Neglected);
    let neglected = tenant.audit_with(&["--set", WITH_OPTIONAL], &[]);
    let report = neglected.json("report.json");
    for check in report["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        let counts = neglected.verdicts(id);
        // What is new is news once, and here there is none.
        assert!(
            id.starts_with("EXC") || id == "APP-03" || counts["fail"] + counts["review"] > 0,
            "{id}: {counts:?}"
        );
    }
}

#[test]
fn service_accounts_keys_and_grants_are_the_tenants_own() {
    let tenant = Tenant::named(TenantName::Typical);
    let (audit, truth) = (tenant.audit(), tenant.truth());
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let accounts = || {
        truth["projects"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|project| project["serviceAccounts"].as_array().unwrap())
    };
    let expected: BTreeSet<_> = accounts().map(|a| (text(a, "email"), text(a, "oauth2ClientId"))).collect();
    let found: BTreeSet<_> = audit
        .rows("service_accounts.csv")
        .iter()
        .map(|row| (row["email"].clone(), row["client_id"].clone()))
        .collect();
    assert_eq!(found, expected);
    let grants: BTreeSet<(String, String)> = truth["grants"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|grant| {
            let client = text(grant, "clientId");
            let scopes = grant["scopes"].as_array().unwrap().clone();
            scopes.into_iter().map(move |scope| (client.clone(), scope.as_str().unwrap().to_owned()))
        })
        .collect();
    let rows = audit.rows("delegated_scopes.csv");
    let found: BTreeSet<_> =
        rows.iter().map(|row| (row["client_id"].clone(), row["scope"].clone())).collect();
    assert!(grants.is_subset(&found), "{:?}", grants.difference(&found));
    let of_logs = rows
        .iter()
        .filter(|row| !row["provenance"].contains("console") && !row["provenance"].contains("probe"));
    assert!(of_logs.count() >= 2, "what only the logs show is there too");
    let own = rows.iter().filter(|row| row["service_account"].starts_with("workspace-audit@"));
    for row in own {
        let says = |source: &str| row["provenance"].contains(source);
        assert!(says("console") && says("probe"), "{}: {}", row["scope"], row["provenance"]);
    }
}

#[test]
fn files_have_exactly_their_columns_and_are_private() {
    let tenant = Tenant::named(TenantName::Typical);
    let audit = tenant.audit();
    let files = files_below(audit.folder.as_ref().unwrap());
    let tables = files.iter().filter(|(path, _)| path.extension().is_some_and(|kind| kind == "csv"));
    let header = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.split_once("\r\n").map(|(header, _)| header.to_owned()).unwrap()
    };
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let written: BTreeMap<_, _> = tables.map(|(path, text)| (name(path), header(text))).collect();
    assert_eq!(written, documented_tables());
    for path in files_below(&audit.reports).keys() {
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn the_manifest_names_each_file_with_its_hash() {
    use sha2::{Digest, Sha256};
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = tenant.audit();
    let manifest = audit.json("manifest.json");
    let files = manifest["files"].as_array().unwrap();
    assert!(files.len() >= 9, "{files:?}");
    for file in files {
        let text = audit.file(file["name"].as_str().unwrap());
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&text));
        assert_eq!(file["sha256"], hash, "{}", file["name"]);
    }
    assert_eq!(audit.json("status.json")["exit_code"], 0);
}

#[test]
fn a_subject_without_a_mailbox_right_is_a_gap_of_one_user() {
    let tenant = Tenant::with(Options {
        tenant: TenantName::Healthy,
        faults: vec!["GET /gmail/v1/users/*/settings/sendAs 403 after=5".parse().unwrap()],
        ..Options::default()
    });
    let audit = tenant.audit_with(&["--set", r#"collect.parts=["users","domains","send_as"]"#], &[]);
    audit.assert_code(4);
    let rows = audit.rows("users.csv");
    let answered = rows.iter().filter(|row| row["mailbox_read"] == "complete" || row["gmail"] == "off");
    assert_eq!(answered.count(), 5);
    let denied: Vec<_> = rows.iter().filter(|row| row["mailbox_read"] == "denied").collect();
    assert!(!denied.is_empty());
    for row in denied {
        assert_eq!(row["gmail"], "unknown");
        assert!(row["mailbox_gap"].starts_with("forbidden: "), "{}", row["mailbox_gap"]);
    }
}

#[test]
fn hostile_names_stay_text_in_every_file() {
    let tenant = Tenant::readable(TenantName::Neglected);
    let audit = tenant.audit_with(&["--set", WITH_OPTIONAL], &[]);
    let tables = documented_tables();
    assert!(tables.contains_key("sa_paths.csv"), "{tables:?}");
    for name in tables.keys() {
        for record in csv::Reader::from_reader(audit.file(name).as_bytes()).records().map(Result::unwrap) {
            for cell in &record {
                let first = cell.chars().next().unwrap_or(' ');
                assert!(!"=+-@\t\r\n＝＋－＠".contains(first), "{name}: {cell}");
                assert!(!cell.chars().any(char::is_control), "{name}: {cell}");
            }
        }
    }
    let html = audit.file("report.html");
    assert!(
        html.contains("&lt;script&gt;") || html.contains("&#60;script&#62;"),
        "the hostile name is shown as text"
    );
    assert_eq!(html.matches("<script").count(), 1, "only the report's own script");
    assert!(!html.contains("<img"), "no tenant markup");
}

#[test]
fn with_a_log_for_programs_every_line_on_stderr_is_json() {
    let faults = vec!["GET /admin/directory/v1/customer/*/domains 403".parse().unwrap()];
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, faults, ..Options::default() });
    let lines = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let audit = tenant.audit_with(&[&["--log-format", "json"], arguments].concat(), &[]);
        audit.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    };
    for arguments in [&[][..], &["--quiet"]] {
        let lines = lines(arguments);
        let gap = &lines.iter().find(|line| line["fields"]["message"] == "not read").unwrap()["fields"];
        assert!(gap["cause"].as_str().unwrap().contains("403") && gap["fix"] != "", "{gap}");
    }
    let refused = lines(&["--set", "collect.concurrency=many"]);
    let failure = &refused.last().unwrap()["fields"];
    assert!(failure["message"].as_str().unwrap().contains("concurrency"), "{failure}");
    let refused = lines(&["--set", "auth.key_file=/nowhere/key.json"]);
    assert!(!refused.last().unwrap()["fields"]["fix"].as_str().unwrap().is_empty(), "{refused:?}");
}
