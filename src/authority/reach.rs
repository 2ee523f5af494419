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
}

impl Authority<'_> {
    /// The nearest unconditional grant that meets the need; else the nearest conditional one.
    pub(super) fn held(&self, need: Need, principal: NodeId) -> Option<Held> {
        let holders = &self.holders.get(&need)?.grants;
        let mut ways = vec![(principal, usize::MAX)];
        let mut seen = HashSet::from([principal]);
        let mut conditional = None;
        let mut at = 0;
        while let Some(&(node, _)) = ways.get(at) {
            if let Some(&grant) = holders.get(&node) {
                let held = || Held { grant, through: through(&ways, at) };
                if self.grants[grant].condition.is_none() {
                    return Some(held());
                }
                conditional = conditional.or_else(|| Some(held()));
            }
            let Node { containers, implied, .. } = &self.nodes[node];
            let above = containers.iter().chain(implied).copied();
            ways.extend(above.filter(|above| seen.insert(*above)).map(|above| (above, at)));
            at += 1;
        }
        conditional
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

fn through(ways: &[(NodeId, usize)], mut at: usize) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    while let Some(&(node, below)) = ways.get(at).filter(|(_, below)| *below != usize::MAX) {
        nodes.push(node);
        at = below;
    }
    nodes.reverse();
    nodes
}
