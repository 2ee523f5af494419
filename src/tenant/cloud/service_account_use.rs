//! When service accounts and their keys authenticated last, as Policy Analyzer tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::tenant::{Gap, Reading};

/// The last authentications in one project: of days, and late by one or two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProjectUse {
    /// By the account's address or unique id, whichever Google named.
    pub(crate) accounts: BTreeMap<String, DateTime<Utc>>,
    /// By the key's id.
    pub(crate) keys: BTreeMap<String, DateTime<Utc>>,
    /// The newest of an account's keys, by the account as in `accounts`: the two are counted apart.
    #[serde(default)]
    pub(crate) accounts_by_keys: BTreeMap<String, DateTime<Utc>>,
}

/// The last authentications, project by project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ServiceAccountUse(pub(crate) BTreeMap<String, Reading<ProjectUse>>);

/// When something authenticated last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LastUse<'a> {
    /// On this day.
    On(DateTime<Utc>),
    /// Not within what Google remembers.
    Never,
    Unknown(&'a Gap),
}

impl ServiceAccountUse {
    /// When a key authenticated last; `None` if nobody asked about its project.
    #[must_use]
    pub(crate) fn of_key(&self, project: &str, key_id: &str) -> Option<LastUse<'_>> {
        self.of(project, |used| used.keys.get(key_id).copied())
    }

    /// When an account authenticated last; `None` if nobody asked about its project.
    #[must_use]
    pub(crate) fn of_account(&self, project: &str, email: &str, unique_id: &str) -> Option<LastUse<'_>> {
        let newest = |uses: &BTreeMap<String, DateTime<Utc>>| {
            [email, unique_id].into_iter().filter_map(|name| uses.get(name)).max().copied()
        };
        let is_whole = self.0.get(project)?.gap().is_none();
        self.of(project, |used| match (newest(&used.accounts), newest(&used.accounts_by_keys)) {
            // Alone a key's day is the account's only if nothing is missing: it may have been used without one.
            (None, by_key) => by_key.filter(|_| is_whole),
            (own, by_key) => own.max(by_key),
        })
    }

    /// Why not every last use in a project is known.
    #[must_use]
    pub(crate) fn gap_of(&self, project: &str) -> Option<&Gap> {
        self.0.get(project).and_then(Reading::gap)
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
