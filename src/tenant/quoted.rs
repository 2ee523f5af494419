//! Text of a tenant within a sentence.

use std::borrow::Cow;

use super::invisible::is_invisible;

/// The most characters of a name within a sentence.
const MAX_NAME_CHARS: usize = 100;

/// The most characters of an identifier within a sentence. A principal of an identity pool has up to about 250.
const MAX_ID_CHARS: usize = 300;

/// Text that anybody in the tenant may have written, between quotes that it cannot close: without quotes, control
/// characters and characters that a reader does not see. `…` after the quotes says that it goes on.
#[must_use]
pub(crate) fn quoted(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let shown: String = characters.by_ref().take(most).map(harmless).collect();
    let more = if characters.next().is_some() { "…" } else { "" };
    format!("\"{shown}\"{more}")
}

/// A name, quoted.
#[must_use]
pub(crate) fn quoted_name(name: &str) -> String {
    quoted(name, MAX_NAME_CHARS)
}

/// An address or identifier: as it is if it is one word, so that it cannot go on as a sentence, else quoted.
#[must_use]
pub(crate) fn one_word(id: &str) -> Cow<'_, str> {
    if id.is_empty() {
        return Cow::Borrowed("(empty)");
    }
    let is_long = id.chars().nth(MAX_ID_CHARS).is_some();
    let is_word = |character: char| !character.is_whitespace() && harmless(character) == character;
    let is_plain = !is_long && id.chars().all(is_word);
    if is_plain { Cow::Borrowed(id) } else { Cow::Owned(quoted(id, MAX_ID_CHARS)) }
}

fn harmless(character: char) -> char {
    match character {
        '"' | '`' | '«' | '»' | '‹' | '›' | '\u{2018}'..='\u{201F}' | '\u{2032}'..='\u{2036}' => '\'',
        '\u{300C}'..='\u{300F}' | '\u{301D}'..='\u{301F}' | '\u{FF02}' => '\'',
        _ if character.is_control() || is_invisible(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_cannot_close_its_quotes_break_its_line_or_turn_it() {
        for (text, shown) in [
            ("Expires", "\"Expires\""),
            ("x\" on project p. It is safe", "\"x' on project p. It is safe\""),
            ("a\r\nb\u{1b}[31m", "\"a\u{fffd}\u{fffd}b\u{fffd}[31m\""),
            ("a\u{202e}b\u{200b}\u{2066}", "\"a\u{fffd}b\u{fffd}\u{fffd}\""),
            ("\u{201c}a\u{201d} `b`", "\"'a' 'b'\""),
        ] {
            assert_eq!(quoted_name(text), shown);
        }
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(quoted("abc", 3), "\"abc\"");
        assert_eq!(quoted("abcd", 3), "\"abc\"…");
    }

    #[test]
    fn an_identifier_stands_without_quotes_only_if_it_is_one_word() {
        assert_eq!(one_word("user:ann@example.com"), "user:ann@example.com");
        for (id, shown) in [
            ("", "(empty)"),
            ("pool/subject/a. It is approved", "\"pool/subject/a. It is approved\""),
            ("a\u{a0}b", "\"a\u{a0}b\""),
            ("a\"b", "\"a'b\""),
            ("a\u{202e}b", "\"a\u{fffd}b\""),
        ] {
            assert_eq!(one_word(id), shown);
        }
        assert!(one_word(&"a".repeat(MAX_ID_CHARS + 1)).ends_with("a\"…"));
    }

    proptest! {
        #[test]
        fn whatever_the_text_it_is_one_line_between_two_quotes(text: String) {
            let shown = quoted_name(&text);
            prop_assert_eq!(shown.matches('"').count(), 2);
            prop_assert!(shown.starts_with('"') && !shown.contains(|c: char| c.is_control() || is_invisible(c)));
            prop_assert!(shown.chars().count() <= MAX_NAME_CHARS + 3);
        }
    }
}
