//! `runs`: the runs in the history.

use std::io::{self, Write};

use crate::audit::Exit;
use crate::cli::Configured;
use crate::findings::Completeness;
use crate::store::{RunState, Store};

use super::failure::Failure;
use super::run::load;

pub(super) fn run(configured: &Configured) -> Result<Exit, Failure> {
    let config = load(configured)?;
    let runs = Store::look(&config.history)?.runs()?;
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
        let read = match (known.state, run.completeness) {
            (RunState::Finished, Completeness::Complete) if run.is_limited() => "limited",
            (RunState::Finished, Completeness::Complete) => "complete",
            (RunState::Finished, Completeness::Partial) => "partial",
            _ => "stopped",
        };
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
