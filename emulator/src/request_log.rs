//! What the clients asked, for tests to read.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::error::EmulatorError;
use crate::options::{LOG_FOLDER, Options};

/// As many requests as are kept in memory; a log file has them all.
const KEPT: usize = 10_000;

/// Query parameters and form fields that can carry a secret.
const SECRET: [&str; 9] = [
    "access_token",
    "assertion",
    "client_secret",
    "code",
    "id_token",
    "key",
    "oauth_token",
    "refresh_token",
    "subject_token",
];

/// Fields of answers that are secret.
const GIVEN_OUT: [&str; 2] = ["access_token", "signedJwt"];

/// One request and what it was answered. Never carries an access token or a signature.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The emulator's time when the request came in.
    pub at: DateTime<Utc>,
    /// The HTTP method.
    pub method: String,
    /// The host that was asked, without its port.
    pub host: String,
    /// The path, as sent.
    pub path: String,
    /// The query, as sent but for secrets.
    pub query: String,
    /// Google's id of the API method, if the request met one.
    pub operation: Option<String>,
    /// The user acted as, or asked to be acted as.
    pub subject: Option<String>,
    /// The service account's address, or the name of the program or workload that has no account.
    pub client: Option<String>,
    /// The token's scopes, or those asked for.
    pub scopes: Vec<String>,
    /// The HTTP status answered; 0 if a planned fault kept the answer back.
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
    /// Whether a planned fault struck; a latency alone does not count.
    pub fault: bool,
    /// What the fault was planned to do, as it was written.
    pub fault_answer: Option<String>,
    /// The answer's body, in the log file only and if bodies are logged; never a token.
    pub response: Option<Value>,
}

/// The latest requests in memory, and all of them in files if there are any.
#[derive(Debug)]
pub(crate) struct RequestLog {
    state: Mutex<State>,
    pub(crate) bodies: bool,
}

#[derive(Debug)]
struct State {
    latest: VecDeque<LoggedRequest>,
    files: Vec<LogFile>,
}

#[derive(Debug)]
struct LogFile {
    file: BufWriter<fs::File>,
    bodies: bool,
    /// Where the tenant's truth is told beside it.
    truth: Option<PathBuf>,
}

impl RequestLog {
    /// Logs to the file of the options, and to one of its own in the folder that the environment names.
    pub(crate) fn new(options: &Options) -> Result<Self, EmulatorError> {
        let mut files = Vec::new();
        if let Some(path) = &options.request_log {
            files.push(LogFile::create(path, options.log_bodies)?);
        }
        if let Some(folder) = std::env::var_os(LOG_FOLDER).filter(|folder| !folder.is_empty()) {
            files.push(LogFile::in_folder(&folder)?);
        }
        let bodies = files.iter().any(|file| file.bodies);
        Ok(Self { state: Mutex::new(State { latest: VecDeque::new(), files }), bodies })
    }

    /// Tells the tenant's truth beside each log that has a place for it, so that answers can be held
    /// against it.
    pub(crate) fn tell(&self, truth: impl FnOnce() -> Value) -> Result<(), EmulatorError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut paths = state.files.iter().filter_map(|file| file.truth.as_ref()).peekable();
        if paths.peek().is_none() {
            return Ok(());
        }
        let text = truth().to_string();
        for path in paths {
            fs::write(path, &text).map_err(|source| EmulatorError::Write { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// A log file that cannot be written any more is given up; serving goes on.
    pub(crate) fn record(&self, mut request: LoggedRequest) {
        let response = request.response.take();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.files.retain_mut(|file| {
            // Bodies go to files only: kept in memory, a large tenant's would add up.
            request.response = response.clone().filter(|_| file.bodies);
            file.write(&request).is_ok()
        });
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

impl LogFile {
    fn create(path: &Path, bodies: bool) -> Result<Self, EmulatorError> {
        let failed = |source| EmulatorError::Write { path: path.to_owned(), source };
        let file = fs::File::create(path).map_err(failed)?;
        Ok(Self { file: BufWriter::new(file), bodies, truth: None })
    }

    /// A new file for this start, whichever processes else log to the same folder.
    fn in_folder(folder: &OsStr) -> Result<Self, EmulatorError> {
        static STARTS: AtomicU64 = AtomicU64::new(0);
        let folder = Path::new(folder);
        let failed = |source| EmulatorError::Write { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let start = STARTS.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{now}-{}-{start}.jsonl", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        Ok(Self {
            file: BufWriter::new(file.map_err(failed)?),
            bodies: true,
            truth: Some(path.with_extension("truth.json")),
        })
    }

    fn write(&mut self, request: &LoggedRequest) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.file, request)?;
        self.file.write_all(b"\n")?;
        self.file.flush()
    }
}

/// The query with the values of secret parameters struck out.
pub(crate) fn without_secrets(query: &str) -> String {
    let struck = |pair: &str| match form_urlencoded::parse(pair.as_bytes()).next() {
        Some((name, _)) if SECRET.contains(&name.as_ref()) => format!("{name}=REDACTED"),
        _ => pair.to_owned(),
    };
    query.split('&').map(struck).collect::<Vec<_>>().join("&")
}

/// An answer with its tokens and signatures struck out.
pub(crate) fn without_token(body: &Value) -> Value {
    let mut body = body.clone();
    for name in GIVEN_OUT {
        if let Some(token) = body.get_mut(name) {
            *token = Value::from("REDACTED");
        }
    }
    body
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
        assert_eq!(without_secrets("access%5Ftoken=ya29.x"), "access_token=REDACTED");
        assert_eq!(without_secrets(""), "");
    }
}
