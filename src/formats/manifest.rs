//! `manifest.json`: which files make up the report, and under which conditions they came about.
//!
//! Written after every format, so that its own hash, noted elsewhere, vouches for the whole folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::json::{Coverage, SCHEMA_VERSION, completeness};
use super::{FormatError, json_file, utc};
use crate::findings::{Requests, RunSummary};

/// The file's name.
pub const FILE: &str = "manifest.json";

/// What the caller knows and the folder does not tell.
#[derive(Clone, Copy, Debug)]
pub struct ManifestHead<'a> {
    /// The run.
    pub summary: &'a RunSummary,
    /// SHA-256 of the configuration in force, hexadecimal.
    pub config_sha256: &'a str,
    /// How many checks the catalogue has, enabled or not.
    pub catalogue_size: usize,
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
    coverage: Vec<Coverage<'a>>,
    files: Vec<ListedFile>,
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

/// Lists every file of `folder` in `manifest.json`, except itself.
///
/// # Errors
/// When a file cannot be read or the manifest cannot be written.
pub fn write(folder: &Path, head: &ManifestHead<'_>) -> Result<(), FormatError> {
    let summary = head.summary;
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
        files: files(folder)?,
    };
    json_file::write(folder, FILE, &manifest)
}

fn files(folder: &Path) -> Result<Vec<ListedFile>, FormatError> {
    let unlisted = |error| FormatError::of(FILE, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == FILE || !entry.file_type().map_err(unlisted)?.is_file() {
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
        let sha256 = file.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
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
        fs::write(folder.join(FILE), "old").unwrap();
        let config_sha256 = "ab".repeat(32);
        let head =
            ManifestHead { summary: source.summary(), config_sha256: &config_sha256, catalogue_size: 60 };
        write(folder, &head).unwrap();
        read_file(folder, FILE)
    }

    #[test]
    fn the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest: serde_json::Value = serde_json::from_str(&written(folder.path())).unwrap();
        for file in manifest["files"].as_array_mut().unwrap() {
            let sha256 =
                Sha256::digest(fs::read(folder.path().join(file["name"].as_str().unwrap())).unwrap());
            let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(file["sha256"], sha256);
            // What the files hold is for other tests: their change is no change here.
            file["sha256"] = "…".into();
            file["bytes"] = "…".into();
        }
        insta::assert_snapshot!(serde_json::to_string_pretty(&manifest).unwrap());
    }

    #[test]
    fn an_unreadable_folder_is_an_error() {
        let source = TestSource::hostile();
        let head = ManifestHead { summary: source.summary(), config_sha256: "", catalogue_size: 0 };
        assert_eq!(write(Path::new("/nowhere"), &head).unwrap_err().file, FILE);
    }
}
