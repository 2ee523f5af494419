//! Answers that replace the usual ones, to try how a client bears them.

use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::api_error::ApiError;
use crate::discovery::Api;
use crate::error::EmulatorError;

/// One planned misfortune, written `METHOD PATH ANSWER [subject=ADDRESS] [after=N]`:
/// `GET /admin/directory/v1/users 500`, `GET /gmail/v1/*/sendAs 403 subject=a@example.com after=3`,
/// `GET /gmail/* disabled`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP method, or `*`.
    pub method: String,
    /// The path; `*` stands for any run of characters, slashes included.
    pub path: String,
    /// Only requests that act as this user.
    pub subject: Option<String>,
    /// How many matching requests are answered as usual first.
    pub after_requests: Option<usize>,
    /// What is answered instead.
    pub answer: FaultAnswer,
}

/// What a faulty request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultAnswer {
    /// This HTTP status, with the body Google gives it.
    Status(u16),
    /// The API is switched off in the calling project.
    Disabled,
}

impl FromStr for Fault {
    type Err = EmulatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| EmulatorError::Fault { text: text.to_owned(), reason };
        let mut words = text.split_whitespace();
        let (Some(method), Some(path), Some(answer)) = (words.next(), words.next(), words.next()) else {
            return Err(refuse("expected METHOD PATH ANSWER"));
        };
        if !path.starts_with(['/', '*']) {
            return Err(refuse("the path starts with neither / nor *"));
        }
        let answer = match answer {
            "disabled" => FaultAnswer::Disabled,
            status => match status.parse() {
                Ok(status @ 400..=599) => FaultAnswer::Status(status),
                _ => {
                    return Err(refuse("the answer is neither a status from 400 to 599 nor `disabled`"));
                }
            },
        };
        let mut fault = Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            subject: None,
            after_requests: None,
            answer,
        };
        for word in words {
            match word.split_once('=') {
                Some(("subject", subject)) => fault.subject = Some(subject.to_owned()),
                Some(("after", count)) => {
                    let count = count.parse().map_err(|_| refuse("`after` is not a number"))?;
                    fault.after_requests = Some(count);
                }
                _ => return Err(refuse("expected subject=ADDRESS or after=N")),
            }
        }
        Ok(fault)
    }
}

impl Fault {
    fn concerns(&self, method: &str, path: &str, subject: Option<&str>) -> bool {
        (self.method == "*" || self.method == method)
            && matches_pattern(&self.path, path)
            && self
                .subject
                .as_deref()
                .is_none_or(|wanted| subject.is_some_and(|subject| subject.eq_ignore_ascii_case(wanted)))
    }
}

/// The faults of a start, each counting the requests it let pass.
#[derive(Debug)]
pub(crate) struct Faults {
    planned: Vec<(Fault, AtomicUsize)>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { planned: faults.into_iter().map(|fault| (fault, AtomicUsize::new(0))).collect() }
    }

    /// The answer that replaces the usual one for this request, if any.
    pub(crate) fn strike(&self, method: &str, path: &str, subject: Option<&str>) -> Option<&FaultAnswer> {
        self.planned.iter().find_map(|(fault, passed)| {
            if !fault.concerns(method, path, subject) {
                return None;
            }
            let before = passed.fetch_add(1, Ordering::Relaxed);
            (before >= fault.after_requests.unwrap_or(0)).then_some(&fault.answer)
        })
    }
}

/// Google's body for a bare status, in the envelope of the API.
pub(crate) fn status_error(api: Api, status: u16, retry_after: &str) -> ApiError {
    let (name, reason, message) = match status {
        400 => ("INVALID_ARGUMENT", "badRequest", "Bad Request".to_owned()),
        401 => return ApiError::credentials_invalid(),
        403 if api == Api::Directory => return ApiError::not_an_administrator(),
        403 => ("PERMISSION_DENIED", "forbidden", "Forbidden".to_owned()),
        404 if api == Api::Directory => return ApiError::resource_not_found("userKey"),
        404 => ("NOT_FOUND", "notFound", "Requested entity was not found.".to_owned()),
        429 if api == Api::Gmail => (
            "RESOURCE_EXHAUSTED",
            "rateLimitExceeded",
            format!("User-rate limit exceeded.  Retry after {retry_after}"),
        ),
        429 => ("RESOURCE_EXHAUSTED", "rateLimitExceeded", "Rate Limit Exceeded".to_owned()),
        503 if api == Api::Directory => return ApiError::no_administrator_named(),
        503 => ("UNAVAILABLE", "backendError", "The service is currently unavailable.".to_owned()),
        500 => ("INTERNAL", "backendError", "Internal error encountered.".to_owned()),
        _ => ("UNKNOWN", "backendError", "Backend Error".to_owned()),
    };
    ApiError::of(api, status, name, reason, message)
}

fn matches_pattern(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    (0..=rest.len())
        .filter(|&start| rest.is_char_boundary(start))
        .any(|start| matches_pattern(tail, &rest[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_from_its_text() {
        let fault: Fault = "GET /gmail/v1/*/sendAs 403 subject=a@example.com after=3".parse().unwrap();
        assert_eq!(fault.path, "/gmail/v1/*/sendAs");
        assert_eq!(fault.subject.as_deref(), Some("a@example.com"));
        assert_eq!(fault.after_requests, Some(3));
        assert_eq!(fault.answer, FaultAnswer::Status(403));
        for text in ["", "GET /x", "GET x 500", "GET /x 200", "GET /x 500 often", "GET /x 500 after=soon"] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_crosses_slashes() {
        assert!(matches_pattern("/gmail/v1/*/sendAs", "/gmail/v1/users/me/settings/sendAs"));
        assert!(matches_pattern("*", "/anything"));
        assert!(!matches_pattern("/gmail/v1/*/sendAs", "/gmail/v1/users/me/settings/delegates"));
        assert!(!matches_pattern("/token", "/tokens"));
    }

    #[test]
    fn a_fault_waits_for_its_turn() {
        let faults = Faults::new(vec!["GET /a 500 after=2".parse().unwrap()]);
        let struck: Vec<_> = (0..4).map(|_| faults.strike("GET", "/a", None).is_some()).collect();
        assert_eq!(struck, [false, false, true, true]);
    }
}
