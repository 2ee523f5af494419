//! Signs assertions without a key: IAM Credentials `signJwt`, asked with the machine's own identity.

use serde::Deserialize;
use tokio::sync::Mutex;

use crate::causes;

use super::assertion::Claims;
use super::client::Client;
use super::machine::Machine;
use super::token::Token;
use super::{Api, GoogleError, segment};

/// Signs for one service account.
#[derive(Debug)]
pub(super) struct Keyless {
    account: String,
    machine: Machine,
    token: Mutex<Option<Token>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedJwt {
    signed_jwt: String,
}

/// Has claims signed for an account: one attempt, with the token of somebody who may.
pub(super) async fn sign_jwt(
    client: &Client,
    account: &str,
    token: &Token,
    claims: &str,
) -> Result<String, GoogleError> {
    let path = format!("v1/projects/-/serviceAccounts/{}:signJwt", segment(account));
    let url = client.roots.url(Api::IamCredentials, &path).map_err(|error| {
        GoogleError::new(causes::BAD_REQUEST, Api::IamCredentials, None, &error.to_string())
    })?;
    let signed: SignedJwt = client.transport.sign_jwt(url, token, claims).await?;
    Ok(signed.signed_jwt)
}

impl Keyless {
    pub(super) fn new(account: &str, machine: Machine) -> Self {
        Self { account: account.to_owned(), machine, token: Mutex::default() }
    }

    /// A signed assertion, with retries.
    pub(super) async fn assertion(&self, client: &Client, claims: &Claims) -> Result<String, GoogleError> {
        let claims = claims.to_json();
        client
            .retried(Api::IamCredentials, async |fresh| {
                let token = self.machine_token(client, fresh).await?;
                sign_jwt(client, &self.account, &token, &claims).await
            })
            .await
    }

    /// The machine's token. One question at a time: the lock is held while it lasts.
    async fn machine_token(&self, client: &Client, fresh: bool) -> Result<Token, GoogleError> {
        let mut known = self.token.lock().await;
        if let Some(token) = known.as_ref().filter(|token| !fresh && token.is_good()) {
            return Ok(token.clone());
        }
        let token = client
            .retried(Api::Token, |_| client.transport.channel(Api::Token).attempt(self.machine.token(), None))
            .await?;
        *known = Some(token.clone());
        Ok(token)
    }
}
