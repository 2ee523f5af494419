//! What each part costs: as whom it is read, with which scope, by which role.

use std::collections::BTreeSet;

use strum::IntoStaticStr;

use crate::google::{Api, admin1_directory, gmail1, iam1, reports1};
use crate::tenant::Part;

/// What it takes to search an organization for service accounts.
pub(crate) const SEARCH_ROLE: &str = "IAM permission cloudasset.assets.searchAllResources on the organization, as in \
                               roles/cloudasset.viewer; the Cloud Asset API, enabled";

/// As whom a part is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Identity {
    /// The configured admin, by delegation.
    Admin,
    /// Each user, by delegation.
    Mailbox,
    /// The service account itself, without a subject.
    Account,
    /// A local file.
    File,
}

impl Identity {
    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// What a part costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// As whom it is read.
    pub(crate) identity: Identity,
    /// With which scope; `None`: with a file, or with the probe's own questions.
    pub(crate) scope: Option<&'static str>,
    /// The right that the identity must hold besides.
    pub(crate) role: &'static str,
    /// What the scope allows beyond what the audit does with it.
    pub(crate) cost: &'static str,
}

impl Access {
    /// What a part costs.
    #[must_use]
    pub(crate) const fn of(part: Part) -> Self {
        match part {
            Part::Users => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::USER_SCOPE),
                role: "admin privileges Users > Read and Organizational units > Read",
                cost: "reads every user's profile; changes nothing",
            },
            Part::Domains => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::DOMAIN_SCOPE),
                role: "admin privilege Domain management",
                cost: "reads domains; changes nothing",
            },
            Part::AdminRoles => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::ROLE_SCOPE),
                role: "Super Admin",
                cost: "reads who holds which admin role; changes nothing",
            },
            Part::SendAs | Part::Imap => Self {
                identity: Identity::Mailbox,
                scope: Some(gmail1::SETTINGS_SCOPE),
                role: "none: the subject is the user",
                cost: "can also change filters, forwarding to known addresses, IMAP and POP; Google has no scope \
                       that only reads settings; cannot read mail",
            },
            Part::ServiceAccounts | Part::SaKeys => Self {
                identity: Identity::Account,
                scope: Some(iam1::CLOUD_SCOPE),
                role: "IAM permissions iam.serviceAccounts.list and iam.serviceAccountKeys.list on each project, as in \
                       roles/iam.securityReviewer; the Identity and Access Management (IAM) API, enabled",
                cost: "one token serves all APIs of the cloud, and only IAM would take less; what the account may do \
                       is what its IAM roles allow. Not delegated: it acts as itself",
            },
            Part::IamPolicies => Self::of_cloud(
                "IAM permissions iam.serviceAccounts.getIamPolicy, resourcemanager.projects.get, \
                 resourcemanager.projects.getIamPolicy, resourcemanager.folders.get, \
                 resourcemanager.folders.getIamPolicy and resourcemanager.organizations.getIamPolicy, as in \
                 roles/iam.securityReviewer on the organization; the Cloud Resource Manager API, enabled",
            ),
            Part::IamRoles => Self::of_cloud(
                "IAM permission iam.roles.get where custom roles are defined, as in roles/iam.securityReviewer",
            ),
            Part::WorkloadIdentityPools => Self::of_cloud(
                "IAM permissions iam.workloadIdentityPools.list and iam.workloadIdentityPoolProviders.list, as in \
                 roles/iam.securityReviewer",
            ),
            Part::ServiceAccountUse => Self::of_cloud(
                "IAM permissions policyanalyzer.serviceAccountLastAuthenticationActivities.query and \
                 policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query, as in \
                 roles/policyanalyzer.activityAnalysisViewer; the Policy Analyzer API, enabled",
            ),
            Part::Guardrails => Self::of_cloud(
                "IAM permission orgpolicy.policy.get, as in roles/orgpolicy.policyViewer on the organization; the \
                 Organization Policy API, enabled",
            ),
            Part::ClientCertificates => Self {
                identity: Identity::File,
                scope: None,
                role: "none: the certificates are public",
                cost: "nothing",
            },
            Part::Groups => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::GROUP_SCOPE),
                role: "admin privilege Groups > Read",
                cost: "reads groups and their members; changes nothing",
            },
            Part::AdminLog | Part::AccessEvaluationLog | Part::TokenLog => Self {
                identity: Identity::Admin,
                scope: Some(reports1::AUDIT_SCOPE),
                role: "admin privilege Reports",
                cost: "reads the audit logs of half a year: who did what, with addresses; changes nothing",
            },
            Part::ConsoleGrants => Self {
                identity: Identity::File,
                scope: None,
                role: "a super admin exports or copies the list",
                cost: "a file",
            },
            Part::OtherProbes => Self {
                identity: Identity::Account,
                scope: Some(iam1::CLOUD_SCOPE),
                role: "IAM permission iam.serviceAccounts.signJwt on each account that shall be asked, as in \
                       roles/iam.serviceAccountTokenCreator; the IAM Service Account Credentials API, enabled",
                cost: "as for service accounts: what it may do is what its IAM roles allow",
            },
            Part::ProbeGrants => Self {
                identity: Identity::Admin,
                scope: None,
                role: "none",
                cost: "asks the token endpoint for one scope at a time of the scope-risk table and drops the tokens unused",
            },
        }
    }
}

impl Access {
    /// The right that one API takes to be asked for a part; most parts are read from one.
    #[must_use]
    pub(super) const fn role_at(part: Part, api: Api) -> &'static str {
        match api {
            Api::CloudAsset => SEARCH_ROLE,
            _ => Self::of(part).role,
        }
    }

    /// A read as the service account itself.
    const fn of_cloud(role: &'static str) -> Self {
        Self {
            identity: Identity::Account,
            scope: Some(iam1::CLOUD_SCOPE),
            role,
            cost: "as for service accounts: what it may do is what its IAM roles allow",
        }
    }
}

/// The scopes that an identity asks for, for these parts.
#[must_use]
pub(crate) fn scopes(identity: Identity, parts: &BTreeSet<Part>) -> Vec<&'static str> {
    let mut scopes: Vec<_> = parts
        .iter()
        .map(|part| Access::of(*part))
        .filter(|access| access.identity == identity)
        .filter_map(|access| access.scope)
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}
