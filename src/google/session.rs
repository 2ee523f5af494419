//! One identity's reads: its tokens, asked for once, for just the scopes it needs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::causes::{self, Cause};

use super::keyless::sign_jwt;
use super::token::Token;
use super::{Api, Client, GoogleError, Request};

/// An object of which only its being there matters.
#[derive(Deserialize)]
struct Object {}

/// One identity's reads.
///
/// The first token covers all of the session's scopes. When that is refused, each scope is asked for by
/// itself, so that one that is not delegated costs only its own parts.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    client: &'a Client,
    /// `None`: the service account itself.
    subject: Option<String>,
    scopes: Vec<&'static str>,
    tokens: Mutex<Tokens>,
    deadline: Option<Instant>,
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
    pub(crate) fn as_subject(client: &'a Client, subject: &str, scopes: &[&'static str]) -> Self {
        Self::new(client, Some(subject.to_owned()), scopes)
    }

    /// Reads as the service account itself.
    #[must_use]
    pub(crate) fn as_account(client: &'a Client, scopes: &[&'static str]) -> Self {
        Self::new(client, None, scopes)
    }

    fn new(client: &'a Client, subject: Option<String>, scopes: &[&'static str]) -> Self {
        Self { client, subject, scopes: scopes.to_vec(), tokens: Mutex::default(), deadline: None }
    }

    /// Until then: what is not read by that time ends as [`causes::DEADLINE`].
    #[must_use]
    pub(crate) fn until(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Whether listings end early.
    pub(super) const fn has_short_listings(&self) -> bool {
        self.client.has_short_listings()
    }

    /// Reads, within `scope`, with retries.
    ///
    /// # Errors
    /// What came instead of the facts, after the last try.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        scope: &'static str,
        request: &Request,
    ) -> Result<T, GoogleError> {
        // The token of the last attempt: the one to replace if it is refused.
        let used = std::sync::Mutex::new(None);
        let read = self.client.retried(request.api, async |fresh| {
            self.client.transport.channel(request.api).ready().await?;
            let refused = if fresh { taken(&used) } else { None };
            let token = self.token(scope, refused.as_ref()).await?;
            keep(&used, &token);
            self.client.send(request, &token).await
        });
        self.in_time(request.api, read).await
    }

    /// Whether there is what a request asks for: its answer is dropped.
    ///
    /// # Errors
    /// What came instead of an answer; 404 is one.
    pub(crate) async fn has(&self, scope: &'static str, request: &Request) -> Result<bool, GoogleError> {
        match self.get::<Object>(scope, request).await {
            Ok(Object {}) => Ok(true),
            Err(error) if error.cause == causes::NOT_FOUND => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a token within `scope` is to be had at all. The token is dropped.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn can(&self, scope: &'static str) -> Result<(), GoogleError> {
        self.in_time(Api::Token, self.token(scope, None)).await.map(drop)
    }

    /// Whether a token within all of the session's scopes is to be had, in one question. The token is dropped.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn can_all(&self) -> Result<(), GoogleError> {
        self.in_time(Api::Token, self.exchange(&self.scopes)).await.map(drop)
    }

    /// Whether another account, for which this identity may sign, is given a token as `subject` within `scopes`.
    /// The token is dropped.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn can_as(
        &self,
        scope: &'static str,
        account: &str,
        subject: &str,
        scopes: &[&str],
    ) -> Result<(), GoogleError> {
        let claims = self.client.auth.claims(account, Some(subject), scopes).to_json();
        let asked = async {
            let used = std::sync::Mutex::new(None);
            let assertion = self.client.retried(Api::IamCredentials, async |fresh| {
                let refused = if fresh { taken(&used) } else { None };
                let token = self.token(scope, refused.as_ref()).await?;
                keep(&used, &token);
                sign_jwt(self.client, account, &token, &claims).await
            });
            let assertion = assertion.await?;
            self.client.retried(Api::Token, |_| self.client.auth.exchange(self.client, &assertion)).await
        };
        self.in_time(Api::Token, asked).await.map(drop)
    }

    async fn in_time<T>(
        &self,
        api: Api,
        work: impl Future<Output = Result<T, GoogleError>>,
    ) -> Result<T, GoogleError> {
        let Some(deadline) = self.deadline else { return work.await };
        let late = || Err(GoogleError::new(causes::DEADLINE, api, None, ""));
        // `timeout_at` would begin even what is late already.
        if Instant::now() >= deadline {
            return late();
        }
        timeout_at(deadline, work).await.unwrap_or_else(|_| late())
    }

    /// The token for `scope`, another than the one that was refused. One exchange at a time: the lock is held
    /// while it lasts.
    async fn token(&self, scope: &'static str, refused: Option<&Token>) -> Result<Token, GoogleError> {
        let mut tokens = self.tokens.lock().await;
        if let Some(refused) = refused {
            tokens.forget(refused);
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
                    tracing::debug!(cause = error.cause.id, "requesting each scope separately");
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
        let token = self.client.auth.token(self.client, self.subject.as_deref(), scopes).await;
        if self.subject.is_none() {
            return token.map_err(as_own);
        }
        if token.is_ok() {
            self.client.note_delegated(scopes);
        }
        token.map_err(|error| match error.cause.may_be_the_users() && self.client.are_delegated(scopes) {
            true => GoogleError { cause: causes::USER_REFUSED, ..error },
            false => error,
        })
    }
}

/// Of the account itself no delegation is asked, whatever the token endpoint's words.
fn as_own(error: GoogleError) -> GoogleError {
    let about_delegation =
        [causes::SCOPE_NOT_DELEGATED, causes::CLIENT_NOT_AUTHORIZED, causes::TOKEN_REFUSED];
    if about_delegation.contains(&error.cause) {
        GoogleError { cause: causes::OWN_TOKEN_REFUSED, ..error }
    } else {
        error
    }
}

fn taken(used: &std::sync::Mutex<Option<Token>>) -> Option<Token> {
    used.lock().ok()?.take()
}

fn keep(used: &std::sync::Mutex<Option<Token>>, token: &Token) {
    if let Ok(mut used) = used.lock() {
        *used = Some(token.clone());
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

    /// Forgets a token that was refused, unless another request has replaced it already.
    fn forget(&mut self, refused: &Token) {
        self.together.take_if(|token| token.is(refused));
        if let Some(alone) = &mut self.alone {
            alone.retain(|_, token| !token.as_ref().is_ok_and(|token| token.is(refused)));
        }
    }
}

/// Whether a refusal can be about one scope of several.
fn may_be_one_scope(cause: Cause) -> bool {
    [
        causes::SCOPE_NOT_DELEGATED,
        causes::CLIENT_NOT_AUTHORIZED,
        causes::OWN_TOKEN_REFUSED,
        causes::SCOPE_UNKNOWN_TO_GOOGLE,
        causes::TOKEN_REFUSED,
    ]
    .contains(&cause)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::google::{Auth, ClientOptions, Machine, Roots};

    #[test]
    fn a_refusal_of_the_accounts_own_token_never_asks_for_a_delegation() {
        for cause in [causes::SCOPE_NOT_DELEGATED, causes::CLIENT_NOT_AUTHORIZED, causes::TOKEN_REFUSED] {
            let cause = as_own(GoogleError::of_cause(cause)).cause;
            assert_eq!(cause.id, "own_token_refused");
            assert!(cause.fix.contains("Do not delegate") && !cause.place.contains("domain-wide"));
        }
        let kept = as_own(GoogleError::of_cause(causes::KEY_REJECTED)).cause;
        assert_eq!(kept.id, "key_rejected");
    }

    #[tokio::test]
    async fn what_is_late_ends_as_such_whether_it_has_begun_or_not() {
        // A server that takes connections and never answers.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let here = silent.local_addr().unwrap();
        let machine = Machine::find(|name| match name {
            "HOME" => Some("/nonexistent".to_owned()),
            "GCE_METADATA_HOST" => Some(here.to_string()),
            _ => None,
        });
        let roots = Roots::keyless(&format!("http://{here}"), &[]).unwrap();
        let auth = Auth::keyless("a@b", machine.await.unwrap(), &roots).unwrap();
        let client = Client::new(auth, roots, ClientOptions::default()).unwrap();
        for wait in [Duration::ZERO, Duration::from_millis(50)] {
            let session = Session::as_account(&client, &["s"]).until(Instant::now() + wait);
            let request = Request::new(Api::Gmail, "x");
            let error = session.get::<serde_json::Value>("s", &request).await.unwrap_err();
            assert_eq!((error.cause, error.api), (causes::DEADLINE, Api::Gmail));
        }
        assert_eq!(client.requests()[&Api::Token].calls, 1, "what was late from the start was not begun");
    }

    #[test]
    fn a_refused_token_is_forgotten_once() {
        let token = || Token::new("t", Duration::from_secs(3600));
        let (old, new) = (token(), token());
        let mut tokens = Tokens { together: Some(old.clone()), alone: None };
        tokens.forget(&old);
        assert!(tokens.good("s").is_none());
        tokens.together = Some(new.clone());
        tokens.forget(&old);
        assert!(tokens.good("s").is_some(), "another request has renewed it");
        let alone = BTreeMap::from([("s", Ok(old.clone()))]);
        let mut tokens = Tokens { together: None, alone: Some(alone) };
        tokens.forget(&old);
        assert!(tokens.good("s").is_none());
    }
}
