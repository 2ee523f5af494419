//! Groups of people, and of groups.

use serde_json::{Value, json};

use super::Tenant;
use crate::dice::etag;

/// No group here is nested deeper; a circle could not be made, for Directory refuses it.
const DEEPEST: usize = 8;

/// A group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) members: Vec<GroupMember>,
}

/// A direct member: a user of the tenant, one of its groups, or somebody from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupMember {
    pub(crate) email: String,
    pub(crate) role: &'static str,
}

impl Tenant {
    /// A group by address or id.
    pub(crate) fn group(&self, key: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == key || group.email.eq_ignore_ascii_case(key))
    }

    /// The members of a group and of the groups in it, each once: direct ones first.
    pub(crate) fn derived_members<'a>(&'a self, group: &'a Group) -> Vec<&'a GroupMember> {
        let mut found: Vec<&GroupMember> = group.members.iter().collect();
        let mut level: Vec<&Group> = vec![group];
        for _ in 0..DEEPEST {
            level = level
                .iter()
                .flat_map(|group| &group.members)
                .filter_map(|member| self.group(&member.email))
                .collect();
            for member in level.iter().flat_map(|group| &group.members) {
                if !found.iter().any(|known| known.email == member.email) {
                    found.push(member);
                }
            }
        }
        found
    }

    pub(crate) fn is_member(&self, group: &str, address: &str) -> bool {
        self.group(group).is_some_and(|group| {
            self.derived_members(group).iter().any(|member| member.email.eq_ignore_ascii_case(address))
        })
    }

    pub(crate) fn render_member(&self, member: &GroupMember) -> Value {
        let person = self.people.find(&member.email).and_then(|place| self.people.at(place));
        let group = self.group(&member.email);
        let status =
            if person.as_ref().is_some_and(|person| !person.is_active()) { "SUSPENDED" } else { "ACTIVE" };
        let id = person
            .map(|person| person.id.clone())
            .or_else(|| group.map(|group| group.id.clone()))
            .unwrap_or_else(|| outside_id(&member.email));
        json!({
            "kind": "admin#directory#member",
            "etag": etag("member", &id),
            "id": id,
            "email": member.email,
            "role": member.role,
            // The reference knows EXTERNAL too, and says that it is not used.
            "type": if group.is_some() { "GROUP" } else { "USER" },
            "status": status,
        })
    }
}

impl Group {
    pub(crate) fn render(&self, tenant: &Tenant) -> Value {
        let people = self.members.iter().filter(|member| tenant.group(&member.email).is_none()).count();
        json!({
            "kind": "admin#directory#group",
            "etag": etag("group", &self.id),
            "id": self.id,
            "email": self.email,
            "name": self.name,
            "description": self.description,
            "directMembersCount": people.to_string(),
            "adminCreated": true,
        })
    }
}

fn outside_id(email: &str) -> String {
    format!("1{}", crate::dice::Dice::new(0, email, 0).digits(20))
}
