//! Delegations, IAM and logs as real tenants have them: how lists are pasted, what Google's own accounts hold, what
//! logs name and leave out.

use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

const NOW: &str = "2026-11-21T07:00:00Z";
const ADMIN_LOG: &str = "GET /admin/reports/v1/activity/users/all/applications/admin";
const EVALUATIONS: &str = "GET /admin/reports/v1/activity/users/all/applications/access_evaluation";
const ORG_POLICY: &str = "constraints/iam.serviceAccountKeyExposureResponse";

fn with(tenant: TenantName, faults: Vec<Fault>) -> Tenant {
    Tenant::with(Options { tenant, at: Some(NOW.parse().unwrap()), faults, ..Options::default() })
}

fn fault(what: &str, text: &Value) -> Fault {
    what.parse::<Fault>().unwrap().with_text(&text.to_string()).unwrap()
}

/// An audit with the tenant whose folder holds its reports.
struct Run {
    _tenant: Tenant,
    audit: Audit,
}

impl Run {
    fn of(tenant: Tenant) -> Self {
        let audit = tenant.audit();
        Self { _tenant: tenant, audit }
    }
}

impl std::ops::Deref for Run {
    type Target = Audit;

    fn deref(&self) -> &Audit {
        &self.audit
    }
}

/// The findings of one check whose subject fits.
fn findings(audit: &Audit, check: &str, subject: &str) -> Vec<Value> {
    let report = audit.json("report.json");
    let all = report["findings"].as_array().unwrap().iter();
    let fits =
        |finding: &&Value| finding["check_id"] == check && finding["subject"].to_string().contains(subject);
    all.filter(fits).cloned().collect()
}

fn verdicts_of(audit: &Audit, check: &str, subject: &str) -> Vec<String> {
    let found = findings(audit, check, subject).into_iter();
    found.map(|finding| finding["verdict"].as_str().unwrap().to_owned()).collect()
}

fn listing(name: &str) -> Run {
    let tenant = with(TenantName::Healthy, Vec::new());
    let text = std::fs::read(format!("{}/tests/lists/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    std::fs::write(&tenant.files.console_grants, text).unwrap();
    Run::of(tenant)
}

#[test]
fn lists_are_read_as_people_paste_them_and_refused_where_they_are_cut() {
    for (name, read) in
        [("page_copy.csv", "1"), ("openid.csv", "1"), ("case.csv", "1"), ("more_comma.csv", "0")]
    {
        let coverage = listing(name).coverage("console_grants");
        assert_eq!(coverage["read"], read, "{name}: {coverage:?}");
    }
}

fn audit_configs(configs: &Value) -> Fault {
    fault(
        "POST /v3/projects/*:getIamPolicy patch",
        &json!([{"op": "add", "path": "/auditConfigs", "value": configs}]),
    )
}

fn logs(service: &str, kinds: &[&str], exempted: &[&str]) -> Value {
    let kinds: Vec<Value> =
        kinds.iter().map(|kind| json!({"logType": kind, "exemptedMembers": exempted})).collect();
    json!({"service": service, "auditLogConfigs": kinds})
}

#[test]
fn signatures_are_logged_by_the_logs_of_the_iam_api_or_of_all_services() {
    let (all, none): (&[&str], &[&str]) = (&["ADMIN_READ", "DATA_READ"], &[]);
    for (configs, verdict) in [
        (json!([logs("iam.googleapis.com", &["ADMIN_READ", "DATA_READ", "DATA_WRITE"], none)]), None),
        (json!([logs("allServices", all, none)]), None),
        (
            json!([
                logs("allServices", &["DATA_READ"], none),
                logs("iam.googleapis.com", &["ADMIN_READ"], none)
            ]),
            None,
        ),
        (json!([logs("iamcredentials.googleapis.com", all, none)]), Some("fail")),
        (json!([logs("iam.googleapis.com", &["DATA_READ", "DATA_WRITE"], none)]), Some("fail")),
        (json!([logs("iam.googleapis.com", &["ADMIN_READ"], none)]), Some("review")),
        (
            json!([
                logs("allServices", all, &["user:ann@example.com"]),
                logs("iam.googleapis.com", all, none)
            ]),
            Some("review"),
        ),
    ] {
        let audit = Run::of(with(TenantName::Typical, vec![audit_configs(&configs)]));
        let mut found = verdicts_of(&audit, "KEY-08", "apps-project/signing_logs");
        found.retain(|verdict| verdict != "pass");
        assert_eq!(found, verdict.into_iter().collect::<Vec<_>>(), "{configs}");
    }
}

#[test]
fn a_level_that_was_not_read_may_log_what_the_others_do_not_and_exempt_whom_they_do_not() {
    let unread = || "POST /v3/folders/*:getIamPolicy 403".parse::<Fault>().unwrap();
    let whole = json!([logs("iam.googleapis.com", &["ADMIN_READ", "DATA_READ"], &[])]);
    for configs in [json!([]), whole] {
        let audit = Run::of(with(TenantName::Typical, vec![audit_configs(&configs), unread()]));
        assert!(verdicts_of(&audit, "KEY-08", "apps-project/signing_logs").is_empty(), "{configs}");
        assert!(audit.verdicts("KEY-08")["not_assessed"] > 0, "{configs}");
    }
}

fn holder(member: &str) -> Run {
    let binding = json!({"role": "roles/iam.serviceAccountTokenCreator", "members": [format!("serviceAccount:{member}")]});
    let patch = json!([{"op": "add", "path": "/bindings/-", "value": binding}]);
    let tenant =
        with(TenantName::Typical, vec![fault("POST /v3/organizations/*:getIamPolicy patch", &patch)]);
    Run::of(tenant)
}

#[test]
fn googles_own_service_agents_are_insiders_and_never_cut() {
    let policies = with(TenantName::Typical, Vec::new());
    let audit = policies.audit();
    let organization = policies
        .requests()
        .iter()
        .find_map(|request| {
            Some(request.path.strip_prefix("/v3/organizations/")?.split(':').next()?.to_owned())
        })
        .unwrap();
    drop((policies, audit));
    for (agent, is_ours) in [
        (format!("service-org-{organization}@gcp-sa-pam.iam.gserviceaccount.com"), true),
        (format!("service-org-{organization}@security-center-api.iam.gserviceaccount.com"), true),
        ("service-org-999999999@gcp-sa-pam.iam.gserviceaccount.com".to_owned(), false),
        ("service-999999999@compute-system.iam.gserviceaccount.com".to_owned(), false),
        ("service-folder-999999999@gcp-sa-assuredworkloads.iam.gserviceaccount.com".to_owned(), false),
    ] {
        let audit = holder(&agent);
        let rows: Vec<_> =
            audit.rows("sa_paths.csv").into_iter().filter(|row| row["principal"] == agent).collect();
        assert!(!rows.is_empty(), "{agent} has a path");
        for row in rows {
            assert_eq!((row["outside"] == "true", row["cut"].is_empty()), (!is_ours, is_ours), "{row:?}");
        }
        let outsiders = verdicts_of(&audit, "KEY-06", &agent);
        assert_eq!(outsiders.iter().any(|verdict| verdict == "fail"), !is_ours, "{agent}: {outsiders:?}");
        let cuts = audit.json("report.json")["takeover_cuts"].to_string();
        assert_eq!(cuts.contains(&agent), !is_ours, "{cuts}");
        for check in ["KEY-04", "KEY-05", "KEY-07"] {
            let failed = verdicts_of(&audit, check, &agent).iter().any(|verdict| verdict == "fail");
            assert!(!(is_ours && failed), "{check} {agent}");
        }
    }
}

#[test]
fn while_the_organization_is_not_known_its_agents_are_nobodys() {
    let agent = "service-org-999999999@gcp-sa-pam.iam.gserviceaccount.com";
    let binding = json!({"role": "roles/iam.serviceAccountTokenCreator", "members": [format!("serviceAccount:{agent}")]});
    let patch = json!([{"op": "add", "path": "/bindings/-", "value": binding}]);
    let faults = vec![
        fault("POST /v3/projects/*:getIamPolicy patch", &patch),
        "GET /v3/folders/* 403".parse().unwrap(),
    ];
    let audit = Run::of(with(TenantName::Typical, faults));
    let rows = audit.rows("sa_paths.csv");
    let mut of_agent = rows.iter().filter(|row| row["principal"] == agent).peekable();
    assert!(of_agent.peek().is_some());
    assert!(of_agent.all(|row| row["outside"].is_empty()), "{rows:?}");
}

/// An answer of a log with one event.
fn event(name: &str, actor: &Value, parameters: &Value) -> Value {
    let parameters: Vec<Value> = parameters
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            if value.is_array() {
                json!({"name": name, "multiValue": value})
            } else {
                json!({"name": name, "value": value})
            }
        })
        .collect();
    json!({"kind": "admin#reports#activities", "items": [{
        "id": {"time": "2026-11-20T07:00:00.000Z", "uniqueQualifier": "7", "applicationName": "x"},
        "actor": actor,
        "events": [{"name": name, "parameters": parameters}],
    }]})
}

fn admin(name: &str, parameters: &Value) -> Run {
    let actor = json!({"email": "admin@example.com"});
    Run::of(with(
        TenantName::Healthy,
        vec![fault(&format!("{ADMIN_LOG} body=200"), &event(name, &actor, parameters))],
    ))
}

#[test]
fn a_routing_rule_that_was_deleted_is_a_change() {
    for name in ["CREATE_GMAIL_SETTING", "CHANGE_GMAIL_SETTING", "DELETE_GMAIL_SETTING"] {
        let audit =
            admin(name, &json!({"SETTING_NAME": "MESSAGE_SECURITY_RULE", "USER_DEFINED_SETTING_NAME": "x"}));
        assert!(audit.verdicts("TEN-06").contains_key("fail"), "{name}: {:?}", audit.verdicts("TEN-06"));
    }
}

#[test]
fn a_marketplace_app_is_one_review_and_not_a_failure_a_scope() {
    let scopes = ["https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/calendar"];
    let audit =
        admin("AUTHORIZE_API_CLIENT_ACCESS", &json!({"API_CLIENT_NAME": "Lucid", "API_SCOPES": scopes}));
    assert_eq!(verdicts_of(&audit, "DWD-01", "Lucid"), ["review"]);
    for check in ["DWD-02", "DWD-03", "DWD-04", "DWD-06"] {
        assert!(!verdicts_of(&audit, check, "Lucid").contains(&"fail".to_owned()), "{check}");
    }
    let fix = findings(&audit, "DWD-01", "Lucid")[0]["fix"].to_string();
    assert!(fix.contains("Marketplace"), "{fix}");
}

fn evaluation(name: &str, actor: &Value, parameters: &Value) -> Run {
    Run::of(with(
        TenantName::Healthy,
        vec![fault(&format!("{EVALUATIONS} body=200"), &event(name, actor, parameters))],
    ))
}

fn scopes_of(audit: &Audit, client: &str) -> Vec<String> {
    let rows = audit.rows("delegated_scopes.csv").into_iter().filter(|row| row["client_id"] == client);
    rows.map(|row| row["scope"].clone()).collect()
}

fn unscoped(audit: &Audit) -> Vec<String> {
    let report = audit.json("report.json");
    let clients = report["grants"]["unscoped"].as_array().unwrap().iter();
    clients.map(|client| client["client_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_token_request_by_delegation_shows_its_client_or_an_unknown_one() {
    let client = "407408718192-abc123def.apps.googleusercontent.com";
    let scope = "https://www.googleapis.com/auth/calendar";
    let request = |source: &str| json!({"configuration_source": source, "scopes_requested": [scope]});
    let actor = json!({"email": "ann@example.com", "applicationInfo": {"oauthClientId": client}});
    let delegated = request("DOMAIN_WIDE_DELEGATION");
    let audit = evaluation("allow_token_request", &actor, &delegated);
    assert_eq!(scopes_of(&audit, client), [scope]);
    let nobody = evaluation("allow_token_request", &json!({"email": "ann@example.com"}), &delegated);
    assert_eq!(unscoped(&nobody), ["unknown client"]);
    assert_eq!(nobody.coverage("access_evaluation_log")["read"], "1");
    let app = evaluation("allow_token_request", &actor, &request("APP_ACCESS_CONTROL"));
    assert!(scopes_of(&app, client).is_empty() && unscoped(&app).is_empty());
}

#[test]
fn words_that_are_no_scopes_make_no_grant() {
    let client = "117999999999999999999";
    let request = |scopes: &Value| json!({"client_id": client, "configuration_source": "DOMAIN_WIDE_DELEGATION", "scopes_requested": scopes});
    let of = |scopes: Value| evaluation("allow_token_impersonation", &json!({}), &request(&scopes));
    let words = of(json!(["Drive and Docs"]));
    assert!(scopes_of(&words, client).is_empty());
    assert_eq!(unscoped(&words), [client]);
    let report = words.json("report.json");
    assert_eq!(report["grants"]["unscoped"][0]["asked_for"], json!(["Drive and Docs"]), "the words are told");
    assert!(words.file("report.html").contains("asked for: Drive and Docs"));
    let (one, other) = ("https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/drive");
    let joined = of(json!(format!("{one} {other}")));
    assert_eq!(scopes_of(&joined, client), [one, other]);
}

#[test]
fn both_events_of_delegations_in_use_are_asked_for_and_an_unknown_name_costs_no_other() {
    let tenant = with(TenantName::Neglected, Vec::new());
    let audit = tenant.audit();
    for log in ["admin_log", "access_evaluation_log"] {
        assert_eq!(audit.coverage(log)["read"], "1", "{log}");
    }
    let refused = tenant.requests().into_iter().filter(|request| request.status == 400);
    assert!(refused.count() >= 1, "the emulator refuses an event name that Google does not list");
    let rows = audit.rows("delegated_scopes.csv");
    let scheduler = rows.iter().find(|row| row["client_id"].starts_with("407408718192-")).unwrap();
    assert!(scheduler["provenance"].contains("use_log"), "{scheduler:?}");
    assert!(!scheduler["last_used_at"].is_empty(), "{scheduler:?}");
}

#[test]
fn an_event_name_that_is_refused_costs_only_itself() {
    let refusal = json!({"error": {"code": 400, "message": "Invalid value", "errors": [{"domain": "global", "reason": "invalid", "message": "Invalid value"}]}});
    // The first name of the log is refused, the others are answered.
    let faults = vec![fault(&format!("{ADMIN_LOG} body=400 times=1"), &refusal)];
    let audit = Run::of(with(TenantName::Typical, faults));
    assert_eq!(audit.coverage("admin_log")["read"], "0", "what is missing is named");
    assert!(audit.verdicts("TEN-06").contains_key("fail"), "what was answered counts");
}

#[test]
fn a_refused_event_name_opens_only_what_needs_its_events() {
    let refusal = json!({"error": {"code": 400, "message": "Invalid value for: eventName", "errors": [{"domain": "global", "reason": "invalid", "message": "Invalid value for: eventName", "locationType": "parameter", "location": "eventName"}]}});
    // The names are asked for in a fixed order, and the emulator refuses the third anyway.
    let sound = Run::of(with(TenantName::Typical, Vec::new()));
    for (nth, name, open, whole) in [
        (5, "CHANGE_GMAIL_SETTING", "TEN-06", ["DWD-01", "DWD-05", "DWD-07"].as_slice()),
        (6, "DELETE_GMAIL_SETTING", "TEN-06", ["DWD-01", "DWD-05", "DWD-07"].as_slice()),
        (1, "AUTHORIZE_API_CLIENT_ACCESS", "DWD-07", ["TEN-06"].as_slice()),
        (2, "REMOVE_API_CLIENT_ACCESS", "DWD-07", ["TEN-06"].as_slice()),
    ] {
        let faults = vec![fault(&format!("{ADMIN_LOG} body=400 after={} times=1", nth - 1), &refusal)];
        let audit = Run::of(with(TenantName::Typical, faults));
        assert!(audit.verdicts(open).contains_key("not_assessed"), "{name}");
        for check in whole {
            assert_eq!(audit.verdicts(check), sound.verdicts(check), "{name}: {check}");
        }
        assert_eq!(audit.coverage("admin_log")["read"], "0", "{name}");
        assert!(audit.json("report.json").to_string().contains(name), "the gap names {name}");
    }
}

#[test]
fn a_value_of_an_organization_policy_means_the_same_with_its_prefix() {
    for (value, holds) in [("is:DISABLE_KEY", true), ("DISABLE_KEY", true), ("is:WAIT_FOR_ABUSE", false)] {
        let spec = json!({"name": ORG_POLICY, "spec": {"rules": [{"values": {"allowedValues": [value]}}]}});
        let what =
            "GET /v2/projects/*/policies/iam.serviceAccountKeyExposureResponse:getEffectivePolicy body=200";
        let audit = Run::of(with(TenantName::Healthy, vec![fault(what, &spec)]));
        assert_eq!(verdicts_of(&audit, "KEY-08", "exposed_keys").is_empty(), holds, "{value}");
    }
}

#[test]
fn the_audits_own_client_is_in_use() {
    let silence = json!({"activities": []});
    let what = "GET /v1/projects/*/locations/global/activityTypes/* body=200";
    let tenant = with(TenantName::Healthy, vec![fault(what, &silence)]);
    let truth = tenant.truth();
    let own = truth["ledger"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["email"].as_str().is_some_and(|email| email.starts_with("workspace-audit@")))
        .unwrap()["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let audit = tenant.audit();
    for finding in findings(&audit, "DWD-05", &own) {
        assert!(!finding["evidence"].to_string().contains("unused"), "{finding}");
    }
}
