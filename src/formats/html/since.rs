//! What changed since the run that this one is compared with.

use askama::Template;
use chrono::NaiveDateTime;

use super::findings::Changed;
use super::text::{address, clip, count, counted, day, words};
use crate::findings::{Change, FixedFinding, RunSummary};

const MAX_ROWS: usize = 20;
const MAX_FIXED: usize = 100;

/// The section.
#[derive(Template)]
#[template(path = "since.html")]
pub(super) struct Since<'a> {
    compared_with: String,
    since: String,
    new: Group<'a>,
    worsened: Group<'a>,
    fixed: String,
    fixed_rows: Vec<Fixed>,
    fixed_more: String,
    settings_changed: Vec<String>,
    not_rechecked: u64,
    not_rechecked_text: String,
    excepted_worsened: String,
}

struct Group<'a> {
    total: String,
    rows: Vec<Changed<'a>>,
    more: String,
}

impl<'a> Group<'a> {
    fn new(total: u64, changed: &[Changed<'a>], is_of: fn(Change) -> bool) -> Self {
        let rows = changed.iter().filter(|row| is_of(row.change)).take(MAX_ROWS);
        let rows: Vec<Changed<'a>> = rows.copied().collect();
        let more = total.saturating_sub(rows.len() as u64);
        Self {
            total: count(total),
            more: if more > 0 { counted(more, "more", "more") } else { String::new() },
            rows,
        }
    }
}

struct Fixed {
    severity: &'static str,
    severity_word: String,
    check_id: String,
    subject: String,
    message: String,
    first_seen: String,
}

impl Fixed {
    fn new(fixed: &FixedFinding) -> Self {
        Self {
            severity: fixed.severity.as_str(),
            severity_word: words(fixed.severity.as_str()),
            check_id: clip(&fixed.check_id),
            subject: address(&fixed.subject.name),
            message: clip(&fixed.message),
            first_seen: day(fixed.first_seen_at),
        }
    }
}

impl<'a> Since<'a> {
    /// `changed` are the shown rows that changed, worst first.
    pub(super) fn new(summary: &RunSummary, changed: &[Changed<'a>], not_rechecked: u64) -> Self {
        let changes = &summary.changes;
        let fixed_rows: Vec<Fixed> = summary.fixed.iter().take(MAX_FIXED).map(Fixed::new).collect();
        let fixed_more = changes.fixed.saturating_sub(fixed_rows.len() as u64);
        Self {
            compared_with: summary.compared_with.as_deref().map(clip).unwrap_or_default(),
            since: summary.compared_with.as_deref().map(day_of).unwrap_or_default(),
            new: Group::new(changes.new, changed, |change| change != Change::Worsened),
            worsened: Group::new(changes.worsened, changed, |change| change == Change::Worsened),
            fixed: count(changes.fixed),
            fixed_rows,
            fixed_more: if fixed_more > 0 { count(fixed_more) } else { String::new() },
            settings_changed: summary.settings_changed.iter().map(|changed| clip(changed)).collect(),
            not_rechecked,
            not_rechecked_text: count(not_rechecked),
            excepted_worsened: match changes.excepted_worsened {
                0 => String::new(),
                grown => counted(grown, "accepted finding has", "accepted findings have"),
            },
        }
    }
}

/// The day of a run, by its id.
fn day_of(run_id: &str) -> String {
    let at = NaiveDateTime::parse_from_str(run_id, "%Y-%m-%dT%H-%M-%SZ");
    at.map_or_else(|_| clip(run_id), |at| day(at.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_run_is_in_its_id() {
        assert_eq!(day_of("2026-11-14T07-00-00Z"), "14 Nov 2026");
        assert_eq!(day_of("another"), "another");
    }
}
