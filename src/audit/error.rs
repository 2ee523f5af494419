//! Why an audit command wrote no report.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use miette::Diagnostic;

use crate::causes;
use crate::config::ConfigError;
use crate::google::{ConnectError, server_clock};
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
    #[error("no Google API answers, so nothing was read: {}", .0.message)]
    #[diagnostic(help("{}", .0.advice()))]
    NoApi(Box<Gap>),
    #[error("the audit cannot read anything as {admin} (`[tenant] admin`): {}", gap.message)]
    #[diagnostic(help(
        "Set `[tenant] admin` to the primary address of an active admin of this tenant, not an alias or a group. The \
         admin must have signed in once, and have the privileges in step 5 of docs/setup.md. Where: Admin console > \
         Directory > Users."
    ))]
    Admin { admin: String, gap: Box<Gap> },
    #[error("the audit cannot read anything by the admin role of {account}: {}", gap.message)]
    #[diagnostic(help(
        "Assign the admin role in step 5 of docs/setup.md to the service account, and check `[tenant] customer`. \
         Where: Admin console > Account > Admin roles."
    ))]
    AdminRole { account: String, gap: Box<Gap> },
    #[error(
        "`[tenant] customer` is {customer}, but {admin} (`[tenant] admin`) belongs to the customer {of_admin}"
    )]
    #[diagnostic(help(
        "Delete `customer`, or set it to {of_admin}. To audit the other tenant, use an admin and a history of that one."
    ))]
    WrongCustomer { customer: String, admin: String, of_admin: String },
    #[error("the delegation list is newer than the run, because {}", server_clock::told(*ahead))]
    #[diagnostic(help("Synchronize the clock, for example with NTP. The delegation list is not at fault."))]
    WrongClock { ahead: TimeDelta },
    #[error(transparent)]
    #[diagnostic(help(
        "Check that `[reports] directory` is a folder, that this account can write to it, and that the disk has space."
    ))]
    Report(#[from] ReportError),
    #[error("no mailbox is in the sample: {sample}")]
    #[diagnostic(help("{help}"))]
    EmptySample { sample: String, help: String },
    #[error("the disk of {} is full", folder.display())]
    #[diagnostic(help(
        "Free space on this disk, or set `[reports] directory` and `[history] path` to folders on another disk."
    ))]
    NoSpace { folder: PathBuf },
    #[error("the history has no run `{0}`")]
    #[diagnostic(help("To list the runs, run `workspace-audit runs`."))]
    NoSuchRun(String),
    #[error("no run in the history has a report")]
    #[diagnostic(help("To make a report, run `workspace-audit run`."))]
    NoRun,
    #[error("the run {0} has no earlier run to compare it with")]
    #[diagnostic(help(
        "Run the audit again later, then run `workspace-audit diff`. To list the runs, run `workspace-audit runs`."
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
            Self::NoToken(gap) | Self::NoApi(gap) => Some(gap.reason.to_string()),
            Self::Admin { .. } => Some("admin_unusable".to_owned()),
            Self::AdminRole { .. } => Some("admin_role_unusable".to_owned()),
            Self::WrongCustomer { .. } => Some("wrong_customer".to_owned()),
            Self::WrongClock { .. } => Some(causes::CLOCK_SKEW.id.to_owned()),
            Self::EmptySample { .. } => Some("empty_sample".to_owned()),
            Self::NoSpace { .. } => Some("disk_full".to_owned()),
            Self::OtherTenant { .. } => Some("other_tenant".to_owned()),
            Self::Connect(error) => Some(error.id().to_owned()),
            Self::Exceptions(_) => Some(ConfigError::ID.to_owned()),
            Self::Store(error) => Some(error.id().to_owned()),
            Self::Report(_) => Some("reports_unwritable".to_owned()),
            _ => None,
        }
    }

    /// Why the admin cannot be used: a cause of the table.
    pub(crate) fn reason(&self) -> Option<String> {
        match self {
            Self::Admin { gap, .. } | Self::AdminRole { gap, .. } => Some(gap.reason.to_string()),
            _ => None,
        }
    }

    /// The exit code: 2 for a mistake in the command or the configuration, else 1.
    #[must_use]
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Connect(error) if error.is_configuration() => Exit::Usage,
            Self::Exceptions(_)
            | Self::EmptySample { .. }
            | Self::OtherTenant { .. }
            | Self::OtherTerms(_)
            | Self::NotYoung { .. }
            | Self::NotUnfinished(_)
            | Self::NoSuchRun(_)
            | Self::NoRun
            | Self::NothingToCompare(_)
            | Self::NamedBackwards { .. }
            | Self::NoReportYet(_) => Exit::Usage,
            Self::Store(StoreError::NoHistory { .. }) => Exit::Usage,
            Self::Connect(_)
            | Self::Store(_)
            | Self::NoToken(_)
            | Self::NoApi(_)
            | Self::Admin { .. }
            | Self::AdminRole { .. }
            | Self::WrongCustomer { .. }
            | Self::WrongClock { .. }
            | Self::NoSpace { .. }
            | Self::Report(_) => Exit::RunFailed,
        }
    }
}
