//! What happens to a request that a fault strikes.

use std::time::Duration;

use super::api_reason::{self, ApiReason};
use super::moment;
use super::token_error::{self, TokenError};
use super::words::nearest;

/// The longest that Google's tokens live.
const MAX_LIFE: u32 = 3600;

/// What happens instead of the usual answer, or to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// This HTTP status, with the body Google gives it.
    Status(u16),
    /// An API's refusal for this reason.
    Reason { reason: &'static ApiReason, status: u16 },
    /// A token endpoint's refusal.
    TokenError { error: &'static TokenError, status: u16 },
    /// A line of text, as some of Google's front ends answer.
    PlainText(u16),
    /// A web page for people.
    Html(u16),
    /// The usual answer, later.
    Latency { least: Duration, most: Duration },
    /// No answer; the connection stays open.
    Hang,
    /// No answer; the connection is torn down.
    Reset,
    /// Half of the usual answer, then the connection ends.
    Cut,
    /// 200, with bytes that are no JSON.
    Garbage,
    /// This status and the fault's own text, word for word.
    Body(u16),
    /// The usual answer, changed by the fault's own JSON Patch (RFC 6902).
    Patch,
    /// The usual answer, a byte at a time.
    Drip(Duration),
    /// The page's own token again as the next one.
    RepeatPage,
    /// No rows and a token; the rows come under that.
    EmptyPage,
    /// A token that lives this many seconds, and says so.
    TokenExpires(u32),
    /// A token that ends before the hour that it promises.
    TokenDies(Life),
}

/// How long a token really lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// The call of an API at which it is refused.
    Calls(u32),
    For(Duration),
}

/// Where tokens are given out, and nothing else.
const TOKEN_PATHS: [&str; 3] = ["/token", "/o/oauth2/token", "/v1/token"];

/// How the paths begin where no token is given out.
const API_PATHS: [&str; 4] = ["/admin/", "/gmail/", "/oauth2/", "/v1/projects/"];

const WORDS: [&str; 15] = [
    "plain-text",
    "html",
    "latency",
    "hang",
    "reset",
    "cut",
    "garbage",
    "body",
    "patch",
    "drip",
    "repeat-page",
    "empty-page",
    "token-expires",
    "token-dies",
    "disabled",
];

impl Answer {
    /// Reads `WORD` or `WORD=VALUE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (word, value) = text.split_once('=').map_or((text, None), |(word, value)| (word, Some(value)));
        match (word, value) {
            ("hang", None) => Ok(Self::Hang),
            ("reset", None) => Ok(Self::Reset),
            ("cut", None) => Ok(Self::Cut),
            ("garbage", None) => Ok(Self::Garbage),
            ("repeat-page", None) => Ok(Self::RepeatPage),
            ("empty-page", None) => Ok(Self::EmptyPage),
            ("patch", None) => Ok(Self::Patch),
            ("body", None) => Ok(Self::Body(200)),
            ("body", Some(value)) => match value.parse() {
                Ok(status @ 200..=599) => Ok(Self::Body(status)),
                _ => Err(format!("`{value}` is no status from 200 to 599")),
            },
            ("hang" | "reset" | "cut" | "garbage" | "patch" | "repeat-page" | "empty-page", Some(_)) => {
                Err(format!("`{word}` takes no value"))
            }
            ("plain-text", value) => status_or(value, 429).map(Self::PlainText),
            ("html", value) => status_or(value, 502).map(Self::Html),
            ("latency", Some(value)) => {
                moment::range(value).map(|(least, most)| Self::Latency { least, most })
            }
            ("drip", Some(value)) => moment::duration(value).map(Self::Drip),
            ("token-expires", Some(value)) => seconds_of_life(value).map(Self::TokenExpires),
            ("token-dies", Some(value)) => life(value).map(Self::TokenDies),
            ("latency" | "drip", None) => Err(format!("`{word}` needs a duration: `{word}=40ms`")),
            ("token-expires", None) => {
                Err("`token-expires` needs its seconds: `token-expires=60`".to_owned())
            }
            ("token-dies", None) => {
                Err("`token-dies` needs a call or a duration: `token-dies=3` or `token-dies=2s`".to_owned())
            }
            (status, None) if status.starts_with(|first: char| first.is_ascii_digit()) => {
                error_status(status).map(Self::Status)
            }
            (word, value) => Self::refusal(word, value),
        }
    }

    fn refusal(word: &str, value: Option<&str>) -> Result<Self, String> {
        if let Some(reason) = api_reason::named(word) {
            return status_or(value, reason.status).map(|status| Self::Reason { reason, status });
        }
        if let Some(error) = token_error::named(word) {
            return status_or(value, error.status).map(|status| Self::TokenError { error, status });
        }
        let known = WORDS.into_iter().chain(api_reason::words()).chain(token_error::words());
        Err(format!(
            "the answer `{word}` is neither a status from 400 to 599 nor a known word{}",
            nearest(word, known)
        ))
    }

    /// Whether a path leaves room for it. Most patterns do: then the request decides.
    pub(super) fn can_happen_at(&self, path: &str) -> bool {
        match self {
            Self::Reason { .. } | Self::RepeatPage | Self::EmptyPage => !TOKEN_PATHS.contains(&path),
            Self::TokenError { .. } | Self::TokenExpires(_) | Self::TokenDies(_) => {
                !API_PATHS.iter().any(|start| path.starts_with(start))
            }
            _ => true,
        }
    }

    /// Whether it only delays: then other faults strike the same request as well.
    pub(super) fn is_latency(&self) -> bool {
        matches!(self, Self::Latency { .. })
    }
}

fn status_or(value: Option<&str>, default: u16) -> Result<u16, String> {
    value.map_or(Ok(default), error_status)
}

fn error_status(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(status @ 400..=599) => Ok(status),
        _ => Err(format!("`{text}` is no status from 400 to 599")),
    }
}

fn seconds_of_life(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(seconds @ 1..=MAX_LIFE) => Ok(seconds),
        _ => Err(format!("`{text}` is no number of seconds from 1 to {MAX_LIFE}")),
    }
}

fn life(text: &str) -> Result<Life, String> {
    if let Ok(call @ 1..) = text.parse() {
        return Ok(Life::Calls(call));
    }
    moment::duration(text)
        .map(Life::For)
        .map_err(|_| format!("`{text}` is neither a call, from 1 on, nor a duration such as 200ms"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_is_offered_is_understood() {
        for word in WORDS.into_iter().chain(api_reason::words()).chain(token_error::words()) {
            let text = match word {
                "latency" | "drip" => format!("{word}=40ms"),
                "token-expires" | "token-dies" => format!("{word}=3"),
                word => word.to_owned(),
            };
            assert!(Answer::parse(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn values_are_held_to_their_kind() {
        assert_eq!(Answer::parse("html=503"), Ok(Answer::Html(503)));
        assert_eq!(Answer::parse("token-dies=2s"), Ok(Answer::TokenDies(Life::For(Duration::from_secs(2)))));
        let Ok(Answer::Reason { status, .. }) = Answer::parse("userRateLimitExceeded=429") else {
            panic!("a reason may have another status");
        };
        assert_eq!(status, 429);
        for text in ["200", "html=200", "hang=2s", "latency", "drip=2", "token-expires=7200", "token-dies=0"]
        {
            assert!(Answer::parse(text).is_err(), "{text}");
        }
        let error = Answer::parse("userRateLimitExeeded").unwrap_err();
        assert!(error.ends_with("(did you mean `userRateLimitExceeded`?)"), "{error}");
    }
}
