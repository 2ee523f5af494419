//! What can be wrong with the store.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// What is wrong with the store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The file or its folder.
    #[error("cannot open the history {}: {source}", path.display())]
    Open {
        /// As configured.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What has the name of the lock file.
    #[error("cannot use {} as the lock of the history: {problem}", path.display())]
    LockFile {
        /// The lock file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// It is not what this program wrote.
    #[error("the history {} is damaged: {what}", path.display())]
    Damaged {
        /// As configured.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// It is gone, and files that SQLite kept beside it are not.
    #[error(
        "the history {} is gone, but {} {} left: what a run wrote to it before it was killed",
        path.display(),
        left.join(" and "),
        if left.len() == 1 { "is" } else { "are" }
    )]
    Left {
        /// As configured.
        path: PathBuf,
        /// The files, by name: they are in the folder of the history.
        left: Vec<String>,
    },
    /// It was taken away while it was in use.
    #[error("{} was removed or replaced during the run", path.display())]
    Moved {
        /// The file.
        path: PathBuf,
    },
    /// Another run is at work on it.
    #[error("another run is using the history {}: {holder}", path.display())]
    Locked {
        /// As configured.
        path: PathBuf,
        /// Who, since when.
        holder: String,
    },
    /// A newer version of this program wrote it.
    #[error("the history {} was written by a newer version of this program (layout {found}, known up to {known})", path.display())]
    Newer {
        /// As configured.
        path: PathBuf,
        /// The file's layout.
        found: i64,
        /// The newest layout that this program knows.
        known: i64,
    },
    /// A newer version of this program wrote what it keeps of one type.
    #[error(
        "the history {} was written by a newer version of this program (`{name}` in version {found}, known up to {known})",
        path.display()
    )]
    NewerType {
        /// As configured.
        path: PathBuf,
        /// The type's name in the store.
        name: String,
        /// The file's version of it.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A database of another program.
    #[error("{} is a database of another program", path.display())]
    NotAHistory {
        /// As configured.
        path: PathBuf,
    },
    /// A folder, a device, a pipe.
    #[error("{} is no regular file, and cannot be a history", path.display())]
    NotAFile {
        /// As configured.
        path: PathBuf,
    },
    /// Reading or writing.
    #[error("the history cannot be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What stands there is not what this program wrote.
    #[error("the history holds what this program did not write: {0}")]
    Foreign(#[from] serde_json::Error),
}

impl StoreError {
    /// What to do, for a person.
    #[must_use]
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Locked { .. } => {
                "Wait until it is done, or stop it. The lock goes with the process that holds it, so there is \
                 nothing to delete."
            }
            Self::LockFile { .. } => {
                "Move that file away, or set `[history] path` to a file in another folder, which this account can \
                 write. The file was not touched."
            }
            Self::Damaged { .. } => {
                "Restore `[history] path` from a backup, or move the file away to begin a new history. The file was \
                 not touched."
            }
            Self::Left { .. } => {
                "Move the history back beside these files if you have it. Otherwise move these files out of the \
                 folder, then restore a backup or run again to begin a new history. Nothing was touched."
            }
            Self::Moved { .. } => {
                "Leave the history and the files beside it alone while a run is under way, then run again. Restore \
                 `[history] path` from a backup first if it is gone."
            }
            Self::NotAHistory { .. } | Self::NotAFile { .. } => {
                "Set `[history] path` to a file of its own. This one was not touched."
            }
            Self::Newer { .. } | Self::NewerType { .. } => {
                "Run the newer version, or set `[history] path` to another file. The file was not touched."
            }
            Self::Sqlite(error) if is_cut(error) => {
                "`[history] path` ends within a page: it was cut. Restore it from a backup, or move it away to begin a \
                 new one."
            }
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => {
                    "Make room on the disk that holds `[history] path`, then run again: what was read so far is \
                     kept, and the run continues where it was."
                }
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                    "This account must be able to write `[history] path` and the folder that holds it: SQLite \
                     keeps two more files beside it."
                }
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                    "`[history] path` is no history of this program, or it is damaged. Restore it from a backup, \
                     or move it away to begin a new one."
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "Another program has the file open: a backup, or an SQLite browser. Close it, then run again."
                }
                _ => "`[history] path` must be a file that this account can write, with space left.",
            },
            Self::Foreign(_) => {
                "`[history] path` was changed by another program. Restore it from a backup, or move it away to \
                 begin a new one."
            }
            Self::Open { .. } => "`[history] path` must be a file that this account can write.",
        }
    }
}

/// Whether the file ends before the page that was to be read does.
fn is_cut(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ)
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error)
    }
}
