//! From an HTTP request to an HTTP answer: faults, token, scope, parameters, handler, mask, log.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::Response;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::batch;
use crate::call::{Call, Outcome, credential_in};
use crate::connection::Line;
use crate::discovery::{Api, METHODS, Method, description};
use crate::fault::{Answer, Asked, Circumstances, Endpoint, Struck, status_error};
use crate::hosts::at_its_host;
use crate::method_override::as_get;
use crate::page_tokens::Place;
use crate::principals::client_name;
use crate::reply::{Reply, date};
use crate::request_log::LoggedRequest;
use crate::respond::{asked_host, log_entry, respond};
use crate::routes::{Handler, handler};
use crate::world::World;
use crate::{key_certificates, metadata_server, self_signed, system_parameters, token_server};

/// Room for a `signJwt` payload, which may be as long as a token form.
const MAX_MESSAGE: usize = 64 * 1024;
const MAX_BATCH: usize = 4 * 1024 * 1024;

/// Every address that is served.
pub(crate) fn router(world: Arc<World>) -> Router {
    let router = Router::new()
        .merge(token_server::routes())
        .merge(metadata_server::routes())
        .merge(key_certificates::routes())
        .route("/discovery/v1/apis/{api}/{version}/rest", get(description_by_name))
        .route("/$discovery/rest", get(description_by_host))
        .fallback(any_method)
        .method_not_allowed_fallback(unknown_verb)
        .layer(from_fn_with_state(Arc::clone(&world), at_its_host));
    // A batch has no batches in it.
    let single = router.clone().with_state(Arc::clone(&world));
    let many = post(move |world, request| batched(single, world, request))
        .layer(from_fn_with_state(Arc::clone(&world), at_its_host));
    router
        .route("/batch", many.clone())
        .route("/batch/{*api}", many)
        .method_not_allowed_fallback(unknown_verb)
        .with_state(world)
}

async fn batched(single: Router, State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut entry = log_entry(&world, &parts);
    let body = to_bytes(body, MAX_BATCH).await.unwrap_or_default();
    let refuse = |error: ApiError| Reply::of(Err(error), true).unlogged(&world);
    match batch::answer(single, &parts, &body, refuse).await {
        Ok(mut answer) => {
            entry.status = answer.status().as_u16();
            world.log.record(entry);
            date(&world, &mut answer);
            answer
        }
        Err(error) => Reply::of(Err(error), true).send(&world, entry, &Struck::default(), None).await,
    }
}

/// Finds the method that a request is for. A POST to the path of a GET can be a GET with a long query.
async fn any_method(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let verb = request.method().as_str().to_owned();
    // Every GET answers HEAD too; the server leaves the body out.
    let verb = if verb == "HEAD" { "GET".to_owned() } else { verb };
    let there = || METHODS.iter().filter(|method| method.template.fits(&path));
    let answering = |verb: &str| {
        let fitting = there().filter(|method| method.http_method == verb);
        fitting.max_by_key(|method| method.template.closeness())
    };
    if let Some(method) = answering(&verb) {
        return api_method(method, &world, request).await;
    }
    let posted = |method: &&Method| verb == "POST" && !method.template.misses_verb(&path);
    match answering("GET").filter(posted) {
        Some(method) => match as_get(request).await {
            Ok(request) => api_method(method, &world, request).await,
            Err((parts, error)) => respond(&world, &parts, Err(error)).await,
        },
        None => {
            let (parts, _) = request.into_parts();
            let error = match there().find(|method| !method.template.misses_verb(&path)) {
                Some(_) => ApiError::unknown_verb(&verb),
                None => ApiError::unknown_path(&path),
            };
            respond(&world, &parts, Err(error)).await
        }
    }
}

async fn api_method(method: &'static Method, world: &World, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Some(handler) = handler(method.id) else {
        return respond(world, &parts, Err(ApiError::unknown_name(parts.uri.path()))).await;
    };
    let path = method.template.parameters(parts.uri.path());
    let query = system_parameters::read(parts.uri.query().unwrap_or_default(), method);
    let body = to_bytes(body, MAX_MESSAGE).await.unwrap_or_default();
    let now = world.clock.now();
    let credential = credential(&parts).or_else(|| credential_in(&query, method)).map(str::to_owned);
    let bearer = credential.as_deref().and_then(|token| {
        world.bearer_tokens.find(token, now).or_else(|| self_signed::bearer(world, method, token, now))
    });
    let call = Call { world, method, now, bearer, path, query, body };

    let mut entry = log_entry(world, &parts);
    entry.operation = Some(method.id.to_owned());
    describe_caller(&mut entry, &call);
    let struck = world.faults.strike(&Asked {
        method: method.http_method,
        path: parts.uri.path(),
        subject: entry.subject.as_deref(),
        endpoint: endpoint(&call),
    });
    world.hold_back(struck.wait).await;
    let outcome = if credential.as_deref().is_some_and(|token| world.doomed_tokens.call(token)) {
        entry.fault = true;
        entry.fault_answer = Some("token-dies".to_owned());
        Err(ApiError::credentials_invalid())
    } else {
        refusal(&struck, &call, parts.uri.path())
            .map_or_else(|| answer(&call, credential.is_some(), handler, struck.answer()), Err)
    };
    let pretty = call.in_query("prettyPrint") != Some("false");
    let outcome = outcome.map_err(|error| error.told_by(method.api));
    Reply::of(outcome, pretty).send(world, entry, &struck, parts.extensions.get::<Line>()).await
}

/// What faults need to know of a call.
fn endpoint(call: &Call<'_>) -> Endpoint {
    let paged = call.method.query_parameter("pageToken").is_some();
    Endpoint::Method {
        goes_on: paged && call.in_query("pageToken").is_some_and(|token| !token.is_empty()),
        can_be_empty: paged && call.place().is_ok_and(|place| !place.emptied),
    }
}

/// The refusal that a fault wants, if it wants one.
fn refusal(struck: &Struck<'_>, call: &Call<'_>, path: &str) -> Option<ApiError> {
    let wait = struck.fault.and_then(|fault| fault.retry_after).unwrap_or(1);
    let retry_at = call.now + chrono::Duration::seconds(wait.into());
    let retry_at = retry_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    match struck.answer()? {
        Answer::Status(status) => Some(status_error(call.method.api, status, &retry_at)),
        Answer::Reason { reason, status } => {
            let subject = call.subject();
            Some(reason.error(
                status,
                &Circumstances {
                    method: call.method,
                    project_number: project_number(call),
                    subject: subject.as_ref().map_or("me", |person| &person.primary_email),
                    path,
                    retry_at: &retry_at,
                },
            ))
        }
        _ => None,
    }
}

async fn description_by_name(
    State(world): State<Arc<World>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let api = path.ok().and_then(|Path((name, version))| Api::named(&name, &version));
    describe(&world, &parts, api).await
}

async fn description_by_host(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let version = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find_map(|(name, value)| (name == "version").then(|| value.into_owned()))
        .unwrap_or_default();
    describe(&world, &parts, Api::at_host(asked_host(&parts), &version)).await
}

async fn describe(world: &World, parts: &Parts, api: Option<Api>) -> Response<Body> {
    let outcome = api
        .and_then(|api| description(api, asked_host(parts), world.base_url()))
        .ok_or_else(|| ApiError::unknown_name(parts.uri.path()));
    respond(world, parts, outcome).await
}

async fn unknown_verb(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    respond(&world, &parts, Err(ApiError::unknown_verb(parts.method.as_str()))).await
}

/// Token, scope, parameters, then the method itself.
fn answer(call: &Call<'_>, has_credential: bool, handler: Handler, fault: Option<Answer>) -> Outcome {
    if !call.method.scopes.is_empty() {
        if !has_credential {
            return Err(ApiError::credentials_missing(call.method));
        }
        let bearer = call.bearer.as_ref().ok_or_else(ApiError::credentials_invalid)?;
        if !bearer.scopes.iter().any(|scope| call.method.scopes.contains(scope)) {
            return Err(ApiError::scope_insufficient(call.method));
        }
    }
    // The API has to be on in the project that the calling account belongs to.
    let service = call.method.api.service();
    if let Some((project, _)) = call.project_and_client()
        && project.disabled_services.iter().any(|off| off == service)
    {
        return Err(ApiError::service_disabled(call.method.api, &project.number));
    }
    call.check_parameters()?;
    let mask = call.mask()?;
    let body = handler(call).and_then(|body| turned(call, body, fault))?;
    Ok(mask.apply(body))
}

/// What a fault makes of a page.
fn turned(call: &Call<'_>, mut page: Value, fault: Option<Answer>) -> Outcome {
    match fault {
        Some(Answer::RepeatPage) => page["nextPageToken"] = json!(call.in_query("pageToken")),
        Some(Answer::EmptyPage) => {
            if let Value::Object(fields) = &mut page {
                fields.retain(|_, value| !value.is_array());
            }
            page["nextPageToken"] = call.page_token(Place { emptied: true, ..call.place()? });
        }
        _ => {}
    }
    Ok(page)
}

fn credential(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn project_number<'a>(call: &Call<'a>) -> &'a str {
    call.project_and_client().map_or("0", |(project, _)| project.number.as_str())
}

fn describe_caller(entry: &mut LoggedRequest, call: &Call<'_>) {
    entry.subject = call.subject().map(|person| person.primary_email.clone());
    entry.client = call.bearer.as_ref().and_then(|bearer| client_name(call.world, bearer.client));
    entry.scopes = call.bearer.as_ref().map(|bearer| bearer.scopes.to_vec()).unwrap_or_default();
}
