//! "Do this first": findings that one and the same fix clears.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use chrono::{DateTime, Utc};

use super::exposed::{Exposed, Exposure};
use super::text::{address, clip, count, counted, words};
use crate::authority::TakeoverCut;
use crate::findings::{Finding, RunSummary, Severity, SubjectKind, Verdict};

const MOST_ACTIONS: usize = 50;
const MOST_SUBJECTS: usize = 3;

/// What can be done, by what the fix says, counted over all findings.
pub(super) struct Plan<'a> {
    actions: HashMap<String, Cleared>,
    exposed: &'a Exposed,
}

struct Cleared {
    severity: Severity,
    is_certain: bool,
    /// How many have what it ends.
    exposure: Exposure,
    /// Whether it ends ways in, beside which others may stay.
    is_way: bool,
    /// Its place among the bindings to cut, if it is one.
    cut: Option<usize>,
    checks: BTreeSet<String>,
    place: String,
    count: u64,
    by_severity: BTreeMap<Severity, u64>,
    /// When its newest event was first in a report.
    newest_event: Option<DateTime<Utc>>,
    news: u64,
    subjects: Vec<String>,
}

impl<'a> Plan<'a> {
    /// The actions that the worst findings ask for. Only these are counted, so that memory stays
    /// bounded when each finding has a fix of its own.
    pub(super) fn of(worst: &[Finding], exposed: &'a Exposed, cuts: &[TakeoverCut]) -> Self {
        let mut actions: HashMap<String, Cleared> = HashMap::new();
        let cuts = cuts.iter().enumerate().map(|(place, cut)| (cut.binding.id(), place));
        let cuts: HashMap<String, usize> = cuts.collect();
        for finding in worst.iter().filter(|finding| is_actionable(finding)) {
            let cleared = actions.entry(finding.fix.clone()).or_insert_with(|| Cleared {
                severity: finding.severity,
                is_certain: false,
                exposure: Exposure::default(),
                is_way: false,
                cut: cuts.get(&finding.subject.id).copied(),
                checks: BTreeSet::new(),
                place: finding.place.clone(),
                count: 0,
                by_severity: BTreeMap::new(),
                newest_event: None,
                news: 0,
                subjects: Vec::new(),
            });
            let subject = address(&finding.subject.name);
            if cleared.subjects.len() < MOST_SUBJECTS && !cleared.subjects.contains(&subject) {
                cleared.subjects.push(subject);
            }
        }
        Self { actions, exposed }
    }

    /// Counts a finding.
    pub(super) fn count(&mut self, finding: &Finding) {
        if !is_actionable(finding) {
            return;
        }
        if let Some(cleared) = self.actions.get_mut(&finding.fix) {
            cleared.count += 1;
            *cleared.by_severity.entry(finding.severity).or_default() += 1;
            if finding.subject.kind == SubjectKind::Event {
                cleared.newest_event = cleared.newest_event.max(Some(finding.first_seen_at));
            }
            cleared.severity = cleared.severity.max(finding.severity);
            cleared.exposure = cleared.exposure.max(self.exposed.of_finding(finding));
            cleared.is_way |= is_way(finding);
            for check_id in finding.check_ids() {
                if !cleared.checks.contains(check_id) {
                    cleared.checks.insert(check_id.to_owned());
                }
            }
            cleared.is_certain |= finding.verdict == Verdict::Fail;
            cleared.news += u64::from(matches!(finding.change.as_str(), "new" | "worsened" | "reopened"));
        }
    }

    /// The actions to show, in order: the newest events, then what everybody or an outsider has, then worst first,
    /// certain before doubtful, then by the number of findings. Bindings to cut keep the order of the cuts among themselves.
    pub(super) fn ranked(&self) -> Ranked<'_> {
        let grade =
            |action: &Cleared| (action.newest_event, action.exposure, action.severity, action.is_certain);
        let mut ranked: Vec<(&String, &Cleared)> = self.actions.iter().collect();
        ranked.sort_by_key(|(fix, cleared)| (Reverse((grade(cleared), cleared.count)), *fix));
        for alike in ranked.chunk_by_mut(|(_, a), (_, b)| grade(a) == grade(b)) {
            let cut_of = |(_, cleared): &(&String, &Cleared)| cleared.cut;
            let places: Vec<usize> = (0..alike.len()).filter(|at| cut_of(&alike[*at]).is_some()).collect();
            let mut cuts: Vec<_> = places.iter().map(|at| alike[*at]).collect();
            cuts.sort_by_key(cut_of);
            places.into_iter().zip(cuts).for_each(|(at, cut)| alike[at] = cut);
        }
        ranked.truncate(MOST_ACTIONS);
        Ranked { left_out: self.actions.len() - ranked.len(), ranked }
    }
}

/// The actions to show.
pub(super) struct Ranked<'a> {
    ranked: Vec<(&'a String, &'a Cleared)>,
    left_out: usize,
}

impl Ranked<'_> {
    /// The number of the action that clears a finding; 0 if none of the shown ones does.
    pub(super) fn number_of(&self, finding: &Finding) -> usize {
        if !is_actionable(finding) {
            return 0;
        }
        self.ranked.iter().position(|(fix, _)| **fix == finding.fix).map_or(0, |index| index + 1)
    }
}

/// Such as `2 critical, 1 high`.
fn by_severity(numbers: &BTreeMap<Severity, u64>) -> String {
    let worst_first = Severity::WORST_FIRST.iter().filter_map(|severity| numbers.get_key_value(severity));
    worst_first
        .map(|(severity, number)| format!("{} {severity}", count(*number)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether a finding is about access paths.
pub(super) const fn is_way(finding: &Finding) -> bool {
    matches!(finding.subject.kind, SubjectKind::Binding | SubjectKind::Path)
}

fn is_actionable(finding: &Finding) -> bool {
    finding.is_open() && finding.verdict != Verdict::Error && !finding.fix.is_empty()
}

/// The section.
#[derive(Template)]
#[template(path = "actions.html")]
pub(super) struct Actions {
    actions: Vec<Action>,
    left_out: String,
    open: u64,
}

struct Action {
    number: usize,
    severity: &'static str,
    severity_word: String,
    fix: String,
    place: String,
    checks: String,
    title: String,
    clears: String,
    by_severity: String,
    mark: &'static str,
    news: String,
    subjects: Vec<String>,
    more: String,
    first_row: usize,
}

impl Actions {
    pub(super) fn new(summary: &RunSummary, ranked: &Ranked<'_>, first_rows: &HashMap<usize, usize>) -> Self {
        let titles: HashMap<&str, &str> =
            summary.checks.iter().map(|check| (check.id.as_str(), check.title.as_str())).collect();
        let actions = ranked
            .ranked
            .iter()
            .enumerate()
            .map(|(index, (fix, cleared))| {
                let more = cleared.count.saturating_sub(cleared.subjects.len() as u64);
                Action {
                    number: index + 1,
                    severity: cleared.severity.as_str(),
                    severity_word: words(cleared.severity.as_str()),
                    fix: clip(fix),
                    place: clip(&cleared.place),
                    checks: cleared.checks.iter().map(|id| clip(id)).collect::<Vec<_>>().join(", "),
                    title: match cleared.checks.iter().collect::<Vec<_>>().as_slice() {
                        [only] => titles.get(only.as_str()).copied().map(clip).unwrap_or_default(),
                        _ => String::new(),
                    },
                    clears: if cleared.is_way {
                        counted(cleared.count, "finding rests on it", "findings rest on it")
                    } else {
                        format!("Clears {}", counted(cleared.count, "finding", "findings"))
                    },
                    by_severity: by_severity(&cleared.by_severity),
                    mark: cleared.exposure.mark(),
                    news: if cleared.news > 0 { counted(cleared.news, "new", "new") } else { String::new() },
                    subjects: cleared.subjects.clone(),
                    more: if more > 0 { counted(more, "more", "more") } else { String::new() },
                    first_row: first_rows.get(&(index + 1)).copied().unwrap_or_default(),
                }
            })
            .collect();
        Self {
            actions,
            left_out: if ranked.left_out > 0 {
                counted(ranked.left_out as u64, "further kind of fix", "further kinds of fix")
            } else {
                String::new()
            },
            open: summary.changes.open,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::findings::Change;
    use crate::formats::Source;
    use crate::formats::html::sample;

    #[test]
    fn the_newest_event_comes_first_and_every_finding_is_in_one_action() {
        let sample = sample::plausible();
        let mut findings = sample.findings.clone();
        findings.retain(is_actionable);
        for (index, finding) in findings.iter_mut().enumerate() {
            finding.change = Change::Open;
            finding.fix = format!("Fix {index}");
        }
        let last = findings.len() - 1;
        let at = findings[0].first_seen_at;
        for (index, days) in [(last, 2), (last - 1, 1)] {
            findings[index].subject.kind = SubjectKind::Event;
            findings[index].first_seen_at = at + Duration::days(days);
            findings[index].severity = Severity::Low;
        }
        let exposed = Exposed::of(sample.tenant());
        let mut plan = Plan::of(&findings, &exposed, &[]);
        findings.iter().for_each(|finding| plan.count(finding));
        let ranked = plan.ranked();
        assert_eq!(ranked.number_of(&findings[last]), 1);
        assert_eq!(ranked.number_of(&findings[last - 1]), 2);
        assert!(findings.iter().all(|finding| ranked.number_of(finding) > 0));
    }

    #[test]
    fn an_action_counts_its_findings_by_severity_worst_first() {
        let numbers = BTreeMap::from([(Severity::Low, 1), (Severity::Critical, 2)]);
        assert_eq!(by_severity(&numbers), "2 critical, 1 low");
    }
}
