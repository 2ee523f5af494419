//! Values as people read them.

use askama::filters::{Escaper, Safe};
use chrono::{DateTime, Utc};

use super::escape::{VisibleHtml, cost};
use crate::findings::Verdict;
use crate::tenant::Address;

/// Texts that take more bytes of HTML are cut: the CSV files have them whole. Without this a single
/// name could fill the page.
const MAX_BYTES: usize = 600;

/// The text, or its beginning and how much more there is.
pub(super) fn clip(text: &str) -> String {
    let mut left = MAX_BYTES;
    let end = text.char_indices().find(|(_, character)| match left.checked_sub(cost(*character)) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    match end {
        None => text.to_owned(),
        Some((end, _)) => {
            let more = text[end..].chars().count() as u64;
            format!("{} … ({} more characters)", &text[..end], count(more))
        }
    }
}

/// A command, or nothing where it cannot be shown as it is: one that is cut does something else, and one with invisible
/// characters is not what it looks like.
pub(super) fn whole(command: &str) -> &str {
    let is_plain = command.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain && clip(command) == command { command } else { "" }
}

/// An address or a name; beside a domain that is not ASCII, its Punycode spelling.
pub(super) fn address(text: &str) -> String {
    let is_host = |text: &str| !text.contains(|c: char| c.is_whitespace() || "/:".contains(c));
    let domain = text.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| is_host(domain));
    let has_foreign_domain = domain.is_some_and(|domain| !domain.is_ascii());
    match Address::new(text).domain() {
        Some(ascii) if has_foreign_domain => format!("{} ({})", clip(text), clip(ascii)),
        _ => clip(text),
    }
}

/// A stretch of a text that a person is told; between backticks it is code.
#[derive(Debug, PartialEq, Eq)]
struct Words<'a> {
    text: &'a str,
    is_code: bool,
}

/// Splits a text of this program at its backticks. One that nothing closes is text, as is one around what no program
/// writes as code.
fn words_and_code(text: &str) -> Vec<Words<'_>> {
    let is_code = |text: &str| {
        text.trim() == text && !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    };
    let (mut split, mut rest) = (Vec::new(), text);
    let mut from = 0;
    while let Some(open) = rest[from..].find('`').map(|at| from + at) {
        let Some(length) = rest[open + 1..].find('`') else { break };
        let close = open + 1 + length;
        if is_code(&rest[open + 1..close]) {
            split.push(Words { text: &rest[..open], is_code: false });
            split.push(Words { text: &rest[open + 1..close], is_code: true });
            (rest, from) = (&rest[close + 1..], 0);
        } else {
            from = close;
        }
    }
    split.push(Words { text: rest, is_code: false });
    split.retain(|words| !words.text.is_empty());
    split
}

/// A text of this program as HTML, what is between its backticks as code. Never for an attribute, and never for a text
/// that a tenant wrote.
pub(super) fn code(text: &str) -> Safe<String> {
    let mut html = String::new();
    for words in words_and_code(text) {
        let (open, close) = if words.is_code { ("<code>", "</code>") } else { ("", "") };
        html.push_str(open);
        let written = VisibleHtml.write_escaped_str(&mut html, words.text);
        debug_assert!(written.is_ok(), "a string takes whatever is written");
        html.push_str(close);
    }
    Safe(html)
}

/// `4,120`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `4,120 findings`, `1 finding`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `21 Nov 2026`.
pub(super) fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y").to_string()
}

/// `21 Nov 2026, 07:00 UTC`.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// `21 Nov 2026, 07:00:00 UTC`.
pub(super) fn second(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// How long ago, seen from the run.
pub(super) fn age(then: DateTime<Utc>, run_at: DateTime<Utc>) -> String {
    match (run_at - then).num_days() {
        ..=0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{} days ago", count(days.unsigned_abs())),
    }
}

/// A short word for an attribute: nothing but ASCII letters and digits, in lower case.
pub(super) fn token(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// A verdict in the words of the page.
pub(super) fn verdict_word(verdict: Verdict) -> String {
    if verdict == Verdict::Excepted { "Accepted".to_owned() } else { words(verdict.as_str()) }
}

/// `client_ids` → `Client IDs`.
pub(super) fn label(name: &str) -> String {
    let words = words(name);
    let words = words.split(' ').map(|word| match word {
        "id" => "ID",
        "ids" => "IDs",
        "Ip" | "ip" => "IP",
        "Smtp" | "smtp" => "SMTP",
        "Tls" | "tls" => "TLS",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `not_assessed` → `Not assessed`.
pub(super) fn words(value: &str) -> String {
    let spaced = value.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "finding", "findings"), "1 finding");
    }

    #[test]
    fn what_is_between_backticks_is_code_and_a_lone_backtick_is_text() {
        let split = |text| -> Vec<(String, bool)> {
            words_and_code(text).iter().map(|words| (words.text.to_owned(), words.is_code)).collect()
        };
        let words = |text: &str| (text.to_owned(), false);
        let code = |text: &str| (text.to_owned(), true);
        assert_eq!(
            split("Set `a` to `b`."),
            [words("Set "), code("a"), words(" to "), code("b"), words(".")]
        );
        for text in ["a ` lone", "`` empty", "` a`", "`\u{202E}a`", "`é`"] {
            assert_eq!(split(text), [words(text)], "{text}");
        }
        assert_eq!(split("o` and `a`"), [words("o` and "), code("a")]);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let cut = clip(&"é".repeat(500));
        assert!(cut.ends_with("é … (200 more characters)"), "{cut}");
        let marks = clip(&"\u{202E}".repeat(500));
        assert!(marks.chars().count() < 60, "{marks}");
        assert_eq!(clip("short"), "short");
    }

    #[test]
    fn a_command_is_shown_whole_or_not_at_all() {
        assert_eq!(whole("gam user 'ann' delete sendas 'a'"), "gam user 'ann' delete sendas 'a'");
        for hidden in ["gam user 'ann\u{202E}'", "gam\nrm", &"x".repeat(601)] {
            assert_eq!(whole(hidden), "", "{hidden:?}");
        }
    }

    #[test]
    fn a_scope_behind_an_address_is_no_domain() {
        let text = "mailer@project.iam.gserviceaccount.com → https://mail.google.com/";
        assert_eq!(address(text), text);
    }

    #[test]
    fn a_foreign_domain_shows_its_ascii_spelling() {
        assert_eq!(
            address("ann@bücher.example"),
            "ann@bücher.example (ann@xn--bcher-kva.example)".replace("(ann@", "(")
        );
        assert_eq!(address("ann@example.com"), "ann@example.com");
        assert_eq!(address("Ann Éclair"), "Ann Éclair");
    }

    #[test]
    fn attribute_words_hold_letters_and_digits_only() {
        assert_eq!(token("MAIL-08\" x=<"), "mail08x");
        assert_eq!(words("not_assessed"), "Not assessed");
        assert_eq!(verdict_word(Verdict::Excepted), "Accepted");
        assert_eq!([label("client_ids"), label("ip")], ["Client IDs", "IP"]);
    }
}
