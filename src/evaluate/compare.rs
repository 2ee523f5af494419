//! What changed between two runs, by their findings alone.
//!
//! *Unknown* is apart from *fixed*: a finding that the later run could not look at again is neither there nor gone.
//! (Model: crater compares the results of two toolchains, and keeps what it could not build apart from what broke.)

use std::collections::BTreeSet;

use strum::IntoStaticStr;

use crate::findings::{Added, Change, Finding, Fingerprint, SubjectKind, Verdict, added};
use crate::store::{GoneFinding, PreviousFinding, Run, StoreError};

/// How one finding differs between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Difference {
    /// Only the later run has it.
    New,
    /// It was accepted, or less severe, or it reached less.
    Worsened,
    /// It was more severe.
    Improved,
    /// It was open, and is accepted by an exception or the register.
    Accepted,
    /// The same in both.
    Unchanged,
    /// Only the earlier run has it, and a run since then found it to be fixed.
    Fixed,
    /// The earlier run has it, and the later one could not look at it again.
    Unknown,
    /// An event that has been in reports for long enough.
    Ended,
}

impl Difference {
    /// In the order of a report: what needs somebody comes first.
    pub(crate) const ALL: [Self; 8] = [
        Self::New,
        Self::Worsened,
        Self::Unknown,
        Self::Improved,
        Self::Accepted,
        Self::Fixed,
        Self::Ended,
        Self::Unchanged,
    ];

    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// One finding in two runs.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    /// How it differs.
    pub(crate) difference: Difference,
    /// As the later run has it, or else as the earlier one had it.
    pub(crate) finding: Finding,
}

/// What is known of two runs beside their findings.
pub(crate) struct Told {
    /// The checks that the later run evaluated, by id.
    pub(crate) checks: BTreeSet<String>,
    /// Whether the later run was compared with the earlier one, as both are judged now.
    pub(crate) is_next: bool,
    /// What the runs after the earlier one found to be fixed.
    pub(crate) fixed: BTreeSet<Fingerprint>,
    /// Whether those runs found more to be fixed than they kept.
    pub(crate) is_cut: bool,
}

/// Compares the findings of two runs by their fingerprints: first what the later run has, then what is gone.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn compare<'r>(
    before: &'r Run<'_>,
    after: &'r Run<'_>,
    told: &'r Told,
) -> Result<impl Iterator<Item = Result<Compared, StoreError>> + 'r, StoreError> {
    // What a check did not assess is no finding.
    let found = |finding: &Finding| finding.verdict.is_open() || finding.verdict == Verdict::Excepted;
    let there = after.findings()?.filter(move |row| row.as_ref().map_or(true, found)).map(move |finding| {
        let finding = finding?;
        let old = before.kept_finding(&finding.fingerprint)?.filter(found);
        let difference = match old {
            Some(old) if told.is_next => since(&old, &finding),
            Some(old) => in_both(&old, &finding),
            None => only_after(&finding),
        };
        Ok(Some(Compared { difference, finding }))
    });
    let gone = after.gone_since(before).map(|gone| {
        let GoneFinding { finding, .. } = gone?;
        Ok(only_before(&finding, told).map(|difference| Compared { difference, finding }))
    });
    Ok(there.chain(gone).filter_map(Result::transpose))
}

/// As the later run itself told it.
fn since(old: &Finding, new: &Finding) -> Difference {
    match new.change {
        _ if !new.verdict.is_open() => in_both(old, new),
        Change::New | Change::Reopened => Difference::New,
        Change::Worsened => Difference::Worsened,
        _ => match in_both(old, new) {
            Difference::Worsened => Difference::Unchanged,
            difference => difference,
        },
    }
}

fn in_both(old: &Finding, new: &Finding) -> Difference {
    match new.change {
        Change::NotRechecked => return Difference::Unknown,
        Change::Expired => return Difference::Ended,
        _ => {}
    }
    let before = PreviousFinding::from(old.clone());
    let unread_before: Vec<_> = old.unread.iter().filter(|part| !new.unread.contains(part)).collect();
    let is_certain = |added: &Added| old.unread == new.unread || !matches!(added, Added::WorseScope { .. });
    let has_grown = added(&old.reach, &new.reach)
        .iter()
        .any(|added| is_certain(added) && !unread_before.iter().any(|part| added.may_hide_in(**part)));
    match (old.verdict.is_open(), new.verdict.is_open()) {
        (true, false) => Difference::Accepted,
        (_, true) if has_grown || has_worsened(&before, new) => Difference::Worsened,
        _ if new.severity < old.severity && old.unread == new.unread => Difference::Improved,
        _ => Difference::Unchanged,
    }
}

fn only_after(new: &Finding) -> Difference {
    match new.change {
        Change::NotRechecked => Difference::Unknown,
        Change::Expired => Difference::Ended,
        _ if new.verdict.is_open() => Difference::New,
        _ => Difference::Accepted,
    }
}

/// Only what a run found to be fixed is fixed: that it is absent proves nothing. Of a run in a row, what is neither fixed
/// nor carried over is part of another finding now, or stood only by an assumption.
fn only_before(old: &Finding, told: &Told) -> Option<Difference> {
    let may_be_cut = told.is_cut && !old.is_only_assumed && told.checks.contains(&old.check_id);
    let is_fixed = old.verdict.is_open() && (told.fixed.contains(&old.fingerprint) || may_be_cut);
    match old.subject.kind {
        _ if is_fixed => Some(Difference::Fixed),
        _ if told.is_next => None,
        SubjectKind::Event => Some(Difference::Ended),
        _ => old.verdict.is_open().then_some(Difference::Unknown),
    }
}

/// Whether a finding is worse than before, and not only because one of the two runs read less.
pub(super) fn has_worsened(before: &PreviousFinding, finding: &Finding) -> bool {
    let is_same_sight = before.unread == finding.unread;
    !finding.added.is_empty()
        || (finding.severity > before.severity && is_same_sight)
        || is_reopened(before.verdict, finding)
}

/// Whether nobody accepts any more what was accepted. Sight has no part in that: what was accepted and could not be
/// looked at again is kept as it was.
pub(super) fn is_reopened(before: Verdict, finding: &Finding) -> bool {
    before == Verdict::Excepted && finding.verdict.is_open()
}
