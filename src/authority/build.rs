//! From facts to the graph.

mod grants;
mod hierarchy;
mod holders;
mod members;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::graph::{Authority, Facts, Limits, ResourceId, UnknownId};
use super::principal::Own;
use super::unknown::{Unknown, UnknownKind};
use crate::tenant::{
    Address, Gap, Group, IamFacts, IamResource, IamRole, PoolState, ProjectGuardrails, Reading,
    ResourcePolicy, ServiceAccounts,
};

/// The roles behind `projectOwner:`, `projectEditor:` and `projectViewer:`.
const BASIC_ROLES: [(&str, &str); 3] =
    [("projectOwner", "roles/owner"), ("projectEditor", "roles/editor"), ("projectViewer", "roles/viewer")];

pub(super) fn build(facts: Facts<'_>, limits: Limits) -> Authority<'_> {
    let mut builder = Builder::new(facts, limits);
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
    at: DateTime<Utc>,
    /// Projects where keys can neither be made nor uploaded.
    keyless: HashSet<&'a str>,
    own: Own,
    entries: HashMap<IamResource, &'a ResourcePolicy>,
    resource_ids: HashMap<IamResource, ResourceId>,
    roles: HashMap<&'a str, &'a IamRole>,
    groups: HashMap<String, &'a Group>,
    closed_pools: HashSet<&'a str>,
    graph: Authority<'a>,
}

impl<'a> Builder<'a> {
    fn new(facts: Facts<'a>, limits: Limits) -> Self {
        let Facts { iam, accounts: listed, domains, guardrails, at } = facts;
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
            at,
            keyless: guardrails
                .known()
                .into_iter()
                .flat_map(|guardrails| &guardrails.0)
                .filter(|project| forbids_keys(project))
                .map(|project| project.project.as_str())
                .collect(),
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
                        message: format!("Only paths of up to {} hops were followed", limits.hops),
                        gap: None,
                    },
                    Unknown {
                        kind: UnknownKind::ServiceAccount,
                        subject: String::new(),
                        message:
                            "The account is in no project that was read. It was deleted, or it belongs to \
                             somebody else"
                                .to_owned(),
                        gap: listed.gap().cloned(),
                    },
                ],
                ignored: Vec::new(),
            },
        }
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
}

/// Uploading a key needs no other permission than making one.
fn forbids_keys(project: &ProjectGuardrails) -> bool {
    let forbids = |guardrail: &Reading<bool>| matches!(guardrail, Reading::Complete(true));
    forbids(&project.forbids_key_creation) && forbids(&project.forbids_key_upload)
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
