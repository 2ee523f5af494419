//! Access tokens: opaque, random, and good for an hour.
//!
//! A token carries what it is good for under a key that only this start knows, so that a run over a
//! million users leaves nothing behind in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};

use crate::error::EmulatorError;

/// How long a token lives, and what the token endpoint says it does.
pub(crate) const LIFETIME_SECONDS: i64 = 3599;

/// How Google's own begin.
const PREFIX: &str = "ya29.c.";
const NONCE: usize = 12;
const NO_SUBJECT: u32 = u32::MAX;

/// Who asked for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    /// A service account, by its place in the tenant.
    Account(u32),
    /// The program in which a user signed in to the cloud.
    CloudTool,
    /// A workload elsewhere, known to the tenant's identity pool.
    Workload,
}

impl Client {
    const fn number(self) -> u32 {
        match self {
            Self::Account(place) => place,
            Self::CloudTool => u32::MAX,
            Self::Workload => u32::MAX - 1,
        }
    }

    const fn numbered(number: u32) -> Self {
        match number {
            u32::MAX => Self::CloudTool,
            number if number == u32::MAX - 1 => Self::Workload,
            place => Self::Account(place),
        }
    }
}

/// Who a token acts for, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bearer {
    pub(crate) client: Client,
    /// The user it acts as, by its place in the tenant; none for the client's own token.
    pub(crate) subject: Option<u32>,
    pub(crate) scopes: Arc<[String]>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Seals bearers into tokens and opens them again.
#[derive(Debug)]
pub(crate) struct BearerTokens {
    key: RandomizedNonceKey,
    scopes: Mutex<ScopeSets>,
}

/// The combinations of scopes that were ever given out: few, whatever the number of tokens.
#[derive(Debug, Default)]
struct ScopeSets {
    sets: Vec<Arc<[String]>>,
    places: HashMap<Arc<[String]>, u32>,
}

impl BearerTokens {
    pub(crate) fn new() -> Result<Self, EmulatorError> {
        let failed = |_| EmulatorError::Cryptography { what: "the access token key" };
        let mut key = [0_u8; 32];
        SystemRandom::new().fill(&mut key).map_err(failed)?;
        Ok(Self {
            key: RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(failed)?,
            scopes: Mutex::default(),
        })
    }

    pub(crate) fn issue(
        &self,
        client: Client,
        subject: Option<u32>,
        scopes: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let expires_at = now + Duration::seconds(LIFETIME_SECONDS);
        let mut sealed = Vec::with_capacity(20 + 16);
        sealed.extend_from_slice(&client.number().to_be_bytes());
        sealed.extend_from_slice(&subject.unwrap_or(NO_SUBJECT).to_be_bytes());
        sealed.extend_from_slice(&self.place_of(scopes)?.to_be_bytes());
        sealed.extend_from_slice(&expires_at.timestamp().to_be_bytes());
        let nonce = self.key.seal_in_place_append_tag(Aad::empty(), &mut sealed).ok()?;
        let token = [nonce.as_ref().as_slice(), &sealed].concat();
        Some(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(token)))
    }

    /// Who a live token acts for.
    pub(crate) fn find(&self, token: &str, now: DateTime<Utc>) -> Option<Bearer> {
        let mut token = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
        let (nonce, sealed) = token.split_at_mut_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let bytes = self.key.open_in_place(nonce, Aad::empty(), sealed).ok()?;
        let (client, bytes) = bytes.split_first_chunk()?;
        let (subject, bytes) = bytes.split_first_chunk()?;
        let (scopes, bytes) = bytes.split_first_chunk()?;
        let (expires_at, _) = bytes.split_first_chunk()?;
        let subject = u32::from_be_bytes(*subject);
        let bearer = Bearer {
            client: Client::numbered(u32::from_be_bytes(*client)),
            subject: (subject != NO_SUBJECT).then_some(subject),
            scopes: self.scopes_at(u32::from_be_bytes(*scopes))?,
            expires_at: DateTime::from_timestamp(i64::from_be_bytes(*expires_at), 0)?,
        };
        (bearer.expires_at > now).then_some(bearer)
    }

    fn place_of(&self, scopes: Vec<String>) -> Option<u32> {
        let mut known = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        let scopes: Arc<[String]> = scopes.into();
        if let Some(place) = known.places.get(&scopes) {
            return Some(*place);
        }
        let place = u32::try_from(known.sets.len()).ok()?;
        known.sets.push(Arc::clone(&scopes));
        known.places.insert(scopes, place);
        Some(place)
    }

    fn scopes_at(&self, place: u32) -> Option<Arc<[String]>> {
        let known = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        known.sets.get(usize::try_from(place).ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_bearer_until_it_expires() {
        let tokens = BearerTokens::new().unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let scopes = vec!["a".to_owned(), "b".to_owned()];
        let token = tokens.issue(Client::Account(3), Some(7), scopes.clone(), now).unwrap();
        let bearer = tokens.find(&token, now).unwrap();
        assert_eq!((bearer.client, bearer.subject), (Client::Account(3), Some(7)));
        assert_eq!(*bearer.scopes, scopes);
        assert_eq!(tokens.find(&token, now + Duration::hours(1)), None);
        assert_ne!(tokens.issue(Client::Account(3), Some(7), scopes.clone(), now), Some(token.clone()));
        for client in [Client::Account(0), Client::CloudTool, Client::Workload] {
            let own = tokens.issue(client, None, scopes.clone(), now).unwrap();
            let bearer = tokens.find(&own, now).unwrap();
            assert_eq!((bearer.client, bearer.subject), (client, None));
        }
        assert_eq!(BearerTokens::new().unwrap().find(&token, now), None);
    }

    #[test]
    fn what_was_not_given_out_is_nobodys() {
        let tokens = BearerTokens::new().unwrap();
        let now = DateTime::UNIX_EPOCH;
        let token = tokens.issue(Client::Account(0), None, Vec::new(), now).unwrap();
        let mut changed = token.clone().into_bytes();
        changed[20] ^= 1;
        for text in ["", PREFIX, "ya29.c.AAAA", &token[7..], &String::from_utf8_lossy(&changed)] {
            assert_eq!(tokens.find(text, now), None, "{text}");
        }
    }
}
