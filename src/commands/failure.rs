//! Why a command did nothing.

use std::path::PathBuf;

use miette::Diagnostic;
use workspace_audit_emulator::EmulatorError;

use crate::audit::{AuditError, Exit};
use crate::config::ConfigError;
use crate::store::StoreError;

/// Why a command did nothing.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(super) enum Failure {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Audit(#[from] AuditError),
    #[error("the synthetic tenant cannot be served: {0}")]
    #[diagnostic(help(
        "Another program may hold the address: choose another one with `--listen`, or port 0."
    ))]
    Emulator(#[from] EmulatorError),
    #[error("{0}")]
    #[diagnostic(help("`emulate --help` lists what can go wrong, and how it is written."))]
    Faults(EmulatorError),
    #[error("{} exists already", .0.display())]
    #[diagnostic(help("Name another file, or remove this one first: nothing is overwritten."))]
    Exists(PathBuf),
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    #[diagnostic(help("{}", .0.advice()))]
    History(#[from] StoreError),
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
    #[error("cannot print: {0}")]
    Print(#[from] std::io::Error),
}

impl Failure {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Faults(_) | Self::Exists(_) => Exit::Usage,
            Self::Audit(error) => error.exit(),
            Self::Emulator(_) | Self::Write { .. } | Self::History(_) | Self::Runtime(_) | Self::Print(_) => {
                Exit::RunFailed
            }
        }
    }
}
