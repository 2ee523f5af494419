//! A run's kept facts → what checks look at.

mod approvals;
mod grants;
mod takeovers;

use chrono::{DateTime, Duration, Utc};

pub(crate) use approvals::{Approvals, ApprovedPaths};
use serde::Deserialize;
use takeovers::takeovers;

use crate::checks;
use crate::delegation::SourceCoverage;
use crate::evaluate::UserTotals;
use crate::snapshot::{IdentityIndex, Snapshot};
use crate::store::{LoggedKind, PartKey, Run, StoreError, part_key};
use crate::tenant::policies::{OrgUnits, TenantPolicies, root};
use crate::tenant::{
    AdminEvents, App, Gap, GapClass, GapReason, GmailSettingChange, IamFacts, Part, People, Reading,
    ServiceAccounts, UserListing,
};

use grants::{Accounts, Lists, ObservedGrants};

/// The audit's own client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnClient<'a> {
    pub(crate) email: &'a str,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) key_id: Option<&'a str>,
}

/// A run's facts.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) tenant: Snapshot,
    pub(crate) users: UserTotals,
    pub(crate) own_email: String,
    pub(crate) own_client_id: String,
    pub(crate) own_key_id: Option<String>,
    pub(crate) shown: ObservedGrants,
}

/// Loads the tenant-wide facts of a run; users are read once, for their index.
pub(crate) fn facts(
    run: &Run<'_>,
    own: OwnClient<'_>,
    approvals: &Approvals<'_>,
    look_back: Duration,
) -> Result<Facts, StoreError> {
    let listing = user_listing(run)?;
    let service_accounts = part(run, part_key::SERVICE_ACCOUNTS)?;
    let console = part(run, part_key::CONSOLE_GRANTS)?;
    let probe = part(run, part_key::PROBE_GRANTS)?;
    let others = part(run, part_key::OTHER_PROBES)?;
    let own_client_id = own_client_id(own, &service_accounts);
    let client_certificates = part(run, part_key::CLIENT_CERTIFICATES)?;
    let lists = Lists { console: &console, own: &probe, others: &others };
    let policies = part(run, part_key::IAM_POLICIES)?;
    let accounts = Accounts { listed: &service_accounts, foreign: &client_certificates, policies: &policies };
    let shown = ObservedGrants::new(run, lists, &own_client_id, accounts);
    let mut grants = shown.grants(run)?;
    for grant in grants.iter_mut() {
        if let Some(seen_at) = grant.first_seen_at {
            grant.first_seen_at = Some(run.grant_first_seen(&grant.client_id, &grant.scope, seen_at)?);
        }
    }
    let known = listing.known();
    let users = UserTotals {
        unreadable: known.map_or(0, |listing| listing.unreadable),
        is_unknown: known.is_none_or(|listing| listing.interrupted),
    };
    let admin_log = part(run, part_key::ADMIN_LOG)?;
    let token_log = part(run, part_key::TOKEN_LOG)?;
    let events_from = run.events_from(look_back)?;
    let customer_id = known.and_then(|listing| listing.customer_id.clone());
    let mut tenant = Snapshot {
        run_at: run.started_at(),
        people: people(run, &listing)?,
        domains: part(run, part_key::DOMAINS)?,
        admin_roles: part(run, part_key::ADMIN_ROLES)?,
        org_units: optional(run, part_key::ORG_UNITS)?,
        policies: optional(run, part_key::POLICIES)?,
        service_accounts,
        console_grants: up_to_date(
            console.without_facts(),
            grants.source_coverage(),
            run.started_at(),
            admin_log.gap(),
        ),
        probe_grants: probe.without_facts(),
        other_probes: others.without_facts(),
        grants,
        iam: IamFacts {
            organization: policies
                .known()
                .and_then(|policies| policies.organization_of(customer_id.as_deref())),
            policies,
            roles: part(run, part_key::IAM_ROLES)?,
            groups: part(run, part_key::GROUPS)?,
            pools: part(run, part_key::WORKLOAD_IDENTITY_POOLS)?,
        },
        customer_id,
        takeovers: Vec::new(),
        takeover_cuts: Vec::new(),
        service_account_use: part(run, part_key::SERVICE_ACCOUNT_USE)?,
        guardrails: part(run, part_key::GUARDRAILS)?,
        client_certificates,
        gmail_changes: gmail_changes(run, &admin_log, events_from)?,
        new_apps: new_apps(run, &token_log, events_from)?,
        delegation_changes: run.delegation_news(checks::GRANT_CHANGED, events_from)?,
        admin_log_unread: run.unread_before(Part::AdminLog, Some(AdminEvents::Delegations), events_from)?,
        gmail_changes_unread: run.unread_before(
            Part::AdminLog,
            Some(AdminEvents::GmailSettings),
            events_from,
        )?,
        token_log_unread: run.unread_before(Part::TokenLog, None, events_from)?,
        admin_log: admin_log.without_facts(),
        access_evaluation_log: part(run, part_key::ACCESS_EVALUATION_LOG)?,
        token_log: token_log.without_facts(),
        apps: Vec::new(),
        identities: IdentityIndex::default(),
    };
    tenant.org_units = with_root(tenant.org_units, &tenant.policies);
    tenant.apps = let_in(token_log.known().cloned().unwrap_or_default(), &tenant);
    (tenant.takeovers, tenant.takeover_cuts) = takeovers(&tenant, approvals);
    Ok(Facts {
        tenant,
        users,
        own_email: own.email.to_owned(),
        own_client_id,
        own_key_id: own.key_id.map(str::to_owned),
        shown,
    })
}

/// Changes of Gmail's settings that are due in a report. Those that an earlier version kept have no id, and are told by
/// the run that read them.
fn gmail_changes(
    run: &Run<'_>,
    log: &Reading<Vec<GmailSettingChange>>,
    events_from: DateTime<Utc>,
) -> Result<Vec<GmailSettingChange>, StoreError> {
    let read = || log.known().into_iter().flatten();
    let named = read().filter(|change| !change.id.is_empty());
    run.put_logged(LoggedKind::GmailSetting, named.map(|change| (change.id.as_str(), change.at, change)))?;
    let mut due = run.logged(LoggedKind::GmailSetting, events_from)?;
    due.extend(read().filter(|change| change.id.is_empty() && change.at > events_from).cloned());
    Ok(due)
}

/// Apps with what is remembered of them; a user who was deleted gives no access any more. A new name leaves the old one
/// as an alias (<https://support.google.com/a/answer/182084>).
fn let_in(apps: Vec<App>, tenant: &Snapshot) -> Vec<App> {
    let is_whole = tenant.people.complete().is_ok() && tenant.domains.complete().is_ok();
    let is_gone = |user: &str| is_whole && user.contains('@') && tenant.owner_of(user).is_none();
    apps.into_iter().map(|app| app.without_users(is_gone)).filter(App::is_let_in).collect()
}

/// Apps that are due in a report, with what is known of them now. An app is new once, so that a log that was read in
/// part proves nothing: the app may stand in the rest.
fn new_apps(
    run: &Run<'_>,
    log: &Reading<Vec<App>>,
    events_from: DateTime<Utc>,
) -> Result<Vec<App>, StoreError> {
    if let Ok(apps) = log.complete() {
        let listed = apps.iter().filter(|app| app.users > 0);
        let came = listed.map(|app| (app.client_id.as_str(), app.first_authorized_at, app));
        run.put_logged(LoggedKind::App, came)?;
    }
    let mut due: Vec<App> = run.logged(LoggedKind::App, events_from)?;
    for app in &mut due {
        let now = log.known().into_iter().flatten().find(|now| now.client_id == app.client_id);
        if let Some(now) = now.filter(|now| now.users > 0) {
            *app = App { first_authorized_at: app.first_authorized_at, ..now.clone() };
        }
    }
    Ok(due)
}

fn part<T: serde::de::DeserializeOwned>(run: &Run<'_>, key: PartKey<T>) -> Result<Reading<T>, StoreError> {
    Ok(run.part(key)?.unwrap_or_else(|| Reading::Missing(Gap::not_reached(key.part()))))
}

/// A part that a run of an older version did not know: it did not ask for it.
fn optional<T: serde::de::DeserializeOwned>(
    run: &Run<'_>,
    key: PartKey<T>,
) -> Result<Reading<T>, StoreError> {
    Ok(run.part(key)?.unwrap_or_else(|| Reading::Missing(Gap::not_asked(key.part()))))
}

/// The units, with a gap if nobody knows which of them is the root: what is set for all is set there.
fn with_root(units: Reading<OrgUnits>, policies: &Reading<TenantPolicies>) -> Reading<OrgUnits> {
    match (units, policies) {
        (Reading::Complete(units), Reading::Complete(policies)) if root(policies, &units).is_none() => {
            Reading::Partial(units, checks::root_unknown())
        }
        (units, _) => units,
    }
}

/// What stays of the cursor of a listing that was stopped.
#[derive(Deserialize)]
struct StoppedListing {
    listing: UserListing,
}

/// The users' listing; of one that was stopped, as much as is kept.
fn user_listing(run: &Run<'_>) -> Result<Reading<UserListing>, StoreError> {
    if let Some(reading) = run.part(part_key::USERS)? {
        return Ok(reading);
    }
    let stopped: Option<StoppedListing> = run.cursor(Part::Users)?;
    Ok(match stopped {
        Some(cursor) => {
            let listing = UserListing { interrupted: true, ..cursor.listing };
            Reading::Partial(listing, Gap::not_reached(Part::Users))
        }
        None => Reading::Missing(Gap::not_reached(Part::Users)),
    })
}

/// The list, with a gap if nobody would have seen what was delegated since it was taken.
fn up_to_date(
    list: Reading<()>,
    coverage: &SourceCoverage,
    run_at: DateTime<Utc>,
    admin_log: Option<&Gap>,
) -> Reading<()> {
    match (list, coverage.console_at) {
        (Reading::Complete(()), Some(listed_at)) if !coverage.reaches(run_at) => {
            let missing = admin_log.map_or_else(String::new, |gap| format!(": {}", gap.message));
            let gap = Gap {
                part: Part::ConsoleGrants,
                class: GapClass::NotConfigured,
                reason: GapReason::CONSOLE_LIST_OUTDATED,
                message: format!(
                    "The console list is of {}, and the admin log was not read since then, so later \
                     delegations are not visible{missing}",
                    listed_at.date_naive()
                ),
                needed: admin_log.map(|gap| gap.needed.clone()).unwrap_or_default(),
                fix:
                    "Copy the delegation list from the Admin console again, or let the audit read the admin \
                      log."
                        .to_owned(),
                places: Box::default(),
            };
            Reading::Partial((), gap)
        }
        (list, _) => list,
    }
}

fn people(run: &Run<'_>, listing: &Reading<UserListing>) -> Result<Reading<People>, StoreError> {
    let people = People::index(run.users())?;
    Ok(match listing {
        Reading::Complete(_) => Reading::Complete(people),
        Reading::Partial(_, gap) => Reading::Partial(people, gap.clone()),
        Reading::Missing(gap) => Reading::Missing(gap.clone()),
    })
}

/// What the key file says, else what IAM says of the account, else its address.
fn own_client_id(own: OwnClient<'_>, accounts: &Reading<ServiceAccounts>) -> String {
    let from_iam = || {
        let accounts = accounts.known()?;
        accounts.0.iter().find(|account| account.email == own.email).map(|account| account.client_id.clone())
    };
    own.client_id.map(str::to_owned).or_else(from_iam).unwrap_or_else(|| own.email.to_owned())
}
