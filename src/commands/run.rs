//! `run`: one audit.

use std::path::Path;

use chrono::{SubsecRound, Utc};

use crate::audit::{self, Exit, Resume, RunOptions};
use crate::cli::{Configured, Output, Run};
use crate::config::{Config, ConfigError};
use crate::tenant::Sample;

use super::failure::Failure;
use super::{progress_bar, runtime, stop_signal, terminal};

pub(super) fn run(run: &Run, output: &Output) -> Result<Exit, Failure> {
    let config = load(&run.configured)?;
    let progress = progress_bar::progress(output);
    let resume = match &run.resume {
        None => Resume::IfYoung,
        Some(None) => Resume::Asked,
        Some(Some(id)) => Resume::Named(id.clone()),
    };
    let sample = Sample::of(run.org_unit.as_deref(), run.users.as_deref(), run.sample)
        .map_err(|error| ConfigError::new(format!("`--users` is not a glob: {}", error.kind())))?;
    let options = RunOptions { at: Utc::now().trunc_subsecs(0), is_demo: false, resume, sample };
    let outcome = runtime()?.block_on(async {
        let stop = stop_signal::stop_requested()?;
        audit::run(&config, options, &*progress, stop).await.map_err(Failure::from)
    })?;
    drop(progress);
    terminal::print_outcome(&outcome, output);
    Ok(outcome.exit)
}

/// The configuration from the file, the environment and the flags.
pub(super) fn load(configured: &Configured) -> Result<Config, ConfigError> {
    Config::load(&configured.config, environment(), &configured.flags())
}

/// The configuration from the file and the environment.
pub(super) fn load_file(path: &Path) -> Result<Config, ConfigError> {
    Config::load(path, environment(), &[])
}

/// Variables that are not UTF-8 are ignored: they cannot be settings.
pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
