//! Workload identity pools and their providers: those of the audit's own project, and none elsewhere.
//!
//! *Unverified*: which pools a listing leaves out, such as those that Google keeps for clusters, and what a
//! place other than `global` is answered.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::permissions::permission_of;
use crate::tenant::{FORMER_POOL, Project, Resource, pool, pool_named};

/// From the descriptions of `pageSize`.
const USUAL_PAGE: usize = 50;
const MAX_POOLS: usize = 1000;
const MAX_PROVIDERS: usize = 100;

pub(crate) fn pools(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let found = pools_of(call, project, call.in_query("showDeleted") == Some("true"));
    listing(call, "workloadIdentityPools", &found, MAX_POOLS)
}

/// A deleted pool, too. *Unverified*: the answer's wording for one that does not exist.
pub(crate) fn one_pool(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let wanted = pool_named(&project.number, call.in_path("workloadIdentityPoolsId"));
    named(pools_of(call, project, true), &wanted)
}

pub(crate) fn providers(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    listing(call, "workloadIdentityPoolProviders", &providers_of(call, project), MAX_PROVIDERS)
}

pub(crate) fn provider(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let pool = pool_named(&project.number, call.in_path("workloadIdentityPoolsId"));
    let wanted = format!("{pool}/providers/{}", call.in_path("providersId"));
    named(providers_of(call, project), &wanted)
}

fn named(found: Vec<Value>, wanted: &str) -> Outcome {
    let found = found.into_iter().find(|entry| entry["name"] == wanted);
    found.ok_or_else(|| {
        ApiError::of(Api::Iam, 404, "NOT_FOUND", "notFound", "Requested entity was not found.")
    })
}

fn providers_of(call: &Call<'_>, project: &Project) -> Vec<Value> {
    let wanted = pool_named(&project.number, call.in_path("workloadIdentityPoolsId"));
    if wanted == pool(&project.number) && is_home(call, project) {
        vec![
            json!({
                "name": format!("{wanted}/providers/build"),
                "state": "ACTIVE",
                "attributeMapping": { "google.subject": "assertion.sub" },
                "oidc": { "issuerUri": "https://build.example" },
            }),
            json!({
                "name": format!("{wanted}/providers/emulated"),
                "displayName": "Emulated workloads",
                "state": "ACTIVE",
                "attributeMapping": { "google.subject": "assertion.sub" },
                "attributeCondition": "assertion.sub.startsWith('emulated')",
                "oidc": { "issuerUri": "https://tokens.example" },
            }),
        ]
    } else {
        Vec::new()
    }
}

fn pools_of(call: &Call<'_>, project: &Project, with_deleted: bool) -> Vec<Value> {
    if !is_home(call, project) {
        return Vec::new();
    }
    let mut pools = vec![
        json!({ "name": pool(&project.number), "displayName": "Emulated workloads", "state": "ACTIVE" }),
        json!({ "name": pool_named(&project.number, FORMER_POOL), "state": "ACTIVE", "disabled": true }),
    ];
    if with_deleted {
        pools.push(json!({ "name": pool_named(&project.number, "gone"), "state": "DELETED" }));
    }
    pools
}

/// Whether it is the project with the pools.
fn is_home(call: &Call<'_>, project: &Project) -> bool {
    call.in_path("locationsId") == "global" && project.number == call.tenant().audit_account().0.number
}

fn visible<'a>(call: &Call<'a>) -> Result<&'a Project, ApiError> {
    let (name, permission) = (call.in_path("projectsId"), permission_of(call.method.id));
    let found = call.tenant().project(name);
    found
        .filter(|project| call.may(permission, Resource::Project(project)))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, &format!("projects/{name}")))
}

fn listing(call: &Call<'_>, field: &str, entries: &[Value], most: usize) -> Outcome {
    let (entries, more) = call.page(entries, call.page_size("pageSize", USUAL_PAGE, most))?;
    Ok(page_body(field, entries.to_vec(), more))
}
