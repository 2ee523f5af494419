//! The binary against the emulator, over real HTTP.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use workspace_audit_emulator::{ClientFiles, Emulator, LoggedRequest, Options, TenantName};

/// The scopes of the parts that are read only if they are named.
pub(crate) const OPTIONAL_SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/admin.directory.orgunit.readonly",
    "https://www.googleapis.com/auth/cloud-identity.policies.readonly",
];

/// The setting that names them.
pub(crate) const WITH_OPTIONAL: &str = r#"collect.parts=["default","org_units","policies"]"#;

/// A served tenant with the files of a client.
pub(crate) struct Tenant {
    emulator: Option<Emulator>,
    runtime: tokio::runtime::Runtime,
    pub(crate) folder: TempDir,
    pub(crate) files: ClientFiles,
}

/// What the binary said and wrote.
pub(crate) struct Audit {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The folder of all reports.
    pub(crate) reports: PathBuf,
    /// This run's own, as the binary named it.
    pub(crate) folder: Option<PathBuf>,
}

impl Tenant {
    pub(crate) fn named(tenant: TenantName) -> Self {
        Self::with(Options { tenant, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let emulator = runtime.block_on(workspace_audit_emulator::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = emulator.write_client_files(folder.path()).unwrap();
        Self { emulator: Some(emulator), runtime, folder, files }
    }

    /// Of which the audit can read every part, if it is told to.
    pub(crate) fn readable(tenant: TenantName) -> Self {
        let extra_scopes = OPTIONAL_SCOPES.map(str::to_owned).to_vec();
        Self::with(Options { tenant, extra_scopes, ..Options::default() })
    }

    fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().unwrap()
    }

    pub(crate) fn truth(&self) -> Value {
        self.emulator().truth()
    }

    /// A key file of any account that has a user-managed key.
    pub(crate) fn key_file_of(&self, account: &str) -> PathBuf {
        self.emulator().write_key_file(account, &self.folder.path().join("other-key.json")).unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.emulator().requests()
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.emulator().address()
    }

    pub(crate) fn base_url(&self) -> String {
        self.emulator().base_url().to_owned()
    }

    /// Serves the same files with other options: what a tenant becomes from one week to the next.
    pub(crate) fn becomes(&mut self, options: Options) {
        let address = self.emulator().address();
        let old = self.emulator.take().unwrap();
        self.runtime.block_on(old.shutdown());
        let options = Options { listen: address, ..options };
        // A connection of another test may hold the port for a moment.
        let mut attempts = 0;
        let emulator = loop {
            match self.runtime.block_on(workspace_audit_emulator::start(options.clone())) {
                Ok(emulator) => break emulator,
                Err(error) if attempts == 100 => panic!("{address} stays in use: {error}"),
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(100)),
            }
            attempts += 1;
        };
        self.files = emulator.write_client_files(self.folder.path()).unwrap();
        self.emulator = Some(emulator);
    }

    pub(crate) fn edit_config(&self, edit: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(&self.files.config).unwrap();
        std::fs::write(&self.files.config, edit(text)).unwrap();
    }

    pub(crate) fn audit(&self) -> Audit {
        self.audit_with(&[], &[])
    }

    pub(crate) fn audit_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Audit {
        let config = self.files.config.display().to_string();
        let mut all = vec!["run", "--config", &config];
        all.extend(arguments);
        // Nobody waits two minutes for an outage that a test makes.
        let mut all_environment = vec![("WORKSPACE_AUDIT__COLLECT__OUTAGE_PATIENCE", "1")];
        all_environment.extend(environment);
        let output = binary(&all, &all_environment);
        Audit::of(&output, self.folder.path().join("reports"))
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        if let Some(emulator) = self.emulator.take() {
            self.runtime.block_on(emulator.shutdown());
        }
    }
}

impl Audit {
    pub(crate) fn of(output: &Output, reports: PathBuf) -> Self {
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let report = stdout.lines().find_map(|line| line.strip_prefix("report: "));
        Self {
            code: output.status.code().unwrap_or(-1),
            folder: report.and_then(|path| Path::new(path).parent().map(Path::to_owned)),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            stdout,
            reports,
        }
    }

    pub(crate) fn file(&self, name: &str) -> String {
        let folder = self.folder.as_ref().unwrap_or_else(|| panic!("no report\n{}", self.stderr));
        std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.file(name)).unwrap()
    }

    /// The rows of a CSV file, by column.
    pub(crate) fn rows(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let text = self.file(name);
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
    }

    /// One row of `coverage.csv`.
    pub(crate) fn coverage(&self, part: &str) -> BTreeMap<String, String> {
        self.rows("coverage.csv").into_iter().find(|row| row["part"] == part).unwrap()
    }

    /// `report.json`'s verdicts of one check.
    pub(crate) fn verdicts(&self, check: &str) -> BTreeMap<String, u64> {
        let report = self.json("report.json");
        let found = report["checks"].as_array().unwrap().iter().find(|row| row["id"] == check).unwrap();
        serde_json::from_value(found["counts"].clone()).unwrap()
    }

    pub(crate) fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// A cell without the apostrophes that guard formulas; what they guard is tested where they are made.
pub(crate) fn unguarded(cell: &str) -> String {
    cell.strip_prefix('\'').unwrap_or(cell).replace(";'", ";")
}

/// Where the contract tests have every emulator log, the binary's own included.
const EMULATOR_LOG: &str = "WORKSPACE_AUDIT_EMULATOR_LOG";

/// Runs the binary with nothing of this environment but what is given.
pub(crate) fn binary<A: AsRef<OsStr>>(arguments: &[A], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_workspace-audit"))
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(std::env::var_os(EMULATOR_LOG).map(|folder| (EMULATOR_LOG, folder)))
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

/// Every file below a folder, links aside, by its path.
pub(crate) fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.insert(entry.path(), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}
