//! Facts → verdicts → findings: streams users from the store through the checks, lays exceptions over
//! what they say, and compares with the last run.

pub(crate) mod assemble;
mod bindings;
mod clients;
pub(crate) mod compare;
mod coverage;
mod exceptions;
mod gap_cost;
#[cfg(test)]
mod properties;
mod sources;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;

use crate::checks::{Check, Evaluator, ExceptionUse, subjects};
use crate::findings::{
    Acceptance, Change, ChangeCounts, CheckResult, CheckSummary, Coverage, Evidence, Finding, Fingerprint,
    FixedFinding, MailboxCounts, NotConfigured, REGISTER, Rule, Severity, Subject, SubjectKind, Verdict,
};
use crate::policy::Policy;
use crate::policy::{Exception, Exceptions};
use crate::snapshot::{Snapshot, UserFacts};
use crate::store::{EventStage, GoneFinding, PreviousFinding, Run, StoreError};
use crate::tenant::{Gap, GapClass, Part, PartGrain, PartStatus, ProjectGuardrails, Reading, ServiceAccount};

use bindings::Bindings;
use compare::has_worsened;
use coverage::MailboxTally;
pub(crate) use coverage::UserTotals;
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
        checks: evaluation.tallies.into_iter().map(Tally::into_summary).collect(),
        fixed: fixed.worst,
    })
}

/// Findings that are gone.
#[derive(Default)]
struct Fixed {
    count: u64,
    worst: Vec<FixedFinding>,
}

impl Fixed {
    /// They come worst first.
    fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.worst.len() < FIXED_KEPT {
            self.worst.push(finding.into());
        }
    }
}

/// Whose share of a part a verdict depends on, where a part is read in shares.
#[derive(Clone, Copy)]
enum SubjectScope<'f> {
    /// Nobody's: the whole part.
    Tenant,
    /// This user's mailbox.
    User(&'f UserFacts),
    /// A listed domain's own row.
    Domain,
    /// This account's keys, their use, and what leads to it; `None`: a client that no listed account is.
    Account(Option<&'f ServiceAccount>),
    /// This project's guardrails.
    Project(&'f ProjectGuardrails),
}

impl<'f> SubjectScope<'f> {
    fn gap(self, part: Part, tenant: &'f Snapshot) -> Option<&'f Gap> {
        match (self, part) {
            // The user's own row was read; who needs all rows of a part says so itself.
            (Self::User(facts), Part::Users | Part::Domains | Part::AdminRoles) => {
                facts.gap(part).or_else(|| tenant.gap(part).filter(|gap| !gap.is_of_rows()))
            }
            (Self::User(facts), _) => facts.gap(part).or_else(|| tenant.gap(part)),
            (Self::Domain, Part::Domains) => tenant.domains.gap_beyond_rows(),
            // The account's own row was read.
            (Self::Account(Some(_)), Part::ServiceAccounts) => {
                tenant.service_accounts.gap().filter(|gap| !gap.is_of_rows())
            }
            (Self::Account(Some(account)), Part::SaKeys) => account.keys.gap(),
            (Self::Account(None), Part::SaKeys) => tenant.service_accounts.gap(),
            (Self::Account(Some(account)), Part::ServiceAccountUse) => {
                let uses = tenant.service_account_use.known();
                let of_project = uses.and_then(|uses| uses.0.get(&account.project));
                of_project.map_or_else(|| tenant.gap(part), Reading::gap)
            }
            (
                Self::Account(Some(account)),
                Part::IamPolicies | Part::IamRoles | Part::Groups | Part::WorkloadIdentityPools,
            ) => {
                let ids = [&account.client_id, &account.unique_id];
                let takeover = ids.into_iter().find_map(|id| tenant.takeover_of(id));
                takeover.map_or_else(|| tenant.gap(part), |takeover| takeover.gap(part))
            }
            // Who a listed account is needs no certificate.
            (Self::Account(Some(_)), Part::ClientCertificates) => None,
            (Self::Project(project), Part::Guardrails) => project.gaps().next(),
            _ => tenant.gap(part),
        }
    }

    /// The Cloud project that was read for the verdict.
    fn project(self) -> Option<&'f str> {
        match self {
            Self::Account(account) => account.map(|account| account.project.as_str()),
            Self::Project(project) => Some(&project.project),
            Self::Tenant | Self::User(_) | Self::Domain => None,
        }
    }
}

/// What a check says of one subject by the facts alone.
struct Case<'f> {
    subject: Subject,
    share: SubjectScope<'f>,
    results: Vec<CheckResult>,
}

impl<'f> Case<'f> {
    const fn new(subject: Subject, share: SubjectScope<'f>, results: Vec<CheckResult>) -> Self {
        Self { subject, share, results }
    }

    /// Every subject of the check that is neither a user nor an exception.
    fn of_tenant(
        check: &Check,
        tenant: &'f Snapshot,
        policy: &'f Policy,
    ) -> Box<dyn Iterator<Item = Self> + 'f> {
        match check.judge {
            Evaluator::Tenant(judge) => Box::new(std::iter::once(Self::new(
                subjects::tenant(tenant),
                SubjectScope::Tenant,
                judge(tenant, policy),
            ))),
            Evaluator::Domain(judge) => {
                let domains = tenant.domains.known().into_iter().flat_map(|domains| &domains.0);
                Box::new(domains.map(move |domain| {
                    Self::new(subjects::domain(domain), SubjectScope::Domain, judge(domain, tenant, policy))
                }))
            }
            Evaluator::Grant(judge) => Box::new(tenant.grants.clients().into_iter().map(move |client| {
                let share = SubjectScope::Account(subjects::account_of(client, tenant));
                let grants = tenant.grants.of(client);
                let results =
                    grants.flat_map(|grant| held(judge(grant, tenant, policy), tenant.unseen_end([grant])));
                Self::new(subjects::client(client, tenant), share, results.collect())
            })),
            Evaluator::Client(judge) => Box::new(tenant.grants.clients().into_iter().map(move |client| {
                let share = SubjectScope::Account(subjects::account_of(client, tenant));
                let gap = tenant.unseen_end(tenant.grants.of(client));
                let results = held(judge(client, tenant, policy), gap);
                Self::new(subjects::client(client, tenant), share, results)
            })),
            Evaluator::Key(judge) => {
                let accounts = tenant.service_accounts.known().into_iter().flat_map(|accounts| &accounts.0);
                Box::new(accounts.flat_map(move |account| {
                    let share = SubjectScope::Account(Some(account));
                    let keys = account.keys.known().into_iter().flatten().map(move |key| {
                        Self::new(subjects::key(key, account), share, judge(key, account, tenant, policy))
                    });
                    let unread = account.keys.gap().map(|gap| {
                        let results = vec![CheckResult::not_assessed(gap)];
                        Self::new(subjects::service_account(account), share, results)
                    });
                    keys.chain(unread)
                }))
            }
            Evaluator::Project(judge) => {
                let projects = tenant.guardrails.known().into_iter().flat_map(|guardrails| &guardrails.0);
                Box::new(projects.map(move |project| {
                    let results = judge(project, tenant, policy);
                    Self::new(subjects::project(project), SubjectScope::Project(project), results)
                }))
            }
            Evaluator::App(judge) => Box::new(tenant.apps.iter().map(move |app| {
                Self::new(subjects::app(app), SubjectScope::Tenant, judge(app, tenant, policy))
            })),
            Evaluator::User(_) | Evaluator::Exception(_) => Box::new(std::iter::empty()),
        }
    }

    fn of_user(check: &Check, facts: &'f UserFacts, tenant: &Snapshot, policy: &Policy) -> Option<Self> {
        let Evaluator::User(judge) = check.judge else { return None };
        let results = judge(facts, tenant, policy);
        Some(Self::new(subjects::user(&facts.user), SubjectScope::User(facts), results))
    }
}

/// What a finding rests on, beside what its check says.
struct Basis<'f> {
    /// The Cloud project that was read for it.
    project: Option<&'f str>,
    /// The parts that bear on it and were not read.
    unread: BTreeSet<Part>,
    /// Why, of those that its severity depends on.
    weighing: &'f [Gap],
}

struct Evaluation<'a> {
    run: &'a Run<'a>,
    previous: Option<Run<'a>>,
    input: EvaluationInput<'a>,
    sources: Sources<'a>,
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
        Ok(Self {
            run,
            previous: run.previous()?,
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

    /// Where the subjects of a check could not be listed, nobody knows how many there are: one verdict says
    /// so for them all.
    fn name_gaps(&mut self) -> Result<(), StoreError> {
        for index in 0..self.tallies.len() {
            let check = self.tallies[index].check;
            for part in check.judge.subjects() {
                match unlisted(*part, self.input.tenant) {
                    // The others are listed, and judged: only these rows have no verdict.
                    Some(gap) if gap.is_of_rows() && is_rechecked_by_row(*part) => {
                        self.tallies[index].add_unread_rows(gap);
                    }
                    Some(gap) => self.tallies[index].add_unlisted(gap),
                    None => {}
                }
            }
            let rows: Vec<Finding> = self.tallies[index].gap_findings(self.run.started_at());
            for row in rows {
                self.keep(row)?;
            }
        }
        Ok(())
    }

    /// The exceptions file itself: what has expired, what covers nothing.
    fn judge_exceptions(&mut self) -> Result<(), StoreError> {
        let exceptions = self.input.exceptions;
        for (index, check) in self.input.checks.iter().enumerate() {
            let Evaluator::Exception(judge) = check.judge else { continue };
            for exception in &exceptions.0 {
                let of_check = self.tallies.iter().find(|tally| tally.check.id == exception.check);
                let results = judge(
                    exception,
                    ExceptionUse {
                        run_at: self.run.started_at(),
                        covered: self.covered.get(&exception.line).copied().unwrap_or_default(),
                        now: &self.bindings.moved(exception),
                        all_was_assessed: of_check.is_some_and(|tally| {
                            !tally.is_unlisted()
                                && self.unread_source(tally.check).is_none()
                                && !self.undecided_exceptions.contains(&exception.line)
                        }),
                        policy: self.input.policy,
                    },
                );
                self.rule(index, Case::new(subjects::exception(exception), SubjectScope::Tenant, results))?;
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

    /// What was judged now, less the events that were in reports for long enough: they are listed once as expired.
    fn without_old_events(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        share: SubjectScope<'_>,
        results: Vec<CheckResult>,
    ) -> Result<Vec<CheckResult>, StoreError> {
        let mut kept = Vec::with_capacity(results.len());
        for result in results {
            let subject = result.subject.clone().filter(|subject| subject.kind == SubjectKind::Event);
            let stage = match &subject {
                Some(subject) => {
                    let named = |id| Fingerprint::of(check.id, &Subject::new(subject.kind, id, ""));
                    self.former_events.extend(subject.also.iter().map(named));
                    self.stage(check.id, subject)?
                }
                None => EventStage::Open,
            };
            match stage {
                EventStage::Open => kept.push(result),
                EventStage::Expires => {
                    let finding = self.finding(check, judged, share, result)?;
                    self.expire(finding)?;
                }
                EventStage::Over => {}
            }
        }
        if kept.is_empty() {
            kept.push(CheckResult::pass("Nothing happened that was not in reports for long enough"));
        }
        Ok(kept)
    }

    fn stage(&self, check_id: &str, subject: &Subject) -> Result<EventStage, StoreError> {
        self.run.event_stage(check_id, subject, Duration::days(self.input.policy.event_days))
    }

    fn expire(&mut self, finding: Finding) -> Result<(), StoreError> {
        let first_seen_at = self.run.expire_event(&finding.check_id, &finding.subject)?;
        self.findings.push(Finding { first_seen_at, change: Change::Expired, ..finding });
        self.flush_if_full()
    }

    /// A part that would show a subject of the check, or is needed to judge it, and was not read.
    fn unread_source(&self, check: &Check) -> Option<&Gap> {
        let logs: &[Part] = match check.judge {
            Evaluator::Grant(_) | Evaluator::Client(_) => {
                &[Part::AdminLog, Part::AccessEvaluationLog, Part::TokenLog]
            }
            _ => &[],
        };
        let tenant = self.input.tenant;
        let parts = check.needs.iter().chain(check.judge.subjects()).chain(logs);
        parts
            .filter_map(|part| tenant.gap(*part))
            .find(|gap| gap.class != GapClass::NotConfigured && check.misses(gap))
    }

    fn find(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        share: SubjectScope<'_>,
        result: CheckResult,
    ) -> Result<Verdict, StoreError> {
        let finding = self.finding(check, judged, share, result)?;
        let verdict = finding.verdict;
        self.keep(finding)?;
        Ok(verdict)
    }

    /// What a person should see, under the exceptions of today.
    fn finding(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        share: SubjectScope<'_>,
        result: CheckResult,
    ) -> Result<Finding, StoreError> {
        let (unread, weighing) = self.unread(check, share, &result);
        let weighing: Vec<Gap> = weighing.into_iter().cloned().collect();
        let basis = Basis { project: share.project(), unread, weighing: &weighing };
        self.finding_of(check, judged, basis, result)
    }

    /// The parts that bear on what a check says and were not read; and why, of those that its severity depends on.
    fn unread<'f>(
        &self,
        check: &Check,
        share: SubjectScope<'f>,
        result: &CheckResult,
    ) -> (BTreeSet<Part>, Vec<&'f Gap>)
    where
        'a: 'f,
    {
        let tenant: &'f Snapshot = self.input.tenant;
        let gaps = |parts: &[Part]| -> Vec<&'f Gap> {
            let gaps = parts.iter().filter_map(|part| share.gap(*part, tenant));
            gaps.filter(|gap| check.misses(gap)).collect()
        };
        let weighing = gaps(&result.weighed_by);
        let needed = gaps(check.needs);
        let assumed = result.assumptions.iter().map(|assumption| assumption.part);
        let unread = needed.iter().chain(&weighing).map(|gap| gap.part).chain(assumed).collect();
        (unread, weighing)
    }

    fn finding_of(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        basis: Basis<'_>,
        result: CheckResult,
    ) -> Result<Finding, StoreError> {
        let at = self.run.started_at();
        let subject = result.subject.as_ref().unwrap_or(judged);
        let mut exception = self.input.exceptions.covering(check.id, subject, at);
        if exception.is_none() && !basis.unread.is_empty() {
            exception = self.covering_before(&Fingerprint::of(check.id, subject))?;
        }
        Ok(self.finding_under(check, judged, basis, result, exception))
    }

    /// A finding, and what an exception makes of it.
    fn finding_under(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        basis: Basis<'_>,
        result: CheckResult,
        exception: Option<&Exception>,
    ) -> Finding {
        let Basis { project, unread, weighing } = basis;
        let at = self.run.started_at();
        let subject = result.subject.clone().unwrap_or_else(|| judged.clone());
        let fingerprint = Fingerprint::of(check.id, &subject);
        let remediation = Some(result.remediation(check.id, &subject));
        // Another fix breaks other things.
        let common = check.may_break.filter(|_| result.fix.is_none() && result.verdict.is_open());
        let may_break = result.may_break.or_else(|| common.map(str::to_owned));
        let mut accepted = Vec::new();
        let (by_register, mut exception_id) = (result.accepted_by.is_some(), result.accepted_by);
        let (mut verdict, mut message, mut evidence) = (result.verdict, result.message, result.evidence);
        evidence.extend(weighing.iter().map(|gap| {
            let why = format_args!("may differ, {} was not read: {}", gap.part, gap.message);
            Evidence::new("severity", why)
        }));
        let assumptions = result.assumptions.iter();
        evidence.extend(assumptions.map(|assumption| Evidence::new("assumption", assumption)));
        if by_register {
            verdict = Verdict::Excepted;
        }
        if let Some(exception) = exception {
            self.count_covered(Some(exception));
            let is_expired = exception.is_expired(at);
            if !(is_expired && by_register) {
                exception_id = Some(exception.id.clone());
            }
            if !is_expired {
                accepted.push(exception.acceptance());
                verdict = Verdict::Excepted;
            } else if !by_register {
                evidence.push(Evidence::new("acceptance_expired", exception.acceptance()));
                message = format!("{message} (its exception expired on {})", exception.expires);
            }
        }
        if accepted.is_empty() && verdict == Verdict::Excepted {
            accepted.extend(exception_id.as_deref().and_then(|id| self.of_register(id)));
        }
        Finding {
            check_id: check.id.to_owned(),
            verdict,
            severity: result.severity,
            fingerprint,
            subject,
            judged_id: judged.id.clone(),
            project: project.map(str::to_owned),
            message,
            evidence,
            fix: result.fix.unwrap_or_else(|| check.fix.to_owned()),
            remediation,
            command: result.command.unwrap_or_default(),
            may_break: may_break.unwrap_or_default(),
            place: check.place.to_owned(),
            controls: check.controls.iter().map(|control| (*control).to_owned()).collect(),
            first_seen_at: at,
            change: Change::New,
            exception_id,
            count: 1,
            is_only_assumed: !result.assumptions.is_empty(),
            assumptions: result.assumptions,
            unread: unread.into_iter().collect(),
            also_checks: Vec::new(),
            reach: Vec::new(),
            added: Vec::new(),
            accepted,
        }
    }

    /// The exception that covered the same finding in the run before: an account that was not read this time has no
    /// address by which the file could name it.
    fn covering_before(&self, fingerprint: &Fingerprint) -> Result<Option<&'a Exception>, StoreError> {
        let Some(previous) = &self.previous else { return Ok(None) };
        let before = previous.finding(fingerprint)?.and_then(|before| before.exception_id);
        let exceptions: &'a Exceptions = self.input.exceptions;
        Ok(before.and_then(|id| exceptions.0.iter().find(|exception| exception.id == id)))
    }

    fn count_covered(&mut self, exception: Option<&Exception>) {
        if let Some(exception) = exception {
            *self.covered.entry(exception.line).or_default() += 1;
        }
    }

    /// Compares with the history, counts and keeps.
    fn keep(&mut self, finding: Finding) -> Result<(), StoreError> {
        let before = match &self.previous {
            Some(previous) => previous.finding(&finding.fingerprint)?,
            None => None,
        };
        self.keep_after(finding, before)
    }

    fn keep_after(
        &mut self,
        mut finding: Finding,
        before: Option<PreviousFinding>,
    ) -> Result<(), StoreError> {
        let is_event = finding.subject.kind == SubjectKind::Event;
        let (first_seen_at, seen_before) = if is_event {
            self.run.tell_event(&finding.check_id, &finding.subject)?
        } else {
            self.run.first_seen(&finding.fingerprint)?
        };
        finding.first_seen_at = first_seen_at;
        finding.is_only_assumed &= before.as_ref().is_none_or(|before| before.is_only_assumed);
        if let Some(before) = &before {
            bindings::tell_added(before, &mut finding);
        }
        finding.change = match before {
            // Where the run before is forgotten, nobody knows whether it was gone in between.
            None if seen_before && self.previous.is_some() && !is_event => Change::Reopened,
            None if seen_before => Change::Open,
            None => Change::New,
            Some(before) if has_worsened(&before, &finding) => Change::Worsened,
            Some(_) if self.sources.is_from_before(&finding) => Change::NotRechecked,
            Some(_) => Change::Open,
        };
        if finding.verdict.is_open() {
            self.changes.open += 1;
            *self.open_by_severity.entry(finding.severity).or_default() += 1;
            match finding.change {
                Change::New | Change::Reopened => self.changes.new += 1,
                Change::Worsened => self.changes.worsened += 1,
                Change::Open | Change::NotRechecked | Change::Expired => {}
            }
        }
        self.changes.excepted += u64::from(finding.verdict == Verdict::Excepted);
        self.findings.push(finding);
        self.flush_if_full()
    }

    /// What the last run had and this one has not: fixed if its source was read again, else carried over.
    fn compare(&mut self, fixed: &mut Fixed, of: fn(&Check) -> bool) -> Result<(), StoreError> {
        self.flush()?;
        let run = self.run;
        let Some(previous) = run.previous()? else { return Ok(()) };
        for gone in run.gone_since(&previous) {
            let GoneFinding { finding, was_not_assessed } = gone?;
            match self.tallies.iter().find(|tally| tally.check.id == finding.check_id) {
                Some(tally) if !of(tally.check) => {}
                // A check that is not asked any more says nothing.
                None => {}
                Some(_) if finding.subject.kind == SubjectKind::Event => self.carry_event(finding)?,
                // As part of its binding it was judged.
                Some(_) if self.bindings.has(&finding.fingerprint) => {}
                // As part of its client it was judged.
                Some(_) if self.former_scopes.contains(&finding.fingerprint) => {}
                Some(_) if clients::is_of_scopes(&finding) && was_not_assessed => self.carry_over(finding)?,
                Some(tally)
                    if clients::is_of_scopes(&finding) && self.sources.is_renamed(&finding, tally.check) => {}
                Some(_) if !finding.reach.is_empty() => self.compare_reach(finding, fixed)?,
                Some(tally) if was_not_assessed || tally.is_unlisted() => self.carry_over(finding)?,
                // Under the client id that is known by now it was judged.
                Some(tally) if self.sources.is_renamed(&finding, tally.check) => {}
                Some(tally) if !self.sources.looked_again(&finding, tally.check) => {
                    self.carry_over(finding)?;
                }
                // Nobody mended what only stood because something was not read.
                Some(tally)
                    if finding.is_only_assumed && !self.sources.has_ended_since(&finding, tally.check) => {}
                Some(_) if finding.verdict.is_open() => fixed.add(finding),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// An event that no log shows any more, as an earlier version of the program kept it. What happened, happened:
    /// nobody mends it, and it stays open for its time.
    fn carry_event(&mut self, finding: Finding) -> Result<(), StoreError> {
        if finding.change == Change::Expired || self.former_events.contains(&finding.fingerprint) {
            return Ok(());
        }
        match self.stage(&finding.check_id, &finding.subject)? {
            EventStage::Open => self.carry(finding, Change::Open),
            EventStage::Expires => {
                let finding = self.accepted_anew(finding);
                self.expire(finding)
            }
            EventStage::Over => Ok(()),
        }
    }

    fn carry_over(&mut self, finding: Finding) -> Result<(), StoreError> {
        self.carry(finding, Change::NotRechecked)
    }

    fn carry(&mut self, finding: Finding, change: Change) -> Result<(), StoreError> {
        let finding = Finding { change, ..self.accepted_anew(finding) };
        if finding.verdict.is_open() {
            self.changes.open += 1;
            *self.open_by_severity.entry(finding.severity).or_default() += 1;
        }
        self.changes.excepted += u64::from(finding.verdict == Verdict::Excepted);
        self.findings.push(finding);
        self.flush_if_full()
    }

    /// A finding that nobody could look at again, under the exceptions and the register of today.
    fn accepted_anew(&mut self, finding: Finding) -> Finding {
        if clients::is_of_scopes(&finding) {
            return self.accept_scopes_anew(finding);
        }
        let by_register = finding.verdict == Verdict::Excepted && self.register_still_accepts(&finding);
        let at = self.run.started_at();
        let exception = self.input.exceptions.covering(&finding.check_id, &finding.subject, at);
        self.count_covered(exception);
        let verdict = match (exception, finding.verdict) {
            (Some(exception), _) if !exception.is_expired(at) => Verdict::Excepted,
            _ if by_register => return finding,
            // What it was before it was accepted is not kept: the stricter.
            (_, Verdict::Excepted) => Verdict::Fail,
            (_, verdict) => verdict,
        };
        let live = exception.filter(|exception| !exception.is_expired(at));
        let accepted = live.map(Exception::acceptance).into_iter().collect();
        let exception_id = exception.map(|exception| exception.id.clone());
        Finding { verdict, exception_id, accepted, ..finding }
    }

    /// The entry of the register that accepts something, as a finding carries it.
    fn of_register(&self, id: &str) -> Option<Acceptance> {
        let register = self.input.policy.register.as_ref();
        let entry = register.and_then(|register| register.client(id.strip_prefix(REGISTER)?))?;
        Some(Acceptance {
            id: id.to_owned(),
            owner: entry.owner.clone(),
            reason: entry.purpose.clone(),
            approver: None,
            ticket: None,
            created: None,
            expires: entry.review_by,
            parts: Vec::new(),
        })
    }

    /// Whether the entry of the register that accepted a finding is there, with the custodian that it names.
    fn register_still_accepts(&self, finding: &Finding) -> bool {
        let register = self.input.policy.register.as_ref();
        let custodians_of = |client_id: &str| register?.client(client_id).map(|entry| &entry.custodians);
        if !finding.reach.is_empty() {
            return finding.reach.iter().all(|reached| {
                let known = custodians_of(&reached.client_id);
                let named = reached.accepted_by.as_ref();
                named.zip(known).is_some_and(|(named, known)| known.contains(named))
            });
        }
        let client_id = finding.exception_id.as_deref().and_then(|id| id.strip_prefix(REGISTER));
        let known = client_id.and_then(custodians_of);
        let mut custodians = finding.evidence.iter().filter(|fact| fact.name == Evidence::CUSTODIAN);
        known.is_some_and(|known| custodians.all(|named| known.contains(&named.value)))
    }

    fn flush_if_full(&mut self) -> Result<(), StoreError> {
        if self.findings.len() + self.not_assessed.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.run.put_findings(&std::mem::take(&mut self.findings))?;
        self.run.put_not_assessed(&std::mem::take(&mut self.not_assessed))
    }
}

/// Why nobody knows how many subjects a part lists. An account without its keys, and a project without one of
/// its guardrails, is listed all the same, and has its own verdict; a gap that no project has is the list's.
fn unlisted(part: Part, tenant: &Snapshot) -> Option<&Gap> {
    match part {
        Part::SaKeys => None,
        Part::Guardrails => {
            let projects = tenant.guardrails.known().into_iter().flat_map(|guardrails| &guardrails.0);
            let of_projects: Vec<&Gap> = projects.flat_map(|project| project.gaps()).collect();
            tenant.guardrails.gap().filter(|gap| !of_projects.contains(gap))
        }
        _ => tenant.gap(part),
    }
}

/// Whether it is known for each subject of a part whether its own row was read.
const fn is_rechecked_by_row(part: Part) -> bool {
    matches!(part, Part::Users | Part::Domains | Part::ServiceAccounts)
}

/// What is wrong of a delegation whose end would not have shown.
fn held(results: Vec<CheckResult>, gap: Option<&Gap>) -> Vec<CheckResult> {
    let assume = |mut result: CheckResult| match gap {
        Some(gap) if result.verdict.is_open() => {
            result.reach.iter_mut().for_each(|reached| reached.is_assumed = true);
            result.assuming(Rule::GrantHeld, gap)
        }
        _ => result,
    };
    results.into_iter().map(assume).collect()
}

/// What may be said of one subject with what was read of it.
fn settled(
    check: &Check,
    share: SubjectScope<'_>,
    tenant: &Snapshot,
    results: Vec<CheckResult>,
) -> Vec<CheckResult> {
    let first = |parts: &[Part]| {
        parts.iter().filter_map(|part| share.gap(*part, tenant)).find(|gap| check.misses(gap))
    };
    let needed = first(check.needs);
    let settle = |result: CheckResult| match result.verdict {
        // Missing data is never a pass, whatever the check thinks.
        Verdict::Pass => match needed {
            Some(gap) => CheckResult { subject: result.subject, ..CheckResult::not_assessed(gap) },
            None => result,
        },
        // Nor a fail: what is wrong only by what a part does not show is open without it.
        verdict if verdict.is_open() => match first(&result.rests_on) {
            Some(gap) => CheckResult { subject: result.subject, ..CheckResult::not_assessed(gap) },
            None => result,
        },
        _ => result,
    };
    worst_of_each_subject(results).into_iter().map(settle).collect()
}

/// One result a subject: where a mailbox lists an address twice, the worse one.
fn worst_of_each_subject(results: Vec<CheckResult>) -> Vec<CheckResult> {
    let mut kept: Vec<CheckResult> = Vec::with_capacity(results.len());
    for result in results {
        let same = |other: &&mut CheckResult| {
            other.verdict.is_open()
                && result.verdict.is_open()
                && other.subject.as_ref().map(|s| &s.id) == result.subject.as_ref().map(|s| &s.id)
        };
        match kept.iter_mut().find(same) {
            Some(other) if (other.severity, result.verdict) < (result.severity, other.verdict) => {
                *other = result
            }
            Some(_) => {}
            None => kept.push(result),
        }
    }
    kept
}

/// Whether a finding in this mailbox could not be looked at again: nobody reads a suspended user's mailbox.
fn is_unread_mailbox(check: &Check, facts: &UserFacts) -> bool {
    let mut needed = check.needs.iter().filter(|part| part.grain() == PartGrain::User);
    needed.any(|part| facts.mailbox.status(*part) != PartStatus::Read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::{GMAIL_SEND, delegating, gap, without};
    use crate::tenant::{Guardrails, ProjectUse, ServiceAccountUse, SigningLogs};

    const PATHS: [Part; 4] = [Part::IamPolicies, Part::IamRoles, Part::Groups, Part::WorkloadIdentityPools];

    fn tenant() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    fn account(tenant: &Snapshot) -> SubjectScope<'_> {
        SubjectScope::Account(tenant.service_accounts.known().and_then(|accounts| accounts.0.first()))
    }

    #[test]
    fn what_leads_to_an_account_is_missing_only_if_its_own_search_says_so() {
        for part in PATHS {
            let lacking = without(part, tenant());
            assert_eq!(account(&lacking).gap(part, &lacking).map(|gap| gap.part), Some(part));
            let elsewhere = Snapshot { takeovers: tenant().takeovers, ..lacking.clone() };
            assert_eq!(account(&elsewhere).gap(part, &elsewhere), None);
            // Nobody searched, or for nobody in particular: the whole part counts.
            let unsearched = Snapshot { takeovers: Vec::new(), ..lacking };
            for share in [account(&unsearched), SubjectScope::Account(None), SubjectScope::Tenant] {
                assert!(share.gap(part, &unsearched).is_some(), "{part}");
            }
        }
    }

    #[test]
    fn another_projects_last_use_keeps_no_pass_back() {
        let missing = || Reading::Missing(gap(Part::ServiceAccountUse));
        let uses = |own: Reading<ProjectUse>| {
            let uses = [("project".to_owned(), own), ("other".to_owned(), missing())];
            let uses = ServiceAccountUse(uses.into_iter().collect());
            Snapshot { service_account_use: Reading::Partial(uses, gap(Part::ServiceAccountUse)), ..tenant() }
        };
        let read = uses(Reading::Complete(ProjectUse::default()));
        assert_eq!(account(&read).gap(Part::ServiceAccountUse, &read), None);
        let refused = uses(missing());
        assert!(account(&refused).gap(Part::ServiceAccountUse, &refused).is_some());
        let unasked = without(Part::ServiceAccountUse, tenant());
        assert!(account(&unasked).gap(Part::ServiceAccountUse, &unasked).is_some());
    }

    #[test]
    fn a_project_answers_for_its_own_guardrails() {
        let yes = || Reading::Complete(true);
        let guarded = ProjectGuardrails {
            project: "project".into(),
            forbids_key_creation: yes(),
            forbids_key_upload: yes(),
            disables_exposed_keys: yes(),
            signing_logs: Reading::Complete(SigningLogs::default()),
        };
        let unread =
            ProjectGuardrails { signing_logs: Reading::Missing(gap(Part::Guardrails)), ..guarded.clone() };
        let both = Guardrails(vec![guarded.clone(), unread.clone()]);
        let partly = Snapshot { guardrails: Reading::Partial(both, gap(Part::Guardrails)), ..tenant() };
        assert_eq!(SubjectScope::Project(&guarded).gap(Part::Guardrails, &partly), None);
        assert!(SubjectScope::Project(&unread).gap(Part::Guardrails, &partly).is_some());
        assert_eq!(unlisted(Part::Guardrails, &partly), None);
        let none = without(Part::Guardrails, tenant());
        assert!(unlisted(Part::Guardrails, &none).is_some());
        let search = crate::tenant::Gap { message: "The search broke off".into(), ..gap(Part::Guardrails) };
        let guardrails = Reading::Partial(Guardrails(vec![guarded, unread]), search.clone());
        let beyond = Snapshot { guardrails, ..tenant() };
        assert_eq!(unlisted(Part::Guardrails, &beyond), Some(&search), "there may be other projects");
    }
}
