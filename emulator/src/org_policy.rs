//! Organization Policy: what holds for a project.

use serde_json::json;

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::discovery::Api;
use crate::permissions::permission_of;
use crate::tenant::{KNOWN_CONSTRAINTS, Resource, policy_etag};

pub(crate) fn effective(call: &Call<'_>) -> Outcome {
    let (name, constraint) = (call.in_path("projectsId"), call.in_path("policiesId"));
    let permission = permission_of(call.method.id);
    let project = call
        .tenant()
        .project(name)
        .filter(|project| call.may(permission, Resource::Project(project)))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, &format!("projects/{name}")))?;
    // *Unverified* wording; Google knows more constraints than are served.
    let rule = call.tenant().effective_rule(Resource::Project(project), constraint).ok_or_else(|| {
        let known: Vec<&str> = KNOWN_CONSTRAINTS.iter().map(|(name, _)| *name).collect();
        let message = format!("Requested entity was not found. The emulator serves {}.", known.join(", "));
        ApiError::of(Api::OrgPolicy, 404, "NOT_FOUND", "notFound", message)
    })?;
    let name = format!("projects/{}/policies/{constraint}", project.number);
    Ok(json!({
        "name": name,
        "spec": { "etag": policy_etag(&name), "rules": [rule.render()] },
    }))
}
