//! The findings, worst first, in one fixed shape.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::io;
use std::iter::Peekable;

use askama::Template;
use chrono::NaiveDate;

use super::budget::size;
use super::exposed::Exposed;
use super::text::{self, address, age, clip, count, counted, day, label, token, verdict_word, whole, words};
use super::top_list::TopList;
use crate::findings::{Acceptance, Change, Evidence, Finding, RunSummary, Severity, Verdict};
use crate::formats::Source;

/// The filters that links lead to.
const FILTERS: [&str; 10] = [
    "v=open",
    "v=unknown",
    "v=open&s=critical",
    "v=open&s=high",
    "v=open&s=medium",
    "v=open&s=low",
    "v=open&s=info",
    "c=new",
    "c=worsened",
    "c=not-rechecked",
];
const MAX_ROWS: usize = 5_000;
const MAX_BYTES: usize = 5_800_000;
/// Rows that say what is unknown or accepted must not be crowded out by failures.
const MAX_ROWS_ASIDE: usize = 400;
const MAX_ROWS_DOUBTFUL: usize = 1_000;
const MAX_ROWS_EXPOSED: usize = 1_000;
const MAX_BYTES_DOUBTFUL: usize = MAX_BYTES / 4;
const MAX_EVIDENCE: usize = 8;
const MAX_ADDED: usize = 5;
const MAX_ACCEPTED: usize = 5;

/// What the report says of every finding, gathered in one pass and in bounded memory.
pub(super) struct CollectedFindings {
    /// Open findings, worst first, capped.
    pub(super) open: Vec<Finding>,
    /// Whether `open` lacks some.
    pub(super) is_cut: bool,
    not_assessed: Vec<Finding>,
    excepted: Vec<Finding>,
    expired: Vec<Finding>,
    totals: HashMap<Shelf, u64>,
    /// Verdicts that could not be given.
    verdicts_not_assessed: u64,
    /// Open findings that nobody could look at again.
    pub(super) not_rechecked: u64,
}

impl CollectedFindings {
    /// Reads the findings once; `each` sees all of them.
    pub(super) fn read(
        source: &dyn Source,
        exposed: &Exposed,
        mut each: impl FnMut(&Finding),
    ) -> io::Result<Self> {
        let mut totals: HashMap<Shelf, u64> = HashMap::new();
        let (mut not_assessed, mut excepted, mut expired) = (Vec::new(), Vec::new(), Vec::new());
        let (mut verdicts_not_assessed, mut not_rechecked) = (0, 0);
        let mut doubtful = TopList::new(MAX_ROWS_DOUBTFUL);
        let mut worst = Vec::new();
        for finding in source.findings()? {
            let finding = finding?;
            each(&finding);
            *totals.entry(Shelf::of(&finding)).or_default() += 1;
            not_rechecked += u64::from(finding.is_open() && finding.change == Change::NotRechecked);
            if finding.verdict == Verdict::NotAssessed {
                verdicts_not_assessed += finding.count;
            }
            let aside = match finding.verdict {
                _ if finding.change == Change::Expired => &mut expired,
                Verdict::NotAssessed => &mut not_assessed,
                Verdict::Excepted => &mut excepted,
                Verdict::Fail => {
                    if worst.len() < MAX_ROWS_EXPOSED && exposed.has(&finding) {
                        worst.push(finding);
                    }
                    continue;
                }
                _ => {
                    doubtful.offer(finding.severity as u32, || finding);
                    continue;
                }
            };
            if aside.len() < MAX_ROWS_ASIDE {
                aside.push(finding);
            }
        }
        let mut open = source.worst_findings(MAX_ROWS)?;
        open.retain(Finding::is_open);
        let all: u64 = totals.iter().filter(|(shelf, _)| shelf.is_open()).map(|(_, count)| count).sum();
        let is_cut = all > open.len() as u64;
        if is_cut {
            // The source puts every failure before what is for review: without this, thousands of low
            // failures would hide a critical question.
            let mut doubtful = doubtful.into_best_first();
            doubtful.sort_by_key(|finding| finding.verdict);
            // What everybody or an outsider has was put aside, wherever the source puts it.
            open.retain(|finding| finding.verdict == Verdict::Fail && !exposed.has(finding));
            open.truncate(MAX_ROWS - doubtful.len() - worst.len());
            open.splice(0..0, worst);
            open.extend(doubtful);
        }
        open.sort_by_key(|finding| {
            (finding.verdict, Reverse((finding.severity, exposed.of_finding(finding))))
        });
        Ok(Self {
            open,
            is_cut,
            not_assessed,
            excepted,
            expired,
            totals,
            verdicts_not_assessed,
            not_rechecked,
        })
    }
}

impl CollectedFindings {
    /// How many rows there are, and how many verdicts they stand for.
    fn tally(&self, shelf: Shelf) -> String {
        let rows = self.totals.get(&shelf).copied().unwrap_or_default();
        if shelf == Shelf::Verdict(Verdict::NotAssessed) {
            let rows = counted(rows, "row", "rows");
            format!("{}, in {rows}", counted(self.verdicts_not_assessed, "verdict", "verdicts"))
        } else {
            count(rows)
        }
    }
}

/// Under which heading a finding stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shelf {
    Verdict(Verdict),
    /// An event that is listed for the last time, whatever its verdict.
    Expired,
}

impl Shelf {
    fn of(finding: &Finding) -> Self {
        if finding.change == Change::Expired { Self::Expired } else { Self::Verdict(finding.verdict) }
    }

    const fn is_open(self) -> bool {
        matches!(self, Self::Verdict(verdict) if verdict.is_open())
    }

    const fn token(self) -> &'static str {
        match self {
            Self::Verdict(verdict) => verdict_token(verdict),
            Self::Expired => "expired",
        }
    }
}

/// The section.
#[derive(Template)]
#[template(path = "findings.html")]
pub(super) struct Findings {
    filters: [&'static str; 10],
    groups: Vec<Group>,
    areas: Vec<Area>,
    shown: String,
    total: String,
    more: u64,
    more_text: String,
    is_empty: bool,
    /// How many verdicts the rows of what is not assessed stand for.
    not_assessed: String,
}

type Judged = (Shelf, Row);

/// The findings of one verdict.
struct Group {
    name: &'static str,
    note: &'static str,
    token: &'static str,
    total: String,
    rows: Vec<Row>,
}

struct Area {
    token: String,
    name: String,
}

pub(super) struct Row {
    pub(super) number: usize,
    pub(super) severity: &'static str,
    pub(super) severity_word: String,
    rank: Severity,
    is_open: bool,
    verdict: &'static str,
    verdict_word: String,
    area: String,
    action: usize,
    pub(super) check_id: String,
    check: Option<usize>,
    why: String,
    kind_of_change: Change,
    /// The words by which the filter knows how it changed.
    changes: &'static str,
    change: &'static str,
    pub(super) change_word: String,
    pub(super) subject: String,
    kind: String,
    subject_id: String,
    stands_for: String,
    pub(super) message: String,
    pub(super) added: Vec<String>,
    pub(super) more_added: usize,
    evidence: Vec<Fact>,
    more_evidence: usize,
    fix: String,
    command: String,
    may_break: String,
    place: String,
    controls: String,
    first_seen: String,
    age: String,
    fingerprint: String,
    accepted: Vec<Accepted>,
    more_accepted: usize,
    /// An exception that covered it until it expired, or of which earlier versions kept only the id.
    exception: String,
}

/// Who accepted it, or parts of it.
struct Accepted {
    id: String,
    owner: String,
    reason: String,
    approver: String,
    ticket: String,
    created: String,
    expires: String,
    parts: String,
}

impl Accepted {
    fn of(accepted: &Acceptance) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(clip).unwrap_or_default();
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        Self {
            id: clip(&accepted.id),
            owner: clip(&accepted.owner),
            reason: clip(&accepted.reason),
            approver: text(&accepted.approver),
            ticket: text(&accepted.ticket),
            created: date(accepted.created),
            expires: date(accepted.expires),
            parts: clip(&accepted.parts.join(", ")),
        }
    }
}

/// A row that is new or worse.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) change: Change,
    pub(super) row: &'a Row,
}

struct Fact {
    name: String,
    value: String,
}

#[derive(Template)]
#[template(path = "finding.html")]
struct FindingRow<'a> {
    row: &'a Row,
}

impl Findings {
    /// Lays the rows out; `action_of` numbers the action that clears a finding, 0 for none.
    pub(super) fn new(
        summary: &RunSummary,
        gathered: &CollectedFindings,
        action_of: impl Fn(&Finding) -> usize,
    ) -> Self {
        let checks: HashMap<&str, usize> =
            summary.checks.iter().enumerate().map(|(index, check)| (check.id.as_str(), index)).collect();
        let row_of = |finding: &Finding| {
            let check = checks.get(finding.check_id.as_str()).copied();
            (Shelf::of(finding), Row::new(finding, summary, check, action_of(finding)))
        };
        let mut budget = Budget { bytes: MAX_BYTES, rows: MAX_ROWS };
        // Paid for in the order of what must not be crowded out, shown in the order of the page.
        let aside = gathered.not_assessed.iter();
        let mut aside = aside.chain(&gathered.excepted).chain(&gathered.expired).map(row_of).peekable();
        let aside = budget.take_all(&mut aside);
        let (failed, doubtful): (Vec<&Finding>, Vec<&Finding>) =
            gathered.open.iter().partition(|finding| finding.verdict == Verdict::Fail);
        let mut reserve = Budget { bytes: MAX_BYTES_DOUBTFUL, rows: MAX_ROWS_DOUBTFUL };
        let mut doubtful = doubtful.into_iter().map(row_of).peekable();
        let mut reserved = reserve.take_all(&mut doubtful);
        budget.bytes = budget.bytes.saturating_sub(MAX_BYTES_DOUBTFUL - reserve.bytes);
        budget.rows = budget.rows.saturating_sub(reserved.len());
        let failed = budget.take_all(&mut failed.into_iter().map(row_of).peekable());
        reserved.extend(budget.take_all(&mut doubtful));

        let mut groups: Vec<Group> = Vec::new();
        let mut number = 0;
        for (shelf, mut row) in failed.into_iter().chain(reserved).chain(aside) {
            number += 1;
            row.number = number;
            Self::push(&mut groups, shelf, row, gathered);
        }
        let total: u64 = gathered.totals.values().sum();
        let more = total.saturating_sub(number as u64);
        Self {
            filters: FILTERS,
            areas: areas(&groups),
            shown: count(number as u64),
            total: count(total),
            more,
            more_text: counted(more, "row", "rows"),
            is_empty: total == 0,
            not_assessed: counted(gathered.verdicts_not_assessed, "verdict", "verdicts"),
            groups,
        }
    }

    fn push(groups: &mut Vec<Group>, shelf: Shelf, row: Row, gathered: &CollectedFindings) {
        if groups.last().is_none_or(|group| group.token != shelf.token()) {
            let (name, note) = heading(shelf);
            groups.push(Group {
                name,
                note,
                token: shelf.token(),
                total: gathered.tally(shelf),
                rows: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(row);
        }
    }

    /// The number of the first shown row of each action.
    pub(super) fn first_rows(&self) -> HashMap<usize, usize> {
        let mut first = HashMap::new();
        for row in self.groups.iter().flat_map(|group| &group.rows).filter(|row| row.action > 0) {
            first.entry(row.action).or_insert(row.number);
        }
        first
    }

    /// The shown rows that are new or worse, worst first.
    pub(super) fn changed(&self) -> Vec<Changed<'_>> {
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        let rows = rows.filter(|row| row.changes.starts_with("news"));
        let mut changed: Vec<Changed<'_>> =
            rows.map(|row| Changed { change: row.kind_of_change, row }).collect();
        changed.sort_by_key(|changed| Reverse(changed.row.rank));
        changed
    }

    /// The number of each shown row, by the finding's fingerprint.
    pub(super) fn numbers(&self) -> HashMap<String, usize> {
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        rows.map(|row| (row.fingerprint.clone(), row.number)).collect()
    }
}

struct Budget {
    bytes: usize,
    rows: usize,
}

impl Budget {
    /// The rows that fit; the first that does not stays in the iterator.
    fn take_all<I: Iterator<Item = Judged>>(&mut self, rows: &mut Peekable<I>) -> Vec<Judged> {
        std::iter::from_fn(|| rows.next_if(|(_, row)| self.take(row))).collect()
    }

    /// Whether the row still fits; if so it is paid for.
    fn take(&mut self, row: &Row) -> bool {
        let size = size(&FindingRow { row });
        let fits = self.rows > 0 && size <= self.bytes;
        if fits {
            self.rows -= 1;
            self.bytes -= size;
        }
        fits
    }
}

impl Row {
    fn new(finding: &Finding, summary: &RunSummary, check: Option<usize>, action: usize) -> Self {
        let is_told = |id: &&str| finding.accepted.iter().any(|accepted| accepted.id == *id);
        let exception = finding.exception_id.as_deref().filter(|id| !is_told(id));
        Self {
            number: 0,
            severity: finding.severity.as_str(),
            severity_word: words(finding.severity.as_str()),
            rank: finding.severity,
            is_open: finding.is_open(),
            verdict: Shelf::of(finding).token(),
            verdict_word: verdict_word(finding.verdict),
            area: token(finding.check_id.split('-').next().unwrap_or_default()),
            action,
            check_id: clip(&finding.check_id),
            check: check.map(|index| index + 1),
            why: check
                .and_then(|index| summary.checks.get(index))
                .map(|check| clip(&check.why))
                .unwrap_or_default(),
            kind_of_change: finding.change,
            changes: changes(finding),
            change: change_token(finding),
            change_word: words(finding.change.as_str()),
            subject: address(&finding.subject.name),
            kind: words(finding.subject.kind.as_str()),
            subject_id: if finding.subject.id == finding.subject.name {
                String::new()
            } else {
                clip(&finding.subject.id)
            },
            stands_for: if finding.count > 1 {
                counted(finding.count, "subject", "subjects")
            } else {
                String::new()
            },
            message: clip(&finding.message),
            added: finding.added.iter().take(MAX_ADDED).map(|added| clip(&added.to_string())).collect(),
            more_added: finding.added.len().saturating_sub(MAX_ADDED),
            evidence: finding.facts().take(MAX_EVIDENCE).map(Fact::of).collect(),
            more_evidence: finding.facts().count().saturating_sub(MAX_EVIDENCE),
            fix: clip(&finding.fix),
            command: whole(&finding.command).to_owned(),
            may_break: clip(&finding.may_break),
            place: clip(&finding.place),
            controls: clip(&finding.controls.join(" · ")),
            first_seen: day(finding.first_seen_at),
            age: age(finding.first_seen_at, summary.started_at),
            fingerprint: finding.fingerprint.as_str().to_owned(),
            accepted: finding.accepted.iter().take(MAX_ACCEPTED).map(Accepted::of).collect(),
            more_accepted: finding.accepted.len().saturating_sub(MAX_ACCEPTED),
            exception: exception.map(clip).unwrap_or_default(),
        }
    }
}

impl Fact {
    fn of(fact: &Evidence) -> Self {
        let value = if fact.name.is_empty() { clip(&fact.value) } else { address(&fact.value) };
        Self { name: clip(&label(&fact.name)), value }
    }
}

const fn verdict_token(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "fail",
        Verdict::Review => "review",
        Verdict::Error => "error",
        Verdict::NotAssessed => "unknown",
        Verdict::Excepted => "excepted",
        Verdict::Pass | Verdict::NotApplicable => "none",
    }
}

const fn heading(shelf: Shelf) -> (&'static str, &'static str) {
    let verdict = match shelf {
        Shelf::Verdict(verdict) => verdict,
        Shelf::Expired => {
            return (
                "Expired",
                "These events have been in reports for the configured time. They are listed for the last time.",
            );
        }
    };
    match verdict {
        Verdict::Fail => ("Failed", "Fix these, or accept them in writing."),
        Verdict::Review => ("For review", "A person must decide whether this is intended."),
        Verdict::Error => ("Check broke", "The check itself failed. Treat the subject as not assessed."),
        Verdict::NotAssessed => (
            "Not assessed",
            "Data is missing, so these checks could not decide. This is never a pass. One row for each check and cause.",
        ),
        Verdict::Excepted => {
            ("Accepted", "Accepted in writing: by an exception until it expires, or by the register.")
        }
        Verdict::Pass | Verdict::NotApplicable => ("Other", ""),
    }
}

fn change_token(finding: &Finding) -> &'static str {
    match finding.change {
        _ if finding.is_news() => "news",
        Change::NotRechecked => "stale",
        _ => "same",
    }
}

const fn changes(finding: &Finding) -> &'static str {
    match finding.change {
        _ if !finding.is_open() => "",
        Change::New | Change::Reopened => "news new",
        Change::Worsened => "news worsened",
        Change::NotRechecked => "not-rechecked",
        Change::Open | Change::Expired => "",
    }
}

/// The areas that have rows, for the filter.
fn areas(groups: &[Group]) -> Vec<Area> {
    let mut seen = HashSet::new();
    let mut areas: Vec<Area> = groups
        .iter()
        .flat_map(|group| &group.rows)
        .filter(|row| seen.insert(row.area.clone()))
        .map(|row| Area { token: row.area.clone(), name: area_name(&row.area) })
        .collect();
    areas.sort_by(|a, b| a.name.cmp(&b.name));
    areas
}

fn area_name(area: &str) -> String {
    match area {
        "idm" => "Identities".to_owned(),
        "mail" => "Mail settings".to_owned(),
        "dwd" => "Domain-wide delegation".to_owned(),
        "key" => "Service account keys".to_owned(),
        "ten" => "Tenant".to_owned(),
        "app" => "Apps".to_owned(),
        "send" => "Sending".to_owned(),
        "exc" => "Exceptions".to_owned(),
        other => other.to_uppercase(),
    }
}
