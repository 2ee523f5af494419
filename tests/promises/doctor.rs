//! `doctor`: each broken set-up gives its step, one cause and one fix; a good one is green, and `run` agrees.

use std::process::Output;

use serde_json::Value;
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Tenant, binary, files_below};

/// What `doctor` found.
struct Examined {
    code: i32,
    text: String,
    json: Value,
}

impl Examined {
    fn of(output: &Output) -> Self {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
        });
        Self { code: output.status.code().unwrap(), text, json }
    }

    fn step(&self, id: &str) -> &Value {
        let steps = self.json["steps"].as_array().unwrap();
        steps.iter().find(|step| step["id"] == id).unwrap()
    }

    fn failed(&self) -> Vec<&str> {
        let steps = self.json["steps"].as_array().unwrap();
        let failed = steps.iter().filter(|step| step["state"] == "failed");
        failed.map(|step| step["id"].as_str().unwrap()).collect()
    }

    /// Only this step failed, with a cause and a fix, and each of the words is in one of its texts.
    #[track_caller]
    fn assert_blocked_at(&self, id: &str, words: &[&str]) -> &Self {
        self.assert_blocked_with(if id == "config" { 2 } else { 1 }, id, words)
    }

    #[track_caller]
    fn assert_blocked_with(&self, code: i32, id: &str, words: &[&str]) -> &Self {
        assert_eq!(self.failed(), [id], "{}", self.text);
        assert_eq!((self.code, &self.json["ready"]), (code, &Value::Bool(false)), "{}", self.text);
        let step = self.step(id);
        assert!(!step["cause"].as_str().unwrap().is_empty(), "{step}");
        assert!(!step["fix"].as_str().unwrap().is_empty(), "{step}");
        let told = step.to_string();
        words.iter().for_each(|word| assert!(told.contains(word), "{word}: {step:#}"));
        self
    }

    #[track_caller]
    fn assert_ready(&self) -> &Self {
        assert_eq!((self.code, &self.json["ready"]), (0, &Value::Bool(true)), "{}", self.text);
        assert!(self.failed().is_empty(), "{}", self.text);
        self
    }
}

/// Asks with arguments and an environment, and sees that nothing is written and no secret is told.
fn asked(tenant: &Tenant, arguments: &[&str], environment: &[(&str, &str)]) -> Examined {
    let config = tenant.files.config.display().to_string();
    let mut all = vec!["doctor", "--format", "json", "--config", &config];
    all.extend(arguments);
    let before = files_below(tenant.folder.path());
    let output = binary(&all, environment);
    assert_eq!(files_below(tenant.folder.path()), before, "doctor wrote a file");
    let said = [output.stdout.clone(), output.stderr.clone()].concat();
    let said = String::from_utf8_lossy(&said);
    for secret in secrets(tenant) {
        assert!(!said.contains(&secret), "a secret is told");
    }
    Examined::of(&output)
}

fn examined(tenant: &Tenant) -> Examined {
    asked(tenant, &[], &[])
}

/// Pieces of the key, as bytes of the file have them.
fn secrets(tenant: &Tenant) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(&tenant.files.key_file) else { return Vec::new() };
    let Ok(key) = serde_json::from_str::<Value>(&text) else { return Vec::new() };
    let lines = key["private_key"].as_str().unwrap_or_default().lines().filter(|line| !line.starts_with('-'));
    lines
        .map(str::to_owned)
        .filter(|line| line.len() > 20)
        .chain(["ya29.".into(), "eyJhbGci".into()])
        .collect()
}

fn healthy(options: Options) -> Tenant {
    Tenant::with(Options { tenant: TenantName::Healthy, ..options })
}

fn edited(edit: impl FnOnce(String) -> String) -> Tenant {
    let tenant = healthy(Options::default());
    tenant.edit_config(edit);
    tenant
}

#[test]
fn a_good_set_up_is_green_and_the_run_after_it_is_complete() {
    let tenant = healthy(Options::default());
    let ids = [
        "config",
        "credentials",
        "network",
        "clock",
        "token",
        "scopes",
        "admin",
        "customer",
        "apis",
        "cloud",
        "console_list",
        "coverage",
    ];
    let found = examined(&tenant);
    found.assert_ready();
    let steps = found.json["steps"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| step["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    assert!(steps.iter().all(|step| step["state"] == "ok"), "{}", found.text);
    tenant.audit().assert_code(0);
}

#[test]
fn a_configuration_that_cannot_be_read_is_the_first_step() {
    let tenant = edited(|text| text.replace("customer =", "custmer ="));
    let found = examined(&tenant);
    found.assert_blocked_at("config", &["custmer", "customer"]);
    assert!(found.json["steps"].as_array().unwrap()[1..].iter().all(|step| step["state"] == "skipped"));
    let tenant = edited(|text| text.replace("exceptions.toml", "missing.toml"));
    examined(&tenant).assert_blocked_at("config", &["missing.toml", "exceptions"]);
    // The key of another server, while the APIs are Google's.
    let tenant = edited(|text| text.replace("base_url", "# base_url"));
    examined(&tenant).assert_blocked_at("config", &["token_uri", "[google] base_url"]);
    tenant.audit().assert_code(2);
}

#[test]
fn credentials_that_cannot_be_used_name_the_file() {
    let broken = |write: &dyn Fn(&Tenant)| {
        let tenant = healthy(Options::default());
        write(&tenant);
        let found = examined(&tenant);
        found.assert_blocked_at("credentials", &["service-account.json"]);
    };
    broken(&|tenant| std::fs::remove_file(&tenant.files.key_file).unwrap());
    for text in ["", "{\"installed\": {\"client_id\": \"x\"}}", "-----BEGIN PRIVATE KEY-----"] {
        broken(&|tenant| std::fs::write(&tenant.files.key_file, text).unwrap());
    }
    broken(&|tenant| {
        let whole = std::fs::read_to_string(&tenant.files.key_file).unwrap();
        std::fs::write(&tenant.files.key_file, &whole[..whole.len() / 2]).unwrap();
    });
}

#[test]
fn a_key_file_that_others_can_read_is_a_warning_with_its_chmod() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = healthy(Options::default());
    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&tenant.files.key_file, mode).unwrap();
    let found = examined(&tenant);
    found.assert_ready();
    let step = found.step("credentials");
    assert_eq!(step["state"], "warning");
    assert!(step["command"].as_str().unwrap().starts_with("chmod 600 /"), "{step}");
}

const ACCOUNT: &str = "workspace-audit@audit-project.iam.gserviceaccount.com";

fn keyless(tenant: &Tenant, identity: (&str, &str)) -> Examined {
    let account = format!("auth.service_account={ACCOUNT}");
    asked(tenant, &["--set", "auth.key_file=", "--set", &account], &[identity])
}

#[test]
fn an_identity_of_the_machine_that_cannot_sign_is_a_matter_of_credentials() {
    let tenant = healthy(Options::default());
    let host = tenant.base_url().replace("http://", "");
    keyless(&tenant, ("GCE_METADATA_HOST", &host)).assert_ready();
    keyless(&tenant, ("GCE_METADATA_HOST", "127.0.0.1:9"))
        .assert_blocked_at("credentials", &["no_machine_identity"]);
    let missing = ("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/identity.json");
    keyless(&tenant, missing).assert_blocked_at("credentials", &["/nonexistent/identity.json"]);
    let fault = "POST /v1/projects/-/serviceAccounts/* IAM_PERMISSION_DENIED".parse().unwrap();
    let tenant = healthy(Options { faults: vec![fault], ..Options::default() });
    let host = tenant.base_url().replace("http://", "");
    keyless(&tenant, ("GCE_METADATA_HOST", &host)).assert_blocked_at(
        "credentials",
        &["signing_denied", ACCOUNT, "roles/iam.serviceAccountTokenCreator"],
    );
}

#[test]
fn a_host_that_cannot_be_reached_is_named() {
    let tenant = healthy(Options::default());
    let elsewhere = |text: String| text.replace(&tenant.base_url(), "http://127.0.0.1:9");
    tenant.edit_config(elsewhere);
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    std::fs::write(&tenant.files.key_file, elsewhere(key)).unwrap();
    examined(&tenant).assert_blocked_at("network", &["127.0.0.1", "connect"]);
    for (environment, words) in [
        (("UNRELATED", ""), ["audit.invalid", "dns"]),
        (("HTTPS_PROXY", "http://127.0.0.1:9"), ["127.0.0.1:9", "proxy_unreachable"]),
    ] {
        let tenant = healthy(Options::default());
        let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
        let away = "https://audit.invalid";
        std::fs::write(&tenant.files.key_file, key.replace(&tenant.base_url(), away)).unwrap();
        tenant.edit_config(|text| text.replace(&tenant.base_url(), away));
        asked(&tenant, &[], &[environment]).assert_blocked_at("network", &words);
    }
    let tenant = healthy(Options { tls: true, ..Options::default() });
    examined(&tenant).assert_blocked_at("network", &["tls", "SSL_CERT_FILE"]);
    let authority = tenant.files.ca_certificate.clone().unwrap().display().to_string();
    asked(&tenant, &[], &[("SSL_CERT_FILE", &authority)]).assert_ready();
}

#[test]
fn a_clock_that_is_off_is_told_in_seconds() {
    let at = chrono::Utc::now() - chrono::Duration::minutes(20);
    let words = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
    let body = serde_json::json!({ "error": "invalid_grant", "error_description": words }).to_string();
    let refuses = "POST /token body=400".parse::<Fault>().unwrap().with_text(&body).unwrap();
    let tenant = healthy(Options { at: Some(at), faults: vec![refuses], ..Options::default() });
    let found = examined(&tenant);
    found.assert_blocked_at("clock", &["clock_skew", "seconds fast"]);
    let what = found.step("clock")["what"].as_str().unwrap().to_owned();
    let seconds: Vec<u64> = what.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(matches!(seconds[..], [1200..=1260]), "{what}");
    tenant.audit().assert_code(1);
}

#[test]
fn a_clock_that_google_accepts_is_a_warning_as_it_is_for_the_run() {
    let at = chrono::Utc::now() + chrono::Duration::minutes(15);
    let tenant = healthy(Options { at: Some(at), ..Options::default() });
    let found = examined(&tenant);
    found.assert_ready();
    let step = found.step("clock");
    assert_eq!(step["state"], "warning", "{}", found.text);
    assert!(step["cause"].as_str().unwrap().contains("seconds slow"), "{step}");
    tenant.audit().assert_code(0);
}

#[test]
fn a_slow_clock_that_makes_the_list_look_new_is_the_clocks_fault_for_both() {
    let at = chrono::Utc::now() + chrono::Duration::minutes(15);
    let tenant = healthy(Options { at: Some(at), ..Options::default() });
    let undated = |text: String| {
        text.lines().filter(|line| !line.starts_with("console_grants_date")).collect::<Vec<_>>().join("\n")
    };
    tenant.edit_config(undated);
    let list = std::fs::File::options().write(true).open(tenant.folder.path().join("dwd.csv")).unwrap();
    list.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(890)).unwrap();
    examined(&tenant).assert_blocked_at("clock", &["clock_skew", "seconds slow"]);
    tenant.audit().assert_code(1);
}

/// The files of a history and what is beside it, before `break_it` is done to them.
fn with_history(break_it: impl FnOnce(&std::path::Path)) -> Tenant {
    let tenant = healthy(Options::default());
    tenant.audit().assert_code(0);
    break_it(&tenant.folder.path().join("reports/history.sqlite"));
    tenant
}

fn execute(history: &std::path::Path, statement: &str) {
    rusqlite::Connection::open(history).unwrap().execute_batch(statement).unwrap();
}

#[test]
fn a_history_that_a_run_could_not_use_is_told_before_the_run_and_left_alone() {
    for (name, words, tenant) in [
        ("newer", "newer version", with_history(|history| execute(history, "PRAGMA user_version = 9999"))),
        (
            "foreign",
            "another program",
            with_history(|history| {
                std::fs::remove_file(history).unwrap();
                execute(history, "CREATE TABLE t (c)");
            }),
        ),
        (
            "damaged",
            "is damaged",
            with_history(|history| {
                let mut bytes = std::fs::read(history).unwrap();
                let last = bytes.len() - 10;
                bytes[last] ^= 1;
                std::fs::write(history, bytes).unwrap();
            }),
        ),
        (
            "cut",
            "is damaged",
            with_history(|history| {
                let bytes = std::fs::read(history).unwrap();
                std::fs::write(history, &bytes[..bytes.len() - 100]).unwrap();
            }),
        ),
        (
            "left",
            "is missing",
            with_history(|history| {
                std::fs::rename(history, history.with_extension("away")).unwrap();
                std::fs::write(format!("{}-wal", history.display()), "x").unwrap();
            }),
        ),
        (
            "folder",
            "not a regular file",
            with_history(|history| {
                std::fs::remove_file(history).unwrap();
                std::fs::create_dir(history).unwrap();
            }),
        ),
    ] {
        let found = examined(&tenant);
        found.assert_blocked_with(1, "config", &["history.sqlite", words]);
        let asked = tenant.requests().len();
        let audit = tenant.audit();
        audit.assert_code(1);
        assert!(audit.stderr.replace("\n", " ").contains("history"), "{name}: {}", audit.stderr);
        assert_eq!(tenant.requests().len(), asked, "{name}: Google is not asked");
    }
    // A history of an older version is brought up to date by the run, and one that fits is no matter.
    examined(&with_history(|_| ())).assert_ready();
}

#[test]
fn a_history_that_a_run_is_using_is_told_with_its_holder() {
    let tenant = with_history(|_| ());
    let lock = tenant.folder.path().join("reports/history.sqlite.lock");
    let held = std::fs::File::options().read(true).write(true).open(lock).unwrap();
    held.try_lock().unwrap();
    examined(&tenant).assert_blocked_with(1, "config", &["another run", "process"]);
    tenant.audit().assert_code(1);
    drop(held);
    examined(&tenant).assert_ready();
    tenant.audit().assert_code(0);
}

#[test]
fn the_history_of_another_tenant_is_told_at_the_customer() {
    let tenant = with_history(|_| ());
    let other = healthy(Options { seed: 8, ..Options::default() });
    let history = format!("history.path={}", tenant.folder.path().join("reports/history.sqlite").display());
    let before = files_below(tenant.folder.path());
    let found = asked(&other, &["--set", &history], &[]);
    assert_eq!(files_below(tenant.folder.path()), before);
    let customers = [&tenant, &other].map(|tenant| tenant.truth()["customerId"].as_str().unwrap().to_owned());
    found.assert_blocked_at("customer", &[&customers[0], &customers[1], "[history] path"]);
    other.audit_with(&["--set", &history], &[]).assert_code(2);
}

#[test]
fn a_place_where_a_run_could_not_write_is_told_before_the_run() {
    for setting in ["reports.directory", "history.path"] {
        let tenant = healthy(Options::default());
        std::fs::write(tenant.folder.path().join("file"), "").unwrap();
        let place = format!("{setting}={}", tenant.folder.path().join("file/below").display());
        asked(&tenant, &["--set", &place], &[]).assert_blocked_with(1, "config", &["is not a folder"]);
        tenant.audit_with(&["--set", &place], &[]).assert_code(1);
        assert!(tenant.requests().iter().all(|request| request.method != "GET"), "a run asks for nothing");
    }
}

#[test]
fn a_token_that_is_refused_names_the_account_and_the_key() {
    for (answer, cause) in
        [("invalid_grant", "key_rejected"), ("disabled_client", "service_account_disabled")]
    {
        let fault = format!("POST /token {answer}").parse().unwrap();
        let tenant = healthy(Options { faults: vec![fault], ..Options::default() });
        examined(&tenant).assert_blocked_at("token", &[cause, ACCOUNT, ", key "]);
    }
    let tenant = healthy(Options::default());
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    std::fs::write(&tenant.files.key_file, key.replace("workspace-audit@", "gone@")).unwrap();
    examined(&tenant).assert_blocked_at("token", &["service_account_deleted", "gone@audit-project"]);
}

const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
const SETTINGS: &str = "https://www.googleapis.com/auth/gmail.settings.basic";

#[test]
fn scopes_that_are_not_delegated_are_listed_with_the_line_to_paste() {
    for revoked in [vec![USERS], vec![SETTINGS], vec![USERS, SETTINGS]] {
        let revoked_scopes = revoked.iter().map(|scope| (*scope).to_owned()).collect();
        let tenant = healthy(Options { revoked_scopes, ..Options::default() });
        let key: Value =
            serde_json::from_str(&std::fs::read_to_string(&tenant.files.key_file).unwrap()).unwrap();
        let client_id = key["client_id"].as_str().unwrap();
        let found = examined(&tenant);
        let page = "https://admin.google.com/ac/owl/domainwidedelegation";
        found.assert_blocked_at("scopes", &["scope_not_delegated", page, client_id]);
        let step = found.step("scopes");
        let (cause, fix) = (step["cause"].as_str().unwrap(), step["fix"].as_str().unwrap());
        for scope in [USERS, SETTINGS] {
            assert_eq!(cause.contains(scope), revoked.contains(&scope), "{cause}");
        }
        let config = tenant.files.config.display().to_string();
        let list = String::from_utf8(binary(&["scopes", "--config", &config], &[]).stdout).unwrap();
        let line = list.lines().find(|line| line.starts_with("https://") && line.contains(',')).unwrap();
        assert!(fix.contains(line), "{fix}\n{line}");
    }
}

#[test]
fn an_admin_that_cannot_be_used_is_named() {
    for (admin, cause) in [
        ("nobody@", "subject_unknown"),
        ("nora@", "subject_unknown"),
        ("all-staff@", "subject_unknown"),
        ("yusuf.demir@", "admin_right_missing"),
        ("elif.aydin@", "admin_right_missing"),
        ("kiosk.lobby@", "admin_right_missing"),
    ] {
        let tenant = edited(|text| text.replace("auditor@", admin));
        examined(&tenant).assert_blocked_at("admin", &[cause, admin]);
    }
}

#[test]
fn a_privilege_that_the_admin_lacks_is_named() {
    for (path, privilege) in [
        ("/admin/directory/v1/customer/*/domains", "Domain management"),
        ("/admin/directory/v1/customer/*/roles", "Super Admin"),
        ("/admin/directory/v1/users", "Users > Read"),
    ] {
        let fault = format!("GET {path} forbidden").parse().unwrap();
        let tenant = healthy(Options { faults: vec![fault], ..Options::default() });
        let words = ["admin_right_missing", "auditor@example.com", privilege];
        examined(&tenant).assert_blocked_at("admin", &words);
    }
}

#[test]
fn a_customer_that_is_not_the_admins_is_told_with_the_right_one() {
    let tenant = edited(|text| text.replace("my_customer", "C0wrong"));
    let right = tenant.truth()["customerId"].as_str().unwrap().to_owned();
    examined(&tenant).assert_blocked_at("customer", &["C0wrong", &right, "auditor@example.com"]);
}

#[test]
fn an_api_that_is_off_is_named_with_its_project_and_command() {
    for service in [
        "admin.googleapis.com",
        "gmail.googleapis.com",
        "iam.googleapis.com",
        "cloudresourcemanager.googleapis.com",
        "policyanalyzer.googleapis.com",
        "orgpolicy.googleapis.com",
    ] {
        let disabled_services = vec![service.to_owned()];
        let tenant = healthy(Options { disabled_services, ..Options::default() });
        let found = examined(&tenant);
        found.assert_blocked_at("apis", &["api_disabled"]);
        let command = format!("gcloud services enable {service} --project audit-project");
        assert_eq!(found.step("apis")["command"], command);
    }
}

#[test]
fn an_iam_role_that_the_account_lacks_is_named_with_the_command_that_grants_it() {
    for (permission, role) in [
        ("iam.serviceAccountKeys.*", "roles/iam.securityReviewer"),
        ("resourcemanager.projects.getIamPolicy", "roles/iam.securityReviewer"),
        ("policyanalyzer.*", "roles/policyanalyzer.activityAnalysisViewer"),
        ("orgpolicy.*", "roles/orgpolicy.policyViewer"),
    ] {
        let revoked_permissions = vec![permission.to_owned()];
        let tenant = healthy(Options { revoked_permissions, ..Options::default() });
        let found = examined(&tenant);
        found.assert_blocked_at("cloud", &["iam_permission_missing", ACCOUNT, role]);
        let command = found.step("cloud")["command"].as_str().unwrap();
        assert!(command.contains("gcloud projects add-iam-policy-binding audit-project"), "{command}");
    }
    let revoked_permissions = vec!["cloudasset.*".to_owned()];
    let tenant = healthy(Options { revoked_permissions, ..Options::default() });
    let organization = tenant.truth()["organization"]["name"].as_str().unwrap().to_owned();
    tenant.edit_config(|text| {
        let projects = |line: &str| match line.starts_with("projects = ") {
            true => format!("organization = \"{organization}\""),
            false => line.to_owned(),
        };
        text.lines().map(projects).collect::<Vec<_>>().join("\n")
    });
    let found = examined(&tenant);
    found.assert_blocked_at("cloud", &["iam_permission_missing", ACCOUNT]);
    let command = found.step("cloud")["command"].as_str().unwrap();
    assert!(command.starts_with("gcloud organizations add-iam-policy-binding"), "{command}");
    assert!(command.contains("roles/cloudasset.viewer") && !command.contains("&&"), "{command}");
    // A project that is misspelled is the only one that is named.
    let tenant = edited(|text| text.replace("\"apps-project\"", "\"aps-project\""));
    let found = examined(&tenant);
    found.assert_blocked_at("cloud", &["aps-project", "[cloud] projects"]);
    assert!(!found.step("cloud")["command"].as_str().unwrap().contains("audit-project --member"));
}

#[test]
fn a_delegation_list_that_cannot_be_used_is_the_last_blocker() {
    let tenant = edited(|text| text.replace("dwd.csv", "none.csv"));
    examined(&tenant).assert_blocked_at("console_list", &["console_list_unreadable", "none.csv"]);
    let tenant = healthy(Options::default());
    std::fs::write(tenant.folder.path().join("dwd.csv"), "hello,world").unwrap();
    examined(&tenant).assert_blocked_at("console_list", &["console_list_malformed", "line 1"]);
}

#[test]
fn what_is_not_configured_or_old_is_a_warning() {
    let without = |key: &'static str| {
        edited(move |text| text.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>().join("\n"))
    };
    for (tenant, id) in [
        (without("console_grants"), "console_list"),
        (without("projects"), "cloud"),
        (
            edited(|text| text.replace("console_grants_date = 20", "console_grants_date = 2020-01-01 # 20")),
            "console_list",
        ),
    ] {
        let found = examined(&tenant);
        found.assert_ready();
        assert_eq!(found.step(id)["state"], "warning", "{}", found.text);
        assert!(!found.step(id)["fix"].as_str().unwrap().is_empty());
        assert_eq!(found.text.matches("\"warning\"").count(), 1, "told once: {}", found.text);
        tenant.audit().assert_code(0);
    }
}

#[test]
fn a_mailbox_that_refuses_makes_neither_ready_nor_complete() {
    let fault = "GET /gmail/* forbidden subject=iris.brandt@example.com".parse().unwrap();
    let tenant = healthy(Options { faults: vec![fault], ..Options::default() });
    examined(&tenant).assert_blocked_at("coverage", &["forbidden", "iris.brandt@example.com"]);
    tenant.audit().assert_code(4);
}

#[test]
fn the_first_blocker_ends_it_and_all_goes_on() {
    let options = Options {
        revoked_scopes: vec![SETTINGS.to_owned()],
        disabled_services: vec!["iam.googleapis.com".to_owned()],
        ..Options::default()
    };
    let tenant = healthy(options);
    tenant.edit_config(|text| text.replace("dwd.csv", "none.csv"));
    let found = examined(&tenant);
    found.assert_blocked_at("scopes", &[SETTINGS]);
    assert_eq!(found.step("admin")["state"], "skipped");
    let found = asked(&tenant, &["--all"], &[]);
    assert_eq!(found.failed(), ["scopes", "apis", "console_list"], "{}", found.text);
    assert_eq!(found.code, 1);
}

#[test]
fn each_blocker_that_is_fixed_shows_the_next_and_the_last_one_makes_it_green() {
    let off = || vec!["gmail.googleapis.com".to_owned()];
    let mut tenant = healthy(Options {
        revoked_scopes: vec![USERS.to_owned()],
        disabled_services: off(),
        ..Options::default()
    });
    let breaks = |text: String| text.replace("auditor@", "nobody@").replace("dwd.csv", "none.csv");
    tenant.edit_config(breaks);
    examined(&tenant).assert_blocked_at("admin", &["nobody@"]);
    tenant.edit_config(|text| text.replace("nobody@", "auditor@"));
    examined(&tenant).assert_blocked_at("scopes", &[USERS]);
    tenant.becomes(Options { tenant: TenantName::Healthy, disabled_services: off(), ..Options::default() });
    tenant.edit_config(|text| text.replace("dwd.csv", "none.csv"));
    examined(&tenant).assert_blocked_at("apis", &["gmail.googleapis.com"]);
    tenant.becomes(Options { tenant: TenantName::Healthy, ..Options::default() });
    tenant.edit_config(|text| text.replace("dwd.csv", "none.csv"));
    examined(&tenant).assert_blocked_at("console_list", &["none.csv"]);
    tenant.edit_config(|text| text.replace("none.csv", "dwd.csv"));
    examined(&tenant).assert_ready();
    tenant.audit().assert_code(0);
}

#[test]
fn with_an_admin_role_of_its_own_the_account_needs_no_admin() {
    let tenant = healthy(Options { admin_role: true, ..Options::default() });
    let customer = tenant.truth()["customerId"].as_str().unwrap().to_owned();
    tenant.edit_config(|text| {
        let text = text.replace("my_customer", &customer).replace("[auth]", "[auth]\nadmin_role = true");
        text.lines().filter(|line| !line.starts_with("admin = ")).collect::<Vec<_>>().join("\n")
    });
    let found = examined(&tenant);
    found.assert_ready();
    assert!(found.step("admin")["what"].as_str().unwrap().contains(ACCOUNT), "{}", found.text);
    tenant.audit().assert_code(0);
}

#[test]
fn the_text_has_a_line_a_step_with_a_mark() {
    let tenant = edited(|text| text.replace("my_customer", "C0wrong"));
    let config = tenant.files.config.display().to_string();
    let output = binary(&["doctor", "--config", &config], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let marked: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(marked.len(), 12, "{text}");
    assert!(marked[7].starts_with("[FAIL] customer"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("    fix: ")).count(), 1, "{text}");
}
