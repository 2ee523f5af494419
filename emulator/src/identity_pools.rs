//! Workload identity pools and their providers: those of the audit's own project, and none elsewhere.
//!
//! *Unverified*: which pools a listing leaves out, such as those that Google keeps for clusters, and what a
//! place other than `global` is answered.

use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::permissions::permission_of;
use crate::tenant::{FORMER_POOL, Project, Resource, pool, pool_named};

/// From the descriptions of `pageSize`.
const USUAL_PAGE: usize = 50;
const MOST_POOLS: usize = 1000;
const MOST_PROVIDERS: usize = 100;

pub(crate) fn pools(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let found = pools_of(call, project);
    listing(call, "workloadIdentityPools", &found, MOST_POOLS)
}

pub(crate) fn providers(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let wanted = pool_named(&project.number, call.in_path("workloadIdentityPoolsId"));
    let found = if wanted == pool(&project.number) && is_home(call, project) {
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
    };
    listing(call, "workloadIdentityPoolProviders", &found, MOST_PROVIDERS)
}

fn pools_of(call: &Call<'_>, project: &Project) -> Vec<Value> {
    if !is_home(call, project) {
        return Vec::new();
    }
    let mut pools = vec![
        json!({ "name": pool(&project.number), "displayName": "Emulated workloads", "state": "ACTIVE" }),
        json!({ "name": pool_named(&project.number, FORMER_POOL), "state": "ACTIVE", "disabled": true }),
    ];
    if call.in_query("showDeleted") == Some("true") {
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
    let mut body = Map::new();
    if !entries.is_empty() {
        body.insert(field.to_owned(), entries.into());
    }
    if let Some(more) = more {
        body.insert("nextPageToken".to_owned(), more);
    }
    Ok(Value::Object(body))
}
