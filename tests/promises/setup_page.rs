//! What `docs/setup.md` says to copy works: the very text of the page is run.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant};

const ACCOUNT: &str = "workspace-audit@audit-project.iam.gserviceaccount.com";

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/setup.md")).unwrap()
}

/// The first block of a language after some words of the page.
fn block(after: &str, language: &str) -> String {
    let page = page();
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("{after} is not on the page"));
    let (_, rest) = rest.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0.to_owned()
}

/// What stands at a key of a YAML block, without its indentation.
fn below(yaml: &str, key: &str) -> Vec<String> {
    let mut lines = yaml.lines().skip_while(|line| line.trim() != key);
    let head = lines.next().unwrap_or_else(|| panic!("{key} is not in\n{yaml}"));
    let depth = |line: &str| line.len() - line.trim_start().len();
    let inside: Vec<&str> = lines.take_while(|line| line.is_empty() || depth(line) > depth(head)).collect();
    let least = inside.iter().filter(|line| !line.is_empty()).map(|line| depth(line)).min().unwrap();
    inside.iter().map(|line| line.get(least..).unwrap_or_default().to_owned()).collect()
}

/// The value of a key that stands on one line of a YAML block.
fn value(yaml: &str, key: &str) -> String {
    let key = format!("{key}: ");
    yaml.lines().find_map(|line| line.trim().strip_prefix(&key)).unwrap().to_owned()
}

/// The commands of a list of GitLab's `script`: a plain item may go on in the next line, a `|` item is taken as it is.
fn items(lines: &[String]) -> Vec<String> {
    let mut items: Vec<(bool, Vec<&str>)> = Vec::new();
    for line in lines {
        match (line.strip_prefix("- "), items.last_mut()) {
            (Some("|"), _) => items.push((true, Vec::new())),
            (Some(first), _) => items.push((false, vec![first])),
            (None, Some((_, item))) => item.push(line.get(2..).unwrap_or_default()),
            (None, None) => panic!("{line}"),
        }
    }
    let joined = |(is_literal, item): (bool, Vec<&str>)| {
        if is_literal {
            item.join("\n")
        } else {
            item.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
        }
    };
    items.into_iter().map(joined).collect()
}

/// A tenant whose identity server believes a job's token, and a folder with the program under its name.
fn machine() -> (Tenant, PathBuf) {
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, ..Options::default() });
    std::fs::remove_file(&tenant.files.key_file).unwrap();
    tenant.edit_config(|text| {
        let keyless = |line: &str| match line.starts_with("key_file") {
            true => format!("service_account = \"{ACCOUNT}\""),
            false => line.to_owned(),
        };
        text.lines().map(keyless).collect::<Vec<_>>().join("\n")
    });
    let bin = tenant.folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_workspace-audit"), bin.join("workspace-audit")).unwrap();
    (tenant, bin)
}

/// The provider of the tenant's pool, which the operator writes in place of the page's.
fn provider(tenant: &Tenant) -> String {
    let text = std::fs::read_to_string(&tenant.files.external_account).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file["audience"].as_str().unwrap().to_owned()
}

/// The page's text with the addresses of this test in place of Google's and of the operator's.
fn here(text: &str, replaced: &[(&str, &str)]) -> String {
    replaced.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in\n{text}");
        text.replace(from, to)
    })
}

fn shell(script: &str, bin: &Path, environment: &[(&str, &str)]) -> Output {
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", script])
        .env_clear()
        .env("PATH", path)
        .envs(environment.iter().copied())
        .current_dir(bin)
        .output()
        .unwrap()
}

/// The run read the tenant with the job's identity, and left no file that others can read.
fn assert_read(output: &Output, tenant: &Tenant, secrets: &[PathBuf]) {
    let audit = Audit::of(output, tenant.folder.path().join("reports"));
    audit.assert_code(0);
    assert_eq!(audit.json("status.json")["exit_code"], 0);
    let requests = tenant.requests();
    let count = |path: &str| requests.iter().filter(|request| request.path == path).count();
    assert_eq!(count("/v1/token"), 1, "the job's token is exchanged");
    assert!(requests.iter().any(|request| request.path.ends_with(":signJwt")), "the account is impersonated");
    for secret in secrets {
        let mode = std::fs::metadata(secret).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", secret.display());
    }
}

#[test]
fn the_job_of_github_actions_reads_the_tenant_without_a_key_file() {
    let (tenant, bin) = machine();
    let yaml = block("GitHub Actions:\n", "yaml");
    assert_eq!(below(&yaml, "permissions:"), ["id-token: write"]);
    let config = tenant.files.config.display().to_string();
    let token_url = format!("{}/v1/token", tenant.base_url());
    let replaced = [
        ("https://sts.googleapis.com/v1/token", token_url.as_str()),
        ("/etc/workspace-audit/config.toml", &config),
    ];
    let script = here(&below(&yaml, "- run: |").join("\n"), &replaced);
    assert!(value(&yaml, "PROVIDER").starts_with("//iam.googleapis.com/projects/"));
    let provider = provider(&tenant);
    // GitHub's own identity server, as far as the job asks it.
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token?api-version=2.0", server.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = server.accept().unwrap();
        let mut request = vec![0; 8192];
        let length = stream.read(&mut request).unwrap();
        let body = r#"{"count": 1, "value": "emulated-subject-token-of-github"}"#;
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let temp = tenant.folder.path().join("runner");
    std::fs::create_dir(&temp).unwrap();
    let output = shell(
        &script,
        &bin,
        &[
            ("PROVIDER", &provider),
            ("RUNNER_TEMP", &temp.display().to_string()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "token-of-the-job"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
        ],
    );
    let secrets = ["token", "credentials.json"].map(|name| temp.join(name));
    assert_read(&output, &tenant, &secrets);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with(&format!("GET /token?api-version=2.0&audience=https:{provider} ")), "{asked}");
    assert!(asked.to_lowercase().contains("authorization: bearer token-of-the-job"), "{asked}");
}

#[test]
fn the_job_of_gitlab_reads_the_tenant_without_a_key_file() {
    let (tenant, bin) = machine();
    let yaml = block("GitLab:\n", "yaml");
    assert_eq!(below(&yaml, "GOOGLE_TOKEN:"), [format!("aud: https:{}", value(&yaml, "PROVIDER"))]);
    let provider = provider(&tenant);
    let config = tenant.files.config.display().to_string();
    let token_url = format!("{}/v1/token", tenant.base_url());
    let replaced = [
        ("https://sts.googleapis.com/v1/token", token_url.as_str()),
        ("/etc/workspace-audit/config.toml", &config),
    ];
    let commands = items(&below(&yaml, "script:"));
    assert!(commands.len() > 2, "{commands:?}");
    let script = here(&commands.join("\n"), &replaced);
    let project = tenant.folder.path().join("project");
    std::fs::create_dir(&project).unwrap();
    let output = shell(
        &script,
        &bin,
        &[
            ("PROVIDER", &provider),
            ("CI_PROJECT_DIR", &project.display().to_string()),
            ("GOOGLE_TOKEN", "emulated-subject-token-of-gitlab"),
        ],
    );
    let secrets = [".token", ".credentials.json"].map(|name| project.join(name));
    assert_read(&output, &tenant, &secrets);
}

#[test]
fn the_line_for_crontab_has_five_fields_and_its_command_runs() {
    let line = block("**Cron.**", "cron");
    assert_eq!(line.lines().count(), 1, "cron has no continued lines");
    assert!(!line.contains('%'), "cron ends a command there");
    let fields: Vec<&str> = line.splitn(6, ' ').collect();
    for (field, (least, most)) in fields[..5].iter().zip([(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]) {
        let number = field.parse::<u32>();
        assert!(*field == "*" || number.is_ok_and(|number| (least..=most).contains(&number)), "{field}");
    }
    let command = fields[5];
    assert!(command.starts_with('/'), "no account name stands before the command in a crontab");
    // As cron runs it: `sh -c`, in an environment of four variables.
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, ..Options::default() });
    let folder = tenant.folder.path();
    let log = folder.join("log");
    let logger = folder.join("logger");
    std::fs::write(&logger, format!("#!/bin/sh\necho \"$@\" >>'{}'\n", log.display())).unwrap();
    std::fs::set_permissions(&logger, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = |config: &Path| {
        let command = here(
            command,
            &[
                ("/var/lib/workspace-audit/lock", &folder.join("lock").display().to_string()),
                ("/usr/local/bin/workspace-audit", env!("CARGO_BIN_EXE_workspace-audit")),
                ("/etc/workspace-audit/config.toml", &config.display().to_string()),
                ("/usr/bin/logger", &logger.display().to_string()),
            ],
        );
        Command::new("/bin/sh")
            .args(["-c", &command])
            .env_clear()
            .envs([("SHELL", "/bin/sh"), ("PATH", "/usr/bin:/bin"), ("HOME", "/"), ("LOGNAME", "audit")])
            .output()
            .unwrap()
    };
    let good = run(&tenant.files.config);
    assert!(good.status.success() && good.stdout.is_empty(), "{good:?}");
    assert!(folder.join("reports/latest").exists() && !log.exists());
    run(Path::new("/nonexistent/config.toml"));
    assert!(std::fs::read_to_string(&log).unwrap().contains("exit code 2"));
}

#[test]
fn the_page_is_in_the_order_of_doing() {
    let page = page();
    let order = [
        "workspace-audit init --project",
        "gcloud services enable admin.googleapis.com",
        "gcloud iam service-accounts create workspace-audit",
        "--format 'value(oauth2ClientId)'",
        "gcloud organizations add-iam-policy-binding",
        "Manage domain-wide delegation",
        "Create new role",
        "console_grants",
        "\nworkspace-audit doctor\n",
        "workspace-audit run --sample",
        "\nworkspace-audit run\n",
        "crontab -e",
        "[[exception]]",
    ];
    let mut place = 0;
    for step in order {
        let found = page[place..].find(step);
        place += found.unwrap_or_else(|| panic!("{step} is missing, or stands before what comes first"));
    }
}
