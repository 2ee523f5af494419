//! Service accounts of the configured projects, with their user-managed keys.

use futures::{StreamExt, stream};

use crate::google::{Session, iam1};
use crate::tenant::{Gap, Part, Reading, ServiceAccount, ServiceAccountKey, ServiceAccounts};

use super::{Plan, Progress, gaps, reading};

/// Accounts whose keys are read at once.
const AT_ONCE: usize = 16;

/// Reads every project. A project that cannot be read makes the part partial, or missing if it is all.
pub(super) async fn collect(
    account: &Session<'_>,
    plan: &Plan,
    progress: &dyn Progress,
) -> Reading<ServiceAccounts> {
    if let Some(gap) = plan.not_asked(Part::ServiceAccounts) {
        return Reading::Missing(gap);
    }
    if plan.projects.is_empty() {
        let fix = "List the projects where service accounts live in `[cloud] projects`.";
        return Reading::Missing(gaps::not_configured(
            Part::ServiceAccounts,
            "no project is configured",
            fix,
        ));
    }
    progress.started(Part::ServiceAccounts, None);
    let mut accounts = Vec::new();
    let mut missing: Vec<Gap> = Vec::new();
    let mut any = false;
    for project in &plan.projects {
        let found = project_accounts(account, plan, project).await;
        missing.extend(found.gap().map(|gap| of_project(gap, project)));
        if let Reading::Complete(found) | Reading::Partial(found, _) = found {
            any = true;
            progress.advanced(Part::ServiceAccounts, found.len() as u64);
            accounts.extend(found);
        }
    }
    progress.finished(Part::ServiceAccounts);
    reading(ServiceAccounts::new(accounts), any, missing)
}

async fn project_accounts(session: &Session<'_>, plan: &Plan, project: &str) -> Reading<Vec<ServiceAccount>> {
    let listing = iam1::list_service_accounts(session, project).all().await;
    let gap = gaps::of_listing(Part::ServiceAccounts, &listing);
    let accounts: Vec<ServiceAccount> = stream::iter(listing.rows)
        .map(|wire| async {
            let mut account = service_account(wire.0, project);
            if plan.parts.contains(&Part::SaKeys) {
                account.keys = keys(session, project, &account).await;
            }
            account
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    reading(accounts, listing.began, gap)
}

async fn keys(
    session: &Session<'_>,
    project: &str,
    account: &ServiceAccount,
) -> Reading<Vec<ServiceAccountKey>> {
    let listing = iam1::list_user_managed_keys(session, project, &account.email).all().await;
    let gap = gaps::of_listing(Part::SaKeys, &listing);
    reading(listing.rows.into_iter().map(key).collect(), listing.began, gap)
}

fn service_account(wire: iam1::ServiceAccount, project: &str) -> ServiceAccount {
    let unique_id = wire.unique_id.unwrap_or_default();
    ServiceAccount {
        project: wire.project_id.unwrap_or_else(|| project.to_owned()),
        email: wire.email.unwrap_or_default(),
        client_id: wire.oauth2_client_id.unwrap_or_else(|| unique_id.clone()),
        unique_id,
        display_name: wire.display_name.unwrap_or_default(),
        disabled: wire.disabled.unwrap_or(false),
        keys: Reading::Missing(gaps::not_asked(Part::SaKeys)),
    }
}

fn key(wire: iam1::ServiceAccountKey) -> ServiceAccountKey {
    let name = wire.name.unwrap_or_default();
    ServiceAccountKey {
        key_id: name.rsplit('/').next().unwrap_or_default().to_owned(),
        created_at: wire.valid_after_time,
        expires_at: wire.valid_before_time,
        origin: wire.key_origin.unwrap_or_default(),
        key_type: wire.key_type.unwrap_or_default(),
        disabled: wire.disabled.unwrap_or(false),
    }
}

fn of_project(gap: &Gap, project: &str) -> Gap {
    Gap { message: format!("Project {project}: {}", gap.message), ..gap.clone() }
}
