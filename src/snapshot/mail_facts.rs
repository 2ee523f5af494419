//! What the rights on mail follow from.

use crate::authority::mail::{Client, Facts};
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::Part;

impl Snapshot {
    /// What the rights on mail follow from, besides mailboxes.
    #[must_use]
    pub(crate) fn mail_facts(&self) -> Facts<'_> {
        let clients = self.grants.clients().into_iter().map(|id| {
            let identity = self.identity_of(id);
            Client {
                id,
                email: identity.email(),
                is_gone: identity.is_gone(),
                is_disabled: matches!(identity, ClientIdentity::Listed(account) if account.disabled),
            }
        });
        // A list of the console has what a probe of other accounts could show.
        let probes = self.console_grants.gap().map(|_| Part::OtherProbes);
        let sources = [Part::ConsoleGrants, Part::ProbeGrants, Part::AdminLog, Part::AccessEvaluationLog];
        let sources = sources.into_iter().chain(probes);
        Facts {
            people: &self.people,
            domains: &self.domains,
            admin_roles: &self.admin_roles,
            groups: &self.iam.groups,
            grants: &self.grants,
            clients: clients.collect(),
            ledger: sources.filter_map(|part| self.gap_of_grants(part)).collect(),
            service_accounts: self.service_accounts.gap(),
            takeovers: &self.takeovers,
            apps: &self.apps,
            token_log: self.token_log.gap(),
        }
    }
}
