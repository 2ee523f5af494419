//! Who approved an access path: decided once, when a run is evaluated, and read back from its findings later.

use std::collections::BTreeMap;

use crate::authority::{Takeover, TakeoverEdge, TakeoverPath};
use crate::checks::subjects;
use crate::findings::{Finding, REGISTER, ReachedBy, SubjectKind};
use crate::policy::Register;

/// Where approvals of paths come from.
#[derive(Debug)]
pub(crate) enum Approvals<'r> {
    /// The register, for a run that is evaluated now.
    Register(Option<&'r Register>),
    /// The findings of a run that was evaluated.
    Findings(ApprovedPaths),
}

/// What the findings of a run say was approved.
#[derive(Debug, Default)]
pub(crate) struct ApprovedPaths {
    /// By subject, client, principal and edge: the custodian.
    paths: BTreeMap<(String, String, String, TakeoverEdge), String>,
    /// Ids of paths that earlier versions had a finding each for: what accepted it.
    former: BTreeMap<String, String>,
}

impl ApprovedPaths {
    pub(crate) fn add(&mut self, finding: &Finding) {
        if finding.subject.kind == SubjectKind::Path && finding.reach.is_empty() {
            let by_register = finding.exception_id.as_ref().filter(|id| id.starts_with(REGISTER));
            self.former.extend(by_register.map(|id| (finding.subject.id.clone(), id.clone())));
        }
        for reached in &finding.reach {
            if let (ReachedBy::Path { principal, edge }, Some(custodian)) =
                (&reached.by, &reached.accepted_by)
            {
                let key = (finding.subject.id.clone(), reached.client_id.clone(), principal.clone(), *edge);
                self.paths.insert(key, custodian.clone());
            }
        }
    }

    fn of(&self, takeover: &Takeover, path: &TakeoverPath) -> Option<&str> {
        let client_id = takeover.client_id.clone();
        let key = (takeover.subject_id(path), client_id, path.principal.clone(), path.edge);
        let former = || {
            let of_path = |edge: &str| {
                subjects::former_path(&takeover.client_id, &takeover.account, &path.principal, edge).id
            };
            self.former.get(&of_path(path.edge.as_str()))
        };
        self.paths.get(&key).or_else(former).map(String::as_str)
    }
}

impl Approvals<'_> {
    /// By whom a path is approved. What an account may do to itself needs no approval.
    pub(super) fn of(&self, takeover: &Takeover, path: &TakeoverPath) -> Option<String> {
        if takeover.is_own(path) {
            return None;
        }
        let approved = match self {
            Self::Register(register) => {
                register.and_then(|register| register.client(&takeover.client_id)?.custodian_of(path))
            }
            Self::Findings(approved) => approved.of(takeover, path),
        };
        approved.map(str::to_owned)
    }
}
