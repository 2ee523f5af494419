//! How far back the ledger sees, and what each of its sources said.

use askama::Template;

use super::words;
use crate::formats::html::text::{self, address, clip, day};
use crate::snapshot::Snapshot;
use crate::tenant::{Part, Reading};

/// How far the sources see.
#[derive(Template)]
#[template(path = "sources.html")]
pub(super) struct Sources {
    sentence: String,
    /// Empty: the ledger is blind throughout.
    blind_before: String,
    is_complete: bool,
    rows: Vec<Source>,
}

struct Source {
    name: &'static str,
    shows: &'static str,
    state: &'static str,
    state_word: &'static str,
    said: String,
    gap: String,
    fix: String,
}

impl Sources {
    pub(super) fn new(tenant: &Snapshot) -> Self {
        let coverage = tenant.grants.source_coverage();
        let console = match (coverage.console_at, coverage.console_is_stale) {
            (Some(at), true) => format!(
                "The newest list is of {} and more than 35 days old. Copy it from the Admin console again",
                words::on(at, tenant.run_at)
            ),
            (Some(at), false) => format!("Complete as of {}", words::on(at, tenant.run_at)),
            (None, _) => String::new(),
        };
        let admin_log =
            coverage.log_since.zip(coverage.log_until).map_or_else(String::new, |(since, until)| {
                format!("Read completely from {} to {}", day(since), day(until))
            });
        let newest = |log| {
            let uses = tenant.grants.iter().filter_map(|grant| grant.last_used);
            let last = uses.filter(|used| used.log == log).map(|used| used.at).max();
            last.map_or_else(
                || "Shows no use of a grant".to_owned(),
                |at| format!("Last use of a grant: {}", words::on(at, tenant.run_at)),
            )
        };
        let is_stale = coverage.console_is_stale;
        let row = |part: Part, name, shows, said: String| Source::new(tenant, part, name, shows, said);
        let mut rows = vec![
            row(
                Part::ConsoleGrants,
                "Delegation list of the Admin console",
                "every grant, as of its date",
                console,
            ),
            row(Part::AdminLog, "Admin log", "added and removed grants; Google keeps six months", admin_log),
            row(
                Part::AccessEvaluationLog,
                "Access evaluation log",
                "clients and scopes in use",
                newest(crate::delegation::LedgerSource::AccessEvaluation),
            ),
            row(
                Part::TokenLog,
                "Token log",
                "clients in use, without their scopes",
                newest(crate::delegation::LedgerSource::TokenLog),
            ),
            row(
                Part::ProbeGrants,
                "Probe of the token endpoint",
                "the exact scopes of this audit",
                "Each scope was tested".to_owned(),
            ),
        ];
        if is_stale && rows[0].state == "whole" {
            (rows[0].state, rows[0].state_word) = ("partial", "Stale");
        }
        rows.push(accounts(tenant));
        Self {
            sentence: coverage.to_string(),
            blind_before: coverage.blind_before().map(day).unwrap_or_default(),
            is_complete: rows.iter().all(|row| row.state == "whole"),
            rows,
        }
    }
}

/// No source of grants, but what tells whose they are.
fn accounts(tenant: &Snapshot) -> Source {
    let known = tenant.service_accounts.known().map_or(0, |accounts| accounts.0.len());
    let said = format!(
        "{} in the audited projects. A client without an account here is in another project, is deleted, or \
         is not a service account",
        crate::formats::html::text::counted(known as u64, "service account", "service accounts")
    );
    Source::new(tenant, Part::ServiceAccounts, "Service accounts", "the owner of a client", said)
}

impl Source {
    fn new(tenant: &Snapshot, part: Part, name: &'static str, shows: &'static str, said: String) -> Self {
        let reading: Reading<()> = match part {
            Part::ConsoleGrants => tenant.console_grants.clone(),
            Part::AdminLog => tenant.admin_log.clone(),
            Part::AccessEvaluationLog => tenant.access_evaluation_log.clone(),
            Part::TokenLog => tenant.token_log.clone(),
            Part::ProbeGrants => tenant.probe_grants.clone(),
            _ => tenant.service_accounts.without_facts(),
        };
        let (state, state_word) = match &reading {
            Reading::Complete(()) => ("whole", "Read"),
            Reading::Partial(..) => ("partial", "Partial"),
            Reading::Missing(_) => ("missing", "Not read"),
        };
        // What an earlier run saw still counts where this one saw nothing.
        let is_remembered = matches!(part, Part::ConsoleGrants | Part::AdminLog);
        let is_told = reading.known().is_some() || (is_remembered && !said.is_empty());
        let earlier = if reading.known().is_none() { "From earlier runs. " } else { "" };
        Self {
            name,
            shows,
            state,
            state_word,
            said: if is_told { format!("{earlier}{said}") } else { String::new() },
            gap: reading.gap().map(|missing| address(&missing.message)).unwrap_or_default(),
            fix: reading.gap().map(|missing| clip(&missing.fix)).unwrap_or_default(),
        }
    }
}
