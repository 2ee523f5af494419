//! Roles of the IAM API: Google's own, and those that projects and the organization made.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::permissions::permission_of;
use crate::tenant::{CustomRole, PREDEFINED, Resource, policy_etag, predefined};

/// From the parameter's description.
const USUAL_PAGE: usize = 300;
const LARGEST_PAGE: usize = 1000;

/// Anybody with a token may list Google's roles; a parent in the query makes it the listing of its roles.
pub(crate) fn list(call: &Call<'_>) -> Outcome {
    let parent = call.in_query("parent").unwrap_or_default();
    if !parent.is_empty() {
        return of_parent(call, parent);
    }
    let roles: Vec<Value> = PREDEFINED
        .iter()
        .map(|role| render(role.name, role.title, &role.permissions(), false, is_full(call)))
        .collect();
    page(call, &roles)
}

pub(crate) fn get(call: &Call<'_>) -> Outcome {
    let name = format!("roles/{}", call.in_path("rolesId"));
    let role = predefined(&name).ok_or_else(|| unknown(&name))?;
    Ok(render(role.name, role.title, &role.permissions(), false, true))
}

pub(crate) fn list_custom(call: &Call<'_>) -> Outcome {
    of_parent(call, &parent(call))
}

/// A deleted role is still told, with its mark, until it is gone for good.
pub(crate) fn get_custom(call: &Call<'_>) -> Outcome {
    let parent = parent(call);
    let roles = visible(call, &parent)?;
    let id = call.in_path("rolesId");
    let name = format!("{parent}/roles/{id}");
    let role = roles.iter().find(|role| role.id == id).ok_or_else(|| unknown(&name))?;
    Ok(render(&name, role.title, role.permissions, role.deleted, true))
}

fn of_parent(call: &Call<'_>, parent: &str) -> Outcome {
    let with_deleted = call.in_query("showDeleted") == Some("true");
    let roles: Vec<Value> = visible(call, parent)?
        .iter()
        .filter(|role| with_deleted || !role.deleted)
        .map(|role| {
            let name = format!("{parent}/roles/{}", role.id);
            render(&name, role.title, role.permissions, role.deleted, is_full(call))
        })
        .collect();
    page(call, &roles)
}

fn parent(call: &Call<'_>) -> String {
    match call.in_path("projectsId") {
        "" => format!("organizations/{}", call.in_path("organizationsId")),
        project => format!("projects/{project}"),
    }
}

/// The parent's roles, if the caller may read them there.
fn visible<'a>(call: &Call<'a>, parent: &str) -> Result<&'a [CustomRole], ApiError> {
    let tenant = call.tenant();
    let permission =
        if call.in_path("rolesId").is_empty() { "iam.roles.list" } else { permission_of(call.method.id) };
    let found = match parent.split_once('/') {
        Some(("organizations", id)) if id == tenant.cloud.id => {
            Some((Resource::Organization, tenant.cloud.roles.as_slice()))
        }
        Some(("projects", name)) => {
            tenant.project(name).map(|project| (Resource::Project(project), project.roles.as_slice()))
        }
        _ => None,
    };
    let found = found.filter(|(resource, _)| call.may(permission, *resource));
    found.map(|(_, roles)| roles).ok_or_else(|| ApiError::iam_permission_denied(permission, parent))
}

fn is_full(call: &Call<'_>) -> bool {
    call.in_query("view") == Some("FULL")
}

fn page(call: &Call<'_>, roles: &[Value]) -> Outcome {
    let (roles, more) = call.page(roles, call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE))?;
    Ok(page_body("roles", roles.to_vec(), more))
}

fn render(name: &str, title: &str, permissions: &[&str], deleted: bool, full: bool) -> Value {
    let mut role = json!({ "name": name, "title": title, "stage": "GA", "etag": policy_etag(name) });
    if full {
        role["includedPermissions"] = json!(permissions);
    }
    if deleted {
        role["deleted"] = json!(true);
    }
    role
}

fn unknown(name: &str) -> ApiError {
    let message = format!("The role named {name} was not found.");
    ApiError::of(Api::Iam, 404, "NOT_FOUND", "notFound", message)
}
