//! The small per-user keys that stay in memory: who owns which address and name, who is an admin.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::address::ascii_domain;
use crate::tenant::{Address, User};

/// What is kept of a user while others are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person<'a> {
    /// Directory's immutable id.
    pub(crate) id: &'a str,
    pub(crate) primary_email: &'a str,
    /// Neither suspended nor archived.
    pub(crate) is_active: bool,
    /// Super admin; `None` if Directory left it out.
    pub(crate) is_super_admin: Option<bool>,
    /// Holder of another admin role.
    pub(crate) is_delegated_admin: Option<bool>,
    /// Somebody outside the organization.
    pub(crate) is_guest: bool,
    /// Enrolled in 2-Step Verification; `None` if Directory left it out.
    pub(crate) is_two_step_enrolled: Option<bool>,
}

/// An index of all users by address and by display name: about 120 bytes a user.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    /// Ids and addresses, one after the other.
    texts: String,
    rows: Vec<Row>,
    by_id: Index,
    by_address: Index,
    by_name: Index,
    domains: HashSet<Box<str>>,
}

/// Where a person stands in the texts.
#[derive(Clone, Copy, Debug)]
struct Row {
    id: u32,
    primary_email: u32,
    is_active: bool,
    is_super_admin: Option<bool>,
    is_delegated_admin: Option<bool>,
    is_guest: bool,
    is_two_step_enrolled: Option<bool>,
}

impl People {
    /// Indexes users.
    ///
    /// # Errors
    /// The first that comes instead of a user.
    pub(crate) fn index<E>(users: impl IntoIterator<Item = Result<User, E>>) -> Result<Self, E> {
        let mut people = Self::default();
        for user in users {
            people.insert(&user?);
        }
        people.rows.shrink_to_fit();
        people.texts.shrink_to_fit();
        for index in [&mut people.by_id, &mut people.by_address, &mut people.by_name] {
            index.sort();
        }
        Ok(people)
    }

    fn insert(&mut self, user: &User) {
        let place = |texts: &str| u32::try_from(texts.len()).ok();
        let (Ok(number), Some(id)) = (u32::try_from(self.rows.len()), place(&self.texts)) else { return };
        self.texts.push_str(&user.id);
        let Some(primary_email) = place(&self.texts) else { return };
        self.texts.push_str(&user.primary_email);
        self.rows.push(Row {
            id,
            primary_email,
            is_active: user.is_active(),
            is_super_admin: user.is_admin,
            is_delegated_admin: user.is_delegated_admin,
            is_guest: user.is_guest(),
            is_two_step_enrolled: user.two_step_enrolled,
        });
        self.by_id.add(&user.id, number);
        for address in user.addresses() {
            let address = Address::new(address);
            self.by_address.add(address.mailbox().as_str(), number);
            if let Some(domain) = address.domain()
                && !user.is_guest()
                && !self.domains.contains(domain)
            {
                self.domains.insert(domain.into());
            }
        }
        if let Some(name) = user.full_name.as_deref().map(comparable_name).filter(|n| !n.is_empty()) {
            self.by_name.add(&name, number);
        }
    }

    fn person(&self, number: usize) -> Option<Person<'_>> {
        let row = self.rows.get(number)?;
        let end = self.rows.get(number + 1).map_or(self.texts.len(), |next| next.id as usize);
        Some(Person {
            id: self.texts.get(row.id as usize..row.primary_email as usize)?,
            primary_email: self.texts.get(row.primary_email as usize..end)?,
            is_active: row.is_active,
            is_super_admin: row.is_super_admin,
            is_delegated_admin: row.is_delegated_admin,
            is_guest: row.is_guest,
            is_two_step_enrolled: row.is_two_step_enrolled,
        })
    }

    /// All of them, in the order in which they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Person<'_>> {
        (0..self.rows.len()).filter_map(|number| self.person(number))
    }

    /// The user with this id.
    #[must_use]
    pub(crate) fn by_id(&self, id: &str) -> Option<Person<'_>> {
        self.by_id.of(id).find_map(|number| self.person(number)).filter(|person| person.id == id)
    }

    /// The user whose primary address or alias this is, with or without a tag after `+`.
    #[must_use]
    pub(crate) fn owner_of(&self, address: &str) -> Option<Person<'_>> {
        self.by_address.of(Address::new(address).mailbox().as_str()).find_map(|number| self.person(number))
    }

    /// Whether any user but guests has an address, primary or alias, in this domain (any spelling).
    #[must_use]
    pub(crate) fn use_domain(&self, domain: &str) -> bool {
        self.domains.contains(ascii_domain(domain).as_str())
    }

    /// Every user whose full name reads like this name: case and spacing do not matter.
    pub(crate) fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = Person<'a>> + use<'a> {
        self.by_name.of(&comparable_name(name)).filter_map(|number| self.person(number))
    }
}

/// Numbers of users by the hash of a text.
#[derive(Clone, Debug, Default)]
struct Index(Vec<(u64, u32)>);

impl Index {
    fn add(&mut self, text: &str, number: u32) {
        self.0.push((hash(text), number));
    }

    fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
    }

    /// The numbers under a text, in the order in which they came.
    fn of(&self, text: &str) -> impl Iterator<Item = usize> + use<'_> {
        let hash = hash(text);
        let first = self.0.partition_point(|(other, _)| *other < hash);
        self.0[first..]
            .iter()
            .take_while(move |(other, _)| *other == hash)
            .map(|(_, number)| *number as usize)
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

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
