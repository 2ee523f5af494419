//! Subject and scopes → token.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use yup_oauth2::authenticator::Authenticator;

use crate::causes;

use super::signer::Signer;
use super::token::Token;
use super::transport::Transport;
use super::{Api, GoogleError};

/// A service account's key file, as Google hands it out.
pub struct KeyFile {
    key: yup_oauth2::ServiceAccountKey,
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyFile").field("client_email", &self.key.client_email).finish_non_exhaustive()
    }
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Not there, not readable.
    #[error("cannot read the key file {}: {source}", path.display())]
    Unreadable {
        /// As configured.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not the file that Google hands out.
    #[error("{} is no service account key file: {reason}", path.display())]
    NoKeyFile {
        /// As configured.
        path: PathBuf,
        /// What is missing. Never a part of the file.
        reason: String,
    },
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// When it cannot be read or is not of a service account.
    pub async fn read(path: &Path) -> Result<Self, KeyFileError> {
        let no_key_file =
            |reason: &str| KeyFileError::NoKeyFile { path: path.to_owned(), reason: reason.to_owned() };
        let text = tokio::fs::read(path)
            .await
            .map_err(|source| KeyFileError::Unreadable { path: path.to_owned(), source })?;
        let key = yup_oauth2::parse_service_account_key(&text)
            .map_err(|_| no_key_file("it lacks client_email, private_key or token_uri, or is no JSON"))?;
        if key.key_type.as_deref().is_some_and(|key_type| key_type != "service_account") {
            return Err(no_key_file("its `type` is not `service_account`"));
        }
        let file = Self { key };
        file.signer().map_err(|error| no_key_file(&error.to_string()))?;
        Ok(file)
    }

    /// The account's address.
    #[must_use]
    pub fn client_email(&self) -> &str {
        &self.key.client_email
    }

    /// The account's client id, where the file says it.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.key.client_id.as_deref().filter(|id| !id.is_empty())
    }

    /// The id of the key.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key.private_key_id.as_deref()
    }

    /// The project of the account, where the file says it.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.key.project_id.as_deref()
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_uri(&self) -> &str {
        &self.key.token_uri
    }

    fn signer(&self) -> Result<Signer, super::signer::SignerError> {
        let key = &self.key;
        let key_id = key.private_key_id.as_deref().unwrap_or_default();
        Signer::new(&key.private_key, key_id, &key.client_email, &key.token_uri)
    }
}

type OwnTokens = Authenticator<hyper_rustls::HttpsConnector<HttpConnector>>;

/// Makes tokens: delegated ones by our own assertions, the account's own by `yup-oauth2`.
pub struct Auth {
    signer: Arc<Signer>,
    token_uri: reqwest::Url,
    own: Arc<OwnTokens>,
    issued: AtomicU64,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// Why there can be no tokens at all.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The key.
    #[error("the key cannot sign: {0}")]
    Key(String),
    /// The system's certificates.
    #[error("cannot read the trusted certificates: {0}")]
    Certificates(std::io::Error),
    /// The address of the token endpoint.
    #[error("the key file's token_uri is no URL")]
    TokenUri,
    /// Anything else of the library.
    #[error("cannot prepare the account's own tokens: {0}")]
    OwnTokens(std::io::Error),
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default = "default_lifetime")]
    expires_in: u64,
}

const fn default_lifetime() -> u64 {
    3600
}

impl Auth {
    /// From a key file.
    ///
    /// # Errors
    /// When the key cannot sign or the trusted certificates cannot be read.
    pub async fn new(key_file: &KeyFile) -> Result<Self, AuthError> {
        let signer = key_file.signer().map_err(|error| AuthError::Key(error.to_string()))?;
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(AuthError::Certificates)?
            .https_or_http()
            .enable_http1()
            .build();
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector);
        let client = yup_oauth2::CustomHyperClientBuilder::from(client);
        let own = yup_oauth2::ServiceAccountAuthenticator::with_client(key_file.key.clone(), client)
            .build()
            .await
            .map_err(AuthError::OwnTokens)?;
        let token_uri = key_file.token_uri().parse().map_err(|_| AuthError::TokenUri)?;
        Ok(Self { signer: Arc::new(signer), token_uri, own: Arc::new(own), issued: AtomicU64::new(0) })
    }

    /// Tokens handed out so far.
    pub(super) fn issued(&self) -> u64 {
        self.issued.load(Ordering::Relaxed)
    }

    /// A token that acts as `subject` within `scopes`: one attempt.
    pub(super) async fn delegated(
        &self,
        transport: &Transport,
        subject: &str,
        scopes: &[&str],
    ) -> Result<Token, GoogleError> {
        let (signer, subject, scopes) = (Arc::clone(&self.signer), subject.to_owned(), scopes.join(" "));
        // Signing is a quarter of a millisecond of pure computing: off the threads that wait.
        let signed =
            tokio::task::spawn_blocking(move || signer.assertion(&subject, &scopes, Utc::now())).await;
        let Ok(Ok(assertion)) = signed else {
            return Err(GoogleError::new(causes::KEY_REJECTED, Api::Token, None, "signing failed"));
        };
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &assertion)];
        let answer: TokenAnswer = transport.post_form(Api::Token, self.token_uri.clone(), &form).await?;
        if answer.access_token.is_empty() {
            return Err(GoogleError::new(causes::UNDECODABLE, Api::Token, Some(200), "empty access_token"));
        }
        self.issued.fetch_add(1, Ordering::Relaxed);
        Ok(Token::new(&answer.access_token, Duration::from_secs(answer.expires_in)))
    }

    /// The account's own token, without a subject: one attempt. The library remembers it.
    pub(super) async fn own(&self, transport: &Transport, scopes: &[&str]) -> Result<Token, GoogleError> {
        let _place = transport.place(Api::Token).await;
        let (own, scopes) = (Arc::clone(&self.own), owned(scopes));
        // A task of its own: the library panics over a lifetime that no clock can hold.
        let task = tokio::spawn(async move { own.token(&scopes).await });
        let token = tokio::time::timeout(OWN_TOKEN_TIMEOUT, task)
            .await
            .map_err(|_| GoogleError::new(causes::TIMEOUT, Api::Token, None, ""))?
            .map_err(|_| GoogleError::new(causes::UNDECODABLE, Api::Token, None, "an impossible lifetime"))?
            .map_err(|error| own_token_error(&error))?;
        let text = token
            .token()
            .ok_or_else(|| GoogleError::new(causes::UNDECODABLE, Api::Token, Some(200), "no access_token"))?;
        self.issued.fetch_add(1, Ordering::Relaxed);
        Ok(Token::new(text, Duration::from_secs(default_lifetime())))
    }

    /// Forces the next own token to be a new one.
    pub(super) async fn renew_own(&self, scopes: &[&str]) {
        // Whatever comes of it shows at the next call.
        let _ = tokio::time::timeout(OWN_TOKEN_TIMEOUT, self.own.force_refreshed_token(scopes)).await;
    }
}

fn owned(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}

/// The library ignores its own timeout on a client that it is given.
const OWN_TOKEN_TIMEOUT: Duration = Duration::from_secs(60);

fn own_token_error(error: &yup_oauth2::Error) -> GoogleError {
    match error {
        yup_oauth2::Error::AuthError(answer) => GoogleError::from_token_words(
            answer.error.as_str(),
            answer.error_description.as_deref().unwrap_or_default(),
        ),
        // The library shows an HTML error page as a JSON error.
        yup_oauth2::Error::JSONError(error) => {
            GoogleError::new(causes::UNDECODABLE, Api::Token, None, &error.to_string())
        }
        other => GoogleError::new(causes::CONNECT, Api::Token, None, &other.to_string()),
    }
}
