//! Cloud projects, their service accounts and keys.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{CustomRole, Policy};

/// The value every client sees in this deprecated field of Google's examples.
const ETAG: &str = "MDEwMjE5MjA=";

/// What Google writes for a key without an end.
const ENDLESS: &str = "9999-12-31T23:59:59Z";

/// A cloud project.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) accounts: Vec<ServiceAccount>,
    /// The folder it is in; right below the organization without one.
    pub(crate) folder: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) roles: Vec<CustomRole>,
    /// The APIs that are switched off in it, by the name of their service.
    pub(crate) disabled_services: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
}

/// A service account.
#[derive(Debug, Clone)]
pub(crate) struct ServiceAccount {
    pub(crate) email: String,
    /// The unique id, which is also the OAuth client id that a delegation names.
    pub(crate) client_id: String,
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) disabled: bool,
    pub(crate) keys: Vec<Key>,
    pub(crate) policy: Policy,
    /// When Policy Analyzer last saw it authenticate; none for an account nobody used.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// Made by Google and kept by it.
    SystemManaged,
    /// Made by Google and handed out as a file.
    UserManaged,
    /// Made elsewhere and uploaded.
    Uploaded,
}

/// A key of a service account.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) origin: KeyOrigin,
    pub(crate) valid_after: DateTime<Utc>,
    /// None for a key without an end.
    pub(crate) valid_before: Option<DateTime<Utc>>,
    pub(crate) disabled: bool,
    /// Why it is disabled, unless somebody did it by hand.
    pub(crate) disabled_by_google: Option<&'static str>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// The public half in DER, for the keys whose private half somebody outside holds.
    pub(crate) public_key: Option<Vec<u8>>,
}

impl ServiceAccount {
    pub(crate) fn render(&self, project: &Project) -> Value {
        let mut account = json!({
            "name": format!("projects/{}/serviceAccounts/{}", project.id, self.email),
            "projectId": project.id,
            "uniqueId": self.client_id,
            "email": self.email,
            "etag": ETAG,
            "oauth2ClientId": self.client_id,
        });
        if !self.display_name.is_empty() {
            account["displayName"] = json!(self.display_name);
        }
        if !self.description.is_empty() {
            account["description"] = json!(self.description);
        }
        if self.disabled {
            account["disabled"] = json!(true);
        }
        account
    }
}

impl Key {
    pub(crate) fn is_usable(&self, now: DateTime<Utc>) -> bool {
        !self.disabled && self.valid_before.is_none_or(|end| end > now)
    }

    pub(crate) fn render(&self, project: &Project, account: &ServiceAccount) -> Value {
        let (origin, kind) = match self.origin {
            KeyOrigin::SystemManaged => ("GOOGLE_PROVIDED", "SYSTEM_MANAGED"),
            KeyOrigin::UserManaged => ("GOOGLE_PROVIDED", "USER_MANAGED"),
            KeyOrigin::Uploaded => ("USER_PROVIDED", "USER_MANAGED"),
        };
        let mut key = json!({
            "name": format!("projects/{}/serviceAccounts/{}/keys/{}", project.id, account.email, self.id),
            "validAfterTime": seconds(self.valid_after),
            "validBeforeTime": self.valid_before.map_or_else(|| ENDLESS.to_owned(), seconds),
            "keyAlgorithm": "KEY_ALG_RSA_2048",
            "keyOrigin": origin,
            "keyType": kind,
        });
        if self.disabled {
            key["disabled"] = json!(true);
            let reason = self.disabled_by_google.unwrap_or("USER_INITIATED");
            key["disableReason"] = json!(format!("SERVICE_ACCOUNT_KEY_DISABLE_REASON_{reason}"));
        }
        key
    }
}

pub(crate) fn seconds(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
