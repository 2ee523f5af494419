//! `diff`: what changed between two runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::audit::{AuditError, Exit};
use crate::cli::Diff;
use crate::evaluate::compare::{Compared, Difference, Told, compare, not_comparable};
use crate::findings::{Fingerprint, RunSummary};
use crate::store::{Run, Store};

use super::again;
use super::failure::Failure;
use super::run::load;
use super::terminal::printable;

pub(super) fn run(diff: &Diff) -> Result<Exit, Failure> {
    let config = load(&diff.configured)?;
    let newer = again::named(&config, diff.new.as_deref().unwrap_or(again::LATEST))?;
    let store = Store::look(&config.history)?;
    let (after, summary) = with_report(&store, &newer)?;
    let older = match &diff.old {
        Some(id) => again::named(&config, id)?,
        None => match after.previous()? {
            Some(previous) => previous.id().to_owned(),
            None => return Err(AuditError::NothingToCompare(newer).into()),
        },
    };
    let (before, earlier) = with_report(&store, &older)?;
    if before.started_at() > after.started_at() {
        return Err(AuditError::NamedBackwards { older, newer }.into());
    }
    let told = Told { not_comparable: not_comparable(&before, &after)?, ..told(&store, &earlier, &summary)? };
    let mut counts: BTreeMap<Difference, u64> = BTreeMap::new();
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{older} → {newer}")?;
    if !told.is_next && !told.not_comparable.is_empty() {
        let checks: Vec<&str> = told.not_comparable.iter().map(String::as_str).collect();
        writeln!(
            stdout,
            "not comparable: {}. {older} has a finding for each access path or scope, {newer} one for each binding or \
             client. What differs is unknown.",
            checks.join(", ")
        )?;
    }
    for compared in compare(&before, &after, &told)? {
        let compared = compared?;
        *counts.entry(compared.difference).or_default() += 1;
        if compared.difference != Difference::Unchanged {
            print_finding(&mut stdout, &compared)?;
        }
    }
    for difference in Difference::ALL {
        writeln!(stdout, "{:>9} {}", counts.get(&difference).unwrap_or(&0), difference.as_str())?;
    }
    Ok(Exit::Complete)
}

fn with_report<'s>(store: &'s Store, id: &str) -> Result<(Run<'s>, RunSummary), Failure> {
    let run = store.run(id)?.ok_or_else(|| AuditError::NoSuchRun(id.to_owned()))?;
    let summary = run.known()?.summary.ok_or_else(|| AuditError::NoReportYet(id.to_owned()))?;
    Ok((run, summary))
}

/// What the runs after `earlier` told, up to the later one.
fn told(store: &Store, earlier: &RunSummary, later: &RunSummary) -> Result<Told, Failure> {
    let since = |run: &RunSummary| {
        (earlier.started_at..=later.started_at).contains(&run.started_at) && run.run_id != earlier.run_id
    };
    let runs: Vec<RunSummary> =
        store.runs()?.into_iter().filter_map(|run| run.summary).filter(since).collect();
    let fixed = runs.iter().flat_map(|run| &run.fixed);
    Ok(Told {
        checks: later.checks.iter().map(|check| check.id.clone()).collect(),
        // One that was judged again since is not what the later run was compared with.
        is_next: later.compared_with.as_deref() == Some(&earlier.run_id)
            && earlier.judged_at <= later.judged_at,
        not_comparable: BTreeSet::new(),
        fixed: fixed.map(|fixed| Fingerprint::of(&fixed.check_id, &fixed.subject)).collect(),
        is_cut: runs.iter().any(|run| run.changes.fixed > run.fixed.len() as u64),
    })
}

fn print_finding(stdout: &mut impl Write, compared: &Compared) -> io::Result<()> {
    let finding = &compared.finding;
    let (difference, severity) = (compared.difference.as_str(), finding.severity.as_str());
    let message = printable(&finding.message);
    writeln!(stdout, "{difference:<9} {severity:<8} {:<8} {message}", finding.check_id)?;
    for added in &finding.added {
        writeln!(stdout, "{:28}added: {}", "", printable(&added.to_string()))?;
    }
    Ok(())
}
