//! Where a run writes: looked at before Google is asked anything, without writing.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};

use crate::config::Config;
use crate::report::ReportError;
use crate::store::{Store, StoreError};

use super::AuditError;
use super::begin::refuse_another_tenant;

/// The free space below which no run can end well: the smallest tenant of the emulator takes more for its history and
/// report.
const MIN_FREE: u64 = 2 << 20;

/// Free space that is worth a warning: what the history and the report of about 100,000 users take
/// (docs/performance.md).
const LOW_FREE: u64 = 128 << 20;

/// A folder on a disk with little space.
#[derive(Debug)]
pub(crate) struct LowSpace {
    pub(crate) folder: PathBuf,
    /// In MiB.
    pub(crate) free: u64,
}

/// Refuses folders that cannot be written, or have no space. `history` is none for a trial, which keeps none.
///
/// # Errors
/// When a run could not write its history or its report.
pub(super) fn refuse_unwritable(
    config: &Config,
    history: Option<&Path>,
) -> Result<Option<LowSpace>, AuditError> {
    let refuse = |source| ReportError::Folder { folder: config.reports.clone(), source };
    let reports = writable(&config.reports).map_err(refuse)?;
    let mut folders = vec![reports];
    if let Some(history) = history {
        let refuse = |source| StoreError::Open { path: history.to_owned(), source };
        // SQLite keeps its files beside the real one, wherever a link to it is.
        let real = std::fs::canonicalize(history).unwrap_or_else(|_| history.to_owned());
        if real.is_file() {
            access(&real, Access::READ_OK | Access::WRITE_OK).map_err(|errno| refuse(errno.into()))?;
        }
        let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty());
        folders.push(writable(folder.unwrap_or(Path::new("."))).map_err(refuse)?);
    }
    let mut low = None;
    for folder in folders {
        // A file system that does not say how much is free may have enough.
        let Some(found) = statvfs(&folder).ok().filter(|found| found.f_blocks > 0) else { continue };
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        if free < MIN_FREE {
            return Err(AuditError::NoSpace { folder });
        }
        if free < LOW_FREE {
            low.get_or_insert(LowSpace { folder, free: free >> 20 });
        }
    }
    Ok(low)
}

/// Names the folder whose disk got full, where an error says no more than that it is.
pub(super) fn of_full_disk(error: AuditError, config: &Config) -> AuditError {
    let is_full =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    match &error {
        AuditError::Store(store) if store.is_of_full_disk() => {
            let folder = config.history.parent().unwrap_or(Path::new("."));
            AuditError::NoSpace { folder: folder.to_owned() }
        }
        AuditError::Report(ReportError::Folder { source, folder }) if is_full(source) => {
            AuditError::NoSpace { folder: folder.clone() }
        }
        AuditError::Report(ReportError::File(file)) if is_full(&file.source) => {
            AuditError::NoSpace { folder: config.reports.clone() }
        }
        _ => error,
    }
}

/// The same, and refuses a history that a run could not use.
///
/// # Errors
/// When a run could not write its history or its report.
pub(crate) fn check_places(config: &Config) -> Result<Option<LowSpace>, AuditError> {
    let low = refuse_unwritable(config, Some(&config.history))?;
    Store::examine(&config.history)?;
    Ok(low)
}

/// Refuses the history if its newest run is about another tenant. Nothing is written.
///
/// # Errors
/// When it is, or cannot be read.
pub(crate) fn refuse_history_of_another_tenant(config: &Config, now: Option<&str>) -> Result<(), AuditError> {
    let Some(store) = Store::examine(&config.history)? else { return Ok(()) };
    refuse_another_tenant(store.newest_finished()?, now)
}

/// The folder, or the nearest one above it in which it can be made.
fn writable(folder: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(folder)?;
    let existing = absolute.ancestors().find(|path| path.symlink_metadata().is_ok());
    let existing = existing.unwrap_or(&absolute);
    if !std::fs::metadata(existing)?.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            format!("{} is not a folder", existing.display()),
        ));
    }
    access(existing, Access::WRITE_OK | Access::EXEC_OK)?;
    Ok(existing.to_owned())
}
