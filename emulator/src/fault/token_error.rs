//! The refusals of a token endpoint, by the name in their field `error`.
//!
//! Names, statuses and texts are those of GAM's lists, of client library issues, and of the set that
//! Google's own client retries. *Unverified*: the text of `admin_policy_enforced` and of the transient ones.

pub(crate) const UNAUTHORIZED: &str = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";

/// A refusal in the flat shape of the OAuth standard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenError {
    pub(crate) name: &'static str,
    pub(super) status: u16,
    pub(crate) description: &'static str,
}

static ALL: [TokenError; 14] = [
    entry("unauthorized_client", 401, UNAUTHORIZED),
    entry("access_denied", 401, "Requested client not authorized."),
    entry("invalid_grant", 400, "Invalid JWT Signature."),
    entry("invalid_request", 400, "Bad Request"),
    entry("invalid_scope", 400, "Invalid OAuth scope or ID token audience provided."),
    entry("invalid_client", 401, "The OAuth client was not found."),
    entry("deleted_client", 401, "The OAuth client was deleted."),
    entry("disabled_client", 401, "The OAuth client was disabled."),
    entry(
        "admin_policy_enforced",
        400,
        "Access to your account data is restricted by policies within your organization.",
    ),
    entry(
        "invalid_target",
        400,
        "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.",
    ),
    entry("rate_limit_exceeded", 429, "Rate limit exceeded."),
    entry("internal_failure", 500, "Internal failure."),
    entry("server_error", 500, "Internal server error."),
    entry("temporarily_unavailable", 503, "The service is temporarily unavailable."),
];

const fn entry(name: &'static str, status: u16, description: &'static str) -> TokenError {
    TokenError { name, status, description }
}

pub(super) fn named(name: &str) -> Option<&'static TokenError> {
    ALL.iter().find(|error| error.name == name)
}

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|error| error.name)
}
