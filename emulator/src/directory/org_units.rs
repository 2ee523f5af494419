//! `orgunits.list`.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::etag;

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customerId")))?;
    let tenant = call.tenant();
    let root = call.in_query("orgUnitPath").filter(|path| !path.is_empty()).unwrap_or("/");
    let root = match tenant.org_units.iter().find(|unit| unit.id == root) {
        Some(unit) => unit.path.as_str(),
        None => root,
    };
    if root != "/" && !tenant.org_units.iter().any(|unit| unit.path == root) {
        return Err(ApiError::directory(404, "notFound", "Org unit not found"));
    }
    let reach = call.in_query("type").unwrap_or("children").to_ascii_lowercase();
    let below = if root == "/" { "/".to_owned() } else { format!("{root}/") };
    // Only this reach tells the root, and only where there is a unit below it:
    // https://github.com/cisagov/ScubaGoggles/issues/691.
    let top = (reach == "allincludingparent" && root == "/" && !tenant.org_units.is_empty())
        .then(|| tenant.render_root_org_unit());
    let below_top = tenant
        .org_units
        .iter()
        .filter(|unit| match reach.as_str() {
            "all" => unit.path.starts_with(&below),
            "allincludingparent" => unit.path == root || unit.path.starts_with(&below),
            _ => unit.parent_path() == root,
        })
        .map(|unit| unit.render(tenant));
    let units: Vec<Value> = top.into_iter().chain(below_top).collect();
    let mut body = json!({
        "kind": "admin#directory#orgUnits",
        "etag": etag("orgUnits", &tenant.customer_id),
    });
    if !units.is_empty() {
        body["organizationUnits"] = json!(units);
    }
    Ok(body)
}
