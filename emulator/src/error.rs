//! What can keep the emulator from starting or from writing its files.

use std::path::PathBuf;

/// Why the emulator could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The listening socket could not be opened.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A client file could not be put into its format.
    #[error("cannot lay out {what}: {reason}")]
    Layout {
        /// Which file.
        what: &'static str,
        /// What the format's writer said.
        reason: String,
    },
    /// A key or certificate could not be made.
    #[error("cannot make {what}")]
    Cryptography {
        /// Which one.
        what: &'static str,
    },
    /// A tenant's name is not one of those served.
    #[error("unknown tenant `{0}`: expected healthy, typical, neglected or huge:N")]
    UnknownTenant(String),
    /// There is no service account of this address with a key to write.
    #[error("no service account `{0}` with a user-managed key")]
    NoSuchKey(String),
    /// A fault's text could not be read.
    #[error("cannot read the fault `{text}`: {reason}")]
    Fault {
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of faults says what no fault can.
    #[error("{path}:{line}: {reason}")]
    FaultFile {
        /// The file.
        path: PathBuf,
        /// Where in it, from 1 on.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}
