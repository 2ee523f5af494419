//! Facts about one tenant as Google tells them: users, mailboxes, service accounts, IAM, logs, and what is missing
//! of them. No I/O and no clock: everything here can be kept, replayed and compared.

mod cloud;
mod directory;
mod gap;
pub(crate) mod gmail;
mod input_file;
mod invisible;
mod logs;
mod part;
pub(crate) mod policies;
mod quoted;
mod sample;

pub(crate) use crate::causes::GapReason;
pub(crate) use cloud::{
    AuditLog, CLIENT_ID_SUFFIX, ClientCertificates, ForeignAccount, Guardrails, IamBinding, IamCondition,
    IamFacts, IamPolicies, IamPolicy, IamResource, IamRole, IamRoleState, IamRoles, PoolState,
    ProjectGuardrails, ProjectUse, PublicKey, ResourcePolicy, ServiceAccount, ServiceAccountKey,
    ServiceAccountLastUse, ServiceAccountUse, ServiceAccounts, SigningLogs, WorkloadIdentityPool,
    WorkloadIdentityPools, WorkloadIdentityProvider, bare_client, is_same_client, is_service_account_address,
};
pub(crate) use directory::{
    Address, AdminRole, AdminRoles, AssigneeType, Domain, DomainKind, Domains, Group, GroupMember,
    GroupMemberKind, Groups, HeldRoles, LastLogin, People, Person, RoleAssignment, TEST_DOMAIN_SUFFIX, User,
    UserListing,
};
pub(crate) use gap::{AdminEvents, Gap, GapClass};
pub(crate) use gmail::{
    ARCHIVED, GmailState, Mailbox, MailboxFact, MailboxPart, MailboxRead, MailboxSetting, PartStatus, SendAs,
    SendAsKind, SmtpMsa, without_request,
};
pub(crate) use input_file::{InputFile, Inputs, sha256_hex};
pub(crate) use invisible::is_invisible;
pub(crate) use logs::{App, Consent, GmailSettingChange, Period};
pub(crate) use part::{Part, PartGrain, Reading};
pub(crate) use quoted::{one_word, quoted, quoted_name};
pub(crate) use sample::Sample;
