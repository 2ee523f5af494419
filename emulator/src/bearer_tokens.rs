//! The access tokens that were given out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

/// How long a token lives, and what the token endpoint says it does.
pub(crate) const LIFETIME_SECONDS: i64 = 3599;

const PREFIX: &str = "ya29.c.";
const SWEEP_EVERY: usize = 4096;

/// Who a token acts for, and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    /// The service account that asked, by its place in the tenant.
    pub(crate) client: u32,
    /// The user it acts as, by its place in the tenant; none for the account's own token.
    pub(crate) subject: Option<u32>,
    pub(crate) scopes: Arc<[String]>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Tokens by their random bytes. Entries are small: a run over a million users holds a million of them.
#[derive(Debug, Default)]
pub(crate) struct BearerTokens {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    bearers: HashMap<[u8; 24], Bearer>,
    scopes: HashMap<Vec<String>, Arc<[String]>>,
    issued: usize,
}

impl BearerTokens {
    pub(crate) fn issue(
        &self,
        client: u32,
        subject: Option<u32>,
        scopes: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let mut secret = [0_u8; 24];
        SystemRandom::new().fill(&mut secret).ok()?;
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let scopes = match table.scopes.get(&scopes) {
            Some(known) => Arc::clone(known),
            None => {
                let shared: Arc<[String]> = scopes.clone().into();
                table.scopes.insert(scopes, Arc::clone(&shared));
                shared
            }
        };
        table.issued += 1;
        if table.issued.is_multiple_of(SWEEP_EVERY) {
            table.bearers.retain(|_, bearer| bearer.expires_at > now);
        }
        let expires_at = now + chrono::Duration::seconds(LIFETIME_SECONDS);
        table.bearers.insert(secret, Bearer { client, subject, scopes, expires_at });
        Some(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret)))
    }

    /// Who a live token acts for.
    pub(crate) fn find(&self, token: &str, now: DateTime<Utc>) -> Option<Bearer> {
        let secret = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
        let secret: [u8; 24] = secret.try_into().ok()?;
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.bearers.get(&secret).filter(|bearer| bearer.expires_at > now).cloned()
    }
}
