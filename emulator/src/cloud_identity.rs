//! Cloud Identity: the policies that the Admin console sets.

use serde_json::Value;

use crate::api_error::ApiError;
use crate::call::{Call, Outcome, page_body};
use crate::discovery::Api;
use crate::page_tokens::Place;

/// The description's.
const LARGEST_PAGE: usize = 100;
const USUAL_PAGE: usize = 50;

/// Only a super administrator may read policies
/// (<https://docs.cloud.google.com/identity/docs/concepts/overview-policies>). The words of the refusal are those of a
/// report about this method (<https://github.com/GAM-team/GAM/issues/1796>); *unverified*: that they are the same for
/// somebody who is no super administrator.
///
/// Behind the first page comes one without rows: a page can be blank and still not be the last, as ScubaGoggles tells
/// of this method.
pub(crate) fn policies(call: &Call<'_>) -> Outcome {
    let tenant = call.tenant();
    if !call.subject().is_some_and(|subject| subject.is_active() && subject.super_admin) {
        return Err(refused(403, "PERMISSION_DENIED", "The caller does not have permission"));
    }
    if call.in_query("filter").is_some_and(|filter| !filter.is_empty()) {
        return Err(refused(400, "INVALID_ARGUMENT", "The emulator does not serve filter."));
    }
    let place = call.place()?;
    if place.offset > 0 && !place.paused {
        let more = call.page_token(Place { paused: true, ..place });
        return Ok(page_body("policies", Vec::new(), Some(more)));
    }
    let size = call.page_size("pageSize", USUAL_PAGE, LARGEST_PAGE);
    let start = place.offset.min(tenant.setting_policies.len());
    let end = start.saturating_add(size).min(tenant.setting_policies.len());
    let more = (end < tenant.setting_policies.len())
        .then(|| call.page_token(Place { offset: end, paused: start > 0, emptied: false }));
    let page: Vec<Value> =
        tenant.setting_policies[start..end].iter().map(|policy| policy.render(tenant)).collect();
    Ok(page_body("policies", page, more))
}

fn refused(code: u16, status: &'static str, message: &str) -> ApiError {
    ApiError::of(Api::CloudIdentity, code, status, "", message)
}
