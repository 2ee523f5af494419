//! How much was read, how, and what nobody can know.

use askama::Template;

use super::text::{self, clip, count, second};
use crate::findings::{CoverageRow, RunSummary};
use crate::snapshot::Snapshot;
use crate::tenant::Part;

/// The section.
#[derive(Template)]
#[template(path = "coverage.html")]
pub(super) struct Coverage {
    rows: Vec<Row>,
    scopes: Vec<Asked>,
    requests: Vec<RequestRow>,
    requests_total: String,
    admin: String,
    service_account: String,
    client_id: String,
    profile: String,
    scope_table: String,
    tool_version: String,
    started: String,
    resumed: String,
    finished: String,
    compared_with: String,
    sight: String,
    console_known: bool,
    accounts_known: bool,
}

pub(super) struct Row {
    pub(super) part: &'static str,
    pub(super) id: &'static str,
    pub(super) state: &'static str,
    pub(super) state_word: &'static str,
    pub(super) total: String,
    pub(super) read: String,
    pub(super) extent: String,
    pub(super) not_applicable: String,
    pub(super) denied: String,
    pub(super) failed: String,
    pub(super) reason: String,
    pub(super) needed: String,
    pub(super) fix: String,
}

struct Asked {
    identity: String,
    scopes: Vec<String>,
}

struct RequestRow {
    api: String,
    count: String,
}

impl Coverage {
    pub(super) fn new(summary: &RunSummary, tenant: &Snapshot) -> Self {
        Self {
            rows: summary.coverage.0.iter().map(|row| Row::of(row, summary)).collect(),
            scopes: summary
                .scopes_asked
                .iter()
                .map(|(identity, scopes)| Asked {
                    identity: clip(identity),
                    scopes: scopes.iter().map(|scope| clip(scope)).collect(),
                })
                .collect(),
            requests: summary
                .requests
                .iter()
                .map(|(api, requests)| RequestRow { api: clip(api), count: count(requests.calls) })
                .collect(),
            requests_total: count(summary.requests.values().map(|requests| requests.calls).sum()),
            admin: clip(&summary.admin),
            service_account: clip(&summary.service_account),
            client_id: clip(&summary.client_id),
            profile: clip(&summary.profile),
            scope_table: clip(&summary.scope_table),
            tool_version: clip(&summary.tool_version),
            started: second(summary.started_at),
            resumed: summary.resumed_at.map(second).unwrap_or_default(),
            finished: second(summary.finished_at),
            compared_with: summary.compared_with.as_deref().map(clip).unwrap_or_default(),
            sight: tenant.grants.source_coverage().to_string(),
            console_known: tenant.gap(Part::ConsoleGrants).is_none(),
            accounts_known: tenant.gap(Part::ServiceAccounts).is_none(),
        }
    }
}

impl Row {
    fn of(row: &CoverageRow, summary: &RunSummary) -> Self {
        let is_missing = summary.not_configured.iter().any(|missing| missing.part == row.part);
        let read = Self::new(row);
        if is_missing && !row.is_partial() {
            Self { state: "limited", state_word: "Not configured", ..read }
        } else {
            read
        }
    }

    pub(super) fn new(row: &CoverageRow) -> Self {
        let (state, state_word) = match row {
            row if row.is_partial() && row.read == 0 => ("missing", "Missing"),
            row if row.is_partial() => ("partial", "Partial"),
            row if row.read == 0 && row.not_applicable > 0 => ("skipped", "Nothing to read"),
            _ => ("whole", "Complete"),
        };
        Self {
            part: row.part.title(),
            id: row.part.id(),
            state,
            state_word,
            total: row.total.map_or_else(|| "unknown".to_owned(), count),
            read: count(row.read),
            extent: row.total.map_or_else(
                || "the total is unknown".to_owned(),
                |total| {
                    let others = [
                        (row.not_applicable, "not applicable"),
                        (row.denied, "denied"),
                        (row.failed, "failed"),
                    ];
                    let others = others.into_iter().filter(|(number, _)| *number > 0);
                    let others = others.map(|(number, what)| format!(", {} {what}", count(number)));
                    format!("{} of {} read{}", count(row.read), count(total), others.collect::<String>())
                },
            ),
            not_applicable: count(row.not_applicable),
            denied: count(row.denied),
            failed: count(row.failed),
            reason: clip(&row.reason()),
            needed: clip(&row.needed()),
            fix: clip(&row.fix()),
        }
    }
}
