//! Broken set-ups, one a row: the step of `doctor` that fails and no other, its cause, a fix with the name of the thing;
//! and `run` tells the same cause.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::doctor::{ACCOUNT, asked};
use crate::support::{Audit, Tenant};

/// A set-up with one thing wrong, and what is said of it.
struct Broken {
    name: &'static str,
    options: Options,
    /// What is done to the files, beside the configuration.
    files: fn(&Tenant),
    config: fn(String) -> String,
    environment: Vec<(&'static str, String)>,
    /// The step that fails.
    step: &'static str,
    /// The id of the cause, in `doctor` and in the log of `run`.
    cause: &'static str,
    /// What stands in the step: what is wrong, by name.
    named: Vec<String>,
    /// The exit codes of `doctor` and `run`.
    exits: (i32, i32),
}

impl Broken {
    fn at(name: &'static str, step: &'static str, cause: &'static str, exits: (i32, i32)) -> Self {
        Self {
            name,
            options: Options { tenant: TenantName::Healthy, ..Options::default() },
            files: |_| (),
            config: |text| text,
            environment: Vec::new(),
            step,
            cause,
            named: Vec::new(),
            exits,
        }
    }

    fn served(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.options;
        change(&mut options);
        Self { options, ..self }
    }

    fn fault(self, fault: &str) -> Self {
        let fault = fault.parse().unwrap();
        self.served(|options| options.faults.push(fault))
    }

    fn config(self, config: fn(String) -> String) -> Self {
        Self { config, ..self }
    }

    fn files(self, files: fn(&Tenant)) -> Self {
        Self { files, ..self }
    }

    fn environment(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn named(mut self, names: &[&str]) -> Self {
        self.named.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    fn check(&self) {
        let name = self.name;
        let tenant = Tenant::with(self.options.clone());
        tenant.edit_config(self.config);
        (self.files)(&tenant);
        let environment: Vec<(&str, &str)> =
            self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let found = asked(&tenant, &[], &environment);
        assert_eq!(found.failed(), [self.step], "{name}: {}", found.text);
        assert_eq!(found.code, self.exits.0, "{name}: {}", found.text);
        let step = found.step(self.step);
        let text = |field: &str| step[field].as_str().unwrap().to_owned();
        assert!(text("cause").starts_with(&format!("{}: ", self.cause)), "{name}: {step:#}");
        assert!(!text("fix").is_empty(), "{name}: {step:#}");
        let told = ["what", "cause", "fix", "command"].map(text).concat();
        for word in &self.named {
            assert!(told.contains(word.as_str()), "{name}: {word} is not named in {step:#}");
        }
        let audit = tenant.audit_with(&["--log-format", "json"], &environment);
        assert_eq!(audit.code, self.exits.1, "{name}: {}\n{}", audit.stdout, audit.stderr);
        assert_eq!(causes(&audit), BTreeSet::from([self.cause.to_owned()]), "{name}: {}", audit.stderr);
    }
}

/// The ids of what a run says went wrong; the cause behind an admin who cannot be used.
fn causes(audit: &Audit) -> BTreeSet<String> {
    let lines = audit.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors = lines.filter(|line| line["level"] == "ERROR").map(|line| line["fields"].clone());
    let id = |fields: Value| fields["reason"].as_str().or(fields["id"].as_str()).map(str::to_owned);
    errors.filter_map(id).collect()
}

/// Six at once: most of the time is the start of a program, or a wait.
fn check_all(setups: Vec<Broken>) {
    let mut setups = setups.into_iter().peekable();
    while setups.peek().is_some() {
        let some: Vec<Broken> = setups.by_ref().take(6).collect();
        std::thread::scope(|scope| {
            some.iter().for_each(|setup| drop(scope.spawn(|| setup.check())));
        });
    }
}

const PARTIAL: (i32, i32) = (1, 4);
const ENDED: (i32, i32) = (1, 1);
const USAGE: (i32, i32) = (2, 2);
/// Of the command's own configuration for `run`, of the file that it names for `doctor`.
const UNUSABLE_FILE: (i32, i32) = (1, 2);

const SCOPES: [&str; 6] = [
    "https://www.googleapis.com/auth/admin.directory.domain.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.readonly",
    "https://www.googleapis.com/auth/admin.directory.rolemanagement.readonly",
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.reports.audit.readonly",
    "https://www.googleapis.com/auth/gmail.settings.basic",
];

#[test]
fn a_scope_that_is_missing() {
    let of = |scope: &'static str| {
        Broken::at(scope, "scopes", "scope_not_delegated", PARTIAL)
            .served(|options| {
                options.revoked_scopes.push(scope.to_owned());
                // Groups are read only where a policy names one.
                if scope.contains(".group.") {
                    options.tenant = TenantName::Typical;
                }
            })
            .named(&[&format!("Not delegated: {scope}"), "client ID 1"])
    };
    check_all(SCOPES.into_iter().map(of).collect());
}

#[test]
fn an_api_that_is_off_in_the_calling_project() {
    let of = |service: &'static str| {
        Broken::at(service, "apis", "api_disabled", PARTIAL)
            .served(|options| options.disabled_services.push(service.to_owned()))
            .named(&[&format!("gcloud services enable {service} --project audit-project")])
    };
    let services = [
        "admin.googleapis.com",
        "gmail.googleapis.com",
        "iam.googleapis.com",
        "cloudresourcemanager.googleapis.com",
        "policyanalyzer.googleapis.com",
        "orgpolicy.googleapis.com",
    ];
    check_all(services.into_iter().map(of).collect());
}

/// With the organization that the tenant has in place of projects.
fn with_organization(tenant: &Tenant) {
    let organization = tenant.truth()["organization"]["name"].as_str().unwrap().to_owned();
    tenant.edit_config(|text| {
        let line = |line: &str| match line.starts_with("projects = ") {
            true => format!("organization = \"{organization}\""),
            false => line.to_owned(),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    });
}

#[test]
fn a_role_that_is_missing_at_a_project_a_folder_or_the_organization() {
    let of = |permission: &'static str, role: &str| {
        Broken::at(permission, "cloud", "iam_permission_missing", PARTIAL)
            .served(|options| options.revoked_permissions.push(permission.to_owned()))
            .named(&[&format!("{role} to {ACCOUNT} on "), &format!("--role={role} ")])
    };
    let mut setups: Vec<Broken> = [
        ("iam.serviceAccounts.list", "roles/iam.serviceAccountViewer"),
        ("iam.serviceAccountKeys.*", "roles/iam.serviceAccountViewer"),
        ("resourcemanager.projects.get", "roles/browser"),
        ("resourcemanager.projects.getIamPolicy", "roles/iam.securityReviewer"),
        ("resourcemanager.folders.get", "roles/browser"),
        ("resourcemanager.folders.getIamPolicy", "roles/iam.securityReviewer"),
        ("resourcemanager.organizations.getIamPolicy", "roles/iam.securityReviewer"),
        ("policyanalyzer.*", "roles/policyanalyzer.activityAnalysisViewer"),
        ("orgpolicy.*", "roles/orgpolicy.policyViewer"),
    ]
    .into_iter()
    .map(|(permission, role)| of(permission, role))
    .collect();
    let search = of("cloudasset.*", "roles/cloudasset.viewer").files(with_organization);
    setups.push(search.named(&["gcloud organizations add-iam-policy-binding", "[cloud] organization"]));
    check_all(setups);
}

#[test]
fn an_admin_who_cannot_be_used() {
    let of = |address: &'static str, cause: &'static str, config: fn(String) -> String| {
        Broken::at(address, "admin", cause, ENDED).config(config).named(&[address])
    };
    let privilege = |path: &str, privilege: &str| {
        Broken::at("privilege", "admin", "admin_right_missing", PARTIAL)
            .fault(&format!("GET {path} forbidden"))
            .named(&["auditor@example.com", privilege])
    };
    check_all(vec![
        of("nobody@example.com", "subject_unknown", |text| text.replace("auditor@", "nobody@")),
        of("nora@example.com", "subject_unknown", |text| text.replace("auditor@", "nora@")),
        of("all-staff@example.com", "subject_unknown", |text| text.replace("auditor@", "all-staff@")),
        of("admin@another.example", "subject_unknown", |text| {
            text.replace("auditor@example.com", "admin@another.example")
        }),
        // No admin, suspended, never signed in: Google says no more than that.
        of("yusuf.demir@example.com", "admin_right_missing", |text| text.replace("auditor@", "yusuf.demir@")),
        of("elif.aydin@example.com", "admin_right_missing", |text| text.replace("auditor@", "elif.aydin@")),
        of("kiosk.lobby@example.com", "admin_right_missing", |text| text.replace("auditor@", "kiosk.lobby@")),
        privilege("/admin/directory/v1/customer/*/domains", "Domain management"),
        privilege("/admin/directory/v1/customer/*/roles", "Super Admin"),
        privilege("/admin/directory/v1/users", "Users > Read"),
        Broken::at("no address", "config", "configuration", USAGE)
            .config(|text| text.replace("auditor@example.com", "auditor"))
            .named(&["auditor"]),
    ]);
}

#[test]
fn a_customer_that_is_wrong() {
    check_all(vec![
        Broken::at("another id", "customer", "wrong_customer", ENDED)
            .config(|text| text.replace("my_customer", "C0wrong"))
            .named(&["C0wrong", "auditor@example.com", "my_customer"]),
        Broken::at("a domain", "config", "configuration", USAGE)
            .config(|text| text.replace("my_customer", "example.com"))
            .named(&["example.com", "customer"]),
    ]);
}

/// Writes another file where the key file is.
fn key_is(tenant: &Tenant, text: &str) {
    std::fs::write(&tenant.files.key_file, text).unwrap();
}

fn key(tenant: &Tenant) -> String {
    std::fs::read_to_string(&tenant.files.key_file).unwrap()
}

#[test]
fn a_key_file_that_is_none_or_not_the_accounts() {
    let of = |cause: &'static str, files: fn(&Tenant)| {
        Broken::at(cause, "credentials", cause, UNUSABLE_FILE).files(files).named(&["service-account.json"])
    };
    check_all(vec![
        of("key_file_unreadable", |tenant| std::fs::remove_file(&tenant.files.key_file).unwrap()),
        of("key_file_empty", |tenant| key_is(tenant, "")),
        of("key_file_oauth_client", |tenant| key_is(tenant, r#"{"installed": {"client_id": "a"}}"#)),
        of("key_file_api_key", |tenant| key_is(tenant, "AIzaSy0123456789")),
        of("key_file_pem", |tenant| key_is(tenant, "-----BEGIN PRIVATE KEY-----\nMII\n")),
        of("key_file_user_login", |tenant| {
            let login = std::fs::read_to_string(&tenant.files.application_default).unwrap();
            key_is(tenant, &login);
        }),
        of("key_file_cut", |tenant| {
            let whole = key(tenant);
            key_is(tenant, &whole[..whole.len() / 2]);
        }),
        // A key that was deleted, and one of an account that was.
        Broken::at("deleted key", "token", "key_rejected", ENDED)
            .files(|tenant| {
                let mut file: Value = serde_json::from_str(&key(tenant)).unwrap();
                file["private_key_id"] = Value::from("0123456789abcdef0123456789abcdef01234567");
                key_is(tenant, &file.to_string());
            })
            .named(&[ACCOUNT, "0123456789abcdef0123456789abcdef01234567"]),
        Broken::at("deleted account", "token", "service_account_deleted", ENDED)
            .files(|tenant| key_is(tenant, &key(tenant).replace("workspace-audit@", "gone@")))
            .named(&["gone@audit-project.iam.gserviceaccount.com"]),
        Broken::at("disabled account", "token", "service_account_disabled", ENDED)
            .fault("POST /token disabled_client")
            .named(&[ACCOUNT]),
    ]);
}

/// Without a key file, with the identity that the emulator's metadata server gives.
fn keyless(text: String) -> String {
    let line = |line: &str| match line.starts_with("key_file") {
        true => format!("service_account = \"{ACCOUNT}\""),
        false => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_identity_of_the_machine_that_cannot_sign() {
    // An address for the metadata server is known only once the emulator listens.
    let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let of = |name, cause| Broken::at(name, "credentials", cause, ENDED).config(keyless);
    check_all(vec![
        of("no right to sign", "signing_denied")
            .served(|options| options.listen = listen)
            .fault("POST /v1/projects/-/serviceAccounts/* IAM_PERMISSION_DENIED")
            .environment("GCE_METADATA_HOST", &listen.to_string())
            .named(&[ACCOUNT, "roles/iam.serviceAccountTokenCreator"]),
        of("no identity", "no_machine_identity").environment("GCE_METADATA_HOST", "127.0.0.1:9"),
        Broken::at("no file", "credentials", "machine_identity_unusable", UNUSABLE_FILE)
            .config(keyless)
            .environment("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/identity.json")
            .named(&["/nonexistent/identity.json"]),
    ]);
}

fn without_date(text: String) -> String {
    text.lines().filter(|line| !line.starts_with("console_grants_date")).collect::<Vec<_>>().join("\n")
}

/// Dates the delegation list by a clock that is 15 minutes ahead of this machine's.
fn list_of_later(tenant: &Tenant) {
    let list = std::fs::File::options().write(true).open(tenant.folder.path().join("dwd.csv")).unwrap();
    list.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(890)).unwrap();
}

#[test]
fn a_clock_that_is_wrong() {
    let ahead =
        |setup: Broken, seconds| setup.served(|options| options.clock_ahead = TimeDelta::seconds(seconds));
    let of = |name| Broken::at(name, "clock", "clock_skew", ENDED).named(&["timedatectl set-ntp true"]);
    check_all(vec![
        ahead(of("20 minutes fast"), -1200).named(&["seconds fast"]),
        ahead(of("two hours slow"), 7200).named(&["seconds slow"]),
        ahead(of("15 minutes slow, beside a list of now"), 900)
            .config(without_date)
            .files(list_of_later)
            .named(&["seconds slow"]),
    ]);
}

/// Every address of Google's is elsewhere.
fn elsewhere(tenant: &Tenant, root: &str) {
    key_is(tenant, &key(tenant).replace(&tenant.base_url(), root));
    tenant.edit_config(|text| text.replace(&tenant.base_url(), root));
}

#[test]
fn a_network_that_does_not_lead_to_google() {
    let of = |cause: &'static str| Broken::at(cause, "network", cause, ENDED);
    let away: fn(&Tenant) = |tenant| elsewhere(tenant, "https://audit.invalid");
    check_all(vec![
        of("connect").files(|tenant| elsewhere(tenant, "http://127.0.0.1:9")).named(&["127.0.0.1:9"]),
        of("dns").files(away).named(&["audit.invalid"]),
        of("proxy_unreachable")
            .files(away)
            .environment("HTTPS_PROXY", "http://127.0.0.1:9")
            .named(&["127.0.0.1:9"]),
        Broken::at("proxy", "network", "proxy_malformed", UNUSABLE_FILE)
            .files(away)
            .environment("HTTPS_PROXY", "socks5://127.0.0.1:9")
            .named(&["HTTPS_PROXY"]),
        of("tls").served(|options| options.tls = true).named(&["127.0.0.1", "SSL_CERT_FILE"]),
        of("no_api_at_address")
            .files(|tenant| {
                let root = tenant.base_url();
                tenant.edit_config(|text| text.replace(&root, &format!("{root}/wrong")));
            })
            .named(&["/wrong", "[google] base_url"]),
    ]);
}

#[test]
fn a_delegation_list_that_cannot_be_used() {
    let of = |cause: &'static str| Broken::at(cause, "console_list", cause, PARTIAL);
    check_all(vec![
        of("console_list_unreadable").config(|text| text.replace("dwd.csv", "none.csv")).named(&["none.csv"]),
        of("console_list_malformed")
            .files(|tenant| {
                std::fs::write(tenant.folder.path().join("dwd.csv"), "a,b,c\nhello,world").unwrap()
            })
            .named(&["dwd.csv", "line "]),
        Broken::at("of next year", "console_list", "configuration", UNUSABLE_FILE)
            .config(|text| {
                let year = chrono::Datelike::year(&Utc::now()) + 1;
                without_date(text)
                    .replace("[checks]", &format!("console_grants_date = {year}-12-31\n[checks]"))
            })
            .named(&["dwd.csv"]),
    ]);
}

#[test]
fn a_configuration_that_cannot_be_right() {
    let of = |name: &'static str, config: fn(String) -> String, named: &[&str]| {
        Broken::at(name, "config", "configuration", USAGE).config(config).named(named)
    };
    check_all(vec![
        of("a key", |text| text.replace("customer =", "custmer ="), &["custmer", "customer"]),
        of("a project's name", |text| text.replace("\"apps-project\"", "\"My Project\""), &["My Project"]),
        of("a resource", |text| text.replace("\"apps-project\"", "\"projects/x\""), &["projects/x"]),
        of("a file", |text| text.replace("exceptions.toml", "missing.toml"), &["missing.toml", "exceptions"]),
        Broken::at("no such project", "cloud", "iam_permission_missing", PARTIAL)
            .config(|text| text.replace("\"apps-project\"", "\"aps-project\""))
            .named(&["aps-project", "[cloud] projects"]),
        Broken::at("Google's APIs, another's key", "config", "base_url_refused", USAGE)
            .config(|text| text.replace("base_url", "# base_url"))
            .named(&["token_uri", "[google] base_url"]),
    ]);
}

/// Below a file, nothing can be made.
fn below_a_file(text: String, key: &str) -> String {
    let line = |line: &str| match line.starts_with(key) {
        true => format!("{key} = \"exceptions.toml/below\""),
        false => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_place_where_nothing_can_be_written() {
    check_all(vec![
        Broken::at("reports", "config", "reports_unwritable", ENDED)
            .config(|text| below_a_file(text, "directory"))
            .named(&["exceptions.toml"]),
        Broken::at("history", "config", "history_unwritable", ENDED)
            .config(|text| below_a_file(text, "path"))
            .named(&["exceptions.toml"]),
        Broken::at("history", "config", "history_unusable", ENDED)
            .files(|tenant| {
                std::fs::create_dir_all(tenant.folder.path().join("reports/history.sqlite")).unwrap()
            })
            .named(&["history.sqlite"]),
    ]);
}

/// Every step that the last blocker hid is green once it is gone, and the run is complete.
#[test]
fn the_last_blocker_fixed_makes_it_green_and_the_run_complete() {
    let mut tenant = Tenant::with(Options {
        tenant: TenantName::Healthy,
        revoked_permissions: vec!["resourcemanager.projects.get".to_owned()],
        ..Options::default()
    });
    assert_eq!(asked(&tenant, &[], &[]).failed(), ["cloud"]);
    tenant.becomes(Options { tenant: TenantName::Healthy, ..Options::default() });
    asked(&tenant, &[], &[]).assert_ready();
    tenant.audit().assert_code(0);
}
