//! `manifest.json`: which files make up the report, and under which conditions they came about.
//!
//! Written after every format, so that its own hash vouches for the whole folder. The next run's manifest notes it, and
//! so does `SHA256SUMS`, which comes last.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::json::{Coverage, SCHEMA_VERSION, completeness};
use super::private_file::private_file;
use super::{FormatError, json_file, utc};
use crate::findings::{KeptReport, LogWindow, RunSummary};
use crate::requests::Requests;
use crate::tenant;

pub(crate) const FILE: &str = "manifest.json";

/// What `sha256sum -c` reads.
const SUMS: &str = "SHA256SUMS";

/// What the caller knows and the folder does not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManifestHead<'a> {
    pub(crate) summary: &'a RunSummary,
    /// SHA-256 of the configuration in force, hexadecimal.
    pub(crate) config_sha256: &'a str,
    /// How many checks there are, enabled or not.
    pub(crate) catalogue_size: usize,
    /// The Cloud projects of which something was read.
    pub(crate) projects_read: &'a BTreeSet<&'a str>,
    /// Which logs were read whole, and for which time.
    pub(crate) log_windows: &'a [LogWindow],
    /// The name of the report's own folder.
    pub(crate) report: &'a str,
    /// The newest report of the run before; `None` where there is none, or an earlier version wrote it.
    pub(crate) previous: Option<&'a KeptReport>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema_version: u32,
    run_id: &'a str,
    started_at: String,
    resumed_at: Option<String>,
    finished_at: String,
    tool_version: &'a str,
    completeness: &'static str,
    customer: &'a str,
    config_sha256: &'a str,
    profile: &'a str,
    catalogue_size: usize,
    checks_enabled: usize,
    scope_table: &'a str,
    identity: Identity<'a>,
    scopes_asked: &'a BTreeMap<String, Vec<String>>,
    requests: &'a BTreeMap<String, Requests>,
    users: u64,
    coverage: Vec<Coverage>,
    files: &'a [ListedFile],
    program: Program,
    inputs: Inputs<'a>,
    projects: Projects<'a>,
    log_windows: Vec<Window<'a>>,
    previous_report: Option<&'a str>,
    previous_manifest_sha256: Option<&'a str>,
    report: &'a str,
    read_by_version: &'a str,
    judged_at: Option<String>,
    reason: Option<&'a str>,
    supersedes: Option<&'a str>,
    supersedes_manifest_sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a str>,
}

/// The program that wrote the report.
#[derive(Serialize)]
struct Program {
    version: &'static str,
    /// Whoever builds it may say so: a build script that asks Git would fail outside of a clone.
    commit: Option<&'static str>,
    target: String,
}

impl Program {
    fn this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: option_env!("WORKSPACE_AUDIT_COMMIT").filter(|commit| !commit.is_empty()),
            target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        }
    }
}

#[derive(Serialize)]
struct Inputs<'a> {
    config: Option<InputFile<'a>>,
    exceptions: Option<InputFile<'a>>,
    register: Option<InputFile<'a>>,
    console_grants: Option<InputFile<'a>>,
}

#[derive(Serialize)]
struct InputFile<'a> {
    name: &'a str,
    sha256: &'a str,
    modified_at: Option<String>,
}

impl<'a> Inputs<'a> {
    fn of(inputs: &'a tenant::Inputs) -> Self {
        let file = |file: &'a Option<tenant::InputFile>| {
            file.as_ref().map(|tenant::InputFile { name, sha256, modified_at }| InputFile {
                name,
                sha256,
                modified_at: modified_at.map(utc::seconds),
            })
        };
        Self {
            config: file(&inputs.config),
            exceptions: file(&inputs.exceptions),
            register: file(&inputs.register),
            console_grants: file(&inputs.console_grants),
        }
    }
}

#[derive(Serialize)]
struct Projects<'a> {
    configured: &'a [String],
    organization: Option<&'a str>,
    read: &'a BTreeSet<&'a str>,
}

#[derive(Serialize)]
struct Window<'a> {
    log: &'a str,
    from: String,
    until: String,
}

impl<'a> Window<'a> {
    fn of(window: &'a LogWindow) -> Self {
        Self { log: &window.log, from: utc::seconds(window.from), until: utc::seconds(window.until) }
    }
}

#[derive(Serialize)]
struct Identity<'a> {
    admin: &'a str,
    service_account: &'a str,
    client_id: &'a str,
}

#[derive(Serialize)]
struct ListedFile {
    name: String,
    bytes: u64,
    /// Without the header; `None` for what is no table.
    rows: Option<u64>,
    sha256: String,
}

/// Lists every other file of `folder` in `manifest.json`, and these and the manifest in `SHA256SUMS`. Returns the
/// SHA-256 of the manifest.
///
/// # Errors
/// When a file cannot be read or one of the two cannot be written.
pub(crate) fn write(folder: &Path, head: &ManifestHead<'_>) -> Result<String, FormatError> {
    let summary = head.summary;
    let files = files(folder)?;
    let manifest = Manifest {
        schema_version: SCHEMA_VERSION,
        run_id: &summary.run_id,
        started_at: utc::seconds(summary.started_at),
        resumed_at: summary.resumed_at.map(utc::seconds),
        finished_at: utc::seconds(summary.finished_at),
        tool_version: &summary.tool_version,
        completeness: completeness(summary.completeness),
        customer: &summary.customer,
        config_sha256: head.config_sha256,
        profile: &summary.profile,
        catalogue_size: head.catalogue_size,
        checks_enabled: summary.checks.len(),
        scope_table: &summary.scope_table,
        identity: Identity {
            admin: &summary.admin,
            service_account: &summary.service_account,
            client_id: &summary.client_id,
        },
        scopes_asked: &summary.scopes_asked,
        requests: &summary.requests,
        users: summary.users,
        coverage: summary.coverage.0.iter().map(Coverage::of).collect(),
        files: &files,
        program: Program::this(),
        inputs: Inputs::of(&summary.inputs),
        projects: Projects {
            configured: &summary.projects,
            organization: summary.organization.as_deref(),
            read: head.projects_read,
        },
        log_windows: head.log_windows.iter().map(Window::of).collect(),
        previous_report: head.previous.map(|report| report.folder.as_str()),
        previous_manifest_sha256: head.previous.map(|report| report.manifest_sha256.as_str()),
        report: head.report,
        read_by_version: summary.read_by.as_ref().unwrap_or(&summary.tool_version),
        judged_at: summary.judged_at.map(utc::seconds),
        reason: summary.reason.as_deref(),
        supersedes: summary.supersedes.as_ref().map(|report| report.folder.as_str()),
        supersedes_manifest_sha256: summary.supersedes.as_ref().map(|report| report.manifest_sha256.as_str()),
        sample: summary.sample.as_deref(),
    };
    json_file::write(folder, FILE, &manifest)?;
    let itself = ListedFile::read(&folder.join(FILE), FILE).map_err(|error| FormatError::of(FILE, error))?;
    write_sums(folder, files.iter().chain([&itself]))?;
    Ok(itself.sha256)
}

/// Every name is this program's own, so that none needs to be escaped.
fn write_sums<'f>(folder: &Path, files: impl Iterator<Item = &'f ListedFile>) -> Result<(), FormatError> {
    let mut sums = private_file(folder, SUMS)?;
    let text: String = files.map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
    let written = sums.write_all(text.as_bytes()).and_then(|()| sums.sync_all());
    written.map_err(|error| FormatError::of(SUMS, error))
}

fn files(folder: &Path) -> Result<Vec<ListedFile>, FormatError> {
    let unlisted = |error| FormatError::of(FILE, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if [FILE, SUMS].contains(&name.as_str()) || !entry.file_type().map_err(unlisted)?.is_file() {
            continue;
        }
        let listed = ListedFile::read(&entry.path(), &name).map_err(|error| FormatError::of(&name, error))?;
        files.push(listed);
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

impl ListedFile {
    fn read(path: &Path, name: &str) -> io::Result<Self> {
        let mut file = Hashing { file: File::open(path)?, bytes: 0, digest: Sha256::new() };
        let rows = if name.ends_with(".csv") { Some(count_rows(&mut file)?) } else { None };
        io::copy(&mut file, &mut io::sink())?;
        let sha256 = HEXLOWER.encode(&file.digest.finalize());
        Ok(Self { name: name.to_owned(), bytes: file.bytes, rows, sha256 })
    }
}

fn count_rows(file: impl Read) -> io::Result<u64> {
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record)? {
        rows += 1;
    }
    Ok(rows)
}

/// A file that is hashed as it is read, so that it is read once.
struct Hashing {
    file: File,
    bytes: u64,
    digest: Sha256,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.digest.update(&buffer[..length]);
        self.bytes += length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::test_source::{TestSource, read_file};
    use crate::formats::{Format, FormatOptions, Source, csv::Csv, json::Json};

    fn written(folder: &Path) -> String {
        let source = TestSource::hostile();
        Csv.write(&source, FormatOptions { csv_bom: true }, folder).unwrap();
        Json.write(&source, FormatOptions::default(), folder).unwrap();
        fs::write(folder.join("status.json"), "{}").unwrap();
        for old in [FILE, SUMS] {
            fs::write(folder.join(old), "old").unwrap();
        }
        let (from, until) =
            ("2026-05-25T07:00:00Z".parse().unwrap(), "2026-11-21T07:00:00Z".parse().unwrap());
        let head = ManifestHead {
            summary: source.summary(),
            config_sha256: &"ab".repeat(32),
            catalogue_size: 60,
            projects_read: &BTreeSet::from(["<b>project</b>"]),
            log_windows: &[LogWindow { log: "admin_log".to_owned(), from, until }],
            report: "2026-11-21T07-00-00Z.2",
            previous: Some(&KeptReport {
                folder: "2026-11-14T07-00-00Z".to_owned(),
                manifest_sha256: "01".repeat(32),
            }),
        };
        let sha256 = write(folder, &head).unwrap();
        let manifest = read_file(folder, FILE);
        assert_eq!(sha256, tenant::sha256_hex(manifest.as_bytes()));
        manifest
    }

    #[test]
    fn the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest: serde_json::Value = serde_json::from_str(&written(folder.path())).unwrap();
        for file in manifest["files"].as_array_mut().unwrap() {
            let content = fs::read(folder.path().join(file["name"].as_str().unwrap())).unwrap();
            assert_eq!(file["sha256"], tenant::sha256_hex(&content));
            // What the files hold is for other tests: their change is no change here.
            file["sha256"] = "…".into();
            file["bytes"] = "…".into();
        }
        // So is the machine that the test was built for.
        manifest["program"] = "…".into();
        insta::assert_snapshot!(serde_json::to_string_pretty(&manifest).unwrap());
    }

    #[test]
    fn the_sums_are_of_every_file_but_their_own() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path());
        let sums = read_file(folder.path(), SUMS);
        let mut summed: Vec<&str> = Vec::new();
        for line in sums.lines() {
            let (sum, name) = line.split_once("  ").unwrap();
            assert_eq!(sum, tenant::sha256_hex(&fs::read(folder.path().join(name)).unwrap()), "{name}");
            summed.push(name);
        }
        summed.sort_unstable();
        let mut all: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != SUMS)
            .collect();
        all.sort_unstable();
        assert_eq!(summed, all);
    }

    #[test]
    fn an_unreadable_folder_is_an_error() {
        let source = TestSource::hostile();
        let head = ManifestHead {
            summary: source.summary(),
            config_sha256: "",
            catalogue_size: 0,
            projects_read: &BTreeSet::new(),
            log_windows: &[],
            report: "",
            previous: None,
        };
        assert_eq!(write(Path::new("/nowhere"), &head).unwrap_err().file, FILE);
    }
}
