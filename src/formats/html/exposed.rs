//! Which findings are about a way in that everybody or an outsider has: they come first.

use std::collections::HashMap;

use super::actions::is_way;
use crate::authority::TakeoverPrincipal;
use crate::findings::Finding;
use crate::snapshot::Snapshot;

/// How many have a way in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exposure {
    /// Somebody of the tenant, or nobody knows whose.
    #[default]
    Own,
    /// Somebody outside.
    Outside,
    /// Everybody at once.
    OpenToMany,
}

impl Exposure {
    /// What a reader is told; empty for the tenant's own.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Outside => "external",
            Self::OpenToMany => "public",
        }
    }
}

/// The subjects of findings about such ways in, as far as nobody agreed to them.
pub(super) struct Exposed(HashMap<String, Exposure>);

impl Exposed {
    pub(super) fn of(tenant: &Snapshot) -> Self {
        let mut worst: HashMap<String, Exposure> = HashMap::new();
        for takeover in &tenant.takeovers {
            let exposed = takeover.paths_of_others().filter(|path| path.is_exposed() && path.is_open());
            for path in exposed {
                let exposure = match path.kind {
                    TakeoverPrincipal::Open => Exposure::OpenToMany,
                    _ => Exposure::Outside,
                };
                let known = worst.entry(takeover.subject_id(path)).or_default();
                *known = exposure.max(*known);
            }
        }
        Self(worst)
    }

    pub(super) fn of_finding(&self, finding: &Finding) -> Exposure {
        self.0.get(&finding.subject.id).copied().filter(|_| is_way(finding)).unwrap_or_default()
    }

    pub(super) fn has(&self, finding: &Finding) -> bool {
        self.of_finding(finding) > Exposure::Own
    }
}
