//! One run's facts as checks see them, and what is missing of them for whom.

mod client_identity;
mod mail_facts;

pub(crate) use client_identity::{ClientIdentity, IdentityIndex};

use chrono::{DateTime, Utc};

use crate::authority::{Takeover, TakeoverCut};
use crate::delegation::{DelegationEvent, Grant, Grants, Provenance, Sighting};
use crate::tenant::Period;
use crate::tenant::policies::{OrgUnits, TenantPolicies};
use crate::tenant::{
    AdminEvents, AdminRoles, App, ClientCertificates, Domains, Gap, GmailSettingChange, Guardrails, IamFacts,
    IamResource, Mailbox, Part, People, Person, Reading, ServiceAccountUse, ServiceAccounts, User,
};

/// One user with its mailbox: what streams through the checks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UserFacts {
    /// The Directory's view.
    pub(crate) user: User,
    /// Gmail's view.
    pub(crate) mailbox: Mailbox,
    /// The latest sign-in that this run or an earlier one read.
    pub(crate) known_sign_in: Option<DateTime<Utc>>,
}

impl UserFacts {
    /// Why this mailbox's share of `part` is missing; `None` if it was read, or need not be.
    #[must_use]
    pub(crate) fn gap(&self, part: Part) -> Option<&Gap> {
        match part {
            Part::Mailbox(setting) => self.mailbox.status(setting).gap(),
            _ => None,
        }
    }
}

/// The tenant-wide facts of one run. Users are not among them, only their [`People`] index.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// When the run started: the only "now" that a check knows.
    pub(crate) run_at: DateTime<Utc>,
    /// `customerId` as Directory gives it with each user.
    pub(crate) customer_id: Option<String>,
    /// The index of all users.
    pub(crate) people: Reading<People>,
    /// Domains and domain aliases.
    pub(crate) domains: Reading<Domains>,
    pub(crate) admin_roles: Reading<AdminRoles>,
    pub(crate) org_units: Reading<OrgUnits>,
    /// What the Admin console sets.
    pub(crate) policies: Reading<TenantPolicies>,
    /// Service accounts with their keys.
    pub(crate) service_accounts: Reading<ServiceAccounts>,
    /// Whether the console's list was read completely.
    pub(crate) console_grants: Reading<()>,
    /// Whether the probe of the audit's own account was answered completely.
    pub(crate) probe_grants: Reading<()>,
    /// Whether the accounts that the audit's own may sign for were asked completely.
    pub(crate) other_probes: Reading<()>,
    /// Every grant that any source shows.
    pub(crate) grants: Grants,
    /// Who may do what with service accounts.
    pub(crate) iam: IamFacts,
    /// Who can take over which client, found in `iam`, ordered by client id.
    pub(crate) takeovers: Vec<Takeover>,
    /// The bindings on which most of those paths rest, the most first.
    pub(crate) takeover_cuts: Vec<TakeoverCut>,
    /// When service accounts and keys authenticated last.
    pub(crate) service_account_use: Reading<ServiceAccountUse>,
    /// What projects forbid about keys.
    pub(crate) guardrails: Reading<Guardrails>,
    /// Who the clients are that no listed service account is.
    pub(crate) client_certificates: Reading<Vec<ClientCertificates>>,
    /// Whether the admin log was read completely.
    pub(crate) admin_log: Reading<()>,
    /// Whether the log of access evaluations was read completely.
    pub(crate) access_evaluation_log: Reading<()>,
    /// Whether the token log was read completely.
    pub(crate) token_log: Reading<()>,
    /// Apps that the token log shows.
    pub(crate) apps: Vec<App>,
    /// Changes of Gmail's settings that are to be reported, those that earlier runs read included.
    pub(crate) gmail_changes: Vec<GmailSettingChange>,
    /// Delegation events of the admin log that are to be reported, those that earlier runs read included.
    pub(crate) delegation_changes: Vec<DelegationEvent>,
    /// Apps as they were authorized first, where that is to be reported.
    pub(crate) new_apps: Vec<App>,
    /// What of the admin log no run read, before the time that this run read.
    pub(crate) admin_log_unread: Option<Period>,
    /// The same, for changes of Gmail's settings.
    pub(crate) gmail_changes_unread: Option<Period>,
    /// The same of the token log.
    pub(crate) token_log_unread: Option<Period>,
    /// Who clients are, by certificates and policies: filled by itself.
    pub(crate) identities: IdentityIndex,
}

impl Snapshot {
    /// The Cloud projects of which something was read, some more than once.
    pub(crate) fn projects_read(&self) -> impl Iterator<Item = &str> {
        let accounts = self.service_accounts.known().into_iter().flat_map(|accounts| &accounts.0);
        let guarded = self.guardrails.known().into_iter().flat_map(|guardrails| &guardrails.0);
        let policies = self.iam.policies.known().into_iter().flat_map(|policies| &policies.0);
        let with_policy = policies.filter_map(|entry| match &entry.resource {
            IamResource::Project(id) => Some(id.as_str()),
            _ => None,
        });
        let of_accounts = accounts.map(|account| account.project.as_str());
        of_accounts.chain(guarded.map(|project| project.project.as_str())).chain(with_policy)
    }

    /// The user whose address this is: the address itself, with a tag after `+`, or in a domain alias.
    #[must_use]
    pub(crate) fn owner_of(&self, address: &str) -> Option<Person<'_>> {
        let people = self.people.known()?;
        people.owner_of(address).or_else(|| {
            let (local, domain) = address.trim().rsplit_once('@')?;
            let stands_for = self.domains.known()?.stands_for(domain)?;
            people.owner_of(&format!("{local}@{stands_for}"))
        })
    }

    /// Who can take over this client, if it is a listed account that holds a grant.
    #[must_use]
    pub(crate) fn takeover_of(&self, client_id: &str) -> Option<&Takeover> {
        let find = |takeover: &Takeover| takeover.client_id.as_str().cmp(client_id);
        self.takeovers.get(self.takeovers.binary_search_by(find).ok()?)
    }

    /// Why nobody would have seen that these grants of one client ended: each was seen before this run, and what was not
    /// read may show its end. `None` if there is none, or if one certainly is held.
    #[must_use]
    pub(crate) fn unseen_end<'g>(&self, grants: impl IntoIterator<Item = &'g Grant>) -> Option<&Gap> {
        let mut unseen = None;
        for grant in grants {
            unseen = Some(self.unseen_end_of(grant)?);
        }
        unseen
    }

    fn unseen_end_of(&self, grant: &Grant) -> Option<&Gap> {
        let seen = |provenance| grant.sightings.iter().find(|sighting| sighting.provenance == provenance);
        let is_of_today = |sighting: &Sighting| sighting.seen_at.date_naive() >= self.run_at.date_naive();
        let (listed, probed) = (seen(Provenance::Console), seen(Provenance::Probe));
        if listed.into_iter().chain(probed).any(is_of_today) {
            return None;
        }
        // Where the log goes on from the last time that it was seen, a removal would be in it.
        let coverage = self.grants.source_coverage();
        let last = grant.last_seen_at?;
        let log_goes_on = coverage.log_since.is_some_and(|since| since <= last)
            && coverage.log_until.is_some_and(|until| until >= self.run_at);
        let log = (!log_goes_on).then_some(Part::AdminLog);
        let list = (listed.is_some() || !log_goes_on).then_some(Part::ConsoleGrants);
        let probes = probed.map(|_| [Part::ProbeGrants, Part::OtherProbes]);
        let mut parts = log.into_iter().chain(list).chain(probes.into_iter().flatten());
        parts.find_map(|part| self.gap_of_grants(part))
    }

    /// Why the part does not show all that it should of delegations.
    #[must_use]
    pub(crate) fn gap_of_grants(&self, part: Part) -> Option<&Gap> {
        self.gap(part).filter(|gap| !gap.is_only_of(AdminEvents::GmailSettings))
    }

    /// Why the tenant-wide part is not complete; `None` if it is, or if it is a mailbox's part.
    ///
    /// For the keys of service accounts: the first account whose keys are missing.
    #[must_use]
    pub(crate) fn gap(&self, part: Part) -> Option<&Gap> {
        match part {
            Part::Users => self.people.gap(),
            Part::Domains => self.domains.gap(),
            Part::AdminRoles => self.admin_roles.gap(),
            Part::OrgUnits => self.org_units.gap(),
            Part::Policies => self.policies.gap(),
            Part::Mailbox(_) => None,
            Part::ServiceAccounts => self.service_accounts.gap(),
            Part::SaKeys => {
                let accounts = self.service_accounts.known();
                accounts
                    .into_iter()
                    .flat_map(|accounts| &accounts.0)
                    .find_map(|account| account.keys.gap())
                    .or_else(|| self.service_accounts.gap())
            }
            Part::ConsoleGrants => self.console_grants.gap(),
            Part::ProbeGrants => self.probe_grants.gap(),
            Part::OtherProbes => self.other_probes.gap(),
            Part::IamPolicies => self.iam.policies.gap(),
            Part::IamRoles => self.iam.roles.gap(),
            Part::Groups => self.iam.groups.gap(),
            Part::WorkloadIdentityPools => self.iam.pools.gap(),
            Part::ServiceAccountUse => self.service_account_use.gap(),
            Part::Guardrails => self.guardrails.gap(),
            Part::ClientCertificates => self.client_certificates.gap(),
            Part::AdminLog => self.admin_log.gap(),
            Part::AccessEvaluationLog => self.access_evaluation_log.gap(),
            Part::TokenLog => self.token_log.gap(),
        }
    }
}
