//! What is accepted, by whom and until when; and what was accepted until it expired.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;

use super::text::{address, clip, counted, words};
use crate::findings::{Acceptance, Finding, Severity, SubjectKind, Verdict};

const MAX_EXCEPTIONS: usize = 200;
const MAX_NOTES: usize = 200;
const MAX_SUBJECTS: usize = 10;

/// Exceptions by id, gathered while findings stream by.
#[derive(Default)]
pub(super) struct Accepted {
    by_id: BTreeMap<String, Covered>,
    findings: u64,
    notes: Vec<Note>,
    notes_left_out: u64,
    left_out: u64,
}

#[derive(Default)]
struct Covered {
    in_force: u64,
    lapsed: u64,
    acceptance: Option<Acceptance>,
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
        self.findings += u64::from(finding.verdict == Verdict::Excepted);
        for acceptance in &finding.accepted {
            let part = finding.verdict != Verdict::Excepted || !acceptance.parts.is_empty();
            if let Some(covered) =
                self.cover(&acceptance.id, finding, if part { &acceptance.parts } else { &[] })
            {
                covered.in_force += 1;
                covered.acceptance.get_or_insert_with(|| acceptance.clone());
            }
        }
        let Some(id) = &finding.exception_id else { return };
        if finding.accepted.iter().any(|acceptance| acceptance.id == *id) {
            return;
        }
        if let Some(covered) = self.cover(id, finding, &[]) {
            // Findings of earlier versions do not carry who accepted them.
            let is_in_force = finding.verdict == Verdict::Excepted;
            *(if is_in_force { &mut covered.in_force } else { &mut covered.lapsed }) += 1;
        }
    }

    fn cover(&mut self, id: &str, finding: &Finding, parts: &[String]) -> Option<&mut Covered> {
        if self.by_id.len() >= MAX_EXCEPTIONS && !self.by_id.contains_key(id) {
            self.left_out += 1;
            return None;
        }
        let covered = self.by_id.entry(id.to_owned()).or_default();
        covered.worst = covered.worst.max(Some(finding.severity));
        if covered.subjects.len() < MAX_SUBJECTS {
            let name = address(&finding.subject.name);
            covered.subjects.push(match parts {
                [] => name,
                parts => format!("{name}: only {}", clip(&parts.join(", "))),
            });
        }
        Some(covered)
    }

    fn note(&mut self, finding: &Finding) {
        if self.notes.len() >= MAX_NOTES {
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
    findings: String,
    in_force: String,
    lapsed: String,
    left_out: String,
    notes: Vec<Note>,
    notes_left_out: String,
}

struct Row {
    id: String,
    owner: String,
    reason: String,
    approver: String,
    ticket: String,
    created: String,
    expires: String,
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
            findings: counted(accepted.findings, "finding is accepted", "findings are accepted"),
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
        let acceptance = covered.acceptance.as_ref();
        let text =
            |of: fn(&Acceptance) -> Option<&str>| acceptance.and_then(of).map(clip).unwrap_or_default();
        let date = |of: fn(&Acceptance) -> Option<NaiveDate>| {
            acceptance.and_then(of).map(|date| date.to_string()).unwrap_or_default()
        };
        Self {
            owner: text(|acceptance| Some(&acceptance.owner)),
            reason: text(|acceptance| Some(&acceptance.reason)),
            approver: text(|acceptance| acceptance.approver.as_deref()),
            ticket: text(|acceptance| acceptance.ticket.as_deref()),
            created: date(|acceptance| acceptance.created),
            expires: date(|acceptance| acceptance.expires),
            id: clip(&id),
            is_lapsed: covered.lapsed > 0,
            covers: counted(count, "finding", "findings"),
            severity,
            severity_word: words(severity),
            subjects,
        }
    }
}
