//! RSA keys, made anew at each start: none is ever written into the source.

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

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, EmulatorError> {
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
