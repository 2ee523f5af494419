//! The small per-user keys that stay in memory: who owns which address and name, who is an admin.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::address::ascii_domain;
use super::{Address, User};

/// What is kept of a user while others are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Directory's immutable id.
    pub id: Box<str>,
    /// Primary address.
    pub primary_email: Box<str>,
    /// Neither suspended nor archived.
    pub is_active: bool,
    /// Super admin; `None` if Directory left it out.
    pub is_super_admin: Option<bool>,
    /// Holder of another admin role.
    pub is_delegated_admin: Option<bool>,
}

/// An index of all users by address and by display name.
#[derive(Clone, Debug, Default)]
pub struct People {
    people: Vec<Person>,
    by_id: HashMap<u64, u32>,
    by_address: HashMap<u64, u32>,
    by_name: HashMap<u64, Vec<u32>>,
    domains: HashSet<Box<str>>,
}

impl People {
    /// Adds a user.
    pub fn insert(&mut self, user: &User) {
        let Ok(index) = u32::try_from(self.people.len()) else { return };
        self.people.push(Person {
            id: user.id.as_str().into(),
            primary_email: user.primary_email.as_str().into(),
            is_active: user.is_active(),
            is_super_admin: user.is_admin,
            is_delegated_admin: user.is_delegated_admin,
        });
        self.by_id.insert(key(&user.id), index);
        for address in user.addresses() {
            let address = Address::new(address);
            self.by_address.entry(key(address.as_str())).or_insert(index);
            if let Some(domain) = address.domain()
                && !self.domains.contains(domain)
            {
                self.domains.insert(domain.into());
            }
        }
        if let Some(name) = user.full_name.as_deref().map(comparable_name).filter(|n| !n.is_empty()) {
            self.by_name.entry(key(&name)).or_default().push(index);
        }
    }

    /// All of them, in the order of insertion.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The user with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Person> {
        self.by_id.get(&key(id)).and_then(|&index| self.people.get(index as usize))
    }

    /// The user whose primary address or alias this is.
    #[must_use]
    pub fn owner_of(&self, address: &str) -> Option<&Person> {
        let index = *self.by_address.get(&key(Address::new(address).as_str()))?;
        self.people.get(index as usize)
    }

    /// Whether any user has an address, primary or alias, in this domain (any spelling).
    #[must_use]
    pub fn use_domain(&self, domain: &str) -> bool {
        self.domains.contains(ascii_domain(domain).as_str())
    }

    /// Every user whose full name reads like this name: case and spacing do not matter.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Person> {
        self.by_name
            .get(&key(&comparable_name(name)))
            .into_iter()
            .flatten()
            .filter_map(|&index| self.people.get(index as usize))
    }
}

/// A name as it compares: lower case, single spaces, without characters that nobody sees.
pub(super) fn comparable_name(name: &str) -> String {
    let seen: String = name.chars().filter(|&sign| !is_invisible(sign)).collect();
    seen.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Joiners, direction marks and the like, with which a name can read the same and compare differently.
const fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn key(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
