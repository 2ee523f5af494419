//! Accounts, the resources above them, and what was not read of those.

use std::collections::{BTreeSet, HashMap};

use super::super::graph::{Account, Place, ResourceId};
use super::super::principal::PrincipalKind;
use super::super::unknown::UnknownKind;
use super::Builder;
use crate::tenant::{Address, IamResource, Reading};

impl<'a> Builder<'a> {
    pub(super) fn add_accounts(&mut self) {
        let accounts = self.listed.known().into_iter().flat_map(|accounts| &accounts.0);
        for (number, account) in accounts.enumerate() {
            let email = Address::new(&account.email).as_str().to_owned();
            let resource = self.resource(&IamResource::ServiceAccount(email.clone()));
            self.graph.account_ids.insert(email.clone(), number);
            self.graph.accounts.push(Account {
                email: &account.email,
                node: 0,
                resource,
                project: None,
                is_disabled: account.disabled,
                forbids_keys: self.keyless.contains(account.project.as_str()),
            });
            self.graph.accounts[number].node = self.node(PrincipalKind::ServiceAccount, email);
        }
    }

    /// The resource's place; one that was not read gets one too, with what is unknown of it.
    pub(super) fn resource(&mut self, resource: &IamResource) -> ResourceId {
        if let Some(id) = self.resource_ids.get(resource) {
            return *id;
        }
        let id = self.graph.resources.len();
        self.resource_ids.insert(resource.clone(), id);
        self.graph.resources.push(resource.clone());
        self.graph.places.push(Place::default());
        let policy = self.entries.get(resource).map(|entry| &entry.policy);
        if policy.is_none_or(|policy| policy.complete().is_err()) {
            let gap = policy.and_then(Reading::gap).or_else(|| self.iam.policies.gap()).cloned();
            let message = format!("The IAM policy of {} was not read completely", resource.title());
            let unknown = self.unknown(UnknownKind::Policy, resource.title(), message, gap);
            self.graph.places[id].unknown.push(unknown);
        }
        id
    }

    /// A custom role's home that is not in the hierarchy: nothing above it is known.
    pub(super) fn resource_late(&mut self, resource: &IamResource) -> ResourceId {
        let id = self.resource(resource);
        if self.graph.places[id].chain.is_empty() {
            self.graph.places[id].chain.push(id);
        }
        id
    }

    /// Every resource of an account's chain, and of the policies that were read.
    pub(super) fn add_hierarchy(&mut self) {
        let read: Vec<_> = self.entries.keys().cloned().collect();
        let read: BTreeSet<_> = read.into_iter().collect();
        for resource in &read {
            self.resource(resource);
        }
        let projects: HashMap<String, &'a str> = self
            .listed
            .known()
            .into_iter()
            .flat_map(|accounts| &accounts.0)
            .map(|account| (Address::new(&account.email).as_str().to_owned(), account.project.as_str()))
            .collect();
        let mut parents = Vec::new();
        // The list grows while parents are found that were not read themselves.
        while parents.len() < self.graph.resources.len() {
            let id = parents.len();
            let parent = self.parent(id, &projects);
            parents.push(parent);
        }
        for id in 0..parents.len() {
            let mut chain = vec![id];
            let mut last = id;
            while let Some(above) = parents[last].filter(|above| !chain.contains(above)) {
                chain.push(above);
                last = above;
            }
            self.graph.places[id].chain = chain;
        }
        for account in 0..self.graph.accounts.len() {
            let chain = &self.graph.places[self.graph.accounts[account].resource].chain;
            let project =
                chain.iter().copied().find(|id| matches!(self.graph.resources[*id], IamResource::Project(_)));
            self.graph.accounts[account].project = project;
        }
    }

    pub(super) fn parent(
        &mut self,
        id: ResourceId,
        projects: &HashMap<String, &'a str>,
    ) -> Option<ResourceId> {
        let resource = self.graph.resources[id].clone();
        if matches!(resource, IamResource::Organization(_)) {
            return None;
        }
        let reading = self.entries.get(&resource).map(|entry| &entry.parent);
        let listed = match &resource {
            IamResource::ServiceAccount(email) => projects.get(email),
            _ => None,
        };
        let parent = match (reading.and_then(|parent| parent.known()), listed) {
            (Some(Some(parent)), _) => Some(parent.clone()),
            (_, Some(project)) => Some(IamResource::Project((*project).to_owned())),
            _ => None,
        };
        if parent.is_none() && reading.is_none_or(|parent| parent.complete().is_err()) {
            let gap = reading.and_then(Reading::gap).or_else(|| self.iam.policies.gap()).cloned();
            let message = format!("The parent of {} was not read", resource.title());
            let unknown = self.unknown(UnknownKind::Parent, resource.title(), message, gap);
            self.graph.places[id].unknown.push(unknown);
        }
        parent.map(|parent| self.resource(&parent))
    }
}
