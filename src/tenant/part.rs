//! What a run reads, unit by unit, and how completely each unit was read.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::Gap;

/// One kind of fact that is read as a unit.
///
/// The enabled checks decide which parts are read, and the parts decide which scopes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Part {
    /// Every user of the Directory, suspended and archived ones included.
    Users,
    /// Primary and secondary domains, and domain aliases, with their verification.
    Domains,
    /// Admin roles and who holds them.
    AdminRoles,
    /// A mailbox's send-as addresses.
    SendAs,
    /// A mailbox's IMAP settings: no check needs them, so they are read only where the operator names them.
    Imap,
    /// The service accounts of the configured projects.
    ServiceAccounts,
    /// A service account's user-managed keys.
    SaKeys,
    /// Delegated scopes as the Admin console lists them, from a file.
    ConsoleGrants,
    /// Delegated scopes of the audit's own account, asked for one by one at the token endpoint.
    ProbeGrants,
    /// Delegated scopes of other accounts, for which the audit's own may sign: asked only on the operator's word.
    OtherProbes,
    /// IAM policies of service accounts and of what stands above them.
    IamPolicies,
    /// The permissions of the IAM roles that those policies bind.
    IamRoles,
    /// The groups that those policies bind, with their members.
    Groups,
    /// The workload identity pools that those policies bind.
    WorkloadIdentityPools,
    /// When service accounts and keys authenticated last.
    ServiceAccountUse,
    /// What the configured projects forbid about keys, and whether they log signing.
    Guardrails,
    /// Who the clients are that no listed service account is.
    ClientCertificates,
    /// The admin log: delegations given and taken away, Gmail's settings changed.
    AdminLog,
    /// The log of access evaluations: delegations in use.
    AccessEvaluationLog,
    /// The token log: apps that users let in, and what clients called.
    TokenLog,
}

/// What one unit of a part is, and so what `total` counts in `coverage.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartGrain {
    /// The part is one listing: its total is 1.
    Tenant,
    /// The part is read for each user.
    User,
    /// The part is read for each service account.
    ServiceAccount,
}

impl Part {
    /// Every part that is read, in the order in which reports show them.
    pub(crate) const ALL: [Self; 20] = [
        Self::Users,
        Self::Domains,
        Self::AdminRoles,
        Self::SendAs,
        Self::Imap,
        Self::ServiceAccounts,
        Self::SaKeys,
        Self::ConsoleGrants,
        Self::ProbeGrants,
        Self::OtherProbes,
        Self::AdminLog,
        Self::AccessEvaluationLog,
        Self::TokenLog,
        Self::ClientCertificates,
        Self::ServiceAccountUse,
        Self::Guardrails,
        Self::IamPolicies,
        Self::IamRoles,
        Self::Groups,
        Self::WorkloadIdentityPools,
    ];

    /// The name in configuration and reports.
    #[must_use]
    pub(crate) const fn id(self) -> &'static str {
        self.into_str()
    }

    /// The name for people.
    #[must_use]
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Users => "Users",
            Self::Domains => "Domains and domain aliases",
            Self::AdminRoles => "Admin roles and assignments",
            Self::SendAs => "Send-as addresses",
            Self::Imap => "IMAP settings",
            Self::ServiceAccounts => "Service accounts",
            Self::SaKeys => "Service account keys",
            Self::ConsoleGrants => "Delegation list of the Admin console",
            Self::ProbeGrants => "Own delegated scopes, probed",
            Self::OtherProbes => "Delegated scopes of other accounts, probed",
            Self::IamPolicies => "IAM policies",
            Self::IamRoles => "IAM roles and their permissions",
            Self::Groups => "Groups and their members",
            Self::WorkloadIdentityPools => "Workload identity pools",
            Self::ServiceAccountUse => "Last use of service accounts and keys",
            Self::Guardrails => "Guardrails of projects",
            Self::ClientCertificates => "Certificates of foreign clients",
            Self::AdminLog => "Admin log",
            Self::AccessEvaluationLog => "Access evaluation log",
            Self::TokenLog => "Token log",
        }
    }

    /// What one unit of the part is.
    #[must_use]
    pub(crate) const fn grain(self) -> PartGrain {
        match self {
            Self::SendAs | Self::Imap => PartGrain::User,
            Self::SaKeys => PartGrain::ServiceAccount,
            _ => PartGrain::Tenant,
        }
    }

    /// The part that lists what this one is read for, if it is not one listing.
    #[must_use]
    pub(crate) const fn listed_by(self) -> Option<Self> {
        match self.grain() {
            PartGrain::Tenant => None,
            PartGrain::User => Some(Self::Users),
            PartGrain::ServiceAccount => Some(Self::ServiceAccounts),
        }
    }

    /// The part with this [`Part::id`].
    #[must_use]
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.id() == id)
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

/// What was read of a tenant-wide part.
///
/// Nothing may conclude "there is none" from anything but [`Reading::Complete`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reading<T> {
    /// Everything was read.
    Complete(T),
    /// Some was read, the rest is missing for the reason given.
    Partial(T, Gap),
    /// Nothing was read, for the reason given.
    Missing(Gap),
}

impl<T> Reading<T> {
    /// The facts, if all of them were read.
    ///
    /// # Errors
    /// The gap, if anything is missing.
    pub(crate) const fn complete(&self) -> Result<&T, &Gap> {
        match self {
            Self::Complete(facts) => Ok(facts),
            Self::Partial(_, gap) | Self::Missing(gap) => Err(gap),
        }
    }

    /// The facts that are known, complete or not.
    pub(crate) const fn known(&self) -> Option<&T> {
        match self {
            Self::Complete(facts) | Self::Partial(facts, _) => Some(facts),
            Self::Missing(_) => None,
        }
    }

    /// Why something is missing, unless it is single rows only.
    pub(crate) fn gap_beyond_rows(&self) -> Option<&Gap> {
        self.gap().filter(|gap| !gap.is_of_rows())
    }

    /// How completely it was read, without what.
    #[must_use]
    pub(crate) fn without_facts(&self) -> Reading<()> {
        match self {
            Self::Complete(_) => Reading::Complete(()),
            Self::Partial(_, gap) => Reading::Partial((), gap.clone()),
            Self::Missing(gap) => Reading::Missing(gap.clone()),
        }
    }

    /// Why something is missing, if it is.
    pub(crate) const fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Complete(_) => None,
            Self::Partial(_, gap) | Self::Missing(gap) => Some(gap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_spare_a_super_admin_are_all_but_those_that_need_one_or_are_off() {
        let page = include_str!("../../docs/setup.md");
        let (_, after) = page.split_once("below super admin").unwrap();
        let (_, list) = after.split_once("parts = [").unwrap();
        let (list, _) = list.split_once(']').unwrap();
        let written: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        let left_out: Vec<&str> =
            Part::ALL.into_iter().map(Part::id).filter(|part| !written.contains(part)).collect();
        // IMAP settings are read, and other accounts asked, only on the operator's word.
        assert_eq!(left_out, ["admin_roles", "imap", "other_probes"]);
        assert_eq!(written.len() + left_out.len(), Part::ALL.len(), "{written:?}");
    }
}
