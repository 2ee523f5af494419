//! `customers.get`.

use serde_json::json;

use crate::call::{Call, Outcome};
use crate::dice::etag;
use crate::tenant::milliseconds;

pub(crate) fn get(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customerKey")))?;
    let tenant = call.tenant();
    Ok(json!({
        "kind": "admin#directory#customer",
        "etag": etag("customer", &tenant.customer_id),
        "id": tenant.customer_id,
        "customerDomain": tenant.primary_domain,
        "customerCreationTime": milliseconds(tenant.founded_at),
        "alternateEmail": "owner@mailbox.example",
        "language": "en",
        "postalAddress": { "organizationName": tenant.organization, "countryCode": "SE" },
    }))
}
