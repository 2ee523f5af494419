//! Facts → verdicts → findings: streams users from the store through the checks, lays exceptions over
//! what they say, and compares with the last run.
//!
//! `cases` asks the checks, `missing_parts` decides what may be said with what was read, `exceptions` makes findings
//! under what was accepted, and `carry_over` compares them with the run before.

pub(crate) mod assemble;
mod bindings;
mod carry_over;
mod cases;
mod clients;
pub(crate) mod compare;
mod coverage;
mod events;
mod exception_use;
mod exceptions;
mod gap_cost;
mod growth;
mod items;
mod missing_parts;
#[cfg(test)]
mod properties;
mod question;
mod sources;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::{Check, Evaluator};
use crate::findings::{
    ChangeCounts, CheckSummary, Coverage, Finding, Fingerprint, FixedFinding, MailboxCounts, NotConfigured,
    Settings, Severity, SubjectKind, Verdict,
};
use crate::policy::{Exceptions, Policy};
use crate::snapshot::{Snapshot, UserFacts};
use crate::store::{Run, StoreError};
use crate::tenant::Part;

use bindings::Bindings;
use carry_over::Fixed;
use cases::Case;
use coverage::MailboxTally;
pub(crate) use coverage::UserTotals;
use missing_parts::{SubjectScope, is_unread_mailbox, settled};
use sources::Sources;
use tally::Tally;

/// What a run concludes, beside the findings that are in the store.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// Every enabled check.
    pub(crate) checks: Vec<CheckSummary>,
    /// Every part.
    pub(crate) coverage: Coverage,
    /// What was not asked for, for want of a setting.
    pub(crate) not_configured: Vec<NotConfigured>,
    /// Users by state.
    pub(crate) mailboxes: MailboxCounts,
    /// Users listed.
    pub(crate) users: u64,
    /// The five numbers.
    pub(crate) changes: ChangeCounts,
    /// Open findings by severity.
    pub(crate) open_by_severity: BTreeMap<Severity, u64>,
    /// The settings that are not those of the run before.
    pub(crate) settings_changed: Vec<String>,
    /// Findings that are gone, worst first, at most [`FIXED_KEPT`].
    pub(crate) fixed: Vec<FixedFinding>,
}

/// The most fixed findings that a summary carries.
pub(crate) const FIXED_KEPT: usize = 500;

/// Findings that are written at once.
const BATCH: usize = 500;

/// What verdicts are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EvaluationInput<'a> {
    /// The enabled checks.
    pub(crate) checks: &'a [&'static Check],
    /// The tenant-wide facts.
    pub(crate) tenant: &'a Snapshot,
    /// How far the users' listing got.
    pub(crate) users: UserTotals,
    /// The thresholds.
    pub(crate) policy: &'a Policy,
    /// Those and the files of the operator's, to tell what the run before was judged by.
    pub(crate) settings: &'a Settings,
    /// What was accepted in writing.
    pub(crate) exceptions: &'a Exceptions,
    /// The parts that were asked for.
    pub(crate) parts: &'a BTreeSet<Part>,
}

/// Judges a run: its findings are in the store afterwards, in place of those it had. All of them, or none
/// if the program is killed meanwhile.
///
/// # Errors
/// When the store cannot be read or written.
pub(crate) fn judge(run: &Run<'_>, input: EvaluationInput<'_>) -> Result<Judged, StoreError> {
    run.atomically(|| judge_anew(run, input))
}

fn judge_anew(run: &Run<'_>, input: EvaluationInput<'_>) -> Result<Judged, StoreError> {
    run.begin_judgment()?;
    let mut evaluation = Evaluation::new(run, input)?;
    evaluation.judge_tenant()?;
    let mut mailboxes = MailboxTally::default();
    for facts in run.user_facts(input.parts) {
        let facts = facts?;
        mailboxes.add(&facts);
        evaluation.judge_user(&facts)?;
    }
    evaluation.name_gaps()?;
    let mut fixed = Fixed::default();
    evaluation.compare(&mut fixed, |check| !matches!(check.judge, Evaluator::Exception(_)))?;
    // What is carried over is covered, too.
    evaluation.judge_exceptions()?;
    evaluation.compare(&mut fixed, |check| matches!(check.judge, Evaluator::Exception(_)))?;
    evaluation.flush()?;
    let event_days = evaluation.input.policy.event_days;
    Ok(Judged {
        not_configured: coverage::not_configured(input.tenant, input.parts, &evaluation.tallies),
        coverage: coverage::coverage(input.tenant, input.parts, input.users, &mailboxes),
        users: mailboxes.users,
        mailboxes: mailboxes.into_counts(),
        changes: ChangeCounts {
            fixed: fixed.count,
            not_assessed: evaluation.tallies.iter().map(Tally::not_assessed).sum(),
            ..evaluation.changes
        },
        open_by_severity: evaluation.open_by_severity,
        checks: evaluation.tallies.into_iter().map(|tally| tally.into_summary(event_days)).collect(),
        settings_changed: evaluation
            .settings_before
            .as_ref()
            .map_or_else(Vec::new, |before| input.settings.changes_since(before)),
        fixed: fixed.worst,
    })
}

struct Evaluation<'a> {
    run: &'a Run<'a>,
    previous: Option<Run<'a>>,
    settings_before: Option<Settings>,
    input: EvaluationInput<'a>,
    sources: Sources<'a>,
    /// The parts that an earlier run read.
    read_before: BTreeSet<Part>,
    tallies: Vec<Tally>,
    /// By line of the exceptions file: the findings that an entry covered.
    covered: BTreeMap<usize, u64>,
    /// Lines of the exceptions that may be about something that was not assessed.
    undecided_exceptions: BTreeSet<usize>,
    /// Events that were judged, as earlier versions named them.
    former_events: BTreeSet<Fingerprint>,
    /// Findings of earlier versions, one a scope, that are in those of clients now.
    former_scopes: BTreeSet<Fingerprint>,
    findings: Vec<Finding>,
    bindings: Bindings,
    not_assessed: Vec<(&'static str, String)>,
    changes: ChangeCounts,
    open_by_severity: BTreeMap<Severity, u64>,
}

impl<'a> Evaluation<'a> {
    fn new(run: &'a Run<'a>, input: EvaluationInput<'a>) -> Result<Self, StoreError> {
        let previous = run.previous()?;
        let before = previous.as_ref().map(Run::known).transpose()?.and_then(|known| known.summary);
        Ok(Self {
            run,
            read_before: growth::parts_read_before(previous.as_ref(), input.parts)?,
            previous,
            settings_before: before.map(|summary| summary.judged_by()),
            input,
            sources: Sources::of(input.tenant),
            tallies: input.checks.iter().map(|check| Tally::new(check)).collect(),
            covered: BTreeMap::new(),
            undecided_exceptions: BTreeSet::new(),
            former_events: BTreeSet::new(),
            former_scopes: BTreeSet::new(),
            findings: Vec::new(),
            bindings: Bindings::default(),
            not_assessed: Vec::new(),
            changes: ChangeCounts::default(),
            open_by_severity: BTreeMap::new(),
        })
    }

    /// Everything but users.
    fn judge_tenant(&mut self) -> Result<(), StoreError> {
        let EvaluationInput { checks, tenant, policy, .. } = self.input;
        for (index, check) in checks.iter().enumerate() {
            for case in Case::of_tenant(check, tenant, policy) {
                self.rule(index, case)?;
            }
        }
        self.settle_bindings()
    }

    fn judge_user(&mut self, facts: &UserFacts) -> Result<(), StoreError> {
        let EvaluationInput { checks, tenant, policy, .. } = self.input;
        for (index, check) in checks.iter().enumerate() {
            if let Some(case) = Case::of_user(check, facts, tenant, policy) {
                self.rule(index, case)?;
            }
        }
        Ok(())
    }

    /// Counts what a check said of one subject, and keeps what a person should see.
    fn rule(&mut self, index: usize, case: Case<'_>) -> Result<(), StoreError> {
        let check = self.input.checks[index];
        let Case { subject: judged, share, results } = case;
        let results = self.without_old_events(check, &judged, share, results)?;
        let results = settled(check, share, self.input.tenant, results);
        let holder = match share {
            SubjectScope::User(facts) => Some(facts),
            _ => None,
        };
        self.tallies[index].add_subject(&results, holder);
        let unread = matches!(share, SubjectScope::User(facts) if is_unread_mailbox(check, facts));
        let is_not_assessed = results.iter().any(|result| result.verdict == Verdict::NotAssessed);
        for result in results.iter().filter(|result| result.verdict == Verdict::NotAssessed) {
            // A scope has a name of its own.
            let scope = result.subject.as_ref().filter(|subject| subject.kind == SubjectKind::Grant);
            self.leave_undecided(check, scope.unwrap_or(&judged));
        }
        if unread || is_not_assessed {
            self.not_assessed.push((check.id, judged.id.clone()));
        }
        if let Evaluator::Grant(_) = check.judge {
            return self.rule_on_scopes(index, &judged, share, results);
        }
        for result in results {
            // A binding is one finding, whatever the number of checks and accounts.
            if !result.reach.is_empty() {
                self.gather(index, share, result);
                continue;
            }
            let found = matches!(result.verdict, Verdict::Fail | Verdict::Review | Verdict::Error);
            let verdict = if found { self.find(check, &judged, share, result)? } else { result.verdict };
            self.tallies[index].count(verdict);
        }
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<(), StoreError> {
        if self.findings.len() + self.not_assessed.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.run.put_findings(&std::mem::take(&mut self.findings))?;
        self.run.put_not_assessed(&std::mem::take(&mut self.not_assessed))
    }
}
