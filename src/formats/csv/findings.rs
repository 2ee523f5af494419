//! `findings.csv`: a row a finding.

use super::table::{Column, Rows, Table, names};
use crate::findings::{Finding, Verdict};
use crate::formats::csv_cell::{list, optional_text, text, time};

pub(super) const TABLE: Table = Table {
    file: "findings.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| {
        for finding in source.findings().map_err(|error| file.failed(error))? {
            let finding = finding.map_err(|error| file.failed(error))?;
            file.write(COLUMNS, &finding)?;
        }
        Ok(())
    }),
};

const COLUMNS: &[Column<Finding>] = &[
    ("check_id", |row| text(&row.check_id)),
    ("verdict", |row| text(row.verdict.as_str())),
    ("severity", |row| text(row.severity.as_str())),
    ("subject_kind", |row| text(row.subject.kind.as_str())),
    ("subject_id", |row| text(&row.subject.id)),
    ("subject_name", |row| text(&row.subject.name)),
    ("message", |row| text(&row.message)),
    ("evidence", |row| {
        let facts = row.facts().map(ToString::to_string);
        let facts = facts.chain(row.acceptance_facts().into_iter().map(|fact| fact.to_string()));
        list(facts.collect::<Vec<_>>().iter().map(String::as_str))
    }),
    ("fix", |row| text(&row.fix)),
    ("place", |row| text(&row.place)),
    ("controls", |row| list(row.controls.iter().map(String::as_str))),
    ("fingerprint", |row| text(row.fingerprint.as_str())),
    ("first_seen_at", |row| time(Some(row.first_seen_at))),
    // What was not assessed compares with nothing.
    ("change", |row| text(if row.verdict == Verdict::NotAssessed { "" } else { row.change.as_str() })),
    ("exception_id", |row| optional_text(row.exception_id.as_deref())),
    ("assumptions", |row| {
        let named =
            row.assumptions.iter().map(|assumed| format!("{}: {}", assumed.rule.as_str(), assumed.part));
        list(named.collect::<Vec<_>>().iter().map(String::as_str))
    }),
    ("unread", |row| list(row.unread.iter().map(|part| part.id()))),
    ("also_checks", |row| {
        let named = row.also_checks.iter().map(|also| format!("{}: {}", also.check_id, also.verdict));
        list(named.collect::<Vec<_>>().iter().map(String::as_str))
    }),
    ("added", |row| {
        let named = row.added.iter().map(ToString::to_string);
        list(named.collect::<Vec<_>>().iter().map(String::as_str))
    }),
    ("accepted", |row| {
        let named = row.accepted.iter().map(ToString::to_string);
        list(named.collect::<Vec<_>>().iter().map(String::as_str))
    }),
    ("command", |row| text(&row.command)),
    ("may_break", |row| text(&row.may_break)),
];
