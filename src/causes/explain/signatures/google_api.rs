//! Any Google API.

use super::{Signature, row};
use crate::causes::explain::Speaker::GoogleApi;
use crate::causes::table::{gmail::*, google_api::*, iam::*, smtp::*, token::*};

pub(super) const SPECIAL: &[Signature] = &[
    row("apps-script-recipients", GoogleApi, "script", &["Limit Exceeded: Email Recipients Per Message"])
        .means("One message of the script has too many recipients.", &[TOO_MANY_RECIPIENTS]),
    row(
        "apps-script-size",
        GoogleApi,
        "script",
        &[
            "Limit Exceeded: Email Body Size",
            "Limit Exceeded: Email Attachments Per Message",
            "Limit Exceeded: Email Total Attachments Size",
            "Limit Exceeded: Email Attachment",
        ],
    )
    .means("The message of the script is too large.", &[MESSAGE_TOO_LARGE]),
    row("apps-script-gmail-off", GoogleApi, "script", &["Gmail operation not allowed"]).means(
        "The account of the script cannot use Gmail.",
        &[MAIL_SERVICE_NOT_ENABLED, ACCOUNT_NOT_ACTIVE],
    ),
    row("apps-script-from", GoogleApi, "script", &["Invalid argument: + GmailApp"]).means(
        "The script passes an invalid argument, often a From that is no send-as address.",
        &[FROM_NOT_SEND_AS, RECIPIENT_SYNTAX],
    ),
    row(
        "api-already-exists",
        GoogleApi,
        "exists",
        &[
            "EntityExists",
            "Entity already exists",
            "alreadyExists",
            "ALREADY_EXISTS",
            "Label name exists or conflicts",
            "409 + duplicate",
            "409 + Conflict + googleapis",
            "Resource already exists in the project",
            "Member already exists",
            "HttpError 409",
            "googleapi: Error 409",
        ],
    )
    // `alreadyExists` is "already exists" in any sentence.
    .with(&[
        "google",
        "googleapis",
        "googleapis.com",
        "googleapiclient",
        "googleapi",
        "Google_Service_Exception",
        "GoogleJsonResponseException",
        "GaxiosError",
        "HttpError",
        "AppsForYourDomainErrors",
        "gmail",
        "gam",
        "global",
    ])
    .means("The object exists already.", &[ALREADY_EXISTS]),
    row(
        "api-permission-required",
        GoogleApi,
        "iam",
        &[
            "Permission + is required to perform this operation",
            "Required + permission + for project",
            "does not have + access to project",
        ],
    )
    .not(&[
        "iam.serviceAccounts.signBlob",
        "iam.serviceAccounts.signJwt",
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.implicitDelegation",
    ])
    .with(&[
        "google",
        "gcloud",
        "gam",
        "iam",
        "googleapis",
        "serviceAccountKeys",
        "iam.serviceAccountKeys.create",
    ])
    .means("The caller has no IAM role with the permission that the text names.", &[IAM_PERMISSION_MISSING]),
    row(
        "api-service-account-itself",
        GoogleApi,
        "subject",
        &[
            "forbiddenForServiceAccounts",
            "without Domain-Wide Delegation of Authority",
            "Service accounts do not have storage quota",
        ],
    )
    .means(
        "A service account calls for itself, where a user is needed.",
        &[SERVICE_ACCOUNT_WITHOUT_SUBJECT, SCOPE_NOT_DELEGATED],
    ),
    row(
        "api-no-identity",
        GoogleApi,
        "credentials",
        &["request cannot be identified with a project", "Please pass a valid API key with the request"],
    )
    .means("The request had no token and no key.", &[TOKEN_MISSING, API_KEY_USED]),
    row(
        "apps-script-permission",
        GoogleApi,
        "script",
        &[
            "Specified permissions are not sufficient to call",
            "Authorization is required to perform that action",
            "script does not have permission to perform that action",
            "You do not have permission to call MailApp",
            "You do not have permission to call GmailApp",
            "Required permissions + script.send_mail",
            "Required permissions + https://mail.google.com",
        ],
    )
    .means("The script has no authorization for this service.", &[SCOPE_INSUFFICIENT]),
    row("iam-permission-named", GoogleApi, "iam", &["Permission + denied on resource (or it may not exist)"])
        .not(&["iam.serviceAccounts"])
        .means(
            "The caller has no IAM role with the permission that the text names.",
            &[IAM_PERMISSION_MISSING],
        ),
    row(
        "google-ruby-server-error",
        GoogleApi,
        "backend",
        &["Google::Apis::ServerError", "Google\\Service\\Exception + Internal error"],
    )
    .means("A server of Google's fails.", &[BACKEND_ERROR]),
    row(
        "consumer-deleted",
        GoogleApi,
        "project",
        &[
            "CONSUMER_SUSPENDED",
            "CONSUMER_INVALID",
            "has been suspended + Consumer",
            "Project has been deleted",
            "project + has been deleted + googleapis",
            "project to be billed is associated with",
            "Permission denied: Consumer",
        ],
    )
    .means("The calling project is suspended or deleted.", &[PROJECT_SUSPENDED]),
    row(
        "billing",
        GoogleApi,
        "project",
        &["BILLING_DISABLED", "requires billing to be enabled", "billing account + is disabled"],
    )
    .with(&["google", "BILLING_DISABLED", "project"])
    .means("The API wants a project with billing.", &[BILLING_DISABLED]),
    row(
        "api-unregistered",
        GoogleApi,
        "credentials",
        &[
            "dailyLimitExceededUnreg",
            "Daily Limit for Unauthenticated Use Exceeded",
            "allow unregistered callers",
            "callers without established identity",
            "The request is missing a valid API key",
        ],
    )
    .means(
        "The request came without a token, so Google counts it as unauthenticated.",
        &[TOKEN_MISSING, API_KEY_USED],
    ),
    row("account-state", GoogleApi, "account", &["Active session is invalid", "ACCOUNT_STATE_INVALID"])
        .means(
            "The user's account is not active, or its sessions were ended.",
            &[ACCOUNT_NOT_ACTIVE, REFRESH_TOKEN_EXPIRED_OR_REVOKED],
        ),
    row(
        "api-payload-size",
        GoogleApi,
        "size",
        &["Request payload size exceeds the limit", "Request Entity Too Large + gmail", "uploadTooLarge"],
    )
    .means("The request is too large for this kind of call.", &[MESSAGE_TOO_LARGE]),
    row("api-credentials-missing", GoogleApi, "credentials", &["CREDENTIALS_MISSING"])
        .not(&["API keys are not supported"])
        .means("Google got no access token.", &[TOKEN_MISSING, API_KEY_USED]),
    row("api-login-required", GoogleApi, "credentials", &["Login Required"])
        .general()
        .not(&["WebLoginRequired", "web browser"])
        .means(
            "Google got no access token; older clients show this when a key or nothing was passed.",
            &[API_KEY_USED, TOKEN_MISSING, TOKEN_NOT_ACCEPTED],
        ),
    row("api-key-method-blocked", GoogleApi, "api_key", &["Requests to this API + are blocked"])
        .means("The API key's restriction does not allow this API.", &[API_KEY_REFUSED, API_DISABLED]),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "api-scope",
        GoogleApi,
        "scope",
        &[
            "insufficient authentication scopes",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "Insufficient Permission: Request had",
            "insufficientPermissions",
            "insufficient_scope",
            "Insufficient Permission",
        ],
    )
    .with(&[
        "google",
        "gmail",
        "gaxios",
        "HttpError",
        "reason",
        "domain global",
        "authentication scopes",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "GoogleJsonResponseException",
        "drive",
        "calendar",
    ])
    .not(&["sendgrid"])
    .means("The access token lacks the scope of this method.", &[SCOPE_INSUFFICIENT]),
    row("api-script-disabled", GoogleApi, "disabled", &["User has not enabled the Apps Script API"])
        .means("The user has not switched the Apps Script API on.", &[API_DISABLED]),
    row(
        "api-disabled",
        GoogleApi,
        "disabled",
        &[
            "has not been used in project + before or it is disabled",
            "SERVICE_DISABLED",
            "is not found and cannot be used for API calls",
            "API has not been used in project",
        ],
    )
    .means("The API is off in the calling project.", &[API_DISABLED]),
    // The consent page's `access_not_configured` is another error.
    row(
        "api-access-not-configured",
        GoogleApi,
        "disabled",
        &["accessNotConfigured", "Access Not Configured"],
    )
    .general()
    .literal(&["accessnotconfigured", "access not configured"])
    .means("The API is off in the calling project.", &[API_DISABLED]),
    row("api-key-unsupported", GoogleApi, "api_key", &["API keys are not supported by this API"])
        .means("The API takes OAuth 2.0 only, and got a key.", &[API_KEY_USED]),
    row(
        "api-key-restricted",
        GoogleApi,
        "api_key",
        &[
            "ipRefererBlocked",
            "API_KEY_HTTP_REFERRER_BLOCKED",
            "API_KEY_IP_ADDRESS_BLOCKED",
            "API_KEY_SERVICE_BLOCKED",
            "per-IP or per-Referer restriction",
            "does not match the referer restrictions",
            "Requests from referer + are blocked",
            "IP address restriction + API key",
            "API_KEY_ANDROID_APP_BLOCKED",
            "API_KEY_IOS_APP_BLOCKED",
        ],
    )
    .means("A restriction of the API key refuses the caller.", &[API_KEY_REFUSED]),
    row(
        "api-key-invalid",
        GoogleApi,
        "api_key",
        &["API key not valid", "API_KEY_INVALID", "keyInvalid", "API key expired"],
    )
    .means("The API key is not valid.", &[API_KEY_REFUSED, API_KEY_USED]),
    row("domain-cannot-use-apis", GoogleApi, "domain", &["domainCannotUseApis", "Domain cannot use apis"])
        .means("The tenant does not allow API access.", &[DOMAIN_POLICY]),
    row("domain-policy", GoogleApi, "domain", &["domainPolicy", "domain administrators have disabled"])
        .means("The tenant's policy refuses the API.", &[DOMAIN_POLICY, APP_BLOCKED]),
    row(
        "apps-script-mail",
        GoogleApi,
        "script",
        &[
            "Service invoked too many times for one day: email",
            "Service invoked too many times for one day + email",
            "サービス email を実行した回数が多すぎます",
        ],
    )
    .means("Apps Script's daily limit of mails is used up.", &[APPS_SCRIPT_QUOTA, SENDING_LIMIT]),
    row(
        "apps-script",
        GoogleApi,
        "script",
        &["Service invoked too many times for one day", "Service using too much computer time for one day"],
    )
    .means("Apps Script's daily quota is used up.", &[APPS_SCRIPT_QUOTA]),
    row("consumer-suspended", GoogleApi, "project", &["CONSUMER_SUSPENDED", "has been suspended + Consumer"])
        .means("Google has suspended the calling project.", &[IAM_PERMISSION_MISSING]),
    row(
        "not-a-user-of-service",
        GoogleApi,
        "account",
        &[
            "notACalendarUser",
            "must be signed up for Google Calendar",
            "This user cannot access this service",
            "authenticated user cannot access this service",
        ],
    )
    .means("The service is off for this user.", &[ACCOUNT_NOT_ACTIVE, MAIL_SERVICE_NOT_ENABLED]),
];

pub(super) const GENERAL: &[Signature] = &[
    row("iam-invalid-argument", GoogleApi, "sign", &["Request contains an invalid argument"]).means(
        "A field of the request is not valid: for a token of a service account often the scopes.",
        &[REQUEST_SHAPE, SCOPE_UNKNOWN_TO_GOOGLE],
    ),
    row(
        "api-key-android",
        GoogleApi,
        "api_key",
        &["Requests from this Android client application", "Requests from this iOS client application"],
    )
    .means("The API key is for an app, and the caller is not that app.", &[API_KEY_REFUSED]),
    row(
        "api-json",
        GoogleApi,
        "request",
        &["Invalid JSON payload received", "Cannot bind query parameter", "Unknown name + Cannot find field"],
    )
    .means("The request is not of the shape that the method takes.", &[REQUEST_SHAPE]),
    row("daily-limit", GoogleApi, "quota", &["dailyLimitExceeded", "Daily Limit Exceeded"])
        .means("The project's daily quota is used up.", &[DAILY_LIMIT]),
    row(
        "quota",
        GoogleApi,
        "quota",
        &[
            "Quota exceeded for quota metric",
            "rateLimitExceeded",
            "userRateLimitExceeded",
            "User Rate Limit Exceeded",
            "RESOURCE_EXHAUSTED",
            "Resource has been exhausted",
            "reason + quotaExceeded",
            "Too Many Requests: 429",
        ],
    )
    .not(&["queue quota", "over quota"])
    .means("A quota of the API is used up for now.", &[THROTTLED]),
    row(
        "api-token",
        GoogleApi,
        "credentials",
        &[
            "Request had invalid authentication credentials",
            "Invalid Credentials + authError",
            "invalid credentials",
            "missing required authentication credential",
            "ACCESS_TOKEN_EXPIRED",
            "reason authError",
        ],
    )
    .with(&["google", "gmail", "OAuth 2", "authError"])
    .not(&["Invalid credentials for relay"])
    .means("Google did not accept, or did not get, an access token.", &[TOKEN_NOT_ACCEPTED, API_KEY_USED]),
    row(
        "backend",
        GoogleApi,
        "backend",
        &[
            "backendError",
            "Internal error encountered",
            "System Error (Failure)",
            "The service is currently unavailable + google",
        ],
    )
    .with(&["backendError", "google", "gmail", "Message IDs", "backed up"])
    .means("Google's server failed.", &[BACKEND_ERROR, ACCOUNT_NOT_ACTIVE]),
    row("caller-permission", GoogleApi, "caller", &["The caller does not have permission"])
        .general()
        .not(&["code: 401", "Active session is invalid"])
        .means(
            "The caller lacks a right on the resource.",
            &[IAM_PERMISSION_MISSING, SIGNING_DENIED, ACCOUNT_NOT_ACTIVE],
        ),
    row(
        "api-token-bare",
        GoogleApi,
        "credentials",
        &[
            "Google::Apis::AuthorizationError",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            "SESSION_COOKIE_INVALID",
            "HttpError 401 when requesting + googleapis",
        ],
    )
    .general()
    .means("Google does not accept the access token.", &[TOKEN_NOT_ACCEPTED]),
    row("api-entity-not-found", GoogleApi, "not_found", &["Requested entity was not found"])
        .general()
        .means("Google does not find what the request names, or the caller cannot see it.", &[NOT_FOUND]),
];
