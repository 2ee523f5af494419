//! A pasted text in a form in which Google's words are found again, however they were wrapped, escaped or quoted.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most of a paste that is read, in bytes: a log file may be large, and its errors are near each other.
pub(crate) const MAX_READ: usize = 1 << 20;
/// The parts of a phrase stand this near each other, in letters and digits.
const MAX_APART: usize = 600;
const BETWEEN_PARTS: &str = " + ";

/// Where something stands in a [`NormalForm`], in letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Span {
    pub(super) const fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// The phrases to look for, found in one pass over a text.
#[derive(Debug)]
pub(super) struct Phrases {
    /// By part of a phrase, its number in `parts`.
    numbers: HashMap<String, usize>,
    parts: AhoCorasick,
}

impl Phrases {
    pub(super) fn new<'p>(phrases: impl Iterator<Item = &'p str>) -> Self {
        let mut numbers = HashMap::new();
        let mut parts = Vec::new();
        for part in phrases.flat_map(parts_of).filter(|part| !part.is_empty()) {
            if !numbers.contains_key(&part) {
                numbers.insert(part.clone(), parts.len());
                parts.push(part);
            }
        }
        // Only a table of phrases beyond any size fails, and it finds nothing then.
        let parts = AhoCorasick::new(&parts)
            .or_else(|_| AhoCorasick::new(std::iter::empty::<&str>()))
            .expect("no phrase is always accepted");
        Self { numbers, parts }
    }
}

/// Letters and digits in lower case, and nothing between them: a line break in the middle of a word, a backslash or an
/// entity changes nothing.
#[derive(Debug)]
pub(super) struct NormalForm<'p> {
    phrases: &'p Phrases,
    /// By number of a part, where it begins, in order.
    places: Vec<Vec<usize>>,
    /// For each byte of the text, the line of the paste, from 0.
    lines: Vec<u32>,
}

/// A text whose places are still to be found.
#[derive(Default)]
struct Squeezed {
    text: String,
    /// For each byte of `text`, the line of the paste, from 0.
    lines: Vec<u32>,
    /// For each byte of `text`, whether something else than a letter or digit stood before it.
    begins: Vec<bool>,
}

impl<'p> NormalForm<'p> {
    /// The form with reply codes of SMTP, and the form without: servers repeat the code on each line, in the middle of
    /// a sentence.
    pub(super) fn both(paste: &str, phrases: &'p Phrases) -> [Self; 2] {
        let lines = (0..).zip(paste.lines()).filter(|(_, line)| !line.is_empty());
        let lines: Vec<(u32, String)> =
            lines.map(|(number, line)| (number, unescaped(without_prefix(line)))).collect();
        let with = Squeezed::of(lines.iter().map(|(number, line)| (*number, line.as_str())));
        let mut without = Squeezed::default();
        for (number, line) in &lines {
            without.push(*number, &without_reply_codes(line));
        }
        [Self::of(with, phrases), Self::of(without, phrases)]
    }

    fn of(squeezed: Squeezed, phrases: &'p Phrases) -> Self {
        let mut places = vec![Vec::new(); phrases.numbers.len()];
        for found in phrases.parts.find_overlapping_iter(&squeezed.text) {
            if squeezed.is_word(found.start(), found.end()) {
                places[found.pattern().as_usize()].push(found.start());
            }
        }
        Self { phrases, places, lines: squeezed.lines }
    }

    /// The line of the paste where a span begins, from 0.
    pub(super) fn line(&self, span: Span) -> usize {
        self.lines.get(span.from).map_or(0, |line| *line as usize)
    }

    /// Every place where all parts of a phrase stand near each other. Parts are written with ` + ` between them.
    pub(super) fn find(&self, phrase: &str) -> Vec<Span> {
        let mut parts = parts_of(phrase).map(|part| (self.places(&part), part.len()));
        let Some((firsts, length)) = parts.next() else { return Vec::new() };
        let others: Vec<(&[usize], usize)> = parts.collect();
        let mut found: Vec<Span> = Vec::new();
        for &begin in firsts {
            let mut span = Span { from: begin, to: begin + length };
            let is_whole = others.iter().all(|(places, length)| {
                let Some(place) = nearest(places, begin) else { return false };
                span = Span { from: span.from.min(place), to: span.to.max(place + length) };
                true
            });
            if is_whole && found.last().is_none_or(|last| !last.overlaps(span)) {
                found.push(span);
            }
        }
        found
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        match phrase.contains(BETWEEN_PARTS) {
            true => !self.find(phrase).is_empty(),
            false => !self.places(&squeezed(phrase)).is_empty(),
        }
    }

    fn places(&self, part: &str) -> &[usize] {
        self.phrases.numbers.get(part).map_or(&[], |number| &self.places[*number])
    }
}

/// The place that is nearest to another, if it is near.
fn nearest(places: &[usize], to: usize) -> Option<usize> {
    let after = places.partition_point(|place| *place < to);
    let both = [after.checked_sub(1), Some(after)];
    let near = both.into_iter().flatten().filter_map(|at| places.get(at).copied());
    near.filter(|place| place.abs_diff(to) <= MAX_APART).min_by_key(|place| place.abs_diff(to))
}

impl Squeezed {
    fn of<'t>(lines: impl Iterator<Item = (u32, &'t str)>) -> Self {
        let mut form = Self::default();
        for (number, line) in lines {
            form.push(number, line);
        }
        form
    }

    fn push(&mut self, number: u32, line: &str) {
        // A line break is no boundary: a console breaks words.
        let mut begins = self.text.is_empty();
        for char in line.chars() {
            if !char.is_alphanumeric() {
                begins = true;
                continue;
            }
            for lower in char.to_lowercase() {
                let from = self.text.len();
                self.text.push(lower);
                self.lines.resize(self.text.len(), number);
                self.begins.resize(self.text.len(), false);
                self.begins[from] = begins;
                begins = false;
            }
        }
    }

    /// Whether a short part stands at the beginning of a word, or of a line, which may break a word: inside of another
    /// word or number it is another word or number.
    fn is_word(&self, from: usize, to: usize) -> bool {
        if to - from >= 12 {
            return true;
        }
        let bytes = self.text.as_bytes();
        // A word may carry a number: `AADSTS7000215`.
        let begins_number =
            bytes[to - 1].is_ascii_alphabetic() && bytes.get(to).is_some_and(u8::is_ascii_digit);
        let is_end = begins_number
            || self.begins.get(to).is_none_or(|begins| *begins)
            || self.lines.get(to) != self.lines.get(to - 1);
        let is_begin = from == 0 || self.begins[from] || self.lines[from] != self.lines[from - 1];
        is_begin && is_end
    }
}

fn parts_of(phrase: &str) -> impl Iterator<Item = String> {
    phrase.split(BETWEEN_PARTS).map(squeezed)
}

fn squeezed(phrase: &str) -> String {
    phrase.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A line without marks of a quoted mail, and without the name of a container before a bar.
fn without_prefix(line: &str) -> &str {
    let line = line.trim_start_matches(|char: char| char == '>' || char.is_whitespace());
    match line.split_once(" | ") {
        Some((name, rest))
            if name.trim_end().len() < 60
                && name
                    .trim_end()
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "-_/.".contains(char)) =>
        {
            rest
        }
        _ => line,
    }
}

/// A line without escapes of JSON, Python, syslog and HTML, and with what base64 hides.
fn unescaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['\\', '&', '#']) {
        text.push_str(&rest[..at]);
        let here = &rest[at..];
        let (char, length) = escape(here);
        text.push(char);
        rest = &here[length..];
    }
    text.push_str(rest);
    let hidden: Vec<String> = text
        .split(|char: char| !(char.is_ascii_alphanumeric() || "+/=".contains(char)))
        .filter(|word| word.len() >= 24 && word.starts_with("eyJ"))
        .filter_map(|word| STANDARD.decode(word).ok())
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .collect();
    for hidden in hidden {
        text.push(' ');
        text.push_str(&hidden);
    }
    text
}

/// What an escape at the beginning of a text stands for, and how long it is.
fn escape(text: &str) -> (char, usize) {
    const FORMS: &[(&str, char)] = &[
        ("\\n", ' '),
        ("\\r", ' '),
        ("\\t", ' '),
        ("#012", ' '),
        ("#015", ' '),
        ("&quot;", '"'),
        ("&#34;", '"'),
        ("&#39;", '\''),
        ("&apos;", '\''),
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&nbsp;", ' '),
    ];
    if let Some((form, char)) = FORMS.iter().find(|(form, _)| text.starts_with(form)) {
        return (*char, form.len());
    }
    let code = text.strip_prefix("\\u").and_then(|code| code.get(..4));
    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
    match code {
        Some(char) => (char, 6),
        // Every sign that begins an escape is one byte long.
        None => (' ', 1),
    }
}

/// A line without `550-5.7.1`, `550 5.7.1` and `5.7.1`, wherever they stand.
fn without_reply_codes(line: &str) -> String {
    let is_reply = |word: &str| {
        word.len() == 3 && word.starts_with(['2', '4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_enhanced = |word: &str| {
        let mut parts = word.trim_start_matches('#').split('.');
        let class = parts.next().is_some_and(|class| ["2", "4", "5"].contains(&class));
        let numbers: Vec<&str> = parts.collect();
        class
            && numbers.len() == 2
            && numbers.iter().all(|number| {
                (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
            })
    };
    let is_code = |word: &str| match word.split_once('-') {
        Some((reply, "")) => is_reply(reply),
        Some((reply, enhanced)) => is_reply(reply) && is_enhanced(enhanced),
        None => is_reply(word) || is_enhanced(word),
    };
    let words =
        line.split(' ').filter(|word| !is_code(word.trim_matches(|char: char| "\"'(),;:".contains(char))));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(paste: &str, phrase: &str) -> bool {
        let phrases = Phrases::new([phrase].into_iter());
        NormalForm::both(paste, &phrases).iter().any(|form| form.has(phrase))
    }

    #[test]
    fn words_are_found_however_they_are_wrapped_escaped_or_quoted() {
        let phrase = "unauthorized_client + not authorized for any of the scopes requested";
        for paste in [
            "unauthorized_client: Client is unauthorized, or client not authorized for any of the scopes requested.",
            "unauthorized\\_client: client not author\nized for any of the sco\npes requested",
            "{\\n \\\"error\\\": \\\"unauthorized_client\\\",\\n \\\"error_description\\\": \\\"client not authorized for any of the scopes requested.\\\"}",
            "> unauthorized_client: client not\n> authorized for any of\n> the scopes requested",
            "web_1  | unauthorized_client: client not authorized\nweb_1  | for any of the scopes requested",
        ] {
            assert!(has(paste, phrase), "{paste}");
        }
        assert!(!has("unauthorized_client", phrase));
    }

    #[test]
    fn entities_base64_and_reply_codes_within_a_sentence_hide_nothing() {
        assert!(has("Invalid impersonation &quot;sub&quot; field", "impersonation \"sub\" field"));
        let challenge = "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==";
        assert!(has(challenge, "schemes Bearer scope"));
        let reply = "550-5.7.26 This mail does not have authentication information or\n550-5.7.26 fails to pass authentication checks";
        assert!(has(reply, "authentication information or fails to pass"));
    }

    #[test]
    fn a_short_code_within_a_longer_number_is_another_number() {
        assert!(has("535 5.7.8 Username", "535"));
        assert!(!has("id 1535578", "535"));
    }

    proptest::proptest! {
        #[test]
        fn no_paste_breaks_it(paste in "\\PC*|(.|\\n|\\\\|&|#|[245]){0,80}") {
            let phrases = Phrases::new(["a + e"].into_iter());
            for form in NormalForm::both(&paste, &phrases) {
                for span in form.find("a + e") {
                    proptest::prop_assert!(span.from < span.to && form.line(span) <= paste.lines().count());
                }
            }
        }
    }
}
