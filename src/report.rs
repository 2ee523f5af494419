//! Every format from the same findings, into a folder that appears whole or not at all.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::checks;
use crate::findings::{Finding, KeptReport, LogWindow, RunSummary, Severity};
use crate::formats::{self, FormatError, FormatOptions, Source, manifest, status};
use crate::snapshot::{Snapshot, UserFacts};
use crate::store::Run;
use crate::tenant::sha256_hex;

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contents<'a> {
    /// The run's facts and findings.
    pub(crate) run: &'a Run<'a>,
    /// Its tenant-wide facts.
    pub(crate) tenant: &'a Snapshot,
    pub(crate) summary: &'a RunSummary,
    /// Names of formats.
    pub(crate) formats: &'a [String],
    /// How the operator wants files written.
    pub(crate) options: FormatOptions,
    /// SHA-256 of the configuration.
    pub(crate) config_digest: &'a str,
    /// The severity from which on findings fail the run.
    pub(crate) fail_on: Option<Severity>,
    /// Open findings from there on.
    pub(crate) at_or_above: u64,
    /// What the process says when it ends.
    pub(crate) exit_code: u8,
    /// Whether the run was told to stop before everything was read.
    pub(crate) was_interrupted: bool,
    /// Which logs were read whole, and for which time.
    pub(crate) log_windows: &'a [LogWindow],
    /// The name of the folder that is going to be the report: [`Folder::free_name`].
    pub(crate) name: &'a str,
    /// The newest report of the run before.
    pub(crate) previous: Option<&'a KeptReport>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    /// The folder of all reports.
    #[error("cannot write reports to {}: {source}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    /// One file.
    #[error(transparent)]
    File(#[from] FormatError),
}

/// The folder of all reports, known to be writable.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder and proves that it can be written, before anything is asked of Google.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub(crate) fn prepare(root: &Path) -> Result<Self, ReportError> {
        make(root)?;
        let folder = Self { root: root.to_owned() };
        let refuse = |source| ReportError::Folder { folder: root.to_owned(), source };
        folder.draft(PROOF)?.close().map_err(refuse)?;
        Ok(folder)
    }

    /// Takes a run's id among these reports, if no other run has it: runs of two histories may begin in one second.
    /// The claim goes when the report appears; one that was left behind is swept like a draft.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn claim(&self, run_id: &str) -> Result<bool, ReportError> {
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
    pub(crate) fn release(&self, run_id: &str) {
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

    /// The name of a run's report that is not taken here, from the `number`th on: the run's id, then `<id>.2`. Only one
    /// history has the run, and it is locked, so that nobody else takes the name meanwhile.
    #[must_use]
    pub(crate) fn free_name(&self, run_id: &str, number: u64) -> String {
        let mut number = number.max(1);
        loop {
            let name = if number == 1 { run_id.to_owned() } else { format!("{run_id}.{number}") };
            if !self.has(&name) {
                return name;
            }
            number += 1;
        }
    }

    fn has(&self, name: &str) -> bool {
        self.root.join(name).symlink_metadata().is_ok()
    }

    /// A report that is here and that the history does not know: an earlier version wrote it.
    #[must_use]
    pub(crate) fn find(&self, name: &str) -> Option<KeptReport> {
        let manifest = std::fs::read(self.root.join(name).join(manifest::FILE)).ok()?;
        Some(KeptReport { folder: name.to_owned(), manifest_sha256: sha256_hex(&manifest) })
    }

    /// Writes all files, then lets the folder appear under its name.
    ///
    /// # Errors
    /// When a file cannot be written, or something has the name.
    pub(crate) fn write(&self, contents: &Contents<'_>) -> Result<Published<'_>, ReportError> {
        // Hours may have passed since it was made.
        make(&self.root)?;
        self.sweep();
        let draft_folder = self.draft(DRAFT)?;
        let draft = draft_folder.path();
        let source = RunSource(*contents);
        for format in contents.formats.iter().filter_map(|name| formats::find(name)) {
            format.write(&source, contents.options, draft)?;
        }
        write_status(contents, draft)?;
        let projects_read = contents.tenant.projects_read().collect();
        let manifest_sha256 = manifest::write(
            draft,
            &manifest::ManifestHead {
                summary: contents.summary,
                config_sha256: contents.config_digest,
                catalogue_size: checks::ALL.len(),
                projects_read: &projects_read,
                log_windows: contents.log_windows,
                report: contents.name,
                previous: contents.previous,
            },
        )?;
        let published = self.publish(draft_folder, contents.name, manifest_sha256)?;
        self.release(&contents.summary.run_id);
        Ok(published)
    }

    /// Removes what killed runs left: only names that this program makes, and never what a link leads to. What cannot
    /// be removed is only untidy.
    fn sweep(&self) {
        for entry in std::fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let (name, path) = (entry.file_name(), entry.path());
            let (Some(leftover), Ok(found)) = (Leftover::named(&name.to_string_lossy()), entry.metadata())
            else {
                continue;
            };
            let age = found.modified().and_then(|modified| modified.elapsed().map_err(io::Error::other));
            if age.is_ok_and(|age| age > STALE) {
                let _ = match leftover {
                    Leftover::Draft if found.is_dir() => std::fs::remove_dir_all(path),
                    Leftover::Empty if found.is_dir() => std::fs::remove_dir(path),
                    Leftover::Latest if !found.is_dir() => std::fs::remove_file(path),
                    _ => Ok(()),
                };
            }
        }
    }

    fn publish(
        &self,
        draft: tempfile::TempDir,
        name: &str,
        manifest_sha256: String,
    ) -> Result<Published<'_>, ReportError> {
        let refuse = |source| ReportError::Folder { folder: self.root.clone(), source };
        let path = self.root.join(name);
        // Renaming would take the place of an empty folder.
        if self.has(name) {
            let taken = format!("{name} is there already, and a report is never overwritten");
            return Err(refuse(io::Error::new(io::ErrorKind::AlreadyExists, taken)));
        }
        std::fs::rename(draft.path(), &path).map_err(refuse)?;
        let _ = draft.keep();
        Ok(Published { folder: self, path, kept: KeptReport { folder: name.to_owned(), manifest_sha256 } })
    }

    /// Points `latest` at a report, in one step: who opens it finds the old report or the new one. Where that is no link
    /// and cannot become one, the name of the report goes into `latest.txt`.
    #[must_use]
    pub(crate) fn point_latest(&self, name: &str) -> Latest {
        let name_file = self.root.join(LATEST_NAME);
        match link_latest(&self.root, name) {
            Ok(()) => {
                // A name that was written before must not contradict the link.
                if name_file.exists() {
                    let _ = name_latest(&self.root, name);
                }
                Latest::Link
            }
            Err(cause) => {
                let named = name_latest(&self.root, name).is_ok().then_some(name_file);
                Latest::NoLink { link: self.root.join(LATEST), cause: cause.to_string(), named }
            }
        }
    }

    /// The name of the report to which `latest` leads; `None`: to none.
    #[must_use]
    pub(crate) fn latest(&self) -> Option<String> {
        let link = self.root.join(LATEST);
        let name = if link.is_symlink() {
            std::fs::read_link(link).ok()?.to_str()?.to_owned()
        } else {
            std::fs::read_to_string(self.root.join(LATEST_NAME)).ok()?.trim().to_owned()
        };
        (!name.is_empty() && self.root.join(&name).exists()).then_some(name)
    }
}

/// A report that has appeared, and can still be taken back.
#[derive(Debug)]
pub(crate) struct Published<'f> {
    folder: &'f Folder,
    path: PathBuf,
    kept: KeptReport,
}

impl Published<'_> {
    /// What the history remembers of it.
    #[must_use]
    pub(crate) const fn kept(&self) -> &KeptReport {
        &self.kept
    }

    /// The report stays.
    #[must_use]
    pub(crate) fn keep(self) -> PathBuf {
        self.path
    }

    /// The report goes: the history does not have it.
    pub(crate) fn withdraw(self) {
        let aside = self.folder.draft(DRAFT).and_then(|draft| {
            let refuse = |source| ReportError::Folder { folder: self.path.clone(), source };
            std::fs::rename(&self.path, draft.path().join(&self.kept.folder)).map_err(refuse)
        });
        if aside.is_err() {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// What became of `latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Latest {
    /// It is a link to the report.
    Link,
    /// It leads to a later report, and stays.
    Kept,
    /// No link can be made.
    NoLink {
        /// Where the link would be.
        link: PathBuf,
        /// Why it is none.
        cause: String,
        /// The file that names the report instead, if it could be written.
        named: Option<PathBuf>,
    },
}

/// Says that a run of this id will have a report here.
fn claimed(root: &Path, run_id: &str) -> PathBuf {
    root.join(format!("{DRAFT}{CLAIM}{run_id}"))
}

/// How a claim goes on after [`DRAFT`].
const CLAIM: &str = "claim-";

/// How folders begin that hold files until all of them are there.
const DRAFT: &str = ".draft-";

/// How the folder begins that proves that reports can be written.
const PROOF: &str = ".proof-";

/// How what is going to be `latest` or `latest.txt` begins.
const NEXT: &str = ".latest-";

const LATEST: &str = "latest";

/// Names the newest report where `latest` cannot be a link.
const LATEST_NAME: &str = "latest.txt";

/// A draft older than this belongs to a run that was killed.
const STALE: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// What a killed run can leave behind, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leftover {
    /// A folder with files of a report.
    Draft,
    /// A folder that holds nothing: a proof, a claim.
    Empty,
    /// What was going to be `latest` or `latest.txt`.
    Latest,
}

impl Leftover {
    fn named(name: &str) -> Option<Self> {
        // As `tempfile` makes them.
        let is_random = |rest: &str| rest.len() == 6 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if let Some(rest) = name.strip_prefix(DRAFT) {
            return if rest.starts_with(CLAIM) {
                Some(Self::Empty)
            } else {
                is_random(rest).then_some(Self::Draft)
            };
        }
        if name.starts_with(PROOF) {
            return Some(Self::Empty);
        }
        name.strip_prefix(NEXT).filter(|rest| is_random(rest)).map(|_| Self::Latest)
    }
}

/// Makes the folder of all reports, if it is not there.
fn make(root: &Path) -> Result<(), ReportError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(root);
    made.map_err(|source| ReportError::Folder {
        folder: root.to_owned(),
        source: match source.kind() {
            io::ErrorKind::AlreadyExists => {
                io::Error::new(source.kind(), "something that is no folder has this name")
            }
            _ => source,
        },
    })
}

fn link_latest(root: &Path, name: &str) -> io::Result<()> {
    let latest = root.join(LATEST);
    if latest.symlink_metadata().is_ok_and(|found| !found.is_symlink()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is a file or a folder, not a link"));
    }
    let next =
        tempfile::Builder::new().prefix(NEXT).make_in(root, |path| std::os::unix::fs::symlink(name, path))?;
    Ok(next.into_temp_path().persist(latest)?)
}

fn name_latest(root: &Path, name: &str) -> io::Result<()> {
    let mut next = tempfile::Builder::new().prefix(NEXT).tempfile_in(root)?;
    writeln!(next, "{name}")?;
    next.persist(root.join(LATEST_NAME))?;
    Ok(())
}

fn write_status(contents: &Contents<'_>, folder: &Path) -> Result<(), FormatError> {
    let summary = contents.summary;
    let has_html = contents.formats.iter().any(|format| format == "html");
    status::write(
        folder,
        &status::Status {
            run_id: &summary.run_id,
            sample: summary.sample.as_deref(),
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
            started_at: Some(summary.started_at),
            resumed_at: summary.resumed_at,
            finished_at: summary.finished_at,
            excepted: summary.changes.excepted,
            excepted_worsened: summary.changes.excepted_worsened,
            open_by_severity: &summary.open_by_severity,
            coverage: &summary.coverage,
            not_configured: &summary.not_configured,
        },
    )
}

/// The run, as formats read it.
struct RunSource<'a>(Contents<'a>);

impl Source for RunSource<'_> {
    fn summary(&self) -> &RunSummary {
        self.0.summary
    }

    fn tenant(&self) -> &Snapshot {
        self.0.tenant
    }

    fn users(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<UserFacts>> + '_>> {
        let asked = self.0.summary.coverage.0.iter().map(|row| row.part).collect();
        Ok(Box::new(self.0.run.user_facts(&asked).map(|facts| facts.map_err(io::Error::from))))
    }

    fn findings(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Finding>> + '_>> {
        Ok(Box::new(self.0.run.findings()?.map(|finding| finding.map_err(io::Error::from))))
    }

    fn worst_findings(&self, limit: usize) -> io::Result<Vec<Finding>> {
        Ok(self.0.run.worst_findings(limit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(root.path()).unwrap();
        (root, folder)
    }

    fn published<'f>(folder: &'f Folder, run_id: &str, text: &str) -> Published<'f> {
        let draft = folder.draft(DRAFT).unwrap();
        std::fs::write(draft.path().join("report.html"), text).unwrap();
        folder.publish(draft, run_id, String::new()).unwrap()
    }

    #[test]
    fn a_report_that_is_withdrawn_leaves_nothing_and_touches_no_other() {
        let (root, folder) = folder();
        let page = |name: &str| std::fs::read_to_string(root.path().join(name).join("report.html")).ok();
        published(&folder, "run", "first").withdraw();
        assert_eq!(page("run"), None);
        assert_eq!(published(&folder, "run", "first").keep(), root.path().join("run"));
        published(&folder, "run.2", "second").withdraw();
        assert_eq!((page("run").as_deref(), page("run.2")), (Some("first"), None));
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_report_takes_the_next_free_name_and_never_that_of_another() {
        let (root, folder) = folder();
        assert_eq!(folder.free_name("run", 1), "run");
        let _ = published(&folder, "run", "first").keep();
        assert_eq!(folder.free_name("run", 1), "run.2");
        assert_eq!(folder.free_name("run", 3), "run.3", "the history knows of a second, wherever it is");
        std::fs::create_dir(root.path().join("run.2")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("run.3")).unwrap();
        assert_eq!(folder.free_name("run", 2), "run.4");
        for taken in ["run", "run.2", "run.3"] {
            let draft = folder.draft(DRAFT).unwrap();
            assert!(folder.publish(draft, taken, String::new()).is_err(), "{taken}");
        }
    }

    #[test]
    fn latest_is_the_report_that_came_last_whatever_its_name() {
        let (root, folder) = folder();
        for run_id in ["2027-12-31T00-00-00Z", "2026-11-21T07-00-00Z"] {
            std::fs::create_dir(root.path().join(run_id)).unwrap();
            assert_eq!(folder.point_latest(run_id), Latest::Link);
            assert_eq!(std::fs::read_link(root.path().join(LATEST)).unwrap(), Path::new(run_id));
            assert_eq!(folder.latest().as_deref(), Some(run_id));
        }
        std::fs::remove_dir(root.path().join("2026-11-21T07-00-00Z")).unwrap();
        assert_eq!(folder.latest(), None, "a link to nothing");
    }

    #[test]
    fn where_latest_cannot_be_a_link_a_file_names_the_report() {
        let (root, folder) = folder();
        std::fs::create_dir(root.path().join(LATEST)).unwrap();
        std::fs::write(root.path().join(LATEST).join("kept"), "kept").unwrap();
        for run_id in ["one", "two"] {
            std::fs::create_dir(root.path().join(run_id)).unwrap();
            assert!(matches!(folder.point_latest(run_id), Latest::NoLink { named: Some(_), .. }));
            assert_eq!(std::fs::read_to_string(root.path().join(LATEST_NAME)).unwrap().trim(), run_id);
            assert_eq!(folder.latest().as_deref(), Some(run_id));
        }
        assert!(root.path().join(LATEST).join("kept").exists());
        // Once it can be a link again, the file does not contradict it.
        std::fs::remove_dir_all(root.path().join(LATEST)).unwrap();
        assert_eq!(folder.point_latest("one"), Latest::Link);
        assert_eq!(std::fs::read_to_string(root.path().join(LATEST_NAME)).unwrap().trim(), "one");
    }

    #[test]
    fn only_what_this_program_left_is_swept() {
        for (name, leftover) in [
            (".draft-a1B2c3", Some(Leftover::Draft)),
            (".draft-claim-2026-11-21T07-00-00Z", Some(Leftover::Empty)),
            (".proof-a1B2c3", Some(Leftover::Empty)),
            (".latest-a1B2c3", Some(Leftover::Latest)),
            (".draft-of-my-own", None),
            (".latest-next", None),
            ("latest", None),
        ] {
            assert_eq!(Leftover::named(name), leftover, "{name}");
        }
    }
}
