//! The causes for people: `docs/causes.md`, and the list for a terminal.

use std::fmt::{Arguments, Write as _};

use super::{ALL, Cause, Class, GAP_REASONS, ReasonRow, Retry, answers};

/// All of `docs/causes.md`.
#[must_use]
pub(crate) fn markdown() -> String {
    let mut page = String::from(INTRO);
    page.push_str("\n## All causes\n\n");
    page.push_str("| Cause | What | Counts as | Asked again | Fix | Place |\n|---|---|---|---|---|---|\n");
    for cause in ALL {
        let place = if cause.place.is_empty() { "–" } else { cause.place };
        line(
            &mut page,
            format_args!(
                "| `{}` | {} | {} | {} | {} | {place} |",
                cause.id,
                cause.title,
                counts_as(cause.class),
                asked_again(cause.retry),
                cause.fix,
            ),
        );
    }
    page.push_str(RECOGNITION);
    page.push_str(
        "| # | Who answers | HTTP | Google's reason | Words in the message | Cause |\n|---|---|---|---|---|---|\n",
    );
    for (index, row) in answers::described().enumerate() {
        line(
            &mut page,
            format_args!(
                "| {} | {} | {} | {} | {} | `{}` |",
                index + 1,
                row.from,
                any(&row.http, ""),
                any(&row.reasons, "`"),
                any(&row.words, "\""),
                row.cause.id,
            ),
        );
    }
    page.push_str(NO_ANSWER);
    for ReasonRow { id, meaning, fix } in GAP_REASONS {
        line(&mut page, format_args!("| `{id}` | {meaning} | {fix} |"));
    }
    page
}

/// The list for a terminal: id, what, fix, place.
#[must_use]
pub(crate) fn text_list() -> String {
    let mut list = String::new();
    for Cause { id, title, fix, place, .. } in ALL {
        line(&mut list, format_args!("{id}\n  what   {title}\n  fix    {fix}"));
        if !place.is_empty() {
            line(&mut list, format_args!("  place  {place}"));
        }
        list.push('\n');
    }
    for ReasonRow { id, meaning, fix } in GAP_REASONS {
        line(&mut list, format_args!("{id}\n  what   {meaning}\n  fix    {fix}\n"));
    }
    list
}

const INTRO: &str = "\
# What can go wrong

Each cause that a report, a gap or an error names, with what to do. This page is made from the program by
`just docs`; change the tables in `src/causes/`, not the page.

`denied` and `failed` are the columns of `coverage.csv` that the missing units are counted in: both make a run
partial (exit code 4). A cause that is asked again is tried up to five times, with growing waits and within a budget
for each API and run (`[collect] retry_budget`), before it becomes a gap; one that hangs (`timeout`), three times. An
API that no longer answers what it answered before is waited for (`[collect] outage_patience`), and then given up
(`given_up`).
";

const RECOGNITION: &str = "
## How an answer is recognised

The first row that fits decides; an empty cell fits anything. An answer that fits no row is `unknown_answer` and
keeps its own words. Upper and lower case do not matter, nor does `_` in a reason: `failedPrecondition` is the
`FAILED_PRECONDITION` that newer APIs have as `status`. A 200 that holds an `error` is read as that error.

The wordings are those of Google's error guides, of the lists that open-source clients match on, and of bodies
quoted in their issue trackers. None of them was checked against a live tenant for this table.

";

const NO_ANSWER: &str = "
## Without an answer of Google's

`dns`, `connect`, `tls`, `timeout`, `connection_lost` and the proxy's come from the network, `undecodable`,
`undecodable_row`, `repeated_page` and `listing_too_long` from reading what arrived, `given_up` and `deadline` from the audit's own limits,
`no_machine_identity` and `machine_identity_refused` from signing without a key file.

## Other reasons

These reasons of a gap are no errors of Google's. The report shows each gap with its own words and fix.

| Reason | Meaning | Fix |
|---|---|---|
";

const fn counts_as(class: Class) -> &'static str {
    match class {
        Class::Denied => "denied",
        Class::Failed => "failed",
        Class::MailOff => "not applicable",
    }
}

const fn asked_again(retry: Retry) -> &'static str {
    match retry {
        Retry::Never => "no",
        Retry::AfterWait => "after a wait",
        Retry::OnceAfterWait => "once, after a wait",
        Retry::WithFreshToken => "once, with a fresh token",
    }
}

fn any(texts: &[String], mark: &str) -> String {
    texts.iter().map(|text| format!("{mark}{text}{mark}")).collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, arguments: Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = text.write_fmt(arguments);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_what_the_program_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/causes.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == markdown(), "docs/causes.md is out of date: run `just docs`");
    }

    #[test]
    fn every_cause_is_on_the_page_and_no_cell_breaks_the_table() {
        let page = markdown();
        for cause in ALL {
            assert!(page.contains(&format!("\n| `{}` | ", cause.id)), "{}", cause.id);
            for text in [cause.title, cause.fix, cause.place] {
                assert!(!text.contains(['|', '\n', '<']), "{}: {text}", cause.id);
            }
        }
        assert!(text_list().contains("\nclock_skew\n"));
    }
}
