//! Principals, and who counts as whom.

use super::super::graph::{Account, GrantId, Membership, Node, NodeId};
use super::super::member::{self, Member};
use super::super::principal::{Principal, PrincipalKind, ServiceAgent};
use super::super::unknown::{Ignored, IgnoredReason, UnknownKind};
use super::{BASIC_ROLES, Builder};
use crate::tenant::{GroupMember, GroupMemberKind, IamResource, Reading, one_word};

impl<'a> Builder<'a> {
    pub(super) fn node(&mut self, kind: PrincipalKind, id: String) -> NodeId {
        if let Some(node) = self.graph.node_ids.get(&(kind, id.clone())) {
            return *node;
        }
        let account = if kind == PrincipalKind::ServiceAccount {
            self.graph.account_ids.get(&id).copied()
        } else {
            None
        };
        let mut unknown = Vec::new();
        if kind == PrincipalKind::ServiceAccount && account.is_none() && ServiceAgent::of(&id).is_none() {
            let message = format!(
                "{} is in no project that was read, so it is unknown who can act as it",
                one_word(&id)
            );
            let gap = self.listed.gap().cloned();
            unknown.push(self.unknown(UnknownKind::ServiceAccount, id.clone(), message, gap));
        }
        let disabled = account.filter(|account| self.graph.accounts[*account].is_disabled);
        let ignored = disabled.map(|_| {
            self.graph.ignored.push(Ignored {
                reason: IgnoredReason::DisabledAccount,
                subject: id.clone(),
                message: format!(
                    "{} is disabled. No path leads through it until it is enabled",
                    one_word(&id)
                ),
            });
            self.graph.ignored.len() - 1
        });
        let node = self.graph.nodes.len();
        self.graph.node_ids.insert((kind, id.clone()), node);
        self.graph.nodes.push(Node {
            principal: Principal { kind, side: self.own.side(kind, &id), id },
            members: Vec::new(),
            containers: Vec::new(),
            implied: Vec::new(),
            is_large: false,
            account,
            unknown,
            ignored,
        });
        node
    }

    /// Who counts as whom. The list of nodes grows while members are found.
    pub(super) fn add_members(&mut self) {
        let mut node = 0;
        while node < self.graph.nodes.len() {
            match self.graph.nodes[node].principal.kind {
                PrincipalKind::Group => self.add_group(node),
                PrincipalKind::BasicRole => self.add_basic_role(node),
                PrincipalKind::ServiceAccountSet => self.add_account_set(node),
                _ => {}
            }
            node += 1;
        }
        for node in 0..self.graph.nodes.len() {
            self.graph.nodes[node].implied = self.graph.implied(node).collect();
        }
    }

    pub(super) fn add_group(&mut self, node: NodeId) {
        let id = self.graph.nodes[node].principal.id.clone();
        let group = self.groups.get(&id).copied();
        let members = group.map(|group| &group.members);
        if members.is_none_or(|members| members.complete().is_err()) {
            let gap = members.and_then(Reading::gap).or_else(|| self.iam.groups.gap()).cloned();
            let message = format!("The members of {} were not read completely", one_word(&id));
            let unknown = self.unknown(UnknownKind::Group, id.clone(), message, gap);
            self.graph.nodes[node].unknown.push(unknown);
        }
        let members = members.and_then(Reading::known).map_or(&[][..], Vec::as_slice);
        if members.len() > self.graph.limits.group_members {
            let message = format!(
                "{} has {} members, so its users are not listed one by one",
                one_word(&id),
                members.len()
            );
            let unknown = self.unknown(UnknownKind::LargeGroup, id, message, None);
            self.graph.nodes[node].unknown.push(unknown);
            self.graph.nodes[node].is_large = true;
        }
        for GroupMember { email, kind } in members {
            let found = match kind {
                GroupMemberKind::User => member::of_address(email, PrincipalKind::User),
                GroupMemberKind::Group => member::of_address(email, PrincipalKind::Group),
                GroupMemberKind::Customer => {
                    Member::Principal(PrincipalKind::Tenant, "every user".to_owned())
                }
                GroupMemberKind::Other(_) => Member::Principal(PrincipalKind::Other, email.clone()),
            };
            match found {
                Member::Principal(kind, id) => {
                    let member = self.node(kind, id);
                    self.join(node, member, None);
                }
                Member::Nameless => {
                    let group = self.graph.nodes[node].principal.id.clone();
                    let message = format!("A member of {} has no address", one_word(&group));
                    let unknown = self.unknown(UnknownKind::Member, group, message, None);
                    self.graph.nodes[node].unknown.push(unknown);
                }
                Member::Deleted => {}
            }
        }
    }

    /// Whether an inherited basic role counts is not documented; it is taken to.
    pub(super) fn add_basic_role(&mut self, node: NodeId) {
        let id = self.graph.nodes[node].principal.id.clone();
        let Some((prefix, project)) = id.split_once(':') else { return };
        let Some((_, role)) = BASIC_ROLES.iter().find(|(word, _)| *word == prefix) else { return };
        let place = self.resource_late(&IamResource::Project(project.to_owned()));
        for place in self.graph.places[place].chain.clone() {
            let unknown = self.graph.places[place].unknown.clone();
            self.graph.nodes[node].unknown.extend(unknown);
            for grant in self.graph.places[place].grants.clone() {
                if self.graph.grants[grant].role == *role {
                    self.join(node, self.graph.grants[grant].member, Some(grant));
                }
            }
        }
    }

    /// `principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount`. Service agents, the
    /// other type, are Google's.
    pub(super) fn add_account_set(&mut self, node: NodeId) {
        let id = self.graph.nodes[node].principal.id.clone();
        let Some(place) = id
            .strip_prefix("principalSet://cloudresourcemanager.googleapis.com/")
            .and_then(|rest| rest.strip_suffix("/type/ServiceAccount"))
        else {
            return;
        };
        let resource = match place.split_once('/') {
            Some(("projects", number)) => self
                .entries
                .values()
                .find(|entry| entry.number.as_deref() == Some(number))
                .map(|entry| entry.resource.clone()),
            Some(("folders", number)) => Some(IamResource::Folder(number.to_owned())),
            Some(("organizations", number)) => Some(IamResource::Organization(number.to_owned())),
            _ => None,
        };
        let place = resource.and_then(|resource| self.resource_ids.get(&resource).copied());
        if place.is_none() || self.listed.complete().is_err() {
            let message = format!("Not every service account of {} is known", one_word(&id));
            let gap = self.listed.gap().cloned();
            let unknown = self.unknown(UnknownKind::ServiceAccount, id, message, gap);
            self.graph.nodes[node].unknown.push(unknown);
        }
        let Some(place) = place else { return };
        for account in 0..self.graph.accounts.len() {
            let Account { node: member, resource, .. } = self.graph.accounts[account];
            if self.graph.places[resource].chain.contains(&place) {
                self.join(node, member, None);
            }
        }
    }

    pub(super) fn join(&mut self, group: NodeId, member: NodeId, grant: Option<GrantId>) {
        if group != member {
            self.graph.nodes[group].members.push(Membership { member, grant });
            self.graph.nodes[member].containers.push(group);
        }
    }
}
