//! Facts about one tenant: users, mailboxes, domains, roles, service accounts, grants, and what is
//! missing of them. No I/O and no clock: everything here can be kept, replayed and compared.

mod address;
mod admin_role;
mod app;
mod client_certificate;
mod client_identity;
mod client_probe;
mod delegation;
mod disagreement;
mod domain;
mod facts;
mod gap;
mod grant;
mod group;
mod guardrails;
mod iam_facts;
mod iam_policy;
mod iam_resource;
mod iam_role;
mod input_file;
mod ledger;
mod mailbox;
mod part;
mod people;
mod policy;
mod register;
mod scope_risk;
mod service_account;
mod service_account_use;
mod takeover;
mod user;
mod workload_identity_pool;

pub use address::Address;
pub use admin_role::{AdminRole, AdminRoles, AssigneeType, HeldRoles, RoleAssignment};
pub use app::{App, Consent, GmailSettingChange};
pub use client_certificate::{ClientCertificates, ForeignAccount, PublicKey, is_service_account_address};
pub use client_identity::{ClientIdentity, IdentityIndex};
pub use client_probe::ClientProbe;
pub use delegation::{
    DelegationChange, DelegationEvent, GrantUse, LedgerSource, SeenGrant, SourceWindow, UseKey,
};
pub use disagreement::Disagreement;
pub use domain::{Domain, DomainKind, Domains, TEST_DOMAIN_SUFFIX};
pub use facts::{Period, Tenant, UserFacts};
pub use gap::{AdminEvents, Gap, GapClass};
pub use grant::{
    EndedGrant, Ending, Grant, Granted, Grants, LastUse, Provenance, Sighting, UnscopedClient, bare_client,
    is_app_name, is_same_client, scope_spelling,
};
pub use group::{Group, GroupMember, GroupMemberKind, Groups};
pub use guardrails::{Guardrails, ProjectGuardrails, SigningLogs};
pub use iam_facts::IamFacts;
pub use iam_policy::{AuditLog, IamBinding, IamCondition, IamPolicies, IamPolicy, ResourcePolicy};
pub use iam_resource::IamResource;
pub use iam_role::{IamRole, IamRoleState, IamRoles};
pub use input_file::{InputFile, Inputs, sha256_hex};
pub use ledger::{AddressBook, AddressHolder, AddressHolding, Ledger, Sight, UNKNOWN_CLIENT, UseTally};
pub use mailbox::{GmailState, Mailbox, MailboxFact, MailboxRead, SendAs, SendAsKind, SmtpMsa};
pub use part::{Part, PartGrain, Reading};
pub use people::{People, Person};
pub use policy::{DEFAULT_EVENT_DAYS, Policy, Profile};
pub use register::{Register, RegisterError, RegisteredClient, Ticket, draft as draft_register};
pub use scope_risk::{RiskClass, ScopeRisk, ScopeRiskTable, ScopeSeverity};
pub use service_account::{ServiceAccount, ServiceAccountKey, ServiceAccounts};
pub use service_account_use::{LastUse as ServiceAccountLastUse, ProjectUse, ServiceAccountUse};
pub use takeover::{
    AccessBinding, BroadBinding, Takeover, TakeoverCut, TakeoverEdge, TakeoverPath, TakeoverPrincipal,
};
pub use user::{LastLogin, User};
pub use workload_identity_pool::{
    PoolState, WorkloadIdentityPool, WorkloadIdentityPools, WorkloadIdentityProvider,
};
