//! From an HTTP request to an HTTP answer: faults, token, scope, parameters, handler, mask, log.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{Path, RawPathParams, Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, DATE, HOST, HeaderValue, USER_AGENT, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use axum::routing::{MethodFilter, get, on, post};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::batch;
use crate::bearer_tokens::Bearer;
use crate::call::{Call, Outcome, credential_in};
use crate::discovery::{Api, METHODS, Method, description};
use crate::fault::{FaultAnswer, status_error};
use crate::method_override::as_get;
use crate::request_log::{LoggedRequest, harmless_fields, without_secrets, without_token};
use crate::routes::{Handler, handler};
use crate::self_signed;
use crate::token_endpoint::{Refusal, TokenRequest, exchange};
use crate::world::World;

const TOKEN_PATH: &str = "/token";
const LONGEST_FORM: usize = 64 * 1024;
const LONGEST_BATCH: usize = 4 * 1024 * 1024;

/// Every address that is served.
pub(crate) fn router(world: Arc<World>) -> Router {
    let mut router = Router::new()
        .route(TOKEN_PATH, on(MethodFilter::POST, token))
        .route("/discovery/v1/apis/{api}/{version}/rest", get(description_by_name))
        .route("/$discovery/rest", get(description_by_host));
    for method in METHODS.iter() {
        let filter = if method.http_method == "POST" { MethodFilter::POST } else { MethodFilter::GET };
        if let Some(handler) = handler(method.id) {
            let serve = move |world, path, request| api_method(method, handler, world, path, request);
            let mut routes = on(filter, serve);
            if filter == MethodFilter::GET {
                let long = move |world, path, request| long_get(method, handler, world, path, request);
                routes = routes.post(long);
            }
            router = router.route(&method.path, routes);
        }
    }
    router = router.fallback(unknown_path).method_not_allowed_fallback(unknown_verb);
    // A batch has no batches in it.
    let single = router.clone().with_state(Arc::clone(&world));
    let many = post(move |world, request| batched(single, world, request));
    router
        .route("/batch", many.clone())
        .route("/batch/{*api}", many)
        .method_not_allowed_fallback(unknown_verb)
        .with_state(world)
}

async fn batched(single: Router, State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut entry = log_entry(&world, &parts);
    let body = to_bytes(body, LONGEST_BATCH).await.unwrap_or_default();
    let refuse = |error: ApiError| respond(&world, error.code, &error.body(), true, None);
    match batch::answer(single, &parts, &body, refuse).await {
        Ok(mut answer) => {
            entry.status = answer.status().as_u16();
            world.log.record(entry);
            date(&world, &mut answer);
            answer
        }
        Err(error) => finish(&world, entry, Err(error), true),
    }
}

async fn token(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_FORM).await.unwrap_or_default();
    let form = TokenRequest::parse(&body);
    let mut entry = log_entry(&world, &parts);
    entry.subject = form.subject().map(str::to_owned);
    entry.client = form.client().map(str::to_owned);
    entry.scopes = form.scopes();
    entry.form = harmless_fields(&form.form);
    entry.assertion_header = form.assertion.as_ref().map(|assertion| assertion.header.clone());
    entry.claims = form.assertion.as_ref().map(|assertion| assertion.claims.clone());
    world.hold_back().await;
    let fault = world.faults.strike("POST", TOKEN_PATH, form.subject());
    entry.fault = fault.is_some();
    let outcome = match fault {
        Some(FaultAnswer::Status(status)) => Err(Refusal::of_status(*status)),
        Some(FaultAnswer::Disabled) => Err(Refusal::of_status(403)),
        None => exchange(&world, &form),
    };
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err(refusal) => (refusal.status, refusal.body()),
    };
    entry.status = status;
    entry.response = world.log.bodies.then(|| without_token(&body));
    world.log.record(entry);
    respond(&world, status, &body, true, None)
}

/// A method's path with its parameters; the error if one of them is no text.
type PathParams = Result<RawPathParams, RawPathParamsRejection>;

async fn long_get(
    method: &'static Method,
    handler: Handler,
    state: State<Arc<World>>,
    path: PathParams,
    request: Request,
) -> Response<Body> {
    match as_get(request).await {
        Ok(request) => api_method(method, handler, state, path, request).await,
        Err((parts, error)) => finish(&state, log_entry(&state, &parts), Err(error), true),
    }
}

async fn api_method(
    method: &'static Method,
    handler: Handler,
    State(world): State<Arc<World>>,
    path: PathParams,
    request: Request,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let path = path.ok().map(|path| path.iter().map(owned).collect());
    let query: Vec<(String, String)> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let now = world.clock.now();
    let credential = credential(&parts).or_else(|| credential_in(&query, method)).map(str::to_owned);
    let bearer = credential.as_deref().and_then(|token| {
        world.bearer_tokens.find(token, now).or_else(|| self_signed::bearer(&world, method, token, now))
    });
    let call = Call { world: &world, method, now, bearer, path, query };

    let mut entry = log_entry(&world, &parts);
    entry.operation = Some(method.id.to_owned());
    describe_caller(&mut entry, &call);
    world.hold_back().await;

    let fault = world.faults.strike(method.http_method, parts.uri.path(), entry.subject.as_deref());
    entry.fault = fault.is_some();
    let outcome = match fault {
        Some(FaultAnswer::Status(status)) => {
            let retry_after =
                (now + chrono::Duration::seconds(1)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            Err(status_error(method.api, *status, &retry_after))
        }
        Some(FaultAnswer::Disabled) => Err(ApiError::service_disabled(method.api, project_number(&call))),
        None => answer(&call, credential.is_some(), handler),
    };
    let pretty = call.in_query("prettyPrint") != Some("false");
    finish(&world, entry, outcome.map_err(|error| error.told_by(method.api)), pretty)
}

async fn description_by_name(
    State(world): State<Arc<World>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let api = path.ok().and_then(|Path((name, version))| Api::named(&name, &version));
    describe(&world, &parts, api)
}

async fn description_by_host(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let version = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find_map(|(name, value)| (name == "version").then(|| value.into_owned()))
        .unwrap_or_default();
    describe(&world, &parts, Api::at_host(host(&parts), &version))
}

fn describe(world: &World, parts: &Parts, api: Option<Api>) -> Response<Body> {
    let outcome = api
        .and_then(|api| description(api, host(parts), world.base_url()))
        .ok_or_else(|| ApiError::unknown_path(parts.uri.path()));
    finish(world, log_entry(world, parts), outcome, true)
}

async fn unknown_path(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let mut entry = log_entry(&world, &parts);
    let outcome = match world.faults.strike(parts.method.as_str(), parts.uri.path(), None) {
        Some(FaultAnswer::Status(status)) => {
            entry.fault = true;
            Err(status_error(Api::of_path(parts.uri.path()).unwrap_or(Api::Oauth2), *status, ""))
        }
        _ => Err(ApiError::unknown_path(parts.uri.path())),
    };
    finish(&world, entry, outcome, true)
}

async fn unknown_verb(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let outcome = Err(ApiError::unknown_verb(parts.method.as_str()));
    finish(&world, log_entry(&world, &parts), outcome, true)
}

/// Token, scope, parameters, then the method itself.
fn answer(call: &Call<'_>, has_credential: bool, handler: Handler) -> Outcome {
    if !call.method.scopes.is_empty() {
        if !has_credential {
            return Err(ApiError::credentials_missing(call.method));
        }
        let bearer = call.bearer.as_ref().ok_or_else(ApiError::credentials_invalid)?;
        if !bearer.scopes.iter().any(|scope| call.method.scopes.contains(scope)) {
            return Err(ApiError::scope_insufficient(call.method));
        }
    }
    call.check_parameters()?;
    let mask = call.mask()?;
    handler(call).map(|body| mask.apply(body))
}

fn finish(world: &World, mut entry: LoggedRequest, outcome: Outcome, pretty: bool) -> Response<Body> {
    let (status, body, challenge) = match outcome {
        Ok(body) => (200, body, None),
        Err(error) => (error.code, error.body(), error.www_authenticate),
    };
    entry.status = status;
    entry.response = world.log.bodies.then(|| body.clone());
    world.log.record(entry);
    respond(world, status, &body, pretty, challenge)
}

fn respond(
    world: &World,
    status: u16,
    body: &Value,
    pretty: bool,
    challenge: Option<String>,
) -> Response<Body> {
    let text = if pretty { serde_json::to_vec_pretty(body) } else { serde_json::to_vec(body) };
    let mut response = Response::new(Body::from(text.unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    date(world, &mut response);
    response
}

/// The date is the emulator's, so that a client that compares clocks compares with the right one.
fn date(world: &World, response: &mut Response<Body>) {
    let date = world.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(DATE, date);
    }
}

/// The host that was asked, without its port: a header in HTTP/1.1, part of the address in HTTP/2.
fn host(parts: &Parts) -> &str {
    let header = || parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = parts.uri.host().or_else(header).unwrap_or_default();
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

fn credential(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn project_number<'a>(call: &Call<'a>) -> &'a str {
    let client = call.bearer.as_ref().and_then(|bearer: &Bearer| call.tenant().account_at(bearer.client));
    client.map_or("0", |(project, _)| project.number.as_str())
}

fn describe_caller(entry: &mut LoggedRequest, call: &Call<'_>) {
    entry.subject = call.subject().map(|person| person.primary_email.clone());
    entry.client = call.client().map(|account| account.email.clone());
    entry.scopes = call.bearer.as_ref().map(|bearer| bearer.scopes.to_vec()).unwrap_or_default();
}

fn log_entry(world: &World, parts: &Parts) -> LoggedRequest {
    let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    LoggedRequest {
        at: world.clock.now(),
        method: parts.method.as_str().to_owned(),
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
        response: None,
    }
}
