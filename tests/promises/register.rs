//! The register: what stands in it is approved, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use workspace_audit_emulator::TenantName;

use crate::support::{Audit, Tenant, binary};

type Row = BTreeMap<String, String>;

/// Findings of a check that nobody accepted.
fn open(audit: &Audit, check: &str) -> Vec<Row> {
    let rows = audit.rows("findings.csv").into_iter();
    rows.filter(|row| row["check_id"] == check && ["fail", "review"].contains(&row["verdict"].as_str()))
        .collect()
}

fn fact(row: &Row, name: &str) -> String {
    let evidence: Vec<String> = serde_json::from_str(&row["evidence"]).unwrap();
    let prefix = format!("{name}: ");
    let value = evidence.iter().find_map(|fact| fact.strip_prefix(&prefix));
    value.unwrap_or_else(|| panic!("no {name} in {row:?}")).to_owned()
}

fn with_line(text: &str, client_id: &str, line: &str) -> String {
    let head = format!("client_id = \"{client_id}\"");
    assert!(text.contains(&head), "{head}");
    let lines = text.lines().map(|known| match known.starts_with(&head) {
        true => format!("{known}\n{line}\n"),
        false => format!("{known}\n"),
    });
    lines.collect()
}

/// A tenant that was audited once, with the register that was drafted of it and filled in.
struct Registered {
    tenant: Tenant,
    first: Audit,
    text: String,
}

impl Registered {
    fn new() -> Self {
        let tenant = Tenant::named(TenantName::Typical);
        let first = tenant.audit();
        let path = tenant.folder.path().join("draft.toml");
        let config = tenant.files.config.display().to_string();
        let drafted = binary(&["register", "--init", "--config", &config, path.to_str().unwrap()], &[]);
        assert_eq!(drafted.status.code(), Some(0), "{}", String::from_utf8_lossy(&drafted.stderr));
        let text = std::fs::read_to_string(path).unwrap();
        let text = text
            .replace("owner = \"\"", "owner = \"it@example.com\"")
            .replace("purpose = \"\"", "purpose = \"as agreed\"")
            .replace("review_by = \"\"", "review_by = 2099-01-01");
        Self { tenant, first, text }
    }

    /// The register with a line more for a client.
    fn with(&self, client_id: &str, line: &str) -> String {
        with_line(&self.text, client_id, line)
    }

    fn audit(&self, register: &str) -> Audit {
        let path = self.tenant.folder.path().join("register.toml");
        std::fs::write(&path, register).unwrap();
        self.tenant.audit_with(&["--set", &format!("checks.register={}", path.display())], &[])
    }
}

#[test]
fn a_client_needs_an_owner_and_a_stranger_that_is_no_vendor_is_asked_about() {
    let registered = Registered::new();
    let strangers = open(&registered.first, "DWD-06");
    let audit = registered.audit(&registered.text);
    let ids = |rows: &[Row]| rows.iter().map(|row| row["subject_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&open(&audit, "DWD-06")), ids(&strangers), "an owner does not make a stranger known");
    let vendor =
        &strangers.iter().find(|row| row["message"].contains("vendor-signatures")).unwrap()["subject_id"];
    let audit = registered.audit(&registered.with(vendor, "vendor = true"));
    assert!(!ids(&open(&audit, "DWD-06")).contains(vendor));

    let unowned = registered.text.replacen("owner = \"it@example.com\"", "owner = \"\"", 1);
    let failed = open(&registered.audit(&unowned), "DWD-06");
    let failed: Vec<_> = failed.iter().filter(|row| row["message"].contains("no owner for it")).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["verdict"], "fail");
}

#[test]
fn a_scope_that_is_struck_from_the_register_is_too_much() {
    let registered = Registered::new();
    let before = open(&registered.audit(&registered.text), "DWD-05");
    assert!(before.iter().all(|row| !row["evidence"].contains("does not approve")), "{before:?}");
    let scope = "    \"https://www.googleapis.com/auth/contacts.readonly\",";
    let struck: String = registered
        .text
        .lines()
        .filter(|line| !line.starts_with(scope))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(struck, registered.text);
    let after = open(&registered.audit(&struck), "DWD-05");
    let struck: Vec<_> = after.iter().filter(|row| row["evidence"].contains("does not approve")).collect();
    assert_eq!(struck.len(), 1, "{after:?}");
    assert!(struck[0]["subject_name"].starts_with("crm-sync@"), "{struck:?}");
}

#[test]
fn a_change_is_news_once_unless_a_ticket_says_that_it_was_agreed() {
    let registered = Registered::new();
    let changes = open(&registered.first, "DWD-07");
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(change["severity"], "critical");
    assert!(change["message"].contains(" from 198.51.100."), "{}", change["message"]);
    assert!(change["message"].contains("newsletter@"), "{}", change["message"]);

    // Judged again, the same run says the same until a ticket says otherwise.
    let client = fact(change, "client_id");
    let time =
        change["subject_id"].split('/').find(|part| part.contains("T") && part.ends_with("+00:00")).unwrap();
    let day = time.split('T').next().unwrap();
    let ticket = format!("tickets = [{{ id = \"CHG-1\", date = {day} }}]");
    let path = registered.tenant.folder.path().join("register.toml");
    std::fs::write(&path, registered.with(&client, &ticket)).unwrap();
    let config = registered.tenant.files.config.display().to_string();
    let set = format!("checks.register={}", path.display());
    let judged = binary(&["judge", "latest", "--config", &config, "--set", &set], &[]);
    assert_eq!(judged.status.code(), Some(0), "{}", String::from_utf8_lossy(&judged.stderr));
    let judged = Audit::of(&judged, registered.tenant.folder.path().join("reports"));
    assert_eq!(open(&judged, "DWD-07"), Vec::<Row>::new());
    assert_eq!(judged.verdicts("DWD-07")["excepted"], 1);
    let rows = judged.rows("findings.csv");
    let kept = rows.iter().find(|row| row["check_id"] == "DWD-07").unwrap();
    assert_eq!(kept["exception_id"], format!("register:{client}"), "it stays to be seen");

    let second = registered.tenant.audit_with(&["--set", &set], &[]);
    assert_eq!(open(&second, "DWD-07"), Vec::<Row>::new(), "the ticket acknowledges it in later runs too");
    assert!(!second.json("report.json")["fixed"].to_string().contains("DWD-07"), "and nobody mended it");
    let third = registered.tenant.audit();
    let changes: Vec<_> = open(&third, "DWD-07").iter().map(|row| row["change"].clone()).collect();
    assert_eq!(changes, ["worsened"], "without the ticket it is open again, and not new");
}

#[test]
fn a_custodian_may_and_nobody_else_and_nothing_is_called_fixed() {
    let registered = Registered::new();
    let before = open(&registered.first, "KEY-04");
    let keeper = before.iter().find(|row| row["subject_id"].contains("karin.falk@")).unwrap();
    let client = fact(keeper, "client_ids");
    assert!(before.len() > 1);
    let line = "custodians = [\"user:karin.falk@example.com\"]";
    let audit = registered.audit(&registered.with(&client, line));
    let after = open(&audit, "KEY-04");
    assert!(after.iter().all(|row| row["subject_id"] != keeper["subject_id"]));
    assert_eq!(after.len(), before.len() - 1);

    let rows = audit.rows("findings.csv");
    let kept = rows.iter().find(|row| row["fingerprint"] == keeper["fingerprint"]).unwrap();
    assert_eq!((kept["verdict"].as_str(), kept["change"].as_str()), ("excepted", "open"));
    assert_eq!(kept["exception_id"], format!("register:{client}"));
    assert_eq!(fact(kept, "custodian"), "user:karin.falk@example.com");
    let report = audit.json("report.json");
    assert_eq!(report["fixed"].as_array().unwrap().len(), 0, "nothing changed at Google");

    let paths = audit.rows("sa_paths.csv");
    let approved: Vec<&Row> = paths.iter().filter(|row| !row["approved_by"].is_empty()).collect();
    assert!(!approved.is_empty());
    for row in approved {
        assert_eq!(row["approved_by"], "user:karin.falk@example.com");
        assert_eq!((&row["client_id"], row["principal"].as_str()), (&client, "karin.falk@example.com"));
    }
    let closed = |audit: &Audit| {
        let report = audit.json("report.json");
        let cuts = report["takeover_cuts"].as_array().unwrap().clone();
        cuts.iter().any(|cut| cut["member"] == "user:karin.falk@example.com")
    };
    assert!(!closed(&audit), "nobody is told to cut what is approved");
    let html = std::fs::read_to_string(audit.folder.as_ref().unwrap().join("report.html")).unwrap();
    assert!(html.contains("approved by the register for user:karin.falk@example.com"));
}

/// The binding of an owner of a project, which reaches several accounts.
fn owner(audit: &Audit) -> Value {
    let report = audit.json("report.json");
    let mut findings = report["findings"].as_array().unwrap().iter();
    let is_owners = |finding: &&Value| {
        finding["subject"]["id"].as_str().unwrap().ends_with("roles/owner/user:signe.dahl@example.com")
    };
    findings.find(is_owners).unwrap().clone()
}

#[test]
fn a_custodian_of_one_account_leaves_the_finding_open_for_the_others() {
    let registered = Registered::new();
    let reach = |audit: &Audit| owner(audit)["reach"].as_array().unwrap().clone();
    let client_of = |reached: &Value| reached["client_id"].as_str().unwrap().to_owned();
    let clients: BTreeSet<String> = reach(&registered.first).iter().map(client_of).collect();
    assert!(clients.len() > 2);
    let line = "custodians = [\"user:signe.dahl@example.com\"]";

    let first = clients.first().unwrap();
    let one = registered.audit(&registered.with(first, line));
    assert_eq!(owner(&one)["verdict"], "fail");
    let (accepted, open): (Vec<_>, Vec<_>) =
        reach(&one).into_iter().partition(|reached| reached["accepted_by"].is_string());
    assert!(accepted.iter().all(|reached| client_of(reached) == *first) && !accepted.is_empty());
    let left: BTreeSet<String> = open.iter().map(client_of).collect();
    assert_eq!(left.len(), clients.len() - 1);
    let evidence = owner(&one)["evidence"].to_string();
    assert!(evidence.contains("accepted: 1 of ") && evidence.contains("user:signe.dahl@"), "{evidence}");

    let mut text = registered.text.clone();
    for client in &clients {
        text = with_line(&text, client, line);
    }
    let all = registered.audit(&text);
    let (finding, paths) = (owner(&all), all.rows("sa_paths.csv"));
    assert_eq!(
        (&finding["verdict"], &finding["change"]),
        (&json!("excepted"), &json!("open")),
        "{finding:#}"
    );
    assert_eq!(all.json("report.json")["fixed"].as_array().unwrap().len(), 0);
    // An approval is decided once: where a path is approved, its way in a finding is accepted.
    let report = all.json("report.json");
    for row in paths.iter().filter(|row| row["principal"] != row["service_account"]) {
        let by = json!({"path": {"principal": row["principal"], "edge": row["edge"]}});
        let mut ways = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|finding| finding["reach"].as_array().unwrap());
        let is_accepted = ways.any(|way| {
            way["by"] == by && way["client_id"] == row["client_id"] && way["accepted_by"].is_string()
        });
        assert_eq!(is_accepted, !row["approved_by"].is_empty(), "{row:?}");
    }

    // What was accepted and is no more is news.
    let back = registered.audit(&registered.with(first, line));
    assert_eq!((&owner(&back)["verdict"], &owner(&back)["change"]), (&json!("fail"), &json!("worsened")));
}

#[test]
fn a_report_written_again_shows_the_approvals_that_its_findings_were_judged_with() {
    let registered = Registered::new();
    let keeper = "user:karin.falk@example.com";
    let before = open(&registered.first, "KEY-04");
    let finding = before.iter().find(|row| row["subject_id"].contains("karin.falk@")).unwrap();
    let text = registered.with(&fact(finding, "client_ids"), &format!("custodians = [\"{keeper}\"]"));
    let say = |command: &str, register: &str| {
        let file = registered.tenant.folder.path().join("later.toml");
        std::fs::write(&file, register).unwrap();
        let config = registered.tenant.files.config.display().to_string();
        let set = format!("checks.register={}", file.display());
        let output = binary(&[command, "latest", "--config", &config, "--set", &set], &[]);
        let audit = Audit::of(&output, registered.tenant.folder.path().join("reports"));
        let verdict = audit
            .rows("findings.csv")
            .into_iter()
            .find(|row| row["fingerprint"] == finding["fingerprint"])
            .unwrap()["verdict"]
            .clone();
        let paths = audit.rows("sa_paths.csv");
        (verdict, paths.iter().filter(|row| row["approved_by"] == keeper).count() > 0)
    };
    assert_eq!(say("report", &text), ("fail".to_owned(), false), "the register came later");
    assert_eq!(say("judge", &text), ("excepted".to_owned(), true));
    assert_eq!(say("report", &registered.text), ("excepted".to_owned(), true), "the custodian left later");
}
