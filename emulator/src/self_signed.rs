//! Assertions that a service account presents as access tokens, without the token endpoint.
//!
//! Google describes them as "service account authorization without OAuth": the claims name the account
//! as issuer and as subject, and either one API as audience or the scopes. They never delegate: a user as
//! subject makes one worthless.

use chrono::{DateTime, Utc};

use crate::assertion::Assertion;
use crate::bearer_tokens::{Bearer, Client};
use crate::discovery::Method;
use crate::token_endpoint::{check_time, signer};
use crate::world::World;

/// Who a self-signed token acts for, if it is good for the method's API.
pub(crate) fn bearer(world: &World, method: &Method, token: &str, now: DateTime<Utc>) -> Option<Bearer> {
    let assertion = Assertion::parse(token)?;
    if assertion.claim("iss") != assertion.claim("sub") {
        return None;
    }
    let account = signer(world, &assertion, now).ok()?;
    check_time(world, &assertion).ok()?;
    let scopes = match assertion.claim("scope") {
        Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
        None if names(assertion.claim("aud")?, world, method) => method.scopes.into(),
        None => return None,
    };
    Some(Bearer {
        client: Client::Account(world.tenant.place_of_account(&account.email)?),
        subject: None,
        scopes,
        expires_at: DateTime::from_timestamp(assertion.seconds("exp")?, 0)?,
    })
}

/// Whether an audience is the method's API: by Google's name, or by this server's own address.
fn names(audience: &str, world: &World, method: &Method) -> bool {
    let audience = audience.trim_end_matches('/');
    audience == world.base_url() || audience.strip_prefix("https://") == Some(method.api.service())
}
