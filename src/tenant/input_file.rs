//! Which files of the operator's a report rests on.

use std::path::Path;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InputFile {
    /// Its name without its folder.
    pub(crate) name: String,
    /// Of every byte on disk, hexadecimal.
    pub(crate) sha256: String,
    /// When it was changed last, if the file system tells.
    pub(crate) modified_at: Option<DateTime<Utc>>,
}

impl InputFile {
    /// A file that has this content.
    #[must_use]
    pub(crate) fn of(path: &Path, content: &[u8], modified_at: Option<DateTime<Utc>>) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self { name, sha256: sha256_hex(content), modified_at }
    }
}

/// The files that a report rests on; `None` where none is configured or it could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Inputs {
    /// The configuration file, without what the environment and flags lay over it.
    pub(crate) config: Option<InputFile>,
    /// The exceptions that the findings were judged with.
    pub(crate) exceptions: Option<InputFile>,
    /// The register of clients.
    pub(crate) register: Option<InputFile>,
    /// The Admin console's delegation list.
    pub(crate) console_grants: Option<InputFile>,
}

/// SHA-256, hexadecimal.
#[must_use]
pub(crate) fn sha256_hex(content: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(content))
}
