//! What a decoder lets pass and no answer may have: a field that comes twice, an error in a success, no object. And
//! texts without end, which are cut.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::text_limits;

/// What is wrong with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NoObject,
    /// It holds `error` where its fields are.
    Error,
    /// One object, at any depth, has a field twice: decoders disagree about which one counts.
    Twice(String),
}

/// What a body has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    /// How many fields the outermost object has.
    pub(super) fields: usize,
    /// Texts in their quotes that may be longer than their fields allow, in order, and what those do.
    long: Vec<(Range<usize>, usize)>,
}

impl Body {
    /// The body with its texts cut to what their fields allow.
    pub(super) fn with_texts_cut<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        let mut whole = Vec::new();
        let mut done = 0;
        for (place, most) in &self.long {
            let Ok(text) = serde_json::from_slice::<String>(&body[place.clone()]) else { continue };
            let Cow::Owned(short) = text_limits::clipped(&text, *most) else { continue };
            whole.extend_from_slice(&body[done..place.start]);
            whole.extend_from_slice(serde_json::Value::from(short).to_string().as_bytes());
            done = place.end;
        }
        if done == 0 {
            return Cow::Borrowed(body);
        }
        whole.extend_from_slice(&body[done..]);
        Cow::Owned(whole)
    }
}

/// Fields of one object that are compared one by one; of more, by their hashes.
const FEW: usize = 16;

/// Checks a body, in one pass over its bytes. Of valid JSON it finds every field; whether it is valid, the decoder tells.
pub(super) fn check(body: &[u8]) -> Result<Body, Fault> {
    if body.first() != Some(&b'{') {
        // An error in a list, as streaming methods send it.
        let is_list_of_objects =
            body.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
        let inner = &body[body.iter().position(|byte| *byte == b'{').unwrap_or(body.len())..];
        let holds_error = is_list_of_objects && check(inner) == Err(Fault::Error);
        return Err(if holds_error { Fault::Error } else { Fault::NoObject });
    }
    let mut open: Vec<Option<Names<'_>>> = Vec::new();
    let mut found = Body::default();
    let mut place = 0;
    while let Some(byte) = body.get(place) {
        match byte {
            b'{' => open.push(Some(Names::default())),
            b'[' => open.push(None),
            b'}' | b']' => {
                open.pop();
            }
            b'"' => {
                let end = end_of_text(body, place);
                let is_name = body[end.min(body.len())..].iter().find(|byte| !byte.is_ascii_whitespace())
                    == Some(&b':');
                if let (true, Some(Some(names))) = (is_name, open.last_mut()) {
                    let name = decoded(&body[place..end]);
                    if !names.add(name.clone()) {
                        return Err(Fault::Twice(name.into_owned()));
                    }
                    if open.len() == 1 {
                        found.fields += 1;
                        if name == "error" {
                            return Err(Fault::Error);
                        }
                    }
                } else if end - place > text_limits::SHORT {
                    let field = open.iter().rev().flatten().next().map_or("", |names| names.last());
                    found.long.extend(text_limits::of_field(field).map(|most| (place..end, most)));
                }
                place = end;
                continue;
            }
            _ => {}
        }
        place += 1;
    }
    Ok(found)
}

/// Behind the closing quote of the text that begins at `begin`.
fn end_of_text(body: &[u8], begin: usize) -> usize {
    let mut place = begin + 1;
    while let Some(byte) = body.get(place) {
        place += match byte {
            b'\\' => 2,
            b'"' => return place + 1,
            _ => 1,
        };
    }
    body.len()
}

/// A field's name without its quotes: `"\u0065rror"` is `error`.
fn decoded(quoted: &[u8]) -> Cow<'_, str> {
    if quoted.contains(&b'\\') {
        let name = serde_json::from_slice::<String>(quoted);
        return Cow::Owned(name.unwrap_or_else(|_| String::from_utf8_lossy(quoted).into_owned()));
    }
    String::from_utf8_lossy(
        quoted.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(quoted),
    )
}

/// The names of one object's fields so far.
#[derive(Default)]
struct Names<'b> {
    few: Vec<Cow<'b, str>>,
    many: HashSet<Cow<'b, str>>,
    last: Cow<'b, str>,
}

impl<'b> Names<'b> {
    fn last(&self) -> &str {
        &self.last
    }

    /// False if the name is there already.
    fn add(&mut self, name: Cow<'b, str>) -> bool {
        self.last = name.clone();
        if self.many.is_empty() {
            if self.few.contains(&name) {
                return false;
            }
            self.few.push(name);
            if self.few.len() > FEW {
                self.many.extend(self.few.drain(..));
            }
            return true;
        }
        self.many.insert(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(body: &[u8]) -> Result<usize, Fault> {
        super::check(body).map(|body| body.fields)
    }

    fn twice(name: &str) -> Result<usize, Fault> {
        Err(Fault::Twice(name.to_owned()))
    }

    #[test]
    fn a_text_is_cut_by_its_field_wherever_it_is_and_nothing_else_changes() {
        let long = "\u{e4}\"\u{1f600}".repeat(2_000);
        let original = serde_json::json!({
            "nextPageToken": long,
            "bindings": [{"members": ["a", long, {"title": long, "x": [1]}, long], "condition": {"title": long}}],
            "other": {"title": "short", "expression": long},
        });
        let body = original.to_string();
        let cut = super::check(body.as_bytes()).unwrap().with_texts_cut(body.as_bytes());
        let cut: serde_json::Value = serde_json::from_slice(&cut).unwrap();
        let mut expected = original.clone();
        for (place, most) in [
            ("/bindings/0/members/1", 512),
            ("/bindings/0/members/2/title", 256),
            ("/bindings/0/members/3", 512),
            ("/bindings/0/condition/title", 256),
            ("/other/expression", 4096),
        ] {
            *expected.pointer_mut(place).unwrap() = text_limits::clipped(&long, most).into();
        }
        assert_eq!(cut, expected);
        // What is only written long is not cut.
        let body = format!("{{\"title\": \"{}\"}}", "\\u0061".repeat(256));
        let same = super::check(body.as_bytes()).unwrap().with_texts_cut(body.as_bytes());
        assert_eq!(same, body.as_bytes());
    }

    #[test]
    fn a_field_that_comes_twice_is_found_at_any_depth() {
        assert_eq!(check(br#"{"a": 1, "b": {"a": [{"c": 1}, {"c": "a"}]}}"#), Ok(2));
        assert_eq!(check(br#"{"a": 1, "b": [{"c": {"d": 1, "e": "}", "d" : 2}}]}"#), twice("d"));
        assert_eq!(check(br#"{"a": 1, "\u0061": 2}"#), twice("a"));
        assert_eq!(check(br#"{"a\"": "\\", "b": "\"a\": 1", "a": 1}"#), Ok(3));
        assert_eq!(check(br#"{"a": "x", "b": "x", "c": ["x", "x"]}"#), Ok(3));
        let many: Vec<String> = (0..100).map(|number| format!("\"f{number}\": 1")).collect();
        assert_eq!(check(format!("{{{}}}", many.join(",")).as_bytes()), Ok(100));
        assert_eq!(check(format!("{{{}, \"f3\": 2}}", many.join(",")).as_bytes()), twice("f3"));
    }

    #[test]
    fn an_error_counts_where_the_fields_of_an_answer_are() {
        assert_eq!(check(br#"{"x": 1, "error": null}"#), Err(Fault::Error));
        assert_eq!(check(br#"{"\u0065rror": {}}"#), Err(Fault::Error));
        assert_eq!(check(br#"[ {"error": {}}]"#), Err(Fault::Error));
        assert_eq!(check(br#"{"x": {"error": 1}, "y": "error"}"#), Ok(2));
        for body in ["", "[]", "7", "\"{\"", "[{\"a\": 1}]", "[\"{\"error\": 1}\"]"] {
            assert_eq!(check(body.as_bytes()), Err(Fault::NoObject), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in "[{}\\[\\]\":,\\\\aerou0 ]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = (check(text.as_bytes()), check(&bytes));
            let long = text.replace('a', &"a".repeat(300));
            let _ = super::check(long.as_bytes()).map(|found| found.with_texts_cut(long.as_bytes()).into_owned());
            let _ = check(&[b"{\"", &bytes[..]].concat());
        }
    }
}
