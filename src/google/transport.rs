//! Sends, with a place from the limiter, and classifies what comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use serde::de::DeserializeOwned;
use tokio::sync::SemaphorePermit;

use crate::causes;

use super::limit::Limits;
use super::token::Token;
use super::{Api, GoogleError};

/// The most of one answer that is read, in bytes, decompressed: several times Google's largest page.
const LARGEST_ANSWER: usize = 8 << 20;

/// How the client behaves towards the network.
#[derive(Clone, Copy, Debug)]
pub struct ClientOptions {
    /// Requests of one API under way at once.
    pub concurrency: usize,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest wait for one whole answer.
    pub answer_timeout: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            concurrency: 64,
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(60),
        }
    }
}

/// Why there can be no client.
#[derive(Debug, thiserror::Error)]
#[error("cannot prepare the network: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// Sends, with a place from the limiter, and classifies what comes back.
#[derive(Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    limits: Limits,
}

impl Transport {
    pub(super) fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("workspace-audit/", env!("CARGO_PKG_VERSION"), " (gzip)"))
            .connect_timeout(options.connect_timeout)
            .timeout(options.answer_timeout)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            // A redirect would carry the token elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .build()?;
        Ok(Self { http, limits: Limits::new(options.concurrency) })
    }

    /// Requests sent so far, by API.
    pub(super) fn sent(&self) -> BTreeMap<String, u64> {
        self.limits.sent()
    }

    /// A place for one attempt, for the one library that sends by itself.
    pub(super) async fn place(&self, api: Api) -> Option<SemaphorePermit<'_>> {
        self.limits.place(api).await
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        api: Api,
        url: Url,
        token: &Token,
    ) -> Result<T, GoogleError> {
        let unusable =
            || GoogleError::new(causes::UNDECODABLE, Api::Token, None, "the token is no header text");
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", token.text())).map_err(|_| unusable())?;
        bearer.set_sensitive(true);
        self.exchange(api, self.http.get(url).header(AUTHORIZATION, bearer), &[token.text()]).await
    }

    pub(super) async fn post_form<T: DeserializeOwned>(
        &self,
        api: Api,
        url: Url,
        form: &[(&str, &str)],
    ) -> Result<T, GoogleError> {
        let values: Vec<&str> = form.iter().map(|(_, value)| *value).collect();
        self.exchange(api, self.http.post(url).form(form), &values).await
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        api: Api,
        request: reqwest::RequestBuilder,
        secrets: &[&str],
    ) -> Result<T, GoogleError> {
        let _place = self.limits.place(api).await;
        let lost = |error: reqwest::Error| GoogleError::from_transport(api, &error);
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status();
        let retry_after = retry_after(&response);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                let words = "the answer is larger than 8 MiB";
                return Err(GoogleError::new(causes::UNDECODABLE, api, Some(status.as_u16()), words));
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            let body = without(&body, secrets);
            return Err(GoogleError::from_answer(api, status.as_u16(), body.as_bytes(), retry_after));
        }
        serde_json::from_slice(&body).map_err(|error| {
            // serde_json's message can cite the body, and a token answer's body holds a token.
            let words = format!(
                "no valid JSON of the expected shape at line {}, column {}",
                error.line(),
                error.column()
            );
            GoogleError::new(causes::UNDECODABLE, api, Some(status.as_u16()), &words)
        })
    }
}

/// An error body without what was sent with the request, should it echo it.
fn without(body: &[u8], secrets: &[&str]) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    secrets.iter().fold(text, |text, secret| text.replace(secret, "[secret]"))
}

/// `Retry-After` in seconds. Gmail says it in the message instead.
fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
