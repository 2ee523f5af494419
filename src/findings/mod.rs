//! What a run concludes: verdicts, findings, their identity over time, and accepted ones.

mod acceptance;
mod assumption;
mod check_summary;
mod coverage;
mod evidence;
mod finding;
mod fingerprint;
mod kept_report;
mod reach;
mod run_summary;
mod severity;
mod subject;
mod verdict;

pub use acceptance::Acceptance;
pub use assumption::{Assumption, Rule};
pub use check_summary::{CheckSummary, Population, VerdictCounts};
pub use coverage::{Coverage, CoverageRow};
pub use evidence::Evidence;
pub use finding::{Change, Finding, FixedFinding};
pub use fingerprint::Fingerprint;
pub use kept_report::{KeptReport, LogWindow};
pub use reach::{Added, AlsoCheck, Reached, ReachedBy, added};
pub use run_summary::{
    ChangeCounts, Completeness, MailboxCounts, MissingSetting, NotConfigured, Requests, RunSummary,
};
pub use severity::Severity;
pub use subject::{Subject, SubjectKind};
pub use verdict::{CheckResult, REGISTER, Verdict};
