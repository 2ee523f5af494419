//! Google's token endpoint and its consent page.

causes! {
    /// The token endpoint knows the client, or not, but delegated none of the scopes to it.
    SCOPE_NOT_DELEGATED = "scope_not_delegated" {
        title: "The client has no domain-wide delegation for a scope that it requests",
        proof: "Run `workspace-audit run` and look up the client ID in `delegated_scopes.csv`, or run `gam user ADDRESS check serviceaccount`. One missing scope refuses the whole request.",
        fix: "Add the exact scope to the delegation entry of the numeric client ID, for sending mail `https://www.googleapis.com/auth/gmail.send`. A trailing slash counts. A change can take up to 24 hours.",
        place: DELEGATION,
        source: "googleapis/google-auth-library-ruby#210; googleapis/google-api-php-client#2214",
        own: Denied, Never, "Add the exact scope to the delegation entry of the numeric client ID. A change can take up to 24 hours.", DELEGATION,
    }
    SUBJECT_NOT_IN_TENANT = "subject_not_in_tenant" {
        title: "The subject is in no tenant that delegated, such as a consumer @gmail.com address",
        proof: "Run `gam info user ADDRESS`: it must be a user of the tenant that holds the delegation.",
        fix: "Use a user of the tenant. For a consumer account, use the OAuth consent flow instead of a service account.",
        place: USERS,
        source: "GAM-team/got-your-back#389 (same client, outside address)",
    }
    /// `access_denied`: some of the scopes, the user, or the app.
    CLIENT_NOT_AUTHORIZED = "client_not_authorized" {
        title: "Google refuses the client for this user or for one of the scopes",
        fix: "Check that the client's delegation entry has each scope, and that the user has signed in once and accepted the terms of service.",
        place: DELEGATION,
        own: Denied, Never,
    }
    REFRESH_TOKEN_OF_ANOTHER_CLIENT = "refresh_token_of_another_client" {
        title: "The refresh token was issued to another OAuth client than the one that presents it",
        proof: "Compare the client ID in the token file with the client ID in the configuration.",
        fix: "Delete the stored token and sign in again with this client, or configure the client that the token belongs to.",
        place: PROGRAM,
        source: "timfee/meet#25; googleapis/google-api-dotnet-client#2802",
    }
    OAUTH_CLIENT_WRONG = "oauth_client_wrong" {
        title: "Google does not know the OAuth client, or its secret does not fit",
        proof: "Compare client ID and secret with the console, including blanks at the ends.",
        fix: "Correct the client ID and the secret. For a service account, correct `client_email`.",
        place: CREDENTIALS,
        source: "googleworkspace/apps-script-oauth2#68",
    }
    OAUTH_CLIENT_DELETED = "oauth_client_deleted" {
        title: "The OAuth client or the service account was deleted",
        proof: "Look for the client ID in the console of its project.",
        fix: "Create a new client or account, or restore a service account within 30 days. A new one has a new client ID and needs its own delegation.",
        place: CREDENTIALS,
        source: "prasmussen/gdrive#646; matrusp/matrusp#96",
    }
    OAUTH_CLIENT_DISABLED = "oauth_client_disabled" {
        title: "The OAuth client is disabled",
        proof: "Look for the client ID in the console of its project.",
        fix: "Enable the client, or configure the client that was meant.",
        place: CREDENTIALS,
        source: "msjit/testcasedb#22",
    }
    /// The subject is no user of the tenant.
    SUBJECT_UNKNOWN = "subject_unknown" {
        title: "The user to act for (`sub`) is not the primary address of an active user, or the client may not act as this user",
        proof: "Run `gam info user ADDRESS`: an alias, a group, a calendar id, a service account or a user of another tenant is no subject.",
        fix: "Use the primary address of an active user of the tenant, not an alias or a group.",
        place: USERS,
        source: "googleapis/google-api-php-client#1207; googleapis/google-api-php-client#783",
        own: Denied, Never,
    }
    SUBJECT_DELETED = "subject_deleted" {
        title: "The user to act for was deleted",
        proof: "Run `gam print users deleted`.",
        fix: "Use another user, or restore this user within 20 days of the deletion.",
        place: USERS,
        source: "assumed",
        own: Denied, Never,
    }
    /// The subject is no address.
    SUBJECT_MALFORMED = "subject_malformed" {
        title: "The subject is not a valid address",
        fix: "Set `[tenant] admin` to the primary address of an admin.",
        place: USERS,
        own: Denied, Never,
    }
    /// Other users get a token within the same scopes.
    USER_REFUSED = "user_refused" {
        title: "Google issues no token for this user, although the scope is delegated",
        fix: "Check this user: a service that is off for the organizational unit, app access control, terms of service that were never accepted, or an inactive account. Do not change the delegation: other users receive tokens.",
        place: USERS,
        own: Denied, Never,
    }
    ISSUER_WRONG = "issuer_wrong" {
        title: "The issuer (`iss`) of the assertion is not the address of a service account",
        proof: "Compare `client_email` of the key file with the address that the program passes as issuer.",
        fix: "Pass the service account's address as issuer, and the user's address as subject.",
        place: PROGRAM,
        source: "googleapis/google-api-php-client#783",
    }
    /// The signature fits no key of the account.
    KEY_REJECTED = "key_rejected" {
        title: "Google does not accept the key: it is not, or no longer, a key of this service account",
        proof: "Run `gcloud iam service-accounts keys list --iam-account=ACCOUNT` and look for `private_key_id` of the key file.",
        fix: "Compare `private_key_id` in the key file with the keys of the account. If the key was deleted, disabled or expired, create a new key, or sign without a key: grant `roles/iam.serviceAccountTokenCreator`.",
        place: SERVICE_ACCOUNTS,
        source: "googleapis/google-cloud-python#10004; stephenplusplus/google-auto-auth#49",
        own: Denied, Never,
    }
    /// The account is gone.
    SERVICE_ACCOUNT_DELETED = "service_account_deleted" {
        title: "The service account does not exist",
        proof: "Run `gcloud iam service-accounts describe ACCOUNT`.",
        fix: "Restore the account within 30 days, or create a new one and delegate the scopes to its new client ID.",
        place: SERVICE_ACCOUNTS,
        source: "googleapis/google-cloud-php#3622",
        own: Denied, Never,
    }
    /// The account is off.
    SERVICE_ACCOUNT_DISABLED = "service_account_disabled" {
        title: "The service account is disabled",
        proof: "Run `gcloud iam service-accounts describe ACCOUNT`: it says `disabled: true`.",
        fix: "Enable the account: `gcloud iam service-accounts enable ACCOUNT`.",
        place: SERVICE_ACCOUNTS,
        source: "googleapis/google-api-ruby-client#720",
        own: Denied, Never,
    }
    /// The account's own token, without a user: no delegation is asked for there.
    OWN_TOKEN_REFUSED = "own_token_refused" {
        title: "Google issues no token for the audit's service account itself",
        fix: "Check that the service account and its key exist and are enabled, that the key file belongs to this account, and that the clock is right. Do not delegate a scope for this: the account uses its own IAM or admin roles.",
        place: SERVICE_ACCOUNTS,
        own: Denied, Never,
    }
    /// `iat` or `exp` is off.
    CLOCK_SKEW = "clock_skew" {
        title: "The clock of the machine is wrong",
        proof: "Compare `date -u` with `curl -sI https://www.googleapis.com | grep -i '^date'`.",
        fix: "Synchronize the clock, for example with NTP. In a virtual machine, synchronize the host too.",
        place: MACHINE,
        source: "googleapis/google-api-php-client#1501; fastlane/fastlane#26593",
        own: Denied, Never,
    }
    REFRESH_TOKEN_EXPIRED_OR_REVOKED = "refresh_token_expired_or_revoked" {
        title: "The stored refresh token is no longer valid: revoked, unused for six months, or ended by a change of password",
        proof: "Run `curl -d client_id=… -d client_secret=… -d refresh_token=… -d grant_type=refresh_token https://oauth2.googleapis.com/token`: the same answer comes.",
        fix: "Delete the stored token and sign in again.",
        place: PROGRAM,
        source: "rosenpin/i3-agenda#78; hardwario/gupload#5",
    }
    REFRESH_TOKEN_MISSING = "refresh_token_missing" {
        title: "The program has no refresh token: Google gives one at the first consent only, and only for `access_type=offline`",
        proof: "Look at the stored token: there is no `refresh_token`.",
        fix: "Remove the program's access at https://myaccount.google.com/permissions, then sign in again with `access_type=offline` and `prompt=consent`.",
        place: PROGRAM,
        source: "pluginsGLPI/oauthimap#82",
    }
    APP_IN_TESTING = "app_in_testing" {
        title: "The OAuth app has the publishing status Testing: its refresh tokens live seven days, and only test users may sign in",
        proof: "See the publishing status. Failures that return every week are the sign of it.",
        fix: "Publish the app, or make it Internal to the organization, or add the account as a test user.",
        place: CONSENT,
        source: "googleapis/google-api-nodejs-client#3011; GongRzhe/Gmail-MCP-Server#51",
    }
    AUTHORIZATION_CODE_USED = "authorization_code_used" {
        title: "The authorization code was used before, or is too old: each is valid once, for some minutes",
        proof: "Start the sign-in again: it works once.",
        fix: "Exchange the code once and keep the refresh token. Do not repeat the exchange when a page is loaded again.",
        place: PROGRAM,
        source: "gdgbhu/gmail-php-starter#2",
    }
    REAUTHENTICATION_REQUIRED = "reauthentication_required" {
        title: "The tenant's session length asks the user to sign in again",
        proof: "See Google Cloud session control of the organizational unit.",
        fix: "Sign in again. For a program, use a service account, or exempt the app from session control as a trusted app.",
        place: SESSION_CONTROL,
        source: "minodisk/bigquery-runner#47; vm0-ai/vm0#32128",
    }
    CONTEXT_AWARE_ACCESS = "context_aware_access" {
        title: "Context-aware access denies this sign-in from this device or network",
        proof: "Look for the user in Reporting > Audit > Context-aware access.",
        fix: "Let the device or network in, or exempt the user.",
        place: CONTEXT_AWARE_ACCESS,
        source: "assumed: gcloud's source reads `Account restricted` so (TokenRefreshDeniedByCAAError)",
    }
    /// `access_denied: Account restricted`.
    ACCOUNT_RESTRICTED = "account_restricted" {
        title: "Google restricted the account, often for suspected abuse",
        proof: "Look at the account's state and at alerts about it.",
        fix: "Check the state of the account and its alerts. Secure the account, then restore it.",
        place: USERS,
        source: "taers232c/GAMADV-XTD3#147; GAM-team/GAM#1766",
        own: Denied, Never,
    }
    /// App access control.
    APP_BLOCKED = "app_blocked" {
        title: "App access control blocks the client",
        proof: "Look for the client ID in the list of apps: its access must be Trusted or Specific Google data.",
        fix: "Mark the client as trusted in App access control. A service that is set to Restricted blocks it, too.",
        place: APP_ACCESS,
        source: "GAM-team/got-your-back#284; taers232c/GAMADV-XTD3#449",
        own: Denied, Never,
    }
    ADVANCED_PROTECTION = "advanced_protection" {
        title: "The user is in Google's Advanced Protection Program, which blocks most apps",
        proof: "See the enrollment in the user's security settings.",
        fix: "Use an account without this requirement for the program, or a client that the tenant trusts.",
        place: USERS,
        source: "raycast/extensions#2220",
    }
    CLIENT_IS_INTERNAL = "client_is_internal" {
        title: "The OAuth client is Internal: only accounts of its own organization may use it",
        proof: "Compare the account's domain with the organization of the client's project.",
        fix: "Sign in with an account of that organization, or make the app External.",
        place: CONSENT,
        source: "GAM-team/got-your-back#389",
    }
    REDIRECT_URI_MISMATCH = "redirect_uri_mismatch" {
        title: "The redirect URI is not registered for the OAuth client",
        proof: "Compare `redirect_uri` of the request with the client's list, with scheme, port and trailing slash.",
        fix: "Add the exact URI to the client.",
        place: CREDENTIALS,
        source: "Appello-Prototypes/agentc2#176",
    }
    OAUTH_REQUEST_NOT_ALLOWED = "oauth_request_not_allowed" {
        title: "The sign-in request breaks Google's OAuth policy, for example with an out-of-band or plain HTTP redirect",
        proof: "Open the error details of the sign-in page.",
        fix: "Use a loopback or HTTPS redirect, and a current version of the client.",
        place: CREDENTIALS,
        source: "ArtyMcLabin/Gmail-MCP-Server#25",
    }
    /// Google has no such scope.
    SCOPE_UNKNOWN_TO_GOOGLE = "scope_unknown_to_google" {
        title: "Google does not know a requested scope, or none was requested",
        proof: "Compare each requested scope with https://developers.google.com/identity/protocols/oauth2/scopes.",
        fix: "Correct the spelling of the scope. A trailing slash counts.",
        place: PROGRAM,
        source: "googleapis/google-api-nodejs-client#1381; pulkitjalan/google-apiclient#32",
        own: Denied, Never,
    }
    /// The token endpoint refused in words that are not known.
    TOKEN_REFUSED = "token_refused" {
        title: "The token endpoint refused the request for an unknown reason",
        fix: "Read Google's message, then check the delegation entry, the key and the user.",
        place: DELEGATION,
        own: Denied, Never,
    }
}
