//! The responses that mean each cause. The first matching row decides.
//!
//! Words are Google's, from its error guides and from what its clients match on; `docs/causes.md` shows
//! them all.

use super::{Cause, table::own as cause};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    TokenEndpoint,
    Directory,
    Gmail,
    Reports,
    IamCredentials,
    /// Public certificates: nobody is asked who they are.
    Public,
    /// Any other API.
    OtherApi,
}

/// What an answer says, taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) source: Source,
    /// HTTP status; 0 where a library dropped it.
    pub(crate) http: u16,
    /// `error` of the token endpoint, else `errors[].reason`.
    pub(crate) reason: &'a str,
    /// `details[].reason`.
    pub(crate) detail: &'a str,
    /// `status`: the name of a `google.rpc.Code`, which spells reasons in capitals.
    pub(crate) status: &'a str,
    /// `errors[].domain`.
    pub(crate) domain: &'a str,
    /// `error_description` of the token endpoint, else `message`.
    pub(crate) message: &'a str,
}

struct Row {
    from: From,
    http: &'static [u16],
    /// Compared without case and `_`: `FAILED_PRECONDITION` is `failedPrecondition`.
    reason: &'static [&'static str],
    /// Any of these stands in the message, whatever the case.
    words: &'static [&'static str],
    cause: Cause,
}

#[derive(Clone, Copy, PartialEq)]
enum From {
    Anybody,
    Token,
    Directory,
    Gmail,
    Reports,
    IamCredentials,
    Public,
    OtherApi,
    AnyApi,
    /// Any API, of the domain `usageLimits`.
    UsageLimits,
}

const ANY: &[&str] = &[];
const ANY_STATUS: &[u16] = &[];

const fn row(
    from: From,
    http: &'static [u16],
    reason: &'static [&'static str],
    words: &'static [&'static str],
    cause: Cause,
) -> Row {
    Row { from, http, reason, words, cause }
}

/// "Google reference: Directory API, Gmail API, resolve errors", and the lists that GAM and client libraries retry.
const RATE_REASONS: &[&str] = &[
    "userRateLimitExceeded",
    "rateLimitExceeded",
    "quotaExceeded",
    "sharingRateLimitExceeded",
    "servingLimitExceeded",
    "concurrentLimitExceeded",
    "variableTermLimitExceeded",
    "resourceExhausted",
];
const RATE_WORDS: &[&str] = &[
    "request rate higher than configured",
    "quota exceeded for the current request",
    "quota exceeded for quota metric",
    "quota exceeded for quota group",
    "rate limit exceeded",
    "serving limit exceeded",
    "too many requests",
    "too many concurrent requests",
    "resource has been exhausted",
];
/// Asking again today is in vain. "limit 'All requests per day' of service": ylexus/jiotty-photos-uploader issue 12.
/// Assumed: the words "per day per", of limits per project or user.
const DAILY_REASONS: &[&str] =
    &["dailyLimitExceeded", "dailyLimitExceededUnreg", "variableTermExpiredDailyExceeded"];
const DAILY_WORDS: &[&str] = &["daily limit exceeded", "per day'", "per day per"];
const TRANSIENT_REASONS: &[&str] = &[
    "backendError",
    "badGateway",
    "gatewayTimeout",
    "internalError",
    "transientError",
    "systemError",
    "serviceNotAvailable",
    "internal",
    "unavailable",
    "aborted",
];
/// Faults of Google's own that come as 4xx. GAM, `glgapi.py`: `invalid` with the first is `systemError`, retried by
/// `GROUP_GET_RETRY_REASONS` and `MEMBERS_RETRY_REASONS`. Assumed: that other methods answer it, and the other words;
/// one more read is harmless.
const SYSTEM_ERROR_WORDS: &[&str] = &[
    "a system error has occurred",
    "internal error encountered",
    "internal error has occurred",
    "internal error occurred",
    "backend error",
    "transient failure",
    "unknown error",
    "service is currently unavailable",
];
const API_KEY_REASONS: &[&str] = &[
    "API_KEY_INVALID",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_ANDROID_APP_BLOCKED",
    "API_KEY_IOS_APP_BLOCKED",
    "keyInvalid",
    "keyExpired",
    "ipRefererBlocked",
    "refererBlocked",
];
const PRECONDITION: &[&str] = &["failedPrecondition", "conditionNotMet"];
/// The admin lacks the privilege Reports. The first: googleworkspace/python-samples issue 21 (401). Assumed: the
/// others.
const REPORTS_WORDS: &[&str] = &[
    "not authorized to read activity records",
    "not authorized to read",
    "access to the customers reporting data",
    "access to the customer's reporting data",
];
const SERVER_ERRORS: &[u16] = &[500, 501, 502, 503, 504];

const ROWS: &[Row] = &[
    row(From::Anybody, &[407], ANY, ANY, cause::PROXY_AUTHENTICATION),
    row(
        From::Token,
        ANY_STATUS,
        &["internal_failure", "server_error", "temporarily_unavailable"],
        ANY,
        cause::BACKEND_ERROR,
    ),
    row(From::Token, ANY_STATUS, DAILY_REASONS, ANY, cause::DAILY_LIMIT),
    row(From::Token, ANY_STATUS, RATE_REASONS, ANY, cause::THROTTLED),
    row(From::Token, ANY_STATUS, &["unauthorized_client"], ANY, cause::SCOPE_NOT_DELEGATED),
    row(From::Token, ANY_STATUS, &["access_denied"], &["account restricted"], cause::ACCOUNT_RESTRICTED),
    row(From::Token, ANY_STATUS, &["access_denied"], ANY, cause::CLIENT_NOT_AUTHORIZED),
    row(
        From::Token,
        ANY_STATUS,
        &["invalid_grant"],
        &["invalid email or user id", "not a valid email"],
        cause::SUBJECT_UNKNOWN,
    ),
    row(From::Token, ANY_STATUS, &["invalid_grant"], &["account has been deleted"], cause::SUBJECT_DELETED),
    row(From::Token, ANY_STATUS, &["invalid_grant"], &["account not found"], cause::SERVICE_ACCOUNT_DELETED),
    row(
        From::Token,
        ANY_STATUS,
        &["invalid_grant"],
        &["jwt signature", "no valid verifier"],
        cause::KEY_REJECTED,
    ),
    row(
        From::Token,
        ANY_STATUS,
        &["invalid_grant"],
        &["short-lived token", "iat and exp"],
        cause::CLOCK_SKEW,
    ),
    row(
        From::Token,
        ANY_STATUS,
        &["invalid_request"],
        &["impersonation \"sub\" field"],
        cause::SUBJECT_UNKNOWN,
    ),
    row(From::Token, ANY_STATUS, &["invalid_request"], &["impersonation"], cause::SUBJECT_MALFORMED),
    row(From::Token, ANY_STATUS, &["invalid_scope"], ANY, cause::SCOPE_UNKNOWN_TO_GOOGLE),
    row(From::Token, ANY_STATUS, &["deleted_client"], ANY, cause::SERVICE_ACCOUNT_DELETED),
    row(From::Token, ANY_STATUS, &["disabled_client"], ANY, cause::SERVICE_ACCOUNT_DISABLED),
    row(From::Token, ANY_STATUS, &["admin_policy_enforced"], ANY, cause::APP_BLOCKED),
    row(From::Token, &[429], ANY, ANY, cause::THROTTLED),
    row(From::Token, SERVER_ERRORS, ANY, ANY, cause::BACKEND_ERROR),
    row(From::Token, &[400, 401, 403], ANY, ANY, cause::TOKEN_REFUSED),
    row(From::AnyApi, &[403, 429], DAILY_REASONS, ANY, cause::DAILY_LIMIT),
    row(From::AnyApi, &[403, 429], ANY, DAILY_WORDS, cause::DAILY_LIMIT),
    row(From::AnyApi, &[429], ANY, ANY, cause::THROTTLED),
    row(From::AnyApi, &[400, 403], RATE_REASONS, ANY, cause::THROTTLED),
    row(From::AnyApi, &[400, 403], ANY, RATE_WORDS, cause::THROTTLED),
    row(From::Reports, &[503], ANY, ANY, cause::THROTTLED),
    row(From::AnyApi, &[400, 401, 403], &["domainCannotUseApis"], ANY, cause::API_ACCESS_OFF),
    row(From::AnyApi, &[400, 401, 403], ANY, &["domain cannot use api"], cause::API_ACCESS_OFF),
    row(From::Reports, &[401, 403], ANY, REPORTS_WORDS, cause::REPORTS_RIGHT_MISSING),
    row(From::Public, &[401, 403], ANY, ANY, cause::PUBLIC_REFUSED),
    row(
        From::AnyApi,
        &[403],
        &["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"],
        ANY,
        cause::SCOPE_INSUFFICIENT,
    ),
    row(From::AnyApi, &[403], &["SERVICE_DISABLED", "accessNotConfigured"], ANY, cause::API_DISABLED),
    row(From::IamCredentials, &[403], ANY, ANY, cause::SIGNING_DENIED),
    row(From::IamCredentials, &[404], ANY, ANY, cause::SERVICE_ACCOUNT_DELETED),
    row(From::IamCredentials, &[400], ANY, &["disabled"], cause::SERVICE_ACCOUNT_DISABLED),
    row(From::AnyApi, &[403], &["CONSUMER_SUSPENDED"], ANY, cause::PROJECT_SUSPENDED),
    row(
        From::AnyApi,
        &[401, 403],
        &["ACCOUNT_STATE_INVALID", "USER_BLOCKED_BY_ADMIN"],
        ANY,
        cause::ACCOUNT_RESTRICTED,
    ),
    row(
        From::AnyApi,
        &[403],
        &["SECURITY_POLICY_VIOLATED", "RESOURCE_USAGE_RESTRICTION_VIOLATED", "ORG_RESTRICTION_VIOLATION"],
        ANY,
        cause::CLOUD_POLICY,
    ),
    row(
        From::AnyApi,
        &[403],
        &["IAM_PERMISSION_DENIED", "USER_PROJECT_DENIED"],
        ANY,
        cause::IAM_PERMISSION_MISSING,
    ),
    row(From::AnyApi, &[403], &["domainPolicy"], ANY, cause::DOMAIN_POLICY),
    row(From::AnyApi, &[403], ANY, &["delegation denied"], cause::DELEGATION_DENIED),
    row(
        From::AnyApi,
        &[403],
        ANY,
        &["not authorized to access this resource/api"],
        cause::ADMIN_RIGHT_MISSING,
    ),
    row(From::AnyApi, &[400, 403], API_KEY_REASONS, ANY, cause::API_KEY_REFUSED),
    row(From::AnyApi, &[400, 403, 409, 412], TRANSIENT_REASONS, ANY, cause::BACKEND_ERROR),
    row(From::UsageLimits, &[403], ANY, ANY, cause::THROTTLED),
    row(From::AnyApi, &[400, 403, 409, 412], ANY, SYSTEM_ERROR_WORDS, cause::SYSTEM_ERROR),
    row(
        From::OtherApi,
        &[403],
        ANY,
        &["the caller does not have permission", "denied on resource"],
        cause::IAM_PERMISSION_MISSING,
    ),
    row(From::AnyApi, &[403], ANY, ANY, cause::FORBIDDEN),
    row(From::AnyApi, &[400], ANY, &["mail service not enabled"], cause::MAIL_SERVICE_NOT_ENABLED),
    row(From::Gmail, &[400, 412], PRECONDITION, ANY, cause::PRECONDITION_FAILED),
    row(From::Gmail, &[400, 412], ANY, &["precondition check failed"], cause::PRECONDITION_FAILED),
    row(From::Directory, &[400, 412], PRECONDITION, ANY, cause::DIRECTORY_PRECONDITION),
    row(From::Directory, &[400, 412], ANY, &["precondition check failed"], cause::DIRECTORY_PRECONDITION),
    row(From::AnyApi, &[400, 412], PRECONDITION, ANY, cause::API_PRECONDITION),
    row(From::AnyApi, &[400, 412], ANY, &["precondition check failed"], cause::API_PRECONDITION),
    row(From::AnyApi, &[401], ANY, &["not authorized to send mail"], cause::NOT_GOOGLE),
    row(From::AnyApi, &[401], &["CREDENTIALS_MISSING"], ANY, cause::CREDENTIALS_MISSING),
    row(
        From::AnyApi,
        &[401],
        ANY,
        &["missing required authentication credential", "missing a valid api key", "login required"],
        cause::CREDENTIALS_MISSING,
    ),
    row(From::AnyApi, &[401], ANY, ANY, cause::TOKEN_NOT_ACCEPTED),
    row(From::AnyApi, &[404], ANY, ANY, cause::NOT_FOUND),
    row(
        From::Directory,
        &[503],
        ANY,
        &["service unavailable. please try again"],
        cause::DIRECTORY_UNAVAILABLE,
    ),
    row(From::AnyApi, SERVER_ERRORS, ANY, ANY, cause::BACKEND_ERROR),
    row(From::AnyApi, &[408], ANY, ANY, cause::TIMEOUT),
    row(From::AnyApi, &[400], ANY, ANY, cause::BAD_REQUEST),
];

/// The cause of an error answer; [`cause::UNKNOWN_ANSWER`] if no row fits.
#[must_use]
pub(crate) fn classify(answer: &Answer<'_>) -> Cause {
    ROWS.iter().find(|row| row.fits(answer)).map_or(cause::UNKNOWN_ANSWER, |row| row.cause)
}

/// Whether a word is a reason of some row, in whatever spelling.
pub(super) fn is_reason(word: &str) -> bool {
    ROWS.iter().flat_map(|row| row.reason).any(|reason| is_same(reason, word))
}

/// A row, for people. An empty list fits anything.
pub(super) struct Described {
    pub(super) from: &'static str,
    pub(super) http: Vec<String>,
    pub(super) reasons: Vec<String>,
    pub(super) words: Vec<String>,
    pub(super) cause: Cause,
}

/// Every row, in the order in which they are tried.
pub(super) fn described() -> impl Iterator<Item = Described> {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    ROWS.iter().map(move |row| Described {
        from: match row.from {
            From::Anybody => "anybody",
            From::Token => "token endpoint",
            From::Directory => "Directory",
            From::Gmail => "Gmail",
            From::Reports => "Reports",
            From::IamCredentials => "IAM Credentials",
            From::Public => "public certificates",
            From::OtherApi => "a Cloud API",
            From::AnyApi => "any API",
            From::UsageLimits => "any API, `domain` is `usageLimits`",
        },
        http: row.http.iter().map(u16::to_string).collect(),
        reasons: own(row.reason),
        words: own(row.words),
        cause: row.cause,
    })
}

impl Row {
    fn fits(&self, answer: &Answer<'_>) -> bool {
        let from = match self.from {
            From::Anybody => true,
            From::Token => answer.source == Source::TokenEndpoint,
            From::AnyApi => answer.source != Source::TokenEndpoint,
            From::Directory => answer.source == Source::Directory,
            From::Gmail => answer.source == Source::Gmail,
            From::Reports => answer.source == Source::Reports,
            From::IamCredentials => answer.source == Source::IamCredentials,
            From::Public => answer.source == Source::Public,
            From::OtherApi => answer.source == Source::OtherApi,
            From::UsageLimits => {
                answer.source != Source::TokenEndpoint && answer.domain.eq_ignore_ascii_case("usageLimits")
            }
        };
        let message = answer.message.to_lowercase();
        from && (self.http.is_empty() || self.http.contains(&answer.http))
            && (self.reason.is_empty()
                || self.reason.iter().any(|reason| {
                    [answer.reason, answer.detail, answer.status].iter().any(|said| is_same(reason, said))
                }))
            && (self.words.is_empty() || self.words.iter().any(|words| message.contains(words)))
    }
}

/// Whether two reasons are one: `google.rpc.Code` and `ErrorInfo` write capitals with `_`, older APIs camel case.
fn is_same(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

/// Words of a connection's failure, in the order in which they decide: a tunnel's failure can hold those of
/// the connection below it.
const CONNECTION_WORDS: &[(&[&str], Cause)] = &[
    (&["proxy authorization required", "proxy authentication required"], cause::PROXY_AUTHENTICATION),
    (&["tunnel error: unsuccessful", "unsuccessful tunnel"], cause::PROXY_REFUSED),
    (&["tunnel error", "proxy connect"], cause::PROXY_UNREACHABLE),
    (&["certificate", "tls", "handshake"], cause::TLS),
    (&["dns", "resolve", "lookup address"], cause::DNS),
];

/// The cause of a failed connection, from the words of every layer of its error; `None` if they tell nothing.
#[must_use]
pub(crate) fn of_connection(words: &str) -> Option<Cause> {
    let words = words.to_lowercase();
    CONNECTION_WORDS
        .iter()
        .find(|(any, _)| any.iter().any(|text| words.contains(text)))
        .map(|(_, cause)| *cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::{Class, Retry};

    fn api(http: u16, reason: &str, detail: &str, message: &str) -> Cause {
        classify(&Answer { source: Source::OtherApi, http, reason, detail, status: "", domain: "", message })
    }

    fn token(http: u16, reason: &str, message: &str) -> Cause {
        classify(&Answer {
            source: Source::TokenEndpoint,
            http,
            reason,
            detail: "",
            status: "",
            domain: "",
            message,
        })
    }

    #[test]
    fn gmail_off_and_a_missing_subject_share_a_reason_and_are_told_apart() {
        assert_eq!(api(400, "failedPrecondition", "", "Mail service not enabled").class, Class::MailOff);
        let of = |source| {
            let message = "Precondition check failed.";
            let answer = Answer {
                source,
                http: 400,
                reason: "",
                detail: "",
                status: "FAILED_PRECONDITION",
                domain: "",
                message,
            };
            classify(&answer)
        };
        let gmail = of(Source::Gmail);
        assert_eq!(
            (gmail.id, gmail.class, gmail.retry),
            ("precondition_failed", Class::Denied, Retry::OnceAfterWait)
        );
        let directory = of(Source::Directory);
        assert_eq!((directory.id, directory.retry), ("directory_precondition", Retry::AfterWait));
        assert_eq!(of(Source::Reports).id, "api_precondition");
    }

    #[test]
    fn a_403_is_asked_again_for_rate_reasons_only() {
        assert_eq!(api(403, "userRateLimitExceeded", "", "").retry, Retry::AfterWait);
        assert_eq!(api(403, "", "RATE_LIMIT_EXCEEDED", "").retry, Retry::AfterWait);
        assert_eq!(api(403, "", "", "Request rate higher than configured.").retry, Retry::AfterWait);
        assert_eq!(
            api(403, "forbidden", "", "Not Authorized to access this resource/api").retry,
            Retry::Never
        );
        assert_eq!(api(403, "dailyLimitExceeded", "", "").retry, Retry::Never);
    }

    #[test]
    fn the_token_endpoints_words_have_their_causes() {
        for (http, reason, message, expected) in [
            (
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens",
                "scope_not_delegated",
            ),
            (401, "access_denied", "Requested client not authorized.", "client_not_authorized"),
            (403, "access_denied", "Account restricted", "account_restricted"),
            (400, "invalid_grant", "Invalid email or User ID", "subject_unknown"),
            (400, "invalid_grant", "Invalid JWT Signature.", "key_rejected"),
            (400, "invalid_grant", "Invalid grant: account not found", "service_account_deleted"),
            (
                400,
                "invalid_scope",
                "Invalid OAuth scope or ID token audience provided.",
                "scope_unknown_to_google",
            ),
            (401, "unauthorized_client", "Unauthorized client or scope in request.", "scope_not_delegated"),
            (400, "invalid_grant", "The account has been deleted", "subject_deleted"),
            (400, "invalid_request", "Invalid impersonation \"sub\" field", "subject_unknown"),
            (400, "invalid_request", "Invalid impersonation prn email address", "subject_malformed"),
            (401, "disabled_client", "The OAuth client was disabled.", "service_account_disabled"),
            (400, "admin_policy_enforced", "", "app_blocked"),
            (429, "rate_limit_exceeded", "", "throttled"),
            (400, "invalid_grant", "words of tomorrow", "token_refused"),
            (503, "", "<html>", "backend_error"),
            (302, "", "", "unknown_answer"),
        ] {
            assert_eq!(token(http, reason, message).id, expected, "{reason}: {message}");
        }
    }

    #[test]
    fn directorys_503_carries_the_hint_about_the_subject() {
        let answer = Answer {
            source: Source::Directory,
            http: 503,
            reason: "backendError",
            detail: "",
            status: "",
            domain: "",
            message: "Service unavailable. Please try again",
        };
        assert_eq!(classify(&answer).id, "directory_unavailable");
        assert_eq!(classify(&Answer { source: Source::OtherApi, ..answer }).id, "backend_error");
    }

    #[test]
    fn a_failed_tunnel_is_the_proxys_matter_whatever_is_below_it() {
        for (words, expected) in [
            ("client error (Connect): tunnel error: proxy authorization required", "proxy_authentication"),
            ("tunnel error: unsuccessful", "proxy_refused"),
            ("tunnel error: failed to create underlying connection: dns error", "proxy_unreachable"),
            ("client error (Connect): invalid peer certificate: UnknownIssuer", "tls"),
            ("client error (Connect): dns error: failed to lookup address information", "dns"),
        ] {
            assert_eq!(of_connection(words).map(|cause| cause.id), Some(expected), "{words}");
        }
        assert_eq!(of_connection("tcp connect error: connection refused"), None);
    }

    #[test]
    fn reports_throttles_by_503() {
        let answer = Answer {
            source: Source::Reports,
            http: 503,
            reason: "backendError",
            detail: "",
            status: "",
            domain: "",
            message: "",
        };
        assert_eq!(classify(&answer).id, "throttled");
    }

    #[test]
    fn a_refusal_of_what_is_public_is_nobodys_missing_role() {
        for (http, detail, expected) in [
            (403, "IAM_PERMISSION_DENIED", "public_refused"),
            (403, "", "public_refused"),
            (401, "", "public_refused"),
            (403, "RATE_LIMIT_EXCEEDED", "throttled"),
            (404, "", "not_found"),
            (503, "", "backend_error"),
        ] {
            let answer = Answer {
                source: Source::Public,
                http,
                reason: "",
                detail,
                status: "",
                domain: "",
                message: "",
            };
            assert_eq!(classify(&answer).id, expected, "{http} {detail}");
        }
    }

    #[test]
    fn iam_credentials_refusals_are_about_signing() {
        let answer = Answer {
            source: Source::IamCredentials,
            http: 403,
            reason: "forbidden",
            detail: "IAM_PERMISSION_DENIED",
            status: "",
            domain: "",
            message: "Permission 'iam.serviceAccounts.signJwt' denied on resource",
        };
        assert_eq!(classify(&answer).id, "signing_denied");
        assert_eq!(classify(&Answer { detail: "SERVICE_DISABLED", ..answer }).id, "api_disabled");
        assert_eq!(classify(&Answer { detail: "RATE_LIMIT_EXCEEDED", ..answer }).id, "throttled");
        assert_eq!(classify(&Answer { http: 404, ..answer }).id, "service_account_deleted");
    }

    #[test]
    fn an_apis_answers_have_their_causes() {
        for (http, reason, detail, message, expected) in [
            (403, "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "", "scope_insufficient"),
            (403, "accessNotConfigured", "SERVICE_DISABLED", "", "api_disabled"),
            (403, "forbidden", "", "Delegation denied for a@example.com", "delegation_denied"),
            (403, "quotaExceeded", "", "", "throttled"),
            (429, "rateLimitExceeded", "", "User-rate limit exceeded (Mail sending)", "throttled"),
            (403, "domainPolicy", "", "", "domain_policy"),
            (403, "", "CONSUMER_SUSPENDED", "", "project_suspended"),
            (403, "", "USER_BLOCKED_BY_ADMIN", "", "account_restricted"),
            (401, "", "ACCOUNT_STATE_INVALID", "", "account_restricted"),
            (403, "", "SECURITY_POLICY_VIOLATED", "", "cloud_policy"),
            (400, "", "API_KEY_INVALID", "", "api_key_refused"),
            (401, "authError", "ACCESS_TOKEN_EXPIRED", "", "token_not_accepted"),
            (401, "", "", "Authenticated user is not authorized to send mail", "not_google"),
            (404, "notFound", "", "", "not_found"),
            (400, "invalid", "", "", "bad_request"),
            (500, "internalError", "", "", "backend_error"),
            (502, "", "", "<html><title>Error 502 (Server Error)!!1</title>", "backend_error"),
            (403, "", "", "<html><title>Error 403 (Forbidden)!!1</title>", "forbidden"),
            (407, "", "", "", "proxy_authentication"),
            (418, "", "", "short and stout", "unknown_answer"),
        ] {
            assert_eq!(api(http, reason, detail, message).id, expected, "{http} {reason} {detail} {message}");
        }
    }

    #[test]
    fn a_403_of_usage_limits_is_a_rate_limit_unless_it_says_another_thing() {
        for (reason, detail, message, expected) in [
            ("servingLimitExceeded", "", "", "throttled"),
            ("somethingNew", "", "", "throttled"),
            ("", "", "", "throttled"),
            ("accessNotConfigured", "", "", "api_disabled"),
            ("", "SERVICE_DISABLED", "", "api_disabled"),
            ("dailyLimitExceeded", "", "", "daily_limit"),
            ("dailyLimitExceededUnreg", "", "", "daily_limit"),
            (
                "rateLimitExceeded",
                "",
                "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of",
                "daily_limit",
            ),
            ("ipRefererBlocked", "", "", "api_key_refused"),
        ] {
            let answer = Answer {
                source: Source::Directory,
                http: 403,
                reason,
                detail,
                status: "",
                domain: "usageLimits",
                message,
            };
            assert_eq!(classify(&answer).id, expected, "{reason} {detail} {message}");
        }
        let words =
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service";
        assert_eq!(api(403, "", "", words).id, "throttled");
        assert_eq!(api(403, "", "", "QUOTA EXCEEDED for the current request.").id, "throttled");
        assert_eq!(api(400, "", "", words).id, "throttled");
    }

    #[test]
    fn faults_of_googles_own_are_asked_again_whatever_their_status() {
        for (http, reason, message) in [
            (400, "invalid", "A system error has occurred"),
            (400, "invalid", "a System Error has occurred."),
            (400, "badRequest", "Internal error encountered."),
            (403, "forbidden", "Internal error encountered."),
            (412, "", "Backend Error"),
        ] {
            let cause = api(http, reason, "", message);
            assert_eq!((cause.id, cause.retry), ("system_error", Retry::AfterWait), "{http} {message}");
        }
        for (http, reason) in
            [(400, "backendError"), (403, "transientError"), (409, "ABORTED"), (400, "INTERNAL")]
        {
            assert_eq!(api(http, reason, "", "").id, "backend_error", "{http} {reason}");
        }
    }

    #[test]
    fn an_admin_without_the_privilege_for_reports_is_told_so() {
        let of = |http, message| {
            let answer = Answer {
                source: Source::Reports,
                http,
                reason: "authError",
                detail: "",
                status: "",
                domain: "",
                message,
            };
            classify(&answer)
        };
        let missing = of(401, "Access denied. You are not authorized to read activity records.");
        assert_eq!((missing.id, missing.retry), ("reports_right_missing", Retry::Never));
        let missing = of(403, "Caller does not have access to the customers reporting data.");
        assert_eq!(missing.id, "reports_right_missing");
        assert_eq!(of(401, "Invalid Credentials").id, "token_not_accepted");
        assert_eq!(
            of(401, "Request is missing required authentication credential.").id,
            "credentials_missing"
        );
        assert_eq!(api(403, "domainCannotUseApis", "", "Domain cannot use apis.").id, "api_access_off");
        assert_eq!(api(403, "forbidden", "", "Domain cannot use APIs").id, "api_access_off");
    }

    #[test]
    fn every_cause_has_a_name_of_its_own() {
        let ids: Vec<_> = crate::causes::rows().map(|cause| cause.id).collect();
        let names: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(names.len(), ids.len());
    }
}
