//! The run store: facts as they arrive, findings, runs. One SQLite file, mode 0600.

mod delegation;
mod error;
mod findings;
mod lock;
mod pages;
mod parts;
mod run;
mod schema;
#[cfg(test)]
mod tests;
mod users;

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

pub use error::StoreError;
pub use findings::{GoneFinding, PreviousFinding};
pub use run::{KnownRun, Run, RunState};
pub use users::UserKey;

use lock::Lock;

/// How long another program may keep the file to itself.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Whether there is a file; anything else by that name is refused.
fn exists(path: &Path) -> Result<bool, StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(true),
        Ok(_) => Err(StoreError::NotAFile { path: path.to_owned() }),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Open { path: path.to_owned(), source }),
    }
}

fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// The run store.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    _lock: Option<Lock>,
}

impl Store {
    /// Opens the store to write to it, making it if there is none. Nobody else may until it is dropped.
    ///
    /// # Errors
    /// When the file or its folder cannot be written, when another run is using it, or when it is from a
    /// newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Open { path: path.to_owned(), source };
        if exists(path)? {
            // Before anything is made beside it.
            schema::refuse_foreign(&read_only(path)?, path)?;
        } else if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(refuse)?;
        }
        let lock = Lock::take(path)?;
        Self::connect(path, Some(lock))
    }

    /// Opens the store to look at it, also while a run is using it. Nothing is written.
    ///
    /// # Errors
    /// When there is none, when it cannot be read, or when it is from another version.
    pub fn look(path: &Path) -> Result<Self, StoreError> {
        if !exists(path)? {
            let source = std::io::ErrorKind::NotFound.into();
            return Err(StoreError::Open { path: path.to_owned(), source });
        }
        let connection = read_only(path)?;
        schema::refuse_foreign(&connection, path)?;
        if !schema::is_current(&connection)? {
            // A layout of an older version is brought up to date first.
            return Self::open(path);
        }
        Ok(Self { connection: Mutex::new(connection), _lock: None })
    }

    fn connect(path: &Path, lock: Option<Lock>) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Open { path: path.to_owned(), source };
        // SQLite gives its -wal and -shm files the mode of the database, so the file is made first.
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(refuse)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        schema::refuse_foreign(&connection, path)?;
        file.set_permissions(Permissions::from_mode(0o600)).map_err(refuse)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), _lock: lock })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves SQLite's transaction rolled back, so the connection is still good.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn atomically<T, E: From<StoreError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let say = |words| self.connection().execute_batch(words).map_err(StoreError::from);
        say("BEGIN IMMEDIATE")?;
        let done = work();
        match &done {
            Ok(_) => say("COMMIT")?,
            // SQLite may have rolled back by itself, as it does on a full disk.
            Err(_) => drop(say("ROLLBACK")),
        }
        done
    }
}
