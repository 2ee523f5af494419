//! RSA keys, generated in each process: no key is in the source.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;

use crate::error::EmulatorError;

/// Both halves of a service account's key.
pub(crate) struct SigningKey {
    /// PKCS#8, in DER.
    pub(crate) private: Vec<u8>,
    /// PKCS#1, in DER.
    pub(crate) public: Vec<u8>,
}

static AUDIT: OnceLock<SigningKey> = OnceLock::new();
static OTHER_CLIENTS: OnceLock<SigningKey> = OnceLock::new();

impl SigningKey {
    /// The audit's own. Making one takes long, so all tenants of a process share it.
    pub(crate) fn of_audit() -> Result<&'static Self, EmulatorError> {
        Self::shared(&AUDIT)
    }

    /// The key that every account but the audit's signs with.
    pub(crate) fn of_other_clients() -> Result<&'static Self, EmulatorError> {
        Self::shared(&OTHER_CLIENTS)
    }

    /// The same, if it ever signed.
    pub(crate) fn used_by_other_clients() -> Option<&'static Self> {
        OTHER_CLIENTS.get()
    }

    fn shared(place: &'static OnceLock<Self>) -> Result<&'static Self, EmulatorError> {
        match place.get() {
            Some(key) => Ok(key),
            None => Self::generate().map(|key| place.get_or_init(|| key)),
        }
    }

    fn generate() -> Result<Self, EmulatorError> {
        let failed = |_| EmulatorError::Cryptography { what: "a service account's key" };
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(failed)?;
        Ok(Self { private: private.as_ref().to_vec(), public: pair.public_key().as_ref().to_vec() })
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SigningKey")
    }
}
