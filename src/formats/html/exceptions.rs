//! Exceptions in force, and those that lapsed, as far as findings tell.

use std::collections::BTreeMap;

use askama::Template;

use super::text::{address, clip, counted, words};
use crate::findings::{Finding, Severity, SubjectKind, Verdict};

const MOST_EXCEPTIONS: usize = 200;
const MOST_NOTES: usize = 200;
const MOST_SUBJECTS: usize = 3;

/// Exceptions by id, gathered while findings stream by.
#[derive(Default)]
pub(super) struct Accepted {
    by_id: BTreeMap<String, Covered>,
    notes: Vec<Note>,
    notes_left_out: u64,
    left_out: u64,
}

#[derive(Default)]
struct Covered {
    in_force: u64,
    lapsed: u64,
    worst: Option<Severity>,
    subjects: Vec<String>,
}

struct Note {
    check_id: String,
    subject: String,
    message: String,
    severity: &'static str,
    severity_word: String,
}

impl Accepted {
    pub(super) fn add(&mut self, finding: &Finding) {
        if finding.subject.kind == SubjectKind::Exception && finding.verdict != Verdict::Excepted {
            self.note(finding);
            return;
        }
        let Some(id) = &finding.exception_id else { return };
        if self.by_id.len() >= MOST_EXCEPTIONS && !self.by_id.contains_key(id) {
            self.left_out += 1;
            return;
        }
        let covered = self.by_id.entry(id.clone()).or_default();
        if finding.verdict == Verdict::Excepted {
            covered.in_force += 1;
        } else {
            covered.lapsed += 1;
        }
        covered.worst = covered.worst.max(Some(finding.severity));
        if covered.subjects.len() < MOST_SUBJECTS {
            covered.subjects.push(address(&finding.subject.name));
        }
    }

    fn note(&mut self, finding: &Finding) {
        if self.notes.len() >= MOST_NOTES {
            self.notes_left_out += 1;
            return;
        }
        self.notes.push(Note {
            check_id: clip(&finding.check_id),
            subject: clip(&finding.subject.name),
            message: clip(&finding.message),
            severity: finding.severity.as_str(),
            severity_word: words(finding.severity.as_str()),
        });
    }
}

/// The section.
#[derive(Template)]
#[template(path = "exceptions.html")]
pub(super) struct Exceptions {
    rows: Vec<Row>,
    in_force: String,
    lapsed: String,
    left_out: String,
    notes: Vec<Note>,
    notes_left_out: String,
}

struct Row {
    id: String,
    is_lapsed: bool,
    covers: String,
    severity: &'static str,
    severity_word: String,
    subjects: String,
}

impl Exceptions {
    pub(super) fn new(accepted: Accepted) -> Self {
        let more = |number: u64| if number > 0 { counted(number, "more", "more") } else { String::new() };
        let mut rows: Vec<Row> = accepted.by_id.into_iter().map(Row::new).collect();
        // Lapsed ones need somebody; the sort is stable, so ids stay in order.
        rows.sort_by_key(|row| !row.is_lapsed);
        let lapsed = rows.iter().filter(|row| row.is_lapsed).count() as u64;
        Self {
            in_force: counted(rows.len() as u64 - lapsed, "exception in force", "exceptions in force"),
            lapsed: counted(lapsed, "expired", "expired"),
            left_out: more(accepted.left_out),
            notes: accepted.notes,
            notes_left_out: more(accepted.notes_left_out),
            rows,
        }
    }
}

impl Row {
    fn new((id, covered): (String, Covered)) -> Self {
        let count = covered.in_force + covered.lapsed;
        let severity = covered.worst.unwrap_or(Severity::Info).as_str();
        let beyond = count - covered.subjects.len() as u64;
        let mut subjects = covered.subjects.join(", ");
        if beyond > 0 {
            subjects.push_str(&format!(" and {}", counted(beyond, "more", "more")));
        }
        Self {
            id: clip(&id),
            is_lapsed: covered.lapsed > 0,
            covers: counted(count, "finding", "findings"),
            severity,
            severity_word: words(severity),
            subjects,
        }
    }
}
