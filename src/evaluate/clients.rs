//! Clients as findings: what a check says of each scope of one client, in one.

use std::collections::{BTreeMap, BTreeSet};

use super::Evaluation;
use super::bindings::joined;
use super::exceptions::Basis;
use super::missing_parts::SubjectScope;
use crate::checks::{Check, subjects};
use crate::findings::{
    Acceptance, CheckResult, Evidence, Finding, Fingerprint, Reached, ReachedBy, Subject, Verdict,
};
use crate::policy::{Exception, Exceptions};
use crate::store::{PreviousFinding, StoreError};
use crate::tenant::{Gap, Part};

/// Evidence that each scope has of its own; other facts are the client's, and told once.
const OF_A_SCOPE: [&str; 4] = ["scope", "risk_class", "seen", "disagreement"];

/// Whether a finding is about scopes of a client.
pub(super) fn is_of_scopes(finding: &Finding) -> bool {
    finding.reach.iter().any(|reached| reached.scope().is_some())
}

/// What exceptions say of the scopes of one client.
#[derive(Default)]
struct Decision<'e> {
    live: BTreeMap<&'e str, (&'e Exception, Vec<String>)>,
    expired: BTreeMap<&'e str, (&'e Exception, Vec<String>)>,
    /// Exceptions for the client, and scopes that came after them.
    outgrown: BTreeMap<&'e str, (&'e Exception, Vec<String>)>,
}

impl<'a> Evaluation<'a> {
    /// One finding of all that a check found wrong with the scopes of a client. A pass only if all scopes pass.
    pub(super) fn rule_on_scopes(
        &mut self,
        index: usize,
        client: &Subject,
        share: SubjectScope<'_>,
        results: Vec<CheckResult>,
    ) -> Result<(), StoreError> {
        let check = self.input.checks[index];
        let (open, others): (Vec<_>, Vec<_>) =
            results.into_iter().partition(|result| result.verdict.is_open());
        let is_missing = |result: &&CheckResult| result.verdict == Verdict::NotAssessed;
        let missing: BTreeSet<String> = others
            .iter()
            .filter(is_missing)
            .filter_map(|result| result.subject.as_ref())
            .map(|subject| subject.id.clone())
            .collect();
        self.not_assessed.extend(missing.iter().map(|id| (check.id, id.clone())));
        for _ in others.iter().filter(is_missing) {
            self.tallies[index].count(Verdict::NotAssessed);
        }
        if !open.is_empty() {
            let (finding, before) = self.client_finding(check, client, share, open, &missing)?;
            self.tallies[index].count(finding.verdict);
            return self.keep_after(finding, before);
        }
        if let Some(other) = others.iter().map(|result| result.verdict).min()
            && other != Verdict::NotAssessed
        {
            self.tallies[index].count(other);
        }
        Ok(())
    }

    fn client_finding(
        &mut self,
        check: &'static Check,
        client: &Subject,
        share: SubjectScope<'_>,
        open: Vec<CheckResult>,
        missing: &BTreeSet<String>,
    ) -> Result<(Finding, Option<PreviousFinding>), StoreError> {
        let (mut unread, mut weighing) = (BTreeSet::<Part>::new(), Vec::<Gap>::new());
        for result in &open {
            let (of_scope, gaps) = self.unread(check, share, result);
            unread.extend(of_scope);
            for gap in gaps {
                if !weighing.contains(gap) {
                    weighing.push(gap.clone());
                }
            }
        }
        let mut reach: Vec<Reached> = open.iter().flat_map(|result| result.reach.iter().cloned()).collect();
        let before = self.client_before(check, client, &reach)?;
        let former = reach.iter().filter_map(scope_subject);
        self.former_scopes.extend(former.map(|subject| Fingerprint::of(check.id, &subject)));
        let known: BTreeSet<_> = reach.iter().map(|reached| reached.by.clone()).collect();
        let kept = before.iter().flat_map(|before| &before.reach).filter(|reached| {
            let scope = reached.scope().unwrap_or_default();
            let is_missing = || missing.contains(&subjects::grant_id(&reached.client_id, scope));
            !known.contains(&reached.by) && (is_missing() || !self.sources.looked_again_at(reached))
        });
        let kept: Vec<Reached> =
            kept.map(|reached| Reached { is_not_rechecked: true, ..reached.clone() }).collect();
        reach.extend(kept);
        let all_unread: Vec<Part> = unread.iter().copied().collect();
        let seen = match &before {
            Some(before) => self.seen_as_well(before, &Fingerprint::of(check.id, client), &all_unread)?,
            None => None,
        };
        self.date_reach(before.as_ref(), seen.as_ref(), &all_unread, &mut reach, check.id);
        let decision = self.decide_scopes(
            check.id,
            &mut reach,
            &accepted(before.iter().flat_map(|before| &before.reach)),
            !unread.is_empty(),
        );

        let is_accepted = |scope: &str| {
            reach.iter().any(|reached| reached.scope() == Some(scope) && reached.accepted_by.is_some())
        };
        let result = one_result(check, open, &reach, is_accepted);
        let is_assumed = result.reach.iter().all(|reached| reached.is_assumed);
        let subject = client.clone();
        let CheckResult {
            message, mut evidence, assumptions, fix, may_break, advice, severity, verdict, ..
        } = result;
        evidence.extend(decision.evidence());
        let bare = CheckResult {
            assumptions,
            fix,
            may_break,
            advice,
            evidence,
            ..CheckResult::fail(severity, message)
        };
        let basis = Basis { project: share.project(), unread, weighing: &weighing };
        let mut finding = self.finding_of(check, client, basis, bare);
        finding.is_only_assumed &= is_assumed;
        finding.subject = subject;
        finding.verdict = verdict;
        finding.reach = reach;
        decision.apply(&mut finding);
        Ok((finding, before))
    }

    /// What the run before said of the client; in a run of an earlier version, of each of its scopes.
    fn client_before(
        &self,
        check: &Check,
        client: &Subject,
        reach: &[Reached],
    ) -> Result<Option<PreviousFinding>, StoreError> {
        let Some(previous) = &self.previous else { return Ok(None) };
        let fingerprint = Fingerprint::of(check.id, client);
        if let Some(before) = previous.finding(&fingerprint)? {
            return Ok(Some(before));
        }
        let former: Vec<(Fingerprint, &Reached)> = reach
            .iter()
            .filter_map(|reached| Some((Fingerprint::of(check.id, &scope_subject(reached)?), reached)))
            .collect();
        let mut told: Option<PreviousFinding> = None;
        for (fingerprint, reached) in &former {
            let Some(mut of_scope) = previous.finding(fingerprint)? else { continue };
            let accepted_by = of_scope.exception_id.clone().filter(|_| of_scope.verdict == Verdict::Excepted);
            of_scope.reach = vec![Reached { severity: of_scope.severity, accepted_by, ..(*reached).clone() }];
            told = Some(match told {
                None => of_scope,
                Some(whole) => joined(whole, of_scope),
            });
        }
        if told.is_some() {
            self.run.take_over_first_seen(&fingerprint, former.iter().map(|(former, _)| former))?;
        }
        Ok(told)
    }

    /// Which scopes an exception accepts. `before` is which it accepted in the run before: that counts as well where a
    /// scope had an address that was not read this time.
    fn decide_scopes(
        &mut self,
        check_id: &str,
        reach: &mut [Reached],
        before: &BTreeMap<ReachedBy, String>,
        is_unread: bool,
    ) -> Decision<'a> {
        let at = self.run.started_at();
        let mut decision = Decision::default();
        let exceptions: &'a Exceptions = self.input.exceptions;
        for reached in reach {
            let Some(subject) = scope_subject(reached) else { continue };
            let scope = reached.scope().unwrap_or_default().to_owned();
            let by_id = |id: &String| exceptions.0.iter().find(|exception| exception.id == *id);
            let accepted_before = before.get(&reached.by);
            let is_known = |exception: &Exception| !self.is_newer(reached, exception);
            let covering = exceptions
                .covering_if(check_id, &subject, at, is_known)
                .or_else(|| accepted_before.filter(|_| is_unread).and_then(by_id));
            let outgrown =
                exceptions.covering(check_id, &subject, at).filter(|exception| !exception.is_expired(at));
            reached.accepted_by = None;
            reached.is_accepted_unnamed = false;
            let (group, exception) = match (covering, outgrown) {
                (Some(exception), _) if exception.is_expired(at) => (&mut decision.expired, exception),
                (Some(exception), _) => (&mut decision.live, exception),
                (None, Some(exception)) => (&mut decision.outgrown, exception),
                (None, None) => continue,
            };
            let is_named = exception.names_scope(&scope);
            group.entry(&exception.id).or_insert_with(|| (exception, Vec::new())).1.push(scope);
            if covering.is_some_and(|exception| !exception.is_expired(at)) {
                reached.accepted_by = Some(exception.id.clone());
                reached.is_accepted_unnamed = !is_named;
            }
        }
        for (exception, _) in decision.live.values().chain(decision.expired.values()) {
            self.count_covered(Some(exception));
        }
        decision
    }

    /// Whether a scope became more severe after an exception, or came after one that names its client and not the scope:
    /// whoever wrote it did not know. What the first run of a history finds may be older.
    fn is_newer(&self, reached: &Reached, exception: &Exception) -> bool {
        let (Some(previous), Some(created), Some(scope)) =
            (&self.previous, exception.created, reached.scope())
        else {
            return false;
        };
        if exception.names_scope(scope) || reached.known.is_worse_after(created) {
            return reached.known.is_worse_after(created);
        }
        let mut grants = self.input.tenant.grants.of(&reached.client_id);
        let held = grants.find(|grant| grant.scope == scope);
        let held_since = held.and_then(|grant| grant.held_since.or(grant.first_seen_at));
        let since = match reached.known.since {
            Some(since) => held_since.or(Some(since)),
            // It was there when a run could see it first. It may have been taken away since, and given again.
            None => held_since.filter(|since| *since > previous.started_at()),
        };
        since.is_some_and(|since| since.date_naive() > created)
    }

    /// A client's finding that nobody could look at again, under the exceptions of today.
    pub(super) fn accept_scopes_anew(&mut self, mut finding: Finding) -> Finding {
        let mut reach = std::mem::take(&mut finding.reach);
        let before = accepted(&reach);
        let decision = self.decide_scopes(&finding.check_id, &mut reach, &before, false);
        let counted = || reach.iter().filter(|reached| reached.accepted_by.is_none());
        if let Some(severity) = counted().map(|reached| reached.severity).max() {
            finding.severity = severity;
            if finding.verdict == Verdict::Excepted {
                // What it was before it was accepted is not kept: the stricter.
                finding.verdict = Verdict::Fail;
            }
        }
        finding.reach = reach;
        decision.apply(&mut finding);
        finding
    }
}

impl Decision<'_> {
    fn evidence(&self) -> Vec<Evidence> {
        let live = self.live.values().map(|(exception, scopes)| {
            let scopes = scopes.join(", ");
            let Exception { id, owner, expires, .. } = exception;
            let value = format!("{scopes} by exception {id}, {owner}, until {expires}");
            Evidence::new("accepted", value)
        });
        let expired = self.expired.values().map(|(exception, scopes)| {
            let scopes = scopes.join(", ");
            let value = format!("{scopes} by exception {}, on {}", exception.id, exception.expires);
            Evidence::new("acceptance_expired", value)
        });
        let outgrown = self.outgrown.values().map(|(exception, scopes)| {
            let Exception { id, created, .. } = exception;
            let created = created.map(|created| format!(", created {created}")).unwrap_or_default();
            Evidence::new("not_accepted", format!("{} came after exception {id}{created}", scopes.join(", ")))
        });
        live.chain(expired).chain(outgrown).collect()
    }

    /// The finding is excepted only if each of its scopes is.
    fn apply(self, finding: &mut Finding) {
        let is_accepted = finding.reach.iter().all(|reached| reached.accepted_by.is_some());
        let ids = if is_accepted { &self.live } else { &self.expired };
        finding.exception_id = ids.keys().next().map(|id| (*id).to_owned());
        if is_accepted {
            finding.verdict = Verdict::Excepted;
        }
        let accepted = self.live.into_values();
        finding.accepted =
            accepted.map(|(exception, parts)| Acceptance { parts, ..exception.acceptance() }).collect();
    }
}

/// Which exception accepts which scope.
fn accepted<'r>(reach: impl IntoIterator<Item = &'r Reached>) -> BTreeMap<ReachedBy, String> {
    let reach = reach.into_iter();
    reach.filter_map(|reached| Some((reached.by.clone(), reached.accepted_by.clone()?))).collect()
}

/// As earlier versions named the finding about a scope, and as exceptions name it.
fn scope_subject(reached: &Reached) -> Option<Subject> {
    let subject = subjects::scope(&reached.client_id, &reached.account, reached.scope()?);
    Some(subject.part_of(&reached.account))
}

/// The worst that is not accepted speaks for the client.
fn one_result(
    check: &Check,
    mut open: Vec<CheckResult>,
    reach: &[Reached],
    is_accepted: impl Fn(&str) -> bool,
) -> CheckResult {
    let scope_of = |result: &CheckResult| {
        result.reach.first().and_then(Reached::scope).map(str::to_owned).unwrap_or_default()
    };
    open.sort_by_key(|result| {
        (is_accepted(&scope_of(result)), result.verdict, std::cmp::Reverse(result.severity), scope_of(result))
    });
    let all_accepted = open.iter().all(|result| is_accepted(&scope_of(result)));
    let counted = || open.iter().filter(|result| all_accepted || !is_accepted(&scope_of(result)));
    let of_reach = reach.iter().filter(|reached| reached.accepted_by.is_none() || all_accepted);
    let severity = of_reach.map(|reached| reached.severity).max();
    let mut evidence: Vec<Evidence> = Vec::new();
    for fact in open.iter().flat_map(|result| &result.evidence) {
        if OF_A_SCOPE.contains(&fact.name.as_str()) || !evidence.contains(fact) {
            evidence.push(fact.clone());
        }
    }
    for kept in reach.iter().filter(|reached| reached.is_not_rechecked) {
        evidence.extend(kept.scope().map(|scope| Evidence::new("not_rechecked", scope)));
    }
    let mut fixes: Vec<&str> = Vec::new();
    for result in counted() {
        let fix = result.fix.as_deref().unwrap_or(check.fix);
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    // What every client of the check is told is one action.
    let fix = (fixes != [check.fix]).then(|| fixes.join(" "));
    let is_common = counted().any(|result| result.fix.is_none());
    let may_break = check.may_break.filter(|_| is_common).map(str::to_owned);
    let mut assumptions = Vec::new();
    for assumption in open.iter().flat_map(|result| &result.assumptions) {
        if !assumptions.contains(assumption) {
            assumptions.push(assumption.clone());
        }
    }
    let counted_reach = counted().flat_map(|result| result.reach.clone()).collect();
    let number = reach.len();
    let Some(worst) = open.into_iter().next() else {
        return CheckResult::pass("The client holds no such scope");
    };
    let message = match number {
        1 => worst.message,
        _ => format!("{}. It holds {number} such scopes", worst.message),
    };
    let severity = severity.unwrap_or(worst.severity);
    CheckResult { message, evidence, fix, may_break, assumptions, severity, reach: counted_reach, ..worst }
}
