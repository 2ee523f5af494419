//! The key that Google keeps for a service account and signs with when asked by `signJwt`.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::error::EmulatorError;

/// Ready to sign. It never leaves the process, so nothing can be read out of it.
#[derive(Debug)]
pub(crate) struct GoogleKey {
    pair: KeyPair,
    certifier: rcgen::KeyPair,
}

static SHARED: OnceLock<GoogleKey> = OnceLock::new();

impl GoogleKey {
    /// All tenants of a process share it.
    pub(crate) fn shared() -> Result<&'static Self, EmulatorError> {
        match SHARED.get() {
            Some(key) => Ok(key),
            None => Self::generate().map(|key| SHARED.get_or_init(|| key)),
        }
    }

    /// The same, if it ever signed.
    pub(crate) fn used() -> Option<&'static Self> {
        SHARED.get()
    }

    fn generate() -> Result<Self, EmulatorError> {
        let failed = |_| EmulatorError::Cryptography { what: "Google's own key" };
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(failed)?;
        let certifier =
            rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&private.as_ref().into(), &rcgen::PKCS_RSA_SHA256)
                .map_err(|_| EmulatorError::Cryptography { what: "Google's own key" })?;
        Ok(Self { pair, certifier })
    }

    /// The same key, to sign certificates with.
    pub(crate) fn certifier(&self) -> &rcgen::KeyPair {
        &self.certifier
    }

    /// PKCS#1, in DER.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The payload as a signed token under a key's id; nothing if there is no randomness.
    pub(crate) fn sign(&self, key_id: &str, payload: &str) -> Option<String> {
        let header = json!({ "alg": "RS256", "kid": key_id, "typ": "JWT" }).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
