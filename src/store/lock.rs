//! One run at a time on a history.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};

use super::{StoreError, beside};

/// The right to write to a history. The system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// How the file begins, and the most that it holds: anything else is not this program's.
const BEGINNING: &str = "process ";
const MAX_BYTES: u64 = 200;

impl Lock {
    /// Takes the lock beside the history. Whatever else has its name is left as it is.
    pub(super) fn take(history: &Path) -> Result<Self, StoreError> {
        let mut file = Self::locked(history, options().create(true).write(true).truncate(false))?;
        // Who holds it is a courtesy: a full disk does not stop the run here.
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let _ = file.set_len(0).and_then(|()| file.rewind());
        let _ = writeln!(file, "{BEGINNING}{}, since {now}", std::process::id());
        Ok(Self { _file: file })
    }

    /// Refuses a lock that cannot be taken now. Nothing is written or kept.
    pub(super) fn refuse_taken(history: &Path) -> Result<(), StoreError> {
        match path(history).symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            _ => Self::locked(history, &options()).map(drop),
        }
    }

    /// The file, locked by this process, if it is this program's.
    fn locked(history: &Path, options: &OpenOptions) -> Result<File, StoreError> {
        let path = path(history);
        let refuse = |problem: String| StoreError::LockFile { path: path.clone(), problem };
        let mut file = options.open(&path).map_err(|error| match error.raw_os_error() {
            Some(libc::ELOOP) => refuse("it is a symbolic link".to_owned()),
            _ => refuse(error.to_string()),
        })?;
        let found = file.metadata().map_err(|error| refuse(error.to_string()))?;
        if !found.is_file() {
            return Err(refuse("it is not a regular file".to_owned()));
        }
        if found.nlink() > 1 {
            return Err(refuse("it has a second name (a hard link)".to_owned()));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { path: history.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(refuse(error.to_string())),
        }
        if !is_ours(&mut file).map_err(|error| refuse(error.to_string()))? {
            return Err(refuse("it contains data that this program did not write".to_owned()));
        }
        Ok(file)
    }
}

/// To read the file without following a link, and without waiting at a pipe.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options
}

/// Whether the file holds what [`Lock::take`] writes, or the beginning of it: the disk may have been full.
fn is_ours(file: &mut File) -> io::Result<bool> {
    let mut content = Vec::new();
    file.rewind()?;
    (&*file).take(MAX_BYTES + 1).read_to_end(&mut content)?;
    let common = content.len().min(BEGINNING.len());
    Ok(content.len() as u64 <= MAX_BYTES && content[..common] == BEGINNING.as_bytes()[..common])
}

pub(super) fn path(history: &Path) -> PathBuf {
    beside(history, ".lock")
}

/// Who holds the lock. It says so just after taking it.
fn holder(file: &mut File) -> String {
    for _ in 0..10 {
        let mut holder = String::new();
        let _ = file.rewind().and_then(|()| (&*file).take(MAX_BYTES).read_to_string(&mut holder));
        if holder.starts_with(BEGINNING) && holder.ends_with('\n') {
            return holder.trim().to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    "a process that did not say who it is".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_the_lock_and_gets_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history.sqlite");
        let first = Lock::take(&history).unwrap();
        let refused = Lock::take(&history).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        Lock::take(&history).unwrap();
    }

    #[test]
    fn what_is_not_this_programs_is_neither_locked_nor_written() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        type Put = fn(&Path, &Path);
        let put: [(&str, Put); 5] = [
            ("link", |precious, lock| std::os::unix::fs::symlink(precious, lock).unwrap()),
            ("hard", |precious, lock| std::fs::hard_link(precious, lock).unwrap()),
            ("file", |precious, lock| assert!(std::fs::copy(precious, lock).unwrap() > 0)),
            ("folder", |_, lock| std::fs::create_dir(lock).unwrap()),
            ("pipe", |_, lock| {
                assert!(std::process::Command::new("mkfifo").arg(lock).status().unwrap().success());
            }),
        ];
        for (name, put) in put {
            std::fs::write(&precious, "precious").unwrap();
            let history = folder.path().join(name);
            put(&precious, &path(&history));
            let refused = Lock::take(&history).unwrap_err();
            assert!(matches!(refused, StoreError::LockFile { .. }), "{name}: {refused}");
            assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious", "{name}");
        }
        let copy = std::fs::read_to_string(path(&folder.path().join("file"))).unwrap();
        assert_eq!(copy, "precious");
        // A link to nothing makes nothing.
        let history = folder.path().join("dangling");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), path(&history)).unwrap();
        Lock::take(&history).unwrap_err();
        assert!(!folder.path().join("nowhere").exists());
    }

    #[test]
    fn a_lock_that_a_full_disk_cut_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history.sqlite");
        for content in ["", "proc", "process 1", "process 1, since 2026-11-21T07:00:00Z\n"] {
            std::fs::write(path(&history), content).unwrap();
            Lock::take(&history).unwrap();
        }
    }
}
