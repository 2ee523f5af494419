//! Apps that users let in, as the token log shows them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An OAuth client that users authorized within what the token log remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// OAuth client id.
    pub client_id: String,
    /// What the app calls itself.
    pub name: String,
    /// Every scope that a user who did not revoke it gave.
    pub scopes: BTreeSet<String>,
    /// Users who gave them.
    pub users: u64,
    /// Some of those users, in order.
    pub some_users: Vec<String>,
    /// The first authorization in the log.
    pub first_authorized_at: DateTime<Utc>,
    /// The last.
    pub last_authorized_at: DateTime<Utc>,
}

/// A setting of Gmail's that an admin made, changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GmailSettingChange {
    /// Unique in the tenant and the same in every run; empty in facts that an earlier version kept.
    #[serde(default)]
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// `CREATE_GMAIL_SETTING`, `CHANGE_GMAIL_SETTING`, `DELETE_GMAIL_SETTING` or `CHANGE_EMAIL_SETTING`.
    pub event: String,
    /// `SETTING_NAME`, verbatim.
    pub setting: String,
    /// Who.
    pub actor: String,
    /// What the event says besides, each as `name: value`.
    pub details: Vec<String>,
}
