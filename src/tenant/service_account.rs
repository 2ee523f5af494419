//! Service accounts and their keys.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Reading;
use super::grant::is_same_client;

/// A user-managed key of a service account. IAM leaves false booleans out: they are false here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAccountKey {
    /// The last segment of the key's resource name.
    pub key_id: String,
    /// `validAfterTime`: when the key was made.
    pub created_at: Option<DateTime<Utc>>,
    /// `validBeforeTime`; the year 9999 stands for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// `keyOrigin`, verbatim: `GOOGLE_PROVIDED` or `USER_PROVIDED`.
    pub origin: String,
    /// `keyType`, verbatim.
    pub key_type: String,
    /// Whether the key is switched off.
    pub disabled: bool,
}

/// A service account of one of the configured projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// The project it lives in.
    pub project: String,
    /// Its address.
    pub email: String,
    /// `uniqueId`.
    pub unique_id: String,
    /// `oauth2ClientId`: the id that the Admin console's delegation list names.
    pub client_id: String,
    /// `displayName`; empty if none.
    pub display_name: String,
    /// Whether the account is switched off.
    pub disabled: bool,
    /// Its user-managed keys.
    pub keys: Reading<Vec<ServiceAccountKey>>,
}

/// The service accounts of the configured projects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceAccounts(pub Vec<ServiceAccount>);

impl ServiceAccounts {
    /// The projects in which the accounts live, with those that were asked for.
    #[must_use]
    pub fn projects(&self, asked_for: &[String]) -> Vec<String> {
        let found = self.0.iter().map(|account| &account.project).chain(asked_for);
        found.collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// The account that holds this client id.
    #[must_use]
    pub fn by_client(&self, client_id: &str) -> Option<&ServiceAccount> {
        self.0.iter().find(|account| {
            [&account.client_id, &account.unique_id].into_iter().any(|id| is_same_client(id, client_id))
        })
    }
}
