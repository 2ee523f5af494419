//! Google → facts → store: tenant-wide parts at once, then each mailbox.

pub(crate) mod access;
mod admin_roles;
mod archived_mailboxes;
mod audit_logs;
mod client_certificates;
pub(crate) mod console_grants;
mod domains;
mod earlier;
mod first_contact;
mod foreign_clients;
mod gaps;
mod guardrails;
mod iam;
mod identity_pools;
mod mailbox_settings;
mod mailboxes;
mod org_units;
mod other_probes;
mod policies;
mod probe;
mod progress;
mod sample;
mod scope_questions;
mod service_account_use;
mod service_accounts;
mod users;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::google::{BrokenRows, Client, Session};
use crate::store::{PartKey, Run, StoreError, part_key};
use crate::tenant::{Gap, IamPolicies, Part, Reading, Sample, ServiceAccounts, UserListing};

pub(crate) use access::{Access, Identity};
pub(crate) use audit_logs::log_look_back;
pub(crate) use first_contact::{FirstRefusal, can_be_of_admin, first_contact};
pub(crate) use progress::{Progress, Silent};
pub(crate) use sample::{Sampled, take_sample};

/// What to read, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The parts that enabled checks need.
    pub(crate) parts: BTreeSet<Part>,
    /// `my_customer`, or `C0…`.
    pub(crate) customer: String,
    /// The admin that Directory calls act as, and the probe.
    pub(crate) admin: Option<String>,
    /// Whether Directory calls act as the account itself, by an admin role of its own.
    pub(crate) admin_role: bool,
    /// The mailboxes that a trial reads; `None`: all.
    pub(crate) sample: Option<Sample>,
    /// The projects whose service accounts are read.
    pub(crate) projects: Vec<String>,
    /// The number of the organization that is searched for service accounts besides.
    pub(crate) organization: Option<String>,
    /// Whether accounts that the audit's own may sign for are asked which scopes they hold.
    pub(crate) probe_others: bool,
    /// The console's delegation list.
    pub(crate) console: Option<ConsoleList>,
    /// Subjects that are read at once.
    pub(crate) concurrency: usize,
    /// The longest that reading one part may take.
    pub(crate) part_deadline: Duration,
}

/// The console's delegation list: a file, and when it was taken.
#[derive(Clone, Debug)]
pub(crate) struct ConsoleList {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// When it was taken; the file's own time if absent.
    pub(crate) date: Option<NaiveDate>,
}

/// How far the users' listing got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserCursor {
    /// What is known of the users so far.
    pub(crate) listing: UserListing,
    /// Users that are kept.
    pub(crate) kept: u64,
    /// Rows that could not be read, or not wholly.
    #[serde(default)]
    pub(crate) broken: BrokenRows,
    /// Where the listing goes on.
    pub(crate) page_token: Option<String>,
    /// How often the listing began again.
    #[serde(default)]
    pub(crate) attempt: u32,
}

/// Reads everything that the plan asks for into the run.
///
/// A part that cannot be read is kept as a gap; only the store can stop a collection.
pub(crate) async fn collect(
    client: &Client,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    let deadline = plan.deadline();
    let admin = plan.admin_session(client).until(deadline);
    let account =
        Session::as_account(client, &access::scopes(Identity::Account, &plan.parts)).until(deadline);
    // A file of the operator's, who may have mended it meanwhile.
    let (console, list) = console_grants::collect(plan, run.started_at());
    run.put_part(part_key::CONSOLE_GRANTS, &console)?;
    run.put_console_list(list.as_ref())?;
    let aliases = domains::known_before(run)?;
    let assignments = admin_roles::known_before(run)?;
    tokio::try_join!(
        kept(run, part_key::DOMAINS, domains::collect(&admin, plan, &aliases)),
        kept(run, part_key::ADMIN_ROLES, admin_roles::collect(&admin, plan, &assignments)),
        kept(run, part_key::ORG_UNITS, org_units::collect(&admin, plan)),
        kept(run, part_key::POLICIES, policies::collect(client, &admin, plan)),
        cloud(client, &account, &admin, plan, run, progress),
        kept(run, part_key::PROBE_GRANTS, probe::collect(client, plan, progress)),
        listed_users(&admin, plan, run, progress),
        logs(&admin, plan, run, progress),
    )?;
    certificates(client, plan, run).await?;
    others(client, &account, plan, run, progress).await?;
    mailboxes::collect(client, plan, run, progress).await
}

/// Users, unless a trial read them already.
async fn listed_users(
    admin: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    match plan.sample {
        Some(_) => Ok(()),
        None => users::collect(admin, plan, run, progress).await,
    }
}

/// Certificates of the clients that no listed account is. Logs that an attempt before did not read can name more.
async fn certificates(client: &Client, plan: &Plan, run: &Run<'_>) -> Result<(), StoreError> {
    if let Some(gap) = plan.not_asked(Part::ClientCertificates) {
        return run.put_part(part_key::CLIENT_CERTIFICATES, &Reading::Missing(gap));
    }
    let clients = foreign_clients::of(run)?;
    let known = run.part(part_key::CLIENT_CERTIFICATES)?;
    let known = known.as_ref().and_then(|known| known.complete().ok());
    let is_known =
        |client: &String| known.is_some_and(|known| known.iter().any(|known| known.client_id == *client));
    if known.is_some() && clients.iter().all(is_known) {
        return Ok(());
    }
    let listed = run.part(part_key::SERVICE_ACCOUNTS)?;
    let listed = listed.as_ref().and_then(Reading::known);
    let certificates = client_certificates::collect(client, clients, listed).await;
    run.put_part(part_key::CLIENT_CERTIFICATES, &certificates)
}

/// What other accounts hold, asked once their own grants and the audit's are known from elsewhere.
async fn others(
    client: &Client,
    account: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    if !plan.probe_others || !is_wanted(plan, run, part_key::OTHER_PROBES)? {
        return Ok(());
    }
    let probes = other_probes::collect(client, account, plan, run, progress).await?;
    run.put_part(part_key::OTHER_PROBES, &probes)
}

/// The audit logs, one after the other: they share one quota.
async fn logs(
    admin: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    if is_wanted(plan, run, part_key::ADMIN_LOG)? {
        run.put_part(part_key::ADMIN_LOG, &audit_logs::admin(admin, run, progress).await?)?;
    }
    if is_wanted(plan, run, part_key::ACCESS_EVALUATION_LOG)? {
        run.put_part(
            part_key::ACCESS_EVALUATION_LOG,
            &audit_logs::access_evaluation(admin, run, progress).await?,
        )?;
    }
    if is_wanted(plan, run, part_key::TOKEN_LOG)? {
        run.put_part(part_key::TOKEN_LOG, &audit_logs::token(admin, run, progress).await?)?;
    }
    Ok(())
}

/// Whether a part is still to be read. One that is not asked for is kept as such.
fn is_wanted<T: Serialize + DeserializeOwned>(
    plan: &Plan,
    run: &Run<'_>,
    key: PartKey<T>,
) -> Result<bool, StoreError> {
    if let Some(gap) = plan.not_asked(key.part()) {
        run.put_part(key, &Reading::Missing(gap))?;
        return Ok(false);
    }
    Ok(!matches!(run.part(key)?, Some(Reading::Complete(_))))
}

/// Service accounts, and who and what is around them. Each step asks about what the one before found.
async fn cloud(
    client: &Client,
    account: &Session<'_>,
    admin: &Session<'_>,
    plan: &Plan,
    run: &Run<'_>,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    let mut search = None;
    let before = service_accounts::known_before(run, client)?;
    let found = async {
        let (accounts, gap) = service_accounts::collect(account, plan, &before, progress).await;
        search = gap;
        accounts
    };
    kept(run, part_key::SERVICE_ACCOUNTS, found).await?;
    let search = search.as_ref();
    let accounts = run.part(part_key::SERVICE_ACCOUNTS)?.unwrap_or_else(nothing_read);
    let projects = accounts.known().map(|accounts| accounts.projects(&plan.projects)).unwrap_or_default();
    let needs_accounts = |part| plan.not_asked(part).or_else(|| without_projects(&accounts, part));
    let policies = async {
        match (needs_accounts(Part::IamPolicies), accounts.known()) {
            (None, Some(accounts)) => iam::policies(account, &projects, accounts).await,
            (gap, _) => Reading::Missing(gap.unwrap_or_else(|| gaps::not_asked(Part::IamPolicies))),
        }
    };
    let used = service_account_use::known_before(run, &accounts)?;
    let uses = service_account_use::collect(account, &projects, &used, run.started_at());
    let uses = asked(needs_accounts(Part::ServiceAccountUse), uses);
    tokio::try_join!(
        kept(run, part_key::IAM_POLICIES, of_found(search, Part::IamPolicies, policies)),
        kept(run, part_key::SERVICE_ACCOUNT_USE, of_found(search, Part::ServiceAccountUse, uses)),
    )?;
    let policies = run.part(part_key::IAM_POLICIES)?.unwrap_or_else(nothing_read);
    let known = policies.known().cloned().unwrap_or_default();
    let needs_policies = |part| plan.not_asked(part).or_else(|| policies_missing(&policies, part));
    let signing_logs = |project: &str| iam::signing_logs(&policies, project);
    let guardrails = guardrails::collect(account, &projects, signing_logs);
    let roles = asked(needs_policies(Part::IamRoles), iam::roles(account, &known));
    let guardrails = asked(needs_accounts(Part::Guardrails), guardrails);
    tokio::try_join!(
        kept(run, part_key::IAM_ROLES, of_found(search, Part::IamRoles, roles)),
        kept(run, part_key::GUARDRAILS, of_found(search, Part::Guardrails, guardrails)),
    )?;
    let roles = run.part(part_key::IAM_ROLES)?;
    let roles = roles.as_ref().and_then(Reading::known);
    let members = iam::members_before(run)?;
    let groups = asked(needs_policies(Part::Groups), iam::groups(admin, &known, roles, &members));
    let providers = identity_pools::known_before(run)?;
    let pools = identity_pools::collect(account, &known, roles, &providers);
    let pools = asked(needs_policies(Part::WorkloadIdentityPools), pools);
    tokio::try_join!(
        kept(run, part_key::GROUPS, of_found(search, Part::Groups, groups)),
        kept(run, part_key::WORKLOAD_IDENTITY_POOLS, of_found(search, Part::WorkloadIdentityPools, pools)),
    )?;
    Ok(())
}

/// What is read of the projects that a search found: nobody knows of how many more, if the search has a gap.
async fn of_found<T>(
    search: Option<&Gap>,
    part: Part,
    collect: impl Future<Output = Reading<T>>,
) -> Reading<T> {
    match (collect.await, search) {
        (Reading::Complete(facts), Some(gap)) => Reading::Partial(facts, Gap { part, ..gap.clone() }),
        (Reading::Partial(facts, own), Some(gap)) => {
            let message = format!("{} {}", gap.message, own.message);
            Reading::Partial(facts, Gap { part, message, class: gap.class.max(own.class), ..gap.clone() })
        }
        (reading, _) => reading,
    }
}

/// What `collect` reads, unless there is a reason not to ask.
async fn asked<T>(not: Option<Gap>, collect: impl Future<Output = Reading<T>>) -> Reading<T> {
    match not {
        Some(gap) => Reading::Missing(gap),
        None => collect.await,
    }
}

fn nothing_read<T>() -> Reading<T> {
    Reading::Missing(Gap::not_reached(Part::ServiceAccounts))
}

/// What cannot be asked about, because nobody knows the accounts.
fn without_projects(accounts: &Reading<ServiceAccounts>, part: Part) -> Option<Gap> {
    match accounts {
        Reading::Missing(gap) => Some(Gap { part, ..gap.clone() }),
        _ => None,
    }
}

/// What cannot be asked about, because nobody knows the policies.
fn policies_missing(policies: &Reading<IamPolicies>, part: Part) -> Option<Gap> {
    match policies {
        Reading::Missing(gap) => Some(Gap { part, ..gap.clone() }),
        _ => None,
    }
}

/// Keeps what `collect` reads as soon as it is read; asks for nothing that an attempt before read whole.
async fn kept<T: Serialize + DeserializeOwned>(
    run: &Run<'_>,
    key: PartKey<T>,
    collect: impl Future<Output = Reading<T>>,
) -> Result<(), StoreError> {
    match run.part(key)? {
        Some(Reading::Complete(_)) => Ok(()),
        _ => run.put_part(key, &collect.await),
    }
}

impl Plan {
    /// When a part that begins now must be read.
    fn deadline(&self) -> Instant {
        Instant::now() + self.part_deadline
    }

    /// Who reads the Directory: the admin, or the account by a role of its own.
    fn admin_session<'a>(&self, client: &'a Client) -> Session<'a> {
        let scopes = access::scopes(Identity::Admin, &self.parts);
        match &self.admin {
            Some(admin) if !self.admin_role => Session::as_subject(client, admin, &scopes),
            _ => Session::as_account(client, &scopes),
        }
    }

    /// The gap of a part that is not asked for; `None` if it is.
    fn not_asked(&self, part: Part) -> Option<Gap> {
        (!self.parts.contains(&part)).then(|| gaps::not_asked(part))
    }
}

/// Facts with what is missing of them: complete, partial, or missing if there was no answer at all.
fn reading<T>(facts: T, any: bool, gaps: impl IntoIterator<Item = Gap>) -> Reading<T> {
    // Single rows are the least that can be missing: they must not hide a listing that was refused.
    match gaps.into_iter().max_by_key(|gap| (!gap.is_of_rows(), gap.class)) {
        None => Reading::Complete(facts),
        Some(gap) if any => Reading::Partial(facts, gap),
        Some(gap) => Reading::Missing(gap),
    }
}
