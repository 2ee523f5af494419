//! The IAM API: service accounts and their keys, read by an identity that holds the permission.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::permissions::permission_of;
use crate::tenant::{KeyOrigin, Project, Resource, ServiceAccount};

pub(crate) fn accounts(call: &Call<'_>) -> Outcome {
    let name = call.in_path("projectsId");
    let project = visible_project(call, name, permission_of(call.method.id))?;
    // The page size is not bounded by the method's description; its text says 100, and 20 if not given.
    let (accounts, more) = call.page(&project.accounts, call.page_size("pageSize", 20, 100))?;
    Ok(page_body("accounts", accounts.iter().map(|account| account.render(project)).collect(), more))
}

pub(crate) fn account(call: &Call<'_>) -> Outcome {
    let (project, account) = visible_account(call, permission_of(call.method.id))?;
    Ok(account.render(project))
}

pub(crate) fn keys(call: &Call<'_>) -> Outcome {
    let kinds = key_types(call)?;
    let (project, account) = visible_account(call, permission_of(call.method.id))?;
    let keys: Vec<Value> = account
        .keys
        .iter()
        .filter(|key| {
            let kind = if key.origin == KeyOrigin::SystemManaged { "SYSTEM_MANAGED" } else { "USER_MANAGED" };
            kinds.is_empty() || kinds.contains(&kind)
        })
        .map(|key| key.render(project, account))
        .collect();
    if keys.is_empty() { Ok(json!({})) } else { Ok(json!({ "keys": keys })) }
}

/// The description refuses the unspecified type and a type given twice; the wordings are *unverified*.
fn key_types<'a>(call: &'a Call<'_>) -> Result<Vec<&'a str>, ApiError> {
    let kinds: Vec<&str> = call.all_in_query("keyTypes").collect();
    let distinct: HashSet<&str> = kinds.iter().copied().collect();
    if distinct.len() < kinds.len() || distinct.contains("KEY_TYPE_UNSPECIFIED") {
        let message = "Key types must be specified, and no more than once.";
        return Err(ApiError::of(Api::Iam, 400, "INVALID_ARGUMENT", "badRequest", message));
    }
    Ok(kinds)
}

pub(crate) fn key(call: &Call<'_>) -> Outcome {
    let (project, account) = visible_account(call, permission_of(call.method.id))?;
    let wanted = call.in_path("keysId");
    let key = account.keys.iter().find(|key| key.id == wanted);
    key.map(|key| key.render(project, account)).ok_or_else(|| {
        let name = format!("projects/{}/serviceAccounts/{}/keys/{wanted}", project.id, account.email);
        ApiError::of(
            Api::Iam,
            404,
            "NOT_FOUND",
            "notFound",
            format!("Service account key {name} does not exist."),
        )
    })
}

pub(crate) fn policy(call: &Call<'_>) -> Outcome {
    let version = match call.in_query("options.requestedPolicyVersion") {
        Some(version) => policy_version(Api::Iam, version.parse().unwrap_or(-1))?,
        None => 0,
    };
    let (project, account) = visible_account(call, permission_of(call.method.id))?;
    let name = call.tenant().name_of(Resource::Account(project, account));
    Ok(account.policy.render(&name, version))
}

/// Which of some permissions the caller holds on an account: none on one that does not exist, as the methods of
/// this name elsewhere say of themselves. *Unverified*: the refusal of a wildcard, which the description forbids.
pub(crate) fn test_permissions(call: &Call<'_>) -> Outcome {
    let message = call.message()?;
    let asked = message.get("permissions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let asked: Vec<&str> = asked.iter().filter_map(Value::as_str).collect();
    if let Some(wildcard) = asked.iter().find(|permission| permission.contains('*')) {
        let message = format!("Permission {wildcard} is not valid for this resource.");
        return Err(ApiError::of(Api::Iam, 400, "INVALID_ARGUMENT", "badRequest", message));
    }
    let (project_name, name) = (call.in_path("projectsId"), call.in_path("serviceAccountsId"));
    let found = call.tenant().account(name).filter(|(project, _)| {
        project_name == "-" || project.id == project_name || project.number == project_name
    });
    let held = |permission: &&str| {
        found.is_some_and(|(project, account)| call.may(permission, Resource::Account(project, account)))
    };
    let held: Vec<&str> = asked.into_iter().filter(held).collect();
    if held.is_empty() { Ok(json!({})) } else { Ok(json!({ "permissions": held })) }
}

/// 0, 1 and 3 are the versions there are. *Unverified* wording.
pub(crate) fn policy_version(api: Api, version: i64) -> Result<i64, ApiError> {
    if matches!(version, 0 | 1 | 3) {
        return Ok(version);
    }
    let message = format!("Invalid policy version: {version}");
    Err(ApiError::of(api, 400, "INVALID_ARGUMENT", "badRequest", message))
}

fn visible_project<'a>(call: &Call<'a>, name: &str, permission: &str) -> Result<&'a Project, ApiError> {
    call.tenant()
        .project(name)
        .filter(|project| call.may(permission, Resource::Project(project)))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, &format!("projects/{name}")))
}

/// The account by address or unique id; `-` as the project lets IAM find it. Whoever may read the project's
/// accounts is told which do not exist.
fn visible_account<'a>(
    call: &Call<'a>,
    permission: &str,
) -> Result<(&'a Project, &'a ServiceAccount), ApiError> {
    let (project_name, name) = (call.in_path("projectsId"), call.in_path("serviceAccountsId"));
    let tenant = call.tenant();
    let found = tenant.account(name).filter(|(project, _)| {
        project_name == "-" || project.id == project_name || project.number == project_name
    });
    let visible =
        found.filter(|(project, account)| call.may(permission, Resource::Account(project, account)));
    visible.ok_or_else(|| {
        let project = tenant.project(project_name);
        if found.is_none() && project.is_some_and(|project| call.may(permission, Resource::Project(project)))
        {
            let message = format!("Unknown service account {name}");
            return ApiError::of(Api::Iam, 404, "NOT_FOUND", "notFound", message);
        }
        let resource = format!("projects/{project_name}/serviceAccounts/{name}");
        ApiError::iam_permission_denied(permission, &resource)
    })
}
