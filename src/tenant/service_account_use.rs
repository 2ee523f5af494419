//! When service accounts and their keys authenticated last, as Policy Analyzer tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Gap, Reading};

/// The last authentications in one project: of days, and late by one or two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProjectUse {
    /// By the account's address or unique id, whichever Google named.
    pub accounts: BTreeMap<String, DateTime<Utc>>,
    /// By the key's id.
    pub keys: BTreeMap<String, DateTime<Utc>>,
}

/// The last authentications, project by project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceAccountUse(pub BTreeMap<String, Reading<ProjectUse>>);

/// When something authenticated last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LastUse<'a> {
    /// On this day.
    On(DateTime<Utc>),
    /// Not within what Google remembers.
    Never,
    /// Nobody knows.
    Unknown(&'a Gap),
}

impl ServiceAccountUse {
    /// When a key authenticated last; `None` if nobody asked about its project.
    #[must_use]
    pub fn of_key(&self, project: &str, key_id: &str) -> Option<LastUse<'_>> {
        self.of(project, |used| used.keys.get(key_id).copied())
    }

    /// When an account authenticated last; `None` if nobody asked about its project.
    #[must_use]
    pub fn of_account(&self, project: &str, email: &str, unique_id: &str) -> Option<LastUse<'_>> {
        self.of(project, |used| used.accounts.get(email).or_else(|| used.accounts.get(unique_id)).copied())
    }

    fn of(&self, project: &str, find: impl Fn(&ProjectUse) -> Option<DateTime<Utc>>) -> Option<LastUse<'_>> {
        let reading = self.0.get(project)?;
        let found = reading.known().and_then(find);
        Some(match (found, reading.gap()) {
            (Some(at), _) => LastUse::On(at),
            (None, None) => LastUse::Never,
            (None, Some(gap)) => LastUse::Unknown(gap),
        })
    }
}
