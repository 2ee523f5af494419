//! "Do this first": findings that one and the same fix clears.

use std::collections::HashMap;

use askama::Template;

use super::findings::is_open;
use super::text::{address, clip, counted, words};
use crate::findings::{Finding, RunSummary, Severity, Verdict};

const MOST_ACTIONS: usize = 10;
const MOST_SUBJECTS: usize = 3;

type Key = (String, String);

/// What can be done, counted over all findings.
pub(super) struct Plan {
    actions: HashMap<Key, Cleared>,
}

struct Cleared {
    severity: Severity,
    is_certain: bool,
    place: String,
    count: u64,
    news: u64,
    subjects: Vec<String>,
}

impl Plan {
    /// The actions that the worst findings ask for. Only these are counted, so that memory stays
    /// bounded when each finding has a fix of its own.
    pub(super) fn of(worst: &[Finding]) -> Self {
        let mut actions: HashMap<Key, Cleared> = HashMap::new();
        for finding in worst.iter().filter(|finding| is_actionable(finding)) {
            let cleared = actions.entry(key(finding)).or_insert_with(|| Cleared {
                severity: finding.severity,
                is_certain: false,
                place: finding.place.clone(),
                count: 0,
                news: 0,
                subjects: Vec::new(),
            });
            let subject = address(&finding.subject.name);
            if cleared.subjects.len() < MOST_SUBJECTS && !cleared.subjects.contains(&subject) {
                cleared.subjects.push(subject);
            }
        }
        Self { actions }
    }

    /// Counts a finding.
    pub(super) fn count(&mut self, finding: &Finding) {
        if !is_actionable(finding) {
            return;
        }
        if let Some(cleared) = self.actions.get_mut(&key(finding)) {
            cleared.count += 1;
            cleared.severity = cleared.severity.max(finding.severity);
            cleared.is_certain |= finding.verdict == Verdict::Fail;
            cleared.news += u64::from(matches!(finding.change.as_str(), "new" | "worsened" | "reopened"));
        }
    }

    /// The actions to show, in order: worst first, certain before doubtful, then by what they clear.
    pub(super) fn ranked(&self) -> Ranked<'_> {
        let mut ranked: Vec<(&Key, &Cleared)> = self.actions.iter().collect();
        ranked.sort_by(|(a_key, a), (b_key, b)| {
            (b.severity, b.is_certain, b.count)
                .cmp(&(a.severity, a.is_certain, a.count))
                .then(a_key.cmp(b_key))
        });
        ranked.truncate(MOST_ACTIONS);
        Ranked { left_out: self.actions.len() - ranked.len(), ranked }
    }
}

/// The actions to show.
pub(super) struct Ranked<'a> {
    ranked: Vec<(&'a Key, &'a Cleared)>,
    left_out: usize,
}

impl Ranked<'_> {
    /// The number of the action that clears a finding; 0 if none of the shown ones does.
    pub(super) fn number_of(&self, finding: &Finding) -> usize {
        if !is_actionable(finding) {
            return 0;
        }
        self.ranked
            .iter()
            .position(|((check_id, fix), _)| *check_id == finding.check_id && *fix == finding.fix)
            .map_or(0, |index| index + 1)
    }
}

fn is_actionable(finding: &Finding) -> bool {
    is_open(finding.verdict) && finding.verdict != Verdict::Error && !finding.fix.is_empty()
}

fn key(finding: &Finding) -> Key {
    (finding.check_id.clone(), finding.fix.clone())
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
    check_id: String,
    title: String,
    clears: String,
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
            .map(|(index, ((check_id, fix), cleared))| {
                let more = cleared.count.saturating_sub(cleared.subjects.len() as u64);
                Action {
                    number: index + 1,
                    severity: cleared.severity.as_str(),
                    severity_word: words(cleared.severity.as_str()),
                    fix: clip(fix),
                    place: clip(&cleared.place),
                    check_id: clip(check_id),
                    title: titles.get(check_id.as_str()).copied().map(clip).unwrap_or_default(),
                    clears: counted(cleared.count, "finding", "findings"),
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
