//! The IAM API: service accounts and their keys, read by an identity that holds the permission.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::discovery::Api;
use crate::tenant::{KeyOrigin, Project, ServiceAccount};

pub(crate) fn accounts(call: &Call<'_>) -> Outcome {
    let name = call.in_path("projectsId");
    let project = visible_project(call, name, "iam.serviceAccounts.list")?;
    // The page size is not bounded by the method's description; its text says 100, and 20 if not given.
    let (accounts, more) = call.page(&project.accounts, call.page_size("pageSize", 20, 100))?;
    let mut body = Map::new();
    if !accounts.is_empty() {
        body.insert("accounts".to_owned(), accounts.iter().map(|account| account.render(project)).collect());
    }
    if let Some(more) = more {
        body.insert("nextPageToken".to_owned(), more);
    }
    Ok(Value::Object(body))
}

pub(crate) fn account(call: &Call<'_>) -> Outcome {
    let (project, account) = visible_account(call, "iam.serviceAccounts.get")?;
    Ok(account.render(project))
}

pub(crate) fn keys(call: &Call<'_>) -> Outcome {
    let kinds = key_types(call)?;
    let (project, account) = visible_account(call, "iam.serviceAccountKeys.list")?;
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
    let (project, account) = visible_account(call, "iam.serviceAccountKeys.get")?;
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

/// Only service accounts hold permissions here: a user's token is refused.
fn visible_project<'a>(call: &Call<'a>, name: &str, permission: &str) -> Result<&'a Project, ApiError> {
    call.tenant()
        .projects
        .iter()
        .find(|project| (project.id == name || project.number == name) && may_view(call, project))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, &format!("projects/{name}")))
}

/// The account by address or unique id; `-` as the project lets IAM find it.
fn visible_account<'a>(
    call: &Call<'a>,
    permission: &str,
) -> Result<(&'a Project, &'a ServiceAccount), ApiError> {
    let (project_name, name) = (call.in_path("projectsId"), call.in_path("serviceAccountsId"));
    let named =
        |account: &ServiceAccount| account.email.eq_ignore_ascii_case(name) || account.client_id == name;
    let denied = || {
        let resource = format!("projects/{project_name}/serviceAccounts/{name}");
        ApiError::iam_permission_denied(permission, &resource)
    };
    if project_name == "-" {
        let found = call.tenant().accounts().find(|(_, account)| named(account));
        return found.filter(|(project, _)| may_view(call, project)).ok_or_else(denied);
    }
    let project = visible_project(call, project_name, permission)?;
    let account = project.accounts.iter().find(|account| named(account));
    account.map(|account| (project, account)).ok_or_else(|| {
        ApiError::of(Api::Iam, 404, "NOT_FOUND", "notFound", format!("Unknown service account {name}"))
    })
}

fn may_view(call: &Call<'_>, project: &Project) -> bool {
    call.subject().is_none() && call.client().is_some_and(|client| project.viewers.contains(&client.email))
}
