//! Google Cloud: service accounts, IAM, and what projects forbid.

mod client_certificate;
mod client_id;
mod guardrails;
mod iam_facts;
mod iam_policy;
mod iam_resource;
mod iam_role;
mod service_account;
mod service_account_use;
mod workload_identity_pool;

pub(crate) use client_certificate::{
    ClientCertificates, ForeignAccount, PublicKey, is_service_account_address,
};
pub(crate) use client_id::{CLIENT_ID_SUFFIX, bare_client, is_same_client};
pub(crate) use guardrails::{Guardrails, ProjectGuardrails, SigningLogs};
pub(crate) use iam_facts::IamFacts;
pub(crate) use iam_policy::{AuditLog, IamBinding, IamCondition, IamPolicies, IamPolicy, ResourcePolicy};
pub(crate) use iam_resource::IamResource;
pub(crate) use iam_role::{IamRole, IamRoleState, IamRoles};
pub(crate) use service_account::{ServiceAccount, ServiceAccountKey, ServiceAccounts};
pub(crate) use service_account_use::{LastUse as ServiceAccountLastUse, ProjectUse, ServiceAccountUse};
pub(crate) use workload_identity_pool::{
    PoolState, WorkloadIdentityPool, WorkloadIdentityPools, WorkloadIdentityProvider,
};
