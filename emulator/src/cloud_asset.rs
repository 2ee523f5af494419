//! Cloud Asset: service accounts and policies, wherever they are below a scope.

use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::permissions::permission_of;
use crate::resource_manager::find;
use crate::tenant::{Project, Resource, seconds};

const ACCOUNT: &str = "iam.googleapis.com/ServiceAccount";
const PROJECT: &str = "cloudresourcemanager.googleapis.com/Project";
const FOLDER: &str = "cloudresourcemanager.googleapis.com/Folder";
const ORGANIZATION: &str = "cloudresourcemanager.googleapis.com/Organization";
/// The types served; Google knows hundreds.
const TYPES: [&str; 4] = [ACCOUNT, FOLDER, ORGANIZATION, PROJECT];

/// The cap is the description's; the usual size is *unverified*.
const LARGEST_PAGE: usize = 500;
const USUAL_PAGE: usize = 100;

pub(crate) fn resources(call: &Call<'_>) -> Outcome {
    let found = within(call)?;
    let (page, more) = call.page(&found, call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE))?;
    Ok(page_body("results", page.iter().map(|resource| render_resource(call, *resource)).collect(), more))
}

pub(crate) fn policies(call: &Call<'_>) -> Outcome {
    let tenant = call.tenant();
    let mut found = within(call)?;
    found.retain(|resource| !tenant.policy_of(*resource).bindings.is_empty());
    let (page, more) = call.page(&found, call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE))?;
    let results = page.iter().map(|resource| {
        let mut result = place(call, *resource);
        result.insert("resource".to_owned(), json!(tenant.full_name_of(*resource)));
        // A search tells bindings with their conditions, and no audit configurations.
        let mut policy = tenant.policy_of(*resource).render(&tenant.name_of(*resource), 3);
        if let Value::Object(fields) = &mut policy {
            fields.retain(|name, _| name == "bindings");
        }
        result.insert("policy".to_owned(), policy);
        Value::Object(result)
    });
    Ok(page_body("results", results.collect(), more))
}

/// Every resource of the types asked for in the scope, in the order of their names.
fn within<'a>(call: &Call<'a>) -> Result<Vec<Resource<'a>>, ApiError> {
    let name = format!("{}/{}", call.in_path("v1Id"), call.in_path("v1Id1"));
    let permission = permission_of(call.method.id);
    let scope = find(call, &name)
        .filter(|scope| call.may(permission, *scope))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, &name))?;
    for parameter in ["query", "orderBy", "readMask"] {
        if call.in_query(parameter).is_some_and(|value| !value.is_empty()) {
            let message = format!("The emulator does not serve {parameter}.");
            return Err(ApiError::of(Api::CloudAsset, 400, "INVALID_ARGUMENT", "badRequest", message));
        }
    }
    let types: Vec<&str> = call.all_in_query("assetTypes").collect();
    if let Some(unknown) = types.iter().find(|wanted| !TYPES.contains(wanted)) {
        let message = format!("Asset type {unknown} is not supported.");
        return Err(ApiError::of(Api::CloudAsset, 400, "INVALID_ARGUMENT", "badRequest", message));
    }
    let tenant = call.tenant();
    let accounts = |project: &'a Project| {
        let accounts = project.accounts.iter();
        accounts.map(move |account| Resource::Account(project, account))
    };
    let all = std::iter::once(Resource::Organization)
        .chain(tenant.folders.iter().map(Resource::Folder))
        .chain(tenant.projects.iter().map(Resource::Project))
        .chain(tenant.projects.iter().flat_map(accounts));
    let wanted = all.filter(|resource| types.is_empty() || types.contains(&asset_type(*resource)));
    Ok(wanted.filter(|resource| tenant.is_within(*resource, scope)).collect())
}

fn asset_type(resource: Resource<'_>) -> &'static str {
    match resource {
        Resource::Organization => ORGANIZATION,
        Resource::Folder(_) => FOLDER,
        Resource::Project(_) => PROJECT,
        Resource::Account(..) => ACCOUNT,
    }
}

/// Where a resource is.
fn place(call: &Call<'_>, resource: Resource<'_>) -> Map<String, Value> {
    let tenant = call.tenant();
    let mut place = Map::new();
    place.insert("assetType".to_owned(), json!(asset_type(resource)));
    for above in tenant.lineage(resource) {
        match above {
            Resource::Account(..) => {}
            Resource::Project(_) => {
                place.insert("project".to_owned(), json!(tenant.name_of(above)));
            }
            Resource::Folder(_) => {
                place.insert("folders".to_owned(), json!([tenant.name_of(above)]));
            }
            Resource::Organization => {
                place.insert("organization".to_owned(), json!(tenant.name_of(above)));
            }
        }
    }
    place
}

fn render_resource(call: &Call<'_>, resource: Resource<'_>) -> Value {
    let tenant = call.tenant();
    let mut result = place(call, resource);
    result.insert("name".to_owned(), json!(tenant.full_name_of(resource)));
    result.insert("location".to_owned(), json!("global"));
    if let Some(parent) = tenant.lineage(resource).get(1) {
        result.insert("parentFullResourceName".to_owned(), json!(tenant.full_name_of(*parent)));
        result.insert("parentAssetType".to_owned(), json!(asset_type(*parent)));
    }
    let (name, attributes, state) = match resource {
        Resource::Account(_, account) => (
            account.display_name.clone(),
            json!({ "email": account.email, "uniqueId": account.client_id }),
            if account.disabled { "DISABLED" } else { "ENABLED" },
        ),
        Resource::Project(project) => (project.id.clone(), json!({ "projectId": project.id }), "ACTIVE"),
        Resource::Folder(folder) => (folder.display_name.clone(), json!({}), "ACTIVE"),
        Resource::Organization => (tenant.primary_domain.clone(), json!({}), "ACTIVE"),
    };
    result.insert("displayName".to_owned(), json!(name));
    result.insert("additionalAttributes".to_owned(), attributes);
    result.insert("state".to_owned(), json!(state));
    if let Resource::Project(project) = resource {
        result.insert("createTime".to_owned(), json!(seconds(project.created_at)));
    }
    Value::Object(result)
}
