//! What one check said, counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::gap_cost::GapCost;
use crate::checks::Check;
use crate::findings::{
    CheckResult, CheckSummary, Evidence, Finding, Population, Subject, SubjectKind, Verdict, VerdictCounts,
};
use crate::snapshot::UserFacts;
use crate::tenant::{Gap, GapReason, Part};

/// What one check said, counted.
pub(super) struct Tally {
    pub(super) check: &'static Check,
    counts: VerdictCounts,
    population: Population,
    /// By part and reason.
    gaps: BTreeMap<(Part, GapReason), GapCost>,
    unlisted: bool,
}

impl Tally {
    pub(super) fn new(check: &'static Check) -> Self {
        Self {
            check,
            counts: VerdictCounts::default(),
            population: Population::default(),
            gaps: BTreeMap::new(),
            unlisted: false,
        }
    }

    /// A subject, with everything that was said of it; `holder` is the user whose mailbox it is about.
    pub(super) fn add_subject(&mut self, results: &[CheckResult], holder: Option<&UserFacts>) {
        let says = |verdict| results.iter().any(|result| result.verdict == verdict);
        self.population.listed += 1;
        if says(Verdict::NotAssessed) {
            self.population.not_assessed += 1;
        } else if results.iter().all(|result| result.verdict == Verdict::NotApplicable) {
            self.population.not_applicable += 1;
        } else {
            self.population.assessed += 1;
        }
        for gap in results.iter().filter_map(|result| result.gap.as_ref()) {
            // A value of the user's own that cannot be read or is left out, or a part of the mailbox.
            let is_value =
                gap.reason == GapReason::FIELD_LEFT_OUT || gap.reason == GapReason::UNREADABLE_VALUE;
            let own = holder.filter(|facts| {
                let missing = facts.gap(gap.part);
                is_value || missing.is_some_and(|missing| missing.reason == gap.reason)
            });
            let cost = self.add_gap(gap);
            if let Some(facts) = own {
                cost.users.add(&facts.user.primary_email);
            }
        }
    }

    pub(super) fn count(&mut self, verdict: Verdict) {
        self.counts.add(verdict);
    }

    /// The check's subjects could not be listed.
    pub(super) fn add_unlisted(&mut self, gap: &Gap) {
        self.unlisted = true;
        self.counts.add(Verdict::NotAssessed);
        self.add_gap(gap);
    }

    /// Some of the check's subjects are in rows that cannot be read; the others were judged.
    pub(super) fn add_unread_rows(&mut self, gap: &Gap) {
        self.counts.add(Verdict::NotAssessed);
        self.add_gap(gap);
    }

    fn add_gap(&mut self, gap: &Gap) -> &mut GapCost {
        let cost = self.gaps.entry((gap.part, gap.reason.clone())).or_insert_with(|| GapCost::none(gap));
        cost.count += 1;
        cost
    }

    /// Whether nobody knows all subjects of the check.
    pub(super) const fn is_unlisted(&self) -> bool {
        self.unlisted
    }

    pub(super) const fn not_assessed(&self) -> u64 {
        self.counts.of(Verdict::NotAssessed)
    }

    /// One finding a gap, with its count.
    pub(super) fn gap_findings(&self, at: DateTime<Utc>) -> Vec<Finding> {
        self.gaps.values().map(|cost| gap_finding(self.check, cost, at)).collect()
    }

    pub(super) fn into_summary(self, event_days: i64) -> CheckSummary {
        CheckSummary {
            id: self.check.id.to_owned(),
            slug: self.check.slug.to_owned(),
            title: self.check.title_for(event_days),
            why: self.check.why.to_owned(),
            severity: self.check.severity,
            needs: self.check.needs.iter().map(|part| part.id().to_owned()).collect(),
            counts: self.counts,
            population: self.population,
        }
    }
}

fn gap_finding(check: &Check, cost: &GapCost, at: DateTime<Utc>) -> Finding {
    let (gap, count) = (cost.named(), cost.count);
    let id = format!("{}/{}", gap.part, gap.reason);
    let subject = Subject::new(SubjectKind::Part, id, gap.part.title());
    let mut evidence = vec![
        Evidence::new("part", gap.part),
        Evidence::new("reason", &gap.reason),
        Evidence::new("count", count),
    ];
    if !gap.needed.is_empty() {
        evidence.push(Evidence::new("needed", &gap.needed));
    }
    let verdicts = if count == 1 { "1 verdict".to_owned() } else { format!("{count} verdicts") };
    Finding {
        message: format!("{verdicts} could not be given. {}", gap.message),
        evidence,
        fix: gap.fix,
        place: gap.places.join("; "),
        controls: check.controls.iter().map(|control| (*control).to_owned()).collect(),
        count,
        ..Finding::new(check.id, Verdict::NotAssessed, check.severity, subject, at)
    }
}
