//! Every format from the same findings, into a folder that appears whole or not at all.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::checks;
use crate::findings::{Finding, RunSummary, Severity};
use crate::formats::{self, FormatError, FormatOptions, Source, manifest, status};
use crate::store::Run;
use crate::tenant::{Tenant, UserFacts};

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The run's facts and findings.
    pub run: &'a Run<'a>,
    /// Its tenant-wide facts.
    pub tenant: &'a Tenant,
    /// The run at a glance.
    pub summary: &'a RunSummary,
    /// Names of formats.
    pub formats: &'a [String],
    /// How the operator wants files written.
    pub options: FormatOptions,
    /// SHA-256 of the configuration.
    pub config_digest: &'a str,
    /// The severity from which on findings fail the run.
    pub fail_on: Option<Severity>,
    /// Open findings from there on.
    pub at_or_above: u64,
    /// What the process says when it ends.
    pub exit_code: u8,
    /// Whether the run was told to stop before everything was read.
    pub was_interrupted: bool,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder of all reports.
    #[error("cannot write reports to {}: {source}", folder.display())]
    Folder {
        /// As configured.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// One file.
    #[error(transparent)]
    File(#[from] FormatError),
}

/// The folder of all reports, known to be writable.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder and proves that it can be written, before anything is asked of Google.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn prepare(root: &Path) -> Result<Self, ReportError> {
        let refuse = |source| ReportError::Folder { folder: root.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(refuse)?;
        let folder = Self { root: root.to_owned() };
        folder.draft(".proof-")?.close().map_err(refuse)?;
        Ok(folder)
    }

    /// Takes a run's id among these reports, if no other run has it: runs of two histories may begin in one second.
    /// The claim goes when the report appears; one that was left behind is swept like a draft.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn claim(&self, run_id: &str) -> Result<bool, ReportError> {
        match DirBuilder::new().mode(0o700).create(claimed(&self.root, run_id)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(source) => return Err(ReportError::Folder { folder: self.root.clone(), source }),
        }
        // Looked at only now: a report appears before its claim goes.
        let is_free = !self.root.join(run_id).exists();
        if !is_free {
            self.release(run_id);
        }
        Ok(is_free)
    }

    /// Gives a claim back. One that stays is only untidy.
    pub fn release(&self, run_id: &str) {
        let _ = std::fs::remove_dir(claimed(&self.root, run_id));
    }

    /// A private folder that goes away again unless it is kept.
    fn draft(&self, prefix: &str) -> Result<tempfile::TempDir, ReportError> {
        let private = std::fs::Permissions::from_mode(0o700);
        tempfile::Builder::new()
            .prefix(prefix)
            .permissions(private)
            .tempdir_in(&self.root)
            .map_err(|source| ReportError::Folder { folder: self.root.clone(), source })
    }

    /// Writes all files, then lets the folder appear under the run's id, and as `latest`.
    ///
    /// # Errors
    /// When a file cannot be written. The folder of an earlier report is untouched then.
    pub fn write(self, contents: &Contents<'_>) -> Result<PathBuf, ReportError> {
        self.sweep();
        let draft_folder = self.draft(DRAFT)?;
        let draft = draft_folder.path();
        let source = RunSource(*contents);
        for format in contents.formats.iter().filter_map(|name| formats::find(name)) {
            format.write(&source, contents.options, draft)?;
        }
        write_status(contents, draft)?;
        manifest::write(
            draft,
            &manifest::ManifestHead {
                summary: contents.summary,
                config_sha256: contents.config_digest,
                catalogue_size: checks::ALL.len(),
            },
        )?;
        self.publish(draft_folder, &contents.summary.run_id)
    }

    /// Removes what killed runs left. What cannot be removed is only untidy.
    fn sweep(&self) {
        let entries = std::fs::read_dir(&self.root).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > STALE)) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    fn publish(self, draft: tempfile::TempDir, run_id: &str) -> Result<PathBuf, ReportError> {
        let root = self.root.clone();
        let refuse = |source| ReportError::Folder { folder: root.clone(), source };
        let target = root.join(run_id);
        if target.exists() {
            // A report that is written anew: the old one goes with its draft folder.
            let old = self.draft(DRAFT)?;
            std::fs::rename(&target, old.path().join(run_id)).map_err(refuse)?;
        }
        let draft = draft.keep();
        std::fs::rename(&draft, &target).map_err(refuse)?;
        point_latest(&root, run_id).map_err(refuse)?;
        let _ = std::fs::remove_dir(claimed(&root, run_id));
        Ok(target)
    }
}

/// Says that a run of this id will have a report here.
fn claimed(root: &Path, run_id: &str) -> PathBuf {
    root.join(format!("{DRAFT}claim-{run_id}"))
}

/// How folders begin that hold files until all of them are there.
const DRAFT: &str = ".draft-";

/// A draft older than this belongs to a run that was killed.
const STALE: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// `latest` changes in one step: whoever opens it finds the old report or the new one.
fn point_latest(root: &Path, run_id: &str) -> io::Result<()> {
    // A run that is reported anew does not hide a later one: ids are times.
    let newest = std::fs::read_link(root.join("latest"));
    if newest
        .is_ok_and(|newest| newest.as_os_str() > std::ffi::OsStr::new(run_id) && root.join(newest).exists())
    {
        return Ok(());
    }
    let next = root.join(".latest-next");
    if next.symlink_metadata().is_ok() {
        std::fs::remove_file(&next)?;
    }
    std::os::unix::fs::symlink(run_id, &next)?;
    std::fs::rename(&next, root.join("latest"))
}

fn write_status(contents: &Contents<'_>, folder: &Path) -> Result<(), FormatError> {
    let summary = contents.summary;
    let has_html = contents.formats.iter().any(|format| format == "html");
    status::write(
        folder,
        &status::Status {
            run_id: &summary.run_id,
            state: if contents.was_interrupted {
                status::RunState::Interrupted
            } else {
                status::RunState::Finished
            },
            exit_code: contents.exit_code,
            completeness: Some(summary.completeness),
            fail_on: contents.fail_on,
            findings_at_or_above: contents.at_or_above,
            report: has_html.then_some("report.html"),
            error: None,
            finished_at: summary.finished_at,
            open_by_severity: &summary.open_by_severity,
            coverage: &summary.coverage,
        },
    )
}

/// The run, as formats read it.
struct RunSource<'a>(Contents<'a>);

impl Source for RunSource<'_> {
    fn summary(&self) -> &RunSummary {
        self.0.summary
    }

    fn tenant(&self) -> &Tenant {
        self.0.tenant
    }

    fn users(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<UserFacts>> + '_>> {
        Ok(Box::new(self.0.run.user_facts().map(|facts| facts.map_err(io::Error::from))))
    }

    fn findings(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Finding>> + '_>> {
        Ok(Box::new(self.0.run.findings()?.map(|finding| finding.map_err(io::Error::from))))
    }

    fn worst_findings(&self, limit: usize) -> io::Result<Vec<Finding>> {
        Ok(self.0.run.worst_findings(limit)?)
    }
}
