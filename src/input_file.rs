//! Files that the operator names: only regular ones are read, and only up to a bound.

use std::fs::{FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::tenant::InputFile;

/// What a key file, a configuration, a register or the exceptions may have, in bytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// The content of a file.
///
/// # Errors
/// When it cannot be opened, is no regular file, or has more than `max_bytes`. A pipe or a device is refused at once:
/// reading one could wait for ever.
pub(crate) fn read(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    Ok(read_known(path, max_bytes)?.0)
}

/// The content of a file, and which file it was.
///
/// # Errors
/// Those of [`read`].
pub(crate) fn read_known(path: &Path, max_bytes: u64) -> io::Result<(Vec<u8>, InputFile)> {
    // Without this, opening a pipe waits until somebody writes to it.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        let kind = kind(found.file_type());
        let problem = format!("it is {kind}, and only a regular file is read");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    let too_large = || {
        let problem = format!("it has more than {} MiB", max_bytes >> 20);
        Err(io::Error::new(io::ErrorKind::FileTooLarge, problem))
    };
    if found.len() > max_bytes {
        return too_large();
    }
    let mut bytes = Vec::new();
    // Some files have more than their length says.
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return too_large();
    }
    let known = InputFile::of(path, &bytes, found.modified().ok().map(DateTime::<Utc>::from));
    Ok((bytes, known))
}

/// The content of a file that holds text, and which file it was.
///
/// # Errors
/// Those of [`read`], and when it is not UTF-8.
pub(crate) fn read_known_text(path: &Path) -> io::Result<(String, InputFile)> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
    let (bytes, known) = read_known(path, MAX_BYTES)?;
    Ok((String::from_utf8(bytes).map_err(not_text)?, known))
}

fn kind(file: FileType) -> &'static str {
    if file.is_dir() {
        "a folder"
    } else if file.is_fifo() {
        "a pipe"
    } else if file.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// A text as one word of a shell.
#[must_use]
pub(crate) fn shell_quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-@:+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_file_is_read_up_to_its_bound_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        let (text, known) = read_known_text(&path).unwrap();
        assert_eq!((text.as_str(), known.name.as_str()), ("12345", "file"));
        assert_eq!(known.sha256, "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
        assert!(known.modified_at.is_some());
        assert_eq!(read(&path, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        std::fs::write(&path, [0xff]).unwrap();
        assert_eq!(read_known_text(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(read(&link, 5).unwrap(), [0xff]);
    }

    #[test]
    fn what_could_wait_for_ever_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for (path, kind) in [
            (pipe.as_path(), "a pipe"),
            (folder.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
            (Path::new("/dev/null"), "a device"),
        ] {
            let refused = read_known_text(path).unwrap_err();
            assert!(refused.to_string().contains(kind), "{refused}");
        }
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        assert_eq!(shell_quoted("/etc/audit/key.json"), "/etc/audit/key.json");
        assert_eq!(shell_quoted("my key's.json"), "'my key'\\''s.json'");
    }
}
