//! Bindings as findings: what several checks say of several accounts, in one.

use std::collections::{BTreeMap, BTreeSet};

use super::Evaluation;
use super::carry_over::Fixed;
use super::exceptions::Basis;
use super::growth::Later;
use super::missing_parts::SubjectScope;
use crate::checks::{self, BindingFacts, Check, Kept, NamedBefore, OneFinding, subjects};
use crate::findings::{
    Acceptance, Added, CheckResult, Evidence, Finding, Fingerprint, Item, REGISTER, Reached, ReachedBy,
    Subject, Verdict, added,
};
use crate::policy::Exception;
use crate::store::{PreviousFinding, Run, StoreError};
use crate::tenant::{Gap, Part};

/// More of what was seen for the first time is not listed.
const MAX_SEEN_FIRST: usize = 5;

/// What the checks said of bindings, until all have spoken.
#[derive(Default)]
pub(super) struct Bindings {
    said: BTreeMap<String, Vec<Said>>,
    /// Findings of earlier versions, one a path, that are in those of bindings now.
    former: BTreeSet<Fingerprint>,
    /// By line of the exceptions file: the findings that took the place of those that an entry was written for.
    moved: BTreeMap<usize, BTreeSet<String>>,
}

/// What one check said of one binding and one account.
struct Said {
    index: usize,
    result: CheckResult,
    unread: BTreeSet<Part>,
    weighing: Vec<Gap>,
}

/// A finding, and what the run before said of the same binding.
struct Drawn {
    index: usize,
    finding: Finding,
    before: Option<PreviousFinding>,
}

impl Bindings {
    /// Whether the path that an earlier version had as a finding is in the finding of a binding now.
    pub(super) fn has(&self, former: &Fingerprint) -> bool {
        self.former.contains(former)
    }

    /// The findings that took the place of those that an exception was written for.
    pub(super) fn moved(&self, exception: &Exception) -> Vec<String> {
        self.moved.get(&exception.line).into_iter().flatten().cloned().collect()
    }
}

impl Evaluation<'_> {
    /// Keeps what a check says of a binding until all have spoken.
    pub(super) fn gather(&mut self, index: usize, share: SubjectScope<'_>, mut result: CheckResult) {
        let check = self.input.checks[index];
        let (mut unread, weighing) = self.unread(check, share, &result);
        let weighing = weighing.into_iter().cloned().collect();
        // Whoever lists no account of a project does not see that a binding reaches it.
        let listing = self.input.tenant.service_accounts.gap().filter(|gap| check.misses(gap));
        unread.extend(listing.map(|gap| gap.part));
        for reached in &mut result.reach {
            reached.project = share.project().map(str::to_owned);
        }
        let Some(subject) = &result.subject else { return };
        let said = self.bindings.said.entry(subject.id.clone()).or_default();
        said.push(Said { index, result, unread, weighing });
    }

    /// One finding a binding.
    pub(super) fn settle_bindings(&mut self) -> Result<(), StoreError> {
        let facts = checks::bindings(self.input.tenant);
        for (id, said) in std::mem::take(&mut self.bindings.said) {
            let Some(facts) = facts.get(&id) else { continue };
            let Some(Drawn { index, finding, before }) = self.draw(facts, said)? else { continue };
            self.tallies[index].count(finding.verdict);
            for also in &finding.also_checks {
                if let Some(tally) = self.tallies.iter_mut().find(|tally| tally.check.id == also.check_id) {
                    tally.count(also.verdict);
                }
            }
            self.keep_after(finding, before)?;
        }
        Ok(())
    }

    fn draw(&mut self, facts: &BindingFacts<'_>, said: Vec<Said>) -> Result<Option<Drawn>, StoreError> {
        let (mut unread, mut weighing) = (BTreeSet::new(), Vec::<Gap>::new());
        let mut results: Vec<(&'static Check, CheckResult)> = Vec::new();
        for one in said {
            unread.extend(one.unread);
            for gap in one.weighing {
                if !weighing.contains(&gap) {
                    weighing.push(gap);
                }
            }
            results.push((self.input.checks[one.index], one.result));
        }
        let former = former(facts, results.iter().flat_map(|(_, result)| &result.reach));
        let by = results.first().map_or("", |(check, _)| check.id);
        let fingerprint = Fingerprint::of(by, &facts.subject);
        let mut before = match &self.previous {
            Some(previous) => previous.finding(&fingerprint)?,
            None => None,
        };
        if let Some(named) = &facts.former {
            // Whichever binding it was: it was judged, and is not gone.
            let fingerprint_before = Fingerprint::of(by, &named.subject);
            if let (Some(previous), None, true) = (&self.previous, &before, named.is_unique) {
                before = previous.finding(&fingerprint_before)?;
                self.run.take_over_first_seen(&fingerprint, [&fingerprint_before].into_iter())?;
            }
            self.bindings.former.insert(fingerprint_before);
        }
        if let (Some(previous), None) = (&self.previous, &before) {
            before = told_before(previous, &former)?;
            if before.is_some() {
                let former = former.iter().flat_map(|former| &former.fingerprints).map(|(_, former)| former);
                self.run.take_over_first_seen(&fingerprint, former)?;
            }
        }
        let known: BTreeSet<_> = former.iter().map(|former| former.reached.key()).collect();
        let kept: Vec<Reached> = before
            .iter()
            .flat_map(|before| &before.reach)
            .filter(|reached| !known.contains(&reached.key()) && !self.sources.looked_again_at(reached))
            .map(|reached| Reached { is_not_rechecked: true, ..self.under_register(reached.clone()) })
            .collect();
        let kept = self.kept(kept, before.as_ref());
        let Some(OneFinding { check, also, result }) = facts.one_finding(results, kept) else {
            return Ok(None);
        };
        let Some(index) = self.input.checks.iter().position(|known| known.id == check.id) else {
            return Ok(None);
        };
        let reach = result.reach.clone();
        // What is certain by one path does not rest on an assumption about another.
        let is_assumed = reach
            .iter()
            .filter(|reached| reached.accepted_by.is_none() && !reached.is_not_rechecked)
            .all(|reached| reached.is_assumed);
        let subject = facts.subject.clone();
        let basis = Basis { project: None, unread, weighing: &weighing };
        let mut finding = self.finding_of(check, &subject, basis, result);
        finding.is_only_assumed &= is_assumed;
        finding.reach = reach.into_iter().map(|reached| self.named_by_register(reached)).collect();
        finding.also_checks = also;
        let seen = match &before {
            Some(before) => self.seen_as_well(before, &fingerprint, &finding.unread)?,
            None => None,
        };
        self.date(before.as_ref(), seen.as_ref(), &mut finding);
        let later = self.accept(&mut finding, before.as_ref());
        if !later.reach.is_empty() && !later.is_all {
            finding.message = facts.message(check, &later.reach.iter().collect::<Vec<_>>());
        }
        self.accept_by_register(&mut finding);
        self.accept_also(&mut finding);
        self.remember_former(facts, &finding, &former);
        Ok(Some(Drawn { index, finding, before }))
    }

    /// What the run before said of what nobody could look at again.
    fn kept(&self, reach: Vec<Reached>, before: Option<&PreviousFinding>) -> Kept {
        let id = before.and_then(|before| before.check_ids.first());
        let mut asked = self.input.checks.iter().map(|check| check.id);
        // What it was before an exception accepted it is not kept: the stricter.
        let verdict = before.map_or(Verdict::Fail, |before| before.verdict);
        let verdict = if verdict.is_open() { verdict } else { Verdict::Fail };
        Kept { reach, check_id: id.and_then(|id| asked.find(|asked| asked == id)), verdict }
    }

    /// What the register accepts of a binding: all of it, or the accounts that it names.
    fn accept_by_register(&self, finding: &mut Finding) {
        let is_whole = finding.verdict == Verdict::Excepted;
        if is_whole && finding.accepted.iter().any(|accepted| !accepted.id.starts_with(REGISTER)) {
            return;
        }
        let mut by_client: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for reached in finding.reach.iter().filter(|reached| reached.accepted_by.is_some()) {
            by_client.entry(&reached.client_id).or_default().insert(&reached.account);
        }
        let accepted = by_client.into_iter().filter_map(|(client_id, accounts)| {
            let parts = accounts.into_iter().map(str::to_owned).collect();
            Some(Acceptance { parts, ..self.of_register(&format!("{REGISTER}{client_id}"))? })
        });
        finding.accepted.retain(|accepted| !accepted.id.starts_with(REGISTER));
        finding.accepted.extend(accepted);
    }

    /// Whether the register names who is accepted, and not only a group.
    fn named_by_register(&self, reached: Reached) -> Reached {
        let register = self.input.policy.register.as_ref();
        let client = register.and_then(|register| register.client(&reached.client_id));
        let is_named = client
            .zip(reached.principal())
            .is_some_and(|(client, principal)| client.custodian(principal).is_some());
        Reached { is_accepted_unnamed: reached.accepted_by.is_some() && !is_named, ..reached }
    }

    /// The verdicts of the other checks, under the exceptions of today: one for another check than the finding's own
    /// accepts that check alone.
    fn accept_also(&mut self, finding: &mut Finding) {
        let at = self.run.started_at();
        let mut also_checks = std::mem::take(&mut finding.also_checks);
        let all = Finding { also_checks: also_checks.clone(), ..finding.clone() };
        for also in &mut also_checks {
            let covering = self.input.exceptions.covering(&also.check_id, &finding.subject, at);
            let live = covering.filter(|exception| !exception.is_expired(at));
            let later = live.map(|exception| Later::of(&all, &also.check_id, exception));
            let live = live.filter(|_| later.is_some_and(|later| later.is_nothing()));
            self.count_covered(live.or(covering.filter(|exception| exception.is_expired(at))));
            if let Some(exception) = live.filter(|_| also.verdict != Verdict::Excepted) {
                finding.evidence.push(Evidence::new(
                    "accepted",
                    format_args!(
                        "check {} by exception {}, {}, until {}",
                        also.check_id, exception.id, exception.owner, exception.expires
                    ),
                ));
                let parts = vec![also.check_id.clone()];
                finding.accepted.push(Acceptance { parts, ..exception.acceptance() });
            }
            if live.is_some() || finding.verdict == Verdict::Excepted {
                also.verdict = Verdict::Excepted;
            }
        }
        finding.also_checks = also_checks;
    }

    /// What the run before had and this one has not, account by account: what nobody could look at again is carried
    /// over.
    pub(super) fn compare_reach(&mut self, finding: Finding, fixed: &mut Fixed) -> Result<(), StoreError> {
        let (looked_at, unchecked): (Vec<Reached>, Vec<Reached>) =
            finding.reach.iter().cloned().partition(|reached| self.sources.looked_again_at(reached));
        if !unchecked.is_empty() {
            let reach = unchecked.into_iter();
            let reach = reach.map(|reached| Reached { is_not_rechecked: true, ..reached }).collect();
            return self.carry_over(Finding { reach, added: Vec::new(), ..finding });
        }
        let has_ended = || looked_at.iter().any(|reached| self.sources.has_ended_at(reached, &finding));
        // Nobody mended what only stood because something was not read.
        if finding.verdict.is_open() && (!finding.is_only_assumed || has_ended()) {
            self.settle_gone(finding, fixed)?;
        }
        Ok(())
    }

    /// Findings of earlier versions that this one takes the place of, and exceptions that were written for them.
    fn remember_former(&mut self, facts: &BindingFacts<'_>, finding: &Finding, former: &[Former]) {
        let exceptions = self.input.exceptions.0.iter();
        let of_paths = exceptions.filter(|exception| checks::path_checks().any(|id| id == exception.check));
        for exception in of_paths {
            let names = |subject: &Subject| exception.covers(&exception.check, subject);
            let is_unsure = |named: &NamedBefore| !named.is_unique && names(&named.subject);
            let shared = facts.shared_name.as_ref().map(|name| Subject::new(facts.subject.kind, name, name));
            let is_shared = || shared.is_some_and(|shared| exception.names(&shared));
            if former.iter().any(|former| names(&former.subject))
                || facts.former.as_ref().is_some_and(is_unsure)
                || is_shared()
            {
                let id = format!("{}/{}", finding.check_id, facts.subject.id);
                self.bindings.moved.entry(exception.line).or_default().insert(id);
            }
        }
        let fingerprints = former.iter().flat_map(|former| &former.fingerprints);
        self.bindings.former.extend(fingerprints.map(|(_, fingerprint)| fingerprint.clone()));
    }
}

/// Names what a finding has and did not have in the run before. If that run read less, `seen` is what the last run said
/// that read as much as this one: what is new since then is news. Without one nobody knows of what may have been in a part
/// that was not read: the finding says so, and has not worsened by it.
pub(super) fn tell_added(before: &PreviousFinding, seen: Option<&PreviousFinding>, finding: &mut Finding) {
    let as_good = seen.unwrap_or(before);
    let is_same_sight = as_good.unread == finding.unread;
    let has_reach = !finding.reach.is_empty() && !before.reach.is_empty();
    let known = if has_reach { before.severity.max(as_good.severity) } else { as_good.severity };
    let is_more_severe = finding.severity > known && is_same_sight;
    let severity = is_more_severe.then_some(Added::Severity { from: known, to: finding.severity });
    if !has_reach {
        tell_added_items(before, finding);
        finding.added.extend(severity);
        return;
    }
    let mut news = added(&known_reach(before, seen), &finding.reach);
    // Another check may apply only because of what is assumed instead.
    let reads_less = finding.unread.iter().any(|part| !as_good.unread.contains(part));
    let is_known_check = |id: &str| reads_less || as_good.check_ids.iter().any(|known| known == id);
    let new_checks = finding.check_ids().filter(|id| !is_known_check(id));
    news.extend(new_checks.map(|check_id| Added::Check { check_id: check_id.to_owned() }));
    news.extend(severity);
    // What is only assumed to be worse has not grown.
    news.retain(|added| is_same_sight || !matches!(added, Added::WorseScope { .. }));
    let unread_before: Vec<Part> =
        as_good.unread.iter().copied().filter(|part| !finding.unread.contains(part)).collect();
    let (hidden, news): (Vec<_>, Vec<_>) =
        news.into_iter().partition(|added| unread_before.iter().any(|part| added.may_hide_in(*part)));
    let unread: Vec<&str> = unread_before.iter().map(|part| part.title()).collect();
    let told = hidden.iter().map(|added| {
        Evidence::new("seen_first", format_args!("{added}; not read last time: {}", unread.join(", ")))
    });
    finding.evidence.extend(told.take(MAX_SEEN_FIRST));
    finding.added = news;
}

/// Names the items that the run before did not have. What may have been there unseen is no news.
fn tell_added_items(before: &PreviousFinding, finding: &mut Finding) {
    finding.added.clear();
    let (Some(known), Some(items)) = (&before.items, &finding.items) else { return };
    let (news, hidden) = items.since(known);
    let told = hidden
        .iter()
        .map(|item| Evidence::new("seen_first", format_args!("{}; not read last time", item.added())));
    let told: Vec<Evidence> = told.take(MAX_SEEN_FIRST).collect();
    finding.added = news.into_iter().map(Item::added).collect();
    finding.evidence.extend(told);
}

/// What was reached before, and by whom the last run knew that read as much as this one. What was only assumed to be
/// worse, or was not told because less was read, is as severe as that run found it.
pub(super) fn known_reach(before: &PreviousFinding, seen: Option<&PreviousFinding>) -> Vec<Reached> {
    let Some(seen) = seen else { return before.reach.clone() };
    let of_seen: BTreeMap<_, _> = seen.reach.iter().map(|reached| (reached.key(), reached)).collect();
    let newest = before.reach.iter().map(|reached| match of_seen.get(&reached.key()) {
        Some(seen) if reached.is_assumed || reached.scope().is_some() => {
            let severity = seen.last_certain();
            Reached {
                severity,
                is_assumed: false,
                accepted_by: reached.accepted_by.clone(),
                known: reached.known,
                ..(*seen).clone()
            }
        }
        // Whoever reads less may find it less severe than it is known to be.
        Some(seen) => Reached { severity: reached.severity.max(seen.severity), ..reached.clone() },
        None => reached.clone(),
    });
    seen.reach.iter().cloned().chain(newest).collect()
}

/// How severe was what is only assumed now, when it was last certain.
pub(super) fn remember_certain(before: &PreviousFinding, finding: &mut Finding) {
    let known: BTreeMap<_, _> = before.reach.iter().map(|reached| (reached.key(), reached)).collect();
    for reached in finding.reach.iter_mut().filter(|reached| reached.is_assumed) {
        let Some(known) = known.get(&reached.key()) else { continue };
        reached.certain_severity =
            if known.is_assumed { known.certain_severity } else { Some(known.severity) };
    }
}

/// What earlier versions had a finding of for each check: one path, or one role above an account.
struct Former {
    subject: Subject,
    fingerprints: Vec<(&'static str, Fingerprint)>,
    reached: Reached,
}

fn former<'r>(facts: &BindingFacts<'_>, reach: impl Iterator<Item = &'r Reached>) -> Vec<Former> {
    let mut seen = BTreeSet::new();
    let mut former = Vec::new();
    for reached in reach.filter(|reached| seen.insert(reached.key())) {
        let subject = match &reached.by {
            ReachedBy::Path { principal, edge } => former_path(reached, principal, edge.as_str()),
            ReachedBy::Scope { .. } => continue,
            ReachedBy::RoleAbove => {
                let Some(binding) = facts.binding else { continue };
                let edge = format!("{} on {}", binding.role, binding.resource.title());
                former_path(reached, &binding.member, &edge)
            }
        };
        let fingerprints = checks::path_checks().map(|check| (check, Fingerprint::of(check, &subject)));
        former.push(Former { fingerprints: fingerprints.collect(), subject, reached: reached.clone() });
    }
    former
}

fn former_path(reached: &Reached, principal: &str, edge: &str) -> Subject {
    subjects::former_path(&reached.client_id, &reached.account, principal, edge)
}

/// What a run of an earlier version said of the paths over one binding, as if it had been one finding.
fn told_before(previous: &Run<'_>, former: &[Former]) -> Result<Option<PreviousFinding>, StoreError> {
    let mut told: Option<PreviousFinding> = None;
    let identities = former.iter().flat_map(|former| {
        former.fingerprints.iter().map(move |(check, fingerprint)| (*check, fingerprint, &former.reached))
    });
    for (check, fingerprint, reached) in identities {
        let Some(mut of_path) = previous.finding(fingerprint)? else { continue };
        of_path.check_ids = vec![check.to_owned()];
        of_path.reach = vec![Reached { severity: of_path.severity, ..reached.clone() }];
        told = Some(match told {
            None => of_path,
            Some(whole) => joined(whole, of_path),
        });
    }
    Ok(told)
}

pub(super) fn joined(whole: PreviousFinding, path: PreviousFinding) -> PreviousFinding {
    let unread: BTreeSet<Part> = whole.unread.into_iter().chain(path.unread.iter().copied()).collect();
    let is_open = |verdict| verdict != Verdict::Excepted;
    PreviousFinding {
        verdict: whole.verdict.min(path.verdict),
        severity: match (is_open(whole.verdict), is_open(path.verdict)) {
            (true, false) => whole.severity,
            (false, true) => path.severity,
            _ => whole.severity.max(path.severity),
        },
        exception_id: whole.exception_id.or(path.exception_id),
        unread: unread.into_iter().collect(),
        is_only_assumed: whole.is_only_assumed && path.is_only_assumed,
        check_ids: whole.check_ids.into_iter().chain(path.check_ids).collect(),
        known: whole.known.into_iter().chain(path.known).collect(),
        reach: whole.reach.into_iter().chain(path.reach).collect(),
        items: whole.items.or(path.items),
    }
}
