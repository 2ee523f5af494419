//! The signed claims that a service account exchanges for a token.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// Google's own older clients pad their segments.
const SEGMENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A JSON web token, taken apart but not yet believed.
#[derive(Debug)]
pub(crate) struct Assertion {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Assertion {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |segment: &str| -> Option<Value> {
            let value: Value = serde_json::from_slice(&SEGMENT.decode(segment).ok()?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: json(header)?,
            claims: json(claims)?,
            signed: signed.to_owned(),
            signature: SEGMENT.decode(signature).ok()?,
        })
    }

    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Whether the header leaves the key open or names this one; anything but a text names none.
    pub(crate) fn can_be_of(&self, key_id: &str) -> bool {
        self.header.get("kid").is_none_or(|named| named.as_str() == Some(key_id))
    }

    /// Whether it is signed with RS256 by the private half of this key.
    pub(crate) fn is_signed_by(&self, public_key: &[u8]) -> bool {
        self.header.get("alg").and_then(Value::as_str) == Some("RS256")
            && UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key)
                .verify(self.signed.as_bytes(), &self.signature)
                .is_ok()
    }

    /// A claim in seconds since 1970; Google takes whole and fractional numbers.
    pub(crate) fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "a moment beyond i64 is no moment")]
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_and_bare_segments_are_read_alike() {
        let bare = Assertion::parse("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.YQ").unwrap();
        let padded = Assertion::parse("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0=.YQ==").unwrap();
        assert_eq!(bare.claim("iss"), Some("a"));
        assert_eq!(padded.claim("iss"), Some("a"));
        assert_eq!(bare.signature, padded.signature);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", ".", "..", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.WzFd.YQ"] {
            assert!(Assertion::parse(text).is_none(), "{text}");
        }
    }
}
