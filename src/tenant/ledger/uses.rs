//! Uses of grants, counted as the logs are read: the logs have a row a call.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::tenant::{GrantUse, UseKey};

/// Uses that are alike, counted. It grows with clients × scopes, not with the log.
#[derive(Clone, Debug, Default)]
pub struct UseTally(BTreeMap<UseKey, (DateTime<Utc>, DateTime<Utc>, u64)>);

impl UseTally {
    /// Counts one use.
    pub fn add(&mut self, key: UseKey, at: DateTime<Utc>) {
        let (first, last, count) = self.0.entry(key).or_insert((at, at, 0));
        *first = at.min(*first);
        *last = at.max(*last);
        *count += 1;
    }

    /// What was counted, ordered by key.
    pub fn uses(self) -> impl Iterator<Item = GrantUse> {
        self.0.into_iter().map(|(of, (first_at, last_at, count))| GrantUse { of, first_at, last_at, count })
    }
}
