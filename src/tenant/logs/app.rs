//! Apps that users let in, as the token log shows them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An OAuth client that users authorized within what the token log remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct App {
    /// OAuth client id.
    pub(crate) client_id: String,
    /// What the app calls itself.
    pub(crate) name: String,
    /// Every scope that a user who did not revoke it gave.
    pub(crate) scopes: BTreeSet<String>,
    /// Users who gave them.
    pub(crate) users: u64,
    /// Some of those users, in order.
    pub(crate) some_users: Vec<String>,
    /// The first authorization in the log.
    pub(crate) first_authorized_at: DateTime<Utc>,
    pub(crate) last_authorized_at: DateTime<Utc>,
    /// Who gave which of the scopes, as the log lists it now.
    #[serde(default)]
    pub(crate) consents: Vec<Consent>,
    /// What earlier runs read and the log lists no more, without a revocation: the users' access goes on.
    #[serde(default)]
    pub(crate) remembered: Vec<Consent>,
}

/// Users who gave an app the same scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Consent {
    pub(crate) scopes: BTreeSet<String>,
    /// Some of the users.
    pub(crate) users: BTreeSet<String>,
    /// How many more there are.
    pub(crate) unnamed: u64,
}

impl App {
    /// Every scope that users gave it, as far as is known.
    pub(crate) fn all_scopes(&self) -> impl Iterator<Item = &str> {
        let remembered = self.remembered.iter().flat_map(|consent| &consent.scopes);
        let more = remembered.filter(|scope| !self.scopes.contains(*scope));
        self.scopes.iter().chain(more).map(String::as_str)
    }

    /// Some users whose consent the log lists no more, in order.
    #[must_use]
    pub(crate) fn remembered_users(&self) -> BTreeSet<&str> {
        self.remembered.iter().flat_map(|consent| &consent.users).map(String::as_str).collect()
    }

    /// Without what is remembered of users who are not there any more.
    #[must_use]
    pub(crate) fn without_users(mut self, is_gone: impl Fn(&str) -> bool) -> Self {
        for consent in &mut self.remembered {
            consent.users.retain(|user| !is_gone(user));
        }
        self.remembered.retain(|consent| !consent.users.is_empty() || consent.unnamed > 0);
        self
    }

    /// Whether anybody let it in, as far as is known.
    #[must_use]
    pub(crate) fn is_let_in(&self) -> bool {
        self.users > 0 || !self.remembered.is_empty()
    }
}

/// A setting of Gmail's that an admin made, changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GmailSettingChange {
    /// Unique in the tenant and the same in every run; empty in facts that an earlier version kept.
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) at: DateTime<Utc>,
    /// `CREATE_GMAIL_SETTING`, `CHANGE_GMAIL_SETTING`, `DELETE_GMAIL_SETTING` or `CHANGE_EMAIL_SETTING`.
    pub(crate) event: String,
    /// `SETTING_NAME`, verbatim.
    pub(crate) setting: String,
    pub(crate) actor: String,
    /// What the event says besides, each as `name: value`.
    pub(crate) details: Vec<String>,
}
