//! Text of the tenant is hostile, wherever it comes from: no markup, no formula, no control sequence, no sentence of ours,
//! and no size of a report is for it to decide.

use scraper::{Html, Selector};
use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant, files_below};

/// Goes on as a sentence, closes a script, runs in a spreadsheet, moves a cursor, reads backwards, hides.
const HOSTILE: &str = "=HYPERLINK(\"http://evil.example\")\n;=1+1\r\n\u{1b}[2J\u{9b}31m</script><script>alert(1)</script>\
                       <img src=x onerror=alert(1)>`id`\u{202e}\u{2066}\u{200b}x\", which nobody can use. \"";
/// What must not be part of a sentence of ours.
const CONTINUATION: &str = "x\", which nobody can use. \"";

fn patched(route: &str, patch: &Value) -> Fault {
    let (route, condition) = route.split_once(" of ").unwrap_or((route, ""));
    format!("{route} patch {condition}").parse::<Fault>().unwrap().with_text(&patch.to_string()).unwrap()
}

/// The same text in every field that somebody in or around the tenant may write.
fn written(text: &str) -> Vec<Fault> {
    let add = |path: &str, value: Value| json!([{ "op": "add", "path": path, "value": value }]);
    let binding = json!({
        "role": "roles/iam.serviceAccountTokenCreator",
        "members": [
            "user:erik.sandberg@example.com",
            format!("group:{text}"),
            format!("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/{text}"),
        ],
        "condition": { "title": text, "expression": text },
    });
    let member =
        json!({ "id": "99999", "email": format!("{text}@example.com"), "role": "MEMBER", "type": "USER" });
    let entry = json!({
        "sendAsEmail": "ceo@evil.example", "displayName": text, "replyToAddress": text,
        "verificationStatus": "accepted", "smtpMsa": { "host": text, "securityMode": "none" },
    });
    let setting = json!({
        "id": { "time": "2026-11-20T07:00:00.000Z", "uniqueQualifier": "42", "applicationName": "admin" },
        "actor": { "email": text },
        "events": [{ "name": "CHANGE_GMAIL_SETTING", "parameters": [
            { "name": "SETTING_NAME", "value": format!("EMAIL_ROUTE {text}") }, { "name": "NEW_VALUE", "value": text },
        ] }],
    });
    let delegation = json!({
        "id": { "time": "2026-11-20T08:00:00.000Z", "uniqueQualifier": "43", "applicationName": "admin" },
        "actor": { "email": text }, "ipAddress": text,
        "events": [{ "name": "AUTHORIZE_API_CLIENT_ACCESS", "parameters": [
            { "name": "API_CLIENT_NAME", "value": text }, { "name": "API_SCOPES", "multiValue": [text] },
        ] }],
    });
    let app = json!({
        "id": { "time": "2026-11-20T09:00:00.000Z", "uniqueQualifier": "44", "applicationName": "token" },
        "actor": { "email": "erik.sandberg@example.com" },
        "events": [{ "name": "authorize", "parameters": [
            { "name": "client_id", "value": "42-hostile.apps.googleusercontent.com" },
            { "name": "app_name", "value": text },
            { "name": "scope", "multiValue": ["https://mail.google.com/", text] },
        ] }],
    });
    let log = "GET /admin/reports/v1/activity/users/all/applications";
    [
        ("POST /v3/projects/apps-project:getIamPolicy".to_owned(), add("/bindings/-", binding)),
        ("GET /admin/directory/v1/groups/*/members".to_owned(), add("/members/-", member)),
        ("GET /admin/directory/v1/customer/*/roles".to_owned(), add("/items/1/roleName", json!(text))),
        ("GET /admin/directory/v1/users".to_owned(), add("/users/1/name/fullName", json!(text))),
        ("GET /admin/directory/v1/users".to_owned(), add("/users/2/orgUnitPath", json!(text))),
        (
            "GET /gmail/v1/users/*/settings/sendAs of subject=erik.sandberg@example.com".to_owned(),
            add("/sendAs/-", entry),
        ),
        (
            "GET /v1/projects/apps-project/serviceAccounts".to_owned(),
            add("/accounts/0/displayName", json!(text)),
        ),
        (format!("{log}/admin"), add("/items", json!([setting, delegation]))),
        (format!("{log}/token"), add("/items/-", app)),
    ]
    .iter()
    .map(|(route, patch)| patched(route, patch))
    .collect()
}

fn audited(faults: Vec<Fault>) -> (Tenant, Audit) {
    let tenant = Tenant::with(Options {
        tenant: TenantName::Typical,
        at: Some("2026-11-21T07:00:00Z".parse().unwrap()),
        faults,
        ..Options::default()
    });
    let audit = tenant.audit();
    (tenant, audit)
}

fn is_control(character: char) -> bool {
    character.is_control() && character != '\n'
}

const fn turns_or_hides(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Every text in a value, with the name of its field.
fn texts<'v>(name: &'v str, value: &'v Value, found: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::String(text) => found.push((name, text)),
        Value::Array(items) => items.iter().for_each(|item| texts(name, item, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| texts(name, value, found)),
        _ => {}
    }
}

#[test]
fn hostile_text_is_harmless_in_every_file_and_on_the_terminal() {
    let (_tenant, plain) = audited(Vec::new());
    let (_tenant, audit) = audited(written(HOSTILE));
    // Google has no group of that name.
    audit.assert_code(4);
    let report = audit.json("report.json");

    // It arrived: in a binding, a group, a member, an address, a setting, a delegation and an app.
    let findings = report["findings"].as_array().unwrap();
    for (kind, check) in [
        ("binding", "KEY-05"),
        ("send_as", "MAIL-08"),
        ("event", "TEN-06"),
        ("app", "APP-02"),
        ("event", "DWD-07"),
    ] {
        let of = |finding: &&Value| {
            finding["subject"]["kind"] == kind
                && finding["check_id"] == check
                && finding.to_string().contains("which nobody can use")
        };
        assert!(findings.iter().any(|finding| of(&finding)), "{kind} {check}");
    }

    // No sentence of ours goes on as the tenant says, and no command has a word of it.
    for finding in findings {
        for field in ["message", "fix", "may_break", "place"] {
            let sentence = finding[field].as_str().unwrap();
            assert!(!sentence.contains(CONTINUATION), "{field}: {sentence}");
            assert!(!sentence.contains(is_control) && !sentence.contains('\n'), "{field}: {sentence:?}");
            assert!(!sentence.contains(turns_or_hides), "{field}: {sentence:?}");
        }
        let command = finding["command"].as_str().unwrap();
        assert!(
            command.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !command.contains('`'),
            "{command}"
        );
        assert!(!command.contains("HYPERLINK") && !command.contains("which nobody"), "{command}");
    }
    let mut all = Vec::new();
    texts("", &report, &mut all);
    for (name, sentence) in all {
        if ["sentence", "path", "cut", "title", "obstacle"].contains(&name) {
            assert!(!sentence.contains(CONTINUATION), "{name}: {sentence}");
        }
    }

    let page = audit.file("report.html");
    let (parsed, undisturbed) =
        (Html::parse_document(&page), Html::parse_document(&plain.file("report.html")));
    for element in ["script", "style", "img", "svg", "iframe", "link", "object"] {
        let count = |page: &Html| page.select(&Selector::parse(element).unwrap()).count();
        assert_eq!(count(&parsed), count(&undisturbed), "{element}");
    }
    for element in parsed.select(&Selector::parse("*").unwrap()) {
        assert!(element.value().attrs().all(|(name, _)| !name.starts_with("on")), "{:?}", element.value());
    }
    assert!(!page.contains(turns_or_hides) && !page.contains(is_control));

    for (path, bytes) in files_below(audit.folder.as_ref().unwrap()) {
        let text = String::from_utf8(bytes).unwrap();
        if path.extension().is_some_and(|extension| extension == "csv") {
            for row in csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records() {
                for cell in &row.unwrap() {
                    assert!(!cell.contains(char::is_control), "{path:?}: {cell:?}");
                    let start = cell.trim_start_matches([' ', '"']);
                    assert!(!start.starts_with(['=', '+', '-', '@', '\u{fffd}']), "{path:?}: {cell:?}");
                    assert!(!cell.contains(";="), "{path:?}: {cell:?}");
                }
            }
        } else if path.extension().is_some_and(|extension| extension == "json") {
            assert!(!text.contains(['<', '\u{1b}', '\u{202e}', '\u{9b}']), "{path:?}");
        }
    }
    for output in [&audit.stdout, &audit.stderr] {
        assert!(!output.contains(is_control) && !output.contains(turns_or_hides), "{output:?}");
    }
}

#[test]
fn the_paths_and_cuts_of_the_table_quote_what_the_tenant_wrote() {
    let (_tenant, audit) = audited(written(HOSTILE));
    let rows = audit.rows("sa_paths.csv");
    assert!(rows.iter().any(|row| row["path"].contains("which nobody can use")));
    for row in rows {
        for column in ["path", "cut"] {
            assert!(!row[column].contains(CONTINUATION), "{row:?}");
            assert!(!row[column].contains(turns_or_hides), "{row:?}");
        }
    }
}

#[test]
fn the_size_of_reports_and_history_does_not_follow_the_length_of_a_text() {
    const LENGTH: usize = 500_000;
    let (plain_tenant, plain) = audited(Vec::new());
    let (tenant, audit) = audited(written(&"A\"\u{202e}<".repeat(LENGTH / 6)));
    // Google has no group of that name.
    audit.assert_code(4);
    let sizes = |folder: &std::path::Path| -> Vec<(String, usize)> {
        let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
        files_below(folder).iter().map(|(path, bytes)| (name(path), bytes.len())).collect()
    };
    let before = sizes(plain.folder.as_ref().unwrap());
    for (name, size) in sizes(audit.folder.as_ref().unwrap()) {
        let (_, plain) = before.iter().find(|(known, _)| *known == name).unwrap();
        assert!(size < 2 * plain + LENGTH / 2, "{name}: {size}, without {plain}");
    }
    let history = |tenant: &Tenant| -> usize {
        let all = sizes(tenant.folder.path()).into_iter();
        all.filter(|(name, _)| name.contains("sqlite")).map(|(_, size)| size).sum()
    };
    let (size, plain) = (history(&tenant), history(&plain_tenant));
    assert!(plain > 0 && size < 2 * plain + LENGTH, "history: {size}, without {plain}");
}

#[test]
fn two_conditions_that_differ_only_behind_the_cut_are_two_bindings_and_stay_the_same_ones() {
    let long = "a".repeat(10_000);
    let binding = |end: &str| {
        json!({ "op": "add", "path": "/bindings/-", "value": {
            "role": "roles/iam.serviceAccountTokenCreator",
            "members": ["user:erik.sandberg@example.com"],
            "condition": { "title": "T", "expression": format!("request.path != '{long}{end}'") },
        }})
    };
    let patch = json!([binding("1"), binding("2")]);
    let fault = || vec![patched("POST /v3/projects/apps-project:getIamPolicy", &patch)];
    let (tenant, first) = audited(fault());
    let of = |audit: &Audit| -> Vec<Value> {
        let report = audit.json("report.json");
        let is_cut = |finding: &&Value| {
            let id = finding["subject"]["id"].as_str().unwrap();
            id.contains("serviceAccountTokenCreator/user:erik.sandberg@example.com#")
        };
        report["findings"].as_array().unwrap().iter().filter(is_cut).cloned().collect()
    };
    let found = of(&first);
    let ids: std::collections::BTreeSet<String> =
        found.iter().map(|finding| finding["subject"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 2, "{found:#?}");
    let second = of(&tenant.audit());
    assert_eq!(second.len(), 2);
    assert!(second.iter().all(|finding| finding["change"] == "open"), "{second:#?}");
}
