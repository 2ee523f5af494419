//! An answer, and how it is given: in full, spoilt, or never.

use std::future::pending;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Response, StatusCode};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::connection::Line;
use crate::delivery::Trickle;
use crate::fault::{Answer, Struck};
use crate::request_log::{LoggedRequest, without_token};
use crate::world::World;

const JSON: &str = "application/json; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";

/// Neither JSON nor text.
const GARBAGE: &[u8] = b"\x1f\x8b\x08\x00}{garbage\xff\xfe\x00";

/// What is answered.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    content_type: &'static str,
    body: Bytes,
    /// The body for the log; nothing for one that is no answer.
    told: Option<Value>,
    headers: Vec<(HeaderName, String)>,
}

impl Reply {
    pub(crate) fn json(status: u16, value: &Value, pretty: bool) -> Self {
        let text = if pretty { serde_json::to_vec_pretty(value) } else { serde_json::to_vec(value) };
        let body = Bytes::from(text.unwrap_or_default());
        Self { status, content_type: JSON, body, told: Some(without_token(value)), headers: Vec::new() }
    }

    pub(crate) fn of(outcome: Result<Value, ApiError>, pretty: bool) -> Self {
        match outcome {
            Ok(body) => Self::json(200, &body, pretty),
            Err(error) if error.is_page => Self::text(error.code, HTML, &not_found_page(error.message())),
            Err(error) => {
                let reply = Self::json(error.code, &error.body(), pretty);
                match error.www_authenticate {
                    Some(challenge) => reply.with(WWW_AUTHENTICATE, challenge),
                    None => reply,
                }
            }
        }
    }

    pub(crate) fn text(status: u16, content_type: &'static str, text: &str) -> Self {
        let body = Bytes::from(text.to_owned());
        Self { status, content_type, body, told: Some(Value::from(text)), headers: Vec::new() }
    }

    /// The text as it stands, under the type that it looks like.
    fn verbatim(status: u16, text: &str) -> Self {
        let content_type = match text.trim_start().chars().next() {
            Some('<') => HTML,
            Some('{' | '[') | None => JSON,
            Some(_) => "text/plain; charset=UTF-8",
        };
        // Nobody's schema holds it, so the log tells nothing of it.
        Self { told: None, ..Self::text(status, content_type, text) }
    }

    /// Changed by a JSON Patch; as it was, where the patch does not fit.
    fn patched(self, patch: &str) -> Self {
        let changed = serde_json::from_slice(&self.body).ok().and_then(|mut body: Value| {
            let patch: json_patch::Patch = serde_json::from_str(patch).ok()?;
            json_patch::patch(&mut body, &patch).ok()?;
            Some(Self::json(self.status, &body, false).body)
        });
        Self { body: changed.unwrap_or_else(|| self.body.clone()), told: None, ..self }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What a fault makes of it before it is sent.
    fn spoilt_by(self, struck: &Struck<'_>) -> Self {
        let text = struck.fault.and_then(|fault| fault.text.as_deref()).unwrap_or_default();
        match struck.answer() {
            Some(Answer::Body(status)) => Self::verbatim(status, text),
            Some(Answer::Patch) => self.patched(text),
            Some(Answer::PlainText(status)) => {
                Self::text(status, "text/plain; charset=UTF-8", "request rate higher than configured")
            }
            Some(Answer::Html(status)) => Self::text(status, HTML, &page(status)),
            Some(Answer::Garbage) => {
                Self { status: 200, body: Bytes::from_static(GARBAGE), told: None, ..self }
            }
            Some(Answer::Hang | Answer::Reset) => Self { status: 0, told: None, ..self },
            Some(Answer::Cut) => Self { told: None, ..self },
            _ => self,
        }
    }

    /// Logs it and sends it, as far as the fault lets it.
    pub(crate) async fn send(
        self,
        world: &World,
        mut entry: LoggedRequest,
        struck: &Struck<'_>,
        line: Option<&Line>,
    ) -> Response<Body> {
        let answer = struck.answer();
        let reply = self.spoilt_by(struck);
        if let Some(fault) = struck.fault {
            entry.fault = true;
            entry.fault_answer = Some(fault.written.clone());
        }
        entry.status = reply.status;
        entry.response = reply.told.clone().filter(|_| world.log.bodies);
        world.log.record(entry);
        match answer {
            Some(Answer::Hang) => pending().await,
            Some(Answer::Reset) => {
                if let Some(line) = line {
                    line.tear();
                }
                pending().await
            }
            _ => {}
        }
        let body = match answer {
            Some(Answer::Cut) => Body::new(Trickle::cut(reply.body)),
            Some(Answer::Drip(pause)) => Body::new(Trickle::drip(reply.body, pause)),
            _ => Body::from(reply.body),
        };
        let retry_after = struck.fault.and_then(|fault| fault.retry_after).map(|seconds| seconds.to_string());
        let headers = retry_after.map(|seconds| (RETRY_AFTER, seconds)).into_iter().chain(reply.headers);
        respond(world, reply.status, reply.content_type, headers, body)
    }

    /// The answer itself, for whoever logs it elsewhere.
    pub(crate) fn unlogged(self, world: &World) -> Response<Body> {
        respond(world, self.status, self.content_type, self.headers, Body::from(self.body))
    }
}

fn respond(
    world: &World,
    status: u16,
    content_type: &str,
    headers: impl IntoIterator<Item = (HeaderName, String)>,
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in [(CONTENT_TYPE, content_type.to_owned())].into_iter().chain(headers) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    date(world, &mut response);
    response
}

/// The date is the emulator's, so that a client that compares clocks compares with the right one.
pub(crate) fn date(world: &World, response: &mut Response<Body>) {
    let date = world.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(DATE, date);
    }
}

/// The page that Google's front ends show when the service behind them does not answer; shortened.
fn page(status: u16) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error {status} (Server Error)!!1</title>\n<p><b>{status}.</b> <ins>That’s an error.</ins>\n<p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds. <ins>That’s all we know.</ins>\n"
    )
}

/// What a front end answers where it knows no such address. The path is the client's, so it is escaped.
fn not_found_page(message: &str) -> String {
    let message = message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n<p>{message} <ins>That’s all we know.</ins>\n"
    )
}
