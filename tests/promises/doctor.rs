//! `doctor`: each broken set-up gives its step, one cause and one fix; a good one is green, and `run` agrees.

use std::process::Output;

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

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
        assert_eq!(self.failed(), [id], "{}", self.text);
        let code = if id == "config" { 2 } else { 1 };
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
}
