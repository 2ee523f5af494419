//! Service accounts and their keys.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::tenant::Reading;
use crate::tenant::bare_client;

/// A user-managed key of a service account. IAM leaves false booleans out: they are false here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceAccountKey {
    /// The last segment of the key's resource name.
    pub(crate) key_id: String,
    /// `validAfterTime`: when the key was made.
    pub(crate) created_at: Option<DateTime<Utc>>,
    /// `validBeforeTime`; the year 9999 stands for never.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// `keyOrigin`, verbatim: `GOOGLE_PROVIDED` or `USER_PROVIDED`.
    pub(crate) origin: String,
    /// `keyType`, verbatim.
    pub(crate) key_type: String,
    /// Whether the key is switched off.
    pub(crate) disabled: bool,
    /// Why, and what else Google keeps of the key, such as that it was found exposed: in IAM's words; empty if none.
    #[serde(default)]
    pub(crate) disabled_reason: String,
}

/// A service account of one of the configured projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ServiceAccount {
    /// The project it lives in.
    pub(crate) project: String,
    pub(crate) email: String,
    /// `uniqueId`.
    pub(crate) unique_id: String,
    /// `oauth2ClientId`: the id that the Admin console's delegation list names.
    pub(crate) client_id: String,
    /// `displayName`; empty if none.
    pub(crate) display_name: String,
    /// Whether the account is switched off.
    pub(crate) disabled: bool,
    /// Its user-managed keys.
    pub(crate) keys: Reading<Vec<ServiceAccountKey>>,
}

impl ServiceAccount {
    /// The service whose default account it is.
    #[must_use]
    pub(crate) fn default_of(&self) -> Option<&'static str> {
        Self::default_by_address(&self.email)
    }

    /// The same by its address. Source: <https://docs.cloud.google.com/iam/docs/service-account-types>.
    #[must_use]
    pub(crate) fn default_by_address(email: &str) -> Option<&'static str> {
        if email.ends_with("-compute@developer.gserviceaccount.com") {
            Some("Compute Engine")
        } else if email.ends_with("@appspot.gserviceaccount.com") {
            Some("App Engine")
        } else {
            None
        }
    }
}

/// The service accounts of the configured projects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ServiceAccounts(pub(crate) Vec<ServiceAccount>, #[serde(skip)] ClientIndex);

/// Places of accounts by client id and unique id, made when first asked for.
#[derive(Clone, Debug, Default)]
struct ClientIndex(OnceLock<BTreeMap<Box<str>, usize>>);

/// It says nothing that the accounts do not.
impl PartialEq for ClientIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl ServiceAccounts {
    /// These accounts.
    #[must_use]
    pub(crate) fn new(accounts: Vec<ServiceAccount>) -> Self {
        Self(accounts, ClientIndex::default())
    }

    /// The projects in which the accounts live, with those that were asked for.
    #[must_use]
    pub(crate) fn projects(&self, asked_for: &[String]) -> Vec<String> {
        let found = self.0.iter().map(|account| &account.project).chain(asked_for);
        found.collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// The account that holds this client id: the first, should two have it.
    #[must_use]
    pub(crate) fn by_client(&self, client_id: &str) -> Option<&ServiceAccount> {
        let index = self.1.0.get_or_init(|| {
            let mut index = BTreeMap::new();
            for (place, account) in self.0.iter().enumerate() {
                for id in [&account.client_id, &account.unique_id].into_iter().filter(|id| !id.is_empty()) {
                    index.entry(bare_client(id).into()).or_insert(place);
                }
            }
            index
        });
        self.0.get(*index.get(bare_client(client_id))?)
    }

    #[must_use]
    pub(crate) fn by_address(&self, address: &str) -> Option<&ServiceAccount> {
        self.0.iter().find(|account| account.email.eq_ignore_ascii_case(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{Gap, Part};

    fn account(client_id: &str, unique_id: &str) -> ServiceAccount {
        ServiceAccount {
            project: "project".into(),
            email: format!("{client_id}-{unique_id}@project.iam.gserviceaccount.com"),
            unique_id: unique_id.into(),
            client_id: client_id.into(),
            display_name: String::new(),
            disabled: false,
            keys: Reading::Missing(Gap::not_reached(Part::SaKeys)),
        }
    }

    #[test]
    fn an_account_is_found_by_either_id_with_and_without_the_suffix_and_never_by_none() {
        let accounts = ServiceAccounts::new(vec![
            account("", ""),
            account("1", "2"),
            account("3.apps.googleusercontent.com", "3"),
            account("2", "4"),
        ]);
        for (id, expected) in [("1", 1), ("2.apps.googleusercontent.com", 1), ("3", 2), ("4", 3)] {
            assert_eq!(accounts.by_client(id), Some(&accounts.0[expected]), "{id}");
        }
        assert_eq!(accounts.by_client(""), None);
        assert_eq!(accounts.by_client("5"), None);
    }

    #[test]
    fn accounts_are_kept_as_a_list() {
        let accounts = ServiceAccounts::new(vec![account("1", "2")]);
        assert!(accounts.by_client("1").is_some());
        let text = serde_json::to_string(&accounts).unwrap();
        assert!(text.starts_with('['), "{text}");
        assert_eq!(serde_json::from_str::<ServiceAccounts>(&text).unwrap(), accounts);
    }
}
