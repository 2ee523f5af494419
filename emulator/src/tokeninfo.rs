//! `oauth2.tokeninfo`: what a token is good for.

use serde_json::json;

use crate::api_error::ApiError;
use crate::bearer_tokens::Client;
use crate::call::{Call, Outcome};
use crate::discovery::Api;

const EMAIL_SCOPES: [&str; 2] = ["email", "https://www.googleapis.com/auth/userinfo.email"];

pub(crate) fn answer(call: &Call<'_>) -> Outcome {
    let token = call.in_query("access_token").unwrap_or_default();
    let bearer = call.world.bearer_tokens.find(token, call.now);
    let bearer = bearer.filter(|_| !call.world.doomed_tokens.is_dead(token));
    let account = bearer.as_ref().and_then(|bearer| match bearer.client {
        Client::Account(place) => call.tenant().account_at(place),
        Client::CloudTool | Client::Workload => None,
    });
    let (Some(bearer), Some((_, account))) = (bearer, account) else {
        return Err(ApiError::of(Api::Oauth2, 400, "INVALID_ARGUMENT", "invalid", "Invalid Value"));
    };
    let subject = bearer.subject.and_then(|place| call.tenant().people.at(usize::try_from(place).ok()?));
    let (id, email) = match &subject {
        Some(person) => (&person.id, &person.primary_email),
        None => (&account.client_id, &account.email),
    };
    let mut body = json!({
        "issued_to": account.client_id,
        "audience": account.client_id,
        "user_id": id,
        "scope": bearer.scopes.join(" "),
        "expires_in": (bearer.expires_at - call.now).num_seconds(),
    });
    if bearer.scopes.iter().any(|scope| EMAIL_SCOPES.contains(&scope.as_str())) {
        body["email"] = json!(email);
        body["verified_email"] = json!(true);
    }
    Ok(body)
}
