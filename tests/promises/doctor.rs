//! `doctor`: each broken set-up gives its step, one cause and one fix; a good one is green, and `run` agrees.

use std::process::Output;

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{OPTIONAL_SCOPES, Tenant, binary, files_below};

/// What `doctor` found.
pub(crate) struct Examined {
    pub(crate) code: i32,
    pub(crate) text: String,
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

    pub(crate) fn step(&self, id: &str) -> &Value {
        let steps = self.json["steps"].as_array().unwrap();
        steps.iter().find(|step| step["id"] == id).unwrap()
    }

    pub(crate) fn failed(&self) -> Vec<&str> {
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
    pub(crate) fn assert_ready(&self) -> &Self {
        assert_eq!((self.code, &self.json["ready"]), (0, &Value::Bool(true)), "{}", self.text);
        assert!(self.failed().is_empty(), "{}", self.text);
        self
    }
}

/// Asks with arguments and an environment, and sees that nothing is written and no secret is told.
pub(crate) fn asked(tenant: &Tenant, arguments: &[&str], environment: &[(&str, &str)]) -> Examined {
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

/// A tenant of which everything is read, also what only the operator asks for: nothing is left to configure.
fn with_every_part(edit: impl FnOnce(String) -> String) -> Tenant {
    let scopes = OPTIONAL_SCOPES.map(str::to_owned).to_vec();
    let tenant = healthy(Options { extra_scopes: scopes, ..Options::default() });
    let parts = "[collect]\nparts = [\"default\", \"org_units\", \"policies\"]";
    tenant.edit_config(|text| format!("{}\n{parts}\n", edit(text)));
    tenant
}

fn edited(edit: impl FnOnce(String) -> String) -> Tenant {
    let tenant = healthy(Options::default());
    tenant.edit_config(edit);
    tenant
}

#[test]
fn a_good_set_up_is_green_and_the_run_after_it_is_complete() {
    let tenant = with_every_part(|text| text);
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

pub(crate) const ACCOUNT: &str = "workspace-audit@audit-project.iam.gserviceaccount.com";

fn keyless(tenant: &Tenant, identity: (&str, &str)) -> Examined {
    let account = format!("auth.service_account={ACCOUNT}");
    asked(tenant, &["--set", "auth.key_file=", "--set", &account], &[identity])
}

#[test]
fn an_identity_of_the_machine_that_can_sign_needs_no_key_file() {
    let tenant = healthy(Options::default());
    let host = tenant.base_url().replace("http://", "");
    keyless(&tenant, ("GCE_METADATA_HOST", &host)).assert_ready();
}

#[test]
fn a_certificate_authority_that_is_trusted_makes_it_ready() {
    let tenant = healthy(Options { tls: true, ..Options::default() });
    let authority = tenant.files.ca_certificate.clone().unwrap().display().to_string();
    asked(&tenant, &[], &[("SSL_CERT_FILE", &authority)]).assert_ready();
}

#[test]
fn a_clock_that_is_off_is_told_in_seconds() {
    let tenant = healthy(Options { clock_ahead: chrono::TimeDelta::seconds(-1200), ..Options::default() });
    let found = examined(&tenant);
    found.assert_blocked_at("clock", &["clock_skew", "seconds fast"]);
    let what = found.step("clock")["what"].as_str().unwrap().to_owned();
    let seconds: Vec<u64> = what.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(matches!(seconds[..], [1200..=1202]), "{what}");
}

/// Groups are read only where a policy names one.
#[test]
fn the_scope_for_groups_is_no_blocker_where_no_policy_names_a_group() {
    const GROUPS: &str = "https://www.googleapis.com/auth/admin.directory.group.readonly";
    let tenant = healthy(Options { revoked_scopes: vec![GROUPS.to_owned()], ..Options::default() });
    let found = examined(&tenant);
    found.assert_ready();
    let step = found.step("scopes");
    assert_eq!(step["state"], "warning", "{}", found.text);
    assert!(step["cause"].as_str().unwrap().contains(GROUPS), "{step}");
    tenant.audit().assert_code(0);
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

const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
const SETTINGS: &str = "https://www.googleapis.com/auth/gmail.settings.basic";

#[test]
fn scopes_that_are_not_delegated_are_listed_with_the_line_to_paste() {
    for revoked in [vec![USERS, SETTINGS]] {
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
fn what_is_not_configured_or_old_is_a_warning() {
    let without = |key: &'static str| {
        with_every_part(move |text| {
            text.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>().join("\n")
        })
    };
    for (tenant, id) in [
        (without("console_grants"), "console_list"),
        (without("projects"), "cloud"),
        (
            with_every_part(|text| {
                text.replace("console_grants_date = 20", "console_grants_date = 2020-01-01 # 20")
            }),
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
