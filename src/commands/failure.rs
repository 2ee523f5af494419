//! Why a command failed.

use std::path::PathBuf;

use miette::Diagnostic;
use workspace_audit_emulator::EmulatorError;

use crate::audit::{AuditError, Exit};
use crate::config::ConfigError;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error, Diagnostic)]
pub(super) enum Failure {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Audit(#[from] AuditError),
    #[error("cannot serve the sample tenant: {0}")]
    #[diagnostic(help(
        "If another program uses the address, choose another one with `--listen`. Port 0 selects a free port."
    ))]
    Emulator(#[from] EmulatorError),
    #[error("{0}")]
    #[diagnostic(help("Run `workspace-audit emulate --help` for the faults and their syntax."))]
    Faults(EmulatorError),
    #[error("{} already exists", .0.display())]
    #[diagnostic(help("Name another file, or delete this one first. Existing files are not overwritten."))]
    Exists(PathBuf),
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    #[diagnostic(help("{}", .0.advice()))]
    History(#[from] StoreError),
    #[error("cannot start the async runtime: {0}")]
    Runtime(std::io::Error),
    #[error("cannot write to stdout: {0}")]
    Print(#[from] std::io::Error),
}

impl Failure {
    /// A stable name of the cause, where it has one: the JSON log has it.
    pub(super) fn id(&self) -> Option<String> {
        match self {
            Self::Audit(error) => error.id(),
            Self::Config(_) => Some(ConfigError::ID.to_owned()),
            Self::History(error) => Some(error.id().to_owned()),
            _ => None,
        }
    }

    /// What is behind it, where that has a name of its own.
    pub(super) fn reason(&self) -> Option<String> {
        match self {
            Self::Audit(error) => error.reason(),
            _ => None,
        }
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Faults(_)
            | Self::Exists(_)
            | Self::Read { .. }
            | Self::History(StoreError::NoHistory { .. }) => Exit::Usage,
            Self::Audit(error) => error.exit(),
            Self::Emulator(_) | Self::Write { .. } | Self::History(_) | Self::Runtime(_) | Self::Print(_) => {
                Exit::RunFailed
            }
        }
    }
}
