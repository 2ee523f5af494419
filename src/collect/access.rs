//! What each part costs: as whom it is read, with which scope, by which role.

use std::collections::BTreeSet;

use crate::google::{admin1_directory, gmail1, iam1};
use crate::tenant::Part;

/// As whom a part is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
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
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Mailbox => "mailbox",
            Self::Account => "account",
            Self::File => "file",
        }
    }
}

/// What a part costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// As whom it is read.
    pub identity: Identity,
    /// With which scope; `None`: with a file, or with the probe's own questions.
    pub scope: Option<&'static str>,
    /// The right that the identity must hold besides.
    pub role: &'static str,
    /// What the scope allows beyond what the audit does with it.
    pub cost: &'static str,
}

impl Access {
    /// What a part costs.
    #[must_use]
    pub const fn of(part: Part) -> Self {
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
            Part::SendAs => Self {
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
                       roles/iam.securityReviewer",
                cost: "IAM accepts no narrower scope; what the account may do is what its IAM roles allow. Not \
                       delegated: it acts as itself",
            },
            Part::IamPolicies | Part::IamRoles | Part::WorkloadIdentityPools => Self {
                identity: Identity::Account,
                scope: Some(iam1::CLOUD_SCOPE),
                role: "not read yet",
                cost: "not read yet",
            },
            Part::Groups => {
                Self { identity: Identity::Admin, scope: None, role: "not read yet", cost: "not read yet" }
            }
            Part::ConsoleGrants => Self {
                identity: Identity::File,
                scope: None,
                role: "a super admin exports or copies the list",
                cost: "a file",
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

/// The scopes that an identity asks for, for these parts.
#[must_use]
pub fn scopes(identity: Identity, parts: &BTreeSet<Part>) -> Vec<&'static str> {
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
