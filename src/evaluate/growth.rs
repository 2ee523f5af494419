//! Since when runs have seen what a finding has, and what of it came after an exception for it was written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Evaluation;
use super::bindings::known_reach;
use crate::findings::{
    Added, CoverageRow, Finding, Item, Known, KnownItems, Reached, Severity, Verdict, Worse, added,
};
use crate::policy::Exception;
use crate::store::{PreviousFinding, Run, StoreError};
use crate::tenant::{Part, PartGrain};

/// What an exception does not accept of a finding that it is about.
#[derive(Debug, Default)]
pub(super) struct Later {
    /// Whether that is all of it.
    pub(super) is_all: bool,
    /// What it is.
    pub(super) added: Vec<Added>,
    /// The accounts among it.
    pub(super) reach: Vec<Reached>,
    /// The items among it.
    items: Vec<Item>,
}

impl Later {
    pub(super) const fn is_nothing(&self) -> bool {
        !self.is_all && self.added.is_empty()
    }

    /// What came after an exception was written, of all that a check says; of another check than the finding's own, of
    /// that check alone.
    pub(super) fn of(finding: &Finding, check_id: &str, exception: &Exception) -> Self {
        let Some(created) = exception.created else { return Self::default() };
        let known = finding.known_checks().find(|(id, _)| *id == check_id).map(|(_, known)| known);
        let known = known.unwrap_or_default();
        let items = finding.items.as_ref().filter(|known| !known.items.is_empty());
        if let Some(items) = items {
            return Self::of_items(finding, items, known, exception, created);
        }
        if finding.reach.is_empty() {
            let is_new = !known.is_by(created) && !known.is_worse_after(created);
            let worse = known.worse.filter(|worse| worse.since.date_naive() > created);
            let worse = worse.map(|worse| Added::Severity { from: worse.from, to: finding.severity });
            let is_all = worse.is_some() || (is_new && !exception.names(&finding.subject));
            return Self { is_all, added: worse.into_iter().collect(), ..Self::default() };
        }
        let is_later = |reached: &&Reached| reached.accepted_by.is_none() && !reached.known.is_by(created);
        let reach: Vec<Reached> = finding.reach.iter().filter(is_later).cloned().collect();
        let accepted: Vec<Reached> =
            finding.reach.iter().filter(|reached| !is_later(reached)).cloned().collect();
        let is_all = accepted.iter().all(|reached| reached.accepted_by.is_some()) && !reach.is_empty();
        let mut later: Vec<Added> = added(&accepted, &reach).into_iter().collect();
        let also = finding.also_checks.iter().filter(|_| check_id == finding.check_id);
        let also = also.filter(|also| also.verdict != Verdict::Excepted);
        let checks =
            std::iter::once((check_id, known)).chain(also.map(|also| (also.check_id.as_str(), also.known)));
        let new_checks = checks.filter(|(_, known)| !known.is_by(created));
        later.extend(new_checks.map(|(check_id, _)| Added::Check { check_id: check_id.to_owned() }));
        Self { is_all, added: later, reach, items: Vec::new() }
    }

    /// The items that came after an exception. Whoever names a thing before it is there accepts it as it came.
    fn of_items(
        finding: &Finding,
        items: &KnownItems,
        known: Known,
        exception: &Exception,
        created: NaiveDate,
    ) -> Self {
        let named = known.since.filter(|_| exception.names(&finding.subject));
        let day = named.map_or(created, |since| created.max(since.date_naive()));
        let (accepted, later): (Vec<&Item>, Vec<&Item>) =
            items.items.iter().partition(|item| item.known.is_by(day));
        // What came may be why it is more severe: what was accepted is as it was.
        let is_by_them = later.iter().any(|item| item.severity >= Some(finding.severity));
        let worse = known.worse.filter(|_| known.is_worse_after(created) && !is_by_them);
        let worse = worse.map(|worse| Added::Severity { from: worse.from, to: finding.severity });
        Self {
            is_all: worse.is_some() || accepted.is_empty(),
            added: later.iter().map(|item| item.added()).chain(worse).collect(),
            reach: Vec::new(),
            items: later.into_iter().cloned().collect(),
        }
    }

    /// How severe that is.
    pub(super) fn severity(&self) -> Option<Severity> {
        let of_items = || KnownItems::severity(&self.items).filter(|_| !self.is_all);
        self.reach.iter().map(|reached| reached.severity).max().or_else(of_items)
    }

    pub(super) fn has_item(&self, item: &Item) -> bool {
        self.items.iter().any(|later| later.key() == item.key())
    }

    pub(super) fn has(&self, reached: &Reached) -> bool {
        self.reach.iter().any(|later| later.key() == reached.key())
    }
}

/// The parts that a run of the history read, as far as that is asked for now. A part of single users counts if it was read
/// of some.
pub(super) fn parts_read_before(
    previous: Option<&Run<'_>>,
    asked: &BTreeSet<Part>,
) -> Result<BTreeSet<Part>, StoreError> {
    let is_read =
        |row: &&CoverageRow| row.gaps.is_empty() || (row.part.grain() != PartGrain::Tenant && row.read > 0);
    let mut read = BTreeSet::new();
    let mut of_run = match previous {
        Some(previous) => previous.known()?.summary.map(|summary| (summary, previous.previous())),
        None => None,
    };
    while let Some((summary, earlier)) = of_run.take() {
        read.extend(summary.coverage.0.iter().filter(is_read).map(|row| row.part));
        if !asked.is_subset(&read)
            && let Some(earlier) = earlier?
        {
            of_run = earlier.known()?.summary.map(|summary| (summary, earlier.previous()));
        }
    }
    Ok(read)
}

impl Evaluation<'_> {
    /// Dates a finding and what it has, by the runs before: `before` is what the run before said, and `seen`, where that
    /// run read less, what the last run said that did not. Whatever an earlier run saw keeps its date, even if a run
    /// between could not read it. What may have been in a part that no earlier run read has none.
    pub(super) fn date(
        &self,
        before: Option<&PreviousFinding>,
        seen: Option<&PreviousFinding>,
        finding: &mut Finding,
    ) {
        let mut reach = std::mem::take(&mut finding.reach);
        self.date_reach(before, seen, &finding.unread, &mut reach, &finding.check_id);
        finding.reach = reach;
        let new = self.new_since(&finding.check_id);
        let Some(before) = before else {
            finding.known = new;
            finding.also_checks.iter_mut().for_each(|also| also.known = new);
            return;
        };
        let as_good = seen.unwrap_or(before);
        let is_same_sight = as_good.unread == finding.unread;
        let known = |id: &str| before.known.get(id).or_else(|| as_good.known.get(id)).copied();
        // Another check may apply only because of what is assumed instead, or may have applied unseen.
        let new = if is_same_sight { new } else { Known::default() };
        for also in &mut finding.also_checks {
            also.known = known(&also.check_id).unwrap_or(new);
        }
        finding.known = known(&finding.check_id).unwrap_or(new);
        if finding.reach.is_empty() && is_same_sight {
            let was = as_good.whole_severity().max(before.whole_severity());
            self.date_severity(&mut finding.known, was, finding.severity);
        }
    }

    /// The same for the accounts that a finding reaches, or the scopes that it names.
    pub(super) fn date_reach(
        &self,
        before: Option<&PreviousFinding>,
        seen: Option<&PreviousFinding>,
        unread: &[Part],
        reach: &mut [Reached],
        check_id: &str,
    ) {
        let new = self.new_since(check_id);
        let Some(before) = before else {
            return reach.iter_mut().for_each(|reached| reached.known = new);
        };
        let as_good = seen.unwrap_or(before);
        let known_reach = known_reach(before, seen);
        let known: BTreeMap<_, _> = known_reach.iter().map(|reached| (reached.key(), reached)).collect();
        let unread_before: Vec<Part> =
            as_good.unread.iter().copied().filter(|part| !unread.contains(part)).collect();
        for reached in reach {
            let open = Reached { accepted_by: None, ..reached.clone() };
            let news = added(&known_reach, std::slice::from_ref(&open));
            let may_be_older = !news.is_empty()
                && news.iter().all(|added| unread_before.iter().any(|part| added.may_hide_in(*part)));
            match known.get(&reached.key()) {
                None => reached.known = if may_be_older { Known::default() } else { new },
                Some(known) => {
                    let (mut dates, from) = (known.known, known.last_certain());
                    if !reached.is_not_rechecked && !reached.is_assumed && !may_be_older {
                        self.date_severity(&mut dates, from, reached.severity);
                    }
                    reached.known = dates;
                }
            }
        }
    }

    /// Notes that something became more severe, or is again as it was.
    fn date_severity(&self, known: &mut Known, from: Severity, to: Severity) {
        if to > from {
            known.worse = Some(Worse { since: self.run.started_at(), from });
        } else if known.worse.is_some_and(|worse| to <= worse.from) {
            known.worse = None;
        }
    }

    /// What no earlier run found: since this run, if an earlier one could have found it.
    pub(super) fn new_since(&self, check_id: &str) -> Known {
        let could_be_seen = self.previous.is_some()
            && self.input.checks.iter().find(|check| check.id == check_id).is_some_and(|check| {
                let is_read = |part: &&Part| self.input.tenant.gap(**part).is_none();
                check.needs.iter().filter(is_read).all(|part| self.read_before.contains(part))
            });
        if could_be_seen { Known::since(self.run.started_at()) } else { Known::default() }
    }
}
