//! Which run goes on, and what must not be compared.

use crate::config::Config;
use crate::report::Folder;
use crate::store::{Run, Store};

use super::{AuditError, Beginning, Resume, RunOptions};

/// Continues the run that was not finished, if it asked for the same facts and is young enough, or begins one.
pub(super) fn begin<'s>(
    store: &'s Store,
    folder: &Folder,
    config: &Config,
    options: &RunOptions,
) -> Result<(Run<'s>, Beginning), AuditError> {
    let terms = format!("{} {}", env!("CARGO_PKG_VERSION"), config.facts_digest);
    // A clock that went back makes no run young.
    let is_young =
        |run: &Run<'_>| (options.at - run.started_at()).to_std().is_ok_and(|age| age < config.resume_within);
    let resume = &options.resume;
    let unfinished = store.unfinished(&terms)?;
    if let Resume::Named(id) = resume
        && unfinished.as_ref().is_none_or(|(run, _)| run.id() != id)
    {
        let is_known = store.run(id)?.is_some();
        let id = id.clone();
        return Err(if is_known { AuditError::NotUnfinished(id) } else { AuditError::NoSuchRun(id) });
    }
    match (unfinished, resume) {
        (Some((run, true)), resume) if matches!(resume, Resume::Named(_)) || is_young(&run) => {
            tracing::info!(run = run.id(), "continuing");
            return Ok((run.resume(options.at)?, Beginning::Resumed));
        }
        (Some((run, true)), Resume::Asked) => {
            return Err(AuditError::NotYoung { id: run.id().to_owned(), began_at: run.started_at() });
        }
        (Some((run, false)), Resume::Asked | Resume::Named(_)) => {
            return Err(AuditError::OtherTerms(run.id().to_owned()));
        }
        (Some((run, _)), _) => {
            tracing::warn!("the run {} was not finished, and is not continued", run.id());
        }
        (None, _) => {}
    }
    let beginning = if *resume == Resume::IfYoung { Beginning::Fresh } else { Beginning::NothingToResume };
    let run = store.begin(options.at, &terms, |id| folder.claim(id).map_err(AuditError::from))?;
    Ok((run, beginning))
}

/// Compared with another tenant's run, everything would look new and everything fixed.
pub(super) fn refuse_another_tenant(previous: Option<Run<'_>>, now: Option<&str>) -> Result<(), AuditError> {
    let Some(previous) = previous else { return Ok(()) };
    let before = previous.known()?.summary.map(|summary| summary.customer).filter(|id| id.starts_with('C'));
    match (before, now) {
        (Some(before), Some(now)) if before != now => {
            Err(AuditError::OtherTenant { before, now: now.to_owned() })
        }
        _ => Ok(()),
    }
}
