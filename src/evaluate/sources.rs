//! Whether a finding's own source was read again: silence mends nothing.

use std::collections::BTreeSet;

use crate::checks::{self, Check, Evaluator, subjects};
use crate::delegation::Ending;
use crate::findings::{Finding, Reached, SubjectKind};
use crate::snapshot::Snapshot;

/// What this run read, beside whole parts.
pub(super) struct Sources<'a> {
    tenant: &'a Snapshot,
    /// Cloud projects that were read.
    projects: BTreeSet<&'a str>,
    /// Ids of grants, clients and apps that are held only because an earlier run saw them.
    from_before: BTreeSet<String>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(tenant: &'a Snapshot) -> Self {
        let grants = tenant.grants.iter().filter(|grant| !grant.is_rechecked);
        let apps = tenant.apps.iter().filter(|app| checks::is_only_remembered(app));
        let clients = tenant.grants.clients().into_iter().filter(|id| !tenant.grants.is_rechecked(id));
        Self {
            tenant,
            projects: tenant.projects_read().collect(),
            from_before: grants
                .map(|grant| subjects::grant(grant, tenant).id)
                .chain(clients.map(|client_id| subjects::client(client_id, tenant).id))
                .chain(apps.map(|app| subjects::app(app).id))
                .collect(),
        }
    }

    /// Whether what a finding was judged by is only remembered: no source that shows it was read this time.
    pub(super) fn is_from_before(&self, finding: &Finding) -> bool {
        if finding.reach.is_empty() {
            return self.from_before.contains(&finding.judged_id);
        }
        finding.reach.iter().all(|reached| match reached.scope() {
            Some(scope) => self.from_before.contains(&subjects::grant_id(&reached.client_id, scope)),
            None => self.from_before.contains(&reached.client_id),
        })
    }

    /// Whether a scope that a client held was looked at again: it is held, or proved to have ended.
    pub(super) fn looked_again_at_scope(&self, client_id: &str, scope: &str) -> bool {
        let grant = GrantOf { client_id, scope: Some(scope) };
        grant.is_held(self.tenant) || self.tenant.grants.has_ended(client_id, Some(scope))
    }

    /// Whether an account that a finding reached, and that it does not reach now, was looked at again: every path to it
    /// was searched, or its delegation has ended.
    pub(super) fn looked_again_at(&self, reached: &Reached) -> bool {
        let tenant = self.tenant;
        let client_id = reached.client_id.as_str();
        if let Some(scope) = reached.scope() {
            return self.looked_again_at_scope(client_id, scope);
        }
        if let Some(takeover) = tenant.takeover_of(client_id) {
            return takeover.gaps.is_empty();
        }
        let was_read = || {
            reached.project.as_deref().is_none_or(|project| self.projects.contains(project))
                && tenant.service_accounts.gap().is_none()
        };
        let is_by_id_now = || {
            let accounts = tenant.service_accounts.known();
            accounts.is_some_and(|accounts| accounts.by_address(client_id).is_some())
        };
        match (GrantOf { client_id, scope: None }).is_held(tenant) {
            true => was_read(),
            false => is_by_id_now() || tenant.grants.has_ended(client_id, None),
        }
    }

    /// Whether the delegation of an account was taken away after a finding reached it.
    pub(super) fn has_ended_at(&self, reached: &Reached, finding: &Finding) -> bool {
        let grant = GrantOf { client_id: &reached.client_id, scope: reached.scope() };
        grant.has_ended_since(finding, self.tenant)
    }

    /// Whether a finding that is gone was looked at again: its grant, if it is about one, is held or proved to
    /// have ended, and its project was read.
    pub(super) fn looked_again(&self, finding: &Finding, check: &Check) -> bool {
        if self.may_be_in_an_unread_row(finding, check) {
            return false;
        }
        let was_read = || finding.project.as_deref().is_none_or(|project| self.projects.contains(project));
        match GrantOf::judged(finding, check) {
            None => was_read(),
            Some(grant) if grant.is_held(self.tenant) => was_read(),
            Some(grant) => self.tenant.grants.has_ended(grant.client_id, grant.scope),
        }
    }

    /// Whether the user, the domain or the key that a finding is about is not listed, while there are rows that
    /// could not be read.
    fn may_be_in_an_unread_row(&self, finding: &Finding, check: &Check) -> bool {
        let tenant = self.tenant;
        match check.judge {
            Evaluator::User(_) => {
                let people = tenant.people.known();
                let is_listed = people.is_some_and(|people| people.by_id(&finding.judged_id).is_some());
                tenant.people.gap().is_some() && !is_listed
            }
            Evaluator::Domain(_) => {
                let domains = tenant.domains.known();
                let is_listed = domains.is_some_and(|domains| domains.find(&finding.judged_id).is_some());
                tenant.domains.gap().is_some() && !is_listed
            }
            Evaluator::Key(_) => {
                // Keys are listed an account each: only its own account's listing shows a key.
                let mut accounts = tenant.service_accounts.known().into_iter().flat_map(|known| &known.0);
                match accounts
                    .find(|account| finding.judged_id.starts_with(&subjects::keys_of_account(account)))
                {
                    None => tenant.service_accounts.gap().is_some(),
                    Some(account) => {
                        let mut keys = account.keys.known().into_iter().flatten();
                        let is_it = |key| subjects::key(key, account).id == finding.judged_id;
                        account.keys.gap().is_some() && !keys.any(is_it)
                    }
                }
            }
            _ => false,
        }
    }

    /// Whether the grant that a finding was judged by was taken away after it was found, as the log tells.
    pub(super) fn has_ended_since(&self, finding: &Finding, check: &Check) -> bool {
        GrantOf::judged(finding, check).is_some_and(|grant| grant.has_ended_since(finding, self.tenant))
    }

    /// Whether a client was known by its address, and is known by its id now.
    pub(super) fn is_renamed(&self, finding: &Finding, check: &Check) -> bool {
        let tenant = self.tenant;
        let is_listed = |address: &str| {
            tenant.service_accounts.known().is_some_and(|accounts| accounts.by_address(address).is_some())
        };
        GrantOf::judged(finding, check).is_some_and(|grant| {
            let is_known = is_listed(grant.client_id) || tenant.grants.addresses().knows(grant.client_id);
            !grant.is_held(tenant) && is_known
        })
    }
}

/// The grant that a finding was judged by, or any of a client.
struct GrantOf<'f> {
    client_id: &'f str,
    scope: Option<&'f str>,
}

impl<'f> GrantOf<'f> {
    fn judged(finding: &'f Finding, check: &Check) -> Option<Self> {
        match check.judge {
            Evaluator::Grant(_) if finding.subject.kind == SubjectKind::Client => {
                Some(Self { client_id: &finding.judged_id, scope: None })
            }
            Evaluator::Client(_) => Some(Self { client_id: &finding.judged_id, scope: None }),
            Evaluator::Grant(_) => {
                // A client's name may hold a slash, and a scope does.
                let subject = &finding.subject;
                let client_id = subject.also.first().or_else(|| subject.part_of.first())?;
                let scope = finding.judged_id.strip_prefix(client_id.as_str())?.strip_prefix('/')?;
                Some(Self { client_id, scope: Some(scope) })
            }
            _ => None,
        }
    }

    fn has_ended_since(&self, finding: &Finding, tenant: &Snapshot) -> bool {
        tenant.grants.ended_of(self.client_id).iter().any(|ended| {
            self.scope.is_none_or(|scope| ended.scope == scope)
                && matches!(ended.ending, Ending::Removed { at, .. } if at > finding.first_seen_at)
        })
    }

    fn is_held(&self, tenant: &Snapshot) -> bool {
        let mut grants = tenant.grants.of(self.client_id);
        grants.any(|grant| self.scope.is_none_or(|scope| grant.scope == scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::{GMAIL_SEND, delegating};
    use crate::checks::{find, subjects};
    use crate::delegation::{AddressBook, AddressHolding, Grant, Grants, Ledger, Provenance, Sighting};
    use crate::findings::{Severity, Subject, Verdict};
    use crate::tenant::Reading;

    fn tenant() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    fn finding(check_id: &str, judged: &Subject, project: Option<&str>) -> Finding {
        let at = "2026-11-14T07:00:00Z".parse().unwrap();
        let project = project.map(str::to_owned);
        Finding { project, ..Finding::new(check_id, Verdict::Fail, Severity::High, judged.clone(), at) }
    }

    fn looked_again(check_id: &str, judged: &Subject, project: Option<&str>, tenant: &Snapshot) -> bool {
        Sources::of(tenant).looked_again(&finding(check_id, judged, project), find(check_id).unwrap())
    }

    fn grant_of(client_id: &str) -> Grant {
        let sighting =
            Sighting { provenance: Provenance::Console, seen_at: "2026-11-14T07:00:00Z".parse().unwrap() };
        let grants = Grants::merge([(client_id.to_owned(), GMAIL_SEND.to_owned(), sighting)]);
        grants.iter().next().unwrap().clone()
    }

    #[test]
    fn a_project_that_is_not_read_mends_nothing() {
        let tenant = tenant();
        let client = subjects::client(tenant.grants.clients()[0], &tenant);
        for check in ["KEY-01", "KEY-04", "DWD-06"] {
            assert!(looked_again(check, &client, Some("project"), &tenant), "{check}");
            assert!(!looked_again(check, &client, Some("dropped"), &tenant), "{check}");
        }
        assert!(looked_again("KEY-04", &client, None, &tenant));
    }

    #[test]
    fn a_grant_that_no_source_shows_to_have_ended_is_not_fixed_by_silence() {
        let tenant = tenant();
        let silent = subjects::client("555", &tenant);
        assert!(!looked_again("DWD-06", &silent, None, &tenant));
        let silent = subjects::grant(&grant_of("555"), &tenant);
        assert!(!looked_again("DWD-04", &silent, None, &tenant));
        let held = tenant.grants.iter().next().unwrap();
        assert!(looked_again("DWD-04", &subjects::grant(held, &tenant), None, &tenant));
    }

    #[test]
    fn a_client_that_was_known_by_its_address_was_judged_by_its_id() {
        let tenant = tenant();
        let address = tenant.service_accounts.known().unwrap().0[0].email.clone();
        let sources = Sources::of(&tenant);
        for (client_id, renamed) in [(address.as_str(), true), ("555", false)] {
            let finding = finding("DWD-06", &subjects::client(client_id, &tenant), None);
            assert_eq!(sources.is_renamed(&finding, find("DWD-06").unwrap()), renamed, "{client_id}");
        }
    }

    #[test]
    fn a_vendor_that_was_known_by_its_address_is_judged_by_its_number_once_that_is_known() {
        let mut tenant = tenant();
        let address = "mailer@vendor.iam.gserviceaccount.com";
        let is_renamed = |tenant: &Snapshot| {
            let finding = finding("DWD-06", &subjects::client(address, tenant), None);
            Sources::of(tenant).is_renamed(&finding, find("DWD-06").unwrap())
        };
        assert!(!is_renamed(&tenant));
        let run_at = tenant.run_at;
        let holding = AddressHolding {
            address: address.to_owned(),
            client_id: "103".to_owned(),
            first_at: run_at,
            last_at: run_at,
        };
        tenant.grants = Ledger::new(run_at, AddressBook::new([holding])).grants();
        assert!(is_renamed(&tenant));
    }

    #[test]
    fn what_only_an_earlier_run_saw_is_from_before() {
        let mut tenant = tenant();
        tenant.grants = tenant.grants.with(Grant { is_rechecked: false, ..grant_of("555") });
        let sources = Sources::of(&tenant);
        let of = |subject| sources.is_from_before(&finding("DWD-06", &subject, None));
        assert!(of(subjects::client("555", &tenant)));
        assert!(of(subjects::grant(&grant_of("555"), &tenant)));
        assert!(!of(subjects::client(tenant.grants.clients()[0], &tenant)));
    }
}
