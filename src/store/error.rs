//! Errors of the history file.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The file or its folder.
    #[error("cannot open the history file {}: {source}", path.display())]
    Open { path: PathBuf, source: io::Error },
    /// There is none, and something is to be read of it.
    #[error("no run has been made yet: there is no history file {}", path.display())]
    NoHistory { path: PathBuf },
    /// What has the name of the lock file.
    #[error("cannot use {} as the lock file of the history: {problem}", path.display())]
    LockFile {
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// It is not what this program wrote.
    #[error("the history file {} is damaged: {what}", path.display())]
    Damaged {
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// It is gone, and files that SQLite kept beside it are not.
    #[error(
        "the history file {} is missing, but {} {} in its folder",
        path.display(),
        left.join(" and "),
        if left.len() == 1 { "is still" } else { "are still" }
    )]
    Left {
        path: PathBuf,
        /// The files, by name: they are in the folder of the history.
        left: Vec<String>,
    },
    /// It was taken away while it was in use.
    #[error("{} was removed or replaced during the run", path.display())]
    Moved { path: PathBuf },
    /// Another run is at work on it.
    #[error("another run is using the history file {}: {holder}", path.display())]
    Locked {
        path: PathBuf,
        /// Who, since when.
        holder: String,
    },
    /// A newer version of this program wrote it.
    #[error("a newer version of workspace-audit wrote the history file {} (layout {found}, this version reads up to {known})", path.display())]
    Newer {
        path: PathBuf,
        found: i64,
        /// The newest layout that this program knows.
        known: i64,
    },
    /// A newer version of this program wrote what it keeps of one type.
    #[error(
        "a newer version of workspace-audit wrote the history file {} (`{name}` version {found}, this version reads up to {known})",
        path.display()
    )]
    NewerType {
        path: PathBuf,
        /// The type's name in the store.
        name: String,
        /// The file's version of it.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A database of another program.
    #[error("{} is a database of another program, not a history file", path.display())]
    NotAHistory { path: PathBuf },
    /// A folder, a device, a pipe.
    #[error("{} is not a regular file, so it cannot be a history file", path.display())]
    NotAFile { path: PathBuf },
    #[error("cannot read or write the history file: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored value is not valid JSON of its type.
    #[error("the history file has a value that workspace-audit cannot read: {0}")]
    Foreign(#[from] serde_json::Error),
}

impl StoreError {
    /// A stable name of the cause: the JSON log has it.
    pub(crate) const fn id(&self) -> &'static str {
        match self {
            Self::NoHistory { .. } => "no_history",
            Self::Open { .. } | Self::LockFile { .. } => "history_unwritable",
            Self::Locked { .. } => "history_in_use",
            _ => "history_unusable",
        }
    }

    /// Whether the disk of the history has no space. SQLite does not say which.
    pub(crate) fn is_of_full_disk(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull))
    }

    /// The folder for a history that is not kept.
    pub(crate) fn folder(source: io::Error) -> Self {
        Self::Open { path: std::env::temp_dir(), source }
    }

    #[must_use]
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Locked { .. } => {
                "Wait until the other run ends, or stop it. The lock ends with its process; do not delete files."
            }
            Self::LockFile { .. } => {
                "Rename that file, or set `[history] path` to a file in another folder that this account can write \
                 to. The file was not changed."
            }
            Self::Damaged { .. } => {
                "Restore the history file from a backup. To start a new history, rename the damaged file. The file \
                 was not changed."
            }
            Self::Left { .. } => {
                "Move the history file back to this folder. If you do not have it, move the other files out of the \
                 folder and restore a backup, or run again to start a new history. No file was changed."
            }
            Self::Moved { .. } => {
                "If the history file is missing, restore it from a backup. Then run again, and do not move or replace \
                 the history file or its `-wal` and `-shm` files during the run."
            }
            Self::NotAHistory { .. } | Self::NotAFile { .. } => {
                "Set `[history] path` to another file. This one was not changed."
            }
            Self::Newer { .. } | Self::NewerType { .. } => {
                "Run the newer version, or set `[history] path` to another file. The file was not changed."
            }
            Self::Sqlite(error) if is_cut(error) => {
                "The history file is truncated. Restore it from a backup. To start a new history, rename it."
            }
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => {
                    "Free space on the disk of the history file, then run again. The run continues with what it \
                     already read."
                }
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                    "Give this account write access to the history file and to its folder: SQLite writes two more \
                     files there."
                }
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                    "The file is damaged, or it is not a history file. Restore it from a backup. To start a new \
                     history, rename it."
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "Another program uses the file, such as a backup or an SQLite browser. Close it, then run again."
                }
                _ => "Check that this account can write to the history file, and that the disk has space.",
            },
            Self::Foreign(_) => "Restore the history file from a backup. To start a new history, rename it.",
            Self::NoHistory { .. } => {
                "To make the first run, run `workspace-audit run`. If there were runs, name their configuration with \
                 `--config FILE`, or correct `[history] path`."
            }
            Self::Open { .. } => "Check `[history] path`, and that this account can write to the file.",
        }
    }
}

/// Whether the file ends before the end of a page.
fn is_cut(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ)
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error)
    }
}
