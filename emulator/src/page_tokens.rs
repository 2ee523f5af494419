//! Page tokens: opaque, sealed, and good only for the listing that gave them out.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use chrono::{DateTime, Duration, Utc};

use crate::error::EmulatorError;

/// *Unverified*: that Google's own begin so. With the signs of equality at the end it is something that
/// a URL has to encode.
const PREFIX: &str = "~!!~";
const SEAL: usize = 20;
const PLACE: usize = 17;

/// Where a listing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// The entries that were walked past.
    pub(crate) offset: usize,
    /// Whether the listing's empty page was already given.
    pub(crate) paused: bool,
    /// Whether a planned fault emptied the page before, so that this one has its rows.
    pub(crate) emptied: bool,
}

/// Seals places into tokens.
#[derive(Debug)]
pub(crate) struct PageTokens {
    key: hmac::Key,
}

impl PageTokens {
    pub(crate) fn new() -> Result<Self, EmulatorError> {
        hmac::Key::generate(hmac::HMAC_SHA256, &aws_lc_rs::rand::SystemRandom::new())
            .map(|key| Self { key })
            .map_err(|_| EmulatorError::Cryptography { what: "the page token key" })
    }

    pub(crate) fn seal(&self, listing: &str, place: Place, now: DateTime<Utc>) -> String {
        let mut bytes = Vec::with_capacity(PLACE + SEAL);
        bytes.extend_from_slice(&(place.offset as u64).to_be_bytes());
        bytes.extend_from_slice(&now.timestamp().to_be_bytes());
        bytes.push(u8::from(place.paused) | u8::from(place.emptied) << 1);
        let seal = self.seal_of(listing, &bytes);
        bytes.extend_from_slice(&seal.as_ref()[..SEAL]);
        format!("{PREFIX}{}", URL_SAFE.encode(bytes))
    }

    /// The place, if the token is genuine, of this listing, and not older than the three days that
    /// Directory documents.
    pub(crate) fn open(&self, listing: &str, token: &str, now: DateTime<Utc>) -> Option<Place> {
        let bytes = URL_SAFE.decode(token.strip_prefix(PREFIX)?).ok()?;
        let (place, seal) = bytes.split_at_checked(PLACE)?;
        if seal != &self.seal_of(listing, place).as_ref()[..SEAL] {
            return None;
        }
        let (offset, rest) = place.split_first_chunk::<8>()?;
        let (issued, flags) = rest.split_first_chunk::<8>()?;
        let flags = *flags.first()?;
        let issued = DateTime::from_timestamp(i64::from_be_bytes(*issued), 0)?;
        let fresh = now - issued <= Duration::days(3);
        fresh.then_some(Place {
            offset: usize::try_from(u64::from_be_bytes(*offset)).ok()?,
            paused: flags & 1 != 0,
            emptied: flags & 2 != 0,
        })
    }

    fn seal_of(&self, listing: &str, bytes: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(bytes);
        context.update(listing.as_bytes());
        context.sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_its_own_listing_for_three_days() {
        let tokens = PageTokens::new().unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let place = Place { offset: 25, paused: true, emptied: true };
        let token = tokens.seal("users?customer=my_customer", place, now);
        assert_eq!(tokens.open("users?customer=my_customer", &token, now), Some(place));
        assert_eq!(tokens.open("users?domain=example.com", &token, now), None);
        assert_eq!(tokens.open("users?customer=my_customer", &token, now + Duration::days(4)), None);
        assert_eq!(tokens.open("users?customer=my_customer", "made-up", now), None);
        assert_eq!(PageTokens::new().unwrap().open("users?customer=my_customer", &token, now), None);
    }
}
