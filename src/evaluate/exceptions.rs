//! What a person should see, under the exceptions and the register of today.

use std::collections::BTreeSet;

use super::missing_parts::SubjectScope;
use super::{Evaluation, clients};
use crate::checks::{Check, audit_loses};
use crate::findings::{
    Acceptance, Change, CheckResult, Evidence, Finding, Fingerprint, REGISTER, Reached, Subject, Verdict,
};
use crate::policy::{Exception, Exceptions};
use crate::store::StoreError;
use crate::tenant::{Gap, Part};

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
        let finding = self.finding(check, judged, share, result)?;
        let verdict = finding.verdict;
        self.keep(finding)?;
        Ok(verdict)
    }

    /// What a person should see, under the exceptions of today.
    pub(super) fn finding(
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

    pub(super) fn finding_of(
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
            exception = self.covering_before(check, subject, &result)?;
        }
        Ok(self.finding_under(check, judged, basis, result, exception))
    }

    /// A finding, and what an exception makes of it.
    pub(super) fn finding_under(
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
        let mut remediation = result.remediation(check.id, &subject);
        // Another fix breaks other things.
        let common = check.may_break.filter(|_| result.fix.is_none() && result.verdict.is_open());
        let mut may_break = result.may_break.or_else(|| common.map(str::to_owned)).unwrap_or_default();
        let of_audit = audit_loses(check, &subject, &result.evidence, self.input.policy);
        if let Some(loss) = of_audit.filter(|_| result.verdict.is_open()) {
            may_break = [loss, may_break].join(" ").trim_end().to_owned();
            remediation = remediation.of_subject(check.id, &subject);
        }
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
            remediation: Some(remediation),
            command: result.command.unwrap_or_default(),
            may_break,
            place: result.place.unwrap_or(check.place).to_owned(),
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
    /// address by which the file could name it. It covers no other check, and nothing that it did not cover then.
    fn covering_before(
        &self,
        check: &Check,
        subject: &Subject,
        result: &CheckResult,
    ) -> Result<Option<&'a Exception>, StoreError> {
        let Some(previous) = &self.previous else { return Ok(None) };
        let Some(before) = previous.finding(&Fingerprint::of(check.id, subject))? else { return Ok(None) };
        let was_reached = |reached: &Reached| {
            let mut known = before.reach.iter().filter(|known| known.key() == reached.key());
            known.any(|known| reached.severity <= known.severity)
        };
        if result.severity > before.severity || !result.reach.iter().all(was_reached) {
            return Ok(None);
        }
        let exceptions: &'a Exceptions = self.input.exceptions;
        let mut of_check = exceptions.0.iter().filter(|exception| exception.check == check.id);
        Ok(before.exception_id.and_then(|id| of_check.find(|exception| exception.id == id)))
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
        let finding = if by_register { finding } else { self.reach_anew(finding) };
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
