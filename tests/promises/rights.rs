//! Limits of the machine: files that the account must not read or write, and a disk without space. Root has no limits of
//! rights, so as root the program runs as another account.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Tenant, files_below};

/// `nobody`.
const OTHER_ACCOUNT: u32 = 65534;

fn is_root(folder: &Path) -> bool {
    std::fs::metadata(folder).unwrap().uid() == 0
}

/// A tenant whose files belong to an account that limits of rights apply to, and the program where that account can
/// reach it.
struct Limited {
    tenant: Tenant,
    is_root: bool,
    /// Of the program.
    _folder: tempfile::TempDir,
    program: PathBuf,
}

impl Limited {
    fn new() -> Self {
        let tenant = Tenant::with(Options { tenant: TenantName::Healthy, ..Options::default() });
        let is_root = is_root(tenant.folder.path());
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("workspace-audit");
        let built = env!("CARGO_BIN_EXE_workspace-audit");
        if std::fs::hard_link(built, &program).is_err() {
            std::fs::copy(built, &program).unwrap();
        }
        set_mode(folder.path(), 0o755);
        Self { tenant, is_root, _folder: folder, program }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.tenant.folder.path().join(name)
    }

    /// Gives every file to the account.
    fn give(&self) {
        if !self.is_root {
            return;
        }
        let mut paths = vec![self.tenant.folder.path().to_owned()];
        while let Some(path) = paths.pop() {
            chown(&path, Some(OTHER_ACCOUNT), Some(OTHER_ACCOUNT)).unwrap();
            if path.is_dir() {
                paths.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }

    /// None, with the reason on stderr, where this machine does not let root be another account.
    fn asked(&self, command: &str, arguments: &[&str]) -> Option<Output> {
        let mut asked = Command::new(&self.program);
        asked.arg(command).arg("--config").arg(&self.tenant.files.config).args(arguments).env_clear();
        if self.is_root {
            asked.uid(OTHER_ACCOUNT).gid(OTHER_ACCOUNT);
        }
        match asked.output() {
            Err(error) if self.is_root && error.kind() == std::io::ErrorKind::PermissionDenied => {
                eprintln!("not tested: root cannot be another account here: {error}");
                None
            }
            output => Some(output.unwrap()),
        }
    }

    /// `doctor` fails at the step alone, with the cause and the path in it, and `run` tells the same.
    #[track_caller]
    fn assert_told(&self, step: &str, cause: &str, path: &str, exits: (i32, i32)) {
        let Some(output) = self.asked("doctor", &["--format", "json"]) else { return };
        let (failed, told) = failed(&output);
        assert_eq!(
            (failed.as_slice(), output.status.code()),
            (&[step.to_owned()][..], Some(exits.0)),
            "{told}"
        );
        let of_step = told["steps"].as_array().unwrap().iter().find(|found| found["id"] == step).unwrap();
        assert!(of_step["cause"].as_str().unwrap().starts_with(&format!("{cause}: ")), "{of_step:#}");
        assert!(of_step["cause"].as_str().unwrap().contains(path), "{of_step:#}");
        assert!(!of_step["fix"].as_str().unwrap().is_empty(), "{of_step:#}");
        let Some(output) = self.asked("run", &["--log-format", "json"]) else { return };
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(exits.1), "{log}");
        assert!(errors(&log).iter().any(|error| error["id"] == cause), "{log}");
        assert!(log.contains(path), "{log}");
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The steps that failed, and all that `doctor` said.
fn failed(output: &Output) -> (Vec<String>, Value) {
    let text = String::from_utf8_lossy(&output.stdout);
    let told: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr)));
    let steps = told["steps"].as_array().unwrap().iter();
    let failed = steps.filter(|step| step["state"] == "failed");
    (failed.map(|step| step["id"].as_str().unwrap().to_owned()).collect(), told)
}

fn errors(log: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["level"] == "ERROR").map(|line| line["fields"].clone()).collect()
}

#[test]
fn a_reports_folder_that_the_account_cannot_write_to() {
    let limited = Limited::new();
    let reports = limited.path("reports");
    std::fs::create_dir(&reports).unwrap();
    limited.give();
    set_mode(&reports, 0o500);
    limited.assert_told("config", "reports_unwritable", &reports.display().to_string(), (1, 1));
    set_mode(&reports, 0o700);
    let Some(output) = limited.asked("doctor", &["--format", "json"]) else { return };
    assert_eq!(failed(&output).0, [""; 0], "{output:?}");
}

#[test]
fn a_history_that_the_account_cannot_write_to_is_left_as_it_is() {
    let limited = Limited::new();
    limited.give();
    let Some(output) = limited.asked("run", &[]) else { return };
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let history = limited.path("reports/history.sqlite");
    let before = files_below(limited.tenant.folder.path());
    set_mode(&history, 0o400);
    limited.assert_told("config", "history_unwritable", &history.display().to_string(), (1, 1));
    set_mode(&history, 0o000);
    limited.assert_told("config", "history_unwritable", &history.display().to_string(), (1, 1));
    assert_eq!(files_below(limited.tenant.folder.path()), before);
}

#[test]
fn an_input_file_that_the_account_cannot_read() {
    for (name, step, cause, exits) in [
        ("service-account.json", "credentials", "key_file_unreadable", (1, 2)),
        ("exceptions.toml", "config", "configuration", (2, 2)),
        ("config.toml", "config", "configuration", (2, 2)),
        ("dwd.csv", "console_list", "console_list_unreadable", (1, 4)),
    ] {
        let limited = Limited::new();
        limited.give();
        set_mode(&limited.path(name), 0o000);
        limited.assert_told(step, cause, name, exits);
    }
}

/// Runs a script in which `$mount` is a file system of so many KiB, `$free` of them free. None, with the reason on stderr,
/// where this machine does not let the test mount one.
fn on_a_small_disk(tenant: &Tenant, free: u32, script: &str) -> Option<String> {
    let mount = tenant.folder.path().join("disk");
    std::fs::create_dir(&mount).unwrap();
    let size = 16 * 1024;
    let begin = format!(
        "set -u; mount -t tmpfs -o size={size}k tmpfs \"$mount\" || exit 99\n\
         dd if=/dev/zero of=\"$mount/fill\" bs=1k count={} 2>/dev/null\n",
        size - free
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &format!("{begin}{script}")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("mount", &mount)
        .env("audit", env!("CARGO_BIN_EXE_workspace-audit"))
        .env("config", &tenant.files.config)
        .output();
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    match output {
        Ok(output) if output.status.success() => Some(String::from_utf8(output.stdout).unwrap()),
        Ok(output) if output.status.code() == Some(99) || said(&output).contains("unshare failed") => {
            eprintln!("not tested: no file system can be mounted here: {}", said(&output));
            None
        }
        Err(error) => {
            eprintln!("not tested: {error}");
            None
        }
        Ok(output) => panic!("{}", said(&output)),
    }
}

const ON_THE_DISK: &str =
    "--set reports.directory=\"$mount/reports\" --set history.path=\"$mount/history/history.sqlite\"";

#[test]
fn a_full_disk_is_told_with_its_folder_before_google_is_asked_and_nothing_is_written() {
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, ..Options::default() });
    let script = format!(
        "\"$audit\" doctor --format json --config \"$config\" {ON_THE_DISK}; echo \"code $?\"\n\
         \"$audit\" run --log-format json --config \"$config\" {ON_THE_DISK} 2>&1; echo \"code $?\"\n\
         find \"$mount\" -mindepth 1"
    );
    let Some(said) = on_a_small_disk(&tenant, 500, &script) else { return };
    let mount = tenant.folder.path().join("disk").display().to_string();
    assert_eq!(said.matches("disk_full").count(), 2, "{said}");
    assert_eq!(said.matches("code 1\n").count(), 2, "{said}");
    assert!(said.matches(&format!("the disk of {mount}")).count() == 2, "{said}");
    assert!(said.ends_with(&format!("code 1\n{mount}/fill\n")), "{said}");
    assert!(tenant.requests().is_empty(), "Google is not asked");
}

#[test]
fn a_disk_that_fills_up_ends_the_run_with_its_folder_and_leaves_no_half_report() {
    let tenant = Tenant::with(Options { tenant: TenantName::Huge(3000), ..Options::default() });
    let script = format!(
        "\"$audit\" run --log-format json --config \"$config\" {ON_THE_DISK} 2>&1; echo \"code $?\"\n\
         find \"$mount\" -mindepth 1; echo freed\n\
         rm \"$mount/fill\"\n\
         \"$audit\" run --log-format json --config \"$config\" {ON_THE_DISK} 2>&1; echo \"code $?\"\n\
         find \"$mount\" -mindepth 1"
    );
    let Some(said) = on_a_small_disk(&tenant, 2500, &script) else { return };
    let (full, freed) = said.split_once("freed\n").unwrap();
    let mount = tenant.folder.path().join("disk").display().to_string();
    assert!(full.contains("disk_full") && full.contains("code 1\n"), "{full}");
    assert!(full.contains(&format!("the disk of {mount}")), "{full}");
    let left: Vec<&str> = full.lines().filter_map(|line| line.strip_prefix(&format!("{mount}/"))).collect();
    // An empty folder keeps the id of the run, which the next one continues.
    let is_expected = |path: &&str| {
        ["fill", "reports", "history"].contains(path)
            || ["history/history.sqlite", "reports/.draft-claim-"]
                .iter()
                .any(|begins| path.starts_with(begins))
    };
    assert!(left.iter().all(is_expected), "{left:#?}");
    // With space again, the same command is complete.
    assert!(freed.contains("code 0\n") && freed.contains("/report.html"), "{freed}");
    assert!(!freed.contains(".draft"), "{freed}");
}
