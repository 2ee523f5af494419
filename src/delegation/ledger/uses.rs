//! Uses of grants, counted as the logs are read: the logs have a row a call.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::AddressBook;
use crate::delegation::{GrantUse, UseKey};

/// Uses that are alike, counted. It grows with clients × scopes, not with the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct UseTally {
    counted: BTreeMap<UseKey, (DateTime<Utc>, DateTime<Utc>, u64)>,
    addresses: AddressBook,
}

impl UseTally {
    /// Uses of one address are counted apart for each account that had it.
    #[must_use]
    pub(crate) const fn of(addresses: AddressBook) -> Self {
        Self { counted: BTreeMap::new(), addresses }
    }

    /// Counts one use.
    pub(crate) fn add(&mut self, key: UseKey, at: DateTime<Utc>) {
        let holder = self.addresses.seen_holder(&key.client, at).map(str::to_owned);
        let (first, last, count) = self.counted.entry(UseKey { holder, ..key }).or_insert((at, at, 0));
        *first = at.min(*first);
        *last = at.max(*last);
        *count += 1;
    }

    /// What was counted, ordered by key.
    pub(crate) fn uses(self) -> impl Iterator<Item = GrantUse> {
        let of = |(of, (first_at, last_at, count))| GrantUse { of, first_at, last_at, count };
        self.counted.into_iter().map(of)
    }
}
