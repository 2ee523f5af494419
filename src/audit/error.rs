//! Why a run gave no report at all.

use chrono::{DateTime, Utc};
use miette::Diagnostic;

use crate::config::ConfigError;
use crate::google::ConnectError;
use crate::report::ReportError;
use crate::store::StoreError;
use crate::tenant::Gap;

use super::Exit;

/// Why a run gave no report at all.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum AuditError {
    /// The credentials, or the way to Google.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// The exceptions file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Exceptions(#[from] ConfigError),
    /// The history.
    #[error(transparent)]
    #[diagnostic(help("{}", .0.advice()))]
    Store(#[from] StoreError),
    /// The history is of another tenant.
    #[error("the history is of customer {before}, and this is customer {now}")]
    #[diagnostic(help("Each tenant has a history of its own: set `[history] path` to another file."))]
    OtherTenant {
        /// The history's.
        before: String,
        /// This run's.
        now: String,
    },
    /// The run that was not finished asked for something else.
    #[error(
        "the unfinished run {0} was begun with other settings, or by another version: it cannot be continued"
    )]
    #[diagnostic(help(
        "Put back the settings of [tenant], [auth], [cloud], [google] and `[collect] parts`, with their environment \
         twins; or run without `--resume` to begin a new one."
    ))]
    OtherTerms(String),
    /// The run that was not finished is too old to be continued without its id.
    #[error(
        "the unfinished run {id} began on {}, which is not within `[history] resume_hours`", began_at.format("%Y-%m-%d at %H:%M UTC")
    )]
    #[diagnostic(help(
        "To continue it all the same, name it: `workspace-audit run --resume={id}`. Its report then holds facts of both \
         times, and says so. To begin a new run, leave `--resume` out."
    ))]
    NotYoung {
        /// Its id.
        id: String,
        /// When it began.
        began_at: DateTime<Utc>,
    },
    /// The run that shall be continued cannot be.
    #[error("the run {0} cannot be continued: it is finished, or another one began after it")]
    #[diagnostic(help(
        "Run without `--resume` to begin a new one. `workspace-audit judge` and `report` make its reports again."
    ))]
    NotUnfinished(String),
    /// Nothing could be asked at all.
    #[error("no token at all, so nothing was read: {}", .0.message)]
    #[diagnostic(help("{}", .0.fix))]
    NoToken(Box<Gap>),
    /// No report.
    #[error(transparent)]
    #[diagnostic(help(
        "`[reports] directory` must be a folder that this account can write, with space left."
    ))]
    Report(#[from] ReportError),
    /// Not in the history.
    #[error("the history has no run `{0}`")]
    #[diagnostic(help("`workspace-audit runs` lists them."))]
    NoSuchRun(String),
    /// No run has a report.
    #[error("no run of the history has a report yet")]
    #[diagnostic(help("`workspace-audit run` makes one; `workspace-audit runs` lists what there is."))]
    NoRun,
    /// It is the first of its history.
    #[error("the run {0} is the first of the history: there is nothing to compare it with")]
    #[diagnostic(help(
        "`workspace-audit runs` lists the runs. Name two of them: `workspace-audit diff OLD NEW`."
    ))]
    NothingToCompare(String),
    /// They were named the wrong way round.
    #[error("the run {older} began after the run {newer}")]
    #[diagnostic(help("Name the earlier run first: `workspace-audit diff {newer} {older}`."))]
    NamedBackwards {
        /// What was named as the earlier run.
        older: String,
        /// What was named as the later run.
        newer: String,
    },
    /// It was killed, or is under way.
    #[error(
        "the run {0} is under way, or was killed before its report: there is nothing to judge or to report again"
    )]
    #[diagnostic(help("`workspace-audit run --resume={0}` continues it."))]
    NoReportYet(String),
}

impl AuditError {
    /// The exit code: what the operator wrote, or what went wrong.
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
