//! What a run reads, unit by unit, and how completely each unit was read.

use serde::{Deserialize, Serialize};

use super::{Gap, MailboxSetting};

macro_rules! parts {
    (
        [$($(#[$doc:meta])* $part:ident: $id:ident, $title:literal;)*]
        [$($(#[$later_doc:meta])* $later:ident: $later_id:ident, $later_title:literal;)*]
    ) => {
        /// One kind of fact that is read as a unit.
        ///
        /// The enabled checks decide which parts are read, and the parts decide which scopes are asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "&'static str", try_from = "String")]
        pub(crate) enum Part {
            $($(#[$doc])* $part,)*
            /// A setting of each mailbox. One that no check needs is read only where the operator names it.
            Mailbox(MailboxSetting),
            $($(#[$later_doc])* $later,)*
        }

        impl Part {
            /// Every part, in the order in which reports show them.
            pub(crate) fn all() -> impl Iterator<Item = Self> {
                let settings = MailboxSetting::ALL.into_iter().map(Self::Mailbox);
                [$(Self::$part),*].into_iter().chain(settings).chain([$(Self::$later),*])
            }

            /// The name in configuration and reports.
            #[must_use]
            pub(crate) const fn id(self) -> &'static str {
                match self {
                    Self::Mailbox(setting) => setting.id(),
                    $(Self::$part => stringify!($id),)*
                    $(Self::$later => stringify!($later_id),)*
                }
            }

            /// The name for people.
            #[must_use]
            pub(crate) const fn title(self) -> &'static str {
                match self {
                    Self::Mailbox(setting) => setting.title(),
                    $(Self::$part => $title,)*
                    $(Self::$later => $later_title,)*
                }
            }
        }
    };
}

// Every part, in the order in which reports show them: its name, id and title. The settings of mailboxes have a list of
// their own (`gmail/mod.rs`), and their place is between these two.
parts! {
    [
        /// Every user of the Directory, suspended and archived ones included.
        Users: users, "Users";
        /// Primary and secondary domains, and domain aliases, with their verification.
        Domains: domains, "Domains and domain aliases";
        /// Admin roles and who holds them.
        AdminRoles: admin_roles, "Admin roles and assignments";
    ]
    [
        /// The service accounts of the configured projects.
        ServiceAccounts: service_accounts, "Service accounts";
        /// A service account's user-managed keys.
        SaKeys: sa_keys, "Service account keys";
        /// Delegated scopes as the Admin console lists them, from a file.
        ConsoleGrants: console_grants, "Delegation list of the Admin console";
        /// Delegated scopes of the audit's own account, asked for one by one at the token endpoint.
        ProbeGrants: probe_grants, "Own delegated scopes (probe)";
        /// Delegated scopes of other accounts, for which the audit's own may sign. Off unless the operator asks for it.
        OtherProbes: other_probes, "Delegated scopes of other accounts (probe)";
        /// Delegations that were given and taken away, and changes of Gmail's settings.
        AdminLog: admin_log, "Admin log";
        /// Delegations in use.
        AccessEvaluationLog: access_evaluation_log, "Access evaluation log";
        /// Apps that users let in, and what clients called.
        TokenLog: token_log, "Token log";
        /// Who the clients are that no listed service account is.
        ClientCertificates: client_certificates, "Certificates of foreign clients";
        /// When service accounts and keys authenticated last.
        ServiceAccountUse: service_account_use, "Last use of service accounts and keys";
        /// What the configured projects forbid about keys, and whether they log signing.
        Guardrails: guardrails, "Guardrails of projects";
        /// IAM policies of service accounts and of what stands above them.
        IamPolicies: iam_policies, "IAM policies";
        /// The permissions of the IAM roles that those policies bind.
        IamRoles: iam_roles, "IAM roles and their permissions";
        /// The groups that those policies bind, with their members.
        Groups: groups, "Groups and their members";
        /// The workload identity pools that those policies bind.
        WorkloadIdentityPools: workload_identity_pools, "Workload identity pools";
        /// Organizational units. Read only if the operator names it.
        OrgUnits: org_units, "Organizational units";
        /// What the Admin console sets for organizational units and groups. Read only if the operator names it.
        Policies: policies, "Policies of the Admin console";
    ]
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
    pub(crate) const SEND_AS: Self = Self::Mailbox(MailboxSetting::SendAs);
    pub(crate) const DELEGATES: Self = Self::Mailbox(MailboxSetting::Delegates);
    pub(crate) const FORWARDING_ADDRESSES: Self = Self::Mailbox(MailboxSetting::ForwardingAddresses);
    pub(crate) const AUTO_FORWARDING: Self = Self::Mailbox(MailboxSetting::AutoForwarding);
    pub(crate) const FILTERS: Self = Self::Mailbox(MailboxSetting::Filters);

    #[must_use]
    pub(crate) const fn grain(self) -> PartGrain {
        match self {
            Self::Mailbox(_) => PartGrain::User,
            Self::SaKeys => PartGrain::ServiceAccount,
            _ => PartGrain::Tenant,
        }
    }

    /// Whether it is read only if `[collect] parts` names it: it needs a scope, or a right, that few want to give.
    #[must_use]
    pub(crate) const fn is_optional(self) -> bool {
        matches!(self, Self::OrgUnits | Self::Policies)
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
        Self::all().find(|part| part.id() == id)
    }
}

impl From<Part> for &'static str {
    fn from(part: Part) -> Self {
        part.id()
    }
}

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::from_id(&id).ok_or_else(|| format!("unknown part `{id}`"))
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
        let (_, after) = page.split_once("### Without super admin").unwrap();
        let (_, list) = after.split_once("parts = [").unwrap();
        let (list, _) = list.split_once(']').unwrap();
        let written: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        let left_out: Vec<&str> = Part::all().map(Part::id).filter(|part| !written.contains(part)).collect();
        // Other accounts, and settings that no check needs, are read only if the operator asks for it.
        let unneeded = [MailboxSetting::Imap, MailboxSetting::Pop].map(Part::Mailbox);
        let expected = ["admin_roles"].into_iter().chain(unneeded.map(Part::id)).chain([
            "other_probes",
            "org_units",
            "policies",
        ]);
        assert_eq!(left_out, expected.collect::<Vec<_>>());
        assert_eq!(written.len() + left_out.len(), Part::all().count(), "{written:?}");
    }
}
