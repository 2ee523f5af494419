//! The Reports API: what the audit logs tell, newest first.
//!
//! *Unverified*: the refusal of callers who are no administrators (Directory's words stand in); that a start
//! before the 180 days that are kept is taken for the first kept moment rather than refused.

mod filter;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use self::filter::Filters;
use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::dice::etag;
use crate::directory::authorize_for;
use crate::page_tokens::Place;
use crate::tenant::{Activity, Application, KEPT_DAYS};

const LARGEST_PAGE: usize = 1000;

/// Parameters that the description knows and nothing here answers.
const NOT_SERVED: [&str; 8] = [
    "actorIpAddress",
    "agentInfoFilter",
    "deviceFilter",
    "groupIdFilter",
    "networkInfoFilter",
    "orgUnitID",
    "resourceDetailsFilter",
    "statusFilter",
];

/// What is asked of a log.
struct Wanted<'a> {
    actor: Option<String>,
    event: Option<&'a str>,
    client: Option<&'a str>,
    filters: Filters,
}

pub(crate) fn activities(call: &Call<'_>) -> Outcome {
    let customer = call.in_query("customerId");
    if customer.is_some_and(|id| id != "my_customer" && !(id.starts_with('C') && id.len() > 1)) {
        return Err(invalid("Invalid customerId."));
    }
    authorize_for(call, customer, Some("REPORTS_ACCESS"))?;
    if let Some(name) =
        NOT_SERVED.into_iter().find(|name| call.in_query(name).is_some_and(|text| !text.is_empty()))
    {
        return Err(invalid(&format!("The emulator does not serve {name}.")));
    }
    if call.in_query("includeSensitiveData") == Some("true") {
        return Err(ApiError::not_an_administrator());
    }
    let (start, end) = period(call)?;
    let wanted = wanted(call)?;
    let named = call.in_path("applicationName");
    let application = Application::ALL.into_iter().find(|application| application.name() == named);
    // Google's words: an unknown name is `invalid`; *unverified*: the text.
    if let (Some(application), Some(event)) = (application, wanted.event)
        && !application.events().contains(&event)
    {
        return Err(invalid(&format!("Invalid value '{event}' for eventName.")));
    }
    let (items, more) = match application {
        Some(application) => page(call, application, start, end, &wanted)?,
        None => (Vec::new(), None),
    };
    let mut body = json!({
        "kind": "admin#reports#activities",
        "etag": etag("activities", &format!("{named}{start}{end}")),
    });
    if !items.is_empty() {
        body["items"] = Value::Array(items);
    }
    if let Some(more) = more {
        body["nextPageToken"] = more;
    }
    Ok(body)
}

/// A page's entries, and the token for the rest. Where the listing goes on is a place in the whole log.
fn page(
    call: &Call<'_>,
    application: Application,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    wanted: &Wanted<'_>,
) -> Result<(Vec<Value>, Option<Value>), ApiError> {
    let tenant = call.tenant();
    let size = call.page_size("maxResults", LARGEST_PAGE, LARGEST_PAGE);
    let first = tenant.log.newer_than(application, end).max(call.place()?.offset);
    let beyond = tenant.log.newer_than(application, start - Duration::milliseconds(1));
    let mut items = Vec::new();
    for place in first..beyond {
        let entry = tenant.log.at(application, place, &tenant.people);
        let is_listed = |entry: &Activity| entry.listed_from.is_none_or(|from| from <= call.now);
        let entry = entry.filter(|entry| is_listed(entry) && wanted.matches(entry));
        let Some(entry) = entry else { continue };
        if items.len() == size {
            return Ok((items, Some(call.page_token(Place { offset: place, paused: true, emptied: false }))));
        }
        items.push(entry.render(application.name(), &tenant.customer_id));
    }
    Ok((items, None))
}

fn period(call: &Call<'_>) -> Result<(DateTime<Utc>, DateTime<Utc>), ApiError> {
    let moment = |name: &str| match call.in_query(name) {
        None => Ok(None),
        Some(text) => DateTime::parse_from_rfc3339(text)
            .map(|moment| Some(moment.with_timezone(&Utc)))
            .map_err(|_| invalid(&format!("Invalid value '{text}' for {name}."))),
    };
    let (start, end) = (moment("startTime")?, moment("endTime")?);
    let is_mail = call.in_path("applicationName") == "gmail";
    let kept_from = call.now - Duration::days(KEPT_DAYS);
    match (start, end) {
        (Some(start), _) if start >= end.unwrap_or(call.now) || start > call.now => {
            Err(invalid("Start time must be before end time and the current time."))
        }
        (Some(start), Some(end)) if is_mail && end - start > Duration::days(30) => {
            Err(invalid("The difference between start time and end time must not be more than 30 days."))
        }
        (None, _) | (_, None) if is_mail => Err(invalid("Start time and end time must be given.")),
        _ => Ok((start.unwrap_or(kept_from).max(kept_from), end.unwrap_or(call.now))),
    }
}

fn wanted<'a>(call: &'a Call<'_>) -> Result<Wanted<'a>, ApiError> {
    let actor = match call.in_path("userKey") {
        "all" => None,
        key => {
            let people = &call.tenant().people;
            let person = people.find(key).and_then(|place| people.at(place));
            // The document does not tell what somebody unknown gets; *unverified*.
            Some(person.ok_or_else(|| ApiError::resource_not_found("userKey"))?.id.clone())
        }
    };
    let client = match call.in_query("applicationInfoFilter") {
        None => None,
        Some(text) => {
            let named = text.strip_prefix("oAuthClientId=").map(|value| value.trim_matches('"'));
            Some(named.ok_or_else(|| invalid("Invalid applicationInfoFilter."))?)
        }
    };
    let filters = match call.in_query("filters") {
        None => Filters::default(),
        Some(text) => Filters::parse(text).ok_or_else(|| invalid("Invalid filters."))?,
    };
    Ok(Wanted { actor, event: call.in_query("eventName"), client, filters })
}

impl Wanted<'_> {
    fn matches(&self, entry: &Activity) -> bool {
        let client = entry.actor.application.as_ref().map(|(client, ..)| client.as_str());
        self.actor.as_ref().is_none_or(|actor| entry.actor.profile_id == *actor)
            && self.event.is_none_or(|event| entry.name == event)
            && (self.client.is_none() || self.client == client)
            && self.filters.match_all(entry)
    }
}

/// *Unverified* wordings.
fn invalid(message: &str) -> ApiError {
    ApiError::directory(400, "invalid", message)
}
