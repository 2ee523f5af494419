//! Who holds which role where.

use std::collections::HashSet;

use super::super::graph::{Grant, NodeId, ResourceId};
use super::super::member::{self, Member};
use super::super::right::{Right, Rights};
use super::super::unknown::{Ignored, IgnoredReason, UnknownKind};
use super::{BASIC_ROLES, Builder, comparable};
use crate::tenant::{IamBinding, IamCondition, IamRole, IamRoleState, Reading, ResourcePolicy, one_word};

impl<'a> Builder<'a> {
    pub(super) fn add_grants(&mut self) {
        let entries: Vec<&'a ResourcePolicy> =
            self.iam.policies.known().into_iter().flat_map(|policies| &policies.0).collect();
        for entry in entries {
            let place = self.resource(&comparable(&entry.resource));
            let mut asked = HashSet::new();
            for binding in entry.policy.known().into_iter().flat_map(|policy| &policy.bindings) {
                let role = self.roles.get(binding.role.as_str()).copied();
                if asked.insert(&binding.role) && !binding.members.is_empty() {
                    self.note_role(place, &binding.role, role);
                }
                self.add_binding(place, binding, role);
            }
        }
    }

    /// What is unknown of a role, or given by it no more.
    pub(super) fn note_role(&mut self, place: ResourceId, name: &str, role: Option<&IamRole>) {
        let (on, shown) = (self.graph.resources[place].title(), one_word(name));
        match role.map_or(IamRoleState::Active, |role| role.state) {
            IamRoleState::Deleted => {
                let message = format!(
                    "{shown} on {on} is deleted. It gives no permissions unless it is \
                                       undeleted"
                );
                self.ignore(place, IgnoredReason::DeletedRole, name, message);
                return;
            }
            IamRoleState::Disabled => {
                let message = format!(
                    "{shown} on {on} is disabled. It gives no permissions until it is \
                                       enabled"
                );
                self.ignore(place, IgnoredReason::DisabledRole, name, message);
                return;
            }
            IamRoleState::Active => {}
        }
        let permissions = role.map(|role| &role.permissions);
        if permissions.is_none_or(|permissions| permissions.complete().is_err()) {
            let gap = permissions.and_then(Reading::gap).or_else(|| self.iam.roles.gap()).cloned();
            let message = format!("The permissions of {shown}, which is granted on {on}, were not read");
            let unknown = self.unknown(UnknownKind::Role, name.to_owned(), message, gap);
            self.graph.places[place].unknown.push(unknown);
        }
    }

    pub(super) fn add_binding(
        &mut self,
        place: ResourceId,
        binding: &'a IamBinding,
        role: Option<&'a IamRole>,
    ) {
        let state = role.map_or(IamRoleState::Active, |role| role.state);
        if state == IamRoleState::Deleted || self.has_expired(place, binding) {
            return;
        }
        let permissions = || {
            let known = role.and_then(|role| role.permissions.known());
            known.into_iter().flatten().filter(|_| state == IamRoleState::Active)
        };
        let resource = &self.graph.resources[place];
        let rights: Rights = permissions()
            .filter_map(|name| Right::of(name))
            .filter(|right| right.counts_on(resource))
            .collect();
        let run = permissions().find_map(|name| Right::RUN.into_iter().find(|run| run == name));
        let home = IamRole::home(&binding.role).map(|home| self.resource_late(&home));
        let is_basic = BASIC_ROLES.iter().any(|(_, role)| *role == binding.role);
        if rights.is_empty() && home.is_none() && !is_basic {
            return;
        }
        for text in &binding.members {
            let Some(member) = self.member(place, binding, text) else { continue };
            let grant = self.graph.grants.len();
            self.graph.grants.push(Grant {
                resource: place,
                role: &binding.role,
                member,
                member_text: text,
                condition: binding.condition.as_ref(),
                rights,
                run,
                home,
            });
            self.graph.places[place].grants.push(grant);
        }
    }

    /// Whether the binding is over, which is told.
    fn has_expired(&mut self, place: ResourceId, binding: &IamBinding) -> bool {
        let end = binding.condition.as_ref().and_then(IamCondition::ends_at);
        let Some(end) = end.filter(|end| *end <= self.at) else { return false };
        let (on, role) = (self.graph.resources[place].title(), one_word(&binding.role));
        for member in &binding.members {
            let message = format!("{} held {role} on {on} until {}", one_word(member), end.date_naive());
            self.ignore(place, IgnoredReason::ExpiredBinding, member, message);
        }
        true
    }

    pub(super) fn member(&mut self, place: ResourceId, binding: &IamBinding, text: &str) -> Option<NodeId> {
        let held = || format!("{} holds {}", one_word(text), one_word(&binding.role));
        match member::read(text) {
            Member::Deleted => {
                let message = format!("{}, but was deleted", held());
                self.ignore(place, IgnoredReason::DeletedMember, text, message);
                None
            }
            Member::Nameless => {
                let on = self.graph.resources[place].title();
                let message = format!("{} on {on}, but does not name a principal", held());
                let unknown = self.unknown(UnknownKind::Member, text.to_owned(), message, None);
                self.graph.places[place].unknown.push(unknown);
                None
            }
            Member::Principal(_, id)
                if member::pool_of(&id).is_some_and(|pool| self.closed_pools.contains(pool)) =>
            {
                let message = format!("{}, but its pool is disabled or deleted", held());
                self.ignore(place, IgnoredReason::ClosedPool, text, message);
                None
            }
            Member::Principal(kind, id) => Some(self.node(kind, id)),
        }
    }

    pub(super) fn ignore(
        &mut self,
        place: ResourceId,
        reason: IgnoredReason,
        subject: &str,
        message: String,
    ) {
        self.graph.ignored.push(Ignored { reason, subject: subject.to_owned(), message });
        self.graph.places[place].ignored.push(self.graph.ignored.len() - 1);
    }
}
