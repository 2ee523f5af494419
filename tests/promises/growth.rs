//! An exception accepts what was there when it was written. What came later is open, or is counted where nobody said when
//! it was written.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant, binary};

const MEMBERS: &str = "GET /admin/directory/v1/groups/*/members";
const GROUP: &str = "group:platform@example.com";

fn options(faults: Vec<Fault>) -> Options {
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    Options { tenant: TenantName::Typical, at, faults, ..Options::default() }
}

fn patched(route: &str, patch: &Value) -> Fault {
    format!("{route} patch").parse::<Fault>().unwrap().with_text(&patch.to_string()).unwrap()
}

/// One more member of each group.
fn mallory() -> Fault {
    let member = json!({"kind": "admin#directory#member", "id": "99999", "email": "mallory@example.com",
        "role": "MEMBER", "type": "USER", "status": "ACTIVE"});
    patched(MEMBERS, &json!([{"op": "add", "path": "/members/-", "value": member}]))
}

fn entry(check: &Value, subject: &str, created: Option<NaiveDate>) -> String {
    let created = created.map(|created| format!("created = {created}\n")).unwrap_or_default();
    format!(
        "[[exception]]\ncheck = {check}\nsubject = {}\nreason = \"agreed\"\nowner = \"it@example.com\"\n{created}expires = \
         2099-06-30\n\n",
        json!(subject)
    )
}

fn audit_with(tenant: &Tenant, entries: &str) -> Audit {
    let file = tenant.folder.path().join("accepted.toml");
    std::fs::write(&file, entries).unwrap();
    tenant.audit_with(&["--set", &format!("checks.exceptions={}", file.display())], &[])
}

/// The newest run, judged again.
fn judged(tenant: &Tenant, entries: &str) -> Audit {
    let file = tenant.folder.path().join("accepted.toml");
    std::fs::write(&file, entries).unwrap();
    let config = tenant.files.config.display().to_string();
    let set = format!("checks.exceptions={}", file.display());
    let output = binary(&["judge", "latest", "--config", &config, "--set", &set], &[]);
    Audit::of(&output, tenant.folder.path().join("reports"))
}

fn findings(audit: &Audit) -> Vec<Value> {
    audit.json("report.json")["findings"].as_array().unwrap().clone()
}

fn find(audit: &Audit, subject: &str) -> Value {
    let of = |finding: &Value| {
        finding["subject"]["kind"] == "binding"
            && finding["subject"]["id"].as_str().unwrap().contains(subject)
    };
    let found: Vec<Value> = findings(audit).into_iter().filter(of).collect();
    let [only] = found.as_slice() else { panic!("{subject}: {found:#?}") };
    only.clone()
}

/// The day of a run.
fn day(audit: &Audit) -> NaiveDate {
    audit.json("report.json")["run"]["started_at"].as_str().unwrap()[..10].parse().unwrap()
}

fn evidence(finding: &Value, name: &str) -> String {
    let all = finding["evidence"].as_array().unwrap().iter();
    let said = all.filter_map(|line| line.as_str()?.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    said.collect()
}

/// A binding that is accepted, and the exception for it.
fn accepted(tenant: &Tenant, is_dated: bool) -> (Value, String, NaiveDate) {
    let first = tenant.audit();
    let day = day(&first);
    let finding = find(&first, GROUP);
    let created = is_dated.then(|| day - Days::new(1));
    let exception = entry(&finding["check_id"], finding["subject"]["id"].as_str().unwrap(), created);
    assert_eq!(
        find(&judged(tenant, &exception), GROUP)["verdict"],
        "excepted",
        "the first run's may be older"
    );
    (finding, exception, day)
}

#[test]
fn a_new_member_of_a_group_is_not_accepted_by_an_older_exception_for_the_binding_of_the_group() {
    let mut tenant = Tenant::with(options(Vec::new()));
    let (before, exception, today) = accepted(&tenant, true);
    tenant.becomes(options(vec![mallory()]));
    let second = audit_with(&tenant, &exception);
    let grown = find(&second, GROUP);
    assert_eq!((&grown["verdict"], &grown["change"]), (&json!("fail"), &json!("worsened")), "{grown:#}");
    assert!(evidence(&grown, "not_accepted").contains("mallory@example.com"), "{grown:#}");
    assert!(!evidence(&grown, "accepted_by_exception").is_empty(), "{grown:#}");
    let [by] = grown["accepted"].as_array().unwrap().as_slice() else { panic!("{grown:#}") };
    assert_eq!((&by["owner"], &by["expires"]), (&json!("it@example.com"), &json!("2099-06-30")));
    assert_ne!(by["parts"], json!([]));
    assert_eq!(grown["first_seen_at"], before["first_seen_at"]);

    // A run that reads no members neither accepts what came nor finds more.
    tenant.becomes(options(vec![format!("{MEMBERS} 403").parse().unwrap()]));
    let blind = find(&audit_with(&tenant, &exception), GROUP);
    assert_eq!(blind["verdict"], "fail", "{blind:#}");
    assert_ne!(blind["change"], "worsened", "{blind:#}");
    tenant.becomes(options(vec![mallory()]));
    let fourth = find(&audit_with(&tenant, &exception), GROUP);
    assert_eq!((&fourth["verdict"], &fourth["change"]), (&json!("fail"), &json!("open")), "{fourth:#}");

    // Whoever writes an exception now knows of it.
    let id = before["subject"]["id"].as_str().unwrap();
    let again = judged(&tenant, &entry(&before["check_id"], id, Some(today + Days::new(1))));
    assert_eq!(find(&again, GROUP)["verdict"], "excepted");
}

#[test]
fn what_a_blind_run_does_not_see_is_no_growth_when_it_is_seen_again() {
    let mut tenant = Tenant::with(options(Vec::new()));
    let (_, exception, _) = accepted(&tenant, true);
    for faults in [
        vec![format!("{MEMBERS} 403").parse().unwrap()],
        vec!["GET /v1/projects/data-project/serviceAccounts 403".parse().unwrap()],
        Vec::new(),
    ] {
        tenant.becomes(options(faults));
        let audit = audit_with(&tenant, &exception);
        let finding = find(&audit, GROUP);
        assert_eq!(finding["verdict"], "excepted", "{finding:#}");
        assert_eq!(audit.json("report.json")["run"]["changes"]["excepted_worsened"], 0);
        for finding in findings(&audit) {
            assert_ne!(finding["change"], "worsened", "{finding:#}");
        }
    }
}

#[test]
fn what_was_not_read_before_may_be_older_than_the_exception() {
    let mut tenant = Tenant::with(options(vec![format!("{MEMBERS} 403").parse().unwrap()]));
    let (before, exception, day) = accepted(&tenant, true);
    // With its members, the group has somebody outside: that is for another check to accept.
    let id = before["subject"]["id"].as_str().unwrap();
    let exception = exception + &entry(&json!("KEY-06"), id, Some(day - Days::new(1)));
    tenant.becomes(options(Vec::new()));
    let seen = find(&audit_with(&tenant, &exception), GROUP);
    assert_eq!(seen["verdict"], "excepted", "{seen:#}");
    tenant.becomes(options(vec![mallory()]));
    let grown = find(&audit_with(&tenant, &exception), GROUP);
    assert_eq!((&grown["verdict"], &grown["change"]), (&json!("fail"), &json!("worsened")), "{grown:#}");
}

#[test]
fn what_an_exception_without_a_date_accepts_is_counted_when_it_grows() {
    let mut tenant = Tenant::with(options(Vec::new()));
    let (_, exception, _) = accepted(&tenant, false);
    tenant.becomes(options(vec![mallory()]));
    let second = audit_with(&tenant, &exception);
    let grown = find(&second, GROUP);
    assert_eq!((&grown["verdict"], &grown["change"]), (&json!("excepted"), &json!("worsened")), "{grown:#}");
    assert!(grown["added"].to_string().contains("mallory@example.com"), "{grown:#}");
    let is_grown = |finding: &&Value| finding["verdict"] == "excepted" && finding["change"] == "worsened";
    let number = findings(&second).iter().filter(is_grown).count();
    assert!(number > 0);
    assert_eq!(second.json("report.json")["run"]["changes"]["excepted_worsened"], number);
    assert_eq!(second.json("status.json")["findings_excepted_worsened"], number);
    assert!(second.stdout.contains(&format!("({number} worsened)")), "{}", second.stdout);
    assert!(second.file("report.html").contains("id=\"since-accepted\""));
    let config = tenant.files.config.display().to_string();
    let told = binary(&["diff", "--config", &config], &[]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains(&format!("{number} grown")), "{told}");
    assert!(told.contains("mallory@example.com"), "{told}");
}

#[test]
fn an_accepted_client_without_a_date_that_gets_a_scope_has_grown() {
    let tenant = Tenant::with(options(Vec::new()));
    let first = tenant.audit();
    let of = |audit: &Audit, id: &str| {
        let is_it = |finding: &Value| finding["check_id"] == "DWD-04" && finding["subject"]["id"] == id;
        findings(audit).into_iter().find(is_it).unwrap()
    };
    let list = tenant.files.config.parent().unwrap().join("dwd.csv");
    let rows = std::fs::read_to_string(&list).unwrap();
    let is_listed = |finding: &&Value| {
        finding["check_id"] == "DWD-04" && rows.contains(finding["subject"]["id"].as_str().unwrap())
    };
    let all = findings(&first);
    let id = all.iter().find(is_listed).unwrap()["subject"]["id"].as_str().unwrap();
    let exception = entry(&json!("DWD-04"), id, None);
    assert_eq!(of(&audit_with(&tenant, &exception), id)["verdict"], "excepted");
    std::fs::write(&list, format!("{rows}added,{id},https://www.googleapis.com/auth/gmail.compose\n"))
        .unwrap();
    let second = audit_with(&tenant, &exception);
    let grown = of(&second, id);
    assert_eq!((&grown["verdict"], &grown["change"]), (&json!("excepted"), &json!("worsened")), "{grown:#}");
    assert_eq!(second.json("report.json")["run"]["changes"]["excepted_worsened"], 1);
}

#[test]
fn a_key_that_came_after_an_exception_for_its_account_is_not_accepted_by_it() {
    let mut tenant = Tenant::with(options(Vec::new()));
    let first = tenant.audit();
    let keys = |audit: &Audit| -> Vec<Value> {
        findings(audit).into_iter().filter(|finding| finding["check_id"] == "KEY-01").collect()
    };
    let known = keys(&first);
    let account = known[0]["subject"]["id"].as_str().unwrap().split('/').next().unwrap().to_owned();
    let name = known[0]["subject"]["name"].as_str().unwrap().split(' ').next().unwrap().to_owned();
    let exception = entry(&json!("KEY-01"), &name, Some(day(&first) - Days::new(1)));
    let of_account = |audit: &Audit| -> Vec<(String, String)> {
        let of = |finding: &Value| finding["subject"]["id"].as_str().unwrap().starts_with(&account);
        let told = |finding: Value| {
            (
                finding["subject"]["id"].as_str().unwrap().to_owned(),
                finding["verdict"].as_str().unwrap().to_owned(),
            )
        };
        keys(audit).into_iter().filter(of).map(told).collect()
    };
    let before: BTreeSet<_> = of_account(&judged(&tenant, &exception)).into_iter().collect();
    assert!(!before.is_empty() && before.iter().all(|(_, verdict)| verdict == "excepted"), "{before:?}");
    let id = "feedfacefeedfacefeedfacefeedfacefeedface";
    let key = json!({"name": format!("projects/-/serviceAccounts/{name}/keys/{id}"), "keyType": "USER_MANAGED",
        "keyAlgorithm": "KEY_ALG_RSA_2048", "keyOrigin": "GOOGLE_PROVIDED",
        "validAfterTime": "2026-11-20T07:00:00Z", "validBeforeTime": "9999-12-31T23:59:59Z"});
    let (local, _) = name.split_once('@').unwrap();
    let route = format!("GET /v1/projects/*/serviceAccounts/{local}*/keys");
    tenant.becomes(options(vec![patched(&route, &json!([{"op": "add", "path": "/keys/-", "value": key}]))]));
    let after: BTreeSet<_> = of_account(&audit_with(&tenant, &exception)).into_iter().collect();
    let came: Vec<_> = after.difference(&before).collect();
    let [(new, verdict)] = came.as_slice() else { panic!("{after:?}") };
    assert!(new.ends_with(id));
    assert_eq!(verdict, "fail");
    // By its own name it is accepted, whenever that was written.
    let own = entry(&json!("KEY-01"), id, Some(day(&first) - Days::new(1)));
    let told: BTreeSet<_> = of_account(&judged(&tenant, &own)).into_iter().collect();
    assert!(told.contains(&((*new).clone(), "excepted".to_owned())), "{told:?}");
}

/// Two bindings that differ in the expression of their condition alone.
#[test]
fn bindings_of_one_name_share_no_exception_and_it_is_told_which_they_are() {
    let binding = |expression: &str| {
        let value = json!({"role": "roles/iam.serviceAccountTokenCreator", "members": ["user:erik.sandberg@example.com"],
            "condition": {"title": "T", "expression": expression}});
        json!({"op": "add", "path": "/bindings/-", "value": value})
    };
    let route = "POST /v3/projects/apps-project:getIamPolicy";
    let of = |audit: &Audit| -> Vec<Value> {
        let is_of = |finding: &Value| {
            let id = finding["subject"]["id"].as_str().unwrap();
            finding["subject"]["kind"] == "binding"
                && id.contains(
                    "apps-project/roles/iam.serviceAccountTokenCreator/user:erik.sandberg@example.com",
                )
        };
        findings(audit).into_iter().filter(is_of).collect()
    };
    let expressions = ["request.time < timestamp('2030-01-01T00:00:00Z')", "request.path != 'x'"];
    let alone = Tenant::with(options(vec![patched(route, &json!([binding(expressions[0])]))]));
    let found = of(&alone.audit());
    let [only] = found.as_slice() else { panic!("{found:#?}") };
    let name = only["subject"]["name"].as_str().unwrap();
    let exception = entry(&only["check_id"], name, None);
    assert_eq!(of(&judged(&alone, &exception))[0]["verdict"], "excepted");

    let both = Tenant::with(options(vec![patched(route, &json!(expressions.map(binding)))]));
    both.audit();
    let told = judged(&both, &exception);
    let found = of(&told);
    assert_eq!(found.len(), 2, "{found:#?}");
    let names: BTreeSet<_> = found.iter().map(|finding| finding["subject"]["name"].to_string()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let unused = findings(&told).into_iter().find(|finding| finding["check_id"] == "EXC-02").unwrap();
    for finding in &found {
        assert_eq!(finding["verdict"], "fail", "{finding:#}");
        let id = finding["subject"]["id"].as_str().unwrap();
        assert!(unused["evidence"].to_string().contains(id), "{unused:#}");
        let exact = judged(&both, &entry(&finding["check_id"], id, None));
        let accepted = of(&exact).into_iter().filter(|finding| finding["verdict"] == "excepted");
        let accepted: Vec<_> = accepted.map(|finding| finding["subject"]["id"].clone()).collect();
        assert_eq!(accepted, [json!(id)]);
    }
}
