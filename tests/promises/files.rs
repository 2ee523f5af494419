//! What else can have the name of a file of this program, and what can become of one.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use workspace_audit_emulator::TenantName;

use crate::resume::{slow, start, wait_for_mailboxes};
use crate::support::{Audit, Tenant, binary};

fn reports(tenant: &Tenant) -> PathBuf {
    tenant.folder.path().join("reports")
}

fn name(audit: &Audit) -> String {
    audit.folder.as_ref().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
}

fn sh(command: &str, path: &Path) {
    let done = Command::new("sh").args(["-c", command, "sh"]).arg(path).status().unwrap();
    assert!(done.success(), "{command}");
}

#[test]
fn where_latest_cannot_be_a_link_the_run_is_finished_and_a_file_names_its_report() {
    let tenant = Tenant::named(TenantName::Healthy);
    let reports = reports(&tenant);
    // What `cp -rL` or an archive leaves.
    std::fs::create_dir_all(reports.join("latest")).unwrap();
    std::fs::write(reports.join("latest/report.html"), "old").unwrap();
    for _ in 0..2 {
        let audit = tenant.audit();
        audit.assert_code(0);
        assert!(!audit.stdout.contains("resumed"), "{}", audit.stdout);
        assert!(audit.stderr.contains("latest"), "{}", audit.stderr);
        assert_eq!(std::fs::read_to_string(reports.join("latest.txt")).unwrap().trim(), name(&audit));
        assert_eq!(std::fs::read_to_string(reports.join("latest/report.html")).unwrap(), "old");
    }
    std::fs::remove_dir_all(reports.join("latest")).unwrap();
    // Names that once were in the way are nobody's business any more.
    std::fs::create_dir(reports.join(".latest-next")).unwrap();
    let audit = tenant.audit();
    audit.assert_code(0);
    assert_eq!(std::fs::read_link(reports.join("latest")).unwrap(), Path::new(&name(&audit)));
    assert_eq!(std::fs::read_to_string(reports.join("latest.txt")).unwrap().trim(), name(&audit));
    assert_eq!(audit.stderr, "");
}

#[test]
fn latest_is_the_run_that_finished_last_and_an_older_one_does_not_take_it_back() {
    let tenant = Tenant::named(TenantName::Healthy);
    let reports = reports(&tenant);
    // A run of a clock that was ahead.
    std::fs::create_dir_all(reports.join("2099-01-01T00-00-00Z")).unwrap();
    symlink("2099-01-01T00-00-00Z", reports.join("latest")).unwrap();
    let first = tenant.audit();
    first.assert_code(0);
    let latest = || std::fs::read_link(reports.join("latest")).unwrap();
    assert_eq!(latest(), Path::new(&name(&first)));
    let second = tenant.audit();
    let config = tenant.files.config.display().to_string();
    for command in ["report", "judge"] {
        let output = binary(&[command, &name(&first), "--config", &config], &[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(latest(), Path::new(&name(&second)), "{command}");
    }
    // The newest run comes back from nowhere and from an older one, and hides no run of another history.
    for (leads_to, comes_to) in [
        ("nowhere", format!("{}.2", name(&second))),
        (name(&first).as_str(), format!("{}.3", name(&second))),
        (&format!("{}.2", name(&first)), format!("{}.4", name(&second))),
        ("2099-01-01T00-00-00Z", "2099-01-01T00-00-00Z".to_owned()),
    ] {
        std::fs::remove_file(reports.join("latest")).unwrap();
        symlink(leads_to, reports.join("latest")).unwrap();
        binary(&["report", "latest", "--config", &config], &[]);
        assert_eq!(latest(), Path::new(&comes_to), "{leads_to}");
    }
}

#[test]
fn a_lock_that_is_not_this_programs_is_left_as_it_is() {
    let tenant = Tenant::named(TenantName::Healthy);
    let reports = reports(&tenant);
    std::fs::create_dir_all(&reports).unwrap();
    let lock = reports.join("history.sqlite.lock");
    let precious = tenant.folder.path().join("precious");
    let put: [fn(&Path, &Path); 2] = [
        |precious, lock| symlink(precious, lock).unwrap(),
        |precious, lock| std::fs::hard_link(precious, lock).unwrap(),
    ];
    for put in put {
        std::fs::write(&precious, "precious").unwrap();
        put(&precious, &lock);
        let audit = tenant.audit();
        audit.assert_code(1);
        assert!(audit.stderr.contains("history.sqlite.lock"), "{}", audit.stderr);
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
        std::fs::remove_file(&lock).unwrap();
    }
    tenant.audit().assert_code(0);
}

#[test]
fn a_history_that_is_gone_is_told_once_and_a_new_one_begins() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit().assert_code(0);
    let history = reports(&tenant).join("history.sqlite");
    std::fs::remove_file(&history).unwrap();
    let path = history.canonicalize().unwrap_or_else(|_| history.clone()).display().to_string();
    let told = |audit: &Audit| {
        audit.assert_code(0);
        audit.stderr.lines().filter(|line| line.contains("WARN") && line.contains(&path)).count()
    };
    assert_eq!(told(&tenant.audit()), 1);
    assert_eq!(told(&tenant.audit()), 0);
}

#[test]
fn what_is_left_of_a_history_that_is_gone_is_not_read_into_a_new_one() {
    let tenant = Tenant::with(slow());
    let mut child = start(&tenant);
    wait_for_mailboxes(&tenant, 100);
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had sent is still answered.
    let mut answered = 0;
    while answered != tenant.requests().len() {
        answered = tenant.requests().len();
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    let history = reports(&tenant).join("history.sqlite");
    let beside = |suffix: &str| reports(&tenant).join(format!("history.sqlite{suffix}"));
    let wal = std::fs::read(beside("-wal")).unwrap();
    assert!(!wal.is_empty());
    std::fs::remove_file(&history).unwrap();
    let away = tenant.folder.path().join("away");
    std::fs::create_dir(&away).unwrap();
    let refused = |left: &[&str]| {
        let asked = tenant.requests().len();
        let audit = tenant.audit();
        audit.assert_code(1);
        for suffix in left {
            assert!(audit.stderr.contains(&format!("history.sqlite{suffix}")), "{}", audit.stderr);
        }
        assert_eq!(tenant.requests().len(), asked, "nothing is asked");
        assert!(!history.exists(), "{left:?}");
    };
    for _ in ["one run", "the next"] {
        refused(&["-wal", "-shm"]);
        assert!(std::fs::read(beside("-wal")).unwrap() == wal, "it was written to");
    }
    for suffix in ["-wal", "-shm"] {
        std::fs::rename(beside(suffix), away.join(suffix)).unwrap();
    }
    for suffix in ["-shm", "-journal"] {
        std::fs::write(beside(suffix), "left").unwrap();
        refused(&[suffix]);
        assert_eq!(std::fs::read_to_string(beside(suffix)).unwrap(), "left");
        std::fs::remove_file(beside(suffix)).unwrap();
    }
    tenant.audit().assert_code(0);
    tenant.audit().assert_code(0);
}

#[test]
fn a_history_that_was_damaged_or_cut_is_refused_and_not_touched() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit().assert_code(0);
    let history = reports(&tenant).join("history.sqlite");
    let whole = std::fs::read(&history).unwrap();
    let asked = tenant.requests().len();
    let assert_refused = |damaged: &[u8], what: &str| {
        std::fs::write(&history, damaged).unwrap();
        for command in [&["run"][..], &["judge", "latest"]] {
            let config = tenant.files.config.display().to_string();
            let output = binary(&[command, &["--config", &config]].concat(), &[]);
            let audit = Audit::of(&output, reports(&tenant));
            assert_eq!(audit.code, 1, "{what}: {}", audit.stderr);
            assert!(audit.stderr.contains("Restore"), "{what}: {}", audit.stderr);
        }
        assert_eq!(std::fs::read(&history).unwrap(), damaged, "{what}");
    };
    // One bit anywhere, in a text as well.
    for eighth in 1..8 {
        let place = whole.len() * eighth / 8 + 1_237 * eighth;
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        assert_refused(&damaged, &format!("byte {place}"));
    }
    for length in [0, 50, 4_096, whole.len() / 2, whole.len() - 4_096, whole.len() - 1] {
        assert_refused(&whole[..length], &format!("cut to {length}"));
    }
    assert_eq!(tenant.requests().len(), asked, "nothing is asked");
    std::fs::write(&history, &whole).unwrap();
    tenant.audit().assert_code(0);
}

#[test]
fn a_history_that_was_changed_through_sqlite_is_not_damaged() {
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit().assert_code(0);
    let history = rusqlite::Connection::open(reports(&tenant).join("history.sqlite")).unwrap();
    history.execute("UPDATE finding_seen SET first_seen_at = '2026-01-01T00:00:00Z'", []).unwrap();
    drop(history);
    let audit = tenant.audit();
    audit.assert_code(0);
    assert!(audit.stderr.contains("another program"), "{}", audit.stderr);
    assert_eq!(tenant.audit().stderr, "");
}

#[test]
fn a_history_that_is_taken_away_during_a_run_ends_it_without_a_report() {
    for (file, change) in [
        ("history.sqlite", "rm \"$1\""),
        ("history.sqlite", "cp \"$1\" \"$1.new\" && mv \"$1.new\" \"$1\""),
        ("history.sqlite-wal", "rm \"$1\""),
        ("history.sqlite-shm", "rm \"$1\""),
        ("history.sqlite.lock", "rm \"$1\""),
        (".", "rm \"$1\"/history.sqlite*"),
    ] {
        let tenant = Tenant::with(slow());
        let child = start(&tenant);
        wait_for_mailboxes(&tenant, 100);
        sh(change, &reports(&tenant).join(file));
        let audit = Audit::of(&child.wait_with_output().unwrap(), reports(&tenant));
        assert_eq!(audit.code, 1, "{file}, {change}: {}{}", audit.stdout, audit.stderr);
        assert!(audit.stderr.contains("removed or replaced"), "{file}: {}", audit.stderr);
        assert!(!reports(&tenant).join("latest").exists(), "{file}");
        let shown = std::fs::read_dir(reports(&tenant)).unwrap().flatten();
        let runs = shown.filter(|entry| entry.file_name().to_string_lossy().starts_with("20")).count();
        assert_eq!(runs, 0, "{file}: a report that the history does not have");
    }
}

/// What the binary says within some seconds: a pipe that nobody writes to must not hold it.
fn soon(tenant: &Tenant, setting: &str) -> Audit {
    let mut child = Command::new(env!("CARGO_BIN_EXE_workspace-audit"))
        .args(["run", "--config"])
        .arg(&tenant.files.config)
        .args(["--set", setting])
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(40);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > patience {
            child.kill().unwrap();
            panic!("{setting}: it waits for ever");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Audit::of(&child.wait_with_output().unwrap(), reports(tenant))
}

#[test]
fn a_pipe_or_a_device_in_place_of_a_file_is_refused_at_once() {
    let mut tenant = Tenant::named(TenantName::Healthy);
    let pipe = tenant.folder.path().join("pipe");
    sh("mkfifo \"$1\"", &pipe);
    for file in [pipe.as_path(), Path::new("/dev/zero")] {
        for setting in ["auth.key_file", "checks.exceptions", "checks.register"] {
            let audit = soon(&tenant, &format!("{setting}={}", file.display()));
            audit.assert_code(2);
            assert!(audit.stderr.contains(&file.display().to_string()), "{}", audit.stderr);
            assert!(audit.stderr.contains("only a regular file"), "{}", audit.stderr);
        }
        assert!(tenant.requests().is_empty());
    }
    // The list of the console is a part: what cannot be read of it is a gap.
    let audit = soon(&tenant, &format!("cloud.console_grants={}", pipe.display()));
    audit.assert_code(4);
    assert_eq!(audit.coverage("console_grants")["read"], "0");
    let history = soon(&tenant, &format!("history.path={}", pipe.display()));
    history.assert_code(1);
    tenant.files.config = pipe;
    let config = soon(&tenant, "tenant.customer=my_customer");
    config.assert_code(2);
    assert!(config.stderr.contains("only a regular file"), "{}", config.stderr);
}

/// A file may not grow beyond so many blocks of 512 bytes: what a full disk is to one file.
fn run_within(tenant: &Tenant, blocks: usize) -> Audit {
    let output = Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"])
        .arg(env!("CARGO_BIN_EXE_workspace-audit"))
        .args(["run", "--config"])
        .arg(&tenant.files.config)
        .env("WORKSPACE_AUDIT__COLLECT__OUTAGE_PATIENCE", "1")
        .output()
        .unwrap();
    Audit::of(&output, reports(tenant))
}

#[test]
fn a_disk_that_is_full_leaves_no_report_that_the_history_does_not_have() {
    let tenant = Tenant::named(TenantName::Healthy);
    let mut failed = 0;
    for blocks in [1, 8, 40, 80, 150, 250, 350, 450, 550, 700] {
        let audit = run_within(&tenant, blocks);
        let latest = reports(&tenant).join("latest");
        if audit.code == 0 {
            assert!(latest.join("status.json").exists(), "{blocks}");
            break;
        }
        failed += 1;
        assert_eq!(audit.code, 1, "{blocks}: {}", audit.stderr);
        assert!(!latest.exists(), "{blocks}: {}", audit.stderr);
        let shown = std::fs::read_dir(reports(&tenant)).into_iter().flatten().flatten();
        let left: Vec<_> = shown
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| name.starts_with("20") || name.starts_with(".proof") || name.contains(".next-"))
            .collect();
        assert!(left.is_empty(), "{blocks}: {left:?}");
    }
    assert!(failed > 3, "{failed}");
    let audit = tenant.audit();
    audit.assert_code(0);
    assert_eq!(audit.json("status.json")["exit_code"], 0);
}

#[test]
fn a_list_of_the_console_that_is_far_too_large_is_a_gap() {
    let tenant = Tenant::named(TenantName::Healthy);
    let list = tenant.folder.path().join("list.csv");
    std::fs::File::create(&list).unwrap().set_len(2 << 30).unwrap();
    let audit = soon(&tenant, &format!("cloud.console_grants={}", list.display()));
    audit.assert_code(4);
    assert!(
        audit.coverage("console_grants")["reason"].contains("MiB"),
        "{:?}",
        audit.coverage("console_grants")
    );
}

#[test]
fn what_killed_runs_left_is_swept_and_nothing_else() {
    let tenant = Tenant::named(TenantName::Healthy);
    let reports = reports(&tenant);
    let precious = tenant.folder.path().join("precious");
    std::fs::create_dir_all(&precious).unwrap();
    std::fs::write(precious.join("kept"), "kept").unwrap();
    let swept = [".proof-a1B2c3", ".draft-a1B2c3", ".draft-claim-2026-01-01T00-00-00Z"];
    let kept = [".draft-of-my-own", ".proof-of-age", "2026-01-01T00-00-00Z"];
    for name in swept.iter().chain(&kept) {
        std::fs::create_dir_all(reports.join(name)).unwrap();
    }
    std::fs::write(reports.join(".draft-a1B2c3/report.html"), "half").unwrap();
    std::fs::write(reports.join(".proof-of-age/file"), "mine").unwrap();
    symlink(&precious, reports.join(".draft-link12")).unwrap();
    symlink(&precious, reports.join(".proof-link12")).unwrap();
    symlink("nowhere", reports.join(".latest-a1B2c3")).unwrap();
    sh("touch -h -d '3 days ago' \"$1\"/.[a-z]* \"$1\"/2*", &reports);
    std::fs::create_dir_all(reports.join(".proof-young1")).unwrap();
    tenant.audit().assert_code(0);
    let there = |name: &str| reports.join(name).symlink_metadata().is_ok();
    for name in swept.iter().chain(&[".latest-a1B2c3"]) {
        assert!(!there(name), "{name} is left");
    }
    for name in kept.iter().chain(&[".draft-link12", ".proof-link12", ".proof-young1"]) {
        assert!(there(name), "{name} is gone");
    }
    assert_eq!(std::fs::read_to_string(precious.join("kept")).unwrap(), "kept");
}

#[test]
fn a_folder_of_reports_may_be_a_link_and_may_come_back_but_is_no_file() {
    let tenant = Tenant::named(TenantName::Healthy);
    let (real, link) = (tenant.folder.path().join("real"), tenant.folder.path().join("link"));
    std::fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    let audit = tenant.audit_with(&["--output-dir", link.to_str().unwrap()], &[]);
    audit.assert_code(0);
    assert!(real.join("latest/report.html").exists());
    let file = tenant.folder.path().join("file");
    std::fs::write(&file, "precious").unwrap();
    let audit = tenant.audit_with(&["--output-dir", file.to_str().unwrap()], &[]);
    audit.assert_code(1);
    assert!(audit.stderr.contains("not a folder"), "{}", audit.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");

    // Removed while the run is under way: it is made again, and nothing is lost.
    let tenant = Tenant::with(slow());
    let history = tenant.folder.path().join("history.sqlite");
    tenant.edit_config(|text| text.replace("reports/history.sqlite", &history.display().to_string()));
    let child = start(&tenant);
    wait_for_mailboxes(&tenant, 100);
    std::fs::remove_dir_all(reports(&tenant)).unwrap();
    let audit = Audit::of(&child.wait_with_output().unwrap(), reports(&tenant));
    assert!(
        audit.folder.as_ref().is_some_and(|folder| folder.join("status.json").exists()),
        "{}",
        audit.stderr
    );
}
