//! Whose an address is.

use std::collections::HashMap;

use super::right::{Holder, HolderKind};
use super::rights::Facts;
use crate::tenant::{Address, Group, Person, bare_client, is_service_account_address};

/// An address that mail is sent as, in the form in which addresses compare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    /// A user's own address, whichever of them: the user's id.
    User(String),
    /// A group's or an outside address.
    Address(Address),
}

/// What addresses are found in.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    facts: Facts<'a>,
    groups: HashMap<Address, &'a Group>,
}

impl<'a> Directory<'a> {
    pub(super) fn new(facts: Facts<'a>) -> Self {
        let known = facts.groups.known().into_iter().flat_map(|groups| &groups.0);
        let groups = known.flat_map(|group| {
            let addresses = std::iter::once(&group.email).chain(&group.aliases);
            addresses.map(move |address| (Address::new(address).mailbox(), group))
        });
        Self { groups: groups.collect(), facts }
    }

    pub(super) const fn facts(&self) -> &Facts<'a> {
        &self.facts
    }

    /// The user whose address this is: the address itself, with a tag after `+`, or in a domain alias.
    pub(super) fn user(&self, address: &str) -> Option<Person<'a>> {
        let people = self.facts.people.known()?;
        people.owner_of(address).or_else(|| people.owner_of(&self.in_parent_domain(address)?))
    }

    /// The address in the domain of which its own domain is an alias.
    fn in_parent_domain(&self, address: &str) -> Option<String> {
        let (local, domain) = address.trim().rsplit_once('@')?;
        let parent = self.facts.domains.known()?.stands_for(domain)?;
        Some(format!("{local}@{parent}"))
    }

    pub(super) fn user_by_id(&self, id: &str) -> Option<Person<'a>> {
        self.facts.people.known()?.by_id(id)
    }

    pub(super) fn group(&self, address: &str) -> Option<&'a Group> {
        let group = |address: &str| self.groups.get(&Address::new(address).mailbox()).copied();
        group(address).or_else(|| group(&self.in_parent_domain(address)?))
    }

    pub(super) fn target(&self, address: &str) -> Target {
        if let Some(person) = self.user(address) {
            return Target::User(person.id.to_owned());
        }
        let email = self.group(address).map_or(address, |group| &group.email);
        Target::Address(Address::new(email).mailbox())
    }

    /// Whether nobody inside the tenant can have the address; `false` if that is not known.
    pub(super) fn is_outside(&self, address: &str) -> bool {
        let Ok(domains) = self.facts.domains.complete() else { return false };
        let address = Address::new(address);
        let found = address.domain().and_then(|domain| domains.find(domain));
        found.is_none() && self.user(address.as_str()).is_none() && self.facts.people.complete().is_ok()
    }

    /// The principal with this address, or with this identifier of a policy.
    pub(super) fn holder(&self, principal: &str) -> Holder {
        if let Some(person) = self.user(principal) {
            return user(person);
        }
        if let Some(found) = self.group(principal) {
            return group(found);
        }
        if let Some(client) = self.facts.clients.iter().find(|client| client.has_address(principal)) {
            return client.holder();
        }
        let address = Address::new(principal);
        let kind = match address.domain() {
            None => return Holder::new(HolderKind::Other, principal, principal),
            Some(_) if principal.contains([':', '/']) => {
                return Holder::new(HolderKind::Other, principal, principal);
            }
            Some(_) if is_service_account_address(address.as_str()) => HolderKind::ServiceAccount,
            Some(_) => HolderKind::Address,
        };
        Holder::new(kind, address.as_str(), principal)
    }

    /// Everything that somebody who asks about this principal can mean: its account, and what includes it.
    pub(super) fn named(&self, principal: &str) -> Vec<Holder> {
        let principal = principal.trim();
        let mut holders = vec![self.holder(principal)];
        let bare = bare_client(principal);
        let clients = self.facts.clients.iter().filter(|client| bare_client(client.id) == bare);
        holders.extend(clients.map(super::Client::holder));
        let apps = self.facts.apps.iter().filter(|app| bare_client(&app.client_id) == bare);
        holders.extend(apps.map(|app| Holder::new(HolderKind::App, &app.client_id, &app.name)));
        if let Some(person) = self.user(principal) {
            let domain = Address::new(person.primary_email).domain().map(str::to_owned);
            let sets = [EVERY_USER, "allUsers", "allAuthenticatedUsers"].map(str::to_owned).into_iter();
            let sets = sets.chain(domain);
            holders.extend(sets.map(|set| Holder::new(HolderKind::Other, set.clone(), set)));
        }
        holders
    }
}

/// All users of the tenant, as access paths name them too.
pub(super) const EVERY_USER: &str = "every user";

pub(super) fn user(person: Person<'_>) -> Holder {
    Holder::new(HolderKind::User, person.id, person.primary_email)
}

pub(super) fn group(group: &Group) -> Holder {
    Holder::new(HolderKind::Group, Address::new(&group.email).as_str(), &group.email)
}
