//! Which service account had which address, and when: logs may name an account by its address, and an account that is
//! created again under the address of a deleted one is another client.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::spelling;

/// An address with the client id of the account that had it from the first run that saw it until the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddressHolding {
    /// Of a service account.
    pub(crate) address: String,
    /// The account's OAuth client id.
    pub(crate) client_id: String,
    /// The start of the first run that saw it.
    pub(crate) first_at: DateTime<Utc>,
    /// The start of the last.
    pub(crate) last_at: DateTime<Utc>,
}

/// Which accounts had an address, over all runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AddressBook(BTreeMap<String, Vec<AddressHolding>>);

/// Whose an address was at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressHolder<'a> {
    /// The client id of the account that had it.
    Client(&'a str),
    /// It went from one account to another at a time that nobody knows: it was one of theirs.
    Unclear,
    /// No run saw an account with it.
    Unknown,
}

impl AddressBook {
    /// Holdings in any order.
    pub(crate) fn new(holdings: impl IntoIterator<Item = AddressHolding>) -> Self {
        let mut by_address: BTreeMap<String, Vec<AddressHolding>> = BTreeMap::new();
        for holding in holdings.into_iter().filter(|holding| !holding.client_id.is_empty()) {
            let address = spelling::client_id(&holding.address);
            let client_id = spelling::client_id(&holding.client_id);
            let holding = AddressHolding { address: address.clone(), client_id, ..holding };
            by_address.entry(address).or_default().push(holding);
        }
        for holdings in by_address.values_mut() {
            holdings.sort_by_key(|holding| holding.first_at);
            // Two of one account in a row are one.
            holdings.dedup_by(|later, earlier| {
                let is_same = later.client_id == earlier.client_id;
                if is_same {
                    earlier.last_at = earlier.last_at.max(later.last_at);
                }
                is_same
            });
        }
        Self(by_address)
    }

    /// These, and others.
    #[must_use]
    pub(crate) fn with(self, others: impl IntoIterator<Item = AddressHolding>) -> Self {
        Self::new(self.0.into_values().flatten().chain(others))
    }

    /// Whose the address was. The first account that a run saw counts as its owner before that run, and the newest
    /// as its owner since.
    #[must_use]
    pub(crate) fn holder(&self, address: &str, at: DateTime<Utc>) -> AddressHolder<'_> {
        let Some(newest) = self.holdings(address).last() else { return AddressHolder::Unknown };
        if at >= newest.first_at {
            return AddressHolder::Client(&newest.client_id);
        }
        self.seen_holder(address, at).map_or(AddressHolder::Unclear, AddressHolder::Client)
    }

    /// Whose the address was, where no later run can say otherwise.
    #[must_use]
    pub(crate) fn seen_holder(&self, address: &str, at: DateTime<Utc>) -> Option<&str> {
        let holdings = self.holdings(address);
        let is_first = |holding: &AddressHolding| holdings.first() == Some(holding);
        let mut covering = holdings
            .iter()
            .filter(|holding| (is_first(holding) || holding.first_at <= at) && at <= holding.last_at);
        covering.next_back().map(|holding| holding.client_id.as_str())
    }

    /// The accounts that had the address.
    pub(crate) fn clients(&self, address: &str) -> impl Iterator<Item = &str> {
        self.holdings(address).iter().map(|holding| holding.client_id.as_str())
    }

    /// Whether any run saw an account with this address.
    #[must_use]
    pub(crate) fn knows(&self, address: &str) -> bool {
        !self.holdings(address).is_empty()
    }

    fn holdings(&self, address: &str) -> &[AddressHolding] {
        self.0.get(&spelling::client_id(address)).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "mailer@project.iam.gserviceaccount.com";

    fn day(number: i64) -> DateTime<Utc> {
        "2026-01-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::days(number)
    }

    fn held(client_id: &str, first: i64, last: i64) -> AddressHolding {
        AddressHolding {
            address: "Mailer@project.iam.gserviceaccount.com".to_owned(),
            client_id: client_id.to_owned(),
            first_at: day(first),
            last_at: day(last),
        }
    }

    #[test]
    fn an_address_is_whose_it_was_at_the_time() {
        let book = AddressBook::new([held("2", 20, 30), held("1", 5, 10)]);
        for (at, holder, seen) in [
            (1, AddressHolder::Client("1"), Some("1")),
            (10, AddressHolder::Client("1"), Some("1")),
            (15, AddressHolder::Unclear, None),
            (20, AddressHolder::Client("2"), Some("2")),
            (31, AddressHolder::Client("2"), None),
        ] {
            assert_eq!(book.holder(ADDRESS, day(at)), holder, "day {at}");
            assert_eq!(book.seen_holder(ADDRESS, day(at)), seen, "day {at}");
        }
        assert_eq!(book.holder("other@project.iam.gserviceaccount.com", day(1)), AddressHolder::Unknown);
    }

    #[test]
    fn an_account_that_comes_back_had_the_address_twice() {
        let book = AddressBook::new([held("1", 5, 10), held("2", 20, 30), held("1", 40, 40)]);
        assert_eq!(book.holder(ADDRESS, day(25)), AddressHolder::Client("2"));
        assert_eq!(book.holder(ADDRESS, day(35)), AddressHolder::Unclear);
        assert_eq!(book.holder(ADDRESS, day(41)), AddressHolder::Client("1"));
    }

    #[test]
    fn an_account_that_two_runs_saw_had_the_address_in_between() {
        let book = AddressBook::new([held("1", 5, 10), held("1", 20, 20)]);
        assert_eq!(book.seen_holder(ADDRESS, day(15)), Some("1"));
    }
}
