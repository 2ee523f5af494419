//! One call of an API method, as its handler sees it.

use std::borrow::Cow;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::api_error::ApiError;
use crate::bearer_tokens::{Bearer, Client};
use crate::discovery::{Method, Schema};
use crate::fields::Mask;
use crate::page_tokens::Place;
use crate::tenant::{Person, Project, Resource, ServiceAccount, Tenant, workload};
use crate::world::World;

/// What a method answers.
pub(crate) type Outcome = Result<Value, ApiError>;

/// A method's own parameters that do not change which listing a page token belongs to.
const PAGING: [&str; 3] = ["pageToken", "maxResults", "pageSize"];

/// Standard parameters that can carry a token, where the document describes them.
const CREDENTIALS: [&str; 2] = ["access_token", "oauth_token"];

/// A call whose parameters are valid and whose token holds a fitting scope.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a World,
    pub(crate) method: &'static Method,
    pub(crate) now: DateTime<Utc>,
    /// Who calls; none for the one method that needs no token.
    pub(crate) bearer: Option<Bearer>,
    /// None if a part of the path is no text.
    pub(crate) path: Option<Vec<(String, String)>>,
    pub(crate) query: Vec<(String, String)>,
    /// The request's own body, as sent.
    pub(crate) body: Bytes,
}

impl<'a> Call<'a> {
    pub(crate) fn tenant(&self) -> &'a Tenant {
        &self.world.tenant
    }

    /// A parameter of the path; empty if the path has none of that name.
    pub(crate) fn in_path(&self, name: &str) -> &str {
        self.path.as_deref().and_then(|path| value_of(path, name)).unwrap_or_default()
    }

    pub(crate) fn in_query(&self, name: &str) -> Option<&str> {
        value_of(&self.query, name)
    }

    /// Every value of a repeated query parameter.
    pub(crate) fn all_in_query(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The user the token acts as.
    pub(crate) fn subject(&self) -> Option<Cow<'a, Person>> {
        let place = self.bearer.as_ref()?.subject?;
        self.tenant().people.at(usize::try_from(place).ok()?)
    }

    /// The service account the token was given to.
    pub(crate) fn client(&self) -> Option<&'a ServiceAccount> {
        Some(self.project_and_client()?.1)
    }

    /// The same, with its project.
    pub(crate) fn project_and_client(&self) -> Option<(&'a Project, &'a ServiceAccount)> {
        match self.bearer.as_ref()?.client {
            Client::Account(place) => self.tenant().account_at(place),
            Client::CloudTool | Client::Workload => None,
        }
    }

    /// Who calls, as a policy names them.
    pub(crate) fn principal(&self) -> Option<String> {
        if let Some(user) = self.subject() {
            return Some(format!("user:{}", user.primary_email));
        }
        match self.bearer.as_ref()?.client {
            Client::Account(_) => Some(format!("serviceAccount:{}", self.client()?.email)),
            Client::Workload => Some(workload(&self.tenant().audit_account().0.number)),
            Client::CloudTool => None,
        }
    }

    /// Whether the caller holds a permission on a resource of the cloud.
    pub(crate) fn may(&self, permission: &str, resource: Resource<'_>) -> bool {
        let tenant = self.tenant();
        self.principal().is_some_and(|caller| tenant.allows(&caller, permission, resource, self.now))
    }

    /// Holds the path and every query parameter against the method's description.
    pub(crate) fn check_parameters(&self) -> Result<(), ApiError> {
        if self.path.is_none() {
            return Err(ApiError::unreadable_path(self.method.api));
        }
        for (at, (name, value)) in self.query.iter().enumerate() {
            let schema =
                self.method.query_parameter(name).ok_or_else(|| ApiError::unknown_parameter(name))?;
            check_parameter(name, value, schema)?;
            if !schema.repeated && self.query.iter().take(at).any(|(earlier, _)| earlier == name) {
                return Err(ApiError::given_twice(name));
            }
        }
        for (name, schema) in self.method.parameters {
            let value = if schema.location.as_deref() == Some("path") {
                self.in_path(name)
            } else if schema.required {
                self.in_query(name).ok_or_else(|| ApiError::missing_parameter(self.method.api, name))?
            } else {
                continue;
            };
            if !schema.values.is_empty() && !schema.values.iter().any(|known| known == value) {
                return Err(ApiError::ill_typed(name, value, "TYPE_ENUM"));
            }
        }
        match self.in_query("alt") {
            None | Some("json") => Ok(()),
            Some(alt) => Err(ApiError::answer_not_served(self.method.api, alt)),
        }
    }

    /// The body, held against the method's description.
    pub(crate) fn message(&self) -> Result<Map<String, Value>, ApiError> {
        let schema = self.method.request_schema();
        if self.body.is_empty() || schema.is_none() {
            return Ok(Map::new());
        }
        let Ok(Value::Object(message)) = serde_json::from_slice(&self.body) else {
            return Err(ApiError::ill_formed_message());
        };
        for (name, value) in &message {
            let known = schema.and_then(|schema| schema.properties.get(name));
            let known = known.ok_or_else(|| ApiError::unknown_field(name))?;
            let fits = match known.kind.as_deref() {
                Some("string") => value.is_string(),
                Some("array") => value.is_array(),
                _ => true,
            };
            if !fits {
                return Err(ApiError::ill_typed(name, &value.to_string(), "TYPE_STRING"));
            }
        }
        Ok(message)
    }

    /// The partial-response mask, held against the schema of the answer.
    pub(crate) fn mask(&self) -> Result<Mask, ApiError> {
        match self.in_query("fields") {
            None => Ok(Mask::default()),
            Some(text) => Mask::parse(text)
                .and_then(|mask| mask.check(self.method).map(|()| mask))
                .map_err(|selection| ApiError::invalid_field_selection(&selection)),
        }
    }

    /// Where the listing goes on: at its beginning without a page token.
    pub(crate) fn place(&self) -> Result<Place, ApiError> {
        match self.in_query("pageToken").filter(|token| !token.is_empty()) {
            None => Ok(Place::default()),
            Some(token) => self
                .world
                .page_tokens
                .open(&self.listing(), token, self.now)
                .ok_or_else(|| ApiError::invalid_page_token(self.method.api)),
        }
    }

    /// The token under which the listing goes on at a place.
    pub(crate) fn page_token(&self, place: Place) -> Value {
        Value::String(self.world.page_tokens.seal(&self.listing(), place, self.now))
    }

    /// How many entries a page carries: what is asked for, up to the server's own cap.
    pub(crate) fn page_size(&self, parameter: &str, default: usize, maximum: usize) -> usize {
        self.in_query(parameter)
            .and_then(|size| size.parse().ok())
            .filter(|size| *size > 0)
            .unwrap_or(default)
            .min(maximum)
            .min(self.world.page_cap)
    }

    /// One page of a list held in memory: the entries, and the token for the rest.
    pub(crate) fn page<'b, T>(
        &self,
        entries: &'b [T],
        size: usize,
    ) -> Result<(&'b [T], Option<Value>), ApiError> {
        let start = self.place()?.offset.min(entries.len());
        let end = start.saturating_add(size).min(entries.len());
        let more = (end < entries.len())
            .then(|| self.page_token(Place { offset: end, paused: true, emptied: false }));
        Ok((&entries[start..end], more))
    }

    /// What makes two requests the same listing.
    fn listing(&self) -> String {
        let selects = |name: &str| !PAGING.contains(&name) && !self.method.is_standard_parameter(name);
        let mut parameters: Vec<&(String, String)> =
            self.query.iter().filter(|(name, _)| selects(name)).collect();
        parameters.sort();
        format!("{} {:?} {parameters:?}", self.method.id, self.path)
    }
}

/// A page as most APIs send it: neither an empty list nor an empty token is in it.
pub(crate) fn page_body(field: &str, entries: Vec<Value>, more: Option<Value>) -> Value {
    let mut body = Map::new();
    if !entries.is_empty() {
        body.insert(field.to_owned(), entries.into());
    }
    if let Some(more) = more {
        body.insert("nextPageToken".to_owned(), more);
    }
    Value::Object(body)
}

/// The token in a query.
pub(crate) fn credential_in<'a>(query: &'a [(String, String)], method: &Method) -> Option<&'a str> {
    CREDENTIALS
        .into_iter()
        .filter(|name| method.is_standard_parameter(name))
        .find_map(|name| value_of(query, name))
}

fn value_of<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn check_parameter(name: &str, value: &str, schema: &Schema) -> Result<(), ApiError> {
    match schema.kind.as_deref() {
        Some("integer") => {
            let ill_typed = || ApiError::ill_typed(name, value, "TYPE_INT32");
            let number: i32 = value.parse().ok().filter(|_| !value.starts_with('+')).ok_or_else(ill_typed)?;
            if let (Some(minimum), Some(maximum)) = (&schema.minimum, &schema.maximum) {
                let within = minimum.parse().is_ok_and(|minimum: i32| number >= minimum)
                    && maximum.parse().is_ok_and(|maximum: i32| number <= maximum);
                if !within {
                    return Err(ApiError::out_of_range(name, value, minimum, maximum));
                }
            } else if number < 0 {
                return Err(ill_typed());
            }
        }
        Some("boolean") if !matches!(value, "true" | "false") => {
            return Err(ApiError::ill_typed(name, value, "TYPE_BOOL"));
        }
        _ if !schema.values.is_empty() && !schema.values.iter().any(|known| is_value(name, known, value)) => {
            return Err(ApiError::ill_typed(name, value, "TYPE_ENUM"));
        }
        _ => {}
    }
    Ok(())
}

/// `sortOrder` is described as ignoring case.
fn is_value(name: &str, known: &str, value: &str) -> bool {
    known == value || name == "sortOrder" && known.eq_ignore_ascii_case(value)
}
