//! What a history was when it was closed: by this, damage shows.
//!
//! SQLite notices a page that is no page any more, but not a letter that changed in a text. So the file is closed as
//! one file (`journal_mode = DELETE`), and its SHA-256 is kept beside it. Whoever writes through SQLite from then on
//! raises the file's change counter: the digest then says nothing. Bytes that changed under the same counter are damage.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{StoreError, beside, next_to};
use crate::input_file;

/// How a history compares with what it was when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// It is the same.
    Whole,
    /// Another program wrote to it, through SQLite.
    Rewritten,
    /// Nobody knows: it was not closed, because its run was killed; or it is from before there were seals.
    Absent,
}

/// Where SQLite's header has the size of a page, the change counter, and the counter's second copy.
const PAGE_SIZE: std::ops::Range<usize> = 16..18;
const COUNTER: std::ops::Range<usize> = 24..28;
const COUNTER_AGAIN: std::ops::Range<usize> = 92..96;
const HEADER: usize = 100;

/// Compares an opened history with its seal.
pub(super) fn check(history: &Path, file: &File) -> Result<Seal, StoreError> {
    let refuse = |source| StoreError::Open { path: history.to_owned(), source };
    // What is not in the file yet is in one of these: the run before was killed.
    let is_open = |suffix| std::fs::metadata(beside(history, suffix)).is_ok_and(|found| found.len() > 0);
    if is_open("-wal") || is_open("-journal") {
        return Ok(Seal::Absent);
    }
    let header = header(file).map_err(refuse)?;
    let page = match u16::from_be_bytes([header[PAGE_SIZE.start], header[PAGE_SIZE.start + 1]]) {
        // 65,536 does not fit.
        1 => 1 << 16,
        page => u64::from(page),
    };
    let length = file.metadata().map_err(refuse)?.len();
    if page == 0 || length % page != 0 {
        return Err(damaged(
            history,
            format!("{length} bytes are not a whole number of pages: the file was truncated"),
        ));
    }
    let Some((counter, digest)) = kept(history) else { return Ok(Seal::Absent) };
    if header[COUNTER] != header[COUNTER_AGAIN] {
        return Err(damaged(history, "its header contradicts itself".to_owned()));
    }
    if header[COUNTER] != counter {
        return Ok(Seal::Rewritten);
    }
    if sum(file).map_err(refuse)? == digest {
        Ok(Seal::Whole)
    } else {
        Err(damaged(history, "its bytes are not those that this program wrote".to_owned()))
    }
}

/// From now on the history changes. Says whether there was a seal.
pub(super) fn remove(history: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path(history)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Keeps what a closed history is. Without it nothing is lost but the proof.
pub(super) fn put(history: &Path, file: &File) -> io::Result<()> {
    let header = header(file)?;
    let mut next = next_to(history)?;
    writeln!(next, "{} {}", HEXLOWER.encode(&header[COUNTER]), HEXLOWER.encode(&sum(file)?))?;
    next.persist(path(history))?;
    Ok(())
}

fn path(history: &Path) -> PathBuf {
    beside(history, ".seal")
}

fn damaged(history: &Path, what: String) -> StoreError {
    StoreError::Damaged { path: history.to_owned(), what }
}

fn header(file: &File) -> io::Result<[u8; HEADER]> {
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0)?;
    Ok(header)
}

/// The change counter and the digest that were kept.
fn kept(history: &Path) -> Option<(Vec<u8>, Vec<u8>)> {
    let text = String::from_utf8(input_file::read(&path(history), 200).ok()?).ok()?;
    let (counter, digest) = text.trim_end().split_once(' ')?;
    let bytes = |text: &str| HEXLOWER.decode(text.as_bytes()).ok();
    Some((bytes(counter)?, bytes(digest)?))
        .filter(|(counter, digest)| (counter.len(), digest.len()) == (4, 32))
}

/// SHA-256 of the file.
fn sum(file: &File) -> io::Result<Vec<u8>> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut offset = 0;
    loop {
        let length = file.read_at(&mut buffer, offset)?;
        if length == 0 {
            return Ok(digest.finalize().to_vec());
        }
        digest.update(&buffer[..length]);
        offset += length as u64;
    }
}
