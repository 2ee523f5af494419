//! The refusals of an API, by Google's words for their reasons, each in the API's own envelope.
//!
//! Reasons of the older kind stand in `errors[].reason`; the capital ones are `google.api.ErrorReason`s
//! and stand in `details[].reason`. Gmail's and Directory's texts are those of Google's guides and of
//! reported bodies; *unverified*: the texts of the capital ones, and of `quotaExceeded` and
//! `sharingRateLimitExceeded`.

use crate::api_error::ApiError;
use crate::discovery::{Api, Method};
use crate::permissions::permission_of;

/// A reason to refuse a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ApiReason {
    word: &'static str,
    pub(super) status: u16,
    body: Body,
}

#[derive(Debug, PartialEq, Eq)]
enum Body {
    /// The word, in a domain, with a message.
    Reason(&'static str, &'static str),
    /// The same, but Gmail's message tells when to come back.
    Rate(&'static str),
    /// Told in the details.
    Detail(&'static str),
    ScopeInsufficient,
    ServiceDisabled,
    Forbidden,
    DelegationDenied,
    MailServiceOff,
    PermissionDenied,
    QuotaMetric,
}

const USAGE: &str = "usageLimits";
const GLOBAL: &str = "global";

static ALL: [ApiReason; 34] = [
    entry("userRateLimitExceeded", 403, Body::Rate("User Rate Limit Exceeded")),
    entry("rateLimitExceeded", 429, Body::Rate("Rate Limit Exceeded")),
    entry("quotaExceeded", 403, Body::Reason(USAGE, "Quota Exceeded")),
    entry("dailyLimitExceeded", 403, Body::Reason(USAGE, "Daily Limit Exceeded")),
    entry("sharingRateLimitExceeded", 403, Body::Reason(GLOBAL, "Sharing Rate Limit Exceeded")),
    entry("RATE_LIMIT_EXCEEDED", 429, Body::QuotaMetric),
    entry("domainPolicy", 403, Body::Reason(GLOBAL, "The domain administrators have disabled Gmail apps.")),
    entry("insufficientPermissions", 403, Body::ScopeInsufficient),
    entry("ACCESS_TOKEN_SCOPE_INSUFFICIENT", 403, Body::ScopeInsufficient),
    entry("forbidden", 403, Body::Forbidden),
    entry("delegationDenied", 403, Body::DelegationDenied),
    entry("accessNotConfigured", 403, Body::ServiceDisabled),
    entry("disabled", 403, Body::ServiceDisabled),
    entry("SERVICE_DISABLED", 403, Body::ServiceDisabled),
    entry("IAM_PERMISSION_DENIED", 403, Body::PermissionDenied),
    entry("ACCOUNT_STATE_INVALID", 403, Body::Detail("The account is in an invalid state.")),
    entry("USER_BLOCKED_BY_ADMIN", 403, Body::Detail("The user is blocked by the administrator.")),
    entry("CONSUMER_SUSPENDED", 403, Body::Detail("The consumer has been suspended.")),
    entry(
        "USER_PROJECT_DENIED",
        403,
        Body::Detail("Caller does not have required permission to use the project."),
    ),
    entry("SECURITY_POLICY_VIOLATED", 403, Body::Detail("Request is prohibited by organization's policy.")),
    entry(
        "RESOURCE_USAGE_RESTRICTION_VIOLATED",
        403,
        Body::Detail("Request is disallowed by organization's constraints."),
    ),
    entry("ORG_RESTRICTION_VIOLATION", 403, Body::Detail("Access denied by organization's restriction.")),
    entry("ACCESS_TOKEN_EXPIRED", 401, Body::Detail("The access token expired.")),
    entry("authError", 401, Body::Reason(GLOBAL, "Invalid Credentials")),
    entry("failedPrecondition", 400, Body::Reason(GLOBAL, "Precondition check failed.")),
    entry("mailServiceNotEnabled", 400, Body::MailServiceOff),
    entry("invalid", 400, Body::Reason(GLOBAL, "Invalid Value")),
    entry("notFound", 404, Body::Reason(GLOBAL, "Requested entity was not found.")),
    entry("internalError", 500, Body::Reason(GLOBAL, "Internal error encountered.")),
    entry("backendError", 503, Body::Reason(GLOBAL, "Backend Error")),
    entry("badGateway", 502, Body::Reason(GLOBAL, "Bad Gateway")),
    entry("transientError", 503, Body::Reason(GLOBAL, "Transient Error")),
    entry("gatewayTimeout", 504, Body::Reason(GLOBAL, "Gateway Timeout")),
    entry("deadlineExceeded", 504, Body::Reason(GLOBAL, "Deadline exceeded.")),
];

const fn entry(word: &'static str, status: u16, body: Body) -> ApiReason {
    ApiReason { word, status, body }
}

pub(super) fn named(word: &str) -> Option<&'static ApiReason> {
    ALL.iter().find(|reason| reason.word == word)
}

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|reason| reason.word)
}

/// What a refusal tells about the call that it refuses.
pub(crate) struct Circumstances<'a> {
    pub(crate) method: &'static Method,
    pub(crate) project_number: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) path: &'a str,
    /// When to come back.
    pub(crate) retry_at: &'a str,
}

impl ApiReason {
    pub(crate) fn error(&self, status: u16, call: &Circumstances<'_>) -> ApiError {
        let api = call.method.api;
        match self.body {
            Body::Reason(domain, message) => ApiError::planned(api, status, domain, self.word, message),
            Body::Rate(_) if api == Api::Gmail => {
                ApiError::planned(api, status, USAGE, self.word, come_back(call.retry_at))
            }
            Body::Rate(message) => ApiError::planned(api, status, USAGE, self.word, message),
            Body::Detail(message) => ApiError::planned_detail(call.method, status, self.word, message),
            Body::ScopeInsufficient => ApiError::scope_insufficient(call.method),
            Body::ServiceDisabled => ApiError::service_disabled(api, call.project_number),
            Body::Forbidden => status_error(api, 403, call.retry_at),
            Body::DelegationDenied => {
                let message = format!("Delegation denied for {}", call.subject);
                ApiError::planned(api, status, GLOBAL, "forbidden", message)
            }
            Body::MailServiceOff => {
                ApiError::planned(api, status, GLOBAL, "failedPrecondition", "Mail service not enabled")
            }
            Body::PermissionDenied => ApiError::iam_permission_denied(
                permission_of(call.method.id),
                call.path.trim_start_matches("/v1/"),
            ),
            Body::QuotaMetric => ApiError::quota_metric(call.method, status, call.project_number),
        }
    }
}

/// Google's body for a bare status, in the envelope of the API.
pub(crate) fn status_error(api: Api, status: u16, retry_at: &str) -> ApiError {
    let (reason, message) = match status {
        400 => ("badRequest", "Bad Request".to_owned()),
        401 => return ApiError::credentials_invalid(),
        403 if api.is_admin() => return ApiError::not_an_administrator(),
        403 => ("forbidden", "Forbidden".to_owned()),
        404 if api == Api::Directory => return ApiError::resource_not_found("userKey"),
        404 => ("notFound", "Requested entity was not found.".to_owned()),
        429 if api == Api::Gmail => ("rateLimitExceeded", come_back(retry_at)),
        429 => ("rateLimitExceeded", "Rate Limit Exceeded".to_owned()),
        500 => ("backendError", "Internal error encountered.".to_owned()),
        503 if api == Api::Directory => return ApiError::no_administrator_named(),
        503 => ("backendError", "The service is currently unavailable.".to_owned()),
        _ => ("backendError", "Backend Error".to_owned()),
    };
    ApiError::planned(api, status, if status == 429 { USAGE } else { GLOBAL }, reason, message)
}

/// Gmail tells when to come back in the message, and has two spaces in it.
fn come_back(retry_at: &str) -> String {
    format!("User-rate limit exceeded.  Retry after {retry_at}")
}
