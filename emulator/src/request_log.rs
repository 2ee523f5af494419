//! What the clients asked, for tests to read.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::error::EmulatorError;

/// As many requests as are kept in memory; a log file has them all.
const KEPT: usize = 10_000;

/// Query parameters and form fields that can carry a secret.
const SECRET: [&str; 6] = ["access_token", "oauth_token", "id_token", "key", "assertion", "client_secret"];

/// One request and what it was answered. Never carries an access token or a signature.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The emulator's time when the request came in.
    pub at: DateTime<Utc>,
    /// The HTTP method.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// The query, as sent but for secrets.
    pub query: String,
    /// Google's id of the API method, if the request met one.
    pub operation: Option<String>,
    /// The user acted as, or asked to be acted as.
    pub subject: Option<String>,
    /// The service account's address.
    pub client: Option<String>,
    /// The token's scopes, or those asked for.
    pub scopes: Vec<String>,
    /// The HTTP status answered.
    pub status: u16,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: String,
    /// The fields of a token request, without the assertion.
    pub form: BTreeMap<String, String>,
    /// The assertion's header.
    pub assertion_header: Option<Value>,
    /// The assertion's claims.
    pub claims: Option<Value>,
    /// The answer's body, in the log file only and if bodies are logged; never a token.
    pub response: Option<Value>,
}

/// The latest requests in memory, and all of them in a file if there is one.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    state: Mutex<State>,
    pub(crate) bodies: bool,
}

#[derive(Debug, Default)]
struct State {
    latest: VecDeque<LoggedRequest>,
    file: Option<BufWriter<File>>,
}

impl RequestLog {
    pub(crate) fn new(path: Option<&Path>, bodies: bool) -> Result<Self, EmulatorError> {
        let file = path
            .map(|path| {
                File::create(path)
                    .map(BufWriter::new)
                    .map_err(|source| EmulatorError::Write { path: path.to_owned(), source })
            })
            .transpose()?;
        Ok(Self { state: Mutex::new(State { latest: VecDeque::new(), file }), bodies })
    }

    /// A log file that cannot be written any more is given up; serving goes on.
    pub(crate) fn record(&self, mut request: LoggedRequest) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &mut state.file {
            let written = serde_json::to_writer(&mut *file, &request)
                .map_err(std::io::Error::from)
                .and_then(|()| file.write_all(b"\n"))
                .and_then(|()| file.flush());
            if written.is_err() {
                state.file = None;
            }
        }
        // Bodies go to the file only: kept in memory, a large tenant's would add up.
        request.response = None;
        if state.latest.len() == KEPT {
            state.latest.pop_front();
        }
        state.latest.push_back(request);
    }

    pub(crate) fn latest(&self) -> Vec<LoggedRequest> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.latest.iter().cloned().collect()
    }
}

/// The query with the values of secret parameters struck out.
pub(crate) fn without_secrets(query: &str) -> String {
    let struck = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if SECRET.contains(&name) => format!("{name}=REDACTED"),
        _ => pair.to_owned(),
    };
    query.split('&').map(struck).collect::<Vec<_>>().join("&")
}

/// A token request's form without its secrets.
pub(crate) fn harmless_fields(form: &[(String, String)]) -> BTreeMap<String, String> {
    form.iter().filter(|(name, _)| !SECRET.contains(&name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_struck_out_of_queries() {
        assert_eq!(without_secrets("a=b&access_token=ya29.x&c"), "a=b&access_token=REDACTED&c");
        assert_eq!(without_secrets(""), "");
    }
}
