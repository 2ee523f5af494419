//! What came instead of the facts: Google's answer, or none, with its cause.

use std::sync::Arc;
use std::time::Duration;

use crate::causes::{self, Answer, Cause, Envelope, Source};
use chrono::{DateTime, Utc};

use super::Api;

/// What came instead of the facts.
#[derive(Clone, Debug)]
pub(crate) struct GoogleError {
    /// Which row of the table it is.
    pub(crate) cause: Cause,
    /// Who answered, or should have.
    pub(crate) api: Api,
    /// HTTP status, where there was one.
    pub(crate) http: Option<u16>,
    /// Google's own words, or the system's. Never holds a token.
    pub(crate) words: Arc<str>,
    /// The permission that IAM says is missing.
    pub(crate) permission: Option<Arc<str>>,
    /// How long the other side asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// Whether the tries are used up already: a caller around it must not begin again.
    pub(super) exhausted: bool,
    /// Whether the connection was closed before anything came back, as one is that had been idle.
    pub(super) unanswered: bool,
}

impl std::error::Error for GoogleError {}

impl std::fmt::Display for GoogleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.cause.title)?;
        match (self.http, self.words.is_empty()) {
            (Some(http), false) => write!(f, " ({} answered {http}: {})", self.api.id(), self.words),
            (Some(http), true) => write!(f, " ({} answered {http})", self.api.id()),
            (None, false) => write!(f, " ({}: {})", self.api.id(), self.words),
            (None, true) => Ok(()),
        }
    }
}

impl GoogleError {
    /// From an answer whose status is no success.
    pub(super) fn from_answer(api: Api, http: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        Self::from_envelope(api, http, http, &Envelope::read(body), retry_after)
    }

    /// From a success that holds an error: it is read as that error, and keeps the status that it came with.
    pub(super) fn from_error_in_success(api: Api, http: u16, body: &[u8]) -> Self {
        let envelope = Envelope::read(body);
        let error = Self::from_envelope(api, http, envelope.code.unwrap_or_default(), &envelope, None);
        if envelope.is_error && error.cause != causes::UNKNOWN_ANSWER {
            return error;
        }
        let words = format!("a success that holds an error: {}", error.words);
        Self::new(causes::UNDECODABLE, api, Some(http), &words)
    }

    /// From a success that holds no JSON object. A page names who sent it, such as a proxy that wants a sign-in.
    pub(super) fn from_no_object(api: Api, http: u16, body: &[u8]) -> Self {
        // Of anything but a page nothing is cited: a token answer's body holds a token.
        let title = if body.starts_with(b"<") { Envelope::read(body).message } else { String::new() };
        let words =
            if title.is_empty() { "no JSON object".into() } else { format!("no JSON object: {title}") };
        Self::new(causes::UNDECODABLE, api, Some(http), &words)
    }

    /// `http` is what was answered, `code` what the cause is recognized by.
    fn from_envelope(
        api: Api,
        http: u16,
        code: u16,
        envelope: &Envelope,
        retry_after: Option<Duration>,
    ) -> Self {
        let source = match api {
            Api::Token => Source::TokenEndpoint,
            Api::Directory => Source::Directory,
            Api::Gmail => Source::Gmail,
            Api::IamCredentials => Source::IamCredentials,
            Api::Reports => Source::Reports,
            Api::ServiceAccountMetadata => Source::Public,
            _ => Source::OtherApi,
        };
        let Envelope { reason, domain, detail, status, message, .. } = envelope;
        let cause = causes::classify(&Answer { source, http: code, reason, detail, status, domain, message });
        let words = [reason.as_str(), message.as_str()];
        let words: Vec<&str> = words.into_iter().filter(|text| !text.is_empty()).collect();
        let retry_after = retry_after.or_else(|| retry_after_in(message, Utc::now()));
        let permission = Some(causes::quoted(&envelope.permission)).filter(|name| !name.is_empty());
        let permission = permission.map(Into::into);
        Self { retry_after, permission, ..Self::new(cause, api, Some(http), &words.join(": ")) }
    }

    /// For tests of what comes of a cause.
    #[cfg(test)]
    pub(crate) fn of_cause(cause: Cause) -> Self {
        Self::new(cause, Api::Token, None, "")
    }

    /// From anything else. The words are bounded and without markup, whoever wrote them.
    pub(super) fn new(cause: Cause, api: Api, http: Option<u16>, words: &str) -> Self {
        let words = causes::quoted(&without_secrets(words));
        Self {
            cause,
            api,
            http,
            words: words.into(),
            permission: None,
            retry_after: None,
            exhausted: false,
            unanswered: false,
        }
    }

    /// The same, with what else is known in front of the other side's words.
    pub(super) fn with_words(self, more: &str) -> Self {
        let words = if self.words.is_empty() { more.to_owned() } else { format!("{more}; {}", self.words) };
        Self { words: words.into(), ..self }
    }

    /// From a request to `host` that got no whole answer; `proxy` is the one that it went through, `trust_fault` what
    /// makes the file of trusted authorities unusable.
    pub(super) fn from_transport(
        api: Api,
        error: &reqwest::Error,
        host: &str,
        proxy: Option<&str>,
        trust_fault: Option<&str>,
    ) -> Self {
        let chain = chain(error);
        let cause = match causes::of_connection(&chain) {
            Some(cause) => cause,
            None if error.is_connect() && proxy.is_some() => causes::PROXY_UNREACHABLE,
            None if error.is_connect() => causes::CONNECT,
            None if error.is_timeout() => causes::TIMEOUT,
            None => causes::CONNECTION_LOST,
        };
        if let (causes::TLS, Some(fault)) = (cause, trust_fault) {
            return Self::new(causes::TRUST_FILE, api, None, &format!("{fault}, needed for {host}"));
        }
        let words = match proxy {
            Some(proxy) => format!("{host} through the proxy {proxy}: {}", innermost(error)),
            None => format!("{host}: {}", innermost(error)),
        };
        Self::new(cause, api, None, &words)
    }
}

/// `Retry-After`: seconds, or a date.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    match header.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => (DateTime::parse_from_rfc2822(header).ok()?.to_utc() - now).to_std().ok(),
    }
}

/// Gmail says when to come back in the message: `User-rate limit exceeded.  Retry after 2026-11-21T07:00:00Z`.
fn retry_after_in(message: &str, now: DateTime<Utc>) -> Option<Duration> {
    let (_, rest) = message.split_once("Retry after ")?;
    let time = rest.split([' ', ')', ',']).next()?.trim_end_matches('.');
    (time.parse::<DateTime<Utc>>().ok()? - now).to_std().ok()
}

/// Foreign words without what looks like a token or an assertion: a proxy or an error page can echo the
/// request.
fn without_secrets(words: &str) -> String {
    let is_secret = |word: &str| word.contains("ya29.") || (word.contains("eyJ") && word.contains('.'));
    let mut after_bearer = false;
    let redacted = words.split(' ').map(|word| {
        let hidden = after_bearer || is_secret(word);
        after_bearer = word.to_lowercase().ends_with("bearer");
        if hidden { "[secret]" } else { word }
    });
    redacted.collect::<Vec<_>>().join(" ")
}

pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

/// The system's own words, without the URL around them.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_gives_reason_detail_and_words() {
        let body = br#"{"error":{"code":403,"message":"Request had insufficient authentication scopes.",
            "errors":[{"message":"Insufficient Permission","domain":"global","reason":"insufficientPermissions"}],
            "status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT","later":1}]}}"#;
        let error = GoogleError::from_answer(Api::Gmail, 403, body, None);
        assert_eq!(error.cause.id, "scope_insufficient");
        assert_eq!(
            error.to_string(),
            "The access token lacks the scope that the method needs (gmail answered 403: insufficientPermissions: Request had insufficient authentication scopes.)"
        );
    }

    #[test]
    fn what_is_no_envelope_keeps_its_own_words() {
        for (body, words) in [
            ("<html>\n<b>oops", "oops"),
            ("[1]", "[1]"),
            ("{\"error\": 7}", "{\"error\": 7}"),
            ("{}", "{}"),
            ("", ""),
        ] {
            let error = GoogleError::from_answer(Api::Iam, 418, body.as_bytes(), None);
            assert_eq!((error.cause.id, &*error.words), ("unknown_answer", words), "{body}");
        }
    }

    #[test]
    fn an_error_in_a_success_is_that_error() {
        let of = |api, body: &str| GoogleError::from_error_in_success(api, 200, body.as_bytes()).cause.id;
        let denied = r#"{"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "The caller does not have permission"}}"#;
        assert_eq!(of(Api::Iam, denied), "iam_permission_missing");
        assert_eq!(of(Api::Iam, r#"{"error": {"status": "NOT_FOUND"}}"#), "not_found");
        assert_eq!(of(Api::Directory, r#"[{"error": {"code": "503"}}]"#), "backend_error");
        assert_eq!(of(Api::Token, r#"{"error": "unauthorized_client"}"#), "scope_not_delegated");
        for body in [r#"{"error": {}}"#, r#"{"error": null}"#, r#"{"error": "odd"}"#, r#"{"error": 7}"#] {
            assert_eq!(of(Api::Gmail, body), "undecodable", "{body}");
        }
    }

    #[test]
    fn gmails_time_to_come_back_is_read_from_its_message() {
        let now = "2026-11-21T07:00:00Z".parse().unwrap();
        let wait = |message| retry_after_in(message, now);
        let asked = wait("User-rate limit exceeded.  Retry after 2026-11-21T07:00:12.500Z");
        assert_eq!(asked, Some(Duration::from_millis(12_500)));
        assert_eq!(wait("Retry after 2026-11-21T06:00:00Z"), None, "in the past");
        assert_eq!(wait("Retry after lunch"), None);
    }

    #[test]
    fn a_header_says_when_to_come_back_in_seconds_or_as_a_date() {
        let now = "2026-11-21T07:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 07:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 06:00:00 GMT", now), None, "in the past");
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn an_echoed_token_or_assertion_is_not_kept() {
        let body =
            b"You sent Authorization: Bearer opaque-token and ya29.c.abc and eyJhbGci.eyJpc3Mi.c2ln ok";
        let error = GoogleError::from_answer(Api::Gmail, 403, body, None);
        assert_eq!(&*error.words, "You sent Authorization: Bearer [secret] and [secret] and [secret] ok");
    }

    #[test]
    fn the_token_endpoints_flat_body_is_read() {
        let body = br#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#;
        assert_eq!(GoogleError::from_answer(Api::Token, 400, body, None).cause.id, "key_rejected");
    }
}
