//! What every endpoint needs of a request: the host that it asks, its line in the log, and the answer where it calls no
//! method.

use axum::body::Body;
use axum::http::Response;
use axum::http::header::{HOST, USER_AGENT};
use axum::http::request::Parts;

use crate::call::Outcome;
use crate::connection::Line;
use crate::discovery::Api;
use crate::fault::{Answer, Asked, Endpoint, status_error};
use crate::reply::Reply;
use crate::request_log::{LoggedRequest, without_secrets};
use crate::world::World;

/// The host that was asked, without its port: a header in HTTP/1.1, part of the address in HTTP/2.
pub(crate) fn asked_host(parts: &Parts) -> &str {
    let header = || parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = parts.uri.host().or_else(header).unwrap_or_default();
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// Answers what is no method.
pub(crate) async fn respond(world: &World, parts: &Parts, usual: Outcome) -> Response<Body> {
    let path = parts.uri.path();
    let asked = Asked { method: parts.method.as_str(), path, subject: None, endpoint: Endpoint::Other };
    let struck = world.faults.strike(&asked);
    world.hold_back(struck.wait).await;
    let outcome = match struck.answer() {
        Some(Answer::Status(status)) => {
            Err(status_error(Api::of_path(path).unwrap_or(Api::Oauth2), status, ""))
        }
        _ => usual,
    };
    let line = parts.extensions.get::<Line>();
    Reply::of(outcome, true).send(world, log_entry(world, parts), &struck, line).await
}

/// The log's line of a request, without what only its endpoint can tell.
pub(crate) fn log_entry(world: &World, parts: &Parts) -> LoggedRequest {
    let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    LoggedRequest {
        at: world.clock.now(),
        method: parts.method.as_str().to_owned(),
        host: asked_host(parts).to_owned(),
        path: parts.uri.path().to_owned(),
        query: without_secrets(parts.uri.query().unwrap_or_default()),
        operation: None,
        subject: None,
        client: None,
        scopes: Vec::new(),
        status: 0,
        user_agent: user_agent.map(str::to_owned),
        http_version: format!("{:?}", parts.version),
        form: Default::default(),
        assertion_header: None,
        claims: None,
        fault: false,
        fault_answer: None,
        response: None,
    }
}
