//! Who a client is that no listed service account is: what its public certificates say.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::tenant::Reading;

/// One public key of a service account outside the listed projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicKey {
    pub(crate) key_id: String,
    /// From when on it is good.
    pub(crate) valid_after: Option<DateTime<Utc>>,
    pub(crate) valid_before: Option<DateTime<Utc>>,
}

/// A service account that exists, somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ForeignAccount {
    /// Its address, as its certificates name it and that address confirms; empty if they do not tell it.
    pub(crate) email: String,
    /// Addresses that its certificates name and that nothing confirms: who uploads a key chooses its name.
    #[serde(default)]
    pub(crate) claimed: Vec<String>,
    /// Its project, as the address names it; empty for addresses that name none.
    pub(crate) project: String,
    /// Its public keys, Google's own among them.
    pub(crate) keys: Vec<PublicKey>,
}

/// What became of one client id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClientCertificates {
    pub(crate) client_id: String,
    /// `Complete(None)`: Google knows no such account, or not any more.
    pub(crate) account: Reading<Option<ForeignAccount>>,
}

/// Whether a text has the form of a service account's address: a number, or anything else, is none.
#[must_use]
pub(crate) fn is_service_account_address(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_plain)
    };
    text.split_once('@').is_some_and(|(login, domain)| {
        let is_googles = domain == "gserviceaccount.com" || domain.ends_with(".gserviceaccount.com");
        is_label(login) && is_googles && domain.split('.').all(is_label)
    })
}
