//! `domains` and `domainAliases`.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::etag;
use crate::tenant::DomainAlias;

pub(crate) fn domains(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let tenant = call.tenant();
    let domains: Vec<Value> = tenant.domains.iter().map(|domain| domain.render(tenant)).collect();
    Ok(json!({
        "kind": "admin#directory#domains",
        "etag": etag("domains", &tenant.customer_id),
        "domains": domains,
    }))
}

pub(crate) fn domain(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let tenant = call.tenant();
    let wanted = call.in_path("domainName");
    let domain = tenant.domains.iter().find(|domain| domain.name.eq_ignore_ascii_case(wanted));
    domain.map(|domain| domain.render(tenant)).ok_or_else(domain_not_found)
}

pub(crate) fn domain_aliases(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let tenant = call.tenant();
    let parent = call.in_query("parentDomainName");
    let aliases: Vec<Value> = tenant
        .domain_aliases
        .iter()
        .filter(|alias| parent.is_none_or(|parent| alias.parent.eq_ignore_ascii_case(parent)))
        .map(DomainAlias::render)
        .collect();
    let mut body = json!({
        "kind": "admin#directory#domainAliases",
        "etag": etag("domainAliases", &tenant.customer_id),
    });
    if !aliases.is_empty() {
        body["domainAliases"] = json!(aliases);
    }
    Ok(body)
}

pub(crate) fn domain_alias(call: &Call<'_>) -> Outcome {
    super::authorize(call, Some(call.in_path("customer")))?;
    let wanted = call.in_path("domainAliasName");
    let alias = call.tenant().domain_aliases.iter().find(|alias| alias.name.eq_ignore_ascii_case(wanted));
    alias.map(DomainAlias::render).ok_or_else(domain_not_found)
}

/// The wording is the one other clients know Directory's answer by.
pub(super) fn domain_not_found() -> ApiError {
    ApiError::directory(404, "notFound", "Domain not found.")
}
