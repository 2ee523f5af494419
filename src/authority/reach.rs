//! Whether a principal meets a need, by itself or through a group.

use std::collections::HashSet;

use super::graph::{Authority, GrantId, Need, Node, NodeId};
use super::principal::{PrincipalKind, Side};

/// By what a principal meets a need.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) grant: GrantId,
    /// The groups in between, outermost last.
    pub(super) through: Vec<NodeId>,
    /// The basic roles that make members of those.
    pub(super) memberships: Vec<GrantId>,
    /// Whether the grant, or such a role, applies only under a condition.
    pub(super) is_conditional: bool,
}

/// A step from a principal outwards.
#[derive(Clone, Copy)]
struct Way {
    node: NodeId,
    is_conditional: bool,
    /// The basic role that makes the one below a member.
    membership: Option<GrantId>,
    below: Option<usize>,
}

impl Authority<'_> {
    /// The nearest unconditional way to meet the need; else the nearest conditional one.
    pub(super) fn held(&self, need: Need, principal: NodeId) -> Option<Held> {
        let holders = &self.holders.get(&need)?.grants;
        let mut ways = vec![Way { node: principal, is_conditional: false, membership: None, below: None }];
        let mut seen = HashSet::from([(principal, false)]);
        let mut conditional = None;
        let mut at = 0;
        while let Some(&way) = ways.get(at) {
            if let Some(&grant) = holders.get(&way.node) {
                let held = through(&ways, at, grant, way.is_conditional || self.is_conditional(grant));
                if !held.is_conditional {
                    return Some(held);
                }
                conditional = conditional.or(Some(held));
            }
            let Node { containers, implied, .. } = &self.nodes[way.node];
            let listed = containers.iter().map(|&above| (above, self.membership(way.node, above)));
            let above = listed.chain(implied.iter().map(|&above| (above, None)));
            for (node, membership) in above {
                let is_conditional =
                    way.is_conditional || membership.is_some_and(|grant| self.is_conditional(grant));
                if !seen.contains(&(node, false)) && seen.insert((node, is_conditional)) {
                    ways.push(Way { node, is_conditional, membership, below: Some(at) });
                }
            }
            at += 1;
        }
        conditional
    }

    fn is_conditional(&self, grant: GrantId) -> bool {
        self.grants[grant].condition.is_some()
    }

    /// The basic role by which a member of a set is one, if it needs any; an unconditional one first.
    fn membership(&self, member: NodeId, set: NodeId) -> Option<GrantId> {
        let ways = self.nodes[set].members.iter().filter(|way| way.member == member);
        ways.map(|way| way.grant)
            .min_by_key(|grant| grant.is_some_and(|grant| self.is_conditional(grant)))
            .flatten()
    }

    /// The sets that a principal is in without being listed there.
    pub(super) fn implied(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<'_> {
        use PrincipalKind as Kind;
        let principal = &self.nodes[node].principal;
        let domain = match principal.kind {
            Kind::User => principal.id.rsplit_once('@').map(|(_, domain)| (Kind::Domain, domain.to_owned())),
            _ => None,
        };
        let tenant = (principal.kind == Kind::User && principal.side == Side::Inside)
            .then(|| (Kind::Tenant, "every user".to_owned()));
        let pool = match principal.kind {
            Kind::FederatedSubject => principal.id.split_once("/subject/").map(|(pool, _)| {
                (Kind::WholePool, format!("{}/*", pool.replacen("principal:", "principalSet:", 1)))
            }),
            _ => None,
        };
        let signed_in = matches!(
            principal.kind,
            Kind::User
                | Kind::Group
                | Kind::ServiceAccount
                | Kind::ServiceAccountSet
                | Kind::Domain
                | Kind::Tenant
        )
        .then(|| (Kind::AnyoneSignedIn, "allAuthenticatedUsers".to_owned()));
        let anyone = (principal.kind != Kind::Anyone).then(|| (Kind::Anyone, "allUsers".to_owned()));
        [domain, tenant, pool, signed_in, anyone]
            .into_iter()
            .flatten()
            .filter_map(|key| self.node_ids.get(&key).copied())
    }
}

fn through(ways: &[Way], mut at: usize, grant: GrantId, is_conditional: bool) -> Held {
    let (mut through, mut memberships) = (Vec::new(), Vec::new());
    while let Some(below) = ways[at].below {
        through.push(ways[at].node);
        memberships.extend(ways[at].membership);
        at = below;
    }
    through.reverse();
    Held { grant, through, memberships, is_conditional }
}
