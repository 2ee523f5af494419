//! What a run concludes: verdicts, findings, their identity over time, and accepted ones.

mod acceptance;
mod assumption;
mod check_summary;
mod coverage;
mod evidence;
mod finding;
mod fingerprint;
mod items;
mod kept_report;
mod reach;
mod remediation;
mod run_summary;
mod settings;
mod severity;
mod subject;
mod verdict;

pub(crate) use acceptance::Acceptance;
pub(crate) use assumption::{Assumption, Rule};
pub(crate) use check_summary::{CheckSummary, Population, VerdictCounts};
pub(crate) use coverage::{CountedGap, Coverage, CoverageRow, MissingParts};
pub(crate) use evidence::Evidence;
pub(crate) use finding::{Change, Finding, FixedFinding};
pub(crate) use fingerprint::Fingerprint;
pub(crate) use items::{Item, ItemKind, ItemList, KnownItems};
pub(crate) use kept_report::{KeptReport, LogWindow};
pub(crate) use reach::{Added, AlsoCheck, Known, Reached, ReachedBy, Worse, added};
pub(crate) use remediation::{Advice, Remediation};
pub(crate) use run_summary::{
    ChangeCounts, Completeness, MailboxCounts, MissingSetting, NotConfigured, RunSummary,
};
pub(crate) use settings::Settings;
pub(crate) use severity::Severity;
pub(crate) use subject::{Subject, SubjectKind};
pub(crate) use verdict::{CheckResult, REGISTER, Verdict};
