//! Workload identity pools: where identities from outside Google come in.

use serde::{Deserialize, Serialize};

/// Whether a pool lets anyone in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolState {
    /// It does.
    Active,
    /// Its tokens are neither issued nor accepted until it is enabled.
    Disabled,
    /// As disabled, and gone for good after some weeks.
    Deleted,
}

/// A workload identity pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadIdentityPool {
    /// `projects/<number>/locations/global/workloadIdentityPools/<id>`.
    pub name: String,
    /// Whether it lets anyone in.
    pub state: PoolState,
}

/// The pools of the configured projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadIdentityPools(pub Vec<WorkloadIdentityPool>);
