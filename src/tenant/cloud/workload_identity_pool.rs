//! Workload identity pools: where identities from outside Google come in.

use serde::{Deserialize, Serialize};

use crate::tenant::Reading;

/// Whether a pool lets anyone in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PoolState {
    Active,
    /// Its tokens are neither issued nor accepted until it is enabled.
    Disabled,
    /// As disabled, and gone for good after some weeks.
    Deleted,
}

/// Who vouches for identities of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WorkloadIdentityProvider {
    /// The last segment of its name.
    pub(crate) id: String,
    /// The address of an OpenID issuer, or the AWS account; empty for other kinds.
    pub(crate) issuer: String,
    /// Whether an attribute condition restricts whom it lets in.
    pub(crate) has_condition: bool,
    /// Whether it lets anyone in: it is neither disabled nor deleted.
    pub(crate) is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WorkloadIdentityPool {
    /// `projects/<number>/locations/global/workloadIdentityPools/<id>`.
    pub(crate) name: String,
    /// Whether it lets anyone in.
    pub(crate) state: PoolState,
    /// Who vouches for its identities.
    pub(crate) providers: Reading<Vec<WorkloadIdentityProvider>>,
}

/// The pools that policies name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct WorkloadIdentityPools(pub(crate) Vec<WorkloadIdentityPool>);
