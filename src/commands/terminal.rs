//! What a person reads in the terminal. Tenant text is hostile: no control sequence of it gets here.

use std::io::{self, IsTerminal, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::audit::{Beginning, Exit, Outcome};
use crate::cli::{LogFormat, Output};
use crate::findings::{Completeness, CoverageRow, RunSummary, Severity};

use super::failure::Failure;

/// Says what went wrong, why, and what to do: in words, or where a program reads the log, as a line of it.
pub(super) fn complain(failure: &Failure, format: LogFormat) {
    if format == LogFormat::Json {
        let text = |text: &dyn std::fmt::Display| printable(&text.to_string());
        let fix = failure.help().map(|help| text(&help)).unwrap_or_default();
        // The place in a file that is at fault, if it is one.
        let shown = failure.labels().map(|_| printable(&rendered(failure, GraphicalTheme::none())));
        tracing::error!(fix, shown, "{}", text(failure));
        return;
    }
    let theme = if io::stderr().is_terminal() { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    // Without stderr there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}", printable(&rendered(failure, theme)));
}

fn rendered(failure: &Failure, theme: GraphicalTheme) -> String {
    let mut text = String::new();
    let rendered =
        GraphicalReportHandler::new_themed(theme).with_width(100).render_report(&mut text, failure);
    if rendered.is_ok() { text } else { failure.to_string() }
}

/// Says what was not read, and, unless told to be quiet, where the report is and what it says first.
pub(super) fn tell(outcome: &Outcome, output: &Output) {
    // The reports are written: a terminal that is gone changes nothing about the run.
    let _ = try_to_tell(outcome, output);
}

fn try_to_tell(outcome: &Outcome, output: &Output) -> io::Result<()> {
    let summary = &outcome.summary;
    let gaps = gaps(&summary.coverage.0);
    match output.log_format {
        LogFormat::Text => write!(io::stderr().lock(), "{}", printable(&in_words(&gaps)))?,
        LogFormat::Json => gaps.iter().for_each(Gap::log),
    }
    if output.quiet {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    match outcome.beginning {
        Beginning::Fresh => {}
        Beginning::Resumed => writeln!(stdout, "resumed: the run that began at {}", summary.run_id)?,
        Beginning::NothingToResume => writeln!(stdout, "nothing to resume: a run from the beginning")?,
    }
    if outcome.was_interrupted {
        writeln!(stdout, "interrupted: `workspace-audit run --resume` reads the rest")?;
    }
    writeln!(stdout, "{}", printable(&headline(summary)))?;
    writeln!(stdout, "{}", numbers(summary))?;
    if outcome.exit == Exit::Findings {
        writeln!(stdout, "{} findings are at or above `fail_on`", outcome.at_or_above)?;
    }
    let report = outcome.folder.join("report.html");
    let shown = if report.exists() { report } else { outcome.folder.clone() };
    writeln!(stdout, "report: {}", shown.display())
}

fn headline(summary: &RunSummary) -> String {
    let tenant = summary.primary_domain.as_deref().unwrap_or(&summary.customer);
    let parts = summary.coverage.0.len();
    let partial = summary.coverage.0.iter().filter(|row| row.is_partial()).count();
    let completeness = match summary.completeness {
        Completeness::Complete => "complete".to_owned(),
        Completeness::Partial => format!("PARTIAL: {partial} of {parts} parts were not read completely"),
    };
    let users =
        summary.known_users().map_or_else(|| "users not read".to_owned(), |users| format!("{users} users"));
    format!("{tenant}, {users}, {completeness}")
}

fn numbers(summary: &RunSummary) -> String {
    let changes = summary.changes;
    let by_severity: Vec<String> = Severity::WORST_FIRST
        .iter()
        .filter_map(|severity| Some(format!("{} {severity}", summary.open_by_severity.get(severity)?)))
        .collect();
    let breakdown =
        if by_severity.is_empty() { String::new() } else { format!(" ({})", by_severity.join(", ")) };
    format!(
        "open {}{breakdown} · new {} · worsened {} · fixed {} · not assessed {}",
        changes.open, changes.new, changes.worsened, changes.fixed, changes.not_assessed
    )
}

/// Parts that were not read for the same cause.
struct Gap<'a> {
    parts: Vec<&'a str>,
    cause: &'a str,
    needed: Vec<&'a str>,
    fix: &'a str,
}

impl Gap<'_> {
    /// At a level that is heard however quiet the log is.
    fn log(&self) {
        let (parts, needed) = (self.parts.join(", "), self.needed.join("; "));
        let (cause, needed, fix) = (printable(self.cause), printable(&needed), printable(self.fix));
        tracing::error!(parts, cause, needed, fix, "not read");
    }
}

/// What was not read, each cause once.
fn gaps(rows: &[CoverageRow]) -> Vec<Gap<'_>> {
    let mut gaps: Vec<Gap<'_>> = Vec::new();
    for row in rows.iter().filter(|row| row.is_partial()) {
        let needed = (!row.needed.is_empty()).then_some(row.needed.as_str());
        match gaps.iter_mut().find(|gap| gap.cause == row.reason && gap.fix == row.fix) {
            Some(gap) => {
                gap.parts.push(row.part.title());
                gap.needed.extend(needed.filter(|needed| gap.needed.last() != Some(needed)));
            }
            None => gaps.push(Gap {
                parts: vec![row.part.title()],
                cause: &row.reason,
                needed: needed.into_iter().collect(),
                fix: &row.fix,
            }),
        }
    }
    gaps
}

fn in_words(gaps: &[Gap<'_>]) -> String {
    let mut text = String::new();
    for gap in gaps {
        let lines = [
            ("not read: ", gap.parts.join(", ")),
            ("  cause: ", gap.cause.to_owned()),
            ("  needed: ", gap.needed.join("; ")),
            ("  fix: ", gap.fix.to_owned()),
        ];
        for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(name);
            text.push_str(value);
            text.push('\n');
        }
    }
    text
}

/// Without what a terminal would obey, or what hides text: control and formatting characters.
fn printable(text: &str) -> String {
    let shown = |c: char| if c == '\n' || !(c.is_control() || is_formatting(c)) { c } else { '\u{fffd}' };
    text.chars().map(shown).collect()
}

const fn is_formatting(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_sequence_of_the_tenant_reaches_the_terminal() {
        let hostile = "a\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}b\n";
        assert_eq!(printable(hostile), "a\u{fffd}]0;title\u{fffd}\u{fffd}[2J\u{fffd}31m\u{fffd}b\n");
    }
}
