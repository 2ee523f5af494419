//! Several calls in one request: Google's batch endpoint.
//!
//! The outer request is `multipart/mixed`, each part an HTTP request of its own; parts without a token
//! of their own are made with the outer one. The answers come in the order of the calls, each under its
//! call's `Content-ID` with `response-` before it. A part that is no call is refused by itself.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use crate::api_error::ApiError;
use crate::connection::Line;
use crate::discovery::Api;

const MAX_ANSWER: usize = 16 * 1024 * 1024;
const BOUNDARY: &str = "batch_of_answers";

/// One part of a batch.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    content_id: Option<String>,
    call: Option<Call>,
}

#[derive(Debug, PartialEq, Eq)]
struct Call {
    verb: String,
    target: String,
    authorization: Option<String>,
}

/// Makes the calls one after the other. `refuse` answers a part that is not made.
pub(crate) async fn answer(
    router: Router,
    head: &Parts,
    body: &[u8],
    refuse: impl Fn(ApiError) -> Response<Body>,
) -> Result<Response<Body>, ApiError> {
    let boundary = boundary(&head.headers).ok_or_else(ApiError::no_batch)?;
    let parts: Vec<_> = parts(&boundary, &String::from_utf8_lossy(body))
        .iter()
        .map(|text| part(text))
        .map(|part| (part.content_id, part.call.and_then(|call| request(call, head))))
        .collect();
    let api = endpoint(head.uri.path())?.or_else(|| parts.iter().find_map(|(_, request)| api_of(request)));
    if parts.is_empty() || parts.len() > most_calls(api) {
        return Err(ApiError::no_batch());
    }
    let router = TowerToHyperService::new(router);
    let mut answers = Vec::new();
    for (content_id, request) in parts {
        let other = api_of(&request).is_some_and(|own| Some(own) != api);
        let answer = match request {
            None => refuse(ApiError::no_call()),
            Some(_) if other => refuse(ApiError::of_another_api()),
            Some(request) => router.call(request).await.unwrap_or_else(|never| match never {}),
        };
        answers.extend(written(content_id.as_deref(), answer).await.ok_or_else(ApiError::no_batch)?);
    }
    answers.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    Response::builder()
        .header(CONTENT_TYPE, format!("multipart/mixed; boundary={BOUNDARY}"))
        .body(Body::from(answers))
        .map_err(|_| ApiError::no_batch())
}

/// The API whose calls an address takes; none if the first call decides.
fn endpoint(path: &str) -> Result<Option<Api>, ApiError> {
    match path.strip_prefix("/batch/") {
        None => Ok(None),
        Some(api) => api
            .split_once('/')
            .and_then(|(name, version)| Api::named(name, version))
            .map(Some)
            .ok_or_else(|| ApiError::unknown_name(path)),
    }
}

/// From Google's guides for Directory and Gmail; *unverified* for the others.
fn most_calls(api: Option<Api>) -> usize {
    if api == Some(Api::Gmail) { 100 } else { 1000 }
}

fn api_of(request: &Option<Request<Body>>) -> Option<Api> {
    Api::of_path(request.as_ref()?.uri().path())
}

fn request(call: Call, outer: &Parts) -> Option<Request<Body>> {
    let mut request = Request::builder().method(call.verb.as_str()).uri(&call.target);
    let own = call.authorization.and_then(|value| HeaderValue::from_str(&value).ok());
    if let Some(authorization) = own.or_else(|| outer.headers.get(AUTHORIZATION).cloned()) {
        request = request.header(AUTHORIZATION, authorization);
    }
    if let Some(host) = outer.headers.get(HOST) {
        request = request.header(HOST, host);
    }
    // A fault may tear the connection that the batch came by.
    if let Some(line) = outer.extensions.get::<Line>() {
        request = request.extension(line.clone());
    }
    request.body(Body::empty()).ok()
}

async fn written(content_id: Option<&str>, answer: Response<Body>) -> Option<Vec<u8>> {
    let (head, body) = answer.into_parts();
    let mut text = format!("--{BOUNDARY}\r\nContent-Type: application/http\r\n");
    if let Some(id) = content_id {
        let id = id.strip_prefix('<').map_or(format!("response-{id}"), |id| format!("<response-{id}"));
        text += &format!("Content-ID: {id}\r\n");
    }
    text += &format!("\r\nHTTP/1.1 {}\r\n", head.status);
    for (name, value) in &head.headers {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    text += "\r\n";
    let mut part = text.into_bytes();
    part.extend(to_bytes(body, MAX_ANSWER).await.ok()?);
    part.extend(b"\r\n");
    Some(part)
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let (kind, parameters) = headers.get(CONTENT_TYPE)?.to_str().ok()?.split_once(';')?;
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    })?;
    kind.trim().eq_ignore_ascii_case("multipart/mixed").then_some(value)
}

/// The texts between the boundaries, which stand on lines of their own.
fn parts(boundary: &str, body: &str) -> Vec<String> {
    let marker = format!("--{boundary}");
    let mut parts: Vec<String> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix(&marker).map(str::trim_end), parts.last_mut()) {
            (Some("--"), _) => break,
            (Some(""), _) => parts.push(String::new()),
            (_, Some(part)) => {
                part.push_str(line);
                part.push('\n');
            }
            (_, None) => {}
        }
    }
    parts
}

fn part(text: &str) -> Part {
    let (outer, inner) = text.trim_start().split_once("\n\n").unwrap_or((text, ""));
    // Python's client folds the long ones.
    let outer = outer.replace("\n ", " ").replace("\n\t", " ");
    Part { content_id: header(&outer, "content-id"), call: call(inner.trim_start()) }
}

fn call(text: &str) -> Option<Call> {
    let (request, headers) = text.split_once('\n').unwrap_or((text, ""));
    let headers = headers.split("\n\n").next().unwrap_or_default();
    let mut words = request.split_whitespace();
    Some(Call {
        verb: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        authorization: header(headers, "authorization"),
    })
}

fn header(headers: &str, wanted: &str) -> Option<String> {
    headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<Part> {
        parts("b", body).iter().map(|text| part(text)).collect()
    }

    #[test]
    fn each_part_is_a_call() {
        let parts = read(
            "--b\r\nContent-Type: application/http\r\nContent-ID: <x\r\n + 1>\r\n\r\n\
             GET /a?b=c HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\n\r\n\r\n\
             --b\r\nContent-Type: application/http\r\n\r\nGET /d--b--\r\n\r\n--b--\r\n--b\r\n",
        );
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].content_id.as_deref(), Some("<x + 1>"));
        let calls: Vec<Call> = parts.into_iter().filter_map(|part| part.call).collect();
        assert_eq!((calls[0].verb.as_str(), calls[0].target.as_str()), ("GET", "/a?b=c"));
        assert_eq!(calls[0].authorization.as_deref(), Some("Bearer t"));
        assert_eq!((calls[1].target.as_str(), &calls[1].authorization), ("/d--b--", &None));
    }

    #[test]
    fn a_part_that_is_no_call_keeps_its_name() {
        let parts = read("--b\r\nContent-ID: <x>\r\nno blank line\r\n--b--");
        assert_eq!(parts, [Part { content_id: Some("<x>".to_owned()), call: None }]);
        assert!(read("--b--").is_empty());
    }

    #[test]
    fn the_boundary_is_a_parameter_in_any_case() {
        let boundary =
            |text| boundary(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(text))]));
        assert_eq!(boundary("application/json; boundary=b"), None);
        assert_eq!(boundary("multipart/mixed; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("Multipart/Mixed; charset=x; Boundary=b").as_deref(), Some("b"));
    }
}
