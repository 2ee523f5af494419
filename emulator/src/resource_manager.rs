//! Resource Manager: the organization, its folders and projects, and the policies set on them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::iam::policy_version;
use crate::permissions::permission_of;
use crate::tenant::{Folder, Project, Resource, policy_etag};

/// *Unverified*: the document only says that the server picks a size. The guide's examples end at 1000.
const USUAL_PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;

pub(crate) fn project(call: &Call<'_>) -> Outcome {
    match named(call)? {
        Resource::Project(project) => Ok(render_project(call, project)),
        _ => Err(denied(call)),
    }
}

pub(crate) fn folder(call: &Call<'_>) -> Outcome {
    match named(call)? {
        Resource::Folder(folder) => Ok(render_folder(call, folder)),
        _ => Err(denied(call)),
    }
}

pub(crate) fn organization(call: &Call<'_>) -> Outcome {
    named(call).map(|_| render_organization(call))
}

/// The policy set on the resource itself, without what it inherits.
pub(crate) fn policy(call: &Call<'_>) -> Outcome {
    let message = call.message()?;
    let options = message.get("options").and_then(|options| options.get("requestedPolicyVersion"));
    let version = options.map_or(Some(0), Value::as_i64).unwrap_or(-1);
    let version = policy_version(Api::ResourceManager, version)?;
    let resource = named(call)?;
    let tenant = call.tenant();
    Ok(tenant.policy_of(resource).render(&tenant.name_of(resource), version))
}

/// The projects right below a parent.
pub(crate) fn projects(call: &Call<'_>) -> Outcome {
    let parent = parent(call)?;
    let below = call.tenant().projects.iter().filter(|project| parent_of(call, project) == parent);
    listing(call, "projects", below.map(|project| render_project(call, project)).collect())
}

/// The projects that the caller may see, wherever they are.
pub(crate) fn search_projects(call: &Call<'_>) -> Outcome {
    let query = call.in_query("query").unwrap_or_default();
    let visible = call.tenant().projects.iter().filter(|project| {
        call.may(permission_of(call.method.id), Resource::Project(project))
            && query.split_whitespace().all(|term| selects(call, project, term))
    });
    listing(call, "projects", visible.map(|project| render_project(call, project)).collect())
}

pub(crate) fn folders(call: &Call<'_>) -> Outcome {
    let parent = parent(call)?;
    // Folders have no folders in them here.
    let below = call.tenant().folders.iter().filter(|_| parent.starts_with("organizations/"));
    listing(call, "folders", below.map(|folder| render_folder(call, folder)).collect())
}

pub(crate) fn search_organizations(call: &Call<'_>) -> Outcome {
    let tenant = call.tenant();
    let query = call.in_query("query").unwrap_or_default().to_lowercase();
    let selected = match query.split_once([':', '=']) {
        None => query.is_empty(),
        Some(("domain", domain)) => domain == tenant.primary_domain,
        Some(("directorycustomerid" | "owner.directorycustomerid", id)) => {
            tenant.customer_id.eq_ignore_ascii_case(id)
        }
        Some(_) => false,
    };
    let visible = selected && call.may(permission_of(call.method.id), Resource::Organization);
    listing(call, "organizations", visible.then(|| render_organization(call)).into_iter().collect())
}

/// The resource in the path, if the caller holds the method's permission on it.
fn named<'a>(call: &Call<'a>) -> Result<Resource<'a>, ApiError> {
    let found = find(call, &path_name(call));
    found.filter(|resource| call.may(permission_of(call.method.id), *resource)).ok_or_else(|| denied(call))
}

/// The parent in the query, if the caller may list what is below it.
fn parent(call: &Call<'_>) -> Result<String, ApiError> {
    let parent = call.in_query("parent").unwrap_or_default();
    if parent.is_empty() {
        // The description calls it required, and does not mark it so.
        return Err(ApiError::missing_parameter(Api::ResourceManager, "parent"));
    }
    let permission = permission_of(call.method.id);
    let found = find(call, parent).filter(|resource| call.may(permission, *resource));
    found
        .map(|resource| call.tenant().name_of(resource))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, parent))
}

/// A resource by its relative name.
pub(crate) fn find<'a>(call: &Call<'a>, name: &str) -> Option<Resource<'a>> {
    let tenant = call.tenant();
    match name.split_once('/')? {
        ("organizations", id) => (id == tenant.cloud.id).then_some(Resource::Organization),
        ("folders", id) => tenant.folder(id).map(Resource::Folder),
        ("projects", name) => tenant.project(name).map(Resource::Project),
        _ => None,
    }
}

fn path_name(call: &Call<'_>) -> String {
    let kinds = [("projectsId", "projects"), ("foldersId", "folders"), ("organizationsId", "organizations")];
    let given = kinds.into_iter().find(|(parameter, _)| !call.in_path(parameter).is_empty());
    given.map(|(parameter, kind)| format!("{kind}/{}", call.in_path(parameter))).unwrap_or_default()
}

fn denied(call: &Call<'_>) -> ApiError {
    ApiError::iam_permission_denied(permission_of(call.method.id), &path_name(call))
}

/// Of the search language: the fields that name a project or its parent. Any other selects nothing.
fn selects(call: &Call<'_>, project: &Project, term: &str) -> bool {
    let Some((field, value)) = term.split_once([':', '=']) else { return false };
    match field.to_lowercase().as_str() {
        "id" | "projectid" => value == "*" || project.id.eq_ignore_ascii_case(value),
        "displayname" | "name" => value == "*" || project.id.eq_ignore_ascii_case(value),
        "parent" => parent_of(call, project) == value,
        "parent.type" => parent_of(call, project).starts_with(value),
        "parent.id" => parent_of(call, project).ends_with(&format!("/{value}")),
        "state" | "lifecyclestate" => value.eq_ignore_ascii_case("ACTIVE"),
        _ => false,
    }
}

fn parent_of(call: &Call<'_>, project: &Project) -> String {
    match &project.folder {
        Some(folder) => format!("folders/{folder}"),
        None => format!("organizations/{}", call.tenant().cloud.id),
    }
}

fn render_project(call: &Call<'_>, project: &Project) -> Value {
    json!({
        "name": format!("projects/{}", project.number),
        "parent": parent_of(call, project),
        "projectId": project.id,
        "state": "ACTIVE",
        "displayName": project.id,
        "createTime": time(project.created_at),
        "updateTime": time(project.created_at),
        "etag": policy_etag(&project.id),
    })
}

fn render_folder(call: &Call<'_>, folder: &Folder) -> Value {
    json!({
        "name": format!("folders/{}", folder.id),
        "parent": format!("organizations/{}", call.tenant().cloud.id),
        "displayName": folder.display_name,
        "state": "ACTIVE",
        "createTime": time(call.tenant().founded_at),
        "updateTime": time(call.tenant().founded_at),
        "etag": policy_etag(&folder.id),
    })
}

fn render_organization(call: &Call<'_>) -> Value {
    let tenant = call.tenant();
    json!({
        "name": format!("organizations/{}", tenant.cloud.id),
        "displayName": tenant.primary_domain,
        "directoryCustomerId": tenant.customer_id,
        "state": "ACTIVE",
        "createTime": time(tenant.founded_at),
        "updateTime": time(tenant.founded_at),
        "etag": policy_etag(&tenant.cloud.id),
    })
}

fn listing(call: &Call<'_>, field: &str, entries: Vec<Value>) -> Outcome {
    let (entries, more) = call.page(&entries, call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE))?;
    Ok(page_body(field, entries.to_vec(), more))
}

fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}
