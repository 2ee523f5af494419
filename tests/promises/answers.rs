//! What Google answers instead of the facts: each answer is read for what it says, asked again where that helps, and
//! never makes more of itself in a report than a line.

use std::collections::BTreeMap;

use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant};

const PRECONDITION: &str = r#"{"error": {"code": 400, "message": "Precondition check failed.",
    "errors": [{"message": "Precondition check failed.", "domain": "global", "reason": "failedPrecondition"}]}}"#;
const SYSTEM_ERROR: &str = r#"{"error": {"code": 400, "message": "A System error has occurred.",
    "errors": [{"message": "A System error has occurred.", "domain": "global", "reason": "invalid"}]}}"#;
const SERVING_LIMIT: &str = r#"{"error": {"code": 403, "message": "Serving limit.",
    "errors": [{"message": "Serving limit.", "domain": "usageLimits", "reason": "servingLimitExceeded"}]}}"#;
const BARE_STATUS: &str =
    r#"[{"error": {"errors": null, "message": null, "status": "FAILED_PRECONDITION"}}]"#;

fn audited(tenant: TenantName, faults: &[(&str, &str)]) -> (Tenant, Audit) {
    let fault = |(line, text): &(&str, &str)| {
        let fault: Fault = line.parse().unwrap();
        if text.is_empty() { fault } else { fault.with_text(text).unwrap() }
    };
    let faults = faults.iter().map(fault).collect();
    let at = Some("2026-11-21T07:00:00Z".parse().unwrap());
    let tenant = Tenant::with(Options { tenant, at, faults, ..Options::default() });
    let audit = tenant.audit();
    (tenant, audit)
}

/// The cause's id in a row of `coverage.csv`, which has the words behind it.
fn reason(row: &BTreeMap<String, String>) -> &str {
    row["reason"].split(':').next().unwrap()
}

/// The reason of each part that has one.
fn reasons(audit: &Audit) -> BTreeMap<String, String> {
    let rows = audit.rows("coverage.csv");
    let rows = rows.iter().filter(|row| !row["reason"].is_empty());
    rows.map(|row| (row["part"].clone(), reason(row).to_owned())).collect()
}

#[test]
fn what_passes_by_itself_costs_no_part() {
    let (_tenant, undisturbed) = audited(TenantName::Healthy, &[]);
    let (_tenant, audit) = audited(
        TenantName::Healthy,
        &[
            ("GET /admin/directory/v1/users body=400 times=1", PRECONDITION),
            ("GET /admin/directory/v1/customer/*/domains body=400 times=1", SYSTEM_ERROR),
            (
                "GET /admin/directory/v1/customer/*/domainaliases body=200 times=1",
                r#"{"error": {"code": 503}}"#,
            ),
            ("GET /admin/directory/v1/customer/*/roles body=403 times=1", SERVING_LIMIT),
            ("GET /admin/directory/v1/customer/*/roleassignments body=400 times=1", BARE_STATUS),
            ("GET /gmail/* body=400 times=1", PRECONDITION),
            ("GET /admin/reports/* body=400 times=1", PRECONDITION),
            ("POST /v3/* body=200 times=1", r#"{"error": {"code": "500"}}"#),
        ],
    );
    audit.assert_code(undisturbed.code);
    assert_eq!(reasons(&audit), reasons(&undisturbed));
    assert_eq!(audit.file("users.csv"), undisturbed.file("users.csv"));
}

#[test]
fn what_stays_is_told_by_its_own_cause() {
    let (tenant, audit) = audited(
        TenantName::Healthy,
        &[
            ("GET /admin/directory/v1/customer/*/domains body=400", SYSTEM_ERROR),
            (
                "GET /admin/directory/v1/customer/*/roles body=403",
                r#"{"error": {"errors":
                [{"domain": "global", "reason": "domainCannotUseApis"}], "message": "Domain cannot use apis."}}"#,
            ),
            (
                "GET /admin/reports/* body=401",
                r#"{"error": {"code": 401, "errors": [{"reason": "authError"}],
                "message": "Access denied. You are not authorized to read activity records."}}"#,
            ),
            (
                "POST /v3/*:getIamPolicy body=200",
                r#"{"error": {"code": 403, "status": "PERMISSION_DENIED",
                "message": "The caller does not have permission"}}"#,
            ),
            ("GET /admin/directory/v1/users body=400", PRECONDITION),
        ],
    );
    audit.assert_code(4);
    let reasons = reasons(&audit);
    for (part, reason) in [
        ("users", "directory_precondition"),
        ("domains", "system_error"),
        ("admin_roles", "api_access_off"),
        ("admin_log", "reports_right_missing"),
        ("iam_policies", "iam_permission_missing"),
    ] {
        assert_eq!(reasons.get(part).map(String::as_str), Some(reason), "{part}");
    }
    let log_reads = tenant.requests().iter().filter(|request| request.path.contains("/reports/")).count();
    assert!(log_reads <= 12, "no token is renewed for a missing privilege: {log_reads} reads");
}

#[test]
fn a_policy_without_anything_is_none_and_one_without_bindings_is_one() {
    let (_tenant, audit) =
        audited(TenantName::Healthy, &[("POST /v3/projects/*:getIamPolicy body=200", "{}")]);
    assert_eq!(reason(&audit.coverage("iam_policies")), "undecodable");
    let twice =
        r#"{"etag": "ACAB", "bindings": [{"role": "roles/a", "members": [], "members": ["user:x@y"]}]}"#;
    let (_tenant, audit) =
        audited(TenantName::Healthy, &[("POST /v3/projects/*:getIamPolicy body=200", twice)]);
    assert_eq!(reason(&audit.coverage("iam_policies")), "undecodable");
    let bare = r#"{"etag": "ACAB"}"#;
    let (_tenant, audit) =
        audited(TenantName::Healthy, &[("POST /v3/projects/*:getIamPolicy body=200", bare)]);
    assert_ne!(reason(&audit.coverage("iam_policies")), "undecodable");
}

#[test]
fn a_page_without_a_body_is_an_empty_page() {
    let path = "GET /admin/directory/v1/customer/*/domainaliases body=200";
    let (_tenant, audit) = audited(TenantName::Healthy, &[(path, " ")]);
    let row = audit.coverage("domains");
    assert_eq!((row["read"].as_str(), row["reason"].as_str()), ("1", ""), "{row:?}");
}

#[test]
fn one_swollen_row_does_not_swell_the_report() {
    let long = "x".repeat(3 << 20);
    let patch = format!(r#"[{{"op": "replace", "path": "/users/0", "value": "{long}"}}]"#);
    let (_tenant, audit) = audited(TenantName::Healthy, &[("GET /admin/directory/v1/users patch", &patch)]);
    assert_eq!(reason(&audit.coverage("users")), "undecodable_row");
    assert!(!audit.stderr.contains(&"x".repeat(2_000)), "{} bytes", audit.stderr.len());
    for file in ["report.json", "status.json", "report.html", "findings.csv", "coverage.csv"] {
        assert!(!audit.file(file).contains(&"x".repeat(2_000)), "{file}");
    }
}

#[test]
fn pages_of_a_front_end_leave_no_markup_in_any_cell() {
    let page =
        "<html><head><title>Error 502 (Server\u{1b}[31m Error)!!1</title></head><script>x</script></html>";
    let path = "GET /admin/directory/v1/customer/*/domains body=403";
    let (_tenant, audit) = audited(TenantName::Healthy, &[(path, page)]);
    let row = audit.coverage("domains");
    assert_eq!(reason(&row), "forbidden");
    for file in ["coverage.csv", "findings.csv", "status.json"] {
        let text = audit.file(file);
        assert!(!text.contains("<html") && !text.contains("<title") && !text.contains('\u{1b}'), "{file}");
    }
}

#[test]
fn a_user_whom_google_refuses_alone_is_no_missing_delegation_whoever_is_asked_first() {
    let (_tenant, undisturbed) = audited(TenantName::Healthy, &[]);
    let is_read = |row: &&BTreeMap<String, String>| row["gmail_evidence"] == "send_as_list_answered";
    let rows = undisturbed.rows("users.csv");
    let read: Vec<&str> = rows.iter().filter(is_read).map(|row| row["primary_email"].as_str()).collect();
    for (user, word) in [(read[0], "unauthorized_client"), (read[read.len() - 1], "access_denied")] {
        let fault = format!("POST /token {word} subject={user}");
        let tenant = Tenant::with(Options {
            tenant: TenantName::Healthy,
            at: Some("2026-11-21T07:00:00Z".parse().unwrap()),
            faults: vec![fault.parse().unwrap()],
            ..Options::default()
        });
        let audit = tenant.audit_with(&[], &[("WORKSPACE_AUDIT__COLLECT__CONCURRENCY", "1")]);
        let row = audit.rows("users.csv").into_iter().find(|row| row["primary_email"] == user).unwrap();
        assert_eq!(row["gmail_evidence"], "user_refused", "{word} {user}");
        let row = audit.coverage("send_as");
        assert_eq!((reason(&row), row["denied"].as_str()), ("user_refused", "1"));
        assert_eq!(row["needed"], "");
    }
}

#[test]
fn a_user_who_is_refused_before_anybody_got_a_token_is_told_of_when_the_next_one_did() {
    let tenant = || Tenant::named(TenantName::Healthy);
    let environment = [
        ("WORKSPACE_AUDIT__COLLECT__CONCURRENCY", "1"),
        ("WORKSPACE_AUDIT__COLLECT__PARTS", "users,send_as"),
    ];
    let undisturbed = tenant();
    let audit = undisturbed.audit_with(&[], &environment);
    // Nothing proves the scope before.
    assert!(audit.rows("coverage.csv").iter().all(|row| row["part"] != "probe_grants"));
    let mailboxes = undisturbed.requests().into_iter().filter(|request| request.path.starts_with("/gmail/"));
    let first = mailboxes.min_by_key(|request| request.at).unwrap().subject.unwrap();
    for word in ["unauthorized_client", "access_denied"] {
        let fault = format!("POST /token {word} subject={first}");
        let options = Options { tenant: TenantName::Healthy, ..Options::default() };
        let tenant = Tenant::with(Options { faults: vec![fault.parse().unwrap()], ..options });
        let audit = tenant.audit_with(&[], &environment);
        let asked: Vec<_> = tenant.requests();
        let of_first = asked.iter().position(|request| request.subject.as_deref() == Some(first.as_str()));
        let mailbox = asked.iter().position(|request| request.path.starts_with("/gmail/"));
        assert!(of_first < mailbox, "{first} is asked first: {of_first:?} {mailbox:?}");
        let row = audit.rows("users.csv").into_iter().find(|row| row["primary_email"] == first).unwrap();
        assert_eq!(row["gmail_evidence"], "user_refused", "{word} {first}");
        let row = audit.coverage("send_as");
        assert_eq!((reason(&row), row["denied"].as_str()), ("user_refused", "1"), "{word}");
        assert_eq!(row["needed"], "");
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_never_shown() {
    let tenant = Tenant::named(TenantName::Healthy);
    let base_url = tenant.base_url();
    let (scheme, host) = base_url.split_once("://").unwrap();
    tenant.edit_config(|text| text.replace(&base_url, &format!("{scheme}://auditor:hunter2@{host}")));
    let audit = tenant.audit();
    audit.assert_code(2);
    assert!(!audit.stderr.contains("hunter2") && !audit.stdout.contains("hunter2"), "{}", audit.stderr);
    for (path, text) in crate::support::files_below(tenant.folder.path()) {
        let holds = String::from_utf8_lossy(&text).contains("hunter2");
        assert!(!holds || path == tenant.files.config, "{}", path.display());
    }
}
