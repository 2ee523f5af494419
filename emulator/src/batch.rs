//! Several calls in one request: Google's batch endpoint.
//!
//! The outer request is `multipart/mixed`, each part an HTTP request of its own; parts without a token
//! of their own are made with the outer one. The answers come in the order of the calls, each under its
//! call's `Content-ID` with `response-` before it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, Response};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use crate::connection::Line;

/// What Google allows in one batch of Directory calls.
const MOST_CALLS: usize = 1000;
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
const BOUNDARY: &str = "batch_of_answers";

/// One call, as its part of the batch has it.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    content_id: Option<String>,
    verb: String,
    target: String,
    authorization: Option<String>,
}

/// Makes the calls one after the other; nothing if the request is no batch.
pub(crate) async fn answer(router: Router, outer: &Parts, body: &[u8]) -> Option<Response<Body>> {
    let headers = &outer.headers;
    let boundary = boundary(headers.get(CONTENT_TYPE)?.to_str().ok()?)?;
    let calls = calls(&boundary, std::str::from_utf8(body).ok()?)?;
    let router = TowerToHyperService::new(router);
    let mut answers = Vec::new();
    for call in calls {
        let mut request = Request::builder().method(call.verb.as_str()).uri(&call.target);
        let own = call.authorization.and_then(|value| HeaderValue::from_str(&value).ok());
        if let Some(authorization) = own.or_else(|| headers.get(AUTHORIZATION).cloned()) {
            request = request.header(AUTHORIZATION, authorization);
        }
        // A fault may tear the connection that the batch came by.
        if let Some(line) = outer.extensions.get::<Line>() {
            request = request.extension(line.clone());
        }
        let answer = router.call(request.body(Body::empty()).ok()?).await.ok()?;
        answers.extend(part(call.content_id.as_deref(), answer).await?);
    }
    answers.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    Response::builder()
        .header(CONTENT_TYPE, format!("multipart/mixed; boundary={BOUNDARY}"))
        .body(Body::from(answers))
        .ok()
}

async fn part(content_id: Option<&str>, answer: Response<Body>) -> Option<Vec<u8>> {
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
    part.extend(to_bytes(body, LONGEST_ANSWER).await.ok()?);
    part.extend(b"\r\n");
    Some(part)
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let value = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    kind.trim().eq_ignore_ascii_case("multipart/mixed").then(|| value.trim_matches('"').to_owned())
}

fn calls(boundary: &str, body: &str) -> Option<Vec<Call>> {
    let body = body.replace("\r\n", "\n");
    let marker = format!("--{boundary}");
    let parts = body.split(marker.as_str()).skip(1).take_while(|part| !part.starts_with("--"));
    let calls = parts.map(call).collect::<Option<Vec<_>>>()?;
    (1..=MOST_CALLS).contains(&calls.len()).then_some(calls)
}

fn call(part: &str) -> Option<Call> {
    let (outer, inner) = part.trim_start().split_once("\n\n")?;
    // Python's client folds the long ones.
    let outer = outer.replace("\n ", " ").replace("\n\t", " ");
    let inner = inner.trim_start();
    let (request, headers) = inner.split_once('\n').unwrap_or((inner, ""));
    let headers = headers.split("\n\n").next().unwrap_or_default();
    let mut words = request.split_whitespace();
    Some(Call {
        content_id: header(&outer, "content-id"),
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

    #[test]
    fn each_part_is_a_call() {
        let body = "--b\r\nContent-Type: application/http\r\nContent-ID: <x\r\n + 1>\r\n\r\n\
                    GET /a?b=c HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\n\r\n\r\n\
                    --b\r\nContent-Type: application/http\r\n\r\nGET /d\r\n\r\n--b--\r\n";
        let calls = calls("b", body).unwrap();
        assert_eq!(calls[0].content_id.as_deref(), Some("<x + 1>"));
        assert_eq!((calls[0].verb.as_str(), calls[0].target.as_str()), ("GET", "/a?b=c"));
        assert_eq!(calls[0].authorization.as_deref(), Some("Bearer t"));
        assert_eq!((calls[1].target.as_str(), &calls[1].authorization), ("/d", &None));
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        assert_eq!(boundary("application/json"), None);
        assert_eq!(boundary("multipart/mixed; boundary=\"a b\""), Some("a b".to_owned()));
        assert_eq!(calls("b", "--b--"), None);
        assert_eq!(calls("b", "--b\r\nno blank line\r\n--b--"), None);
    }
}
