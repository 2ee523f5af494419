//! What is kept of each tenant-wide part: the one list of parts and their types.

use std::marker::PhantomData;

use crate::delegation::{ClientProbe, GrantListing};
use crate::tenant::policies::{OrgUnits, TenantPolicies};
use crate::tenant::{
    AdminRoles, App, ClientCertificates, Domains, GmailSettingChange, Groups, Guardrails, IamPolicies,
    IamRoles, Part, ServiceAccountUse, ServiceAccounts, UserListing, WorkloadIdentityPools,
};

/// A part, and the type of the facts that are kept of it.
#[derive(Debug)]
pub(crate) struct PartKey<T> {
    part: Part,
    facts: PhantomData<fn() -> T>,
}

impl<T> PartKey<T> {
    const fn new(part: Part) -> Self {
        Self { part, facts: PhantomData }
    }

    #[must_use]
    pub(crate) const fn part(self) -> Part {
        self.part
    }
}

// Derived, they would ask the same of the facts.
impl<T> Clone for PartKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PartKey<T> {}

pub(crate) const USERS: PartKey<UserListing> = PartKey::new(Part::Users);
pub(crate) const DOMAINS: PartKey<Domains> = PartKey::new(Part::Domains);
pub(crate) const ADMIN_ROLES: PartKey<AdminRoles> = PartKey::new(Part::AdminRoles);
pub(crate) const SERVICE_ACCOUNTS: PartKey<ServiceAccounts> = PartKey::new(Part::ServiceAccounts);
pub(crate) const CONSOLE_GRANTS: PartKey<GrantListing> = PartKey::new(Part::ConsoleGrants);
pub(crate) const PROBE_GRANTS: PartKey<Vec<String>> = PartKey::new(Part::ProbeGrants);
pub(crate) const OTHER_PROBES: PartKey<Vec<ClientProbe>> = PartKey::new(Part::OtherProbes);
pub(crate) const ADMIN_LOG: PartKey<Vec<GmailSettingChange>> = PartKey::new(Part::AdminLog);
/// Uses of delegations are kept apart.
pub(crate) const ACCESS_EVALUATION_LOG: PartKey<()> = PartKey::new(Part::AccessEvaluationLog);
pub(crate) const TOKEN_LOG: PartKey<Vec<App>> = PartKey::new(Part::TokenLog);
pub(crate) const CLIENT_CERTIFICATES: PartKey<Vec<ClientCertificates>> =
    PartKey::new(Part::ClientCertificates);
pub(crate) const SERVICE_ACCOUNT_USE: PartKey<ServiceAccountUse> = PartKey::new(Part::ServiceAccountUse);
pub(crate) const GUARDRAILS: PartKey<Guardrails> = PartKey::new(Part::Guardrails);
pub(crate) const IAM_POLICIES: PartKey<IamPolicies> = PartKey::new(Part::IamPolicies);
pub(crate) const IAM_ROLES: PartKey<IamRoles> = PartKey::new(Part::IamRoles);
pub(crate) const GROUPS: PartKey<Groups> = PartKey::new(Part::Groups);
pub(crate) const WORKLOAD_IDENTITY_POOLS: PartKey<WorkloadIdentityPools> =
    PartKey::new(Part::WorkloadIdentityPools);
pub(crate) const ORG_UNITS: PartKey<OrgUnits> = PartKey::new(Part::OrgUnits);
pub(crate) const POLICIES: PartKey<TenantPolicies> = PartKey::new(Part::Policies);
