//! Text that tenants wrote, as HTML: never markup, and nothing hidden in it.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// The escaper of every template: markup is quoted, and characters that nobody sees are shown.
#[derive(Clone, Copy)]
pub(crate) struct VisibleHtml;

impl askama::filters::Escaper for VisibleHtml {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut written = 0;
        for (at, character) in text.char_indices() {
            let Some(entity) = entity(character) else { continue };
            dest.write_str(&text[written..at])?;
            if entity.is_empty() {
                write!(dest, "<mark>{}</mark>", Code(character))?;
            } else {
                dest.write_str(entity)?;
            }
            written = at + character.len_utf8();
        }
        dest.write_str(&text[written..])
    }
}

/// What stands for a character in HTML; empty for a mark; `None` for the character itself.
const fn entity(character: char) -> Option<&'static str> {
    match character {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ if is_invisible(character) => Some(""),
        _ => None,
    }
}

/// How many bytes of HTML a character takes, at most.
pub(super) fn cost(character: char) -> usize {
    match entity(character) {
        Some("") => "<mark>⟦U+10FFFF⟧</mark>".len(),
        Some(entity) => entity.len(),
        None => character.len_utf8(),
    }
}

/// The same marks without markup, for where HTML knows no elements: the title.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mark = |character: char| {
        if is_invisible(character) { Code(character).to_string() } else { character.into() }
    };
    Cow::Owned(text.chars().map(mark).collect())
}

struct Code(char);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "⟦U+{:04X}⟧", u32::from(self.0))
    }
}

/// Controls, bidirectional controls, zero-width characters, fillers, variation selectors and tags:
/// with them two names that look alike can differ, or a name can read backwards.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1F}'
            | '\u{7F}'..='\u{9F}'
            | '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D159}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut html = String::new();
        VisibleHtml.write_escaped_str(&mut html, text).unwrap();
        html
    }

    #[test]
    fn markup_is_quoted() {
        assert_eq!(escaped(r#"a<b>&"c"'d'é"#), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;é");
    }

    #[test]
    fn the_cost_bounds_what_is_written() {
        for character in ['a', 'é', '"', '<', '\0', '\u{202E}', '\u{E0041}', '\u{1F600}'] {
            assert!(escaped(&character.to_string()).len() <= cost(character), "{character:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(escaped("gpj\u{202E}x"), "gpj<mark>⟦U+202E⟧</mark>x");
        assert_eq!(
            escaped("\0\n\u{E0041}"),
            "<mark>⟦U+0000⟧</mark><mark>⟦U+000A⟧</mark><mark>⟦U+E0041⟧</mark>"
        );
        assert_eq!(visible("a\u{200B}b"), "a⟦U+200B⟧b");
    }
}
