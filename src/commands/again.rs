//! `judge` and `report`: a new report of a stored run.

use crate::audit::{self, AuditError, Exit, Outcome};
use crate::cli::{Again, Output};
use crate::config::Config;
use crate::store::Store;

use super::failure::Failure;
use super::{run, terminal};

pub(super) fn judge(again: &Again, output: &Output) -> Result<Exit, Failure> {
    act(again, output, audit::judge_again)
}

pub(super) fn report(again: &Again, output: &Output) -> Result<Exit, Failure> {
    act(again, output, audit::report_again)
}

fn act(
    again: &Again,
    output: &Output,
    act: fn(&Config, &str, Option<&str>) -> Result<Outcome, AuditError>,
) -> Result<Exit, Failure> {
    let config = run::load(&again.configured)?;
    let run_id = named(&config, &again.run)?;
    let outcome = act(&config, &run_id, again.reason.as_deref())?;
    terminal::print_outcome(&outcome, output);
    Ok(outcome.exit)
}

/// The name of the newest run that has a report.
pub(super) const LATEST: &str = "latest";

/// The id of a run; `latest` is the newest that has a report.
pub(super) fn named(config: &Config, run: &str) -> Result<String, Failure> {
    // What is named is looked for later; a history is never made for it.
    let store = Store::look(&config.history)?;
    if run != LATEST {
        return Ok(run.to_owned());
    }
    let runs = store.runs()?;
    let newest = runs.into_iter().find(|run| run.summary.is_some());
    Ok(newest.ok_or(AuditError::NoRun)?.id)
}
