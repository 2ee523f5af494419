//! One read of an API: where, with whose token, how often.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use serde::de::DeserializeOwned;

use crate::causes;
use crate::requests::Requests;

use super::proxies::Proxies;
use super::retry::RetryPolicy;
use super::token::Token;
use super::transport::{Empty, Transport};
use super::{Api, Auth, ClientError, ClientOptions, GoogleError, Roots};

/// A read of one API.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) api: Api,
    /// Its path below the API's root, segments already percent-encoded.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, Cow<'static, str>)>,
    /// How it is sent: a few reads are shaped as POST.
    shape: Shape,
    /// What it means if nothing comes.
    empty: Empty,
}

/// How a read is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Get,
    /// `getIamPolicy` or `testIamPermissions`, with this body.
    Posted(&'static str),
}

impl Request {
    /// A read without parameters.
    pub(crate) fn new(api: Api, path: impl Into<String>) -> Self {
        Self { api, path: path.into(), query: Vec::new(), shape: Shape::Get, empty: Empty::Failure }
    }

    /// `getIamPolicy` of a resource: with conditions, which older versions of a policy leave out. IAM takes the
    /// version as a parameter, Resource Manager in the body.
    pub(crate) fn policy(api: Api, resource: &str) -> Self {
        let request = Self::new(api, format!("{resource}:getIamPolicy"));
        if api == Api::Iam {
            let request = request.query("options.requestedPolicyVersion", "3");
            Self { shape: Shape::Posted(""), ..request }
        } else {
            Self { shape: Shape::Posted(r#"{"options":{"requestedPolicyVersion":3}}"#), ..request }
        }
    }

    /// `testIamPermissions` of a service account: whether the caller may sign for it.
    pub(super) fn test_signing(account: &str) -> Self {
        let request = Self::new(Api::Iam, format!("{account}:testIamPermissions"));
        let body = r#"{"permissions":["iam.serviceAccounts.signJwt"]}"#;
        // `permissions` is the subset that the caller is allowed (discovery document: TestIamPermissionsResponse).
        // Assumed: an empty subset is left out, as the JSON mapping of protocol buffers does, so the answer is `{}`.
        Self { shape: Shape::Posted(body), empty: Empty::Nothing, ..request }
    }

    /// Of a listing.
    pub(super) fn page(self) -> Self {
        Self { empty: Empty::Page, ..self }
    }

    #[must_use]
    pub(crate) fn query(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// Everything a read needs: addresses, tokens, limits, retries.
#[derive(Debug)]
pub(crate) struct Client {
    pub(super) auth: Auth,
    pub(super) transport: Transport,
    pub(super) roots: Roots,
    retry: RetryPolicy,
    /// Scopes within which any user got a token: they are delegated.
    delegated: Mutex<BTreeSet<String>>,
    /// APIs that answered that they are off in the project of the account.
    disabled: Mutex<BTreeSet<Api>>,
    short_listings: bool,
}

/// What came of asking a host for anything.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) host: String,
    pub(crate) answered: Result<(), GoogleError>,
}

impl Client {
    /// A client for Google, or for the other root.
    ///
    /// # Errors
    /// When TLS cannot be set up, or the environment names a proxy by an address that is none.
    pub(crate) fn new(auth: Auth, roots: Roots, options: ClientOptions) -> Result<Self, ClientError> {
        if !roots.are_loopback() {
            Proxies::refuse_malformed(|name| std::env::var_os(name)).map_err(ClientError::Proxy)?;
        }
        Ok(Self {
            auth,
            transport: Transport::new(options, roots.other_root().cloned())?,
            roots,
            retry: RetryPolicy::default(),
            delegated: Mutex::default(),
            disabled: Mutex::default(),
            short_listings: options.short_listings,
        })
    }

    /// Whether the host of an API answers at all: without a token, and without a second try.
    pub(crate) async fn reach(&self, api: Api) -> Reached {
        let url = match api {
            Api::Token => self.auth.token_uri().join("/"),
            _ => self.roots.url(api, ""),
        };
        let url = match url {
            Ok(url) => url,
            Err(error) => {
                let error = GoogleError::new(causes::BAD_REQUEST, api, None, &error.to_string());
                return Reached { host: api.service().to_owned(), answered: Err(error) };
            }
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        Reached { host, answered: self.transport.reach(api, url).await }
    }

    /// Whether listings end early.
    pub(super) const fn has_short_listings(&self) -> bool {
        self.short_listings
    }

    /// The APIs that answered that they are off in the project of the account.
    #[must_use]
    pub(crate) fn disabled_apis(&self) -> BTreeSet<Api> {
        self.disabled.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes an answer that an API is off.
    fn note_disabled<T>(&self, answer: &Result<T, GoogleError>) {
        if let Err(error) = answer
            && error.cause == causes::API_DISABLED
        {
            self.disabled.lock().unwrap_or_else(PoisonError::into_inner).insert(error.api);
        }
    }

    /// By how much this machine's clock is ahead of Google's, if an answer told; negative where it is behind.
    #[must_use]
    pub(crate) fn clock_ahead(&self) -> Option<TimeDelta> {
        self.transport.clock_ahead()
    }

    /// The address of the audit's own service account.
    #[must_use]
    pub(crate) fn account(&self) -> &str {
        self.auth.account()
    }

    /// The id of the key that signs for it; `None` where IAM Credentials signs.
    #[must_use]
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.auth.key_id()
    }

    /// What went to each API so far; to be asked at any moment.
    #[must_use]
    pub(crate) fn requests(&self) -> BTreeMap<Api, Requests> {
        Api::ALL.into_iter().map(|api| (api, self.transport.channel(api).requests())).collect()
    }

    /// Whether any API was given up for good: what it had to tell can be asked for later.
    #[must_use]
    pub(crate) fn has_given_up(&self) -> bool {
        self.transport.have_given_up()
    }

    /// Tokens handed out so far, to anybody.
    #[must_use]
    pub(crate) fn tokens_issued(&self) -> u64 {
        self.auth.issued()
    }

    /// Notes that a user got a token within these scopes.
    pub(super) fn note_delegated(&self, scopes: &[&str]) {
        let mut delegated = self.delegated.lock().unwrap_or_else(PoisonError::into_inner);
        for scope in scopes {
            if !delegated.contains(*scope) {
                delegated.insert((*scope).to_owned());
            }
        }
    }

    /// Whether users got tokens within each of these scopes in this run: then they are delegated.
    #[must_use]
    pub(crate) fn are_delegated(&self, scopes: &[&str]) -> bool {
        let delegated = self.delegated.lock().unwrap_or_else(PoisonError::into_inner);
        scopes.iter().all(|scope| delegated.contains(*scope))
    }

    /// Tries `attempt` at an API as often as its errors deserve.
    pub(super) async fn retried<T, A, F>(&self, api: Api, attempt: A) -> Result<T, GoogleError>
    where
        A: Fn(bool) -> F,
        F: Future<Output = Result<T, GoogleError>>,
    {
        let answer = self.retry.run(self.transport.channel(api), attempt, tokio::time::sleep).await;
        self.note_disabled(&answer);
        answer
    }

    /// One attempt of a read with a token.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        request: &Request,
        token: &Token,
    ) -> Result<T, GoogleError> {
        let url = self.url(request)?;
        match request.shape {
            Shape::Get => self.transport.get(request.api, url, token, request.empty).await,
            Shape::Posted(body) => {
                self.transport.read_by_post(request.api, url, token, body, request.empty).await
            }
        }
    }

    /// Reads what is public, without a token, with retries.
    ///
    /// # Errors
    /// What came instead of the facts, after the last try.
    pub(crate) async fn get_public<T: DeserializeOwned>(&self, request: &Request) -> Result<T, GoogleError> {
        self.retried(request.api, async |_| {
            self.transport.channel(request.api).ready().await?;
            self.transport.get_public(request.api, self.url(request)?).await
        })
        .await
    }

    fn url(&self, request: &Request) -> Result<reqwest::Url, GoogleError> {
        let unusable = |error: url::ParseError| {
            GoogleError::new(causes::BAD_REQUEST, request.api, None, &error.to_string())
        };
        let mut url = self.roots.url(request.api, &request.path).map_err(unusable)?;
        if !request.query.is_empty() {
            url.query_pairs_mut()
                .extend_pairs(request.query.iter().map(|(name, value)| (name, value.as_ref())));
        }
        Ok(url)
    }
}
