//! Queries too long for an address.
//!
//! Google's Python client sends a GET of more than 2048 characters as a POST that names the real method in
//! a header and carries the query as its form.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, Uri};

use crate::api_error::ApiError;

const HEADER: &str = "x-http-method-override";
const FORM: &str = "application/x-www-form-urlencoded";
/// As long as a query can be in an address here.
const MAX_QUERY: usize = 60 * 1024;

/// The GET that a POST stands for.
pub(crate) async fn as_get(request: Request) -> Result<Request, (Parts, ApiError)> {
    let (mut parts, body) = request.into_parts();
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header(CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default().trim();
    if !header(HEADER).eq_ignore_ascii_case("GET") || !kind.eq_ignore_ascii_case(FORM) {
        let error = ApiError::unknown_verb(parts.method.as_str());
        return Err((parts, error));
    }
    let form = to_bytes(body, MAX_QUERY).await.ok();
    match form.and_then(|form| with_query(&parts.uri, &form)) {
        Some(uri) => {
            (parts.method, parts.uri) = (Method::GET, uri);
            Ok(Request::from_parts(parts, Body::empty()))
        }
        None => Err((parts, ApiError::too_large())),
    }
}

/// The address with a form's fields behind those of its own query.
fn with_query(uri: &Uri, form: &[u8]) -> Option<Uri> {
    let own = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(own.chain(form_urlencoded::parse(form)))
        .finish();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{}?{query}", uri.path())).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get_of(form: String) -> Result<Uri, u16> {
        let request = Request::post("/a?b=c").header(HEADER, "GET").header(CONTENT_TYPE, FORM);
        let request = request.body(Body::from(form)).unwrap();
        as_get(request).await.map(|get| get.uri().clone()).map_err(|(_, error)| error.code)
    }

    #[tokio::test]
    async fn the_form_becomes_the_query() {
        assert_eq!(get_of("d=e f&g".to_owned()).await, Ok(Uri::from_static("/a?b=c&d=e+f&g=")));
        for too_long in ["x".repeat(MAX_QUERY + 1), "ä".repeat(MAX_QUERY / 2)] {
            assert_eq!(get_of(too_long).await, Err(413));
        }
    }
}
