//! `users` and `users.aliases`.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::domains::domain_not_found;
use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::etag;
use crate::page_tokens::Place;
use crate::tenant::{Order, Person};
use crate::user_query::UserQuery;

pub(crate) fn users(call: &Call<'_>) -> Outcome {
    let tenant = call.tenant();
    let customer = call.in_query("customer");
    let domain = call.in_query("domain");
    if customer.is_none() && domain.is_none() {
        return Err(ApiError::directory(400, "badRequest", "Bad Request"));
    }
    super::authorize(call, customer)?;
    if domain.is_some_and(|domain| !tenant.owns_domain(domain)) {
        return Err(domain_not_found());
    }
    let query = call.in_query("query").map(|text| {
        UserQuery::parse(text).ok_or_else(|| ApiError::directory(400, "invalid", "Invalid Input: query"))
    });
    let query = query.transpose()?;
    let wanted = |person: &Person| {
        query.as_ref().is_none_or(|query| query.matches(person))
            && domain.is_none_or(|domain| in_domain(person, domain))
    };
    let size = call.page_size("maxResults", 100, 500);
    let deleted = call.in_query("showDeleted").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let (users, more) = if deleted {
        let gone: Vec<&Person> = tenant.deleted.iter().filter(|person| wanted(person)).collect();
        let (page, more) = call.page(&gone, size)?;
        (page.iter().map(|person| person.render(&tenant.customer_id)).collect(), more)
    } else {
        living(call, size, wanted)?
    };
    let mut body = json!({
        "kind": "admin#directory#users",
        "etag": etag("users", &tenant.customer_id),
    });
    if !users.is_empty() {
        body["users"] = Value::Array(users);
    }
    if let Some(more) = more {
        body["nextPageToken"] = more;
    }
    Ok(body)
}

/// Walks on from where the last page ended, so that a page costs its own length and no more.
fn living(
    call: &Call<'_>,
    size: usize,
    wanted: impl Fn(&Person) -> bool,
) -> Result<(Vec<Value>, Option<Value>), ApiError> {
    let tenant = call.tenant();
    let order = match call.in_query("orderBy").map(str::to_ascii_lowercase).as_deref() {
        Some("email") => Order::Email,
        Some("givenname") => Order::GivenName,
        Some("familyname") => Order::FamilyName,
        _ => Order::Unsorted,
    };
    let descending = order != Order::Unsorted
        && call.in_query("sortOrder").is_some_and(|value| value.eq_ignore_ascii_case("DESCENDING"));
    let total = tenant.people.len();
    let person_at = |position: usize| -> Option<Cow<'_, Person>> {
        let position = if descending { total.checked_sub(position + 1)? } else { position };
        tenant.people.in_order(order, position)
    };
    let mut users = Vec::with_capacity(size);
    for position in call.place()?.offset..total {
        let Some(person) = person_at(position).filter(|person| wanted(person)) else {
            continue;
        };
        if users.len() == size {
            return Ok((
                users,
                Some(call.page_token(Place { offset: position, paused: true, emptied: false })),
            ));
        }
        users.push(person.render(&tenant.customer_id));
    }
    Ok((users, None))
}

pub(crate) fn user(call: &Call<'_>) -> Outcome {
    super::authorize(call, None)?;
    Ok(named(call)?.render(&call.tenant().customer_id))
}

pub(crate) fn aliases(call: &Call<'_>) -> Outcome {
    super::authorize(call, None)?;
    let person = named(call)?;
    let aliases: Vec<Value> = person
        .aliases
        .iter()
        .map(|alias| {
            json!({
                "kind": "admin#directory#alias",
                "etag": etag("alias", alias),
                "id": person.id,
                "primaryEmail": person.primary_email,
                "alias": alias,
            })
        })
        .collect();
    let mut body = json!({ "kind": "admin#directory#aliases", "etag": etag("aliases", &person.id) });
    if !aliases.is_empty() {
        body["aliases"] = Value::Array(aliases);
    }
    Ok(body)
}

fn named<'a>(call: &Call<'a>) -> Result<Cow<'a, Person>, ApiError> {
    let people = &call.tenant().people;
    let place = people.find(call.in_path("userKey"));
    place.and_then(|place| people.at(place)).ok_or_else(|| ApiError::resource_not_found("userKey"))
}

fn in_domain(person: &Person, domain: &str) -> bool {
    person.primary_email.rsplit_once('@').is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain))
}
