//! What a person should see, under the exceptions and the register of today.

use std::collections::BTreeSet;

use super::growth::Later;
use super::missing_parts::SubjectScope;
use super::{Evaluation, clients, items};
use crate::checks::{Check, audit_loses};
use crate::findings::{
    Acceptance, Change, CheckResult, Evidence, Finding, KnownItems, REGISTER, Reached, Subject, Verdict,
};
use crate::policy::{Exception, Exceptions};
use crate::store::{PreviousFinding, StoreError};
use crate::tenant::{Gap, Part};

/// Evidence that says what exceptions accept.
const ACCEPTANCE_EXPIRED: &str = "acceptance_expired";
const ACCEPTED_BY_EXCEPTION: &str = "accepted_by_exception";
const NOT_ACCEPTED: &str = "not_accepted";

/// The most parts of a finding that a line of evidence names.
const MOST_PARTS: usize = 5;

/// What a finding rests on, beside what its check says.
pub(super) struct Basis<'f> {
    /// The Cloud project that was read for it.
    pub(super) project: Option<&'f str>,
    /// The parts that bear on it and were not read.
    pub(super) unread: BTreeSet<Part>,
    /// Why, of those that its severity depends on.
    pub(super) weighing: &'f [Gap],
}

impl<'a> Evaluation<'a> {
    pub(super) fn find(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        share: SubjectScope<'_>,
        result: CheckResult,
    ) -> Result<Verdict, StoreError> {
        let (finding, before) = self.finding(check, judged, share, result)?;
        if before.as_ref().is_some_and(|before| is_accepted_unread(before, &finding))
            && let Some(previous) = &self.previous
            && let Some(kept) = previous.kept_finding(&finding.fingerprint)?
        {
            return self.carry(kept, Change::NotRechecked);
        }
        let verdict = finding.verdict;
        self.keep_after(finding, before)?;
        Ok(verdict)
    }

    /// What a person should see, under the exceptions of today; and what the run before said of it.
    pub(super) fn finding(
        &mut self,
        check: &'static Check,
        judged: &Subject,
        share: SubjectScope<'_>,
        result: CheckResult,
    ) -> Result<(Finding, Option<PreviousFinding>), StoreError> {
        let (unread, weighing) = self.unread(check, share, &result);
        let weighing: Vec<Gap> = weighing.into_iter().cloned().collect();
        let basis = Basis { project: share.project(), unread, weighing: &weighing };
        let mut finding = self.finding_of(check, judged, basis, result);
        let before = match &self.previous {
            Some(previous) => previous.finding(&finding.fingerprint)?,
            None => None,
        };
        let seen = match &before {
            Some(before) => self.seen_as_well(before, &finding.fingerprint, &finding.unread)?,
            None => None,
        };
        self.keep_items(before.as_ref(), &mut finding);
        self.date(before.as_ref(), seen.as_ref(), &mut finding);
        self.accept(&mut finding, before.as_ref());
        Ok((finding, before))
    }

    /// A finding, under the register of today and before exceptions.
    pub(super) fn finding_of(
        &self,
        check: &'static Check,
        judged: &Subject,
        basis: Basis<'_>,
        result: CheckResult,
    ) -> Finding {
        let Basis { project, unread, weighing } = basis;
        let at = self.run.started_at();
        let subject = result.subject.clone().unwrap_or_else(|| judged.clone());
        let mut remediation = result.remediation(check.id, &subject);
        // Another fix breaks other things.
        let common = check.may_break.filter(|_| result.fix.is_none() && result.verdict.is_open());
        let mut may_break = result.may_break.or_else(|| common.map(str::to_owned)).unwrap_or_default();
        let of_audit = audit_loses(check, &subject, &result.evidence, self.input.policy);
        if let Some(loss) = of_audit.filter(|_| result.verdict.is_open()) {
            may_break = [loss, may_break].join(" ").trim_end().to_owned();
            remediation = remediation.of_subject(check.id, &subject);
        }
        let mut evidence = result.evidence;
        evidence.extend(weighing.iter().map(|gap| {
            let why = format_args!("may differ, {} was not read: {}", gap.part, gap.message);
            Evidence::new("severity", why)
        }));
        let assumptions = result.assumptions.iter();
        evidence.extend(assumptions.map(|assumption| Evidence::new("assumption", assumption)));
        let exception_id = result.accepted_by;
        let verdict = if exception_id.is_some() { Verdict::Excepted } else { result.verdict };
        let accepted = exception_id.as_deref().and_then(|id| self.of_register(id)).into_iter().collect();
        Finding {
            judged_id: judged.id.clone(),
            project: project.map(str::to_owned),
            message: result.message,
            evidence,
            fix: result.fix.unwrap_or_else(|| check.fix.to_owned()),
            remediation: Some(remediation),
            command: result.command.unwrap_or_default(),
            may_break,
            place: result.place.unwrap_or(check.place).to_owned(),
            controls: check.controls.iter().map(|control| (*control).to_owned()).collect(),
            exception_id,
            is_only_assumed: !result.assumptions.is_empty(),
            assumptions: result.assumptions,
            items: result.list.map(|list| items::listed(list, &unread)),
            unread: unread.into_iter().collect(),
            accepted,
            ..Finding::new(check.id, verdict, result.severity, subject, at)
        }
    }

    /// Applies exceptions to a finding: one accepts all of it, or what was there when it was written. What came later is
    /// open.
    pub(super) fn accept(&mut self, finding: &mut Finding, before: Option<&PreviousFinding>) -> Later {
        let by_register = finding.verdict == Verdict::Excepted;
        let covering = self.covering(finding);
        let covering = covering.or_else(|| Some((self.covering_before(finding, before?)?, Later::default())));
        let Some((exception, later)) = covering else { return Later::default() };
        if exception.is_expired(self.run.started_at()) {
            self.count_covered(Some(exception));
            if !by_register {
                finding.exception_id = Some(exception.id.clone());
                finding.evidence.push(Evidence::new(ACCEPTANCE_EXPIRED, exception.acceptance()));
                let message = &finding.message;
                finding.message = format!("{message} (its exception expired on {})", exception.expires);
            }
            return Later::default();
        }
        self.apply(finding, exception, later)
    }

    /// Applies a live exception. Returns what it does not accept.
    fn apply(&mut self, finding: &mut Finding, exception: &Exception, later: Later) -> Later {
        if !later.is_all {
            self.count_covered(Some(exception));
        }
        if later.is_nothing() {
            finding.exception_id = Some(exception.id.clone());
            finding.accepted = vec![exception.acceptance()];
            finding.verdict = Verdict::Excepted;
            return later;
        }
        // What the register accepts, it accepts whatever came.
        if finding.verdict == Verdict::Excepted {
            return Later::default();
        }
        if !later.is_all {
            let parts = accepted_parts(finding, &later);
            let Exception { id, owner, expires, .. } = exception;
            let value = format_args!("{} by exception {id}, {owner}, until {expires}", some(&parts));
            finding.evidence.push(Evidence::new(ACCEPTED_BY_EXCEPTION, value));
            finding.accepted.push(Acceptance { parts, ..exception.acceptance() });
        }
        let added: Vec<String> = later.added.iter().map(ToString::to_string).collect();
        let what = if added.is_empty() { "the finding".to_owned() } else { some(&added) };
        let created = exception.created.map(|created| format!(", created {created}")).unwrap_or_default();
        let value = format_args!("{what}: first seen after exception {}{created}", exception.id);
        finding.evidence.push(Evidence::new(NOT_ACCEPTED, value));
        finding.severity = later.severity().unwrap_or(finding.severity);
        later
    }

    /// The exception for a finding: a live one that accepts most of it, else an expired one. Also what it does not accept.
    fn covering(&self, finding: &Finding) -> Option<(&'a Exception, Later)> {
        let at = self.run.started_at();
        let exceptions: &'a Exceptions = self.input.exceptions;
        let all = exceptions.0.iter().filter(|known| known.covers(&finding.check_id, &finding.subject));
        let (expired, live): (Vec<_>, Vec<_>) = all.partition(|exception| exception.is_expired(at));
        let live = live.into_iter().map(|live| (live, Later::of(finding, &finding.check_id, live)));
        let expired = expired.into_iter().next().map(|expired| (expired, Later::default()));
        live.min_by_key(|(_, later)| (later.is_all, later.added.len())).or(expired)
    }

    /// The exception that covered the same finding in the run before: an account that was not read this time has no
    /// address by which the file could name it. It covers no other check, and nothing that it did not cover then.
    fn covering_before(&self, finding: &Finding, before: &PreviousFinding) -> Option<&'a Exception> {
        if finding.unread.is_empty() {
            return None;
        }
        let was_reached = |reached: &Reached| {
            let mut known = before.reach.iter().filter(|known| known.key() == reached.key());
            known.any(|known| reached.severity <= known.severity)
        };
        let has_grown = items::news(before, finding).next().is_some();
        if finding.severity > before.severity || has_grown || !finding.reach.iter().all(was_reached) {
            return None;
        }
        let exceptions: &'a Exceptions = self.input.exceptions;
        let mut of_check = exceptions.0.iter().filter(|exception| exception.check == finding.check_id);
        let id = before.exception_id.as_deref()?;
        of_check.find(|exception| exception.id == id)
    }

    pub(super) fn count_covered(&mut self, exception: Option<&Exception>) {
        if let Some(exception) = exception {
            *self.covered.entry(exception.line).or_default() += 1;
        }
    }

    /// A finding that nobody could look at again, under the exceptions and the register of today.
    pub(super) fn accepted_anew(&mut self, finding: Finding) -> Finding {
        if clients::is_of_scopes(&finding) {
            return self.accept_scopes_anew(finding);
        }
        let by_register = finding.verdict == Verdict::Excepted && self.register_still_accepts(&finding);
        let mut finding = if by_register { finding } else { self.reach_anew(finding) };
        let of_before = [ACCEPTANCE_EXPIRED, ACCEPTED_BY_EXCEPTION, NOT_ACCEPTED];
        finding.evidence.retain(|fact| !of_before.contains(&fact.name.as_str()));
        if !by_register {
            finding.accepted.clear();
            finding.exception_id = None;
            if finding.verdict == Verdict::Excepted {
                // What it was before it was accepted is not kept: the stricter.
                finding.verdict = Verdict::Fail;
            }
        }
        match self.covering(&finding) {
            Some((expired, _)) if expired.is_expired(self.run.started_at()) => {
                self.count_covered(Some(expired));
                if !by_register {
                    finding.exception_id = Some(expired.id.clone());
                }
            }
            Some((exception, later)) => drop(self.apply(&mut finding, exception, later)),
            None => {}
        }
        finding
    }

    /// The entry of the register that accepts something, as a finding carries it.
    pub(super) fn of_register(&self, id: &str) -> Option<Acceptance> {
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

    /// What a binding reached, under the register of today.
    fn reach_anew(&self, finding: Finding) -> Finding {
        // What an exception accepted of it weighed nothing.
        let of_items = finding.items.as_ref().and_then(|known| KnownItems::severity(&known.items));
        let severity = of_items.map_or(finding.severity, |severity| severity.max(finding.severity));
        let finding = Finding { severity, ..finding };
        let reach: Vec<Reached> =
            finding.reach.into_iter().map(|reached| self.under_register(reached)).collect();
        let open = reach.iter().filter(|reached| reached.accepted_by.is_none());
        let severity = open.map(|reached| reached.severity).max().unwrap_or(finding.severity);
        Finding { severity, reach, ..finding }
    }

    /// What was reached, accepted only while the register names the custodian.
    pub(super) fn under_register(&self, reached: Reached) -> Reached {
        let accepted_by = reached.accepted_by.filter(|named| {
            let custodians = self.custodians_of(&reached.client_id);
            custodians.is_some_and(|custodians| custodians.contains(named))
        });
        Reached { accepted_by, ..reached }
    }

    fn custodians_of(&self, client_id: &str) -> Option<&'a Vec<String>> {
        let register = self.input.policy.register.as_ref();
        register?.client(client_id).map(|entry| &entry.custodians)
    }

    /// Whether the entry of the register that accepted a finding is there, with the custodian that it names.
    fn register_still_accepts(&self, finding: &Finding) -> bool {
        if !finding.reach.is_empty() {
            let mut reach = finding.reach.iter().cloned();
            return reach.all(|reached| self.under_register(reached).accepted_by.is_some());
        }
        let client_id = finding.exception_id.as_deref().and_then(|id| id.strip_prefix(REGISTER));
        let known = client_id.and_then(|client_id| self.custodians_of(client_id));
        let mut custodians = finding.evidence.iter().filter(|fact| fact.name == Evidence::CUSTODIAN);
        known.is_some_and(|known| custodians.all(|named| known.contains(&named.value)))
    }
}

/// Whether the register accepts what was open only because something was not read this time.
fn is_accepted_unread(before: &PreviousFinding, finding: &Finding) -> bool {
    let by_register = finding.verdict == Verdict::Excepted
        && finding.exception_id.as_ref().is_some_and(|id| id.starts_with(REGISTER));
    let reads_less = finding.unread.iter().any(|part| !before.unread.contains(part));
    before.verdict.is_open() && by_register && reads_less
}

/// What of a finding an exception accepts: accounts, or who may use which. Empty: what a check says of it.
fn accepted_parts(finding: &Finding, later: &Later) -> Vec<String> {
    let accepted =
        finding.reach.iter().filter(|reached| reached.accepted_by.is_none() && !later.has(reached));
    let items = finding.items.iter().flat_map(|known| &known.items).filter(|item| !later.has_item(item));
    let in_part: BTreeSet<&str> = later.reach.iter().map(|reached| reached.account.as_str()).collect();
    let parts: BTreeSet<String> = accepted
        .map(|reached| match reached.principal() {
            Some(principal) if in_part.contains(reached.account.as_str()) => {
                format!("{principal} → {}", reached.account)
            }
            _ => reached.account.clone(),
        })
        .chain(items.map(|item| item.shown().to_owned()))
        .collect();
    parts.into_iter().collect()
}

/// The first of them, and how many more.
fn some(parts: &[String]) -> String {
    let named: Vec<&str> = parts.iter().take(MOST_PARTS).map(String::as_str).collect();
    match parts.len().saturating_sub(MOST_PARTS) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
