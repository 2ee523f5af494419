//! The terminal summary and errors. Tenant text is hostile: control sequences are replaced.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use serde_json::json;

use crate::audit::{Beginning, Exit, Outcome};
use crate::cli::{LogFormat, Output};
use crate::findings::{Completeness, MissingParts, MissingSetting, RunSummary, Severity};
use crate::report::Latest;

use super::failure::Failure;
use super::progress_bar::TARGET;

/// Prints an error with its cause and fix, as text or as a JSON log line.
pub(super) fn print_failure(failure: &Failure, format: LogFormat) {
    if format == LogFormat::Json {
        let text = |text: &dyn std::fmt::Display| printable(&text.to_string());
        let fix = failure.help().map(|help| text(&help)).unwrap_or_default();
        // The excerpt of the file, if the error has a place in one.
        let excerpt = failure.labels().map(|_| printable(&rendered(failure, GraphicalTheme::none())));
        tracing::error!(id = failure.id(), reason = failure.reason(), fix, excerpt, "{}", text(failure));
        return;
    }
    let theme = if io::stderr().is_terminal() { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    // If stderr is closed, the error cannot be reported.
    let _ = writeln!(io::stderr(), "{}", printable(&rendered(failure, theme)));
}

fn rendered(failure: &Failure, theme: GraphicalTheme) -> String {
    let mut text = String::new();
    // Each message has its cause already.
    let rendered = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .without_cause_chain()
        .render_report(&mut text, failure);
    if rendered.is_ok() { text } else { failure.to_string() }
}

/// Prints what was not read and, unless `--quiet` is set, a summary and the path of the report.
pub(super) fn print_outcome(outcome: &Outcome, output: &Output) {
    // The reports are written: a closed terminal does not change the result of the run.
    let _ = try_to_print(outcome, output);
}

fn try_to_print(outcome: &Outcome, output: &Output) -> io::Result<()> {
    let summary = &outcome.summary;
    let missing: Vec<NotRead> = summary.coverage.missing().iter().map(NotRead::of).collect();
    match output.log_format {
        LogFormat::Text => write!(io::stderr().lock(), "{}", printable(&gap_text(&missing)))?,
        LogFormat::Json => missing.iter().for_each(NotRead::log),
    }
    print_latest(&outcome.latest, output.log_format)?;
    if output.log_format == LogFormat::Json {
        summary.missing_settings().iter().for_each(log_missing);
        log_end(outcome);
    }
    if output.quiet {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    match outcome.beginning {
        Beginning::Fresh | Beginning::Resumed => {}
        Beginning::NothingToResume => writeln!(stdout, "nothing to resume: started a new run")?,
    }
    if let Some(resumed_at) = summary.resumed_at {
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC");
        writeln!(
            stdout,
            "resumed: the run started at {} and was resumed at {}; facts are from both times",
            time(summary.started_at),
            time(resumed_at)
        )?;
    }
    match (outcome.was_interrupted, &summary.sample) {
        (false, _) => {}
        (true, None) => {
            writeln!(stdout, "interrupted: to read the rest, run `workspace-audit run --resume`")?
        }
        // It keeps nothing that could be continued.
        (true, Some(_)) => writeln!(stdout, "interrupted: to read the rest, start the trial again")?,
    }
    writeln!(stdout, "{}", amber(&printable(&headline(summary)), summary.is_limited()))?;
    if output.log_format == LogFormat::Text {
        write!(stdout, "{}", printable(&not_configured(summary)))?;
    }
    writeln!(stdout, "{}", numbers(summary))?;
    if !summary.settings_changed.is_empty() {
        let changed = printable(&summary.settings_changed.join("; "));
        writeln!(stdout, "settings changed since the last run: {changed}")?;
    }
    if outcome.exit == Exit::Findings {
        writeln!(stdout, "{} findings are at or above `fail_on`", outcome.at_or_above)?;
    }
    writeln!(stdout, "report: {}", report_path(outcome).display())
}

fn report_path(outcome: &Outcome) -> PathBuf {
    let report = outcome.folder.join("report.html");
    if report.exists() { report } else { outcome.folder.clone() }
}

/// What was read of each part, and what the run came to.
fn log_end(outcome: &Outcome) {
    let summary = &outcome.summary;
    for row in &summary.coverage.0 {
        tracing::info!(
            target: TARGET,
            id = "part_finished",
            part = row.part.id(),
            total = row.total,
            read = row.read,
            not_applicable = row.not_applicable,
            denied = row.denied,
            failed = row.failed,
            "part finished"
        );
    }
    let changes = summary.changes;
    let completeness = match summary.completeness {
        _ if outcome.was_interrupted => "interrupted",
        Completeness::Complete => "complete",
        Completeness::Partial => "partial",
    };
    tracing::info!(
        target: TARGET,
        id = "run_finished",
        run = summary.run_id,
        exit_code = outcome.exit.code(),
        completeness,
        sample = summary.sample,
        users = summary.known_users(),
        open = changes.open,
        new = changes.new,
        worsened = changes.worsened,
        fixed = changes.fixed,
        excepted = changes.excepted,
        excepted_worsened = changes.excepted_worsened,
        not_assessed = changes.not_assessed,
        findings_at_or_above = outcome.at_or_above,
        report = %report_path(outcome).display(),
        "run finished"
    );
}

/// Reports, even with `--quiet`, that `latest` does not point to the report: other programs may follow it.
fn print_latest(latest: &Latest, format: LogFormat) -> io::Result<()> {
    let Latest::NoLink { link, cause, named } = latest else { return Ok(()) };
    let link = printable(&link.display().to_string());
    let instead = match named {
        Some(file) => format!("{} has the path of the report", printable(&file.display().to_string())),
        None => "no other file has the path of the report".to_owned(),
    };
    let fix = "Rename or delete the file or folder that has this name. If the file system has no links, read \
               `latest.txt`.";
    match format {
        LogFormat::Json => {
            tracing::error!(fix, cause, "cannot link {link} to this report: {instead}");
            Ok(())
        }
        LogFormat::Text => {
            let mut stderr = io::stderr().lock();
            writeln!(
                stderr,
                "cannot link {link} to this report\n  cause: {}\n  instead: {instead}\n  fix: {fix}",
                printable(cause)
            )
        }
    }
}

fn log_missing(missing: &MissingSetting<'_>) {
    let parts: Vec<&str> = missing.parts.iter().map(|missing| missing.part.id()).collect();
    let (parts, checks) = (json!(parts).to_string(), json!(missing.checks).to_string());
    let (verdicts, setting) = (missing.verdicts, printable(missing.setting));
    tracing::warn!(json.parts = parts, json.checks = checks, verdicts, setting, "not configured");
}

fn titles(missing: &MissingSetting<'_>) -> String {
    let titles: Vec<&str> = missing.parts.iter().map(|missing| missing.part.title()).collect();
    titles.join("; ")
}

fn not_configured(summary: &RunSummary) -> String {
    let mut text = String::new();
    for missing in summary.missing_settings() {
        let hides = match missing.checks.as_slice() {
            [] => "none on its own".to_owned(),
            checks => format!("{} of {}", verdicts(missing.verdicts), checks.join(", ")),
        };
        let parts = titles(&missing);
        let setting = missing.setting;
        text.push_str(&format!("not configured: {parts}\n  not assessed: {hides}\n  fix: {setting}\n"));
    }
    if summary.settings_overlap() {
        text.push_str("  (a verdict that needs several of these settings is counted for each of them)\n");
    }
    text
}

fn verdicts(count: u64) -> String {
    if count == 1 { "1 verdict".to_owned() } else { format!("{count} verdicts") }
}

/// Colors the text amber if the terminal has colors.
fn amber(text: &str, is_amber: bool) -> String {
    let has_colors = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if is_amber && has_colors { format!("\u{1b}[33m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn parts_are(number: usize) -> String {
    if number == 1 { "1 part is".to_owned() } else { format!("{number} parts are") }
}

fn headline(summary: &RunSummary) -> String {
    let tenant = summary.primary_domain.as_deref().unwrap_or(&summary.customer);
    let parts = summary.coverage.0.len();
    let partial = summary.coverage.0.iter().filter(|row| row.is_partial()).count();
    let missing = summary.not_configured.len();
    let completeness = match summary.completeness {
        Completeness::Complete if missing == 0 => "complete".to_owned(),
        Completeness::Complete => {
            let hidden = verdicts(summary.verdicts_not_configured());
            format!("LIMITED: {} not configured, so {hidden} are missing", parts_are(missing))
        }
        Completeness::Partial if missing == 0 => {
            format!("PARTIAL: {partial} of {parts} parts not read completely")
        }
        Completeness::Partial => {
            format!(
                "PARTIAL: {partial} of {parts} parts not read completely, {} not configured",
                parts_are(missing)
            )
        }
    };
    let users =
        summary.known_users().map_or_else(|| "users not read".to_owned(), |users| format!("{users} users"));
    let sample = summary.sample.as_ref().map(|sample| format!("SAMPLE ({sample}): ")).unwrap_or_default();
    format!("{sample}{tenant}, {users}, {completeness}")
}

fn numbers(summary: &RunSummary) -> String {
    let changes = summary.changes;
    let by_severity: Vec<String> = Severity::WORST_FIRST
        .iter()
        .filter_map(|severity| Some(format!("{} {severity}", summary.open_by_severity.get(severity)?)))
        .collect();
    let breakdown =
        if by_severity.is_empty() { String::new() } else { format!(" ({})", by_severity.join(", ")) };
    let grown = match changes.excepted_worsened {
        0 => String::new(),
        grown => format!(" ({grown} worsened)"),
    };
    format!(
        "open {}{breakdown} · excepted {}{grown} · new {} · worsened {} · fixed {} · not assessed {}",
        changes.open, changes.excepted, changes.new, changes.worsened, changes.fixed, changes.not_assessed
    )
}

/// Parts that were not read because of one cause.
struct NotRead {
    parts: Vec<&'static str>,
    /// By id.
    part_ids: Vec<&'static str>,
    /// The cause's.
    id: String,
    cause: String,
    needed: String,
    fix: String,
}

impl NotRead {
    fn of(missing: &MissingParts<'_>) -> Self {
        Self {
            parts: missing.rows.iter().map(|row| row.part.title()).collect(),
            part_ids: missing.rows.iter().map(|row| row.part.id()).collect(),
            id: missing.counted.gap.reason.to_string(),
            cause: missing.counted.to_string(),
            needed: missing.needed.join("; "),
            fix: missing.counted.gap.advice(),
        }
    }

    /// Logged as an error, so that `--quiet` does not hide it.
    fn log(&self) {
        let Self { part_ids, id, cause, needed, fix, .. } = self;
        let parts = json!(part_ids).to_string();
        let (cause, needed, fix) = (printable(cause), printable(needed), printable(fix));
        tracing::error!(json.parts = parts, id, cause, needed, fix, "not read");
    }
}

fn gap_text(missing: &[NotRead]) -> String {
    let mut text = String::new();
    for NotRead { parts, cause, needed, fix, .. } in missing {
        let lines = [
            ("not read: ", &parts.join(", ")),
            ("  cause: ", cause),
            ("  needed: ", needed),
            ("  fix: ", fix),
        ];
        for (name, value) in lines.into_iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(name);
            text.push_str(value);
            text.push('\n');
        }
    }
    text
}

/// Replaces control and formatting characters, which a terminal would obey or which hide text.
pub(super) fn printable(text: &str) -> String {
    let replace = |c: char| if c == '\n' || !(c.is_control() || is_formatting(c)) { c } else { '\u{fffd}' };
    text.chars().map(replace).collect()
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
