//! `diff`: what changed between two runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::audit::{AuditError, Exit};
use crate::cli::Diff;
use crate::evaluate::compare::{Compared, Difference, compare};
use crate::findings::RunSummary;
use crate::store::{Run, Store};

use super::failure::Failure;
use super::run::load;
use super::terminal::printable;

pub(super) fn run(diff: &Diff) -> Result<Exit, Failure> {
    let config = load(&diff.configured)?;
    let store = Store::look(&config.history)?;
    let reported: Vec<String> =
        store.runs()?.into_iter().filter(|run| run.summary.is_some()).map(|run| run.id).collect();
    let newer = match &diff.new {
        Some(id) => id.clone(),
        None => reported.first().cloned().ok_or(AuditError::NoRun)?,
    };
    let (after, summary) = with_report(&store, &newer)?;
    let older = match &diff.old {
        Some(id) => id.clone(),
        None => match after.previous()? {
            Some(previous) => previous.id().to_owned(),
            None => return Err(AuditError::NothingToCompare(newer).into()),
        },
    };
    let (before, _) = with_report(&store, &older)?;
    if before.started_at() > after.started_at() {
        return Err(AuditError::NamedBackwards { older, newer }.into());
    }
    let checks: BTreeSet<String> = summary.checks.iter().map(|check| check.id.clone()).collect();
    let mut counts: BTreeMap<Difference, u64> = BTreeMap::new();
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{older} → {newer}")?;
    for compared in compare(before.findings()?, after.findings()?, &checks) {
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
