//! Who may do what with service accounts, as far as it was read.

use serde::{Deserialize, Serialize};

use crate::tenant::{
    Gap, GapClass, GapReason, Groups, IamPolicies, IamRoles, Part, Reading, WorkloadIdentityPools,
};

/// The facts from which paths to a service account are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct IamFacts {
    /// The number of the tenant's Cloud organization, if it is known and there is one.
    pub(crate) organization: Option<String>,
    /// Policies with the hierarchy.
    pub(crate) policies: Reading<IamPolicies>,
    /// Roles with their permissions.
    pub(crate) roles: Reading<IamRoles>,
    /// Groups with their members.
    pub(crate) groups: Reading<Groups>,
    pub(crate) pools: Reading<WorkloadIdentityPools>,
}

impl Default for IamFacts {
    /// Nothing was read.
    fn default() -> Self {
        let missing = |part: Part| Gap {
            part,
            class: GapClass::NotConfigured,
            reason: GapReason::NOT_CONFIGURED,
            message: format!("{}: no source is configured", part.title()),
            needed: String::new(),
            fix: String::new(),
            places: Box::default(),
        };
        Self {
            organization: None,
            policies: Reading::Missing(missing(Part::IamPolicies)),
            roles: Reading::Missing(missing(Part::IamRoles)),
            groups: Reading::Missing(missing(Part::Groups)),
            pools: Reading::Missing(missing(Part::WorkloadIdentityPools)),
        }
    }
}
