//! Google's error envelope, in every form that it comes in. No input panics.
//!
//! Forms: `{"error": {…}}` of the APIs ("Google reference: API design guide, errors"), the same in an array (as
//! batch and streaming methods send it), the flat `{"error": "…", "error_description": "…"}` of OAuth (RFC 6749,
//! 5.2), the bare inner object, and pages of front ends in HTML or XML.

use serde_json::{Map, Value};

/// The most of any text of the other side that is kept, in characters.
pub(crate) const MAX_QUOTED: usize = 300;
/// The most of a text that causes are recognized in, in characters.
const MAX_MATCHED: usize = 4_000;

/// What an error body says, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// Whether it has the form of an error at all. Other bodies keep their own words as `message`.
    pub(crate) is_error: bool,
    /// `error.code`, where it is an HTTP status; otherwise the HTTP status of `error.status`.
    pub(crate) code: Option<u16>,
    /// The first of `errors[].reason`, `error` of the token endpoint, otherwise `status`.
    pub(crate) reason: String,
    /// `errors[].domain`: `usageLimits` if any of them is, otherwise the first.
    pub(crate) domain: String,
    /// The first of `details[].reason`.
    pub(crate) detail: String,
    /// `error.status`, the name of a `google.rpc.Code`.
    pub(crate) status: String,
    /// `details[].metadata.permission` of a refusal by IAM (hashicorp/terraform-provider-google's issues and
    /// GoogleCloudPlatform/cloud-foundation-fabric issue 2194 show it).
    pub(crate) permission: String,
    /// For people: one line without markup.
    pub(crate) message: String,
}

impl Envelope {
    /// Reads an error body.
    #[must_use]
    pub(crate) fn read(body: &[u8]) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let value = serde_json::from_slice(body).unwrap_or(Value::Null);
        Self::of_value(&value, true).unwrap_or_else(|| Self {
            message: line(&String::from_utf8_lossy(body), MAX_MATCHED),
            ..Self::default()
        })
    }

    fn of_value(value: &Value, is_outermost: bool) -> Option<Self> {
        let body = match value {
            Value::Array(items) => items.iter().find_map(Value::as_object)?,
            value => value.as_object()?,
        };
        let envelope = match body.get("error") {
            Some(Value::String(word)) if !word.trim().is_empty() => Self::flat(word, body),
            Some(Value::Object(error)) => Self::of_error(error),
            Some(Value::Array(items)) => Self::of_error(items.iter().find_map(Value::as_object)?),
            Some(_) => return None,
            // The inner object alone.
            None if body.contains_key("code") || body.contains_key("errors") => Self::of_error(body),
            None => return None,
        };
        // A proxy may wrap Google's answer into one of its own.
        let inner = envelope.message.starts_with('{').then(|| serde_json::from_str(&envelope.message).ok());
        let inner: Option<Value> = inner.flatten().filter(|_| is_outermost);
        inner.and_then(|inner| Self::of_value(&inner, false)).or_else(|| {
            let message = line(&envelope.message, MAX_MATCHED);
            Some(Self { message, ..envelope })
        })
    }

    /// The token endpoint's.
    fn flat(word: &str, body: &Map<String, Value>) -> Self {
        let message = text(body, "error_description").or_else(|| text(body, "message"));
        Self {
            is_error: true,
            code: http_status(body.get("code")),
            reason: line(word, MAX_QUOTED),
            domain: String::new(),
            detail: text(body, "error_subtype").unwrap_or_default(),
            status: String::new(),
            permission: String::new(),
            message: message.unwrap_or_default(),
        }
    }

    fn of_error(error: &Map<String, Value>) -> Self {
        let (errors, details) = (items(error.get("errors")), items(error.get("details")));
        let first = |items: &[&Map<String, Value>], name| items.iter().find_map(|item| text(item, name));
        let status = text(error, "status").unwrap_or_default();
        let is_usage = |item: &&&Map<String, Value>| {
            text(item, "domain").is_some_and(|domain| domain.eq_ignore_ascii_case("usageLimits"))
        };
        let domain = errors.iter().find(is_usage).and_then(|item| text(item, "domain"));
        let message = text(error, "message")
            .or_else(|| first(&errors, "message"))
            .or_else(|| first(&details, "message"))
            .or_else(|| first(&details, "detail"))
            .or_else(|| text(error, "error_description"));
        let detail = first(&details, "reason").unwrap_or_default();
        let metadata =
            |detail: &&Map<String, Value>| text(detail.get("metadata")?.as_object()?, "permission");
        let permission = details.iter().find_map(metadata).unwrap_or_default();
        let reason = first(&errors, "reason").or_else(|| text(error, "reason"));
        Self {
            is_error: true,
            code: http_status(error.get("code")).or_else(|| status_code(&status)),
            reason: reason.unwrap_or_else(|| if status.is_empty() { detail.clone() } else { status.clone() }),
            domain: domain.or_else(|| first(&errors, "domain")).unwrap_or_default(),
            detail,
            status,
            permission,
            message: message.unwrap_or_default(),
        }
    }
}

/// A list of objects, or a single one.
fn items(value: Option<&Value>) -> Vec<&Map<String, Value>> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).collect(),
        Some(Value::Object(item)) => vec![item],
        _ => Vec::new(),
    }
}

/// A text that is not blank.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let written = object.get(name)?.as_str()?;
    // JSON in JSON is read later: its markup is none.
    let text = if name == "message" && written.starts_with('{') && written.len() <= MAX_MATCHED {
        written.to_owned()
    } else {
        line(written, MAX_MATCHED)
    };
    (!text.is_empty()).then_some(text)
}

/// A status of HTTP, as a number or as a text.
fn http_status(value: Option<&Value>) -> Option<u16> {
    let code = match value? {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (400..600).contains(&code).then_some(code)
}

/// googleapis/googleapis, google/rpc/code.proto: "HTTP Mapping" of each code.
fn status_code(name: &str) -> Option<u16> {
    Some(match name {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "ALREADY_EXISTS" | "ABORTED" => 409,
        "RESOURCE_EXHAUSTED" => 429,
        "UNKNOWN" | "INTERNAL" | "DATA_LOSS" => 500,
        "UNIMPLEMENTED" => 501,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => return None,
    })
}

/// Text of the other side as it may stand in a report: one line, no markup, no control characters, bounded.
#[must_use]
pub(crate) fn quoted(text: &str) -> String {
    line(text, MAX_QUOTED)
}

fn line(text: &str, most: usize) -> String {
    // What is cut off anyway need not be read; a page's head can be long.
    let text = title(text).map_or_else(|| first(text, 16 * most), |title| first(title, most));
    let text = without_markup(&without_entities(text));
    let mut line = String::new();
    for word in text.split(|char: char| char.is_whitespace() || is_invisible(char)) {
        if !word.is_empty() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    if line.chars().count() > most { line.chars().take(most - 1).chain(['…']).collect() } else { line }
}

fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// Controls, and what changes the direction of text or cannot be seen.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The title of an HTML page.
fn title(text: &str) -> Option<&str> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with('<') {
        return None;
    }
    let begin = find(start, "<title", 0)?;
    let begin = begin + start[begin..].find('>')? + 1;
    let title = start[begin..find(start, "</title", begin).unwrap_or(start.len())].trim();
    (!title.is_empty()).then_some(title)
}

/// Where an ASCII word begins, whatever the case.
fn find(text: &str, word: &str, from: usize) -> Option<usize> {
    let found = text.as_bytes()[from..]
        .windows(word.len())
        .position(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    found.map(|place| from + place)
}

/// Google escapes some messages: `Invalid impersonation &quot;sub&quot; field`.
fn without_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text.to_owned(), |text, (entity, char)| text.replace(entity, char))
}

/// What begins a tag, a comment or a declaration.
fn begins_markup(char: char) -> bool {
    char.is_ascii_alphabetic() || matches!(char, '/' | '!' | '?')
}

fn without_markup(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(place) = rest.find('<') {
        kept.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        if !rest.starts_with(begins_markup) {
            kept.push_str("< ");
            continue;
        }
        // Scripts and styles are no words.
        for (begin, end) in [("script", "</script"), ("style", "</style"), ("!--", "--")] {
            if find(rest, begin, 0) == Some(0) {
                rest = find(rest, end, 0).map_or("", |place| &rest[place..]);
            }
        }
        rest = rest.find('>').map_or("", |place| &rest[place + 1..]);
        kept.push(' ');
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Envelope {
        Envelope::read(body.as_bytes())
    }

    #[test]
    fn every_form_of_the_envelope_is_read() {
        let inner = r#"{"code": "403", "message": "No.", "errors": [null, {"reason": null, "domain": "global"},
            {"reason": "forbidden", "message": "no", "domain": "usageLimits"}]}"#;
        for body in [
            format!(r#"{{"error": {inner}}}"#),
            format!(r#"[{{"error": {inner}}}]"#),
            format!("\u{feff}\n{{\"error\": {inner}}}"),
            format!(r#"{{"error": [{inner}]}}"#),
            inner.to_owned(),
            serde_json::json!({"error": {"code": 502, "message": format!(r#"{{"error": {inner}}}"#)}})
                .to_string(),
        ] {
            let envelope = read(&body);
            assert!(envelope.is_error, "{body}");
            assert_eq!((envelope.code, envelope.reason.as_str()), (Some(403), "forbidden"), "{body}");
            assert_eq!(
                (envelope.domain.as_str(), envelope.message.as_str()),
                ("usageLimits", "No."),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_left_out_or_null_costs_nothing_else() {
        let envelope =
            read(r#"{"error": {"errors": null, "message": null, "status": "FAILED_PRECONDITION"}}"#);
        assert_eq!((envelope.code, envelope.reason.as_str()), (Some(400), "FAILED_PRECONDITION"));
        let envelope = read(
            r#"{"error": {"details": [7, {"@type": "x"}, {"reason": "SERVICE_DISABLED", "message": "Off."}]}}"#,
        );
        assert_eq!(
            (envelope.reason.as_str(), envelope.detail.as_str()),
            ("SERVICE_DISABLED", "SERVICE_DISABLED")
        );
        assert_eq!(envelope.message, "Off.");
        let envelope = read(r#"{"error": "invalid_grant", "error_description": null}"#);
        assert_eq!((envelope.is_error, envelope.reason.as_str()), (true, "invalid_grant"));
        let envelope = read(r#"{"error": {"message": "Invalid impersonation &quot;sub&quot; field"}}"#);
        assert_eq!(envelope.message, r#"Invalid impersonation "sub" field"#);
    }

    #[test]
    fn pages_are_reduced_to_their_title_or_their_words() {
        let page =
            "<!DOCTYPE html><html><style>p{}</style><TITLE lang=en>Error 502\n(Server Error)!!1</TITLE><p>x";
        assert_eq!(read(page).message, "Error 502 (Server Error)!!1");
        assert_eq!(read("<html><script>if(a<b)</script><b>oops").message, "oops");
        let xml = "<?xml version=\"1.0\"?><errors><error><code>ServiceForbidden</code></error></errors>";
        assert_eq!(read(xml).message, "ServiceForbidden");
        assert!(!read(page).is_error && !read("").is_error && !read("7").is_error && !read("{}").is_error);
        let in_json = serde_json::json!({"error": {"message": page}}).to_string();
        assert_eq!(read(&in_json).message, "Error 502 (Server Error)!!1");
    }

    fn is_clean(text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let markup = chars.windows(2).any(|pair| pair[0] == '<' && begins_markup(pair[1]));
        !markup && !chars.iter().any(|char| is_invisible(*char)) && chars.len() <= MAX_MATCHED
    }

    fn json() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            ".{0,20}",
            "[<>&;a-z/!\u{1b}\u{202e} ]{0,30}",
            Just("usageLimits".to_owned()),
            Just("<b>&lt;script&gt;".to_owned()),
            Just("{\"error\": {\"message\": \"<i>\\u001b\"}}".to_owned()),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        let key = prop_oneof![
            Just("error"),
            Just("errors"),
            Just("details"),
            Just("reason"),
            Just("message"),
            Just("code"),
            Just("status"),
            Just("domain"),
            Just("error_description"),
            Just("detail"),
            Just("x")
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((key.clone(), inner), 0..6).prop_map(|fields| Value::Object(
                    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
                )),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_text_panics_and_none_keeps_markup(text in "[<>&;a-z\"{}/!\\-\u{0}\u{1b}\u{202e}\n ]{0,200}") {
            let envelope = read(&text);
            prop_assert!(is_clean(&envelope.message) && is_clean(&envelope.reason), "{envelope:?}");
            prop_assert!(is_clean(&quoted(&text)));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(is_clean(&Envelope::read(&bytes).message));
        }

        #[test]
        fn no_json_panics_and_none_keeps_markup(error in json()) {
            for body in [error.to_string(), serde_json::json!({"error": error}).to_string()] {
                let Envelope { reason, domain, detail, status, message, .. } = read(&body);
                for text in [reason, domain, detail, status, message] {
                    prop_assert!(is_clean(&text), "{text:?} of {body}");
                }
            }
        }
    }
}
