//! Why an audit command wrote no report.

use chrono::{DateTime, Utc};
use miette::Diagnostic;

use crate::config::ConfigError;
use crate::google::ConnectError;
use crate::report::ReportError;
use crate::store::StoreError;
use crate::tenant::Gap;

use super::Exit;

#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum AuditError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Exceptions(#[from] ConfigError),
    #[error(transparent)]
    #[diagnostic(help("{}", .0.advice()))]
    Store(#[from] StoreError),
    #[error("the history belongs to customer {before}, but this run is about customer {now}")]
    #[diagnostic(help("Set `[history] path` to another file: each tenant needs its own history."))]
    OtherTenant { before: String, now: String },
    #[error("cannot continue the run {0}: it was started with other settings or by another version")]
    #[diagnostic(help(
        "To continue it, restore the settings of [tenant], [auth], [cloud], [google] and `[collect] parts`, also in \
         environment variables. To start a new run, omit `--resume`."
    ))]
    OtherTerms(String),
    #[error(
        "the unfinished run {id} started on {}, longer ago than `[history] resume_hours`", began_at.format("%Y-%m-%d at %H:%M UTC")
    )]
    #[diagnostic(help(
        "To continue it, run `workspace-audit run --resume={id}`. The report then has facts from both times, and says \
         so. To start a new run, omit `--resume`."
    ))]
    NotYoung { id: String, began_at: DateTime<Utc> },
    #[error("cannot continue the run {0}: it is finished, or another run started after it")]
    #[diagnostic(help(
        "To start a new run, omit `--resume`. To write its report again, run `workspace-audit report {0}`."
    ))]
    NotUnfinished(String),
    #[error("Google issued no token, so nothing was read: {}", .0.message)]
    #[diagnostic(help("{}", .0.advice()))]
    NoToken(Box<Gap>),
    #[error(transparent)]
    #[diagnostic(help(
        "Check that `[reports] directory` is a folder, that this account can write to it, and that the disk has space."
    ))]
    Report(#[from] ReportError),
    #[error("the history has no run `{0}`")]
    #[diagnostic(help("To list the runs, run `workspace-audit runs`."))]
    NoSuchRun(String),
    #[error("no run in the history has a report")]
    #[diagnostic(help("To make a report, run `workspace-audit run`."))]
    NoRun,
    #[error("the run {0} has no earlier run to compare it with")]
    #[diagnostic(help(
        "Name two runs: `workspace-audit diff OLD NEW`. To list the runs, run `workspace-audit runs`."
    ))]
    NothingToCompare(String),
    #[error("the run {older} started after the run {newer}")]
    #[diagnostic(help("Name the older run first: `workspace-audit diff {newer} {older}`."))]
    NamedBackwards { older: String, newer: String },
    #[error("the run {0} has no report yet: it is unfinished")]
    #[diagnostic(help("To continue it, run `workspace-audit run --resume={0}`."))]
    NoReportYet(String),
}

impl AuditError {
    /// A stable name of the cause, where it has one.
    pub(crate) fn id(&self) -> Option<String> {
        match self {
            Self::NoToken(gap) => Some(gap.reason.to_string()),
            Self::Connect(ConnectError::KeyFile(error)) => Some(error.id().to_owned()),
            _ => None,
        }
    }

    /// The exit code: 2 for a mistake in the command or the configuration, else 1.
    #[must_use]
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Connect(error) if error.is_configuration() => Exit::Usage,
            Self::Exceptions(_)
            | Self::OtherTenant { .. }
            | Self::OtherTerms(_)
            | Self::NotYoung { .. }
            | Self::NotUnfinished(_)
            | Self::NoSuchRun(_)
            | Self::NoRun
            | Self::NothingToCompare(_)
            | Self::NamedBackwards { .. }
            | Self::NoReportYet(_) => Exit::Usage,
            Self::Connect(_) | Self::Store(_) | Self::NoToken(_) | Self::Report(_) => Exit::RunFailed,
        }
    }
}
