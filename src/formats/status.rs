//! `status.json`: how the run ended, for the program that started it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::json::{Counts, SCHEMA_VERSION, completeness};
use super::{FormatError, json_file, utc};
use crate::findings::{Completeness, Coverage, NotConfigured, Severity};

pub(crate) const FILE: &str = "status.json";

/// How a run can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    /// With a report.
    Finished,
    /// It was stopped, and can be resumed.
    Interrupted,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status<'a> {
    pub(crate) run_id: &'a str,
    /// How it ended.
    pub(crate) state: RunState,
    /// What the program exits with.
    pub(crate) exit_code: u8,
    /// Whether everything was read; `None` if the run ended before anybody could know.
    pub(crate) completeness: Option<Completeness>,
    /// The configured threshold; `None`: findings never fail a run.
    pub(crate) fail_on: Option<Severity>,
    /// How many open findings reach it.
    pub(crate) findings_at_or_above: u64,
    /// The page a person opens, relative to this file; `None` if there is none.
    pub(crate) report: Option<&'a str>,
    /// What stopped the run, without secrets; `None` if nothing did.
    pub(crate) error: Option<&'a str>,
    /// When it started; `None` if it ended before it had an id.
    pub(crate) started_at: Option<DateTime<Utc>>,
    /// When it was continued last; `None`: it was read in one go.
    pub(crate) resumed_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub(crate) finished_at: DateTime<Utc>,
    /// Findings that are accepted, by an exception or the register.
    pub(crate) excepted: u64,
    /// Those of them that have grown since the last run.
    pub(crate) excepted_worsened: u64,
    /// Open findings.
    pub(crate) open_by_severity: &'a BTreeMap<Severity, u64>,
    /// Of a trial: which mailboxes it read.
    pub(crate) sample: Option<&'a str>,
    /// What was read.
    pub(crate) coverage: &'a Coverage,
    /// What was not asked for, for want of a setting.
    pub(crate) not_configured: &'a [NotConfigured],
}

#[derive(Serialize)]
struct WrittenStatus<'a> {
    schema_version: u32,
    run_id: &'a str,
    state: RunState,
    exit_code: u8,
    completeness: Option<&'static str>,
    partial: bool,
    fail_on: &'static str,
    findings_at_or_above: u64,
    findings_by_severity: Counts,
    findings_excepted: u64,
    parts_missing: Vec<MissingPart>,
    not_configured: Vec<&'static str>,
    report: Option<&'a str>,
    error: Option<&'a str>,
    started_at: Option<String>,
    resumed_at: Option<String>,
    finished_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a str>,
    findings_excepted_worsened: u64,
}

#[derive(Serialize)]
struct MissingPart {
    part: &'static str,
    denied: u64,
    failed: u64,
    reason: String,
    needed: String,
}

/// Writes `status.json` into `folder`: whole, in place of any older one.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(folder: &Path, status: &Status<'_>) -> Result<(), FormatError> {
    replace(folder, &WrittenStatus::of(status)).map_err(|error| FormatError::of(FILE, error))
}

// Unlike a report, it can be read while it is written again.
fn replace(folder: &Path, status: &WrittenStatus<'_>) -> io::Result<()> {
    let file = tempfile::NamedTempFile::new_in(folder)?;
    json_file::write_to(file.reopen()?, status)?;
    file.persist(folder.join(FILE))?;
    Ok(())
}

impl<'a> WrittenStatus<'a> {
    fn of(status: &Status<'a>) -> Self {
        let missing = status.coverage.0.iter().filter(|row| row.is_partial()).map(|row| MissingPart {
            part: row.part.id(),
            denied: row.denied,
            failed: row.failed,
            reason: row.reason(),
            needed: row.needed(),
        });
        Self {
            schema_version: SCHEMA_VERSION,
            run_id: status.run_id,
            state: status.state,
            exit_code: status.exit_code,
            completeness: status.completeness.map(completeness),
            partial: status.completeness == Some(Completeness::Partial),
            fail_on: status.fail_on.map_or("none", Severity::as_str),
            findings_at_or_above: status.findings_at_or_above,
            findings_by_severity: Counts::by_severity(status.open_by_severity),
            findings_excepted: status.excepted,
            findings_excepted_worsened: status.excepted_worsened,
            parts_missing: missing.collect(),
            report: status.report,
            not_configured: status.not_configured.iter().map(|missing| missing.part.id()).collect(),
            error: status.error,
            started_at: status.started_at.map(utc::seconds),
            resumed_at: status.resumed_at.map(utc::seconds),
            finished_at: utc::seconds(status.finished_at),
            sample: status.sample,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Source;
    use crate::formats::test_source::{TestSource, read_file};

    #[test]
    fn the_whole_file_in_place_of_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "old").unwrap();
        let source = TestSource::hostile();
        let status = Status {
            run_id: "2026-11-21T07-00-00Z",
            state: RunState::Finished,
            exit_code: 4,
            completeness: Some(Completeness::Partial),
            fail_on: Some(Severity::High),
            findings_at_or_above: 1,
            report: Some("report.html"),
            error: None,
            started_at: Some(source.summary().started_at),
            resumed_at: source.summary().resumed_at,
            finished_at: source.summary().finished_at,
            excepted: source.summary().changes.excepted,
            excepted_worsened: source.summary().changes.excepted_worsened,
            sample: None,
            open_by_severity: &source.summary().open_by_severity,
            coverage: &source.summary().coverage,
            not_configured: &source.summary().not_configured,
        };
        write(folder.path(), &status).unwrap();
        insta::assert_snapshot!(read_file(folder.path(), FILE));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
