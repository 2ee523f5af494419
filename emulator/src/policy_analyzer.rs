//! Policy Analyzer: when accounts and keys were last used.
//!
//! The fields of an activity are those of the guide's example. *Unverified*: that an account nobody used in the
//! observed time is told without a date rather than left out.

use chrono::{DateTime, Days, Utc};
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::tenant::{Resource, seconds};

const ACCOUNTS: &str = "serviceAccountLastAuthentication";
const KEYS: &str = "serviceAccountKeyLastAuthentication";

/// The maximum is the description's; the usual size is *unverified*.
const LARGEST_PAGE: usize = 1000;
const USUAL_PAGE: usize = 100;

/// How far back it looks, and how long it takes: *unverified* but for the hour, which the description names.
const OBSERVED_DAYS: u64 = 400;
const LATE_DAYS: u64 = 1;

pub(crate) fn query(call: &Call<'_>) -> Outcome {
    let (name, kind) = (call.in_path("projectsId"), call.in_path("activityTypesId"));
    if call.in_path("locationsId") != "global" || ![ACCOUNTS, KEYS].contains(&kind) {
        let message = "Request contains an invalid argument.";
        return Err(ApiError::of(Api::PolicyAnalyzer, 400, "INVALID_ARGUMENT", "badRequest", message));
    }
    let permission = match kind {
        KEYS => "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
        _ => "policyanalyzer.serviceAccountLastAuthenticationActivities.query",
    };
    let tenant = call.tenant();
    let project = tenant
        .project(name)
        .filter(|project| call.may(permission, Resource::Project(project)))
        .ok_or_else(|| ApiError::iam_permission_denied(permission, &format!("projects/{name}")))?;
    let mut activities = Vec::new();
    for account in &project.accounts {
        let of_account = tenant.full_name_of(Resource::Account(project, account));
        let about = |name: &str| {
            json!({
                "serviceAccountId": account.client_id,
                "projectNumber": project.number,
                "fullResourceName": name,
            })
        };
        if kind == ACCOUNTS {
            let about = about(&of_account);
            activities.push(activity(call, kind, &of_account, "serviceAccount", about, account.last_used_at));
            continue;
        }
        for key in &account.keys {
            let of_key = format!("{of_account}/keys/{}", key.id);
            let about = about(&of_key);
            activities.push(activity(call, kind, &of_key, "serviceAccountKey", about, key.last_used_at));
        }
    }
    if let Some(wanted) = call.in_query("filter").filter(|filter| !filter.is_empty()) {
        let wanted = resource_in(wanted)?;
        activities.retain(|activity| activity["fullResourceName"] == wanted);
    }
    let (page, more) = call.page(&activities, call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE))?;
    Ok(page_body("activities", page.to_vec(), more))
}

/// The one resource that a filter names.
fn resource_in(filter: &str) -> Result<&str, ApiError> {
    let named = filter.split_once('=').filter(|(field, _)| {
        ["activities.full_resource_name", "activities.fullResourceName"].contains(&field.trim())
    });
    named.map(|(_, value)| value.trim().trim_matches('"')).ok_or_else(|| {
        let message = "Request contains an invalid argument.";
        ApiError::of(Api::PolicyAnalyzer, 400, "INVALID_ARGUMENT", "badRequest", message)
    })
}

fn activity(
    call: &Call<'_>,
    kind: &str,
    name: &str,
    field: &str,
    about: Value,
    used_at: Option<DateTime<Utc>>,
) -> Value {
    let period = |days| day(call.now.checked_sub_days(Days::new(days)).unwrap_or(call.now));
    let mut activity = json!({ field: about });
    if let Some(used_at) = used_at {
        activity["lastAuthenticatedTime"] = json!(day(used_at));
    }
    json!({
        "fullResourceName": name,
        "activityType": kind,
        "observationPeriod": { "startTime": period(OBSERVED_DAYS), "endTime": period(LATE_DAYS) },
        "activity": activity,
    })
}

/// A day, as its first hour in California's winter.
fn day(moment: DateTime<Utc>) -> String {
    moment.date_naive().and_hms_opt(7, 0, 0).map(|day| seconds(day.and_utc())).unwrap_or_default()
}
