//! Events are in reports for some days, then listed once as expired, and never fixed.

use chrono::Duration;

use super::Evaluation;
use super::missing_parts::SubjectScope;
use crate::checks::Check;
use crate::findings::{Change, CheckResult, Finding, Fingerprint, Subject, SubjectKind};
use crate::store::{EventStage, StoreError};

impl<'a> Evaluation<'a> {
    /// What was judged now, less the events that were in reports for long enough: they are listed once as expired.
    pub(super) fn without_old_events(
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
                    let (finding, _) = self.finding(check, judged, share, result)?;
                    self.expire(finding)?;
                }
                EventStage::Over => {}
            }
        }
        if kept.is_empty() {
            kept.push(CheckResult::pass("No event is left to report"));
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

    /// An event that no log shows any more, as an earlier version of the program kept it. What happened, happened:
    /// nobody mends it, and it stays open for its time.
    pub(super) fn carry_event(&mut self, finding: Finding) -> Result<(), StoreError> {
        if finding.change == Change::Expired || self.former_events.contains(&finding.fingerprint) {
            return Ok(());
        }
        match self.stage(&finding.check_id, &finding.subject)? {
            EventStage::Open => self.carry(finding, Change::Open).map(drop),
            EventStage::Expires => {
                let finding = self.accepted_anew(finding);
                self.expire(finding)
            }
            EventStage::Over => Ok(()),
        }
    }
}
