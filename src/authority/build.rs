//! From facts to the graph.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::graph::{
    Account, Authority, Grant, GrantId, Holders, Limits, Membership, Need, Node, NodeId, Place, ResourceId,
    UnknownId,
};
use super::member::{self, Member};
use super::principal::{Own, Principal, PrincipalKind, is_service_agent};
use super::right::{Right, Rights};
use super::unknown::{Ignored, IgnoredReason, Unknown, UnknownKind};
use crate::tenant::{
    Address, Domains, Gap, Group, GroupMember, GroupMemberKind, IamBinding, IamFacts, IamResource, IamRole,
    IamRoleState, PoolState, Reading, ResourcePolicy, ServiceAccounts,
};

/// The roles behind `projectOwner:`, `projectEditor:` and `projectViewer:`.
const BASIC_ROLES: [(&str, &str); 3] =
    [("projectOwner", "roles/owner"), ("projectEditor", "roles/editor"), ("projectViewer", "roles/viewer")];

pub(super) fn build<'a>(
    iam: &'a IamFacts,
    accounts: &'a Reading<ServiceAccounts>,
    domains: &Reading<Domains>,
    limits: Limits,
) -> Authority<'a> {
    let mut builder = Builder::new(iam, accounts, domains, limits);
    builder.add_accounts();
    builder.add_hierarchy();
    builder.add_grants();
    builder.add_members();
    builder.add_holders();
    builder.graph
}

struct Builder<'a> {
    iam: &'a IamFacts,
    listed: &'a Reading<ServiceAccounts>,
    own: Own,
    entries: HashMap<IamResource, &'a ResourcePolicy>,
    resource_ids: HashMap<IamResource, ResourceId>,
    roles: HashMap<&'a str, &'a IamRole>,
    groups: HashMap<String, &'a Group>,
    closed_pools: HashSet<&'a str>,
    graph: Authority<'a>,
}

impl<'a> Builder<'a> {
    fn new(
        iam: &'a IamFacts,
        listed: &'a Reading<ServiceAccounts>,
        domains: &Reading<Domains>,
        limits: Limits,
    ) -> Self {
        let policies = || iam.policies.known().into_iter().flat_map(|policies| &policies.0);
        let entries: HashMap<_, _> = policies().map(|entry| (comparable(&entry.resource), entry)).collect();
        let own = Own::new(
            domains,
            iam.organization.as_deref(),
            policies().map(|entry| (entry, organization_above(entry, &entries))),
            iam.policies.complete().is_ok(),
        );
        let roles = iam.roles.known().into_iter().flat_map(|roles| &roles.0);
        let groups = iam.groups.known().into_iter().flat_map(|groups| &groups.0);
        let pools = iam.pools.known().into_iter().flat_map(|pools| &pools.0);
        Self {
            iam,
            listed,
            own,
            entries,
            resource_ids: HashMap::new(),
            roles: roles.map(|role| (role.name.as_str(), role)).collect(),
            groups: groups
                .flat_map(|group| {
                    let addresses = std::iter::once(&group.email).chain(&group.aliases);
                    addresses.map(move |address| (Address::new(address).as_str().to_owned(), group))
                })
                .collect(),
            closed_pools: pools
                .filter(|pool| pool.state != PoolState::Active)
                .map(|pool| pool.name.as_str())
                .collect(),
            graph: Authority {
                limits,
                nodes: Vec::new(),
                node_ids: HashMap::new(),
                resources: Vec::new(),
                places: Vec::new(),
                grants: Vec::new(),
                accounts: Vec::new(),
                account_ids: HashMap::new(),
                holders: HashMap::new(),
                // In the order of `CUT_OFF` and `NOT_LISTED`.
                unknown: vec![
                    Unknown {
                        kind: UnknownKind::CutOff,
                        subject: String::new(),
                        message: format!("Cut off at {} hops: longer paths were not followed", limits.hops),
                        gap: None,
                    },
                    Unknown {
                        kind: UnknownKind::ServiceAccount,
                        subject: String::new(),
                        message:
                            "The account is in no project that was read: it was deleted, or is somebody \
                                  else's"
                                .to_owned(),
                        gap: listed.gap().cloned(),
                    },
                ],
                ignored: Vec::new(),
            },
        }
    }

    fn add_accounts(&mut self) {
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
            });
            self.graph.accounts[number].node = self.node(PrincipalKind::ServiceAccount, email);
        }
    }

    /// The resource's place; one that was not read gets one too, with what is unknown of it.
    fn resource(&mut self, resource: &IamResource) -> ResourceId {
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

    /// Every resource of an account's chain, and of the policies that were read.
    fn add_hierarchy(&mut self) {
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

    fn parent(&mut self, id: ResourceId, projects: &HashMap<String, &'a str>) -> Option<ResourceId> {
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
            let message = format!("What stands above {} was not read", resource.title());
            let unknown = self.unknown(UnknownKind::Parent, resource.title(), message, gap);
            self.graph.places[id].unknown.push(unknown);
        }
        parent.map(|parent| self.resource(&parent))
    }

    fn add_grants(&mut self) {
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
    fn note_role(&mut self, place: ResourceId, name: &str, role: Option<&IamRole>) {
        let on = self.graph.resources[place].title();
        match role.map_or(IamRoleState::Active, |role| role.state) {
            IamRoleState::Deleted => {
                let message = format!("{name} on {on} was deleted: it gives nothing unless it is undeleted");
                self.ignore(place, IgnoredReason::DeletedRole, name, message);
                return;
            }
            IamRoleState::Disabled => {
                let message = format!("{name} on {on} is disabled: it gives nothing until it is enabled");
                self.ignore(place, IgnoredReason::DisabledRole, name, message);
                return;
            }
            IamRoleState::Active => {}
        }
        let permissions = role.map(|role| &role.permissions);
        if permissions.is_none_or(|permissions| permissions.complete().is_err()) {
            let gap = permissions.and_then(Reading::gap).or_else(|| self.iam.roles.gap()).cloned();
            let message = format!("The permissions of {name}, bound on {on}, were not read");
            let unknown = self.unknown(UnknownKind::Role, name.to_owned(), message, gap);
            self.graph.places[place].unknown.push(unknown);
        }
    }

    fn add_binding(&mut self, place: ResourceId, binding: &'a IamBinding, role: Option<&'a IamRole>) {
        let state = role.map_or(IamRoleState::Active, |role| role.state);
        if state == IamRoleState::Deleted {
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

    /// A custom role's home that is not in the hierarchy: nothing above it is known.
    fn resource_late(&mut self, resource: &IamResource) -> ResourceId {
        let id = self.resource(resource);
        if self.graph.places[id].chain.is_empty() {
            self.graph.places[id].chain.push(id);
        }
        id
    }

    fn member(&mut self, place: ResourceId, binding: &IamBinding, text: &str) -> Option<NodeId> {
        let held = || format!("{text} holds {}", binding.role);
        match member::read(text) {
            Member::Deleted => {
                let message = format!("{}, but was deleted", held());
                self.ignore(place, IgnoredReason::DeletedMember, text, message);
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

    fn node(&mut self, kind: PrincipalKind, id: String) -> NodeId {
        if let Some(node) = self.graph.node_ids.get(&(kind, id.clone())) {
            return *node;
        }
        let account = if kind == PrincipalKind::ServiceAccount {
            self.graph.account_ids.get(&id).copied()
        } else {
            None
        };
        let mut unknown = Vec::new();
        if kind == PrincipalKind::ServiceAccount && account.is_none() && !is_service_agent(&id) {
            let message = format!("Who can act as {id} is unknown: it is in no project that was read");
            let gap = self.listed.gap().cloned();
            unknown.push(self.unknown(UnknownKind::ServiceAccount, id.clone(), message, gap));
        }
        let disabled = account.filter(|account| self.graph.accounts[*account].is_disabled);
        let ignored = disabled.map(|_| {
            self.graph.ignored.push(Ignored {
                reason: IgnoredReason::DisabledAccount,
                subject: id.clone(),
                message: format!("{id} is disabled: no path leads through it until it is enabled"),
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
    fn add_members(&mut self) {
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

    fn add_group(&mut self, node: NodeId) {
        let id = self.graph.nodes[node].principal.id.clone();
        let group = self.groups.get(&id).copied();
        let members = group.map(|group| &group.members);
        if members.is_none_or(|members| members.complete().is_err()) {
            let gap = members.and_then(Reading::gap).or_else(|| self.iam.groups.gap()).cloned();
            let message = format!("The members of {id} were not read completely");
            let unknown = self.unknown(UnknownKind::Group, id.clone(), message, gap);
            self.graph.nodes[node].unknown.push(unknown);
        }
        let members = members.and_then(Reading::known).map_or(&[][..], Vec::as_slice);
        if members.len() > self.graph.limits.group_members {
            let message = format!("{id} has {} members: its users are not listed one by one", members.len());
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
            if let Member::Principal(kind, id) = found {
                let member = self.node(kind, id);
                self.join(node, member, None);
            }
        }
    }

    /// Whether an inherited basic role counts is not documented; it is taken to.
    fn add_basic_role(&mut self, node: NodeId) {
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
    fn add_account_set(&mut self, node: NodeId) {
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
            let message = format!("Not every service account of {id} is known");
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

    fn join(&mut self, group: NodeId, member: NodeId, grant: Option<GrantId>) {
        if group != member {
            self.graph.nodes[group].members.push(Membership { member, grant });
            self.graph.nodes[member].containers.push(group);
        }
    }

    /// Who can run things in each project, and who can edit the custom roles of each home.
    fn add_holders(&mut self) {
        let projects = self.graph.accounts.iter().filter_map(|account| account.project);
        let homes = self.graph.grants.iter().filter_map(|grant| grant.home);
        let needs: HashSet<Need> = projects
            .map(|at| Need { right: Right::Run, at })
            .chain(homes.map(|at| Need { right: Right::UpdateRole, at }))
            .collect();
        for need in needs {
            let holders = self.holders(need);
            self.graph.holders.insert(need, holders);
        }
    }

    fn holders(&self, need: Need) -> Holders {
        let graph = &self.graph;
        let mut holders = Holders::default();
        for place in graph.places[need.at].chain.iter().map(|id| &graph.places[*id]) {
            holders.unknown.extend(&place.unknown);
            for id in place.grants.iter().copied().filter(|id| graph.grants[*id].rights.has(need.right)) {
                let grant = &graph.grants[id];
                let known = holders.grants.entry(grant.member).or_insert(id);
                // An unconditional grant is worth more than a conditional one.
                if graph.grants[*known].condition.is_some() && grant.condition.is_none() {
                    *known = id;
                }
            }
        }
        let mut below: Vec<NodeId> = holders.grants.keys().copied().collect();
        let mut seen: HashSet<NodeId> = below.iter().copied().collect();
        while let Some(node) = below.pop() {
            let node = &graph.nodes[node];
            if node.principal.kind != PrincipalKind::ServiceAccount {
                holders.unknown.extend(node.unknown.iter().filter(|id| {
                    // The users of a large group are known: whether they can run things is, too.
                    graph.unknown[**id].kind != UnknownKind::LargeGroup
                }));
            }
            below.extend(node.members.iter().map(|member| member.member).filter(|id| seen.insert(*id)));
        }
        holders.unknown.sort_unstable();
        holders.unknown.dedup();
        holders
    }

    fn unknown(
        &mut self,
        kind: UnknownKind,
        subject: String,
        message: String,
        gap: Option<Gap>,
    ) -> UnknownId {
        self.graph.unknown.push(Unknown { kind, subject, message, gap });
        self.graph.unknown.len() - 1
    }

    fn ignore(&mut self, place: ResourceId, reason: IgnoredReason, subject: &str, message: String) {
        self.graph.ignored.push(Ignored { reason, subject: subject.to_owned(), message });
        self.graph.places[place].ignored.push(self.graph.ignored.len() - 1);
    }
}

/// Addresses of service accounts compare without case.
fn comparable(resource: &IamResource) -> IamResource {
    match resource {
        IamResource::ServiceAccount(email) => {
            IamResource::ServiceAccount(Address::new(email).as_str().to_owned())
        }
        other => other.clone(),
    }
}

/// The number of the organization at the top, if the way there was read.
fn organization_above<'a>(
    entry: &'a ResourcePolicy,
    entries: &HashMap<IamResource, &'a ResourcePolicy>,
) -> Option<&'a str> {
    let mut at = entry;
    // A hierarchy is at most ten folders deep; a circle must end, too.
    for _ in 0..32 {
        match at.parent.known()?.as_ref()? {
            IamResource::Organization(number) => return Some(number),
            above => at = entries.get(above)?,
        }
    }
    None
}
