//! The catalogue for people: `docs/checks.md`, and the list for a terminal.

use std::fmt::Write as _;

use super::{ALL, Check, Condition};
use crate::delegation::{RiskClass, ScopeRisk, ScopeRiskTable};
use crate::findings::{Severity, Verdict};

/// All of `docs/checks.md`.
#[must_use]
pub(crate) fn markdown() -> String {
    let mut page = String::from(INTRO);
    page.push_str("\n## Verdicts\n\n| Verdict | Means |\n|---|---|\n");
    for verdict in Verdict::ALL {
        line(&mut page, format_args!("| `{verdict}` | {} |", meaning(verdict)));
    }
    page.push_str(RULES);
    page.push_str("\n## All checks\n\n| Id | Check | Usual severity |\n|---|---|---|\n");
    for check in ALL {
        let anchor = anchor(check);
        line(
            &mut page,
            format_args!("| [{}](#{anchor}) | {} | {} |", check.id, cell(check.title), check.severity),
        );
    }
    for check in ALL {
        section(&mut page, check);
    }
    scope_table(&mut page, ScopeRiskTable::shipped());
    page
}

/// The list for a terminal: id, severity, title.
#[must_use]
pub(crate) fn text_list() -> String {
    let id_width = ALL.iter().map(|check| check.id.len()).max().unwrap_or_default();
    let severity_width =
        Severity::WORST_FIRST.iter().map(|severity| severity.as_str().len()).max().unwrap_or_default();
    let mut list = String::new();
    for check in ALL {
        let severity = check.severity.as_str();
        line(&mut list, format_args!("{:id_width$}  {severity:severity_width$}  {}", check.id, check.title));
    }
    list
}

const INTRO: &str = "\
# Checks

This page lists what `workspace-audit` checks, which data each check needs, and how to fix what it finds.
`just docs` generates the page from the program: to change it, change the checks.

Exceptions name a check by its ID. IDs are never reused. A missing number is a check that is not built.
";

const RULES: &str = "
- Missing data is never a pass. If a check lacks data that it needs, its verdict is `not_assessed`, and it
  names what is missing.
- The severity applies to a single subject. Some checks raise it by one step for tier 0: super admins and the
  admin that the audit acts as.
- Ages are measured at the start of the run.
- Some standards do not map their controls to a check. In this case, the mapping is ours, and a compliance
  reviewer must confirm it.
";

const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "Something is wrong.",
        Verdict::Review => "A person must decide.",
        Verdict::Error => "The check itself failed.",
        Verdict::NotAssessed => "Data is missing. The reason names it and says how to get it.",
        Verdict::Excepted => "Somebody accepted a `fail` or `review` in writing, for a limited time.",
        Verdict::Pass => "Everything is in order, and the data is complete.",
        Verdict::NotApplicable => "The check does not apply to the subject.",
    }
}

fn section(page: &mut String, check: &Check) {
    line(
        page,
        format_args!("\n## {}\n\n**{}.** Usual severity: {}.\n", heading(check), check.title, check.severity),
    );
    let needs: Vec<_> = check.needs.iter().map(|part| format!("{} (`{part}`)", part.title())).collect();
    page.push_str("- **Conditions:**\n");
    for condition in check.conditions {
        line(page, format_args!("  - {}{}", verdict_of(condition), escaped(condition.when)));
    }
    for (name, text) in [
        ("Why", check.why.to_owned()),
        ("Needs", if needs.is_empty() { "the exceptions file".to_owned() } else { needs.join(", ") }),
        ("Fix", check.fix.to_owned()),
        ("May break", check.may_break.unwrap_or("Nothing.").to_owned()),
        ("Command", check.command.unwrap_or("None.").to_owned()),
        ("Place", check.place.to_owned()),
        ("Controls", if check.controls.is_empty() { "none".to_owned() } else { check.controls.join(", ") }),
    ] {
        line(page, format_args!("- **{name}:** {}", escaped(&text)));
    }
}

fn verdict_of(condition: &Condition) -> String {
    match (condition.verdict, condition.severity) {
        (None, _) => "Note: ".to_owned(),
        (Some(verdict), Some(severity)) => format!("`{verdict}`, {severity}: "),
        (Some(verdict), None) if verdict.is_open() => format!("`{verdict}`, the scope's severity: "),
        (Some(verdict), None) => format!("`{verdict}`: "),
    }
}

fn heading(check: &Check) -> String {
    format!("{} {}", check.id, check.slug)
}

/// As GitHub makes it from the heading.
fn anchor(check: &Check) -> String {
    heading(check).to_lowercase().replace(' ', "-")
}

fn scope_table(page: &mut String, table: &ScopeRiskTable) {
    line(
        page,
        format_args!(
            "\n## Scope risk\n\nVersion {}, reviewed {}. The severity applies to a scope that is granted by domain-wide \
             delegation.\nGoogle's own classes rate the consent of a single user. A scope that is not in the table \
             has class `?` and severity high.\nDWD-02 reports it for review.\n",
            table.version, table.reviewed
        ),
    );
    let classes: Vec<_> =
        classes_of(table).map(|class| format!("`{}` {}", class.letter(), class.title())).collect();
    line(page, format_args!("Classes: {}.\n", classes.join(" · ")));
    page.push_str(
        "| Scope | Class | Severity | Sends mail | As any user, the client can | Google's class |\n",
    );
    page.push_str("|---|---|---|---|---|---|\n");
    for row in &table.scopes {
        scope_row(page, table, row);
    }
}

fn classes_of(table: &ScopeRiskTable) -> impl Iterator<Item = RiskClass> {
    let classes: std::collections::BTreeSet<_> =
        table.scopes.iter().flat_map(|row| row.classes.iter().copied()).collect();
    classes.into_iter().chain([RiskClass::Unknown])
}

fn scope_row(page: &mut String, table: &ScopeRiskTable, row: &ScopeRisk) {
    let severity = Severity::from(row.severity);
    let sends = if row.sends_mail { "yes" } else { "" };
    line(
        page,
        format_args!(
            "| `{}` | {} | {severity} | {sends} | {} | {} |",
            row.scope,
            table.class_letters(&row.scope),
            cell(&row.grants),
            row.google_class.as_deref().unwrap_or("not published"),
        ),
    );
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = text.write_fmt(arguments);
    text.push('\n');
}

fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|")
}

fn escaped(text: &str) -> String {
    text.replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_what_the_program_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == markdown(), "docs/checks.md is out of date: run `just docs`");
    }

    #[test]
    fn the_page_has_every_check_and_every_scope() {
        let page = markdown();
        for check in ALL {
            assert!(page.contains(&format!("## {} {}\n", check.id, check.slug)), "{}", check.id);
        }
        for row in &ScopeRiskTable::shipped().scopes {
            assert!(page.contains(&format!("| `{}` |", row.scope)), "{}", row.scope);
        }
    }

    #[test]
    fn the_list_has_a_line_a_check_and_its_columns_align() {
        let list = text_list();
        assert_eq!(list.lines().count(), ALL.len());
        for (line, check) in list.lines().zip(ALL) {
            assert_eq!(&line[19..], check.title);
        }
    }
}
