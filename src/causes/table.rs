//! The causes.

use super::Cause;
use super::Class::{Denied, Failed, MailOff};
use super::Retry::{AfterWait, Never, OnceAfterWait, WithFreshToken};

const DELEGATION: &str =
    "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation";
const ADMIN_ROLES: &str = "Admin console > Account > Admin roles";
const USERS: &str = "Admin console > Directory > Users";
const SERVICE_ACCOUNTS: &str = "Cloud console > IAM & Admin > Service accounts";
const CLOUD_IAM: &str = "Cloud console > IAM & Admin > IAM";
const API_LIBRARY: &str = "Cloud console > APIs & Services > Library";
const APP_ACCESS: &str =
    "Admin console > Security > Access and data control > API controls > App access control";
const THIS_MACHINE: &str = "this machine";
const PROXY: &str = "the environment of the audit: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY";
const NOWHERE: &str = "";

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $class:expr, $retry:expr, $id:literal, $title:literal, $fix:literal, $place:expr;)*) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: Cause = Cause { id: $id, title: $title, fix: $fix, place: $place, class: $class, retry: $retry };
        )*

        /// Every cause, in the order of the documentation.
        pub(crate) const ALL: &[Cause] = &[$($name),*];
    };
}

causes! {
    /// The token endpoint knows the client, or not, but delegated none of the scopes to it.
    SCOPE_NOT_DELEGATED = Denied, Never, "scope_not_delegated",
        "The scope is not delegated to the audit's client",
        "Add the exact scope to the delegation entry of the numeric client ID. A change can take up to 24 hours.",
        DELEGATION;
    /// The account's own token, without a user: no delegation is asked for there.
    OWN_TOKEN_REFUSED = Denied, Never, "own_token_refused",
        "Google issues no token for the audit's service account itself",
        "Check that the service account and its key exist and are enabled, that the key file belongs to this account, and that the clock is right. Do not delegate a scope for this: the account uses its own IAM or admin roles.",
        SERVICE_ACCOUNTS;
    /// `access_denied`: some of the scopes, the user, or the app.
    CLIENT_NOT_AUTHORIZED = Denied, Never, "client_not_authorized",
        "Google refuses the client for this user or for one of the scopes",
        "Check that the client's delegation entry has each scope, and that the user has signed in once and accepted the terms of service.",
        DELEGATION;
    /// `access_denied: Account restricted`.
    ACCOUNT_RESTRICTED = Denied, Never, "account_restricted",
        "Google restricts this account",
        "Check the state of the account in the Admin console, and restore the account if it should be active.",
        USERS;
    /// The subject is no user of the tenant.
    SUBJECT_UNKNOWN = Denied, Never, "subject_unknown",
        "Google does not know the user, or does not allow the client to act as the user",
        "Use the primary address of an active user of this tenant, not an alias or a group.",
        USERS;
    SUBJECT_DELETED = Denied, Never, "subject_deleted",
        "The user was deleted",
        "Use another user, or restore this user within 20 days.",
        USERS;
    /// The subject is no address.
    SUBJECT_MALFORMED = Denied, Never, "subject_malformed",
        "The subject is not a valid address",
        "Set `[tenant] admin` to the primary address of an admin.",
        USERS;
    /// The signature fits no key of the account.
    KEY_REJECTED = Denied, Never, "key_rejected",
        "Google does not accept the key",
        "Compare `private_key_id` in the key file with the keys of the account. If the key was deleted or disabled, create a new key.",
        SERVICE_ACCOUNTS;
    /// The account is gone.
    SERVICE_ACCOUNT_DELETED = Denied, Never, "service_account_deleted",
        "The audit's service account does not exist",
        "Create the account again, and delegate the scopes to its new client ID.",
        SERVICE_ACCOUNTS;
    /// The account is off.
    SERVICE_ACCOUNT_DISABLED = Denied, Never, "service_account_disabled",
        "The audit's service account is disabled",
        "Enable the service account.",
        SERVICE_ACCOUNTS;
    /// `signJwt` answered 403.
    SIGNING_DENIED = Denied, Never, "signing_denied",
        "This machine's identity cannot sign for the audit's service account",
        "Grant this identity `roles/iam.serviceAccountTokenCreator` on the service account. If the machine runs as the account, grant the role to the account on itself. A change can take some minutes.",
        "Cloud console > IAM & Admin > Service accounts > the account > Permissions";
    /// No application-default identity.
    NO_MACHINE_IDENTITY = Denied, Never, "no_machine_identity",
        "This machine has no Google Cloud identity",
        "Attach a service account to the machine, set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`.",
        THIS_MACHINE;
    /// The application-default identity gave no token.
    MACHINE_IDENTITY_REFUSED = Denied, Never, "machine_identity_refused",
        "This machine's identity received no token",
        "If a login expired, run `gcloud auth application-default login` again. Otherwise check the workload identity federation. The message has Google's reason.",
        THIS_MACHINE;
    /// `iat` or `exp` is off.
    CLOCK_SKEW = Denied, Never, "clock_skew",
        "This machine's clock is wrong",
        "Synchronize the clock, for example with NTP.",
        THIS_MACHINE;
    /// Google has no such scope.
    SCOPE_UNKNOWN_TO_GOOGLE = Denied, Never, "scope_unknown_to_google",
        "Google does not know the scope",
        "Correct the spelling of the scope. A trailing slash counts.",
        DELEGATION;
    /// App access control.
    APP_BLOCKED = Denied, Never, "app_blocked",
        "App access control blocks the client",
        "Mark the client as trusted in App access control.",
        APP_ACCESS;
    /// The token endpoint refused in words that are not known.
    TOKEN_REFUSED = Denied, Never, "token_refused",
        "The token endpoint refused the request for an unknown reason",
        "Read Google's message, then check the delegation entry, the key and the user.",
        DELEGATION;
    /// The token lacks a scope that the method needs.
    SCOPE_INSUFFICIENT = Denied, Never, "scope_insufficient",
        "The token lacks the scope that this method needs",
        "Add the scope to the client's delegation entry.",
        DELEGATION;
    /// The API is off in the client's project.
    API_DISABLED = Denied, Never, "api_disabled",
        "The API is disabled in the project of the audit's service account",
        "Enable the API in that project.",
        API_LIBRARY;
    /// Gmail is off for the user.
    MAIL_SERVICE_NOT_ENABLED = MailOff, Never, "mail_service_not_enabled",
        "Gmail is off for this user",
        "If the user should have mail, assign a license and turn Gmail on. Otherwise there is nothing to do.",
        "Admin console > Apps > Google Workspace > Gmail > Service status";
    /// Gmail was asked without a subject, or refuses for another precondition.
    PRECONDITION_FAILED = Denied, OnceAfterWait, "precondition_failed",
        "Gmail cannot be read as this user",
        "Check that the user has a mailbox: a license, and Gmail turned on.",
        USERS;
    /// Directory says so in passing. GAM retries it in `print users` since 7.00.14 (GamUpdate.txt). Assumed: other
    /// methods too.
    DIRECTORY_PRECONDITION = Failed, AfterWait, "directory_precondition",
        "The Directory API reports a failed precondition, usually a temporary one",
        "Run the audit again later. If the error persists, check that `[tenant] admin` is the primary address of an admin of this tenant, and that `[tenant] customer` is right.",
        ADMIN_ROLES;
    /// The same of any other API.
    API_PRECONDITION = Failed, OnceAfterWait, "api_precondition",
        "Google refuses the request because of the current state of the resource",
        "Run the audit again. If the error persists, check whether the project or the account is disabled or scheduled for deletion.",
        NOWHERE;
    /// `domainCannotUseApis`.
    API_ACCESS_OFF = Denied, Never, "api_access_off",
        "The tenant does not allow API access to its data",
        "Enable API access for the tenant, and wait some minutes. If there is no such setting, check that the tenant's subscription is active.",
        "Admin console > Security > Access and data control > API controls";
    /// The admin has no right to the audit logs: Reports answers it as 401 or 403.
    REPORTS_RIGHT_MISSING = Denied, Never, "reports_right_missing",
        "The admin does not have the right to read the audit logs",
        "Assign a role with the privilege Reports to `[tenant] admin`. If `[auth] admin_role` is set, assign it to the service account.",
        ADMIN_ROLES;
    /// Google received no token, though one was sent.
    CREDENTIALS_MISSING = Denied, WithFreshToken, "credentials_missing",
        "Google received the request without its access token",
        "Check the proxy: it may remove the Authorization header.",
        PROXY;
    /// Other users get a token within the same scopes.
    USER_REFUSED = Denied, Never, "user_refused",
        "Google issues no token for this user, although the scope is delegated",
        "Check this user: a service that is off for the organizational unit, app access control, terms of service that were never accepted, or an inactive account. Do not change the delegation: other users receive tokens.",
        USERS;
    /// `userId` is not the token's subject.
    DELEGATION_DENIED = Denied, Never, "delegation_denied",
        "Gmail refuses this user's token for this mailbox",
        "Use the primary address of the mailbox.",
        USERS;
    /// The admin has no right to the resource.
    ADMIN_RIGHT_MISSING = Denied, Never, "admin_right_missing",
        "The admin does not have the right to read this",
        "Assign the role in docs/setup.md to `[tenant] admin`. If `[auth] admin_role` is set, assign it to the service account.",
        ADMIN_ROLES;
    /// The account has no IAM role for the resource.
    IAM_PERMISSION_MISSING = Denied, Never, "iam_permission_missing",
        "The audit's service account does not have an IAM role that allows this request",
        "Grant a role with this permission to the service account, such as `roles/iam.securityReviewer`.",
        CLOUD_IAM;
    PROJECT_SUSPENDED = Denied, Never, "project_suspended",
        "Google suspended the project of the audit's service account",
        "Read Google's notice in the Cloud console, or move the service account to another project.",
        "Cloud console > IAM & Admin > Settings";
    /// An organization policy, or a perimeter of VPC Service Controls.
    CLOUD_POLICY = Denied, Never, "cloud_policy",
        "A service perimeter or an organization policy forbids the request",
        "Allow the audit's service account and this machine in the perimeter, or exempt the project.",
        "Cloud console > Security > VPC Service Controls, or IAM & Admin > Organization policies";
    /// An address without credentials refuses: somebody on the way does.
    PUBLIC_REFUSED = Denied, Never, "public_refused",
        "A public URL is refused, so something between this machine and Google blocks it",
        "Allow www.googleapis.com in the proxy and the firewall.",
        PROXY;
    /// An API key's restriction: the audit sends none.
    API_KEY_REFUSED = Denied, Never, "api_key_refused",
        "Google refuses an API key, although the audit sends none",
        "Check the proxy: it may add an API key to requests.",
        THIS_MACHINE;
    /// SendGrid's words.
    NOT_GOOGLE = Denied, Never, "not_google",
        "The response is from SendGrid, not from Google",
        "Check `[google] base_url` and the proxy: requests reach another server.",
        THIS_MACHINE;
    DOMAIN_POLICY = Denied, Never, "domain_policy",
        "The tenant's policy does not allow this API",
        "Allow the API for the tenant or for the user's organizational unit.",
        APP_ACCESS;
    /// 403 in other words.
    FORBIDDEN = Denied, Never, "forbidden",
        "Google refuses the request",
        "Read Google's message, then check the admin role, the scope and the user.",
        "Admin console > Directory > Users, or Account > Admin roles";
    /// 404.
    NOT_FOUND = Denied, Never, "not_found",
        "Google does not find the resource",
        "Check the configured customer, projects and addresses. The resource may be deleted, or not visible to this account.",
        NOWHERE;
    /// 401.
    TOKEN_NOT_ACCEPTED = Denied, WithFreshToken, "token_not_accepted",
        "Google does not accept the access token",
        "Run the audit again. If the error persists, check the clock and the state of the account.",
        SERVICE_ACCOUNTS;
    /// Too fast.
    THROTTLED = Failed, AfterWait, "throttled",
        "Google throttled the request, also after retries",
        "Run the audit at another time, lower `[collect] concurrency`, or request more quota.",
        "Cloud console > APIs & Services > Quotas";
    /// The breaker is open.
    GIVEN_UP = Failed, Never, "given_up",
        "The API stopped answering, and the audit stopped waiting for it",
        "Fix the cause of the last failure, then run `workspace-audit run --resume`.",
        NOWHERE;
    /// `[collect] part_deadline`.
    DEADLINE = Failed, Never, "deadline",
        "Reading the part took longer than `[collect] part_deadline`",
        "Run the audit again, or raise `[collect] part_deadline`.",
        "config.toml";
    DAILY_LIMIT = Failed, Never, "daily_limit",
        "The project's daily quota is used up",
        "Run the audit again tomorrow, or request more quota.",
        "Cloud console > APIs & Services > Quotas";
    /// 503 of Directory: also the answer to a token without a subject, and to a listing over 60 minutes.
    DIRECTORY_UNAVAILABLE = Failed, AfterWait, "directory_unavailable",
        "The Directory API is unavailable",
        "Run the audit again. If the error persists, check that `[tenant] admin` is the primary address of an admin. With `[auth] admin_role`, check that `customer` is the customer ID, not `my_customer`.",
        ADMIN_ROLES;
    /// 5xx.
    BACKEND_ERROR = Failed, AfterWait, "backend_error",
        "Google's servers returned an error",
        "Run the audit again later, and check the Google Workspace status dashboard.",
        NOWHERE;
    /// 4xx in words that mean a fault of Google's own.
    SYSTEM_ERROR = Failed, AfterWait, "system_error",
        "Google reports an error in its own systems",
        "Run the audit again later, and check the Google Workspace status dashboard.",
        NOWHERE;
    /// 400 in other words.
    BAD_REQUEST = Failed, Never, "bad_request",
        "Google does not accept the request as valid",
        "Check the configured customer, admin and projects. If they are right, report a bug.",
        NOWHERE;
    /// An answer that fits no row.
    UNKNOWN_ANSWER = Failed, Never, "unknown_answer",
        "Google returned an error that workspace-audit does not know",
        "Read Google's message. If it is not about your configuration, report a bug with this message.",
        NOWHERE;
    /// The name does not resolve.
    DNS = Failed, AfterWait, "dns",
        "The host name does not resolve",
        "Check the network and its DNS server.",
        THIS_MACHINE;
    /// No connection.
    CONNECT = Failed, AfterWait, "connect",
        "This machine cannot connect to Google",
        "Check the network, the firewall and the proxy.",
        THIS_MACHINE;
    /// 407.
    PROXY_AUTHENTICATION = Failed, Never, "proxy_authentication",
        "The proxy requires a user name and a password",
        "Add them to the proxy URL, as in http://user:password@host:port. To bypass the proxy, add Google's hosts to NO_PROXY.",
        PROXY;
    /// The proxy makes no tunnel.
    PROXY_REFUSED = Failed, AfterWait, "proxy_refused",
        "The proxy refuses the connection to Google",
        "Allow googleapis.com on the proxy. To bypass the proxy, add it to NO_PROXY.",
        PROXY;
    /// The proxy does not answer.
    PROXY_UNREACHABLE = Failed, AfterWait, "proxy_unreachable",
        "This machine cannot connect to the proxy",
        "Correct the address and port of the proxy, or unset the variable.",
        PROXY;
    TLS = Failed, Never, "tls",
        "The TLS certificate is not trusted on this machine",
        "If a proxy inspects TLS, set SSL_CERT_FILE to a file with the proxy's CA certificate.",
        THIS_MACHINE;
    /// TLS, and the file that says whom to trust is unusable.
    TRUST_FILE = Failed, Never, "trust_file",
        "The file in SSL_CERT_FILE cannot be used",
        "Set SSL_CERT_FILE to a readable PEM file with every CA certificate that is needed, or unset it.",
        THIS_MACHINE;
    /// Too slow.
    TIMEOUT = Failed, AfterWait, "timeout",
        "The response took too long",
        "Run the audit again. If the error persists, check the network.",
        THIS_MACHINE;
    /// The connection broke.
    CONNECTION_LOST = Failed, AfterWait, "connection_lost",
        "The connection closed before the response was complete",
        "Run the audit again. If the error persists, check the network.",
        THIS_MACHINE;
    /// No JSON, or not of the documented shape.
    UNDECODABLE = Failed, AfterWait, "undecodable",
        "The response does not have the format that Google documents",
        "Run the audit again. If the error persists, check whether a proxy changes responses. If none does, report a bug.",
        NOWHERE;
    /// A row of a listing.
    UNDECODABLE_ROW = Failed, Never, "undecodable_row",
        "A row of the response does not have the format that Google documents",
        "Report a bug, with the id of the row.",
        NOWHERE;
    /// Google answered with nothing where there is always something.
    EMPTY_LISTING = Failed, Never, "empty_listing",
        "A list is empty or incomplete: something that exists is missing",
        "Run the audit again. If the error persists, check that `[tenant] customer` is right and that no proxy changes responses.",
        NOWHERE;
    /// A listing that never ends.
    REPEATED_PAGE = Failed, Never, "repeated_page",
        "Google returned the same page token twice, so the list would never end",
        "Run the audit again. If the error persists, check that no proxy caches responses.",
        NOWHERE;
    /// A listing that is longer than any tenant's.
    LISTING_TOO_LONG = Failed, Never, "listing_too_long",
        "A list is longer than in any known tenant and was cut off",
        "Run the audit again. If the error persists, check that no proxy changes responses.",
        NOWHERE;
}
