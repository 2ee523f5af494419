//! Principals, resources and grants, as the search walks them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::accounts::{AccountPaths, AccountState};
use super::build;
use super::member::{self, Member};
use super::path::Binding;
use super::principal::{Principal, PrincipalKind};
use super::right::{Right, Rights};
use super::search::Search;
use super::unknown::{Ignored, Unknown};
use crate::tenant::{
    Address, Domains, Guardrails, IamCondition, IamFacts, IamResource, Reading, ServiceAccounts,
};

/// What paths are found in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// Policies, roles, groups and pools.
    pub(crate) iam: &'a IamFacts,
    /// The service accounts.
    pub(crate) accounts: &'a Reading<ServiceAccounts>,
    /// The tenant's domains.
    pub(crate) domains: &'a Reading<Domains>,
    /// Whether projects forbid new keys.
    pub(crate) guardrails: &'a Reading<Guardrails>,
    /// As of when: bindings expire.
    pub(crate) at: DateTime<Utc>,
}

/// How far paths are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most hops of a path. What lies beyond is [`super::UnknownKind::CutOff`].
    pub(crate) hops: usize,
    /// Most members of a group for which each user has a path of its own. The service accounts and groups in a
    /// larger one are still followed, and it is [`super::UnknownKind::LargeGroup`].
    pub(crate) group_members: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hops: 8, group_members: 500 }
    }
}

pub(super) type NodeId = usize;
pub(super) type ResourceId = usize;
pub(super) type GrantId = usize;
pub(super) type AccountId = usize;
/// The place of an [`Unknown`].
pub(super) type UnknownId = usize;
/// The place of an [`Ignored`].
pub(super) type IgnoredId = usize;

/// The unknown that every search may meet.
pub(super) const CUT_OFF: UnknownId = 0;
/// What is unknown of an account that is not listed.
pub(super) const NOT_LISTED: UnknownId = 1;

/// A principal with those that count as it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) principal: Principal,
    pub(super) members: Vec<Membership>,
    /// The groups and sets that it is a member of.
    pub(super) containers: Vec<NodeId>,
    /// The sets that it is in without being listed there.
    pub(super) implied: Vec<NodeId>,
    /// More members than have a path of their own.
    pub(super) is_large: bool,
    /// If it is a listed service account.
    pub(super) account: Option<AccountId>,
    pub(super) unknown: Vec<UnknownId>,
    /// If it can do nothing now.
    pub(super) ignored: Option<IgnoredId>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) member: NodeId,
    /// The basic role that makes it one.
    pub(super) grant: Option<GrantId>,
}

/// A resource with what its own policy gives.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) grants: Vec<GrantId>,
    /// Itself, then what is above it.
    pub(super) chain: Vec<ResourceId>,
    pub(super) unknown: Vec<UnknownId>,
    pub(super) ignored: Vec<IgnoredId>,
}

/// One member's role on one resource.
#[derive(Debug)]
pub(super) struct Grant<'a> {
    pub(super) resource: ResourceId,
    pub(super) role: &'a str,
    pub(super) member: NodeId,
    pub(super) member_text: &'a str,
    pub(super) condition: Option<&'a IamCondition>,
    pub(super) rights: Rights,
    /// The permission behind [`Right::Run`].
    pub(super) run: Option<&'static str>,
    /// Where the role is defined, if it is a custom one.
    pub(super) home: Option<ResourceId>,
}

/// A listed service account.
#[derive(Debug)]
pub(super) struct Account<'a> {
    pub(super) email: &'a str,
    pub(super) node: NodeId,
    pub(super) resource: ResourceId,
    pub(super) project: Option<ResourceId>,
    pub(super) is_disabled: bool,
    /// Whether no new key of it can be made, nor uploaded.
    pub(super) forbids_keys: bool,
}

/// A right that a hop needs besides its own, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Need {
    pub(super) right: Right,
    pub(super) at: ResourceId,
}

/// Who meets a need.
#[derive(Debug, Default)]
pub(super) struct Holders {
    pub(super) grants: HashMap<NodeId, GrantId>,
    /// What may hide further ones.
    pub(super) unknown: Vec<UnknownId>,
}

/// Who can reach which service account, from facts that are kept.
#[derive(Debug)]
pub(crate) struct Authority<'a> {
    pub(super) limits: Limits,
    pub(super) nodes: Vec<Node>,
    pub(super) node_ids: HashMap<(PrincipalKind, String), NodeId>,
    pub(super) resources: Vec<IamResource>,
    pub(super) places: Vec<Place>,
    pub(super) grants: Vec<Grant<'a>>,
    pub(super) accounts: Vec<Account<'a>>,
    pub(super) account_ids: HashMap<String, AccountId>,
    pub(super) holders: HashMap<Need, Holders>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) ignored: Vec<Ignored>,
}

impl<'a> Authority<'a> {
    /// Prepares the search, once for all accounts.
    #[must_use]
    pub(crate) fn new(facts: Facts<'a>, limits: Limits) -> Self {
        build::build(facts, limits)
    }

    /// Whether a member of a binding is [one of Google's own accounts](Principal::is_service_agent).
    #[must_use]
    pub(crate) fn is_service_agent(&self, member: &str) -> bool {
        let Member::Principal(kind, id) = member::read(member) else { return false };
        let node = self.node_ids.get(&(kind, id)).and_then(|node| self.nodes.get(*node));
        node.is_some_and(|node| node.principal.is_service_agent())
    }

    /// Every path to a delegated token of the account with this address.
    #[must_use]
    pub(crate) fn paths_to<'s>(&'s self, email: &'s str) -> AccountPaths<'s> {
        match self.account_ids.get(Address::new(email).as_str()) {
            Some(&account) => Search::new(self, account).run(),
            None => AccountPaths {
                account: email,
                state: AccountState::NotListed,
                paths: Vec::new(),
                unknown: vec![&self.unknown[NOT_LISTED]],
                ignored: Vec::new(),
            },
        }
    }

    pub(super) fn binding(&self, grant: GrantId) -> Binding<'_> {
        let grant = &self.grants[grant];
        Binding {
            resource: &self.resources[grant.resource],
            role: grant.role,
            member: grant.member_text,
            condition: grant.condition,
        }
    }
}
