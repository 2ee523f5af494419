//! The search: from the account outwards, nearest first, so that the first path found is the shortest.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

use super::accounts::{AccountPaths, AccountState};
use super::graph::{
    AccountId, Authority, CUT_OFF, Grant, GrantId, IgnoredId, Need, NodeId, ResourceId, UnknownId,
};
use super::path::{Also, Grade, Hop, Obstacle, Path};
use super::principal::PrincipalKind;
use super::reach::Held;
use super::right::Right;
use crate::tenant::IamResource;

/// Where the search stands: a principal, and what its way to the account is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    node: NodeId,
    grade: Grade,
    /// Whether its next step is a method of the IAM Credentials API, which a delegate can be named for.
    credentials: bool,
    conditional: bool,
    /// What the principal must hold besides for its next right; not met yet.
    need: Option<Need>,
}

/// In one word, since most of the time goes into it; needs are few.
impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let flags = [self.credentials, self.conditional, self.need.is_some()];
        let flags = flags.into_iter().fold(self.grade as usize, |bits, flag| bits << 1 | usize::from(flag));
        hasher.write_usize(self.node << 5 | flags);
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Uses a right on an account.
    Right { grant: GrantId, right: Right, on: AccountId },
    /// Counts as the principal of the next record.
    Member { grant: Option<GrantId> },
}

/// A principal that was reached, with its next step.
#[derive(Debug)]
struct Record {
    state: State,
    step: Step,
    /// The next record on the way to the account; none if it is reached.
    next: Option<usize>,
    hops: usize,
    /// What meets the need of the next right, from here on outwards.
    also: Option<Held>,
}

/// Those who share a place's grants in the same state need not be asked twice.
type Asked = (ResourceId, Option<ResourceId>, Grade, bool, bool);

pub(super) struct Search<'s, 'a> {
    graph: &'s Authority<'a>,
    target: AccountId,
    records: Vec<Record>,
    seen: HashSet<State>,
    asked: HashSet<Asked>,
    unknown: BTreeSet<UnknownId>,
    ignored: BTreeSet<IgnoredId>,
}

impl<'s, 'a> Search<'s, 'a> {
    pub(super) fn new(graph: &'s Authority<'a>, target: AccountId) -> Self {
        Self {
            graph,
            target,
            records: Vec::new(),
            seen: HashSet::new(),
            asked: HashSet::new(),
            unknown: BTreeSet::new(),
            ignored: BTreeSet::new(),
        }
    }

    pub(super) fn run(mut self) -> AccountPaths<'s> {
        self.start();
        let mut next = 0;
        while next < self.records.len() {
            self.expand(next);
            next += 1;
        }
        let account = &self.graph.accounts[self.target];
        let state = if account.is_disabled { AccountState::Disabled } else { AccountState::Enabled };
        AccountPaths {
            account: account.email,
            state,
            paths: self.paths(),
            unknown: self.unknown.iter().map(|id| &self.graph.unknown[*id]).collect(),
            ignored: self.ignored.iter().map(|id| &self.graph.ignored[*id]).collect(),
        }
    }

    /// Who makes a key for the account, signs as it, or can give itself the right to.
    fn start(&mut self) {
        let on = self.target;
        let account = &self.graph.accounts[on];
        for &place in &self.graph.places[account.resource].chain {
            self.note_place(place);
            for &id in &self.graph.places[place].grants {
                let grant = &self.graph.grants[id];
                let direct = |credentials| State {
                    node: grant.member,
                    grade: Grade::Direct,
                    credentials,
                    conditional: grant.condition.is_some(),
                    need: None,
                };
                if let Some(right) = grant.rights.first_of(&Right::KEY) {
                    let makes_key = direct(false);
                    let conditional = makes_key.conditional || account.forbids_keys;
                    self.push(State { conditional, ..makes_key }, Step::Right { grant: id, right, on }, None);
                }
                if let Some(right) = grant.rights.first_of(&Right::SIGN) {
                    self.push(direct(true), Step::Right { grant: id, right, on }, None);
                }
                self.push_admin(id, on, false, None);
            }
        }
    }

    fn expand(&mut self, at: usize) {
        let state = self.records[at].state;
        let node = &self.graph.nodes[state.node];
        self.unknown.extend(&node.unknown);
        for membership in &node.members {
            let member = &self.graph.nodes[membership.member];
            if node.is_large && member.principal.kind == PrincipalKind::User && state.need.is_none() {
                continue;
            }
            let is_conditional =
                membership.grant.is_some_and(|grant| self.graph.grants[grant].condition.is_some());
            let state =
                State { node: membership.member, conditional: state.conditional || is_conditional, ..state };
            self.push(state, Step::Member { grant: membership.grant }, Some(at));
        }
        match (state.need, node.account) {
            (Some(need), _) if is_broad(node.principal.kind) => self.expand_broad(at, need),
            (None, Some(account)) => self.expand_account(at, account),
            _ => {}
        }
    }

    /// Of everyone in a domain, a pool or the world, those who are known to meet the need.
    fn expand_broad(&mut self, at: usize, need: Need) {
        let state = self.records[at].state;
        for node in 0..self.graph.nodes.len() {
            if self.graph.nodes[node].implied.contains(&state.node) && self.graph.held(need, node).is_some() {
                self.push(State { node, ..state }, Step::Member { grant: None }, Some(at));
            }
        }
    }

    /// Who can become an account that is on the way, or name it as a delegate.
    fn expand_account(&mut self, at: usize, on: AccountId) {
        let state = self.records[at].state;
        let account = &self.graph.accounts[on];
        for &place in &self.graph.places[account.resource].chain {
            let asked = (place, account.project, state.grade, state.credentials, state.conditional);
            if place != account.resource && !self.asked.insert(asked) {
                continue;
            }
            self.note_place(place);
            for &id in &self.graph.places[place].grants {
                let grant = &self.graph.grants[id];
                // An account is itself already; only as a delegate it has to ask for its own token.
                if grant.member == state.node {
                    if !state.credentials {
                        self.push_become(id, on, at);
                    }
                    continue;
                }
                self.push_become(id, on, at);
                self.push_admin(id, on, state.conditional, Some(at));
            }
        }
    }

    fn push_become(&mut self, id: GrantId, on: AccountId, at: usize) {
        let state = self.records[at].state;
        let grant = &self.graph.grants[id];
        let account = &self.graph.accounts[on];
        // Whoever signs as the account itself, or makes a key of it, need not become it first.
        if on == self.target && grant.rights.first_of(&Right::SIGN).is_some() {
            return;
        }
        let way = |right, credentials| {
            (
                right,
                State {
                    node: grant.member,
                    grade: state.grade.max(Grade::Indirect),
                    credentials,
                    conditional: state.conditional || grant.condition.is_some(),
                    need: None,
                },
            )
        };
        let becomes = grant.rights.first_of(&Right::BECOME).map(|right| way(right, true));
        let delegates = (grant.rights.has(Right::ImplicitDelegation) && state.credentials)
            .then(|| way(Right::ImplicitDelegation, true));
        let makes_key = grant.rights.first_of(&Right::KEY).filter(|_| on != self.target).map(|right| {
            let (right, state) = way(right, false);
            (right, State { conditional: state.conditional || account.forbids_keys, ..state })
        });
        let runs = account.project.filter(|_| grant.rights.has(Right::ActAs)).map(|at| {
            let (right, state) = way(Right::ActAs, false);
            (right, State { need: Some(Need { right: Right::Run, at }), ..state })
        });
        // The first that nothing stands in the way of is enough.
        for (right, state) in [becomes, delegates, makes_key, runs].into_iter().flatten() {
            self.push(state, Step::Right { grant: id, right, on }, Some(at));
            if !(account.forbids_keys && Right::KEY.contains(&right)) {
                break;
            }
        }
    }

    fn push_admin(&mut self, id: GrantId, on: AccountId, conditional: bool, next: Option<usize>) {
        let grant = &self.graph.grants[id];
        let state = |need| State {
            node: grant.member,
            grade: Grade::Admin,
            credentials: false,
            conditional: conditional || grant.condition.is_some(),
            need,
        };
        if let Some(right) = self.admin_right(grant, on) {
            self.push(state(None), Step::Right { grant: id, right, on }, next);
        }
        if let Some(at) = grant.home {
            let need = Need { right: Right::UpdateRole, at };
            self.push(state(Some(need)), Step::Right { grant: id, right: Right::UpdateRole, on }, next);
        }
    }

    /// The right to change a policy that the account inherits: a folder's only if there is one above it.
    fn admin_right(&self, grant: &Grant, on: AccountId) -> Option<Right> {
        let chain = &self.graph.places[self.graph.accounts[on].resource].chain;
        let has_folder =
            || chain.iter().any(|id| matches!(self.graph.resources[*id], IamResource::Folder(_)));
        Right::ADMIN
            .into_iter()
            .filter(|right| *right != Right::SetFolderPolicy || has_folder())
            .find(|right| grant.rights.has(*right))
    }

    fn note_place(&mut self, place: ResourceId) {
        self.unknown.extend(&self.graph.places[place].unknown);
        self.ignored.extend(&self.graph.places[place].ignored);
    }

    fn push(&mut self, state: State, step: Step, next: Option<usize>) {
        if let Some(ignored) = self.graph.nodes[state.node].ignored {
            // The account itself may be disabled: its paths are told all the same.
            if state.node != self.graph.accounts[self.target].node {
                self.ignored.insert(ignored);
                return;
            }
        }
        let Some(need) = state.need else { return self.record(state, step, next, None) };
        self.unknown.extend(self.graph.holders.get(&need).into_iter().flat_map(|holders| &holders.unknown));
        let held = self.graph.held(need, state.node);
        let is_conditional = held.as_ref().is_some_and(|held| held.is_conditional);
        let is_met = held.is_some() && !is_conditional;
        // What it runs may be elsewhere, or run already: a role is edited where it is, or not at all.
        if held.is_some() || need.right == Right::Run {
            let conditional = state.conditional || is_conditional || held.is_none();
            self.record(State { need: None, conditional, ..state }, step, next, held);
        }
        // Some member may meet the need where the group does not.
        let node = &self.graph.nodes[state.node];
        if !is_met && (is_broad(node.principal.kind) || !node.members.is_empty() || !node.unknown.is_empty())
        {
            self.record(state, step, next, None);
        }
    }

    fn record(&mut self, state: State, step: Step, next: Option<usize>, also: Option<Held>) {
        if self.seen.contains(&state) || self.returns(state, next) {
            return;
        }
        let hops = next.map_or(1, |next| self.records[next].hops + 1);
        if hops > self.graph.limits.hops {
            self.unknown.insert(CUT_OFF);
            return;
        }
        self.seen.insert(state);
        self.records.push(Record { state, step, next, hops, also });
    }

    /// Whether the principal is on the way already, and so has a better path.
    fn returns(&self, state: State, mut next: Option<usize>) -> bool {
        while let Some(record) = next.map(|next| &self.records[next]) {
            let is_same = record.state.node == state.node && record.state.need == state.need;
            if is_same && (record.state.credentials || !state.credentials) {
                return true;
            }
            next = record.next;
        }
        false
    }

    /// Of each principal, grade and kind of direct path: the shortest, and a shorter one under a condition.
    fn paths(&self) -> Vec<Path<'s>> {
        let mut best: BTreeMap<(NodeId, Grade, bool), [Option<usize>; 2]> = BTreeMap::new();
        for (at, Record { state, .. }) in self.records.iter().enumerate() {
            if state.need.is_none() && state.node != self.graph.accounts[self.target].node {
                let signs = state.grade == Grade::Direct && state.credentials;
                let known = best.entry((state.node, state.grade, signs)).or_default();
                known[usize::from(state.conditional)].get_or_insert(at);
            }
        }
        let mut paths: Vec<Path<'s>> = Vec::with_capacity(best.len());
        for [always, sometimes] in best.into_values() {
            let hops = |at: usize| self.records[at].hops;
            let shorter = sometimes.filter(|at| always.is_none_or(|always| hops(*at) < hops(always)));
            paths.extend(always.into_iter().chain(shorter).map(|at| self.path(at)));
        }
        paths.sort_by(|a, b| {
            let key = |path: &Path<'s>| {
                (path.grade, path.hops.len(), path.conditional, path.principal, path.edge())
            };
            key(a).cmp(&key(b))
        });
        paths
    }

    fn obstacle(&self, right: Right, on: AccountId, can_run: bool) -> Option<Obstacle> {
        match right {
            Right::CreateKey | Right::UploadKey if self.graph.accounts[on].forbids_keys => {
                Some(Obstacle::KeysForbidden)
            }
            Right::ActAs if !can_run => Some(Obstacle::NothingToRun),
            _ => None,
        }
    }

    fn path(&self, first: usize) -> Path<'s> {
        let graph = self.graph;
        let principal = |node: NodeId| &graph.nodes[node].principal;
        let mut hops = Vec::with_capacity(self.records[first].hops);
        let mut also = None;
        let mut at = Some(first);
        while let Some(record) = at.map(|at| &self.records[at]) {
            also = record.also.as_ref().or(also);
            hops.push(match (record.step, record.next) {
                (Step::Member { grant }, Some(next)) => Hop::Member {
                    member: principal(record.state.node),
                    group: principal(self.records[next].state.node),
                    binding: grant.map(|grant| graph.binding(grant)),
                },
                (Step::Right { grant, right, on }, _) => Hop::Right {
                    obstacle: self.obstacle(right, on, also.is_some()),
                    holder: principal(record.state.node),
                    right,
                    binding: graph.binding(grant),
                    also: also.take().map(|held| Also {
                        permission: graph.grants[held.grant]
                            .run
                            .filter(|_| right == Right::ActAs)
                            .unwrap_or(Right::UpdateRole.permission()),
                        binding: graph.binding(held.grant),
                        through: held.through.iter().map(|node| principal(*node)).collect(),
                        memberships: held.memberships.iter().map(|grant| graph.binding(*grant)).collect(),
                    }),
                    account: graph.accounts[on].email,
                },
                // A membership always has a next record.
                (Step::Member { .. }, None) => break,
            });
            at = record.next;
        }
        Path {
            principal: principal(self.records[first].state.node),
            account: graph.accounts[self.target].email,
            grade: self.records[first].state.grade,
            conditional: self.records[first].state.conditional,
            hops,
        }
    }
}

/// Whether others count as it who are not listed.
const fn is_broad(kind: PrincipalKind) -> bool {
    matches!(
        kind,
        PrincipalKind::Domain
            | PrincipalKind::Tenant
            | PrincipalKind::WholePool
            | PrincipalKind::AnyoneSignedIn
            | PrincipalKind::Anyone
    )
}
