//! The Security Token Service: a foreign identity's token in, a federated access token out.
//!
//! Fields and their values are those of the method's discovery document; the refusal of an unknown audience
//! is a reported one, the other texts are *unverified*.

use serde_json::{Value, json};

use crate::bearer_tokens::{Client, LIFETIME_SECONDS};
use crate::principals::{SUBJECT_TOKEN, audience};
use crate::token_endpoint::{Refusal, TokenRequest, known_scopes};
use crate::world::World;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

pub(crate) fn exchange(world: &World, request: &TokenRequest) -> Result<Value, Refusal> {
    let refuse = |error, description| Err(Refusal::new(400, error, description));
    let field = |name| request.field(name).unwrap_or_default();
    if field("grant_type") != GRANT_TYPE {
        return refuse("unsupported_grant_type", "Invalid grant_type.");
    }
    if field("requested_token_type") != ACCESS_TOKEN {
        return refuse("invalid_request", "Invalid requested_token_type.");
    }
    if !field("subject_token_type").starts_with(TOKEN_TYPE) {
        return refuse("invalid_request", "Invalid subject_token_type.");
    }
    if field("audience") != audience(world) {
        return refuse(
            "invalid_target",
            "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.",
        );
    }
    if !field("subject_token").starts_with(SUBJECT_TOKEN) {
        return refuse("invalid_grant", "Unable to verify the subject token.");
    }
    let scopes = known_scopes(field("scope"))?;
    let token = world.bearer_tokens.issue(Client::Workload, None, scopes, world.clock.now());
    let token = token.ok_or_else(|| Refusal::of_status(500))?;
    Ok(json!({
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
    }))
}
