//! The subjects of each check, with what it says of them by the facts alone.

use super::missing_parts::{SubjectScope, held};
use crate::checks::{Check, Evaluator, subjects};
use crate::findings::{CheckResult, Subject};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};

/// What a check says of one subject by the facts alone.
pub(super) struct Case<'f> {
    pub(super) subject: Subject,
    pub(super) share: SubjectScope<'f>,
    pub(super) results: Vec<CheckResult>,
}

impl<'f> Case<'f> {
    pub(super) const fn new(subject: Subject, share: SubjectScope<'f>, results: Vec<CheckResult>) -> Self {
        Self { subject, share, results }
    }

    /// Every subject of the check that is neither a user nor an exception.
    pub(super) fn of_tenant(
        check: &Check,
        tenant: &'f Snapshot,
        policy: &'f Policy,
    ) -> Box<dyn Iterator<Item = Self> + 'f> {
        match check.judge {
            Evaluator::Tenant(judge) => Box::new(std::iter::once(Self::new(
                subjects::tenant(tenant),
                SubjectScope::Tenant,
                judge(tenant, policy),
            ))),
            Evaluator::Domain(judge) => {
                let domains = tenant.domains.known().into_iter().flat_map(|domains| &domains.0);
                Box::new(domains.map(move |domain| {
                    Self::new(subjects::domain(domain), SubjectScope::Domain, judge(domain, tenant, policy))
                }))
            }
            Evaluator::Grant(judge) => Box::new(tenant.grants.clients().into_iter().map(move |client| {
                let share = SubjectScope::Account(subjects::account_of(client, tenant));
                let grants = tenant.grants.of(client);
                let results =
                    grants.flat_map(|grant| held(judge(grant, tenant, policy), tenant.unseen_end([grant])));
                Self::new(subjects::client(client, tenant), share, results.collect())
            })),
            Evaluator::Client(judge) => Box::new(tenant.grants.clients().into_iter().map(move |client| {
                let share = SubjectScope::Account(subjects::account_of(client, tenant));
                let gap = tenant.unseen_end(tenant.grants.of(client));
                let results = held(judge(client, tenant, policy), gap);
                Self::new(subjects::client(client, tenant), share, results)
            })),
            Evaluator::Key(judge) => {
                let accounts = tenant.service_accounts.known().into_iter().flat_map(|accounts| &accounts.0);
                Box::new(accounts.flat_map(move |account| {
                    let share = SubjectScope::Account(Some(account));
                    let keys = account.keys.known().into_iter().flatten().map(move |key| {
                        Self::new(subjects::key(key, account), share, judge(key, account, tenant, policy))
                    });
                    let unread = account.keys.gap().map(|gap| {
                        let results = vec![CheckResult::not_assessed(gap)];
                        Self::new(subjects::service_account(account), share, results)
                    });
                    keys.chain(unread)
                }))
            }
            Evaluator::Project(judge) => {
                let projects = tenant.guardrails.known().into_iter().flat_map(|guardrails| &guardrails.0);
                Box::new(projects.map(move |project| {
                    let results = judge(project, tenant, policy);
                    Self::new(subjects::project(project), SubjectScope::Project(project), results)
                }))
            }
            // A policy that was not read may be of any place: then nobody knows what there is to judge.
            Evaluator::Place(_) if tenant.policies.gap().is_some() || tenant.org_units.gap().is_some() => {
                Box::new(std::iter::empty())
            }
            // Each place is judged by itself: that one is unknown must not keep another from being mended.
            Evaluator::Place(judge) => Box::new(judge(tenant, policy).into_iter().map(|result| {
                let subject = result.subject.clone().unwrap_or_else(|| subjects::tenant(tenant));
                Self::new(subject, SubjectScope::Tenant, vec![result])
            })),
            Evaluator::App(judge) => Box::new(tenant.apps.iter().map(move |app| {
                Self::new(subjects::app(app), SubjectScope::Tenant, judge(app, tenant, policy))
            })),
            Evaluator::User(_) | Evaluator::Exception(_) => Box::new(std::iter::empty()),
        }
    }

    pub(super) fn of_user(
        check: &Check,
        facts: &'f UserFacts,
        tenant: &Snapshot,
        policy: &Policy,
    ) -> Option<Self> {
        let Evaluator::User(judge) = check.judge else { return None };
        let results = judge(facts, tenant, policy);
        Some(Self::new(subjects::user(&facts.user), SubjectScope::User(facts), results))
    }
}
