//! Google's token endpoint and its consent page.

use super::{FOREIGN_TOKEN_ENDPOINTS, Signature, row};
use crate::causes::explain::Speaker::TokenEndpoint;
use crate::causes::table::{client_library::*, google_api::*, iam::*, token::*};

pub(super) const SPECIAL: &[Signature] = &[
    // https://support.google.com/accounts/answer/16668185: "400 access_not_configured".
    row(
        "token-app-not-configured",
        TokenEndpoint,
        "access_denied",
        &[
            "access_not_configured + 400",
            "access_not_configured + institution",
            "access_not_configured + Access blocked",
        ],
    )
    .literal(&["access_not_configured"])
    .means(
        "An admin of the tenant has not allowed this app; users under 18 need that for each app.",
        &[APP_BLOCKED],
    ),
    // The page's sentences are assumed; the two errors of such a tenant are in the article above.
    row(
        "token-app-review",
        TokenEndpoint,
        "access_denied",
        &[
            "institution's admin needs to review",
            "institution's admin has not reviewed",
            "admin needs to review + Access blocked",
            "administrator needs to review + Access blocked",
            "designated as under 18 + app",
        ],
    )
    .general()
    .means(
        "An admin of the tenant has not allowed this app; users under 18 need that for each app.",
        &[APP_BLOCKED],
    ),
    row(
        "token-code-exchange",
        TokenEndpoint,
        "invalid_grant",
        &[
            "invalid_grant + GoogleAuthorizationCodeTokenRequest",
            "invalid_grant + AuthorizationCodeTokenRequest",
            "invalid_grant + grant_type=authorization_code",
            "invalid_grant + getToken",
            "invalid_grant + in fetch_token",
            "invalid_grant + flow.fetch_token",
            "invalid_grant + fetchAccessTokenWithAuthCode",
            "invalid_grant + OAuth2Client.getTokenAsync",
            "?code=4 + oauth2.googleapis.com/token",
            "code=4%2F + oauth2.googleapis.com/token",
            "invalid_grant + exchange code",
            "invalid_grant + exchange auth code",
            "invalid_grant + exchange authorization code",
            "oauth2: cannot fetch token + Malformed auth code",
        ],
    )
    .not(&["refresh_token", "RefreshTokenRequest", "refreshToken", "Token has been expired or revoked"])
    .means(
        "The token endpoint does not take the authorization code of the sign-in.",
        &[AUTHORIZATION_CODE_USED, REDIRECT_URI_MISMATCH, REFRESH_TOKEN_EXPIRED_OR_REVOKED],
    ),
    row(
        "token-code-invalid",
        TokenEndpoint,
        "invalid_grant",
        &["invalid_grant + Invalid code", "invalid_grant + Malformed auth code", "Code was already redeemed"],
    )
    .not(FOREIGN_TOKEN_ENDPOINTS)
    .means("The token endpoint does not take this authorization code.", &[AUTHORIZATION_CODE_USED]),
    row(
        "token-parameter-missing",
        TokenEndpoint,
        "oauth",
        &[
            "Missing required parameter: client_id",
            "Missing required parameter client_id",
            "Could not determine client ID from request",
            "client_secret is missing",
            "Missing required parameter: client_secret",
        ],
    )
    .not(FOREIGN_TOKEN_ENDPOINTS)
    .means(
        "The program sent no client ID or secret to Google.",
        &[OAUTH_CLIENT_WRONG, CLIENT_CREDENTIALS_MISSING],
    ),
    row("token-grant-type-missing", TokenEndpoint, "oauth", &["Required parameter is missing: grant_type"])
        .not(FOREIGN_TOKEN_ENDPOINTS)
        .means(
            "The token request has no grant type: the body is empty, or not encoded as a form.",
            &[PROGRAM_FAULT, CLIENT_CONFIGURATION],
        ),
    row("token-grant-type", TokenEndpoint, "oauth", &["unsupported_grant_type", "Invalid grant_type"])
        .with(&["google", "googleapis", "oauth2.googleapis.com", "accounts.google.com", "gmail"])
        .not(FOREIGN_TOKEN_ENDPOINTS)
        .means(
            "The token endpoint does not know this kind of request.",
            &[CLIENT_CONFIGURATION, REQUEST_SHAPE],
        ),
    row(
        "account-disabled-for-spam",
        TokenEndpoint,
        "account",
        &[
            "account disabled + violation of Google's policies",
            "seemed to be used to send unwanted content",
            "Your account has been disabled + Google",
        ],
    )
    .means("Google disabled the account.", &[ACCOUNT_RESTRICTED, ACCOUNT_NOT_ACTIVE]),
    row(
        "token-code-verifier",
        TokenEndpoint,
        "invalid_grant",
        &["Missing code verifier", "Invalid code verifier", "code_verifier + invalid_grant"],
    )
    .means("The sign-in's second step lacks the verifier of the first.", &[PROGRAM_FAULT]),
    row(
        "token-redirect-2",
        TokenEndpoint,
        "oauth",
        &[
            "Not a valid origin for the client",
            "origin_mismatch",
            "no registered origin",
            "idpiframe_initialization_failed",
        ],
    )
    .means("The page's origin is not registered for the OAuth client.", &[REDIRECT_URI_MISMATCH]),
    row("token-no-scope", TokenEndpoint, "oauth", &["No access token in response"]).means(
        "Google's answer has an ID token and no access token: no valid scope was asked for.",
        &[SCOPE_UNKNOWN_TO_GOOGLE],
    ),
    row(
        "token-blocked-localized",
        TokenEndpoint,
        "access_denied",
        &[
            "阻止了此次访问",
            "Google 已阻止",
            "验证流程",
            "已禁止访问",
            "Zugriff blockiert",
            "Überprüfungsprozess",
            "Acceso bloqueado",
            "proceso de verificación de Google",
            "Accès bloqué",
            "procédure de validation",
            "Acesso bloqueado",
            "processo de verificação do Google",
            "Accesso bloccato",
            "アクセスをブロック",
            "審査プロセス",
            "액세스 차단됨",
            "Доступ заблокирован",
        ],
    )
    .means(
        "Google blocks the sign-in: the OAuth app is in testing, not verified, or blocked.",
        &[APP_IN_TESTING, APP_BLOCKED],
    ),
    row(
        "token-signin-rate",
        TokenEndpoint,
        "access_denied",
        &["reached its sign-in rate limit", "rate_limit_exceeded + sign-in"],
    )
    .means("The unverified app has reached Google's limit for sign-ins.", &[APP_IN_TESTING]),
    row(
        "workload-identity",
        TokenEndpoint,
        "wif",
        &[
            "rejected by the attribute condition",
            "target service indicated by the audience parameters is invalid",
            "audience in ID Token + does not match",
            "Invalid value for audience + Identity Provider",
            "failed to generate Google Cloud federated token",
            "Error connecting to the given credential's issuer",
            "workloadIdentityPools + invalid",
            "ID Token issued by + has no",
            "The size of mapped attribute",
        ],
    )
    .means("Workload identity federation does not accept the outside token.", &[WORKLOAD_IDENTITY_REFUSED]),
    row(
        "java-token-401",
        TokenEndpoint,
        "unauthorized_client",
        &["Error getting access token for service account: 401"],
    )
    .general()
    .means(
        "The token endpoint refuses the service account; Java's library drops the reason.",
        &[SCOPE_NOT_DELEGATED, KEY_REJECTED],
    ),
    row("token-requested-client", TokenEndpoint, "access_denied", &["Requested client not authorized"])
        .means(
            "The token endpoint does not give this client a token for this user.",
            &[SCOPE_NOT_DELEGATED, APP_BLOCKED],
        ),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "token-unauthorized-scopes",
        TokenEndpoint,
        "unauthorized_client",
        &[
            "client not authorized for any of the scopes requested",
            "Client is unauthorized to retrieve access tokens using this method",
            "Unauthorized client or scope in request",
            "unauthorized_client + scopes requested",
            "unauthorized_client + Client is unauthorized to re",
        ],
    )
    .not(&["AADSTS", "login.microsoftonline.com"])
    .means(
        "The token endpoint gives this client no token for this user and these scopes.",
        &[SCOPE_NOT_DELEGATED, SUBJECT_NOT_IN_TENANT],
    ),
    row(
        "token-unauthorized-bare",
        TokenEndpoint,
        "unauthorized_client",
        &["error_description Unauthorized + unauthorized_client", "unauthorized_client: Unauthorized"],
    )
    .not(&["AADSTS", "login.microsoftonline.com"])
    .means(
        "The token endpoint refuses a refresh token for this client.",
        &[REFRESH_TOKEN_OF_ANOTHER_CLIENT, OAUTH_CLIENT_WRONG],
    ),
    row("token-unauthorized-word", TokenEndpoint, "unauthorized_client", &["unauthorized_client"])
        .general()
        .literal(&["unauthorized_client"])
        .not(FOREIGN_TOKEN_ENDPOINTS)
        .means(
            "The token endpoint does not let this client have this token; the text does not say more.",
            &[SCOPE_NOT_DELEGATED, REFRESH_TOKEN_OF_ANOTHER_CLIENT],
        ),
    row(
        "token-deleted-client",
        TokenEndpoint,
        "invalid_client",
        &["invalid_client + The OAuth client was deleted", "deleted_client", "The OAuth client was deleted"],
    )
    .means("The client was deleted.", &[OAUTH_CLIENT_DELETED]),
    row(
        "token-disabled-client",
        TokenEndpoint,
        "invalid_client",
        &[
            "invalid_client + The OAuth client was disabled",
            "disabled_client",
            "The OAuth client was disabled",
        ],
    )
    .means("The client is disabled.", &[OAUTH_CLIENT_DISABLED, SERVICE_ACCOUNT_DISABLED]),
    row(
        "token-client-secret",
        TokenEndpoint,
        "invalid_client",
        &[
            "invalid_client + OAuth client was not found",
            "OAuth client was not found",
            "flowName=GeneralOAuthFlow + invalid_client",
            "invalid_client + client secret is invalid",
            "provided client secret is invalid",
        ],
    )
    .not(&["AADSTS", "login.microsoftonline.com"])
    .means("Google does not know this client, or its secret is wrong.", &[OAUTH_CLIENT_WRONG]),
    row("token-invalid-client", TokenEndpoint, "invalid_client", &["invalid_client"])
        .general()
        .literal(&["invalid_client"])
        .not(FOREIGN_TOKEN_ENDPOINTS)
        .means(
            "Google does not accept the client's id and secret.",
            &[OAUTH_CLIENT_WRONG, REFRESH_TOKEN_OF_ANOTHER_CLIENT],
        ),
    row("token-robot-disabled", TokenEndpoint, "invalid_grant", &["Robot is disabled"]).means(
        "The service account is disabled, or its project is.",
        &[SERVICE_ACCOUNT_DISABLED, SERVICE_ACCOUNT_DELETED],
    ),
    row(
        "token-account-not-found",
        TokenEndpoint,
        "invalid_grant",
        &["Invalid grant: account not found", "account not found + invalid_grant"],
    )
    .means("The service account does not exist.", &[SERVICE_ACCOUNT_DELETED, SERVICE_ACCOUNT_DISABLED]),
    row("token-subject-deleted", TokenEndpoint, "invalid_grant", &["account has been deleted"])
        .means("The user or account was deleted.", &[SUBJECT_DELETED, SERVICE_ACCOUNT_DELETED]),
    row(
        "token-jwt-time",
        TokenEndpoint,
        "invalid_grant",
        &["Token must be a short-lived token", "check your iat and exp", "issued at + reasonable timeframe"],
    )
    .means("The assertion's times are not valid for Google's clock.", &[CLOCK_SKEW]),
    row(
        "token-jwt-signature",
        TokenEndpoint,
        "invalid_grant",
        &["Invalid JWT Signature", "No valid verifier found for issuer", "Invalid signature for token"],
    )
    .means(
        "The assertion is signed with a key that Google does not accept for this account.",
        &[KEY_REJECTED, SERVICE_ACCOUNT_DELETED, CLOCK_SKEW],
    ),
    row(
        "token-subject-unknown",
        TokenEndpoint,
        "invalid_grant",
        &[
            "Invalid email or User ID",
            "Invalid impersonation sub field",
            "Invalid impersonation prn email address",
            "impersonation + sub + field",
        ],
    )
    .means("Google knows no such user to act for.", &[SUBJECT_UNKNOWN, SUBJECT_DELETED]),
    row("token-not-an-email", TokenEndpoint, "invalid_grant", &["Not a valid email"])
        .means("The subject or the issuer is no valid address.", &[SUBJECT_UNKNOWN, ISSUER_WRONG]),
    row(
        "token-expired",
        TokenEndpoint,
        "invalid_grant",
        &[
            "Token has been expired or revoked",
            "token has been revoked",
            "expired or revoked + invalid_grant",
        ],
    )
    .not(&["The provided authorization grant is invalid"])
    .means("The refresh token is no longer valid.", &[REFRESH_TOKEN_EXPIRED_OR_REVOKED, APP_IN_TESTING]),
    row(
        "token-code-redeemed",
        TokenEndpoint,
        "invalid_grant",
        &["Code was already redeemed", "Malformed auth code", "Code was already used"],
    )
    .means("The authorization code was used before.", &[AUTHORIZATION_CODE_USED]),
    row(
        "token-reauth",
        TokenEndpoint,
        "invalid_grant",
        &[
            "rapt_required",
            "invalid_rapt",
            "reauth related error",
            "Reauthentication is needed",
            "Reauthentication failed",
        ],
    )
    .means("Google wants the user to sign in again.", &[REAUTHENTICATION_REQUIRED]),
    row(
        "token-invalid-audience",
        TokenEndpoint,
        "invalid_grant",
        &["Invalid JWT + audience", "Failed audience check"],
    )
    .means(
        "The assertion is meant for another address than the token endpoint.",
        &[PROGRAM_FAULT, ISSUER_WRONG],
    ),
    row(
        "token-invalid-grant",
        TokenEndpoint,
        "invalid_grant",
        &["invalid_grant: Bad Request", "invalid_grant", "invalid grant"],
    )
    .general()
    .literal(&["invalid_grant", "invalid grant:", "error: invalid grant"])
    .not(FOREIGN_TOKEN_ENDPOINTS)
    .means(
        "The token endpoint refuses the grant; the text does not say why.",
        &[REFRESH_TOKEN_EXPIRED_OR_REVOKED, APP_IN_TESTING, CLOCK_SKEW, SUBJECT_UNKNOWN],
    ),
    row("token-account-restricted", TokenEndpoint, "access_denied", &["Account restricted"])
        .means("Google gives no token for this account.", &[ACCOUNT_RESTRICTED, CONTEXT_AWARE_ACCESS]),
    row(
        "token-admin-policy",
        TokenEndpoint,
        "access_denied",
        &[
            "admin_policy_enforced",
            "blocked by your administrator + Google",
            "Access to your account data is restricted by policies",
        ],
    )
    .means("The tenant's admin blocks this client.", &[APP_BLOCKED]),
    row(
        "token-advanced-protection",
        TokenEndpoint,
        "access_denied",
        &[
            "approved by Advanced Protection",
            "policy_enforced + Advanced Protection",
            "Error 400: policy_enforced",
            "policy_enforced",
        ],
    )
    .means(
        "A security policy of the user's account blocks this client.",
        &[ADVANCED_PROTECTION, APP_BLOCKED],
    ),
    row(
        "token-org-internal",
        TokenEndpoint,
        "access_denied",
        &["org_internal", "restricted to users within its organization"],
    )
    .means("The client is for users of its own organization.", &[CLIENT_IS_INTERNAL]),
    row(
        "token-testing",
        TokenEndpoint,
        "access_denied",
        &[
            "has not completed the Google verification process",
            "app is currently being tested",
            "only be accessed by developer-approved testers",
            "This app isn't verified",
            "Google hasn't verified this app",
        ],
    )
    .means("The OAuth app is in testing or not verified.", &[APP_IN_TESTING]),
    row("token-redirect", TokenEndpoint, "oauth", &["redirect_uri_mismatch"])
        .means("The redirect address is not registered.", &[REDIRECT_URI_MISMATCH]),
    row(
        "token-policy",
        TokenEndpoint,
        "oauth",
        &["doesn't comply with Google's OAuth 2.0 policy", "does not comply with Google's OAuth 2.0 policy"],
    )
    .means("The sign-in request breaks Google's rules.", &[OAUTH_REQUEST_NOT_ALLOWED]),
    row(
        "token-scope",
        TokenEndpoint,
        "oauth",
        &[
            "invalid_scope",
            "Empty or missing scope not allowed",
            "is not a valid audience string",
            "Some requested scopes were invalid",
        ],
    )
    .not(&["AADSTS", "login.microsoftonline.com"])
    .means("A requested scope is not valid.", &[SCOPE_UNKNOWN_TO_GOOGLE, SCOPE_NOT_DELEGATED]),
    row(
        "token-context-aware",
        TokenEndpoint,
        "access_denied",
        &["Context-aware access", "context aware access", "does not meet the access requirements"],
    )
    .means("Context-aware access refuses.", &[CONTEXT_AWARE_ACCESS]),
];

pub(super) const GENERAL: &[Signature] = &[
    row(
        "token-invalid-request",
        TokenEndpoint,
        "invalid_request",
        &[
            "Error: invalid_request",
            "IdentityProviderException: invalid_request",
            "invalid_request + refresh",
            "Missing required parameter: refresh_token",
        ],
    )
    .general()
    .with(&["google", "League\\OAuth2", "gmail", "refresh_token", "xoauth2"])
    .not(&[
        "AADSTS",
        "login.microsoftonline.com",
        "impersonation",
        "0Auth 2.0 policy",
        "sendgrid",
        "audience",
    ])
    .means("The token request is not complete: often there is no refresh token.", &[REFRESH_TOKEN_MISSING]),
    row(
        "token-advanced-protection-2",
        TokenEndpoint,
        "access_denied",
        &["Advanced Protection prevented", "Advanced Protection"],
    )
    .with(&["google", "account"])
    .means("Advanced Protection blocks this client.", &[ADVANCED_PROTECTION]),
    row(
        "token-blocked-app",
        TokenEndpoint,
        "access_denied",
        &[
            "tried to access sensitive info in your Google Account",
            "Google blocked this access",
            "developer hasn t given you access",
            "developer hasn’t given you access",
            "currently being tested and it hasn",
            "has not been verified by Google",
        ],
    )
    .means(
        "The OAuth app is in testing or not verified, so Google blocks the sign-in.",
        &[APP_IN_TESTING, APP_BLOCKED],
    ),
    // jberkel/sms-backup-plus#1088, canopas/cloud-gallery#129.
    row("token-blocked-alone", TokenEndpoint, "access_denied", &["This app is blocked"]).general().means(
        "Google blocks the app at the sign-in. The text does not show who: Google, because the app is not verified, or \
         the tenant's admin.",
        &[APP_IN_TESTING, APP_BLOCKED],
    ),
    // googleworkspace/cli#853, aldacco/drive-login#32; https://support.google.com/accounts/answer/16668185.
    row("token-access-denied", TokenEndpoint, "access_denied", &["Error 403: access_denied", "access_denied"])
        .general()
        .literal(&["access_denied"])
        .with(&["google", "gmail", "gserviceaccount", "Google.Apis", "googleapis", "Error 403: access_denied"])
        .not(FOREIGN_TOKEN_ENDPOINTS)
        .means(
            "Google gives no access, and the text does not show why: the app is in testing, an admin blocks it, or the \
             user declined.",
            &[APP_IN_TESTING, APP_BLOCKED, SCOPE_NOT_DELEGATED],
        ),
    row(
        "token-invalid-account",
        TokenEndpoint,
        "access_denied",
        &["invalid_account: Forbidden", "invalid_account"],
    )
    .means("Google gives no token for this account.", &[ACCOUNT_RESTRICTED, ACCOUNT_NOT_ACTIVE]),
    row(
        "java-token-400",
        TokenEndpoint,
        "invalid_grant",
        &[
            "Error getting access token for service account: 400",
            "Error getting access token for service account",
        ],
    )
    .general()
    .means(
        "The token endpoint refuses the assertion; Java's library drops the reason.",
        &[KEY_REJECTED, SUBJECT_UNKNOWN, CLOCK_SKEW],
    ),
    row(
        "java-token-bare",
        TokenEndpoint,
        "invalid_grant",
        &["TokenResponseException: 400 Bad Request", "TokenResponseException: 401 Unauthorized"],
    )
    .general()
    .not(&[
        "client_secret is missing",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "invalid_client",
        "access_denied",
        "deleted_client",
        "disabled_client",
        "redirect_uri_mismatch",
    ])
    .means(
        "The token endpoint refuses; the text does not say why.",
        &[REFRESH_TOKEN_EXPIRED_OR_REVOKED, REFRESH_TOKEN_OF_ANOTHER_CLIENT, CLOCK_SKEW],
    ),
    row(
        "token-request-invalid",
        TokenEndpoint,
        "oauth",
        &[
            "disallowed_useragent",
            "This app's request is invalid",
            "Missing required parameter: scope",
            "Missing required parameter: response_type",
            "Missing required parameter: redirect_uri",
            "OAuth 2 MUST utilize https",
            "out-of-band (OOB) flow has been blocked",
        ],
    )
    .general()
    .means(
        "The sign-in request breaks Google's rules, or lacks a parameter.",
        &[OAUTH_REQUEST_NOT_ALLOWED, REDIRECT_URI_MISMATCH],
    ),
];
