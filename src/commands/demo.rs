//! `demo`: the audit against the built-in sample tenant, over HTTP on loopback.

use std::path::Path;

use chrono::{SubsecRound, Utc};
use workspace_audit_emulator::Options;

use crate::audit::{self, Exit, Outcome, Resume, RunOptions};
use crate::cli::{Demo, Output};
use crate::collect::{Access, Progress};
use crate::config::Config;
use crate::tenant::Part;

use super::failure::Failure;
use super::{faults, progress_bar, runtime, stop_signal, terminal};

pub(super) fn run(demo: &Demo, output: &Output) -> Result<Exit, Failure> {
    let progress = progress_bar::progress(output);
    let outcome = runtime()?.block_on(audit_sample_tenant(demo, &*progress))?;
    drop(progress);
    terminal::print_outcome(&outcome, output);
    Ok(outcome.exit)
}

async fn audit_sample_tenant(demo: &Demo, progress: &dyn Progress) -> Result<Outcome, Failure> {
    let faults = faults::planned(&demo.faults)?;
    let optional = Part::all().filter(|part| part.is_optional());
    let extra_scopes = optional.filter_map(|part| Access::of(part).scope).map(str::to_owned).collect();
    let options = Options { tenant: demo.tenant, at: demo.at, faults, extra_scopes, ..Options::default() };
    let emulator = workspace_audit_emulator::start(options).await?;
    let client_files = tempfile::tempdir()?;
    let files = emulator.write_client_files(client_files.path())?;
    let config = Config::load(&files.config, std::iter::empty(), &settings(demo))?;
    let at = demo.at.unwrap_or_else(Utc::now).trunc_subsecs(0);
    let options = RunOptions { at, is_demo: true, resume: Resume::IfYoung, sample: None };
    let outcome = audit::run(&config, options, progress, stop_signal::stop_requested()?).await?;
    emulator.shutdown().await;
    Ok(outcome)
}

/// The demo reads every part. It has its own reports and history, apart from those of a real tenant.
fn settings(demo: &Demo) -> Vec<(String, String)> {
    let absolute =
        |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let optional: Vec<String> =
        Part::all().filter(|part| part.is_optional()).map(|part| format!("\"{part}\"")).collect();
    [
        ("collect.parts", format!("[\"default\", {}]", optional.join(", "))),
        ("reports.directory", absolute(&demo.output_dir)),
        ("history.path", absolute(&demo.output_dir.join("history.sqlite"))),
        ("reports.fail_on", demo.fail_on.clone()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}
