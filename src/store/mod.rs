//! The run store: facts as they arrive, findings, runs. One SQLite file, mode 0600.

mod findings;
mod run;
mod schema;

use std::fs::{OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

pub use findings::PreviousFinding;
pub use run::{Run, RunState};

/// The run store.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

/// What is wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or its folder.
    #[error("cannot open the history {}: {source}", path.display())]
    Open {
        /// As configured.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
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
    /// Reading or writing.
    #[error("the history cannot be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What stands there is not what this program wrote.
    #[error("the history holds what this program did not write: {0}")]
    Foreign(#[from] serde_json::Error),
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error)
    }
}

impl Store {
    /// Opens the store, making it if there is none.
    ///
    /// # Errors
    /// When the file or its folder cannot be written, or when it is from a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Open { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(refuse)?;
        }
        // SQLite gives its -wal and -shm files the mode of the database, so the file is made first.
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(refuse)?;
        file.set_permissions(Permissions::from_mode(0o600)).map_err(refuse)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&mut connection, path)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves SQLite's transaction rolled back, so the connection is still good.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
