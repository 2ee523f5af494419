//! What a run came to, and the exit code that says so.

use std::path::PathBuf;

use crate::findings::{Completeness, RunSummary};
use crate::report::Latest;

/// What a run came to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) summary: RunSummary,
    /// Where its reports are.
    pub(crate) folder: PathBuf,
    /// Whether `latest` leads there.
    pub(crate) latest: Latest,
    /// What the process says when it ends.
    pub(crate) exit: Exit,
    /// Open findings at or above `fail_on`.
    pub(crate) at_or_above: u64,
    /// Whether it continued another.
    pub(crate) beginning: Beginning,
    /// Whether a signal stopped it before everything was read.
    pub(crate) was_interrupted: bool,
}

/// How a run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// From nothing.
    Fresh,
    /// Where one was that nobody finished.
    Resumed,
    /// From nothing, though asked to continue: there was nothing to continue.
    NothingToResume,
}

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: everything was read, nothing at or above `fail_on`.
    Complete,
    /// 1: no token at all, or no report written.
    RunFailed,
    /// 2: usage or configuration.
    Usage,
    /// 3: everything was read, findings at or above `fail_on`.
    Findings,
    /// 3: `explain` recognized nothing, or the run knows no such address or principal.
    NotRecognized,
    /// 4: something that was asked for was denied or failed, whatever was found.
    Partial,
}

impl Exit {
    /// The exit code of a run that wrote its reports.
    #[must_use]
    pub(crate) fn of(summary: &RunSummary, at_or_above: u64) -> Self {
        match (summary.completeness, at_or_above) {
            (Completeness::Partial, _) => Self::Partial,
            (Completeness::Complete, 0) => Self::Complete,
            (Completeness::Complete, _) => Self::Findings,
        }
    }

    /// The number.
    #[must_use]
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::RunFailed => 1,
            Self::Usage => 2,
            Self::Findings | Self::NotRecognized => 3,
            Self::Partial => 4,
        }
    }
}
