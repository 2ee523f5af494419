//! Service Usage: which APIs are on in a project.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::permissions::permission_of;
use crate::tenant::{Project, Resource};

/// Both from the parameter's description.
const USUAL_PAGE: usize = 50;
const LARGEST_PAGE: usize = 200;
/// From the description of `names`.
const MAX_NAMES: usize = 30;

/// The services of the APIs served, in the order of their names, and one that nobody switched on.
const SERVICES: [(&str, &str); 11] = [
    ("admin.googleapis.com", "Admin SDK API"),
    ("cloudasset.googleapis.com", "Cloud Asset API"),
    ("cloudresourcemanager.googleapis.com", "Cloud Resource Manager API"),
    ("gmail.googleapis.com", "Gmail API"),
    ("iam.googleapis.com", "Identity and Access Management (IAM) API"),
    ("iamcredentials.googleapis.com", "IAM Service Account Credentials API"),
    ("orgpolicy.googleapis.com", "Organization Policy API"),
    ("policyanalyzer.googleapis.com", "Policy Analyzer API"),
    (NEVER_ON, "Recommender API"),
    ("serviceusage.googleapis.com", "Service Usage API"),
    ("sts.googleapis.com", "Security Token Service API"),
];
const NEVER_ON: &str = "recommender.googleapis.com";

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let wanted = match call.in_query("filter").unwrap_or_default() {
        "" => None,
        "state:ENABLED" => Some(true),
        "state:DISABLED" => Some(false),
        _ => return Err(invalid("Invalid filter.")),
    };
    let services: Vec<Value> = SERVICES
        .iter()
        .filter(|(name, _)| wanted.is_none_or(|wanted| wanted == is_on(project, name)))
        .map(|(name, title)| render(project, name, title))
        .collect();
    let (services, more) = call.page(&services, call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE))?;
    Ok(page_body("services", services.to_vec(), more))
}

pub(crate) fn get(call: &Call<'_>) -> Outcome {
    named(visible(call)?, call.in_path("servicesId"))
}

pub(crate) fn get_many(call: &Call<'_>) -> Outcome {
    let project = visible(call)?;
    let names: Vec<&str> = call.all_in_query("names").collect();
    if names.is_empty() || names.len() > MAX_NAMES {
        return Err(invalid("Between 1 and 30 services can be asked for."));
    }
    let services = names.into_iter().map(|name| {
        let own = name.strip_prefix("projects/").and_then(|name| name.split_once("/services/"));
        match own.filter(|(parent, _)| *parent == project.id || *parent == project.number) {
            Some((_, service)) => named(project, service),
            None => Err(invalid("The parent of every name must be the parent of the request.")),
        }
    });
    Ok(json!({ "services": services.collect::<Result<Vec<_>, _>>()? }))
}

/// The project in the path; folders and organizations have no services of their own here.
fn visible<'a>(call: &Call<'a>) -> Result<&'a Project, ApiError> {
    let (kind, name) = (call.in_path("v1Id"), call.in_path("v1Id1"));
    let permission = permission_of(call.method.id);
    let project = call.tenant().project(name).filter(|_| kind == "projects");
    let allowed = project.filter(|project| call.may(permission, Resource::Project(project)));
    allowed.ok_or_else(|| ApiError::iam_permission_denied(permission, &format!("{kind}/{name}")))
}

fn named(project: &Project, name: &str) -> Outcome {
    let known = SERVICES.iter().find(|(known, _)| *known == name);
    known.map(|(name, title)| render(project, name, title)).ok_or_else(|| {
        // *Unverified*: Google says the same of a service that does not exist and of one nobody may see.
        let resource = format!("projects/{}/services/{name}", project.number);
        ApiError::iam_permission_denied("serviceusage.services.get", &resource)
    })
}

fn is_on(project: &Project, service: &str) -> bool {
    service != NEVER_ON && !project.disabled_services.iter().any(|off| off == service)
}

fn render(project: &Project, name: &str, title: &str) -> Value {
    json!({
        "name": format!("projects/{}/services/{name}", project.number),
        "parent": format!("projects/{}", project.number),
        "config": { "name": name, "title": title },
        "state": if is_on(project, name) { "ENABLED" } else { "DISABLED" },
    })
}

/// *Unverified* wordings.
fn invalid(message: &str) -> ApiError {
    ApiError::of(Api::ServiceUsage, 400, "INVALID_ARGUMENT", "badRequest", message)
}
