//! Who a client is that no listed service account is: what its public certificates say.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Reading;

/// One public key of a service account outside the listed projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The key's id.
    pub key_id: String,
    /// From when on it is good.
    pub valid_after: Option<DateTime<Utc>>,
    /// Until when.
    pub valid_before: Option<DateTime<Utc>>,
}

/// A service account that exists, somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignAccount {
    /// Its address, as its certificates name it; empty if they cannot be read.
    pub email: String,
    /// Its project, as the address names it; empty for addresses that name none.
    pub project: String,
    /// Its public keys, Google's own among them.
    pub keys: Vec<PublicKey>,
}

/// What became of one client id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientCertificates {
    /// The client id.
    pub client_id: String,
    /// `Complete(None)`: Google knows no such account, or not any more.
    pub account: Reading<Option<ForeignAccount>>,
}
