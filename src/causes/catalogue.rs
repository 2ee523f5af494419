//! The causes as `docs/causes.md` and as text for a terminal.

use std::fmt::{Arguments, Write as _};

use super::explain::{Signature, signatures};
use super::{CauseRow, Class, GAP_REASONS, ReasonRow, Retry, all, answers, rows};

/// All of `docs/causes.md`.
#[must_use]
pub(crate) fn markdown() -> String {
    let mut page = String::from(INTRO);
    page.push_str("\n## All causes\n\n");
    page.push_str("| Cause | Meaning | Counts as | Retried | Fix | Place |\n|---|---|---|---|---|---|\n");
    for cause in all() {
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
        "| # | Source | HTTP | Google's reason | Text in the message | Cause |\n|---|---|---|---|---|---|\n",
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
    pasted_errors(&mut page);
    page
}

/// The tables of `explain`.
fn pasted_errors(page: &mut String) {
    page.push_str(PASTED);
    for Signature { id, speaker, meaning, causes, .. } in signatures() {
        let ids: Vec<String> = causes.iter().map(|cause| format!("`{}`", cause.id)).collect();
        let ids = if ids.is_empty() { "none: harmless".to_owned() } else { ids.join(", ") };
        line(page, format_args!("| `{id}` | {} | {meaning} | {ids} |", speaker.title()));
    }
    page.push_str(LIKELY_CAUSES);
    for CauseRow { id, title, proof, fix, place, source } in rows().filter(|row| !row.proof.is_empty()) {
        line(page, format_args!("#### `{id}`\n\n{title}.\n\n- Test: {proof}\n- Fix: {fix}"));
        if !place.is_empty() {
            line(page, format_args!("- Place: {place}"));
        }
        line(page, format_args!("- Source: {source}\n"));
    }
    let end = page.trim_end().len();
    page.truncate(end);
    page.push('\n');
}

/// The list for a terminal: id, meaning, fix and place.
#[must_use]
pub(crate) fn text_list() -> String {
    let mut list = String::new();
    for cause in all() {
        line(&mut list, format_args!("{}\n  means  {}\n  fix    {}", cause.id, cause.title, cause.fix));
        if !cause.place.is_empty() {
            line(&mut list, format_args!("  place  {}", cause.place));
        }
        list.push('\n');
    }
    for ReasonRow { id, meaning, fix } in GAP_REASONS {
        line(&mut list, format_args!("{id}\n  means  {meaning}\n  fix    {fix}\n"));
    }
    list
}

const INTRO: &str = "\
# What can go wrong

This page lists every cause that a report or an error can name, and the fix for each. `just docs` generates it from the
tables in `src/causes/`.

**Counts as** is the column of `coverage.csv` that counts the missing data. `denied` and `failed` make a run partial
(exit code 4).

**Retried** says whether the audit sends the request again before it reports a gap:

| Case | Limit |
|---|---|
| most causes | 5 attempts, with increasing waits |
| `timeout` | 3 attempts |
| all retries of one API in one run | `[collect] retry_budget` |
| an API that stops answering | `[collect] outage_patience`, then `given_up` |
";

const RECOGNITION: &str = "
## How a response is recognized

- The first matching row decides. An empty cell matches anything.
- Matching ignores case, and `_` in a reason: `failedPrecondition` matches `FAILED_PRECONDITION`.
- A response that matches no row is `unknown_answer`, and the report quotes Google's message.
- A response with HTTP status 200 that contains an `error` counts as that error.

The texts come from Google's error guides, from the sources of open-source clients, and from responses that their issue
trackers quote. They have not been verified on a live tenant.

";

const NO_ANSWER: &str = "
## Causes without a response from Google

| Origin | Causes |
|---|---|
| the network or a proxy | `dns`, `connect`, `tls`, `trust_file`, `timeout`, `connection_lost`, `proxy_authentication`, `proxy_refused`, `proxy_unreachable` |
| a response that cannot be read | `undecodable`, `undecodable_row`, `empty_listing`, `repeated_page`, `listing_too_long` |
| another server, instead of Google | `no_api_at_address` |
| limits of the audit | `given_up`, `deadline` |
| signing without a key file | `no_machine_identity`, `machine_identity_refused` |

## Other reasons

These reasons are not errors. A gap in a report can have a more specific message and fix than this table.

| Reason | Meaning | Fix |
|---|---|---|
";

const PASTED: &str = "
## Errors in a pasted text

`workspace-audit explain` recognizes these errors, in any text: a log, an exception, a JSON body, an SMTP reply.

- A row is recognized by its words. The words are in `src/causes/explain/signatures/`.
- The causes are in the order of likelihood, except those that the text rules out.
- A text that matches no row is unknown.

### Who says what

| Error | Who says it | Meaning | Likely causes |
|---|---|---|---|
";

const LIKELY_CAUSES: &str = "
### Likely causes

How each cause is proved and what to do about it, in any program. A cause that is in [All causes](#all-causes), too, has
the audit's own fix there.
**Source** is a public thread or a page of the vendor. `assumed` means that no source confirms it.

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
        for cause in all() {
            assert!(page.contains(&format!("\n| `{}` | ", cause.id)), "{}", cause.id);
            for text in [cause.title, cause.fix, cause.place] {
                assert!(!text.contains(['|', '\n', '<']), "{}: {text}", cause.id);
            }
        }
        assert!(text_list().contains("\nclock_skew\n"));
    }

    #[test]
    fn what_explain_knows_is_on_the_page() {
        let page = markdown();
        for cause in rows().filter(|row| !row.proof.is_empty()) {
            assert!(page.contains(&format!("\n#### `{}`\n", cause.id)), "{}", cause.id);
        }
        for signature in signatures() {
            assert!(page.contains(&format!("\n| `{}` | ", signature.id)), "{}", signature.id);
            assert!(!signature.meaning.contains(['|', '\n', '<']), "{}", signature.id);
        }
    }
}
