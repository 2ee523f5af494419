//! The users of a tenant: those written out, and those computed from their index.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::crowd::Crowd;
use super::person::Person;

/// In which order a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Unsorted,
    Email,
    GivenName,
    FamilyName,
}

/// Every user, by place.
#[derive(Debug)]
pub(crate) struct People {
    written: Vec<Person>,
    crowd: Option<Crowd>,
    by_key: HashMap<String, usize>,
    sorted: [OnceLock<Vec<u32>>; 3],
}

impl People {
    pub(crate) fn new(written: Vec<Person>, crowd: Option<Crowd>) -> Self {
        let mut by_key = HashMap::new();
        for (place, person) in written.iter().enumerate() {
            by_key.insert(person.id.clone(), place);
            for address in person.addresses() {
                by_key.entry(address.to_lowercase()).or_insert(place);
            }
        }
        Self { written, crowd, by_key, sorted: Default::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.written.len() + self.crowd.as_ref().map_or(0, Crowd::len)
    }

    /// The user at a place below [`People::len`].
    pub(crate) fn at(&self, place: usize) -> Option<Cow<'_, Person>> {
        match self.written.get(place) {
            Some(person) => Some(Cow::Borrowed(person)),
            None => self.crowd.as_ref()?.at(place - self.written.len()).map(Cow::Owned),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Cow<'_, Person>> {
        (0..self.len()).filter_map(|place| self.at(place))
    }

    /// The place of the user with this id, primary address or alias.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        let key = key.to_lowercase();
        match self.by_key.get(&key) {
            Some(place) => Some(*place),
            None => self.crowd.as_ref()?.find(&key).map(|index| index + self.written.len()),
        }
    }

    /// The user at a position of an ordered listing.
    pub(crate) fn in_order(&self, order: Order, position: usize) -> Option<Cow<'_, Person>> {
        let (slot, key): (usize, fn(&Person) -> String) = match order {
            Order::Unsorted => return self.at(position),
            Order::Email => (0, |person| person.primary_email.to_lowercase()),
            Order::GivenName => (1, |person| person.given_name.to_lowercase()),
            Order::FamilyName => (2, |person| person.family_name.to_lowercase()),
        };
        let places = self.sorted[slot].get_or_init(|| {
            let mut places: Vec<u32> =
                (0..self.len()).filter_map(|place| u32::try_from(place).ok()).collect();
            places.sort_by_cached_key(|&place| self.at(place as usize).map(|person| key(&person)));
            places
        });
        self.at(*places.get(position)? as usize)
    }
}
