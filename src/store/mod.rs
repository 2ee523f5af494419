//! The run store: facts as they arrive, findings, runs. One SQLite file, mode 0600.

mod delegation;
mod error;
mod events;
mod findings;
mod lock;
mod pages;
pub(crate) mod part_key;
mod parts;
mod reports;
mod run;
mod schema;
mod seal;
#[cfg(test)]
mod tests;
mod types;
mod users;

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};
use url::Url;

pub(crate) use error::StoreError;
pub(crate) use events::{EventStage, LoggedKind};
pub(crate) use findings::{GoneFinding, PreviousFinding};
pub(crate) use part_key::PartKey;
pub(crate) use run::{KnownRun, Run, RunState};
pub(crate) use users::UserKey;

use lock::Lock;
use seal::Seal;

/// How long another program may keep the file to itself.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A file that belongs to a history.
fn beside(history: &Path, suffix: &str) -> PathBuf {
    let mut name = history.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether there is a file; anything else by that name is refused, and a file that was cut to nothing.
fn exists(path: &Path) -> Result<bool, StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => {
            Err(StoreError::Damaged { path: path.to_owned(), what: "it is empty".to_owned() })
        }
        Ok(found) if found.is_file() => Ok(true),
        Ok(_) => Err(StoreError::NotAFile { path: path.to_owned() }),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Open { path: path.to_owned(), source }),
    }
}

fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Opens a history that nobody changes meanwhile: SQLite then makes no files beside it.
/// (<https://sqlite.org/uri.html>, `immutable`.)
fn immutable(path: &Path) -> Result<Connection, StoreError> {
    let refuse = |()| StoreError::Open { path: path.to_owned(), source: ErrorKind::InvalidInput.into() };
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = Url::from_file_path(absolute).map_err(refuse)?;
    uri.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(uri.as_str(), flags)?)
}

/// Refuses what is no history, and writes nothing.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    match schema::refuse_foreign(&read_only(path)?, path) {
        Err(error) if is_half_written(&error) => {
            let marked = schema::is_marked(path)
                .map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
            if marked { Ok(()) } else { Err(StoreError::NotAHistory { path: path.to_owned() }) }
        }
        checked => checked,
    }
}

/// Whether a transaction has to be taken back before the file can be read.
fn is_half_written(error: &StoreError) -> bool {
    matches!(error, StoreError::Sqlite(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly))
}

#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
    held: Option<Held>,
}

/// What the one that writes holds. Declared after the connection, and so closed after it: closing a file takes back
/// what SQLite locked of it.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: File,
    /// Every file of the history, as it was when it was opened.
    files: Vec<(PathBuf, FileId)>,
    _lock: Lock,
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(found: &Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }
}

impl Store {
    /// Opens the store to write to it, making it if there is none. Nobody else may until it is dropped.
    ///
    /// # Errors
    /// When the file or its folder cannot be written, when another run is using it, or when it is from a
    /// newer version.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Open { path: path.to_owned(), source };
        if exists(path)? {
            // Before anything is made beside it.
            refuse_foreign(path)?;
        } else if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(refuse)?;
        }
        // SQLite keeps its files beside the real one, wherever a link to it is.
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let lock = Lock::take(&real)?;
        sweep(&real);
        if !exists(&real)? {
            refuse_left(&real)?;
            if seal::remove(&real).map_err(refuse)? {
                tracing::warn!(
                    "the history {} is missing, although it existed: starting a new one, without earlier runs to compare with",
                    real.display()
                );
            }
            make(&real)?;
        }
        Self::connect(&real, lock)
    }

    /// Opens the store if there is one. Nothing is made.
    ///
    /// # Errors
    /// As [`Store::open`], also where only a part of a store is left.
    pub(crate) fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        if exists(path)? {
            return Self::open(path).map(Some);
        }
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        refuse_left(&real).map(|()| None)
    }

    /// Refuses what [`Store::open`] would refuse, without writing anything, not even beside the history. Answers the
    /// store, to look at it, if there is one that this version wrote.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub(crate) fn examine(path: &Path) -> Result<Option<Self>, StoreError> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Lock::refuse_taken(&real)?;
        if !exists(&real)? {
            return refuse_left(&real).map(|()| None);
        }
        let refuse = |source| StoreError::Open { path: real.clone(), source };
        let file = OpenOptions::new().read(true).open(&real).map_err(refuse)?;
        let connection = immutable(&real)?;
        schema::refuse_foreign(&connection, &real)?;
        // What a killed run left beside the file belongs to it: without that, the file need not be sound.
        let is_closed = ["-wal", "-journal"].iter().all(|suffix| !beside(&real, suffix).exists());
        if seal::check(&real, &file)? != Seal::Whole && is_closed {
            refuse_damaged(&connection, &real)?;
        }
        let store = Self { connection: Mutex::new(connection), held: None };
        let is_current = schema::is_current(&store.connection())?;
        Ok(is_current.then_some(store))
    }

    /// A store that is never written to a disk.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        // Without this, a large sort would go through a file.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), held: None })
    }

    /// Opens the store to look at it, also while a run is using it. Nothing is written.
    ///
    /// # Errors
    /// When there is none, when it cannot be read, or when it is from another version.
    pub(crate) fn look(path: &Path) -> Result<Self, StoreError> {
        if !exists(path)? {
            refuse_left(path)?;
            return Err(StoreError::NoHistory { path: path.to_owned() });
        }
        let connection = read_only(path)?;
        match schema::refuse_foreign(&connection, path) {
            // Killed while it was closed: whoever opens it to write puts that right.
            Err(error) if is_half_written(&error) => return Self::open(path),
            checked => checked?,
        }
        if !schema::is_current(&connection)? {
            // A layout of an older version is brought up to date first.
            return Self::open(path);
        }
        schema::make_room(&connection)?;
        Ok(Self { connection: Mutex::new(connection), held: None })
    }

    fn connect(path: &Path, lock: Lock) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Open { path: path.to_owned(), source };
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(refuse)?;
        if std::fs::metadata(beside(path, "-journal")).is_ok() {
            // A run was killed while the history was opened or closed: reading it takes that step back.
            let connection = Connection::open(path)?;
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        }
        let seal = seal::check(path, &file)?;
        if seal != Seal::Whole {
            // One that may write would do so when it is closed.
            refuse_damaged(&read_only(path)?, path)?;
        }
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        schema::refuse_foreign(&connection, path)?;
        if seal == Seal::Rewritten {
            tracing::warn!("another program changed the history {} since it was used last", path.display());
        }
        seal::remove(path).map_err(refuse)?;
        // SQLite gives its -wal and -shm files the mode of the database.
        file.set_permissions(Permissions::from_mode(0o600)).map_err(refuse)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&mut connection)?;
        schema::drop_unreported(&connection)?;
        let beside = ["", "-wal", "-shm", ".lock"].map(|suffix| beside(path, suffix));
        let found = beside.into_iter().filter_map(|path| {
            let found = std::fs::metadata(&path).ok()?;
            Some((path, FileId::of(&found)))
        });
        let held = Held { path: path.to_owned(), file, files: found.collect(), _lock: lock };
        Ok(Self { connection: Mutex::new(connection), held: Some(held) })
    }

    /// Refuses to go on with files that nobody finds any more.
    ///
    /// # Errors
    /// When a file of the history was removed, moved or replaced.
    pub(crate) fn refuse_moved(&self) -> Result<(), StoreError> {
        for (path, file) in self.held.iter().flat_map(|held| &held.files) {
            if !std::fs::metadata(path).is_ok_and(|found| FileId::of(&found) == *file) {
                return Err(StoreError::Moved { path: path.clone() });
            }
        }
        Ok(())
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves SQLite's transaction rolled back, so the connection is still good.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_read_only(&self) -> Result<bool, StoreError> {
        Ok(self.connection().is_readonly(rusqlite::MAIN_DB)?)
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

impl Drop for Store {
    fn drop(&mut self) {
        let Some(held) = &self.held else { return };
        if self.refuse_moved().is_err() {
            return;
        }
        // One file again, so that it can be sealed. Somebody who looks at it may keep that from happening.
        let connection = self.connection();
        let mode = connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0));
        if mode.is_ok_and(|mode: String| mode == "delete")
            && let Err(error) = seal::put(&held.path, &held.file)
        {
            tracing::debug!(%error, "the history is closed without a seal");
        }
    }
}

/// How a file begins that is going to be a history or its seal, after the name of the history.
const NEXT: &str = ".next-";

/// A file that is going to be one of the history's. Mode 0600, as the crate makes them.
fn next_to(history: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let (folder, prefix) = folder_and_prefix(history);
    tempfile::Builder::new().prefix(&prefix).tempfile_in(folder)
}

fn folder_and_prefix(history: &Path) -> (&Path, std::ffi::OsString) {
    let folder = history.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut prefix = history.file_name().unwrap_or_default().to_owned();
    prefix.push(NEXT);
    (folder, prefix)
}

/// Removes what a killed run was going to make: nobody else makes any while the lock is held.
fn sweep(history: &Path) {
    let (folder, prefix) = folder_and_prefix(history);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_left = entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
        if is_left && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Refuses what SQLite kept beside a history that is gone: it would be read into the new one.
fn refuse_left(history: &Path) -> Result<(), StoreError> {
    let files = ["-wal", "-shm", "-journal"].map(|suffix| beside(history, suffix));
    let left = files.iter().filter(|path| path.symlink_metadata().is_ok());
    let left: Vec<String> =
        left.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
    if left.is_empty() { Ok(()) } else { Err(StoreError::Left { path: history.to_owned(), left }) }
}

/// Makes an empty history. It appears whole, so that an empty file is never one.
fn make(path: &Path) -> Result<(), StoreError> {
    let refuse = |source| StoreError::Open { path: path.to_owned(), source };
    let blank = next_to(path).map_err(refuse)?;
    let mut connection = Connection::open(blank.path())?;
    schema::migrate(&mut connection)?;
    connection.close().map_err(|(_, error)| error)?;
    // Nobody else makes one while the lock is held; and not every file system can refuse to replace.
    blank.persist(path).map_err(|error| refuse(error.error))?;
    Ok(())
}

/// Reads every page once.
fn refuse_damaged(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(StoreError::Damaged { path: path.to_owned(), what: said }) }
}
