//! One run at a time on a history.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};

use super::StoreError;

/// The right to write to a history. The system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock beside the history.
    pub(super) fn take(history: &Path) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Open { path: history.to_owned(), source };
        let options = OpenOptions::new().create(true).read(true).write(true).mode(0o600).to_owned();
        let mut file = options.open(beside(history)).map_err(refuse)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { path: history.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(refuse(error)),
        }
        // Who holds it is a courtesy: a full disk does not stop the run here.
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let _ = file.set_len(0).and_then(|()| file.rewind());
        let _ = writeln!(file, "process {}, since {now}", std::process::id());
        Ok(Self { _file: file })
    }
}

/// Who holds the lock. It says so just after taking it.
fn holder(file: &mut File) -> String {
    for _ in 0..10 {
        let mut holder = String::new();
        let _ = file.rewind().and_then(|()| file.read_to_string(&mut holder));
        if holder.ends_with('\n') {
            return holder.trim().to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    "a process that did not say who it is".to_owned()
}

fn beside(history: &Path) -> PathBuf {
    let mut name = history.as_os_str().to_owned();
    name.push(".lock");
    name.into()
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
}
