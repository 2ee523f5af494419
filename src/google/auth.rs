//! Subject and scopes → token, by the account's key file or without one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use reqwest::Url;
use serde::Deserialize;

use crate::causes;

use super::assertion::Claims;
use super::client::Client;
use super::key_file::KeyFile;
use super::keyless::Keyless;
use super::machine::Machine;
use super::signer::Signer;
use super::token::Token;
use super::{Api, GoogleError, Roots};

/// Makes tokens of one service account: of itself, or of the users that it may act as.
#[derive(Debug)]
pub(crate) struct Auth {
    account: String,
    token_uri: Url,
    signing: Signing,
    issued: AtomicU64,
}

/// How assertions are signed.
#[derive(Debug)]
enum Signing {
    Key(Signer),
    Keyless(Box<Keyless>),
}

/// Why there can be no tokens at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("cannot sign with the key: {0}")]
    Key(String),
    /// The address of the token endpoint.
    #[error("the token endpoint is not a valid URL")]
    TokenUri,
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
    /// Signs with the key of a key file.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub(crate) fn with_key(key_file: &KeyFile) -> Result<Self, AuthError> {
        let signer = key_file.signer().map_err(|error| AuthError::Key(error.to_string()))?;
        let token_uri = key_file.token_uri().parse().map_err(|_| AuthError::TokenUri)?;
        Ok(Self::new(key_file.client_email(), token_uri, Signing::Key(signer)))
    }

    /// Has `account`'s assertions signed by IAM Credentials, with the machine's own identity.
    ///
    /// # Errors
    /// When the token endpoint's address is no URL.
    pub(crate) fn keyless(account: &str, machine: Machine, roots: &Roots) -> Result<Self, AuthError> {
        let token_uri = roots.token_uri().map_err(|_| AuthError::TokenUri)?;
        Ok(Self::new(account, token_uri, Signing::Keyless(Box::new(Keyless::new(account, machine)))))
    }

    fn new(account: &str, token_uri: Url, signing: Signing) -> Self {
        Self { account: account.to_owned(), token_uri, signing, issued: AtomicU64::new(0) }
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// The id of the key that signs; `None` where IAM Credentials signs.
    pub(super) fn key_id(&self) -> Option<&str> {
        match &self.signing {
            Signing::Key(signer) => signer.key_id(),
            Signing::Keyless(_) => None,
        }
    }

    pub(super) const fn token_uri(&self) -> &Url {
        &self.token_uri
    }

    /// Tokens handed out so far.
    pub(super) fn issued(&self) -> u64 {
        self.issued.load(Ordering::Relaxed)
    }

    /// A token within `scopes` that acts as `subject`, or as the account itself; with retries.
    pub(super) async fn token(
        &self,
        client: &Client,
        subject: Option<&str>,
        scopes: &[&str],
    ) -> Result<Token, GoogleError> {
        let claims = self.claims(&self.account, subject, scopes);
        let assertion = match &self.signing {
            Signing::Key(signer) => signer.assertion(&claims).await.map_err(|error| {
                GoogleError::new(causes::KEY_REJECTED, Api::Token, None, &error.to_string())
            })?,
            Signing::Keyless(keyless) => keyless.assertion(client, &claims).await?,
        };
        client.retried(Api::Token, |_| self.exchange(client, &assertion)).await
    }

    /// What an account asks for.
    pub(super) fn claims(&self, account: &str, subject: Option<&str>, scopes: &[&str]) -> Claims {
        Claims::new(account, subject, scopes, self.token_uri.as_str(), Utc::now())
    }

    /// One attempt.
    pub(super) async fn exchange(&self, client: &Client, assertion: &str) -> Result<Token, GoogleError> {
        let answer: TokenAnswer =
            client.transport.exchange_assertion(self.token_uri.clone(), assertion).await?;
        if answer.access_token.is_empty() {
            return Err(GoogleError::new(causes::UNDECODABLE, Api::Token, Some(200), "empty access_token"));
        }
        self.issued.fetch_add(1, Ordering::Relaxed);
        Ok(Token::new(&answer.access_token, Duration::from_secs(answer.expires_in)))
    }
}
