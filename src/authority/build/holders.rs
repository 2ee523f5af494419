//! Who meets the second need of a hop.

use std::collections::HashSet;

use super::super::graph::{Holders, Need, NodeId};
use super::super::principal::PrincipalKind;
use super::super::right::Right;
use super::super::unknown::UnknownKind;
use super::Builder;

impl<'a> Builder<'a> {
    /// Who can run things in each project, and who can edit the custom roles of each home.
    pub(super) fn add_holders(&mut self) {
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

    pub(super) fn holders(&self, need: Need) -> Holders {
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
}
