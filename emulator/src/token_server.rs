//! Where tokens are given out, over HTTP: the token endpoint, under its new and its old address, and STS.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use axum::routing::post;
use serde_json::{Value, json};

use crate::connection::Line;
use crate::fault::{Answer, Asked, Endpoint, Life, Struck};
use crate::reply::Reply;
use crate::request_log::harmless_fields;
use crate::respond::log_entry;
use crate::sts;
use crate::token_endpoint::{Refusal, TokenRequest, exchange};
use crate::world::World;

const MAX_FORM: usize = 64 * 1024;

/// What turns a form into a token.
type Grant = fn(&World, &TokenRequest) -> Result<Value, Refusal>;

pub(crate) fn routes() -> Router<Arc<World>> {
    let at = |grant: Grant| post(move |world, request| token(world, request, grant));
    Router::new()
        .route("/token", at(exchange))
        // Some clients have this address built in for a user's refresh token.
        .route("/o/oauth2/token", at(exchange))
        .route("/v1/token", at(sts::exchange))
}

async fn token(State(world): State<Arc<World>>, request: Request, grant: Grant) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_FORM).await.unwrap_or_default();
    let form = TokenRequest::parse(&body);
    let mut entry = log_entry(&world, &parts);
    entry.subject = form.subject().map(str::to_owned);
    entry.client = form.client().map(str::to_owned);
    entry.scopes = form.scopes();
    entry.form = harmless_fields(&form.form);
    entry.assertion_header = form.assertion.as_ref().map(|assertion| assertion.header.clone());
    entry.claims = form.assertion.as_ref().map(|assertion| assertion.claims.clone());
    let struck = world.faults.strike(&Asked {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        subject: form.subject(),
        endpoint: Endpoint::Token,
    });
    world.hold_back(struck.wait).await;
    let reply = reply(granted(&world, &struck, || grant(&world, &form)));
    reply.send(&world, entry, &struck, parts.extensions.get::<Line>()).await
}

/// The token or the refusal, unless a fault wants another one.
pub(crate) fn granted(
    world: &World,
    struck: &Struck<'_>,
    usual: impl FnOnce() -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    match struck.answer() {
        Some(Answer::Status(status)) => Err(Refusal::of_status(status)),
        Some(Answer::TokenError { error, status }) => Err(Refusal::planned(error, status)),
        Some(Answer::TokenExpires(seconds)) => usual().map(|mut answer| {
            answer["expires_in"] = json!(seconds);
            doom(world, &answer, Life::For(Duration::from_secs(seconds.into())));
            answer
        }),
        Some(Answer::TokenDies(life)) => usual().inspect(|answer| doom(world, answer, life)),
        _ => usual(),
    }
}

fn doom(world: &World, answer: &Value, life: Life) {
    if let Some(token) = answer["access_token"].as_str() {
        world.doomed_tokens.doom(token, life);
    }
}

pub(crate) fn reply(outcome: Result<Value, Refusal>) -> Reply {
    match outcome {
        Ok(body) => Reply::json(200, &body, true),
        Err(refusal) => Reply::json(refusal.status, &refusal.body(), true),
    }
}
