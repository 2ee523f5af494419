//! `runs`: the runs in the history.

use std::io::{self, Write};

use serde_json::json;

use crate::audit::Exit;
use crate::cli::{ReportFormat, Runs};
use crate::config::Config;
use crate::findings::{Completeness, RunSummary};
use crate::store::{KnownRun, RunState, Store};

use super::failure::Failure;
use super::run::environment;

pub(super) fn run(args: &Runs) -> Result<Exit, Failure> {
    let config = Config::load(&args.config, environment(), &args.settings)?;
    let runs = Store::look(&config.history)?.runs()?;
    if args.format == ReportFormat::Json {
        return print_json(&runs);
    }
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{:<22} {:<9} {:>9} {:>7} {:>7} {:>7} {:>13}",
        "run", "read", "users", "open", "new", "fixed", "not assessed"
    )?;
    for known in runs {
        let Some(run) = known.summary else {
            writeln!(
                stdout,
                "{:<22} unfinished: to continue it, run `workspace-audit run --resume={0}`",
                known.id
            )?;
            continue;
        };
        let read = read(known.state, &run);
        let changes = run.changes;
        let users = run.known_users().map_or_else(|| "not read".to_owned(), |users| users.to_string());
        let resumed = run
            .resumed_at
            .map(|at| format!("  resumed {}", at.format("%Y-%m-%d %H:%M UTC")))
            .unwrap_or_default();
        let judged = match known.newest_report {
            Some(report) if known.judgments > 1 => {
                format!("  evaluated {} times, newest report {report}", known.judgments)
            }
            _ => String::new(),
        };
        writeln!(
            stdout,
            "{:<22} {read:<9} {users:>9} {:>7} {:>7} {:>7} {:>13}{resumed}{judged}",
            run.run_id, changes.open, changes.new, changes.fixed, changes.not_assessed
        )?;
    }
    Ok(Exit::Complete)
}

/// How far a run read.
fn read(state: RunState, run: &RunSummary) -> &'static str {
    match (state, run.completeness) {
        (RunState::Finished, Completeness::Complete) if run.is_limited() => "limited",
        (RunState::Finished, Completeness::Complete) => "complete",
        (RunState::Finished, Completeness::Partial) => "partial",
        _ => "stopped",
    }
}

/// One array, the newest run first.
fn print_json(runs: &[KnownRun]) -> Result<Exit, Failure> {
    let rows = runs.iter().map(|known| match &known.summary {
        None => json!({ "run": known.id, "read": "unfinished" }),
        Some(run) => json!({
            "run": run.run_id,
            "read": read(known.state, run),
            "started_at": run.started_at,
            "resumed_at": run.resumed_at,
            "finished_at": run.finished_at,
            "compared_with": run.compared_with,
            "users": run.known_users(),
            "changes": run.changes,
            "evaluations": known.judgments,
            "newest_report": known.newest_report,
        }),
    });
    let text = serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).map_err(io::Error::other)?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(Exit::Complete)
}
