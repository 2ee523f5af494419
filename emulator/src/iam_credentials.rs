//! The IAM Credentials API: Google signs for a service account whose key nobody holds.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::call::{Call, Outcome};
use crate::discovery::Api;
use crate::google_key::GoogleKey;
use crate::tenant::{KeyOrigin, Resource, ServiceAccount};

const SIGN: &str = "iam.serviceAccounts.signJwt";

/// From the payload's own description.
const MAX_SECONDS: i64 = 12 * 3600;

pub(crate) fn sign_jwt(call: &Call<'_>) -> Outcome {
    let message = call.message()?;
    // The description calls any other project invalid; the wordings of all 400s here are *unverified*.
    if call.in_path("projectsId") != "-" {
        return Err(invalid("Invalid form of account ID. The project must be `-`."));
    }
    let account = signer(call, &message)?;
    let payload = message.get("payload").and_then(Value::as_str).unwrap_or_default();
    check_claims(call, payload)?;
    let key =
        account.keys.iter().find(|key| key.origin == KeyOrigin::SystemManaged && key.is_usable(call.now));
    let signed = key.and_then(|key| Some((&key.id, GoogleKey::shared().ok()?.sign(&key.id, payload)?)));
    match signed {
        Some((id, token)) => Ok(json!({ "keyId": id, "signedJwt": token })),
        None => Err(ApiError::planned(
            call.method.api,
            500,
            "global",
            "internalError",
            "Internal error encountered.",
        )),
    }
}

/// The account, if the caller may sign for it. Nobody may ask by way of another account here. One that does
/// not exist reads the same.
fn signer<'a>(
    call: &Call<'a>,
    message: &serde_json::Map<String, Value>,
) -> Result<&'a ServiceAccount, ApiError> {
    let name = call.in_path("serviceAccountsId");
    let direct = message.get("delegates").and_then(Value::as_array).is_none_or(Vec::is_empty);
    let (_, account) = call
        .tenant()
        .account(name)
        .filter(|(project, account)| direct && call.may(SIGN, Resource::Account(project, account)))
        .ok_or_else(|| {
            ApiError::iam_permission_denied(SIGN, &format!("projects/-/serviceAccounts/{name}"))
        })?;
    if account.disabled {
        return Err(ApiError::of(
            Api::IamCredentials,
            400,
            "FAILED_PRECONDITION",
            "failedPrecondition",
            "Service account is disabled.",
        ));
    }
    Ok(account)
}

/// A JSON object; its end, if it names one, a whole number, not past and at most 12 hours ahead.
fn check_claims(call: &Call<'_>, payload: &str) -> Result<(), ApiError> {
    let Ok(Value::Object(claims)) = serde_json::from_str(payload) else {
        return Err(invalid("The payload must be a serialized JSON object."));
    };
    let Some(end) = claims.get("exp") else { return Ok(()) };
    let in_time = |now: i64| end.as_i64().is_some_and(|end| (now..=now + MAX_SECONDS).contains(&end));
    if call.world.clock.of_clients().any(|now| in_time(now.timestamp())) {
        return Ok(());
    }
    Err(invalid("The exp claim must not be in the past, and no more than 12 hours in the future."))
}

fn invalid(message: &str) -> ApiError {
    ApiError::of(Api::IamCredentials, 400, "INVALID_ARGUMENT", "badRequest", message)
}
