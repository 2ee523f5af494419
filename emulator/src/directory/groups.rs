//! `groups` and `members`.

use serde_json::{Value, json};

use super::domains::domain_not_found;
use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::etag;
use crate::tenant::{Group, GroupMember};

/// From the reference pages.
const LARGEST_PAGE: usize = 200;

pub(crate) fn groups(call: &Call<'_>) -> Outcome {
    let tenant = call.tenant();
    let (customer, domain, user) =
        (call.in_query("customer"), call.in_query("domain"), call.in_query("userKey"));
    if customer.is_none() && domain.is_none() && user.is_none() || customer.is_some() && user.is_some() {
        return Err(ApiError::directory(400, "badRequest", "Bad Request"));
    }
    super::authorize(call, customer)?;
    if domain.is_some_and(|domain| !tenant.owns_domain(domain)) {
        return Err(domain_not_found());
    }
    if call.in_query("query").is_some_and(|query| !query.is_empty()) {
        let message = "Invalid Input: query (the emulator does not serve it for groups)";
        return Err(ApiError::directory(400, "invalid", message));
    }
    let mut groups: Vec<&Group> = tenant
        .groups
        .iter()
        .filter(|group| domain.is_none_or(|domain| group.email.ends_with(&format!("@{domain}"))))
        .filter(|group| user.is_none_or(|user| has_direct_member(call, group, user)))
        .collect();
    if call.in_query("orderBy").is_some() {
        groups.sort_by(|one, other| one.email.cmp(&other.email));
        if call.in_query("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("DESCENDING")) {
            groups.reverse();
        }
    }
    let (page, more) = call.page(&groups, call.page_size("maxResults", LARGEST_PAGE, LARGEST_PAGE))?;
    Ok(listing(call, "groups", page.iter().map(|group| group.render(tenant)).collect(), more))
}

pub(crate) fn group(call: &Call<'_>) -> Outcome {
    super::authorize(call, None)?;
    Ok(named(call)?.render(call.tenant()))
}

pub(crate) fn members(call: &Call<'_>) -> Outcome {
    super::authorize(call, None)?;
    let (tenant, group) = (call.tenant(), named(call)?);
    let mut members: Vec<&GroupMember> = match call.in_query("includeDerivedMembership") {
        Some("true") => tenant.derived_members(group),
        _ => group.members.iter().collect(),
    };
    if let Some(roles) = call.in_query("roles").filter(|roles| !roles.is_empty()) {
        members.retain(|member| roles.split(',').any(|role| role.trim().eq_ignore_ascii_case(member.role)));
    }
    let (page, more) = call.page(&members, call.page_size("maxResults", LARGEST_PAGE, LARGEST_PAGE))?;
    Ok(listing(call, "members", page.iter().map(|member| tenant.render_member(member)).collect(), more))
}

/// Only direct members are found by their name.
pub(crate) fn member(call: &Call<'_>) -> Outcome {
    super::authorize(call, None)?;
    let (tenant, group, key) = (call.tenant(), named(call)?, call.in_path("memberKey"));
    let rendered = group.members.iter().map(|member| tenant.render_member(member));
    let mut wanted = rendered.filter(|member| {
        member["id"] == key || member["email"].as_str().is_some_and(|email| email.eq_ignore_ascii_case(key))
    });
    wanted.next().ok_or_else(|| ApiError::resource_not_found("memberKey"))
}

fn named<'a>(call: &Call<'a>) -> Result<&'a Group, ApiError> {
    call.tenant().group(call.in_path("groupKey")).ok_or_else(|| ApiError::resource_not_found("groupKey"))
}

fn has_direct_member(call: &Call<'_>, group: &Group, user: &str) -> bool {
    let people = &call.tenant().people;
    let address =
        people.find(user).and_then(|place| people.at(place)).map(|person| person.primary_email.clone());
    let address = address.as_deref().unwrap_or(user);
    group.members.iter().any(|member| member.email.eq_ignore_ascii_case(address))
}

fn listing(call: &Call<'_>, kind: &str, entries: Vec<Value>, more: Option<Value>) -> Value {
    let mut body = json!({
        "kind": format!("admin#directory#{kind}"),
        "etag": etag(kind, &call.tenant().customer_id),
    });
    if !entries.is_empty() {
        body[kind] = Value::Array(entries);
    }
    if let Some(more) = more {
        body["nextPageToken"] = more;
    }
    body
}
