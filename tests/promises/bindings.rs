//! A binding is one finding: what a person can remove, with everything that it reaches.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant, binary};

const NOW: &str = "2026-11-21T07:00:00Z";
const PATH_CHECKS: [&str; 4] = ["KEY-04", "KEY-05", "KEY-06", "KEY-07"];
const CREATOR: &str = "roles/iam.serviceAccountTokenCreator";
const PROJECT: &str = "POST /v3/projects/apps-project:getIamPolicy";
const MEMBERS: &str = "GET /admin/directory/v1/groups/*/members";

fn options(faults: Vec<Fault>) -> Options {
    Options { tenant: TenantName::Typical, at: Some(NOW.parse().unwrap()), faults, ..Options::default() }
}

fn typical() -> Tenant {
    Tenant::with(options(Vec::new()))
}

fn patched(route: &str, patch: &Value) -> Fault {
    format!("{route} patch").parse::<Fault>().unwrap().with_text(&patch.to_string()).unwrap()
}

/// The findings about access paths.
fn of_bindings(audit: &Audit) -> Vec<Value> {
    let report = audit.json("report.json");
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["subject"]["kind"] == "binding").cloned().collect()
}

fn find(audit: &Audit, subject: &str) -> Value {
    let found: Vec<Value> = of_bindings(audit)
        .into_iter()
        .filter(|finding| finding["subject"]["id"].as_str().unwrap().contains(subject))
        .collect();
    let [only] = found.as_slice() else { panic!("{subject}: {found:#?}") };
    only.clone()
}

fn accounts(finding: &Value) -> BTreeSet<String> {
    let reach = finding["reach"].as_array().unwrap().iter();
    reach.map(|reached| reached["account"].as_str().unwrap().to_owned()).collect()
}

fn added(finding: &Value) -> BTreeSet<String> {
    let added = finding["added"].as_array().unwrap().iter();
    added.map(|added| added["kind"].as_str().unwrap().to_owned()).collect()
}

fn checks_of(finding: &Value) -> Vec<String> {
    let also = finding["also_checks"].as_array().unwrap().iter().map(|also| &also["check_id"]);
    let ids = std::iter::once(&finding["check_id"]).chain(also);
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_binding_is_one_finding_and_every_path_is_in_one() {
    for name in [TenantName::Typical, TenantName::Neglected] {
        let tenant = Tenant::with(Options { tenant: name, ..options(Vec::new()) });
        let audit = tenant.audit();
        let findings = of_bindings(&audit);
        assert!(findings.len() <= 20, "{}", findings.len());
        let subjects: BTreeSet<_> =
            findings.iter().map(|finding| finding["subject"]["id"].to_string()).collect();
        assert_eq!(subjects.len(), findings.len(), "one a binding");
        let mut reached = BTreeSet::new();
        for finding in &findings {
            for way in finding["reach"].as_array().unwrap() {
                if let Some(path) = way["by"].get("path") {
                    reached
                        .insert([&way["client_id"], &path["principal"], &path["edge"]].map(Value::to_string));
                }
            }
        }
        for row in audit.rows("sa_paths.csv") {
            // What an account may do to itself, keyless signing needs.
            if row["principal"] != row["service_account"] {
                let path = ["client_id", "principal", "edge"].map(|column| json!(row[column]).to_string());
                assert!(reached.contains(&path), "{path:?}");
            }
        }
    }
}

#[test]
fn a_binding_belongs_to_the_first_check_that_applies_and_each_of_them_counts_it() {
    let tenant = typical();
    let audit = tenant.audit();
    let findings = of_bindings(&audit);
    let order = |check: &str| ["KEY-06", "KEY-04", "KEY-05", "KEY-07"].iter().position(|id| *id == check);
    for check in PATH_CHECKS {
        let applies = findings.iter().filter(|finding| checks_of(finding).iter().any(|id| id == check));
        assert_eq!(audit.verdicts(check)["fail"], applies.count() as u64, "{check}");
    }
    for finding in &findings {
        let checks = checks_of(finding);
        assert!(checks.is_sorted_by_key(|check| order(check)), "{checks:?}");
    }
    let of = |subject| checks_of(&find(&audit, subject));
    assert_eq!(of("allAuthenticatedUsers"), ["KEY-06", "KEY-05"]);
    assert_eq!(of("roles/owner/user:signe.dahl@example.com"), ["KEY-04", "KEY-05"]);
    assert_eq!(of("runner@data-project"), ["KEY-05", "KEY-07"]);
}

#[test]
fn what_a_binding_reaches_more_than_before_is_named_and_the_finding_has_worsened() {
    let mut tenant = typical();
    let first = tenant.audit();
    let erik = "serviceAccountUser/user:erik.sandberg@example.com";
    assert_eq!(accounts(&find(&first, erik)).len(), 1);
    assert_eq!(find(&first, "group:platform@example.com")["change"], "new");

    // One more member of a group; nothing else changes.
    let mallory = json!([{"op": "add", "path": "/members/-", "value":
        {"kind": "admin#directory#member", "id": "99999", "email": "mallory@example.com", "role": "MEMBER", "type": "USER", "status": "ACTIVE"}}]);
    let members = || patched(MEMBERS, &mallory);
    tenant.becomes(options(vec![members()]));
    let second = tenant.audit();
    let grown = find(&second, "group:platform@example.com");
    assert_eq!(grown["change"], "worsened", "{grown:#}");
    assert_eq!(added(&grown), BTreeSet::from(["principal".to_owned()]));
    assert!(grown["added"].to_string().contains("mallory@example.com"));
    let worsened: Vec<_> =
        of_bindings(&second).into_iter().filter(|finding| finding["change"] == "worsened").collect();
    assert!(
        !worsened.is_empty()
            && worsened.iter().all(|finding| finding["added"].to_string().contains("mallory@"))
    );

    let rows = second.rows("findings.csv");
    let row = rows.iter().find(|row| row["subject_id"].contains("group:platform@example.com")).unwrap();
    assert!(row["added"].contains("mallory@example.com"), "{row:?}");

    tenant.becomes(options(vec![members()]));
    let third = find(&tenant.audit(), "group:platform@example.com");
    assert_eq!((&third["change"], added(&third).len()), (&json!("open"), 0), "news once");
}

/// Scopes of clients, accounts that bindings reach, members of a group, severities.
#[test]
fn twelve_additions_inside_findings_that_were_open_are_each_named_and_none_is_missed() {
    let scope = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    let full_mail = || "https://mail.google.com/".to_owned();
    let loader = "reports-loader@data-project.iam.gserviceaccount.com";
    let scopes = [
        ("DWD-02", "124417277923324090467", scope("example.other")),
        ("DWD-02", "126905412069111992092", scope("cloud-platform")),
        ("DWD-02", "158380373389143500105", scope("admin.directory.user")),
        ("DWD-03", "108869548310388307601", full_mail()),
        ("DWD-03", "167198486801004206159", full_mail()),
        ("DWD-03", "172022561676867230236", scope("gmail.settings.sharing")),
        ("DWD-04", "106241621620884097749", scope("gmail.compose")),
    ];
    let others = [
        ("KEY-01", "167198486801004206159/", "critical"),
        ("KEY-04", "keyKeeper/user:monika.graf@example.com", loader),
        ("KEY-05", "securityAdmin/user:viktor.balogh@example.com", loader),
        ("KEY-06", "group:platform@example.com", "mallory@example.com"),
        ("KEY-06", "group:platform@example.com", "eve@outside.example"),
    ];
    let member = |id: &str, email: &str| {
        json!({"op": "add", "path": "/members/-", "value": {"kind": "admin#directory#member",
            "id": id, "email": email, "role": "MEMBER", "type": "USER", "status": "ACTIVE"}})
    };
    let patch = json!([member("99998", "eve@outside.example"), member("99999", "mallory@example.com")]);

    let mut tenant = typical();
    let first = tenant.audit();
    tenant.becomes(options(vec![patched(MEMBERS, &patch)]));
    let list = tenant.files.config.parent().unwrap().join("dwd.csv");
    let mut rows = std::fs::read_to_string(&list).unwrap();
    for (_, client, scope) in &scopes {
        rows.push_str(&format!("added,{client},{scope}\n"));
    }
    rows.push_str("added,148501721030456362185,https://www.googleapis.com/auth/gmail.readonly\n");
    std::fs::write(&list, rows).unwrap();
    let second = tenant.audit();

    let found = |audit: &Audit, check: &str, subject: &str| {
        let report = audit.json("report.json");
        let of = |finding: &&Value| {
            let id = finding["subject"]["id"].as_str().unwrap();
            finding["check_id"] == check && finding["verdict"] != "not_assessed" && id.contains(subject)
        };
        report["findings"].as_array().unwrap().iter().find(of).cloned()
    };
    let scopes = scopes.iter().map(|(check, client, scope)| (*check, *client, scope.as_str()));
    let all: Vec<_> = scopes.chain(others).collect();
    assert_eq!(all.len(), 12);
    for (check, subject, what) in all {
        assert!(found(&first, check, subject).is_some(), "{check} {subject}");
        let grown = found(&second, check, subject).unwrap();
        assert_eq!(grown["change"], "worsened", "{grown:#}");
        assert!(grown["added"].to_string().contains(what), "{what}: {grown:#}");
    }
    let report = second.json("report.json");
    let is_worse = |finding: &&Value| finding["change"] == "worsened";
    for finding in report["findings"].as_array().unwrap().iter().filter(is_worse) {
        assert_ne!(finding["added"], json!([]), "{finding:#}");
    }
}

#[test]
fn what_could_not_be_read_in_between_is_kept_and_is_no_growth_when_it_is_read_again() {
    let mut tenant = typical();
    let first = tenant.audit();
    let owner = "roles/owner/user:signe.dahl@example.com";
    let group = "group:platform@example.com";
    let before = (accounts(&find(&first, owner)), find(&first, group)["reach"].as_array().unwrap().len());
    tenant.becomes(options(vec![format!("{MEMBERS} 403").parse().unwrap()]));
    let second = tenant.audit();
    let kept = find(&second, group);
    assert_eq!(kept["reach"].as_array().unwrap().len(), before.1, "{kept:#}");
    assert!(kept["reach"].to_string().contains("is_not_rechecked"), "{kept:#}");
    tenant.becomes(options(Vec::new()));
    let third = tenant.audit();
    let again = find(&third, group);
    assert_ne!(again["change"], "worsened", "{again:#}");
    assert_eq!(added(&again), BTreeSet::new());
    assert!(!again["reach"].to_string().contains("is_not_rechecked"));
    assert_eq!(accounts(&find(&third, owner)), before.0);
    assert!(!third.json("report.json")["fixed"].to_string().contains("KEY-0"));
}

#[test]
fn a_run_that_read_less_hides_no_growth_that_the_run_before_it_would_show() {
    let mallory = json!([{"op": "add", "path": "/members/-", "value":
        {"kind": "admin#directory#member", "id": "99999", "email": "mallory@example.com", "role": "MEMBER", "type": "USER", "status": "ACTIVE"}}]);
    let group = "group:platform@example.com";
    for unread in ["GET /v1/projects/data-project/serviceAccounts", MEMBERS] {
        let mut tenant = typical();
        tenant.audit();
        tenant.becomes(options(vec![format!("{unread} 403").parse().unwrap()]));
        assert_eq!(added(&find(&tenant.audit(), group)), BTreeSet::new(), "{unread}");
        tenant.becomes(options(vec![patched(MEMBERS, &mallory)]));
        let grown = find(&tenant.audit(), group);
        assert_eq!(grown["change"], "worsened", "{unread}: {grown:#}");
        assert!(grown["added"].to_string().contains("mallory@example.com"), "{unread}: {grown:#}");
        let again = find(&tenant.audit(), group);
        assert_eq!((&again["change"], added(&again).len()), (&json!("open"), 0), "news once: {unread}");
    }
}

#[test]
fn a_first_run_that_read_less_hides_only_what_may_be_in_the_part_that_it_did_not_read() {
    let mallory = json!([{"op": "add", "path": "/members/-", "value":
        {"kind": "admin#directory#member", "id": "99999", "email": "mallory@example.com", "role": "MEMBER", "type": "USER", "status": "ACTIVE"}}]);
    let unread = "GET /v1/projects/data-project/serviceAccounts 403";
    let mut tenant = Tenant::with(options(vec![unread.parse().unwrap()]));
    tenant.audit();
    tenant.becomes(options(vec![patched(MEMBERS, &mallory)]));
    let second = tenant.audit();
    let grown = find(&second, "group:platform@example.com");
    assert_eq!((&grown["change"], added(&grown)), (&json!("worsened"), ["principal".to_owned()].into()));
    let wider = find(&second, "securityAdmin/user:viktor.balogh@example.com");
    assert_eq!((&wider["change"], added(&wider)), (&json!("open"), BTreeSet::new()), "{wider:#}");
    assert!(wider["evidence"].to_string().contains("seen_first"), "{wider:#}");
}

#[test]
fn what_was_assumed_to_be_open_and_is_open_now_has_grown() {
    let policy = |name: &str| format!("GET /v2/projects/apps-project/policies/{name}");
    let closed = |name: &str| {
        let fault = format!("{}:getEffectivePolicy body=200", policy(name)).parse::<Fault>().unwrap();
        let answer =
            json!({"name": format!("projects/1/policies/{name}"), "spec": {"rules": [{"enforce": true}]}});
        fault.with_text(&answer.to_string()).unwrap()
    };
    let names = ["iam.disableServiceAccountKeyCreation", "iam.disableServiceAccountKeyUpload"];
    let mut tenant = Tenant::with(options(names.into_iter().map(closed).collect()));
    let severities = |audit: &Audit| -> BTreeSet<(String, String)> {
        let of = |finding: &Value| {
            let id = finding["subject"]["id"].to_string();
            let reach = finding["reach"].as_array().unwrap().iter();
            let keys = reach.filter(|reached| reached["by"]["path"]["edge"] == "key");
            keys.map(|reached| (id.clone(), format!("{} {}", reached["client_id"], reached["severity"])))
                .collect::<Vec<_>>()
        };
        of_bindings(audit).iter().flat_map(of).collect()
    };
    let first = severities(&tenant.audit());
    tenant.becomes(options(vec![format!("{} 403", policy("*")).parse().unwrap()]));
    tenant.audit();
    tenant.becomes(options(Vec::new()));
    let third = tenant.audit();
    let now = severities(&third);
    let worse: BTreeSet<&String> = now.difference(&first).map(|(id, _)| id).collect();
    assert!(!worse.is_empty());
    for finding in of_bindings(&third) {
        if worse.contains(&finding["subject"]["id"].to_string()) {
            assert_eq!(finding["change"], "worsened", "{finding:#}");
            assert_ne!(finding["added"], json!([]));
        }
    }
}

#[test]
fn a_binding_that_is_removed_is_fixed_once() {
    let mut tenant = typical();
    let first = tenant.audit();
    let id = find(&first, "roles/owner/user:signe.dahl@example.com")["subject"]["id"].clone();
    let policy = json!([{"op": "replace", "path": "/bindings", "value": []}]);
    tenant.becomes(options(vec![patched(PROJECT, &policy)]));
    let second = tenant.audit();
    let fixed = second.json("report.json")["fixed"].as_array().unwrap().clone();
    assert_eq!(fixed.iter().filter(|fixed| fixed["subject"]["id"] == id).count(), 1, "{fixed:#?}");
}

#[test]
fn googles_own_service_agents_are_for_review_and_the_fix_says_what_breaks() {
    let tenant = typical();
    let policies = tenant.audit();
    drop(policies);
    let organization = tenant
        .requests()
        .iter()
        .find_map(|request| {
            Some(request.path.strip_prefix("/v3/organizations/")?.split(':').next()?.to_owned())
        })
        .unwrap();
    let agent = format!("service-org-{organization}@gcp-sa-pam.iam.gserviceaccount.com");
    let binding = json!({"role": CREATOR, "members": [format!("serviceAccount:{agent}")]});
    let patch = json!([{"op": "add", "path": "/bindings/-", "value": binding}]);
    let tenant = Tenant::with(options(vec![patched("POST /v3/organizations/*:getIamPolicy", &patch)]));
    let finding = find(&tenant.audit(), &agent);
    assert_eq!((&finding["verdict"], &finding["severity"]), (&json!("review"), &json!("medium")));
    assert!(finding["fix"].as_str().unwrap().contains("pam"), "{}", finding["fix"]);
}

fn exceptions(tenant: &Tenant, entries: &[(&str, &str)]) -> Audit {
    let text: String = entries
        .iter()
        .map(|(check, subject)| {
            format!(
                "[[exception]]\ncheck = \"{check}\"\nsubject = \"{subject}\"\nreason = \"agreed\"\nowner = \
                 \"it@example.com\"\nexpires = 2027-06-30\n\n"
            )
        })
        .collect();
    let file = tenant.folder.path().join("exceptions.toml");
    std::fs::write(&file, text).unwrap();
    let config = tenant.files.config.display().to_string();
    let set = format!("checks.exceptions={}", file.display());
    let judged = binary(&["judge", "latest", "--config", &config, "--set", &set], &[]);
    Audit::of(&judged, tenant.folder.path().join("reports"))
}

#[test]
fn an_exception_names_a_binding_by_its_id_or_its_holder_and_covers_no_other() {
    let tenant = typical();
    let first = tenant.audit();
    let id =
        find(&first, "roles/owner/user:signe.dahl@example.com")["subject"]["id"].as_str().unwrap().to_owned();
    for subject in [id.as_str(), "signe.dahl@example.com", "user:signe.dahl@example.com"] {
        let audit = exceptions(&tenant, &[("KEY-04", subject)]);
        let excepted: Vec<_> =
            of_bindings(&audit).into_iter().filter(|finding| finding["verdict"] == "excepted").collect();
        let [only] = excepted.as_slice() else { panic!("{subject}: {excepted:#?}") };
        assert_eq!(only["subject"]["id"], id, "{subject}");
        assert!(only["also_checks"].as_array().unwrap().iter().all(|also| also["verdict"] == "excepted"));
    }
    // One for another check that applies accepts that check alone.
    let audit = exceptions(&tenant, &[("KEY-05", &id)]);
    let open = find(&audit, &id);
    assert_eq!((&open["verdict"], &open["also_checks"][0]["verdict"]), (&json!("fail"), &json!("excepted")));
}

#[test]
fn an_exception_for_a_path_is_told_which_binding_it_means_now() {
    let tenant = typical();
    let first = tenant.audit();
    let owner = find(&first, "roles/owner/user:signe.dahl@example.com");
    let client = owner["reach"][0]["client_id"].as_str().unwrap();
    let subject = format!("{client}/signe.dahl@example.com/key");
    let audit = exceptions(&tenant, &[("KEY-04", &subject)]);
    let rows = audit.rows("findings.csv");
    let told = rows.iter().find(|row| row["check_id"] == "EXC-02").unwrap();
    let now = format!("KEY-04/{}", owner["subject"]["id"].as_str().unwrap());
    assert!(told["evidence"].contains(&now), "{told:?}");
    assert_eq!(find(&audit, "roles/owner/user:signe.dahl@example.com")["verdict"], "fail");
}

/// Bindings on the project of the apps, beside those that are there.
fn with_bindings(bindings: &[Value]) -> Tenant {
    let add = |binding| json!({"op": "add", "path": "/bindings/-", "value": binding});
    let patch: Vec<Value> = bindings.iter().map(add).collect();
    Tenant::with(options(vec![patched(PROJECT, &json!(patch))]))
}

fn creator(member: &str, condition: Option<[&str; 2]>) -> Value {
    let Some([title, expression]) = condition else { return json!({"role": CREATOR, "members": [member]}) };
    let condition = json!({"title": title, "expression": expression});
    json!({"role": CREATOR, "members": [member], "condition": condition})
}

/// The newest run, judged with an exception for this subject.
fn judged_with_exception(tenant: &Tenant, check: &str, subject: &str) -> Audit {
    let file = tenant.folder.path().join("accepted.toml");
    let entry = format!(
        "[[exception]]\ncheck = \"{check}\"\nsubject = {}\nreason = \"agreed\"\nowner = \"it@example.com\"\nexpires = \
         2027-06-30\n",
        json!(subject)
    );
    std::fs::write(&file, entry).unwrap();
    let config = tenant.files.config.display().to_string();
    let set = format!("checks.exceptions={}", file.display());
    let output = binary(&["judge", "latest", "--config", &config, "--set", &set], &[]);
    Audit::of(&output, tenant.folder.path().join("reports"))
}

/// The SHA-256 of both begin with `12daa6b1`.
const COLLIDING: [&str; 2] = ["request.path != 'b5cc'", "request.path != 'fae9'"];

#[test]
fn bindings_that_earlier_versions_took_for_one_are_two_and_neither_is_accepted_by_that_name() {
    let erik = "user:erik.sandberg@example.com";
    let forged = format!("{erik}/T#12daa6b1");
    let former = format!("projects/apps-project/{CREATOR}/{forged}");
    let [one, two] = COLLIDING.map(|expression| creator(erik, Some(["T", expression])));
    for bindings in [[one.clone(), two], [one, creator(&forged, None)]] {
        let tenant = with_bindings(&bindings);
        let audit = tenant.audit();
        let found = |audit: &Audit| -> Vec<Value> {
            let of = |finding: &Value| {
                finding["subject"]["id"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("projects/apps-project/{CREATOR}/{erik}"))
            };
            of_bindings(audit).into_iter().filter(of).collect()
        };
        assert_eq!(found(&audit).len(), 2, "{:#?}", found(&audit));
        let text = json!(found(&audit)).to_string();
        assert!(text.contains("condition_expression") && text.contains(COLLIDING[0]), "{text}");
        let check = found(&audit)[0]["check_id"].as_str().unwrap().to_owned();
        let judged = judged_with_exception(&tenant, &check, &former);
        assert!(found(&judged).iter().all(|finding| finding["verdict"] == "fail"));
        let ids =
            found(&judged).into_iter().map(|finding| finding["subject"]["id"].as_str().unwrap().to_owned());
        let report = judged.json("report.json");
        let unused =
            report["findings"].as_array().unwrap().iter().find(|finding| finding["check_id"] == "EXC-02");
        let told = unused.unwrap().to_string();
        for id in ids {
            assert!(told.contains(&id), "{id}: {told}");
        }
    }
}

#[test]
fn an_exception_for_the_former_id_of_a_binding_still_accepts_it() {
    let erik = "user:erik.sandberg@example.com";
    let tenant = with_bindings(&[creator(erik, Some(["T", COLLIDING[0]]))]);
    let named = format!("apps-project/{CREATOR}/{erik}");
    let finding = find(&tenant.audit(), &named);
    let check = finding["check_id"].as_str().unwrap();
    let former = format!("projects/{named}/T#12daa6b1");
    assert_ne!(finding["subject"]["id"], former);
    let judged = judged_with_exception(&tenant, check, &former);
    assert_eq!(find(&judged, &named)["verdict"], "excepted");
}

/// What its evidence says of outsiders.
fn outside(finding: &Value) -> String {
    let evidence = finding["evidence"].as_array().unwrap().iter();
    let said = evidence.filter_map(|line| match line.as_str() {
        Some(line) => line.strip_prefix("outside: ").map(str::to_owned),
        None => (line["name"] == "outside").then(|| line["value"].as_str().unwrap().to_owned()),
    });
    said.collect()
}

#[test]
fn that_nobody_outside_has_it_is_not_said_while_members_of_groups_are_unread() {
    let mut tenant = typical();
    let before = tenant.audit();
    let holder = "jwtSigner/group:platform@example.com";
    assert_eq!(outside(&find(&before, holder)), "yes");
    tenant.becomes(options(vec![format!("{MEMBERS} 403").parse().unwrap()]));
    let blind = tenant.audit();
    let said: BTreeSet<String> = of_bindings(&blind).iter().map(outside).collect();
    assert!(!outside(&find(&blind, holder)).is_empty() && outside(&find(&blind, holder)) != "no");
    assert!(said.contains("unknown"), "{said:?}");
}
