//! Findings and the run before: what is new, what worsened, what is fixed, and what nobody could look at again.

use super::compare::{has_worsened, is_reopened};
use super::question::{self, Asked};
use super::{Evaluation, FIXED_KEPT, bindings, clients};
use crate::checks::Check;
use crate::findings::{Change, Finding, Fingerprint, FixedFinding, SubjectKind, Verdict};
use crate::store::{GoneFinding, PreviousFinding, StoreError};
use crate::tenant::Part;

/// Findings that are gone.
#[derive(Default)]
pub(super) struct Fixed {
    pub(super) count: u64,
    pub(super) worst: Vec<FixedFinding>,
}

impl Fixed {
    /// They come worst first.
    pub(super) fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.worst.len() < FIXED_KEPT {
            self.worst.push(finding.into());
        }
    }
}

impl<'a> Evaluation<'a> {
    /// Compares with the history, counts and keeps.
    pub(super) fn keep(&mut self, finding: Finding) -> Result<(), StoreError> {
        let before = match &self.previous {
            Some(previous) => previous.finding(&finding.fingerprint)?,
            None => None,
        };
        self.keep_after(finding, before)
    }

    pub(super) fn keep_after(
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
            let seen = self.seen_as_well(before, &finding.fingerprint, &finding.unread)?;
            bindings::remember_certain(before, &mut finding);
            bindings::tell_added(before, seen.as_ref(), &mut finding);
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
        self.count_excepted(&finding);
        self.findings.push(finding);
        self.flush_if_full()
    }

    /// What is accepted, and what of that has grown all the same: nobody has to act, and somebody should know.
    fn count_excepted(&mut self, finding: &Finding) {
        if finding.verdict == Verdict::Excepted {
            self.changes.excepted += 1;
            self.changes.excepted_worsened += u64::from(finding.change == Change::Worsened);
        }
    }

    /// Where the run before read less than this one: what the last run said that did not.
    pub(super) fn seen_as_well(
        &self,
        before: &PreviousFinding,
        fingerprint: &Fingerprint,
        unread: &[Part],
    ) -> Result<Option<PreviousFinding>, StoreError> {
        let read_less = |seen: &PreviousFinding| seen.unread.iter().any(|part| !unread.contains(part));
        let mut earlier = match &self.previous {
            Some(previous) if read_less(before) => previous.previous()?,
            _ => None,
        };
        while let Some(run) = earlier {
            match run.finding(fingerprint)? {
                Some(seen) if read_less(&seen) => {}
                seen => return Ok(seen),
            }
            earlier = run.previous()?;
        }
        Ok(None)
    }

    /// What the last run had and this one has not: fixed if its source was read again, else carried over.
    pub(super) fn compare(&mut self, fixed: &mut Fixed, of: fn(&Check) -> bool) -> Result<(), StoreError> {
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
                Some(_) => self.settle_gone(finding, fixed)?,
            }
        }
        Ok(())
    }

    /// What was looked at again and is gone: fixed, unless another setting decides now.
    pub(super) fn settle_gone(&mut self, finding: Finding, fixed: &mut Fixed) -> Result<(), StoreError> {
        match question::asked(&finding, self.settings_before.as_ref(), self.input.settings) {
            Asked::Otherwise(reason) => self.carry_over(question::tell(finding, reason))?,
            Asked::Alike if finding.verdict.is_open() => fixed.add(finding),
            Asked::Alike | Asked::ToldOtherwise => {}
        }
        Ok(())
    }

    pub(super) fn carry_over(&mut self, finding: Finding) -> Result<(), StoreError> {
        self.carry(finding, Change::NotRechecked).map(drop)
    }

    pub(super) fn carry(&mut self, finding: Finding, change: Change) -> Result<Verdict, StoreError> {
        let before = finding.verdict;
        let finding = self.accepted_anew(finding);
        let is_reopened = change == Change::NotRechecked && is_reopened(before, &finding);
        let change = if is_reopened { Change::Worsened } else { change };
        let finding = Finding { change, added: Vec::new(), ..finding };
        if finding.verdict.is_open() {
            self.changes.worsened += u64::from(is_reopened);
            self.changes.open += 1;
            *self.open_by_severity.entry(finding.severity).or_default() += 1;
        }
        self.count_excepted(&finding);
        let verdict = finding.verdict;
        self.findings.push(finding);
        self.flush_if_full()?;
        Ok(verdict)
    }
}
