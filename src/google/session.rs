//! One identity's reads: its tokens, asked for once, for just the scopes it needs.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::causes::{self, Cause};

use super::token::Token;
use super::{Client, GoogleError, Request};

/// One identity's reads.
///
/// The first token covers all of the session's scopes. When that is refused, each scope is asked for by
/// itself, so that one that is not delegated costs only its own parts.
#[derive(Debug)]
pub struct Session<'a> {
    client: &'a Client,
    identity: Identity,
    scopes: Vec<&'static str>,
    tokens: Mutex<Tokens>,
}

#[derive(Debug)]
enum Identity {
    Subject(String),
    Account,
}

#[derive(Debug, Default)]
struct Tokens {
    /// For all scopes.
    together: Option<Token>,
    /// After the request for all was refused: what came of each scope.
    alone: Option<BTreeMap<&'static str, Result<Token, GoogleError>>>,
}

impl<'a> Session<'a> {
    /// Reads as `subject`, by delegation.
    #[must_use]
    pub fn as_subject(client: &'a Client, subject: &str, scopes: &[&'static str]) -> Self {
        Self::new(client, Identity::Subject(subject.to_owned()), scopes)
    }

    /// Reads as the service account itself.
    #[must_use]
    pub fn as_account(client: &'a Client, scopes: &[&'static str]) -> Self {
        Self::new(client, Identity::Account, scopes)
    }

    fn new(client: &'a Client, identity: Identity, scopes: &[&'static str]) -> Self {
        Self { client, identity, scopes: scopes.to_vec(), tokens: Mutex::default() }
    }

    /// Reads, within `scope`, with retries.
    ///
    /// # Errors
    /// What came instead of the facts, after the last try.
    pub async fn get<T: DeserializeOwned>(
        &self,
        scope: &'static str,
        request: &Request,
    ) -> Result<T, GoogleError> {
        self.client
            .retried(async |fresh_token| {
                let token = self.token(scope, fresh_token).await?;
                self.client.send(request, &token).await
            })
            .await
    }

    /// Whether a token within `scope` is to be had at all. The token is dropped.
    ///
    /// # Errors
    /// Why not.
    pub async fn can(&self, scope: &'static str) -> Result<(), GoogleError> {
        self.token(scope, false).await.map(drop)
    }

    /// The token for `scope`. One exchange at a time: the lock is held while it lasts.
    async fn token(&self, scope: &'static str, fresh: bool) -> Result<Token, GoogleError> {
        let mut tokens = self.tokens.lock().await;
        if fresh {
            tokens.forget(scope);
            if let Identity::Account = self.identity {
                self.client.auth.renew_own(&self.scopes).await;
            }
        }
        if let Some(token) = tokens.good(scope) {
            return token;
        }
        if tokens.alone.is_none() {
            match self.exchange(&self.scopes).await {
                Ok(token) => {
                    tokens.together = Some(token.clone());
                    return Ok(token);
                }
                Err(error) if self.scopes.len() > 1 && may_be_one_scope(error.cause) => {
                    tracing::debug!(cause = error.cause.id, "asking for each scope alone");
                    tokens.alone = Some(BTreeMap::new());
                }
                Err(error) => return Err(error),
            }
        }
        let token = self.exchange(&[scope]).await;
        let remembered = token.as_ref().err().is_none_or(|error| error.cause.class == causes::Class::Denied);
        if let (Some(alone), true) = (&mut tokens.alone, remembered) {
            alone.insert(scope, token.clone());
        }
        token
    }

    async fn exchange(&self, scopes: &[&str]) -> Result<Token, GoogleError> {
        match &self.identity {
            Identity::Subject(subject) => {
                self.client
                    .retried(|_| self.client.auth.delegated(&self.client.transport, subject, scopes))
                    .await
            }
            Identity::Account => {
                self.client.retried(|_| self.client.auth.own(&self.client.transport, scopes)).await
            }
        }
    }
}

impl Tokens {
    fn good(&self, scope: &str) -> Option<Result<Token, GoogleError>> {
        if let Some(token) = self.together.as_ref().filter(|token| token.is_good()) {
            return Some(Ok(token.clone()));
        }
        match self.alone.as_ref()?.get(scope)? {
            Ok(token) if !token.is_good() => None,
            known => Some(known.clone()),
        }
    }

    fn forget(&mut self, scope: &str) {
        self.together = None;
        if let Some(alone) = &mut self.alone {
            alone.remove(scope);
        }
    }
}

/// Whether a refusal can be about one scope of several.
fn may_be_one_scope(cause: Cause) -> bool {
    [
        causes::SCOPE_NOT_DELEGATED,
        causes::CLIENT_NOT_AUTHORIZED,
        causes::SCOPE_UNKNOWN_TO_GOOGLE,
        causes::TOKEN_REFUSED,
    ]
    .contains(&cause)
}
