//! What is wrong with the set-up is named: one cause, one fix, and the thing itself.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use workspace_audit_emulator::{Fault, Options, TenantName};

use crate::support::{Audit, Tenant, binary};

/// The log lines of a run with `--log-format json`.
fn log_lines(audit: &Audit) -> Vec<Value> {
    audit.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn audit_in_json(tenant: &Tenant, arguments: &[&str], environment: &[(&str, &str)]) -> Audit {
    let arguments: Vec<&str> = ["--log-format", "json"].iter().chain(arguments).copied().collect();
    tenant.audit_with(&arguments, environment)
}

/// The stable names of the causes in the log, errors and warnings.
fn ids(audit: &Audit) -> Vec<String> {
    let ids =
        log_lines(audit).into_iter().filter_map(|line| line["fields"]["id"].as_str().map(str::to_owned));
    ids.collect()
}

#[test]
fn the_kind_of_a_wrong_key_file_is_named_without_showing_it() {
    let tenant = Tenant::named(TenantName::Healthy);
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    let pem = serde_json::from_str::<Value>(&key).unwrap()["private_key"].as_str().unwrap().to_owned();
    let login = json!({ "type": "authorized_user", "client_id": "a", "client_secret": "SECRET",
        "refresh_token": "SECRET" });
    let client = json!({ "installed": { "client_id": "a", "client_secret": "SECRET" } });
    for (text, id) in [
        (client.to_string(), "key_file_oauth_client"),
        ("AIzaSECRET-0123456789".to_owned(), "key_file_api_key"),
        (String::new(), "key_file_empty"),
        (pem, "key_file_pem"),
        (login.to_string(), "key_file_user_login"),
        (key[..key.len() / 2].to_owned(), "key_file_cut"),
    ] {
        std::fs::write(&tenant.files.key_file, text).unwrap();
        let audit = audit_in_json(&tenant, &[], &[]);
        audit.assert_code(2);
        assert_eq!(ids(&audit), [id], "{}", audit.stderr);
        assert!(!audit.stderr.contains("SECRET") && !audit.stderr.contains("MII"), "{}", audit.stderr);
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn a_key_file_that_others_can_read_is_told_with_the_command() {
    let tenant = Tenant::named(TenantName::Healthy);
    assert!(!ids(&audit_in_json(&tenant, &[], &[])).contains(&"key_file_readable".to_owned()));
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(&tenant.files.key_file, mode(0o644)).unwrap();
    let audit = audit_in_json(&tenant, &[], &[]);
    audit.assert_code(0);
    let lines = log_lines(&audit);
    let warning = lines.iter().find(|line| line["fields"]["id"] == "key_file_readable").unwrap();
    let fix = warning["fields"]["fix"].as_str().unwrap();
    assert_eq!(fix, format!("chmod 600 {}", tenant.files.key_file.display()));
}

#[test]
fn what_reads_the_history_says_before_the_first_run_that_there_is_none_and_makes_none() {
    let tenant = Tenant::named(TenantName::Healthy);
    let config = tenant.files.config.to_str().unwrap();
    let register = tenant.folder.path().join("register.toml");
    for command in [
        vec!["runs"],
        vec!["report"],
        vec!["report", "2026-01-01T00-00-00Z"],
        vec!["judge"],
        vec!["diff"],
        vec!["register", "--init", register.to_str().unwrap()],
    ] {
        let arguments = [&command[..], &["--config", config, "--log-format", "json"]].concat();
        let audit = Audit::of(&binary(&arguments, &[]), tenant.folder.path().join("reports"));
        audit.assert_code(2);
        assert_eq!(ids(&audit), ["no_history"], "{command:?}: {}", audit.stderr);
        assert!(!audit.reports.join("history.sqlite").exists(), "{command:?}");
    }
    assert!(!register.exists());
}

#[test]
fn what_cannot_be_a_project_is_refused_before_anything_is_asked() {
    let tenant = Tenant::named(TenantName::Healthy);
    for project in ["projects/x", "My Project", "projects/apps-project", "apps_project"] {
        let audit = tenant.audit_with(&["--set", &format!("cloud.projects={project}")], &[]);
        audit.assert_code(2);
        assert!(audit.stderr.contains(&format!("`{project}`")), "{}", audit.stderr);
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn a_check_that_is_not_there_is_compared_only_with_those_that_could_be_meant() {
    let tenant = Tenant::named(TenantName::Healthy);
    let text = std::fs::read_to_string(&tenant.files.exceptions).unwrap();
    let first = text.lines().find(|line| line.starts_with("check")).unwrap().to_owned();
    for (written, meant) in
        [("DWD-99", None), ("XYZ", None), ("DWD-8", Some("DWD-08")), ("dwd-08", Some("DWD-08"))]
    {
        std::fs::write(&tenant.files.exceptions, text.replacen(&first, &format!("check = \"{written}\""), 1))
            .unwrap();
        let audit = tenant.audit();
        audit.assert_code(2);
        assert!(audit.stderr.contains(written), "{}", audit.stderr);
        match meant {
            Some(meant) => assert!(audit.stderr.contains(&format!("`{meant}`")), "{}", audit.stderr),
            None => assert!(!audit.stderr.contains("DWD-0"), "{}", audit.stderr),
        }
    }
}

#[test]
fn a_bad_first_row_of_the_console_list_is_named_by_its_line() {
    let tenant = Tenant::named(TenantName::Healthy);
    let list = tenant.folder.path().join("list.csv");
    let setting = format!("cloud.console_grants={}", list.display());
    for (text, line) in [
        ("117000000000000000001\n", 1),
        ("\n\n117000000000000000001\n", 3),
        ("\r\n\r\n117000000000000000001\r\n", 3),
        ("\u{feff}\nname,id,scopes\n\n\nx,117000000000000000001,\n", 5),
        ("\"a\nb\",id,scopes\n\nx,117000000000000000001,\n", 4),
    ] {
        std::fs::write(&list, text).unwrap();
        let audit = tenant.audit_with(&["--set", &setting], &[]);
        let reason = audit.coverage("console_grants")["reason"].clone();
        assert!(reason.contains(&format!("line {line}:")), "{text:?}: {reason}");
    }
}

/// What `runs` prints, without its head.
fn runs(tenant: &Tenant) -> String {
    let output = binary(&["runs", "--config", tenant.files.config.to_str().unwrap()], &[]);
    String::from_utf8(output.stdout).unwrap()
}

/// The messages of errors in the log.
fn errors(audit: &Audit) -> String {
    let lines = log_lines(audit).into_iter().filter(|line| line["level"] == "ERROR");
    lines.map(|line| line["fields"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_admin_who_cannot_be_used_ends_the_run_with_the_address_and_leaves_the_history_alone() {
    let tenant = Tenant::named(TenantName::Typical);
    tenant.audit().assert_code(0);
    let before = runs(&tenant);
    let truth = tenant.truth();
    let users = truth["users"].as_array().unwrap();
    let address = |user: &Value| user["primaryEmail"].as_str().unwrap().to_owned();
    let suspended = address(users.iter().find(|user| user["suspended"] == true).unwrap());
    let newcomer = users.iter().find(|user| user["agreedToTerms"] == false && user["suspended"] != true);
    let alias = users.iter().find_map(|user| user["aliases"][0].as_str()).unwrap().to_owned();
    let group = truth["groups"][0]["email"].as_str().unwrap().to_owned();
    let mut wrong = vec![
        "nobody@example.com".to_owned(),
        "admin@another-tenant.example".to_owned(),
        suspended,
        alias,
        group,
    ];
    wrong.extend(newcomer.map(address));
    for admin in wrong {
        let audit = audit_in_json(&tenant, &["--admin", &admin], &[]);
        audit.assert_code(1);
        assert_eq!(
            ids(&audit).last().map(String::as_str),
            Some("admin_unusable"),
            "{admin}: {}",
            audit.stderr
        );
        assert!(!ids(&audit).contains(&"run_started".to_owned()), "found before anything is collected");
        assert!(errors(&audit).contains(&admin), "{}", audit.stderr);
        assert_eq!(runs(&tenant), before, "{admin}");
    }
    tenant.audit().assert_code(0);
}

#[test]
fn a_wrong_customer_is_not_blamed_on_the_admin() {
    let tenant = Tenant::named(TenantName::Healthy);
    for written in ["example.com", "c0abc1234", "customers/C0abc1234"] {
        tenant.audit_with(&["--customer", written], &[]).assert_code(2);
    }
    assert!(tenant.requests().is_empty());
    let audit = audit_in_json(&tenant, &["--customer", "C0wrong"], &[]);
    audit.assert_code(1);
    assert_eq!(ids(&audit), ["wrong_customer"], "{}", audit.stderr);
    let own = tenant.truth()["customerId"].as_str().unwrap().to_owned();
    assert!(errors(&audit).contains("C0wrong") && errors(&audit).contains(&own), "{}", audit.stderr);
    assert_eq!(runs(&tenant).lines().count(), 0, "no history");
    tenant.audit_with(&["--customer", &own], &[]).assert_code(0);
}

#[test]
fn a_history_of_another_tenant_is_refused_before_anything_is_collected() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit().assert_code(0);
    let before = runs(&tenant);
    let other = Tenant::with(Options { tenant: TenantName::Healthy, seed: 8, ..Options::default() });
    assert_ne!(tenant.truth()["customerId"], other.truth()["customerId"]);
    let history = format!("history.path={}", tenant.folder.path().join("reports/history.sqlite").display());
    let audit = audit_in_json(&other, &["--set", &history], &[]);
    audit.assert_code(2);
    assert_eq!(ids(&audit), ["other_tenant"], "{}", audit.stderr);
    let asked: Vec<_> = other.requests().into_iter().filter(|request| request.method == "GET").collect();
    assert!(asked.len() < 3, "only the admin was asked for: {asked:?}");
    assert_eq!(runs(&tenant), before);
}

#[test]
fn a_network_that_is_set_up_wrongly_is_told_at_once_with_the_host() {
    let tenant = Tenant::named(TenantName::Healthy);
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    let elsewhere = "https://audit.invalid";
    std::fs::write(&tenant.files.key_file, key.replace(&tenant.base_url(), elsewhere)).unwrap();
    let base_url = format!("google.base_url={elsewhere}");
    for (environment, id) in [
        (("https_proxy", "http://127.0.0.1:9"), "proxy_unreachable"),
        (("https_proxy", "http://proxy.invalid:3128"), "proxy_unreachable"),
        (("UNRELATED", ""), "dns"),
    ] {
        let began = std::time::Instant::now();
        let patience = ("WORKSPACE_AUDIT__COLLECT__OUTAGE_PATIENCE", "120");
        let audit = audit_in_json(&tenant, &["--set", &base_url], &[environment, patience]);
        audit.assert_code(1);
        assert_eq!(ids(&audit), [id], "{}", audit.stderr);
        assert!(errors(&audit).contains("audit.invalid"), "{}", audit.stderr);
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
        assert!(!audit.reports.join("history.sqlite").exists());
    }
    let tls = Tenant::with(Options { tenant: TenantName::Healthy, tls: true, ..Options::default() });
    let audit = audit_in_json(&tls, &[], &[]);
    audit.assert_code(1);
    assert_eq!(ids(&audit), ["tls"], "{}", audit.stderr);
    assert!(errors(&audit).contains(&tls.address().port().to_string()), "{}", audit.stderr);
}

/// A tenant whose server's clock is so many seconds ahead of this machine's.
fn ahead(seconds: i64, faults: &[&str]) -> Tenant {
    let at = Some(chrono::Utc::now() + chrono::TimeDelta::seconds(seconds));
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Tenant::with(Options { tenant: TenantName::Healthy, at, faults, ..Options::default() })
}

/// The number before ` seconds slow`.
fn seconds_slow(audit: &Audit) -> i64 {
    let errors = errors(audit);
    let before = errors.split(" seconds slow").next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{errors}"))
}

#[test]
fn a_clock_that_is_off_is_told_with_the_seconds_and_blames_no_list() {
    let words = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
    let body = json!({ "error": "invalid_grant", "error_description": words }).to_string();
    let fault = "POST /token body=400".parse::<Fault>().unwrap().with_text(&body).unwrap();
    let at = Some(chrono::Utc::now() + chrono::TimeDelta::seconds(600));
    let tenant =
        Tenant::with(Options { tenant: TenantName::Healthy, at, faults: vec![fault], ..Options::default() });
    let audit = audit_in_json(&tenant, &[], &[]);
    audit.assert_code(1);
    assert_eq!(ids(&audit), ["clock_skew"], "{}", audit.stderr);
    assert!((570..=600).contains(&seconds_slow(&audit)), "{}", audit.stderr);

    // Google still takes the assertion, and the list is of its time.
    let tenant = ahead(900, &[]);
    let list = tenant.folder.path().join("list.csv");
    std::fs::write(&list, "117000000000000000001,https://www.googleapis.com/auth/gmail.send\n").unwrap();
    let taken = std::time::SystemTime::now() + std::time::Duration::from_secs(890);
    std::fs::File::options().write(true).open(&list).unwrap().set_modified(taken).unwrap();
    let setting = format!("cloud.console_grants={}", list.display());
    let arguments = ["--set", &setting];
    let undated = |text: String| {
        text.lines().filter(|line| !line.starts_with("console_grants_date")).collect::<Vec<_>>().join("\n")
    };
    tenant.edit_config(undated);
    let audit = audit_in_json(&tenant, &arguments, &[]);
    audit.assert_code(1);
    assert_eq!(ids(&audit), ["clock_skew"], "{}", audit.stderr);
    assert!((870..=900).contains(&seconds_slow(&audit)), "{}", audit.stderr);
    let in_time = Tenant::named(TenantName::Healthy);
    in_time.edit_config(undated);
    audit_in_json(&in_time, &arguments, &[]).assert_code(2);
    // A list from next year is at fault, however slow the clock is.
    let year = std::time::SystemTime::now() + std::time::Duration::from_secs(365 * 86_400);
    std::fs::File::options().write(true).open(&list).unwrap().set_modified(year).unwrap();
    let audit = audit_in_json(&tenant, &arguments, &[]);
    audit.assert_code(2);
    assert!(errors(&audit).contains("list.csv"), "{}", audit.stderr);
}

#[test]
fn a_clock_that_google_accepts_is_a_warning_and_the_run_is_complete() {
    let tenant = ahead(900, &[]);
    let audit = audit_in_json(&tenant, &[], &[]);
    audit.assert_code(0);
    let lines = log_lines(&audit);
    let warned: Vec<&Value> = lines.iter().filter(|line| line["fields"]["id"] == "clock_skew").collect();
    assert_eq!(warned.len(), 1, "{}", audit.stderr);
    assert_eq!(warned[0]["level"], "WARN");
    assert!(warned[0]["fields"]["message"].as_str().unwrap().contains("seconds slow"), "{}", warned[0]);
}

#[test]
fn a_good_run_logs_its_start_its_parts_and_its_end_for_programs() {
    let tenant = Tenant::named(TenantName::Healthy);
    let audit = audit_in_json(&tenant, &[], &[]);
    audit.assert_code(0);
    let lines = log_lines(&audit);
    let of = |id: &str| -> Vec<Value> {
        lines.iter().filter(|line| line["fields"]["id"] == id).map(|line| line["fields"].clone()).collect()
    };
    let (started, parts, finished) = (of("run_started"), of("part_finished"), of("run_finished"));
    assert_eq!((started.len(), finished.len()), (1, 1), "{}", audit.stderr);
    assert_eq!(started[0]["run"], finished[0]["run"]);
    let started: Vec<&str> =
        started[0]["parts"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
    let coverage = audit.rows("coverage.csv");
    assert_eq!(parts.len(), coverage.len());
    for part in &parts {
        let row = coverage.iter().find(|row| row["part"] == part["part"].as_str().unwrap()).unwrap();
        for count in ["read", "denied", "failed"] {
            assert_eq!(part[count].to_string(), row[count], "{part}");
        }
        assert!(started.contains(&part["part"].as_str().unwrap()) || part["read"] == 0, "{part}");
    }
    assert_eq!(finished[0]["exit_code"], 0);
    let path = std::path::Path::new(finished[0]["report"].as_str().unwrap());
    assert_eq!(path.parent(), audit.folder.as_deref());
    assert!(path.exists());
    assert!(log_lines(&audit_in_json(&tenant, &["--quiet"], &[])).is_empty());

    let config = tenant.files.config.to_str().unwrap();
    let listed = binary(&["runs", "--config", config, "--format", "json"], &[]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[1]["run"], finished[0]["run"]);
    assert_eq!(listed[1]["changes"]["open"], finished[0]["open"]);
}

#[test]
fn what_is_missing_is_a_list_and_each_cause_is_told_once() {
    for disabled in ["iam.googleapis.com", "cloudresourcemanager.googleapis.com", "gmail.googleapis.com"] {
        let tenant = Tenant::with(Options {
            tenant: TenantName::Typical,
            disabled_services: vec![disabled.to_owned()],
            ..Options::default()
        });
        let audit = audit_in_json(&tenant, &[], &[]);
        audit.assert_code(4);
        let lines = log_lines(&audit);
        let gaps: Vec<&Value> =
            lines.iter().map(|line| &line["fields"]).filter(|gap| gap["message"] == "not read").collect();
        let mut causes: Vec<&str> = gaps.iter().map(|gap| gap["cause"].as_str().unwrap()).collect();
        let all = causes.len();
        causes.sort_unstable();
        causes.dedup();
        assert_eq!(causes.len(), all, "{disabled}: {causes:#?}");
        for gap in gaps {
            assert!(gap["parts"].as_array().is_some_and(|parts| !parts.is_empty()), "{gap}");
            let cause = gap["cause"].as_str().unwrap();
            assert!(cause.matches("is disabled in the project").count() <= 1, "{cause}");
        }
    }
}

/// What `init` prints, and what a shell makes of its commands with a `gcloud` that only writes down what it is told.
fn commands_of_init(folder: &std::path::Path, arguments: &[&str]) -> (String, Vec<Vec<String>>) {
    let config = folder.join("it's a config.toml");
    let all = [&["init", config.to_str().unwrap()], arguments].concat();
    let output = binary(&all, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (bin, log) = (folder.join("bin"), folder.join("log"));
    std::fs::create_dir(&bin).unwrap();
    let fake = format!(
        "#!/bin/sh\nfor word; do printf '%s\\t' \"$word\"; done >>'{0}'\necho >>'{0}'\n",
        log.display()
    );
    std::fs::write(bin.join("gcloud"), fake).unwrap();
    std::fs::set_permissions(bin.join("gcloud"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let script: String = text
        .lines()
        .filter(|line| line.contains("gcloud ") && !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let ran =
        std::process::Command::new("sh").args(["-eu", "-c", &script]).env("PATH", path).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let called = std::fs::read_to_string(log).unwrap();
    let words = |line: &str| line.split_terminator('\t').map(str::to_owned).collect();
    (text.clone(), called.lines().map(words).collect())
}

#[test]
fn init_prints_commands_that_a_shell_takes_and_a_line_without_what_must_not_be_delegated() {
    let cloud = "https://www.googleapis.com/auth/cloud-platform";
    for (arguments, organization, keyless) in [
        (&["--project", "audit-project", "--admin", "o'hara+audit@example.com"][..], false, false),
        (
            &[
                "--project",
                "audit-project",
                "--admin",
                "a@example.com",
                "--organization",
                "organizations/123",
                "--keyless",
            ][..],
            true,
            true,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (text, called) = commands_of_init(folder.path(), arguments);
        let config = std::fs::read_to_string(folder.path().join("it's a config.toml")).unwrap();
        let config: toml::Table = config.parse().unwrap();
        assert_eq!(config["tenant"]["admin"].as_str(), Some(arguments[3]));
        assert_eq!(config["cloud"].get("organization").is_some(), organization);
        assert_eq!(config["auth"].get("service_account").is_some(), keyless);
        assert_eq!(config["auth"].get("key_file").is_some(), !keyless);
        let is_called = |words: &[&str]| {
            called.iter().any(|call| words.iter().all(|word| call.iter().any(|c| c == word)))
        };
        assert!(is_called(&["services", "enable", "gmail.googleapis.com", "--project", "audit-project"]));
        assert!(is_called(&["service-accounts", "create", "workspace-audit"]));
        assert!(is_called(&["--role", "roles/iam.securityReviewer", "add-iam-policy-binding"]));
        assert!(is_called(&["describe", "value(oauth2ClientId)"]));
        assert_eq!(is_called(&["cloudasset.googleapis.com"]), organization);
        assert_eq!(is_called(&["organizations", "123"]), organization);
        assert_eq!(is_called(&["roles/iam.serviceAccountTokenCreator"]), keyless);
        let key = folder.path().join("service-account.json");
        assert_eq!(is_called(&["keys", "create", key.to_str().unwrap()]), !keyless);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("https://")).collect();
        assert_eq!(lines.len(), 1, "{text}");
        assert!(lines[0].contains("gmail.settings.basic") && !lines[0].contains(cloud), "{}", lines[0]);
        let scopes = String::from_utf8(binary(&["scopes"], &[]).stdout).unwrap();
        assert!(scopes.lines().any(|line| line == lines[0]));
    }
    let scopes = String::from_utf8(binary(&["scopes"], &[]).stdout).unwrap();
    let (delegated, own) = scopes.split_once("Do not delegate").unwrap();
    assert!(!delegated.contains(cloud) && own.contains(cloud), "{scopes}");
}

#[test]
fn init_refuses_values_that_cannot_be_right_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let config = config.to_str().unwrap();
    for arguments in [
        &["--project", "audit-project"][..],
        &["--project", "My Project", "--admin", "a@example.com"],
        &["--project", "x; rm -rf /", "--admin", "a@example.com"],
        &["--project", "123456789012", "--admin", "a@example.com"],
        &["--project", "audit-project", "--admin", "nobody"],
        &["--project", "audit-project", "--admin", "a@example.com\nadmin_role = true"],
        &["--project", "audit-project", "--admin", "$(id)@example.com"],
        &["--project", "audit-project", "--admin", "a@example.com", "--organization", "example.com"],
        &["--keyless"],
    ] {
        let output = binary(&[&["init", config], arguments].concat(), &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!std::path::Path::new(config).exists(), "{arguments:?}");
    }
}
