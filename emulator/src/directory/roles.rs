//! `roles`, `privileges` and `roleAssignments`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::etag;
use crate::page_tokens::Place;
use crate::tenant::{DIRECTORY_SERVICE, Role, RoleAssignment};

pub(crate) fn roles(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let tenant = call.tenant();
    let (roles, more) = call.page(&tenant.roles, call.page_size("maxResults", 100, 100))?;
    Ok(listing(call, "roles", roles.iter().map(Role::render).collect(), more))
}

pub(crate) fn role(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let role = call.tenant().roles.iter().find(|role| role.id == call.in_path("roleId"));
    role.map(Role::render).ok_or_else(|| ApiError::resource_not_found("roleId"))
}

/// The privileges that the tenant's roles hold; Google lists more, and as a tree.
pub(crate) fn privileges(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let names: BTreeSet<&str> =
        call.tenant().roles.iter().flat_map(|role| role.privileges.iter().copied()).collect();
    let items = names
        .into_iter()
        .map(|name| {
            json!({
                "kind": "admin#directory#privilege",
                "etag": etag("privilege", name),
                "serviceId": DIRECTORY_SERVICE,
                "serviceName": "admin_directory",
                "privilegeName": name,
                "isOuScopable": name.starts_with("USERS") || name.starts_with("ORGANIZATION"),
            })
        })
        .collect();
    Ok(listing(call, "privileges", items, None))
}

/// Google documents that a page can be empty and still carry a token: an unfiltered listing begins with
/// such a page here.
pub(crate) fn role_assignments(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let tenant = call.tenant();
    let user = match call.in_query("userKey") {
        Some(key) => Some(assignee_id(call, key)?),
        None => None,
    };
    let role = call.in_query("roleId");
    if user.is_none() && role.is_none() && !call.place()?.paused {
        let more = call.page_token(Place { offset: 0, paused: true, emptied: false });
        return Ok(listing(call, "roleAssignments", Vec::new(), Some(more)));
    }
    let assignments: Vec<&RoleAssignment> = tenant
        .role_assignments
        .iter()
        .filter(|assignment| user.as_ref().is_none_or(|id| assignment.assigned_to == *id))
        .filter(|assignment| role.is_none_or(|id| assignment.role_id == id))
        .collect();
    let (page, more) = call.page(&assignments, call.page_size("maxResults", 200, 200))?;
    Ok(listing(call, "roleAssignments", page.iter().map(|assignment| assignment.render()).collect(), more))
}

pub(crate) fn role_assignment(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let wanted = call.in_path("roleAssignmentId");
    let assignment = call.tenant().role_assignments.iter().find(|assignment| assignment.id == wanted);
    assignment.map(RoleAssignment::render).ok_or_else(|| ApiError::resource_not_found("roleAssignmentId"))
}

fn assignee_id(call: &Call<'_>, key: &str) -> Result<String, ApiError> {
    let people = &call.tenant().people;
    let person = people.find(key).and_then(|place| people.at(place));
    person.map(|person| person.id.clone()).ok_or_else(|| ApiError::resource_not_found("userKey"))
}

fn listing(call: &Call<'_>, kind: &str, items: Vec<Value>, more: Option<Value>) -> Value {
    let mut body = json!({
        "kind": format!("admin#directory#{kind}"),
        "etag": etag(kind, &call.tenant().customer_id),
    });
    if !items.is_empty() {
        body["items"] = Value::Array(items);
    }
    if let Some(more) = more {
        body["nextPageToken"] = more;
    }
    body
}
