//! What a format is given, and what it is.

use std::io;
use std::path::Path;

use crate::findings::{Finding, RunSummary};
use crate::snapshot::{Snapshot, UserFacts};

/// One judged run, as formats read it. Users and findings stream: they may be a million.
pub(crate) trait Source {
    fn summary(&self) -> &RunSummary;

    fn tenant(&self) -> &Snapshot;

    /// Every user, ordered bytewise by id.
    ///
    /// # Errors
    /// When the run's facts cannot be read.
    fn users(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<UserFacts>> + '_>>;

    /// Every finding, ordered bytewise by check id, then by subject kind and subject id.
    ///
    /// # Errors
    /// When the run's findings cannot be read.
    fn findings(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<Finding>> + '_>>;

    /// Up to `limit` findings, worst first: verdict (fail, review, error, not assessed, excepted), then
    /// severity, new before old, then by check id and subject.
    ///
    /// # Errors
    /// When the run's findings cannot be read.
    fn worst_findings(&self, limit: usize) -> io::Result<Vec<Finding>>;
}

/// How the operator wants files written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FormatOptions {
    /// Whether CSV files begin with a byte order mark, as Excel wants.
    pub(crate) csv_bom: bool,
}

/// A way to write a run down.
pub(crate) trait Format: Sync {
    /// The name in the configuration: `csv`.
    fn name(&self) -> &'static str;

    /// Writes its files into `folder`, which exists and is private.
    ///
    /// # Errors
    /// When a file cannot be written or the source cannot be read.
    fn write(&self, source: &dyn Source, options: FormatOptions, folder: &Path) -> Result<(), FormatError>;
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {file}: {source}")]
pub(crate) struct FormatError {
    pub(crate) file: String,
    pub(crate) source: io::Error,
}

impl FormatError {
    /// An error about one file.
    pub(crate) fn of(file: &str, source: io::Error) -> Self {
        Self { file: file.to_owned(), source }
    }
}
