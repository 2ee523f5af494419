//! What changed between two runs, by their findings alone.
//!
//! *Unknown* is apart from *fixed*: a finding that the later run could not look at again is neither there nor gone.
//! (Model: crater compares the results of two toolchains, and keeps what it could not build apart from what broke.)

use std::collections::BTreeSet;

use strum::IntoStaticStr;

use super::items;
use crate::checks;
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
    /// It is accepted, and reaches more or is more severe.
    Grown,
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
    pub(crate) const ALL: [Self; 9] = [
        Self::New,
        Self::Worsened,
        Self::Unknown,
        Self::Improved,
        Self::Grown,
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
    /// Checks of which the earlier run had a finding for each access path or scope, and the later one has one for each
    /// binding or client: whether such a finding is new, nobody can say.
    pub(crate) not_comparable: BTreeSet<String>,
    /// What the runs after the earlier one found to be fixed.
    pub(crate) fixed: BTreeSet<Fingerprint>,
    /// Whether those runs found more to be fixed than they kept.
    pub(crate) is_cut: bool,
}

/// The checks of which one run has a finding for each path or scope, and the other has not.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn not_comparable(before: &Run<'_>, after: &Run<'_>) -> Result<BTreeSet<String>, StoreError> {
    let (before, after) = (former_checks(before)?, former_checks(after)?);
    Ok(before.difference(&after).cloned().collect())
}

/// The checks of which an earlier version wrote a finding for each path or scope.
fn former_checks(run: &Run<'_>) -> Result<BTreeSet<String>, StoreError> {
    let mut former = BTreeSet::new();
    for finding in run.findings()? {
        let finding = finding?;
        match finding.subject.kind {
            SubjectKind::Grant => _ = former.insert(finding.check_id),
            // A binding may have belonged to any of them.
            SubjectKind::Path if finding.reach.is_empty() => {
                former.extend(checks::path_checks().map(str::to_owned));
            }
            _ => {}
        }
    }
    Ok(former)
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
            None => only_after(&finding, told),
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
    let has_grown = has_grown || items::news(&before, new).next().is_some();
    match (old.verdict.is_open(), new.verdict.is_open()) {
        (true, false) => Difference::Accepted,
        (_, true) if has_grown || has_worsened(&before, new) => Difference::Worsened,
        (false, false) if has_grown || has_worsened(&before, new) => Difference::Grown,
        _ if new.severity < old.severity && old.unread == new.unread => Difference::Improved,
        _ => Difference::Unchanged,
    }
}

fn only_after(new: &Finding, told: &Told) -> Difference {
    match new.change {
        // The later run compared it with what the earlier one had instead.
        Change::Open if told.is_next => Difference::Unchanged,
        Change::Worsened if told.is_next && new.verdict.is_open() => Difference::Worsened,
        Change::Worsened if told.is_next => Difference::Grown,
        Change::New | Change::Open | Change::Worsened | Change::Reopened
            if !told.is_next && told.not_comparable.contains(&new.check_id) =>
        {
            Difference::Unknown
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Reached, ReachedBy, RunSummary, Severity, Subject};
    use crate::store::{RunState, Store};

    /// A run with these findings, on the next day of the history.
    fn run<'s>(store: &'s Store, day: i64, findings: &[Finding]) -> Run<'s> {
        let at = "2026-11-01T07:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let at = at + chrono::Duration::days(day);
        let run = store.begin(at, "", |_| Ok::<_, StoreError>(true)).unwrap();
        run.begin_judgment().unwrap();
        run.put_findings(findings).unwrap();
        run.end(RunState::Finished, &RunSummary::blank(run.id(), at)).unwrap();
        run
    }

    fn finding(check_id: &str, kind: SubjectKind, id: &str) -> Finding {
        let at = "2026-11-01T07:00:00Z".parse().unwrap();
        Finding::new(check_id, Verdict::Fail, Severity::High, Subject::new(kind, id, id), at)
    }

    fn told(before: &Run<'_>, after: &Run<'_>, is_next: bool) -> Vec<(Difference, String)> {
        let not_comparable = not_comparable(before, after).unwrap();
        let told =
            Told { checks: BTreeSet::new(), is_next, not_comparable, fixed: BTreeSet::new(), is_cut: false };
        let all = compare(before, after, &told).unwrap().map(Result::unwrap);
        all.map(|compared| (compared.difference, compared.finding.subject.id)).collect()
    }

    #[test]
    fn what_one_report_has_by_path_or_scope_and_the_other_by_binding_or_client_is_unknown() {
        let store = Store::in_memory().unwrap();
        let user = || finding("IDM-03", SubjectKind::User, "ann");
        let path = finding("KEY-04", SubjectKind::Path, "1/ann/key");
        let old = run(&store, 0, &[path, finding("DWD-02", SubjectKind::Grant, "1/scope")]);
        let new = [
            finding("KEY-05", SubjectKind::Binding, "binding"),
            finding("DWD-02", SubjectKind::Client, "1"),
            finding("DWD-03", SubjectKind::Client, "1"),
            user(),
        ];
        let now = run(&store, 7, &new);
        let all = told(&old, &now, false);
        let of = |id: &str| all.iter().filter(|(_, told)| told == id).map(|(it, _)| *it).collect::<Vec<_>>();
        assert_eq!(of("binding"), [Difference::Unknown]);
        // DWD-03 had no finding before, in whatever form.
        assert_eq!(of("1"), [Difference::Unknown, Difference::New]);
        assert_eq!(of("ann"), [Difference::New]);
        for id in ["1/ann/key", "1/scope"] {
            assert_eq!(of(id), [Difference::Unknown], "{id}");
        }

        let next = run(&store, 14, &new);
        assert!(not_comparable(&now, &next).unwrap().is_empty());
    }

    #[test]
    fn what_the_next_run_found_to_be_the_same_under_another_name_is_not_new() {
        let store = Store::in_memory().unwrap();
        let old = run(&store, 0, &[finding("KEY-04", SubjectKind::Path, "1/ann/key")]);
        let binding = |change| Finding { change, ..finding("KEY-04", SubjectKind::Binding, "binding") };
        for (change, difference) in [
            (Change::Open, Difference::Unchanged),
            (Change::Worsened, Difference::Worsened),
            (Change::New, Difference::New),
        ] {
            let now = run(&store, 7, &[binding(change)]);
            assert_eq!(told(&old, &now, true), [(difference, "binding".to_owned())]);
        }
    }

    #[test]
    fn what_is_accepted_and_reaches_more_has_grown() {
        let store = Store::in_memory().unwrap();
        let reached = |scope: &str| {
            let by = ReachedBy::Scope { scope: scope.to_owned() };
            Reached {
                accepted_by: Some("DWD-02/1".to_owned()),
                is_accepted_unnamed: true,
                ..Reached::new("1", "1", by, Severity::High)
            }
        };
        let client = |scopes: &[&str]| Finding {
            verdict: Verdict::Excepted,
            change: Change::Open,
            reach: scopes.iter().map(|scope| reached(scope)).collect(),
            ..finding("DWD-02", SubjectKind::Client, "1")
        };
        let old = run(&store, 0, &[client(&["a"])]);
        let same = run(&store, 7, &[client(&["a"])]);
        assert_eq!(told(&old, &same, false), [(Difference::Unchanged, "1".to_owned())]);
        let grown = run(&store, 14, &[client(&["a", "b"])]);
        assert_eq!(told(&old, &grown, false), [(Difference::Grown, "1".to_owned())]);
    }
}
