//! What changed between two runs, by their findings alone.
//!
//! *Unknown* is apart from *fixed*: a finding that the later run could not look at again is neither there nor gone.
//! (Model: crater compares the results of two toolchains, and keeps what it could not build apart from what broke.)

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::iter::Peekable;

use strum::IntoStaticStr;

use crate::findings::{Change, Finding, SubjectKind, Verdict, added};
use crate::store::PreviousFinding;

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
    /// Only the earlier run has it, and its source was read again.
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

/// Compares the findings of two runs, both ordered as the store orders them. `checks` are the ids of the checks that
/// the later run evaluated: what another check found is unknown, not fixed.
pub(crate) fn compare<E>(
    before: impl Iterator<Item = Result<Finding, E>>,
    after: impl Iterator<Item = Result<Finding, E>>,
    checks: &BTreeSet<String>,
) -> impl Iterator<Item = Result<Compared, E>> {
    let (mut before, mut after) = (findings(before), findings(after));
    std::iter::from_fn(move || {
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => return None,
                (Some(_), None) | (Some(Err(_)), _) => Ordering::Less,
                (None, Some(_)) | (_, Some(Err(_))) => Ordering::Greater,
                (Some(Ok(old)), Some(Ok(new))) => key(old).cmp(&key(new)),
            };
            let old = if order.is_le() { before.next() } else { None };
            let new = if order.is_ge() { after.next() } else { None };
            let (old, new) = match (old.transpose(), new.transpose()) {
                (Ok(old), Ok(new)) => (old, new),
                (Err(error), _) | (_, Err(error)) => return Some(Err(error)),
            };
            let difference = match (&old, &new) {
                (Some(old), Some(new)) => Some(in_both(old, new)),
                (None, Some(new)) => only_after(new),
                (Some(old), None) => only_before(old, checks),
                (None, None) => None,
            };
            if let (Some(difference), Some(finding)) = (difference, new.or(old)) {
                return Some(Ok(Compared { difference, finding }));
            }
        }
    })
}

/// What a check did not assess is no finding.
fn findings<E, I: Iterator<Item = Result<Finding, E>>>(
    rows: I,
) -> Peekable<impl Iterator<Item = Result<Finding, E>> + use<E, I>> {
    let is_finding = |finding: &Finding| finding.verdict.is_open() || finding.verdict == Verdict::Excepted;
    rows.filter(move |row| row.as_ref().map_or(true, is_finding)).peekable()
}

fn key(finding: &Finding) -> (&str, &str, &str, &str) {
    let subject = &finding.subject;
    (&finding.check_id, subject.kind.as_str(), &subject.id, finding.fingerprint.as_str())
}

fn in_both(old: &Finding, new: &Finding) -> Difference {
    match new.change {
        Change::NotRechecked => return Difference::Unknown,
        Change::Expired => return Difference::Ended,
        _ => {}
    }
    let before = PreviousFinding::from(old.clone());
    let added = added(&old.reach, &new.reach);
    let has_grown = added.iter().any(|added| old.unread == new.unread || added.is_always_told());
    match (old.verdict.is_open(), new.verdict.is_open()) {
        (true, false) => Difference::Accepted,
        (_, true) if has_grown || has_worsened(&before, new) => Difference::Worsened,
        _ if new.severity < old.severity && old.unread == new.unread => Difference::Improved,
        _ => Difference::Unchanged,
    }
}

fn only_after(new: &Finding) -> Option<Difference> {
    match new.change {
        Change::NotRechecked => Some(Difference::Unknown),
        Change::Expired => Some(Difference::Ended),
        _ if new.verdict.is_open() => Some(Difference::New),
        _ => Some(Difference::Accepted),
    }
}

fn only_before(old: &Finding, checks: &BTreeSet<String>) -> Option<Difference> {
    let is_open = old.verdict.is_open();
    match old.subject.kind {
        SubjectKind::Event => Some(Difference::Ended),
        // Earlier versions had a finding for each path and each scope: it is part of its binding or its client now.
        SubjectKind::Path | SubjectKind::Grant => Some(Difference::Unknown),
        // A client that was known by its address alone may be known by its id now.
        SubjectKind::Client if old.subject.id.contains('@') => Some(Difference::Unknown),
        _ if !checks.contains(&old.check_id) || old.is_only_assumed => Some(Difference::Unknown),
        _ => is_open.then_some(Difference::Fixed),
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
