//! Planned misfortunes: what replaces, delays or spoils the usual answers, and when.

mod answer;
mod api_reason;
mod file;
mod moment;
mod pattern;
mod plan;
mod text;
mod token_error;
mod words;

pub(crate) use self::answer::{Answer, Life};
pub(crate) use self::api_reason::{Circumstances, status_error};
pub(crate) use self::plan::{Asked, Endpoint, Faults, Struck};
pub(crate) use self::token_error::{TokenError, UNAUTHORIZED};

/// One planned misfortune, written `METHOD PATH ANSWER [CONDITION=VALUE]…`:
/// `GET /admin/directory/v1/users 500`, `GET /gmail/v1/*/sendAs forbidden subject=a@example.com after=3`,
/// `* /gmail/* latency=0ms..2s`, `POST /token reset chance=0.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP method, or `*`.
    pub(crate) method: String,
    /// The path; `*` stands for any run of characters, slashes included.
    pub(crate) path: String,
    /// What happens instead.
    pub(crate) answer: Answer,
    /// The same, as it was written.
    pub(crate) written: String,
    /// What `body` answers, or the JSON Patch of `patch`.
    pub(crate) text: Option<String>,
    /// Only requests that act as this user.
    pub(crate) subject: Option<String>,
    /// How many matching requests are answered as usual first.
    pub(crate) after: usize,
    /// Only every so many of the matching requests.
    pub(crate) every: usize,
    /// At most so many requests, then all is well again.
    pub(crate) times: Option<usize>,
    /// How likely it strikes, in millionths.
    pub(crate) chance: Option<u64>,
    /// The seconds of a `Retry-After` header.
    pub(crate) retry_after: Option<u32>,
}
