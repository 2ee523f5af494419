//! The workload identity pools that policies name, with the providers that let identities into them.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};

use crate::causes::{self, Class};
use crate::google::{Session, iam1};
use crate::store::{Run, StoreError, part_key};
use crate::tenant::{
    Gap, GapClass, IamPolicies, IamResource, IamRoles, Part, PoolState, Reading, WorkloadIdentityPool,
    WorkloadIdentityPools, WorkloadIdentityProvider,
};

use super::{earlier, gaps, iam, reading};

/// Projects and pools that are read at once.
const AT_ONCE: usize = 8;

const PART: Part = Part::WorkloadIdentityPools;

/// Ids of providers by the names of their pools.
pub(super) type KnownProviders = BTreeMap<String, Vec<String>>;

/// The providers of each pool as the newest earlier run knew them that read all of them.
pub(super) fn known_before(run: &Run<'_>) -> Result<KnownProviders, StoreError> {
    let mut known = KnownProviders::new();
    earlier::readings(run, part_key::WORKLOAD_IDENTITY_POOLS, |reading| {
        for pool in reading.known().into_iter().flat_map(|pools| &pools.0) {
            if let Ok(providers) = pool.providers.complete() {
                let ids = || providers.iter().map(|provider| provider.id.clone()).collect();
                known.entry(pool.name.clone()).or_insert_with(ids);
            }
        }
        reading.gap().is_none()
    })?;
    Ok(known)
}

/// Pools that hold a role which can lead to an account. One that is not listed is no fact: it counts as open.
pub(super) async fn collect(
    account: &Session<'_>,
    policies: &IamPolicies,
    roles: Option<&IamRoles>,
    before: &KnownProviders,
) -> Reading<WorkloadIdentityPools> {
    let members = iam::leading_members(policies, roles);
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (project, pool) in members.filter_map(pool_of) {
        wanted.entry(project).or_default().insert(pool);
    }
    let read: Vec<Reading<Vec<WorkloadIdentityPool>>> = stream::iter(wanted)
        .map(|(project, pools)| async move {
            let read = of_project(account, project, &pools, before).await;
            if is_known(policies, project) { read } else { as_foreign(read, project) }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let any = read.is_empty() || read.iter().any(|pools| pools.known().is_some());
    let gaps: Vec<Gap> = read.iter().filter_map(Reading::gap).cloned().collect();
    let of_providers: Vec<Gap> = read
        .iter()
        .filter_map(Reading::known)
        .flatten()
        .filter_map(|pool| pool.providers.gap())
        .cloned()
        .collect();
    let pools = read.into_iter().filter_map(|pools| pools.known().cloned()).flatten().collect();
    reading(WorkloadIdentityPools(pools), any, gaps.into_iter().chain(of_providers))
}

/// The number of the project and the name of the pool, of a member of a policy.
fn pool_of(member: &str) -> Option<(&str, &str)> {
    let (_, name) = member.split_once("://iam.googleapis.com/")?;
    let (project, rest) = name.strip_prefix("projects/")?.split_once('/')?;
    let pool = rest.split_once("workloadIdentityPools/")?.1.split('/').next()?;
    let end = name.len() - rest.len() + rest.find(pool)? + pool.len();
    (!pool.is_empty()).then_some((project, &name[..end]))
}

/// Whether the project is among those that were read.
fn is_known(policies: &IamPolicies, project: &str) -> bool {
    policies.0.iter().any(|entry| {
        matches!(&entry.resource, IamResource::Project(id) if id == project)
            || entry.number.as_deref() == Some(project)
    })
}

/// Nobody can be asked to let the audit into a project that may be somebody else's.
fn as_foreign<T>(read: Reading<T>, project: &str) -> Reading<T> {
    match read {
        Reading::Missing(gap) if gap.class == GapClass::Denied => Reading::Missing(Gap {
            class: GapClass::NotConfigured,
            message: format!(
                "A policy names a pool of project {project}, which is not read. The pool counts as open. {}",
                gap.message
            ),
            ..gap
        }),
        other => other,
    }
}

async fn of_project(
    account: &Session<'_>,
    project: &str,
    wanted: &BTreeSet<&str>,
    before: &KnownProviders,
) -> Reading<Vec<WorkloadIdentityPool>> {
    let mut listing = iam1::list_workload_identity_pools(account, project).all().await;
    let mut gap = gaps::of_listing(PART, &listing);
    if gaps::is_empty(&listing) {
        (listing.rows, gap) = still_there(account, project, wanted, before).await;
        listing.began = gap.is_none() || !listing.rows.is_empty();
    }
    let named = listing.rows.into_iter().filter(|pool| wanted.contains(pool.name.as_str()));
    let pools: Vec<WorkloadIdentityPool> = stream::iter(named)
        .map(|pool| async move {
            let state = match (pool.state.as_str(), pool.disabled) {
                ("DELETED", _) => PoolState::Deleted,
                (_, true) => PoolState::Disabled,
                _ => PoolState::Active,
            };
            let providers = match state {
                PoolState::Deleted => Reading::Complete(Vec::new()),
                _ => providers(account, project, &pool.name, before).await,
            };
            WorkloadIdentityPool { name: pool.name, state, providers }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    reading(pools, listing.began, gap)
}

/// An empty listing is what is true, or what went wrong: the pools that policies name tell which. Deleted pools are
/// listed, too, and can be asked for as long (the methods' descriptions).
async fn still_there(
    account: &Session<'_>,
    project: &str,
    wanted: &BTreeSet<&str>,
    before: &KnownProviders,
) -> (Vec<iam1::Pool>, Option<Gap>) {
    let (mut found, mut gap) = (Vec::new(), None);
    for name in wanted {
        let pool = name.rsplit('/').next().unwrap_or_default();
        match iam1::get_workload_identity_pool(account, project, pool).await {
            Ok(pool) => found.push(pool),
            Err(error) if error.cause == causes::NOT_FOUND => {}
            // Who may list pools may not have to be allowed to get one: then only one that was read is missed.
            Err(error) if error.cause.class == Class::Denied && !before.contains_key(*name) => {}
            Err(error) => gap = Some(gaps::refused(PART, &error)),
        }
    }
    let contradicted = found.first().map(|pool| {
        gaps::contradicted(
            PART,
            format!("Google listed no identity pool in {project}, but {} exists", pool.name),
        )
    });
    (found, contradicted.or(gap))
}

/// The same of the providers of a pool, by those that were there. Deleted ones are not listed.
async fn provider_is_there(
    account: &Session<'_>,
    project: &str,
    pool: &str,
    before: &[String],
) -> Option<Gap> {
    for provider in before {
        match iam1::get_workload_identity_provider(account, project, pool, provider).await {
            Ok(found) if found.state == "DELETED" => {}
            Ok(_) => {
                let message = format!("Google listed no provider of the pool {pool}, but {provider} exists");
                return Some(gaps::contradicted(PART, message));
            }
            Err(error) if error.cause == causes::NOT_FOUND => {}
            Err(error) => return Some(gaps::refused(PART, &error)),
        }
    }
    None
}

async fn providers(
    account: &Session<'_>,
    project: &str,
    name: &str,
    before: &KnownProviders,
) -> Reading<Vec<WorkloadIdentityProvider>> {
    let pool = name.rsplit('/').next().unwrap_or_default();
    let listing = iam1::list_workload_identity_providers(account, project, pool).all().await;
    if gaps::is_empty(&listing)
        && let Some(known) = before.get(name)
        && let Some(gap) = provider_is_there(account, project, pool, known).await
    {
        return Reading::Missing(gap);
    }
    let gap = gaps::of_listing(PART, &listing);
    let rows = listing.rows.into_iter().map(|provider| WorkloadIdentityProvider {
        id: provider.name.rsplit('/').next().unwrap_or_default().to_owned(),
        issuer: match (provider.oidc, provider.aws) {
            (Some(oidc), _) => oidc.issuer_uri,
            (None, Some(aws)) => format!("AWS account {}", aws.account_id),
            (None, None) => String::new(),
        },
        has_condition: !provider.attribute_condition.is_empty(),
        is_open: !provider.disabled && provider.state != "DELETED",
    });
    reading(rows.collect(), listing.began, gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_names_its_pool_and_the_pools_project() {
        let pool = "projects/123/locations/global/workloadIdentityPools/ci";
        for member in [
            format!("principalSet://iam.googleapis.com/{pool}/*"),
            format!("principal://iam.googleapis.com/{pool}/subject/a/b"),
            format!("principalSet://iam.googleapis.com/{pool}/attribute.repository/x"),
        ] {
            assert_eq!(pool_of(&member), Some(("123", pool)), "{member}");
        }
        for member in [
            "principalSet://iam.googleapis.com/locations/global/workforcePools/p/*",
            "principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount",
            "user:a@example.com",
        ] {
            assert_eq!(pool_of(member), None, "{member}");
        }
    }

    #[test]
    fn a_refusal_for_a_project_that_is_not_read_does_not_make_the_run_partial() {
        let gap = |class| Gap { class, ..Gap::not_reached(PART) };
        let class_of = |class| as_foreign(Reading::<()>::Missing(gap(class)), "9").gap().unwrap().class;
        assert_eq!(class_of(GapClass::Denied), GapClass::NotConfigured);
        assert_eq!(class_of(GapClass::Failed), GapClass::Failed);
    }
}
