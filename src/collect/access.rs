//! What each part needs: an identity, a scope and a role.

use std::collections::BTreeSet;

use strum::IntoStaticStr;

use crate::google::{Api, admin1_directory, cloudidentity1, gmail1, iam1, reports1};
use crate::tenant::Part;

/// The right to search an organization for service accounts.
pub(crate) const SEARCH_ROLE: &str = "IAM permission cloudasset.assets.searchAllResources on the organization (in \
                               roles/cloudasset.viewer); Cloud Asset API enabled";

/// The roles of `docs/setup.md`, each with the permissions that no smaller one of them has, by what their names begin
/// with: the first that fits decides. What is in each: its file in iann0036/iam-dataset (`gcp/roles`). Google also
/// writes pools as `iam.googleapis.com/workloadIdentityPools.get`.
const CLOUD_ROLES: [(&str, &[&str]); 8] = [
    ("roles/iam.serviceAccountTokenCreator", &["iam.serviceAccounts.signJwt"]),
    (
        "roles/iam.workloadIdentityPoolViewer",
        &[
            "iam.workloadIdentityPoolProviders.get",
            "iam.workloadIdentityPools.get",
            "iam.googleapis.com/workloadIdentityPoolProviders.get",
            "iam.googleapis.com/workloadIdentityPools.get",
        ],
    ),
    ("roles/iam.serviceAccountViewer", &["iam.serviceAccountKeys.", "iam.serviceAccounts."]),
    ("roles/cloudasset.viewer", &["cloudasset."]),
    ("roles/policyanalyzer.activityAnalysisViewer", &["policyanalyzer."]),
    ("roles/orgpolicy.policyViewer", &["orgpolicy."]),
    (
        "roles/iam.securityReviewer",
        &[
            "iam.",
            "resourcemanager.folders.getIamPolicy",
            "resourcemanager.organizations.getIamPolicy",
            "resourcemanager.projects.getIamPolicy",
        ],
    ),
    ("roles/browser", &["resourcemanager."]),
];

/// The smallest role of the set-up that has a permission.
fn role_with(permission: &str) -> Option<&'static str> {
    let begins = |begins: &&str| permission.starts_with(*begins);
    CLOUD_ROLES.into_iter().find(|(_, permissions)| permissions.iter().any(begins)).map(|(role, _)| role)
}

/// The roles that a right names.
pub(crate) fn roles_in(needed: &str) -> impl Iterator<Item = &'static str> {
    CLOUD_ROLES.into_iter().map(|(role, _)| role).filter(move |role| needed.contains(role))
}

/// The identity that reads a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Identity {
    /// The configured admin, through delegation.
    Admin,
    /// The configured admin, through delegation, with a token for this alone: a super admin.
    SuperAdmin,
    /// Each user, through delegation.
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

/// The right that an identity needs in addition to the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Needed(&'static str),
    /// None, and why, where that is not clear.
    NotNeeded(&'static str),
}

impl Role {
    /// The right, if one is needed.
    #[must_use]
    pub(crate) const fn needed(self) -> Option<&'static str> {
        match self {
            Self::Needed(role) => Some(role),
            Self::NotNeeded(_) => None,
        }
    }

    /// For the list of scopes.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Needed(text) | Self::NotNeeded(text) => text,
        }
    }
}

/// What a part needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) identity: Identity,
    /// `None` for a file, and for the probe, which requests one scope at a time.
    pub(crate) scope: Option<&'static str>,
    pub(crate) role: Role,
    /// What the scope allows.
    pub(crate) cost: &'static str,
}

impl Access {
    /// What a part needs.
    #[must_use]
    pub(crate) const fn of(part: Part) -> Self {
        match part {
            Part::Users => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::USER_SCOPE),
                role: Role::Needed("admin privileges Users > Read and Organizational units > Read"),
                cost: "reading every user's profile; no changes",
            },
            Part::Domains => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::DOMAIN_SCOPE),
                role: Role::Needed("admin privilege Domain management"),
                cost: "reading domains; no changes",
            },
            Part::AdminRoles => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::ROLE_SCOPE),
                role: Role::Needed("Super Admin"),
                cost: "reading admin roles and who holds them; no changes",
            },
            Part::OrgUnits => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::ORG_UNIT_SCOPE),
                role: Role::Needed("admin privilege Organizational units > Read"),
                cost: "reading organizational units; no changes",
            },
            Part::Policies => Self {
                identity: Identity::SuperAdmin,
                scope: Some(cloudidentity1::POLICY_SCOPE),
                role: Role::Needed("Super Admin; Cloud Identity API enabled"),
                cost: "reading every setting of the Admin console that the Policy API has; no changes. Google \
                       answers about 30 requests a minute for each project",
            },
            Part::Mailbox(_) => Self {
                identity: Identity::Mailbox,
                scope: Some(gmail1::SETTINGS_SCOPE),
                role: Role::NotNeeded("none: each user reads the user's own settings"),
                cost: "reading settings, and changing filters, IMAP, POP and forwarding to verified addresses; not \
                       reading mail. Google has no scope that only reads settings",
            },
            Part::ServiceAccounts | Part::SaKeys => Self {
                identity: Identity::Account,
                scope: Some(iam1::CLOUD_SCOPE),
                role: Role::Needed(
                    "IAM permissions iam.serviceAccounts.get, iam.serviceAccounts.list, iam.serviceAccountKeys.get and \
                       iam.serviceAccountKeys.list on each project (in roles/iam.serviceAccountViewer); Identity and Access Management (IAM) API enabled",
                ),
                cost: CLOUD_COST,
            },
            Part::IamPolicies => Self::of_cloud(
                "IAM permissions iam.serviceAccounts.getIamPolicy, resourcemanager.projects.get, \
                 resourcemanager.projects.getIamPolicy, resourcemanager.folders.get, \
                 resourcemanager.folders.getIamPolicy and resourcemanager.organizations.getIamPolicy on the \
                 organization (in roles/iam.securityReviewer and roles/browser); Cloud Resource Manager API enabled",
            ),
            Part::IamRoles => Self::of_cloud(
                "IAM permission iam.roles.get where custom roles are defined (in roles/iam.securityReviewer)",
            ),
            Part::WorkloadIdentityPools => Self::of_cloud(
                "IAM permissions iam.workloadIdentityPools.get, iam.workloadIdentityPools.list, \
                 iam.workloadIdentityPoolProviders.get and iam.workloadIdentityPoolProviders.list (in \
                 roles/iam.workloadIdentityPoolViewer)",
            ),
            Part::ServiceAccountUse => Self::of_cloud(
                "IAM permissions policyanalyzer.serviceAccountLastAuthenticationActivities.query and \
                 policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query (in \
                 roles/policyanalyzer.activityAnalysisViewer); Policy Analyzer API enabled",
            ),
            Part::Guardrails => Self::of_cloud(
                "IAM permission orgpolicy.policy.get on the organization (in roles/orgpolicy.policyViewer); \
                 Organization Policy API enabled",
            ),
            Part::ClientCertificates => Self {
                identity: Identity::File,
                scope: None,
                role: Role::NotNeeded("none: the certificates are public"),
                cost: "nothing",
            },
            Part::Groups => Self {
                identity: Identity::Admin,
                scope: Some(admin1_directory::GROUP_SCOPE),
                role: Role::Needed("admin privilege Groups > Read"),
                cost: "reading groups and their members; no changes",
            },
            Part::AdminLog | Part::AccessEvaluationLog | Part::TokenLog => Self {
                identity: Identity::Admin,
                scope: Some(reports1::AUDIT_SCOPE),
                role: Role::Needed("admin privilege Reports"),
                cost: "reading six months of audit logs, with the names of users; no changes",
            },
            Part::ConsoleGrants => Self {
                identity: Identity::File,
                scope: None,
                role: Role::Needed("a super admin who exports or copies the list"),
                cost: "a file",
            },
            Part::OtherProbes => Self {
                identity: Identity::Account,
                scope: Some(iam1::CLOUD_SCOPE),
                role: Role::Needed(
                    "IAM permission iam.serviceAccounts.signJwt on each account to probe (in \
                       roles/iam.serviceAccountTokenCreator); IAM Service Account Credentials API enabled",
                ),
                cost: CLOUD_COST,
            },
            Part::ProbeGrants => Self {
                identity: Identity::Admin,
                scope: None,
                role: Role::NotNeeded("none"),
                cost: "requesting a token for each scope of the scope-risk table; the tokens are discarded \
                       unused",
            },
        }
    }
}

impl Access {
    /// The right that a part needs at one API. Only the search of an organization uses another API.
    #[must_use]
    pub(super) const fn role_at(part: Part, api: Api) -> Role {
        match api {
            Api::CloudAsset => Role::Needed(SEARCH_ROLE),
            _ => Self::of(part).role,
        }
    }

    /// What IAM says is missing, with the smallest role that has it: `IAM permission … (in roles/…)`.
    pub(super) fn with_permission(permission: &str) -> Option<String> {
        let role = role_with(permission)?;
        Some(format!("IAM permission {permission} (in {role})"))
    }

    /// Access as the service account itself.
    const fn of_cloud(role: &'static str) -> Self {
        Self {
            identity: Identity::Account,
            scope: Some(iam1::CLOUD_SCOPE),
            role: Role::Needed(role),
            cost: CLOUD_COST,
        }
    }
}

const CLOUD_COST: &str = "everything that the IAM roles of the service account allow";

/// The scopes that an identity requests for these parts.
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
