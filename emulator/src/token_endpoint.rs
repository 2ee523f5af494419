//! The token endpoint: an assertion or a user's refresh token in, an access token or Google's refusal out.
//!
//! The order of the checks is ours: Google does not publish its own.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::assertion::Assertion;
use crate::bearer_tokens::{Client, LIFETIME_SECONDS};
use crate::discovery::is_known_scope;
use crate::fault::{TokenError, UNAUTHORIZED};
use crate::principals::{CLOUD_TOOL, CLOUD_TOOL_SECRET, REFRESH_TOKEN, administrator};
use crate::tenant::{ServiceAccount, Tenant};
use crate::world::World;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Audiences taken besides this server's own address. The second is the one that Google's refusals named
/// as right in 2016, and which its older clients still sign for.
const AUDIENCES: [&str; 2] =
    ["https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"];

/// An assertion from the future gets no token (golang.org/x/oauth2 `jws.ClaimSet.encode`, which dates its own 10 s back).
/// *Unverified*: the number. Google says "a reasonable timeframe". Also that one from the past counts until it ends.
const SKEW_SECONDS: i64 = 300;

const MAX_SECONDS: i64 = 3600;

const SIGNED_IN_SCOPES: [&str; 3] = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/cloud-platform",
];

/// A refusal in the flat shape of the OAuth standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    error: &'static str,
    description: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into() }
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.error, "error_description": self.description })
    }

    /// What a planned fault answers by name.
    pub(crate) fn planned(error: &'static TokenError, status: u16) -> Self {
        Self::new(status, error.name, error.description)
    }

    /// What a planned fault answers. The error names are those that Google's own client retries.
    pub(crate) fn of_status(status: u16) -> Self {
        let (error, description) = match status {
            401 => ("unauthorized_client", UNAUTHORIZED),
            403 => ("access_denied", "Requested client not authorized."),
            429 => ("rate_limit_exceeded", "Rate limit exceeded."),
            500 => ("internal_failure", "Internal failure."),
            501.. => ("temporarily_unavailable", "The service is temporarily unavailable."),
            _ => ("invalid_request", "Bad Request"),
        };
        Self::new(status, error, description)
    }
}

/// A token request's form, as received.
#[derive(Debug)]
pub(crate) struct TokenRequest {
    pub(crate) form: Vec<(String, String)>,
    pub(crate) assertion: Option<Assertion>,
}

impl TokenRequest {
    pub(crate) fn parse(body: &[u8]) -> Self {
        let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let assertion = field(&form, "assertion").and_then(Assertion::parse);
        Self { form, assertion }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.form, name)
    }

    /// The user that a token is asked for.
    pub(crate) fn subject(&self) -> Option<&str> {
        self.assertion.as_ref()?.claim("sub")
    }

    pub(crate) fn client(&self) -> Option<&str> {
        self.assertion.as_ref()?.claim("iss")
    }

    pub(crate) fn scopes(&self) -> Vec<String> {
        let claimed = self.assertion.as_ref().and_then(|assertion| assertion.claim("scope"));
        let scopes = claimed.or_else(|| self.field("scope")).unwrap_or_default();
        scopes.split_whitespace().map(str::to_owned).collect()
    }
}

/// Exchanges what the form holds for a token.
pub(crate) fn exchange(world: &World, request: &TokenRequest) -> Result<Value, Refusal> {
    if request.field("grant_type") == Some("refresh_token") {
        refresh(world, request)
    } else {
        assert(world, request)
    }
}

/// What the program got when the administrator signed in to the cloud; its scopes are gcloud's for
/// application-default credentials, less one for databases. The refusals are those of reports.
fn refresh(world: &World, request: &TokenRequest) -> Result<Value, Refusal> {
    let given = |name| request.field(name).unwrap_or_default();
    if given("client_id") != CLOUD_TOOL {
        return Err(Refusal::new(401, "invalid_client", "The OAuth client was not found."));
    }
    if given("client_secret") != CLOUD_TOOL_SECRET {
        return Err(Refusal::new(401, "invalid_client", "The provided client secret is invalid."));
    }
    if given("refresh_token") != REFRESH_TOKEN {
        return Err(Refusal::new(400, "invalid_grant", "Bad Request"));
    }
    let scopes = SIGNED_IN_SCOPES.map(str::to_owned).to_vec();
    let token = administrator(world)
        .and_then(|user| world.bearer_tokens.issue(Client::CloudTool, Some(user), scopes, world.clock.now()))
        .ok_or_else(|| Refusal::of_status(500))?;
    Ok(json!({
        "access_token": token,
        "expires_in": LIFETIME_SECONDS,
        "scope": SIGNED_IN_SCOPES.join(" "),
        "token_type": "Bearer",
    }))
}

fn assert(world: &World, request: &TokenRequest) -> Result<Value, Refusal> {
    let now = world.clock.now();
    let tenant = &world.tenant;
    let assertion = well_formed(request)?;
    let account = signer(world, assertion, now)?;
    check_audience(world, assertion)?;
    check_time(world, assertion)?;
    let scopes = known_scopes(assertion.claim("scope").unwrap_or_default())?;
    // Widely used clients write `"sub": null` where they mean none, and Google takes it as none.
    let subject = match assertion.claims.get("sub").filter(|subject| !subject.is_null()) {
        None => None,
        Some(subject) => {
            let subject = find_subject(tenant, subject)?;
            check_delegation(tenant, account, &scopes)?;
            Some(subject)
        }
    };
    let token = tenant
        .place_of_account(&account.email)
        .and_then(|client| world.bearer_tokens.issue(Client::Account(client), subject, scopes, now))
        .ok_or_else(|| Refusal::of_status(500))?;
    Ok(json!({ "access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer" }))
}

/// *Unverified* wordings: no source shows Google's answers to a broken form.
fn well_formed(request: &TokenRequest) -> Result<&Assertion, Refusal> {
    match field(&request.form, "grant_type") {
        Some(GRANT_TYPE) => {}
        Some(other) => {
            return Err(Refusal::new(400, "unsupported_grant_type", format!("Invalid grant_type: {other}")));
        }
        None => {
            return Err(Refusal::new(400, "invalid_request", "Missing required parameter: grant_type"));
        }
    }
    if field(&request.form, "assertion").is_none() {
        return Err(Refusal::new(400, "invalid_request", "Missing required parameter: assertion"));
    }
    request.assertion.as_ref().ok_or_else(|| Refusal::new(400, "invalid_grant", "Invalid JWT."))
}

/// The account named as issuer, if one of its usable keys made the signature.
pub(crate) fn signer<'a>(
    world: &'a World,
    assertion: &Assertion,
    now: DateTime<Utc>,
) -> Result<&'a ServiceAccount, Refusal> {
    let account = assertion.claim("iss").and_then(|issuer| world.tenant.account(issuer));
    let (_, account) =
        account.ok_or_else(|| Refusal::new(400, "invalid_grant", "Invalid grant: account not found"))?;
    let signed = account
        .keys
        .iter()
        .filter(|key| key.is_usable(now) && assertion.can_be_of(&key.id))
        .filter_map(|key| world.public_half(key))
        .any(|public_key| assertion.is_signed_by(public_key));
    if !signed {
        return Err(Refusal::new(400, "invalid_grant", "Invalid JWT Signature."));
    }
    if account.disabled {
        return Err(Refusal::new(401, "disabled_client", "The OAuth client was disabled."));
    }
    Ok(account)
}

/// The wording is from refusals that users reported, with today's address in it.
fn check_audience(world: &World, assertion: &Assertion) -> Result<(), Refusal> {
    let right = assertion
        .claim("aud")
        .is_some_and(|audience| audience == world.token_uri || AUDIENCES.contains(&audience));
    if right {
        return Ok(());
    }
    let description =
        format!("Invalid JWT: Failed audience check. The right audience is {}", world.token_uri);
    Err(Refusal::new(400, "invalid_grant", description))
}

pub(crate) fn check_time(world: &World, assertion: &Assertion) -> Result<(), Refusal> {
    let is_reasonable = |now: i64| match (assertion.seconds("iat"), assertion.seconds("exp")) {
        (Some(issued), Some(expires)) => {
            issued <= now + SKEW_SECONDS
                && expires > now - SKEW_SECONDS
                && expires > issued
                && expires - issued <= MAX_SECONDS
        }
        _ => false,
    };
    if world.clock.of_clients().any(|now| is_reasonable(now.timestamp())) {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
    ))
}

/// *Unverified*: the wording for no scope at all.
pub(crate) fn known_scopes(text: &str) -> Result<Vec<String>, Refusal> {
    let scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() {
        return Err(Refusal::new(400, "invalid_scope", "Empty or missing scope not allowed."));
    }
    if scopes.iter().all(|scope| is_known_scope(scope)) {
        Ok(scopes)
    } else {
        Err(Refusal::new(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."))
    }
}

/// The place of the user named by primary address. An alias is nobody here.
///
/// *Unverified*: a suspended or archived user gets a token, as reports of mailbox reads that fail only
/// afterwards suggest; other reports say "Invalid email or User ID".
fn find_subject(tenant: &Tenant, subject: &Value) -> Result<u32, Refusal> {
    let subject = subject.as_str().unwrap_or_default();
    let well_formed = subject
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !subject.contains(char::is_whitespace);
    if !well_formed {
        return Err(Refusal::new(400, "invalid_request", "Invalid impersonation prn email address"));
    }
    if tenant.deleted.iter().any(|person| person.primary_email.eq_ignore_ascii_case(subject)) {
        return Err(Refusal::new(400, "invalid_grant", "The account has been deleted"));
    }
    tenant
        .people
        .find(subject)
        .filter(|place| {
            tenant
                .people
                .at(*place)
                .is_some_and(|person| person.primary_email.to_lowercase() == subject.to_lowercase())
        })
        .and_then(|place| u32::try_from(place).ok())
        .ok_or_else(|| Refusal::new(400, "invalid_grant", "Invalid email or User ID"))
}

/// All or nothing. *Unverified*: the status when only some scopes are delegated.
fn check_delegation(tenant: &Tenant, account: &ServiceAccount, scopes: &[String]) -> Result<(), Refusal> {
    let granted = tenant.grant_of(&account.client_id).map_or(&[][..], |grant| &grant.scopes);
    let delegated = scopes.iter().filter(|scope| granted.contains(scope)).count();
    if delegated == 0 {
        Err(Refusal::new(401, "unauthorized_client", UNAUTHORIZED))
    } else if delegated < scopes.len() {
        Err(Refusal::new(401, "access_denied", "Requested client not authorized."))
    } else {
        Ok(())
    }
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
