//! Signs the assertions by which a service account asks to act as a user.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;

/// How long an assertion and its token are good for, in seconds: the most that Google takes.
const LIFETIME: i64 = 3600;

/// An RSA key of a service account, parsed once.
pub(super) struct Signer {
    key: KeyPair,
    header: String,
    issuer: String,
    audience: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Why a key cannot sign. Says nothing of the key itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignerError {
    #[error("`private_key` is no PEM block")]
    NoPem,
    #[error("`private_key` is no RSA key of at least 2048 bits")]
    NoRsaKey,
    #[error("signing failed")]
    Signing,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl Signer {
    /// From a PEM private key.
    pub(super) fn new(pem: &str, key_id: &str, issuer: &str, audience: &str) -> Result<Self, SignerError> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| SignerError::NoPem)?;
        let key = match &der {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(SignerError::NoRsaKey),
        }
        .map_err(|_| SignerError::NoRsaKey)?;
        Ok(Self {
            key,
            header: segment(&Header { alg: "RS256", typ: "JWT", kid: key_id }),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// A signed assertion: let the issuer act as `subject` within `scopes`, from now on.
    pub(super) fn assertion(
        &self,
        subject: &str,
        scopes: &str,
        now: DateTime<Utc>,
    ) -> Result<String, SignerError> {
        let issued_at = now.timestamp();
        let claims = segment(&Claims {
            iss: &self.issuer,
            sub: subject,
            scope: scopes,
            aud: &self.audience,
            iat: issued_at,
            exp: issued_at + LIFETIME,
        });
        let mut assertion = format!("{}.{claims}", self.header);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), assertion.as_bytes(), &mut signature)
            .map_err(|_| SignerError::Signing)?;
        assertion.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut assertion);
        Ok(assertion)
    }
}

fn segment(value: &impl Serialize) -> String {
    // Strings and numbers always serialise.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}
