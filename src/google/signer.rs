//! Signs assertions with the key of a key file.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::assertion::Claims;

/// An RSA key of a service account, parsed once.
pub(super) struct Signer {
    key: Arc<SigningKey>,
    at_once: Semaphore,
    key_id: String,
}

struct SigningKey {
    pair: KeyPair,
    header: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

/// Why a key cannot sign. Says nothing of the key itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignerError {
    #[error("`private_key` is not in PEM format")]
    NoPem,
    #[error("`private_key` is not an RSA key of at least 2048 bits")]
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

impl Signer {
    /// From a PEM private key.
    pub(super) fn new(pem: &str, key_id: &str) -> Result<Self, SignerError> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| SignerError::NoPem)?;
        let pair = match &der {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(SignerError::NoRsaKey),
        }
        .map_err(|_| SignerError::NoRsaKey)?;
        let header = Header { alg: "RS256", typ: "JWT", kid: key_id };
        // Strings always serialise.
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).unwrap_or_default());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            key: Arc::new(SigningKey { pair, header }),
            at_once: Semaphore::new(2 * cores),
            key_id: key_id.to_owned(),
        })
    }

    /// The id that stands in what it signs; `None` if the key file has none.
    pub(super) fn key_id(&self) -> Option<&str> {
        Some(self.key_id.as_str()).filter(|id| !id.is_empty())
    }

    /// A signed assertion.
    ///
    /// A signature is a quarter of a millisecond of pure computing: made off the threads that wait, at most two
    /// a core at once, so that no core idles and hundreds of signatures do not starve everything else.
    pub(super) async fn assertion(&self, claims: &Claims) -> Result<String, SignerError> {
        let (key, claims) = (Arc::clone(&self.key), claims.to_json());
        let _place = self.at_once.acquire().await.map_err(|_| SignerError::Signing)?;
        tokio::task::spawn_blocking(move || key.signed(&claims)).await.map_err(|_| SignerError::Signing)?
    }
}

impl SigningKey {
    fn signed(&self, claims: &str) -> Result<String, SignerError> {
        let mut assertion = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), assertion.as_bytes(), &mut signature)
            .map_err(|_| SignerError::Signing)?;
        assertion.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut assertion);
        Ok(assertion)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::KeyPair as _;
    use chrono::DateTime;

    use super::*;

    fn pem() -> String {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let der = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
        format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
    }

    #[tokio::test]
    async fn a_signature_is_of_the_key_over_header_and_claims() {
        let signer = Signer::new(&pem(), "key-1").unwrap();
        let claims = Claims::new("a@b", None, &["x"], "https://t/token", DateTime::UNIX_EPOCH);
        let assertion = signer.assertion(&claims).await.unwrap();
        let (signed, signature) = assertion.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(header).unwrap(), br#"{"alg":"RS256","typ":"JWT","kid":"key-1"}"#);
        assert_eq!(URL_SAFE_NO_PAD.decode(payload).unwrap(), claims.to_json().as_bytes());
        let public = signer.key.pair.public_key().as_ref().to_vec();
        let public = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public);
        public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    }

    #[test]
    fn what_is_no_key_says_so_without_showing_it() {
        let error = Signer::new("SECRET", "").unwrap_err();
        assert_eq!(error.to_string(), "`private_key` is not in PEM format");
    }
}
