//! Every enabled check with what it concluded.

use askama::Template;

use super::text::{self, clip, count, verdict_word, words};
use crate::findings::{CheckSummary, RunSummary, Verdict};
use crate::tenant::Part;

/// The section.
#[derive(Template)]
#[template(path = "checks.html")]
pub(super) struct Checks {
    total: usize,
    columns: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    number: usize,
    id: String,
    slug: String,
    title: String,
    why: String,
    severity: &'static str,
    severity_word: String,
    counts: Vec<Count>,
    listed: String,
    assessed: String,
    not_assessed: String,
    not_applicable: String,
    adds_up: bool,
    needs: String,
}

struct Count {
    text: String,
    is_zero: bool,
}

impl Checks {
    pub(super) fn new(summary: &RunSummary) -> Self {
        Self {
            total: summary.checks.len(),
            columns: Verdict::ALL.iter().map(|verdict| verdict_word(*verdict)).collect(),
            rows: summary.checks.iter().enumerate().map(Row::new).collect(),
        }
    }
}

impl Row {
    fn new((index, check): (usize, &CheckSummary)) -> Self {
        let population = &check.population;
        let needs: Vec<&str> = check
            .needs
            .iter()
            .map(|id| match Part::from_id(id) {
                Some(part) => part.title(),
                None => id.as_str(),
            })
            .collect();
        Self {
            number: index + 1,
            id: clip(&check.id),
            slug: clip(&check.slug),
            title: clip(&check.title),
            why: clip(&check.why),
            severity: check.severity.as_str(),
            severity_word: words(check.severity.as_str()),
            counts: Verdict::ALL
                .iter()
                .map(|verdict| check.counts.of(*verdict))
                .map(|number| Count { text: count(number), is_zero: number == 0 })
                .collect(),
            listed: count(population.listed),
            assessed: count(population.assessed),
            not_assessed: count(population.not_assessed),
            not_applicable: count(population.not_applicable),
            adds_up: population.listed
                == population.assessed + population.not_assessed + population.not_applicable,
            needs: clip(&needs.join(", ")),
        }
    }
}
