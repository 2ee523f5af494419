//! Sends on an API's channel and classifies what comes back.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::causes::{self, Envelope};

use super::api::is_loopback;
use super::api_channel::{ApiChannel, ApiChannels, HealthProbe};
use super::body_check::{self, Fault};
use super::error::retry_after;
use super::proxies::Proxies;
use super::server_clock::ServerClock;
use super::token::Token;
use super::trust::{fault_of_file, is_endless};
use super::{Api, GoogleError};

/// The most of one answer that is read, in bytes, decompressed: several times Google's largest page.
const LARGEST_ANSWER: usize = 8 << 20;

/// What a success without content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Empty {
    /// A page without rows: an empty body, 204 or `{}`. Directory answers the first where a `fields` mask leaves
    /// nothing (google-api-python-client issue 804), Gmail the second (google-api-ruby-client issue 864).
    Page,
    /// `{}` says that nothing is there; no body at all is a failure.
    Nothing,
    /// A failure: the object always has some field that was asked for.
    Failure,
}

/// How the client behaves towards the network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientOptions {
    /// Requests of one API under way at once, at most.
    pub(crate) concurrency: usize,
    /// Retries that one API may cost while it throttles or answers nobody, beyond those that its successes earn.
    pub(crate) retry_budget: u32,
    /// The longest outage of one API that is waited for; a quarter of that for one that never answered.
    pub(crate) outage_patience: Duration,
    /// The longest wait for a connection.
    pub(crate) connect_timeout: Duration,
    /// The longest silence within an answer, or before it.
    pub(crate) idle_timeout: Duration,
    /// The longest wait for one whole answer.
    pub(crate) answer_timeout: Duration,
    /// Whether a listing ends once it has as many rows as a full page of Google's: enough to see whether it can be read.
    pub(crate) short_listings: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            concurrency: 256,
            retry_budget: 1000,
            outage_patience: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(40),
            short_listings: false,
        }
    }
}

/// Why the HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("cannot create the HTTP client: {0}")]
    Network(#[from] reqwest::Error),
    #[error("cannot use the file in SSL_CERT_FILE: {0}")]
    TrustFile(String),
    #[error("the environment variable {0} does not have a valid proxy URL")]
    Proxy(&'static str),
}

impl ClientError {
    /// The fix.
    #[must_use]
    pub(crate) const fn advice(&self) -> &'static str {
        match self {
            Self::Network(_) => "Check that this account can read the system's CA certificates.",
            Self::TrustFile(_) => causes::TRUST_FILE.fix,
            Self::Proxy(_) => {
                "Set it to http://user:password@host:port, with special characters percent-encoded, or unset it. \
                 SOCKS proxies are not supported."
            }
        }
    }
}

/// The proxy and the CA certificates that the environment sets.
#[derive(Debug)]
struct Route {
    proxies: Proxies,
    /// Why the file in SSL_CERT_FILE cannot be used.
    trust_fault: Option<String>,
    clock: ServerClock,
    /// The root of a server that is not Google's.
    other_root: Option<Url>,
}

impl Route {
    fn note_clock(&self, answer: &reqwest::Response) {
        let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
        self.clock.note(date, Utc::now());
    }

    /// Whether an answer shows that the configured server has no such API at the address. An error of Google's own has
    /// a code, a status or a domain; Google's answers about what is public need none.
    fn is_no_api(&self, api: Api, url: &Url, status: StatusCode, body: &[u8]) -> bool {
        let Some(root) = &self.other_root else { return false };
        let is_below = url.as_str().starts_with(root.as_str());
        let is_elsewhere = status.is_redirection()
            || [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED, StatusCode::GONE].contains(&status);
        if !is_below || !is_elsewhere || api == Api::ServiceAccountMetadata {
            return false;
        }
        let found = Envelope::read(body);
        found.code.is_none() && found.status.is_empty() && found.domain.is_empty()
    }
}

/// Sends on an API's channel and classifies what comes back.
///
/// Read-only. It can send POST only to exchange an assertion for a token, to sign an assertion, and for reads that
/// Google shaped as POST.
#[derive(Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    /// For this machine, which no proxy reaches.
    loopback: reqwest::Client,
    route: Arc<Route>,
    channels: ApiChannels,
}

impl Transport {
    pub(super) fn new(options: ClientOptions, other_root: Option<Url>) -> Result<Self, ClientError> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("workspace-audit/", env!("CARGO_PKG_VERSION"), " (gzip)"))
                .connect_timeout(options.connect_timeout)
                .read_timeout(options.idle_timeout)
                .timeout(options.answer_timeout)
                .tls_version_min(reqwest::tls::Version::TLS_1_2)
                // A redirect would carry the token elsewhere.
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
        };
        let trust_file = std::env::var_os("SSL_CERT_FILE");
        let trust_fault = fault_of_file(trust_file.as_deref());
        if let Some(fault) = trust_fault.as_ref().filter(|_| is_endless(trust_file.as_deref())) {
            return Err(ClientError::TrustFile(fault.clone()));
        }
        let built = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| match &trust_fault {
                Some(fault) => ClientError::TrustFile(fault.clone()),
                None => error.into(),
            })
        };
        Ok(Self {
            http: built(builder())?,
            loopback: built(builder().no_proxy())?,
            route: Arc::new(Route {
                proxies: Proxies::of_environment(),
                trust_fault,
                clock: ServerClock::default(),
                other_root,
            }),
            channels: ApiChannels::new(options.concurrency, options.retry_budget, options.outage_patience),
        })
    }

    /// By how much this machine's clock is ahead of Google's, if an answer told; negative where it is behind.
    pub(super) fn clock_ahead(&self) -> Option<TimeDelta> {
        self.route.clock.ahead()
    }

    /// Whether any API was given up for good.
    pub(super) fn have_given_up(&self) -> bool {
        self.channels.have_given_up()
    }

    /// The way to an API.
    pub(super) fn channel(&self, api: Api) -> &ApiChannel {
        self.channels.of(api)
    }

    /// Reads.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        api: Api,
        url: Url,
        token: &Token,
        empty: Empty,
    ) -> Result<T, GoogleError> {
        let request = with_token(self.client(&url).get(url.clone()), token)?;
        self.exchange(api, &url, request, empty, &[token.text()]).await
    }

    /// Reads what is public.
    pub(super) async fn get_public<T: DeserializeOwned>(&self, api: Api, url: Url) -> Result<T, GoogleError> {
        let request = self.client(&url).get(url.clone());
        self.exchange(api, &url, request, Empty::Nothing, &[]).await
    }

    /// A read that Google shaped as POST.
    pub(super) async fn read_by_post<T: DeserializeOwned>(
        &self,
        api: Api,
        url: Url,
        token: &Token,
        body: &'static str,
        empty: Empty,
    ) -> Result<T, GoogleError> {
        let request = self.client(&url).post(url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        self.exchange(api, &url, with_token(request, token)?, empty, &[token.text()]).await
    }

    /// Asks a host for anything, once. Any answer will do; the clock notes its `Date`.
    pub(super) async fn reach(&self, api: Api, url: Url) -> Result<(), GoogleError> {
        let answer = self.client(&url).get(url.clone()).send().await.map_err(|error| {
            let proxy = self.route.proxies.between(url.as_str());
            GoogleError::from_transport(
                api,
                &error,
                &host(&url),
                proxy.as_deref(),
                self.route.trust_fault.as_deref(),
            )
        })?;
        self.route.note_clock(&answer);
        Ok(())
    }

    /// Exchanges an assertion for a token.
    pub(super) async fn exchange_assertion<T: DeserializeOwned>(
        &self,
        url: Url,
        assertion: &str,
    ) -> Result<T, GoogleError> {
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        let request = self.client(&url).post(url.clone()).form(&form);
        self.exchange(Api::Token, &url, request, Empty::Failure, &[assertion]).await
    }

    /// Has an assertion's claims signed.
    pub(super) async fn sign_jwt<T: DeserializeOwned>(
        &self,
        url: Url,
        token: &Token,
        claims: &str,
    ) -> Result<T, GoogleError> {
        let body = serde_json::json!({ "payload": claims }).to_string();
        let request = self.client(&url).post(url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        let request = with_token(request, token)?;
        self.exchange(Api::IamCredentials, &url, request, Empty::Failure, &[token.text()]).await
    }

    fn client(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) { &self.loopback } else { &self.http }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        api: Api,
        url: &Url,
        request: RequestBuilder,
        empty: Empty,
        secrets: &[&str],
    ) -> Result<T, GoogleError> {
        let again = self.question(api, url, &request);
        self.channel(api).attempt(sent(&self.route, api, url, request, empty, secrets), again).await
    }

    /// How to ask the same again. None of what comes back is kept.
    fn question(&self, api: Api, url: &Url, request: &RequestBuilder) -> Option<HealthProbe> {
        let (request, url, route) = (request.try_clone()?, url.clone(), Arc::clone(&self.route));
        Some(HealthProbe::new(move || {
            let (request, url, route) = (request.try_clone(), url.clone(), Arc::clone(&route));
            async move {
                let Some(request) = request else { return Ok(()) };
                let answer = sent::<IgnoredAny>(&route, api, &url, request, Empty::Page, &[]).await;
                answer.map(drop).map_err(|error| GoogleError { words: "".into(), ..error })
            }
        }))
    }
}

/// The host of an address, with its port where it is not the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Sends, and classifies what comes back.
async fn sent<T: DeserializeOwned>(
    route: &Route,
    api: Api,
    url: &Url,
    request: RequestBuilder,
    empty: Empty,
    secrets: &[&str],
) -> Result<T, GoogleError> {
    let lost = |error| {
        let proxy = route.proxies.between(url.as_str());
        GoogleError::from_transport(api, &error, &host(url), proxy.as_deref(), route.trust_fault.as_deref())
    };
    let mut response = request.send().await.map_err(|error| {
        let error = lost(error);
        GoogleError { unanswered: error.cause == causes::CONNECTION_LOST, ..error }
    })?;
    let status = response.status();
    route.note_clock(&response);
    let asked = response.headers().get(RETRY_AFTER).and_then(|header| header.to_str().ok());
    let asked = asked.and_then(|header| retry_after(header, Utc::now()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            let words = "the answer is larger than 8 MiB";
            return Err(GoogleError::new(causes::UNDECODABLE, api, Some(status.as_u16()), words));
        }
        body.extend_from_slice(&chunk);
    }
    if !status.is_success() {
        if route.is_no_api(api, url, status, &body) {
            let address = url.as_str().split('?').next().unwrap_or_default();
            return Err(GoogleError::new(causes::NO_API_AT_ADDRESS, api, Some(status.as_u16()), address));
        }
        let body = without(&body, secrets);
        let error = GoogleError::from_answer(api, status.as_u16(), body.as_bytes(), asked);
        return Err(match route.clock.words() {
            Some(clock) if error.cause == causes::CLOCK_SKEW => error.with_words(&clock),
            _ => error,
        });
    }
    decoded(api, status, &body, empty, secrets)
}

/// What a success says. Anything but a whole object, once, is none.
fn decoded<T: DeserializeOwned>(
    api: Api,
    status: StatusCode,
    body: &[u8],
    empty: Empty,
    secrets: &[&str],
) -> Result<T, GoogleError> {
    let http = status.as_u16();
    let undecodable = |words: &str| GoogleError::new(causes::UNDECODABLE, api, Some(http), words);
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let body = match status {
        StatusCode::NO_CONTENT if body.is_empty() && empty == Empty::Page => b"{}",
        StatusCode::OK if body.is_empty() && empty == Empty::Page => b"{}",
        StatusCode::OK if body.is_empty() => return Err(undecodable("the answer is empty")),
        StatusCode::OK => body,
        // 206 and the like are parts of an answer, and nothing asked for a part.
        _ => return Err(undecodable("a success status with an incomplete response")),
    };
    let body = match body_check::check(body) {
        Ok(found) if found.fields == 0 && empty == Empty::Failure => {
            return Err(undecodable("an object without any field"));
        }
        // Tokens, signatures and certificates are no texts.
        Ok(_) if [Api::Token, Api::IamCredentials, Api::ServiceAccountMetadata].contains(&api) => {
            Cow::Borrowed(body)
        }
        Ok(found) => found.with_texts_cut(body),
        Err(Fault::Error) => {
            return Err(GoogleError::from_error_in_success(api, http, without(body, secrets).as_bytes()));
        }
        Err(Fault::Twice(name)) => return Err(undecodable(&format!("the field `{name}` is present twice"))),
        Err(Fault::NoObject) => {
            return Err(GoogleError::from_no_object(api, http, without(body, secrets).as_bytes()));
        }
    };
    serde_json::from_slice(&body).map_err(|error| {
        // serde_json's message can cite the body, and a token answer's body holds a token.
        undecodable(&format!(
            "no valid JSON of the expected shape at line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}

fn with_token(request: RequestBuilder, token: &Token) -> Result<RequestBuilder, GoogleError> {
    let unusable = |_| {
        GoogleError::new(
            causes::UNDECODABLE,
            Api::Token,
            None,
            "the token cannot be sent in \
                                                                                a header",
        )
    };
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.text())).map_err(unusable)?;
    bearer.set_sensitive(true);
    Ok(request.header(AUTHORIZATION, bearer))
}

/// An error body without what was sent with the request, should it echo it.
fn without(body: &[u8], secrets: &[&str]) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    secrets.iter().fold(text, |text, secret| text.replace(secret, "[secret]"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(status: u16, body: &str, empty: Empty) -> Result<usize, &'static str> {
        let status = StatusCode::from_u16(status).unwrap();
        let read = decoded::<BTreeMap<String, IgnoredAny>>(Api::Iam, status, body.as_bytes(), empty, &[]);
        read.map(|fields| fields.len()).map_err(|error| error.cause.id)
    }

    #[test]
    fn nothing_is_a_page_of_a_listing_and_a_failure_of_a_read() {
        for body in ["", " \n", "\u{feff}"] {
            assert_eq!(read(200, body, Empty::Page), Ok(0));
            assert_eq!(read(204, body, Empty::Page), Ok(0));
            for empty in [Empty::Failure, Empty::Nothing] {
                assert_eq!(read(200, body, empty), Err("undecodable"));
                assert_eq!(read(204, body, empty), Err("undecodable"));
            }
        }
        assert_eq!(read(200, "{}", Empty::Page), Ok(0));
        assert_eq!(read(200, "{ }", Empty::Nothing), Ok(0));
        assert_eq!(read(200, "{}", Empty::Failure), Err("undecodable"));
        assert_eq!(read(200, "\u{feff}{\"a\": 1}", Empty::Failure), Ok(1));
    }

    #[test]
    fn only_a_200_is_the_whole_answer() {
        for status in [201, 202, 203, 205, 206, 207, 226] {
            for empty in [Empty::Page, Empty::Nothing, Empty::Failure] {
                assert_eq!(read(status, "{\"a\": 1}", empty), Err("undecodable"), "{status}");
                assert_eq!(read(status, "", empty), Err("undecodable"), "{status}");
            }
        }
    }

    #[test]
    fn an_error_a_field_twice_and_a_list_are_no_success() {
        let error = r#"{"error": {"code": 404, "message": "gone"}}"#;
        assert_eq!(read(200, error, Empty::Page), Err("not_found"));
        assert_eq!(read(200, &format!("[{error}]"), Empty::Page), Err("not_found"));
        assert_eq!(read(200, r#"{"a": 1, "a": 2}"#, Empty::Page), Err("undecodable"));
        assert_eq!(read(200, "[]", Empty::Nothing), Err("undecodable"));
        assert_eq!(read(200, "[{\"a\": 1}]", Empty::Nothing), Err("undecodable"));
    }
}
