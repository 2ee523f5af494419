//! The delegation ledger of a run: what it read, and what runs before it remembered.

use std::collections::BTreeMap;

use crate::delegation::{
    AddressBook, AddressHolding, ClientProbe, GrantListing, Grants, Ledger, LedgerSource, SeenGrant,
    SourceWindow,
};
use crate::store::{Run, StoreError};
use crate::tenant::{ClientCertificates, IamPolicies, Reading, ServiceAccounts, is_service_account_address};

/// The lists and questions that show grants.
#[derive(Clone, Copy)]
pub(crate) struct Lists<'a> {
    /// The console's list.
    pub(crate) console: &'a Reading<GrantListing>,
    /// What the audit's own client was granted.
    pub(crate) own: &'a Reading<Vec<String>>,
    /// What others were.
    pub(crate) others: &'a Reading<Vec<ClientProbe>>,
}

/// What tells whose number belongs to which address.
#[derive(Clone, Copy)]
pub(crate) struct Accounts<'a> {
    /// The accounts of the projects that were read.
    pub(crate) listed: &'a Reading<ServiceAccounts>,
    /// What public certificates say of the others.
    pub(crate) foreign: &'a Reading<Vec<ClientCertificates>>,
    /// Policies, which still name accounts that were deleted.
    pub(crate) policies: &'a Reading<IamPolicies>,
}

impl Accounts<'_> {
    /// Addresses with client ids, each once: a listed account's before all, and a deleted one's last.
    fn addresses(self) -> Vec<(String, String)> {
        let deleted = self.policies.known().into_iter().flat_map(IamPolicies::deleted_service_accounts);
        let deleted = deleted.map(|(email, number)| (email.to_owned(), number.to_owned()));
        let listed = self.listed.known().into_iter().flat_map(|accounts| &accounts.0);
        let listed = listed.map(|account| (account.email.clone(), account.client_id.clone()));
        let all = deleted.chain(addresses_of(self.foreign)).chain(listed);
        let of_address: BTreeMap<String, String> =
            all.filter(|(_, client_id)| !client_id.is_empty()).collect();
        of_address.into_iter().collect()
    }
}

/// What this run's lists show.
#[derive(Clone, Debug)]
pub(crate) struct ObservedGrants {
    seen: Vec<SeenGrant>,
    /// Of the lists that were read whole.
    windows: Vec<SourceWindow>,
    /// Addresses of service accounts with their client ids.
    addresses: Vec<(String, String)>,
}

impl ObservedGrants {
    pub(crate) fn new(run: &Run<'_>, lists: Lists<'_>, own_client_id: &str, accounts: Accounts<'_>) -> Self {
        let show = |source, client: &String, scope: &String, at| SeenGrant {
            client: client.clone(),
            scope: scope.clone(),
            source,
            first_at: at,
            last_at: at,
        };
        let Lists { console, own, others } = lists;
        let listed = console.known().into_iter().flat_map(|list| {
            list.grants.iter().map(|(client, scope)| show(LedgerSource::Console, client, scope, list.seen_at))
        });
        let own_client_id = own_client_id.to_owned();
        let others = others.known().into_iter().flatten();
        let asked: Vec<(&String, &Reading<Vec<String>>)> = std::iter::once((&own_client_id, own))
            .chain(others.map(|other| (&other.client_id, &other.granted)))
            .collect();
        let probed = asked.iter().flat_map(|(client, granted)| {
            let granted = granted.known().into_iter().flatten();
            granted.map(|scope| show(LedgerSource::Probe, client, scope, run.started_at()))
        });
        let list =
            console.complete().ok().map(|list| SourceWindow::at(LedgerSource::Console, None, list.seen_at));
        let questions = asked.iter().filter(|(_, granted)| granted.complete().is_ok()).map(|(client, _)| {
            SourceWindow::at(LedgerSource::Probe, Some((*client).clone()), run.started_at())
        });
        Self {
            seen: listed.chain(probed).collect(),
            windows: list.into_iter().chain(questions).collect(),
            addresses: accounts.addresses(),
        }
    }

    /// The grants that all sources make, those of earlier runs included.
    pub(crate) fn grants(&self, run: &Run<'_>) -> Result<Grants, StoreError> {
        let mut ledger = Ledger::new(run.started_at(), self.address_book(run)?);
        let windows = run.source_windows()?.into_iter();
        // What is dated ahead of the run proves nothing.
        for (window, is_now) in windows.filter(|(window, _)| window.until <= run.started_at()) {
            if is_now {
                ledger.see_window(window);
            } else {
                ledger.remember_window(window);
            }
        }
        for event in run.delegation_events() {
            ledger.add_event(&event?);
        }
        for used in run.grant_uses() {
            ledger.add_use(&used?);
        }
        for seen in run.seen_grants() {
            ledger.remember(&seen?);
        }
        self.windows.iter().for_each(|window| ledger.see_window(window.clone()));
        self.seen.iter().for_each(|seen| ledger.see(seen));
        Ok(ledger.grants())
    }

    /// Whose addresses were, those of earlier runs included.
    fn address_book(&self, run: &Run<'_>) -> Result<AddressBook, StoreError> {
        let at = run.started_at();
        let now = self.addresses.iter().map(|(address, client_id)| AddressHolding {
            address: address.clone(),
            client_id: client_id.clone(),
            first_at: at,
            last_at: at,
        });
        Ok(run.address_book()?.with(now))
    }

    /// Keeps what was shown for the runs to come.
    pub(crate) fn remember(&self, run: &Run<'_>) -> Result<(), StoreError> {
        run.put_client_addresses(&self.addresses)?;
        run.put_seen_grants(&self.seen)?;
        self.windows.iter().try_for_each(|window| run.put_source_window(window))
    }
}

/// Addresses of foreign clients that are known by their number: what logs call them by address is the same client.
fn addresses_of(foreign: &Reading<Vec<ClientCertificates>>) -> impl Iterator<Item = (String, String)> {
    foreign.known().into_iter().flatten().filter_map(|client| {
        let email = &client.account.known()?.as_ref()?.email;
        let is_numbered = is_service_account_address(email) && !client.client_id.contains('@');
        is_numbered.then(|| (email.clone(), client.client_id.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::tenant::Gap;
    use crate::tenant::Part::{
        ClientCertificates as Certificates, ConsoleGrants, IamPolicies, OtherProbes, ProbeGrants,
    };

    #[test]
    fn a_number_is_no_address_of_another_client_whoever_remembers_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("history.sqlite")).unwrap();
        let at = "2026-11-21T07:00:00Z".parse().unwrap();
        let run = store.begin(at, "", |_| Ok::<_, StoreError>(true)).unwrap();
        let own = "118000000000000000005";
        run.put_client_addresses(&[(own.to_owned(), "103".to_owned())]).unwrap();
        let grants = vec![(own.to_owned(), "https://mail.google.com/".to_owned())];
        let console = Reading::Complete(GrantListing { grants, seen_at: at });
        let own_grants = Reading::Missing(Gap::not_reached(ProbeGrants));
        let others = Reading::Missing(Gap::not_reached(OtherProbes));
        let lists = Lists { console: &console, own: &own_grants, others: &others };
        let accounts = Accounts {
            listed: &Reading::Missing(Gap::not_reached(ConsoleGrants)),
            foreign: &Reading::Missing(Gap::not_reached(Certificates)),
            policies: &Reading::Missing(Gap::not_reached(IamPolicies)),
        };
        let shown = ObservedGrants::new(&run, lists, "1", accounts);
        assert_eq!(shown.grants(&run).unwrap().clients(), [own]);
    }
}
