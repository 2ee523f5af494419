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
        "Add the scope to the client's entry (its numeric client id, the exact scope). A change can take up to 24 hours.",
        DELEGATION;
    /// The account's own token, without a user: no delegation is asked for there.
    OWN_TOKEN_REFUSED = Denied, Never, "own_token_refused",
        "Google gives the audit's service account no token of its own",
        "Delegate nothing for this: the account asks as itself, by its own IAM or admin roles. Check that the account and its key exist and are enabled, that the key file is this account's, and that this machine's clock is right.",
        SERVICE_ACCOUNTS;
    /// `access_denied`: some of the scopes, the user, or the app.
    CLIENT_NOT_AUTHORIZED = Denied, Never, "client_not_authorized",
        "Google refuses the client for this user or for one of the scopes",
        "Check that each scope is in the client's delegation entry, and that the user has signed in once and accepted the terms.",
        DELEGATION;
    /// `access_denied: Account restricted`.
    ACCOUNT_RESTRICTED = Denied, Never, "account_restricted",
        "Google restricts this account",
        "Look at the account's state; restore it after clean-up.",
        USERS;
    /// The subject is no user of the tenant.
    SUBJECT_UNKNOWN = Denied, Never, "subject_unknown",
        "Google knows no such user, or the user may not be acted for",
        "Use the primary address of a live user: no alias, no group, no other tenant. A suspended user may be answered like this too.",
        USERS;
    /// The subject was deleted.
    SUBJECT_DELETED = Denied, Never, "subject_deleted",
        "The user has been deleted",
        "Name another user, or restore this one within 20 days.",
        USERS;
    /// The subject is no address.
    SUBJECT_MALFORMED = Denied, Never, "subject_malformed",
        "The subject is no valid address",
        "Set `[tenant] admin` to the primary address of an admin.",
        USERS;
    /// The signature fits no key of the account.
    KEY_REJECTED = Denied, Never, "key_rejected",
        "Google does not accept the key: it was deleted or disabled, or the file is of another account",
        "Compare `private_key_id` in the key file with the account's keys; make a new key if it is gone.",
        SERVICE_ACCOUNTS;
    /// The account is gone.
    SERVICE_ACCOUNT_DELETED = Denied, Never, "service_account_deleted",
        "The audit's service account does not exist any more",
        "Create the account again, and its delegation with the new client id.",
        SERVICE_ACCOUNTS;
    /// The account is off.
    SERVICE_ACCOUNT_DISABLED = Denied, Never, "service_account_disabled",
        "The audit's service account is disabled",
        "Enable the account.",
        SERVICE_ACCOUNTS;
    /// `signJwt` answered 403.
    SIGNING_DENIED = Denied, Never, "signing_denied",
        "This machine's identity may not sign for the audit's service account",
        "Give that identity roles/iam.serviceAccountTokenCreator on the service account, on itself too where the machine runs as it. A change can take some minutes.",
        "Cloud console > IAM & Admin > Service accounts > the account > Permissions";
    /// No application-default identity.
    NO_MACHINE_IDENTITY = Denied, Never, "no_machine_identity",
        "This machine has no identity of its own to sign with",
        "Attach a service account to the machine, set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`.",
        THIS_MACHINE;
    /// The application-default identity gave no token.
    MACHINE_IDENTITY_REFUSED = Denied, Never, "machine_identity_refused",
        "This machine's identity gave no token",
        "Read the words. A login may have expired: run `gcloud auth application-default login` again, or check the workload identity federation.",
        THIS_MACHINE;
    /// `iat` or `exp` is off.
    CLOCK_SKEW = Denied, Never, "clock_skew",
        "This machine's clock differs too much from Google's",
        "Synchronise the clock (NTP).",
        THIS_MACHINE;
    /// Google has no such scope.
    SCOPE_UNKNOWN_TO_GOOGLE = Denied, Never, "scope_unknown_to_google",
        "Google knows no such scope",
        "Check the spelling; a trailing slash counts.",
        DELEGATION;
    /// App access control.
    APP_BLOCKED = Denied, Never, "app_blocked",
        "The tenant's app access control blocks the client",
        "Trust the client.",
        APP_ACCESS;
    /// The token endpoint refused in words that are not known.
    TOKEN_REFUSED = Denied, Never, "token_refused",
        "The token endpoint refused, in words that are not known",
        "Read the words; check the delegation entry, the key and the user.",
        DELEGATION;
    /// The token lacks a scope that the method needs.
    SCOPE_INSUFFICIENT = Denied, Never, "scope_insufficient",
        "The token lacks the scope that this method needs",
        "Add the scope to the client's delegation entry.",
        DELEGATION;
    /// The API is off in the client's project.
    API_DISABLED = Denied, Never, "api_disabled",
        "The API is off in the project of the audit's service account",
        "Enable the API in that project.",
        API_LIBRARY;
    /// Gmail is off for the user.
    MAIL_SERVICE_NOT_ENABLED = MailOff, Never, "mail_service_not_enabled",
        "Gmail is off for this user",
        "Nothing, unless the user should have mail: assign a licence and switch Gmail on.",
        "Admin console > Apps > Google Workspace > Gmail > Service status";
    /// Gmail was asked without a subject, or refuses for another precondition.
    PRECONDITION_FAILED = Denied, OnceAfterWait, "precondition_failed",
        "Gmail cannot be read as this subject",
        "The subject must be a user with a mailbox.",
        USERS;
    /// Directory says so in passing. GAM retries it in `print users` since 7.00.14 (GamUpdate.txt). Assumed: other
    /// methods too.
    DIRECTORY_PRECONDITION = Failed, AfterWait, "directory_precondition",
        "Directory answers that a precondition failed, which mostly passes by itself",
        "Run again later. If it stays, check that `[tenant] admin` is the primary address of an admin of this tenant, and that `[tenant] customer` is right.",
        ADMIN_ROLES;
    /// The same of any other API.
    API_PRECONDITION = Failed, OnceAfterWait, "api_precondition",
        "Google refuses because of the present state of what was asked for",
        "Run again. If it stays, read Google's words: a project or an account may be disabled or about to be deleted.",
        NOWHERE;
    /// `domainCannotUseApis`.
    API_ACCESS_OFF = Denied, Never, "api_access_off",
        "The tenant does not allow its data to be read by API",
        "Enable API access for the tenant, and wait some minutes; where there is no such switch, see whether the tenant's subscription is active.",
        "Admin console > Security > Access and data control > API controls";
    /// The admin has no right to the audit logs: Reports answers it as 401 or 403.
    REPORTS_RIGHT_MISSING = Denied, Never, "reports_right_missing",
        "The admin that the audit acts as has no right to read the audit logs",
        "Give the admin in `[tenant] admin` a role with the privilege Reports. If `[auth] admin_role` is set, give that role to the service account.",
        ADMIN_ROLES;
    /// Google received no token, though one was sent.
    CREDENTIALS_MISSING = Denied, WithFreshToken, "credentials_missing",
        "Google received the request without the access token",
        "Check the proxy between here and Google: it may remove the Authorization header.",
        PROXY;
    /// Other users get a token within the same scopes.
    USER_REFUSED = Denied, Never, "user_refused",
        "Google gives no token for this user; the scope is delegated, because other users get one",
        "Look at this user: a service that is off for the user's organizational unit, app access control, terms that were never accepted at a first sign-in, or an account that is not active. Leave the delegation as it is.",
        USERS;
    /// `userId` is not the token's subject.
    DELEGATION_DENIED = Denied, Never, "delegation_denied",
        "Gmail refuses this subject's token for this mailbox",
        "The subject must be the mailbox's primary address.",
        USERS;
    /// The admin has no right to the resource.
    ADMIN_RIGHT_MISSING = Denied, Never, "admin_right_missing",
        "The admin that the audit acts as has no right to read this",
        "Set `[tenant] admin` to an admin with the role in docs/setup.md, or give the admin that role. If `[auth] admin_role` is set, give that role to the service account.",
        ADMIN_ROLES;
    /// The account has no IAM role for the resource.
    IAM_PERMISSION_MISSING = Denied, Never, "iam_permission_missing",
        "The audit's service account has no IAM role that allows this",
        "Give it a role with the permission on the project, such as roles/iam.securityReviewer.",
        CLOUD_IAM;
    /// The project is suspended.
    PROJECT_SUSPENDED = Denied, Never, "project_suspended",
        "Google has suspended the project of the audit's service account",
        "Read Google's notice in the Cloud console, or move the account to another project.",
        "Cloud console > IAM & Admin > Settings";
    /// An organization policy, or a perimeter of VPC Service Controls.
    CLOUD_POLICY = Denied, Never, "cloud_policy",
        "A policy of the Cloud organization forbids it: a service perimeter or an organization policy",
        "Let the audit's account and this machine through the perimeter, or exempt the project.",
        "Cloud console > Security > VPC Service Controls, or IAM & Admin > Organization policies";
    /// An address without credentials refuses: somebody on the way does.
    PUBLIC_REFUSED = Denied, Never, "public_refused",
        "What anybody may read is refused: the request takes no credentials, so it is blocked on the way",
        "Let this machine reach www.googleapis.com: look at the proxy and the firewall between here and Google.",
        PROXY;
    /// An API key's restriction: the audit sends none.
    API_KEY_REFUSED = Denied, Never, "api_key_refused",
        "Google refuses an API key, and the audit sends none",
        "Check the proxy: it may add an API key to requests.",
        THIS_MACHINE;
    /// SendGrid's words.
    NOT_GOOGLE = Denied, Never, "not_google",
        "This is not Google's answer: SendGrid says so when an API key lacks the right to send",
        "Check where `[google] base_url` and the proxy lead.",
        THIS_MACHINE;
    /// A domain policy.
    DOMAIN_POLICY = Denied, Never, "domain_policy",
        "The tenant's policy does not allow this API",
        "Allow the API for the tenant or for the user's organizational unit.",
        APP_ACCESS;
    /// 403 in other words.
    FORBIDDEN = Denied, Never, "forbidden",
        "Google forbids it",
        "Read Google's words; check the admin role, the scope and the user.",
        "Admin console > Directory > Users, or Account > Admin roles";
    /// 404.
    NOT_FOUND = Denied, Never, "not_found",
        "Google finds no such thing",
        "Check the configured customer, project and addresses: the thing may be deleted, or hidden from this account.",
        NOWHERE;
    /// 401.
    TOKEN_NOT_ACCEPTED = Denied, WithFreshToken, "token_not_accepted",
        "Google does not accept the access token",
        "Run again; if it stays, check the clock and the account's state.",
        SERVICE_ACCOUNTS;
    /// Too fast.
    THROTTLED = Failed, AfterWait, "throttled",
        "Google throttles, and did so until the tries were used up",
        "Run again at another time, lower `[collect] concurrency`, or ask for more quota.",
        "Cloud console > APIs & Services > Quotas";
    /// The breaker is open.
    GIVEN_UP = Failed, Never, "given_up",
        "The API did not answer for so long that it was given up",
        "See what the last failure was; `run --resume` asks again.",
        NOWHERE;
    /// `[collect] part_deadline`.
    DEADLINE = Failed, Never, "deadline",
        "The part took longer than it may",
        "Run again, or raise `[collect] part_deadline`.",
        "config.toml";
    /// The daily limit.
    DAILY_LIMIT = Failed, Never, "daily_limit",
        "The project's daily limit is used up",
        "Run again tomorrow, or ask for more quota.",
        "Cloud console > APIs & Services > Quotas";
    /// 503 of Directory: also the answer to a token without a subject, and to a listing over 60 minutes.
    DIRECTORY_UNAVAILABLE = Failed, AfterWait, "directory_unavailable",
        "Directory says that it is unavailable; it says the same, for good, to a token without a subject, and to a listing of over 60 minutes",
        "Run again; if it stays, check that `[tenant] admin` is the primary address of an admin, or that `customer` is the explicit id where the account holds the admin role itself.",
        ADMIN_ROLES;
    /// 5xx.
    BACKEND_ERROR = Failed, AfterWait, "backend_error",
        "Google's servers fail",
        "Run again later; see the Google Workspace status dashboard.",
        NOWHERE;
    /// 4xx in words that mean a fault of Google's own.
    SYSTEM_ERROR = Failed, AfterWait, "system_error",
        "Google reports an error of its own systems",
        "Run again later; see the Google Workspace status dashboard.",
        NOWHERE;
    /// 400 in other words.
    BAD_REQUEST = Failed, Never, "bad_request",
        "Google does not understand the request",
        "Check the configured customer, admin and projects; otherwise this is a defect of this program.",
        NOWHERE;
    /// An answer that fits no row.
    UNKNOWN_ANSWER = Failed, Never, "unknown_answer",
        "Google answered something that is not known",
        "Read the words.",
        NOWHERE;
    /// The name does not resolve.
    DNS = Failed, AfterWait, "dns",
        "The host name does not resolve",
        "Check the network and its DNS.",
        THIS_MACHINE;
    /// No connection.
    CONNECT = Failed, AfterWait, "connect",
        "No connection",
        "Check the network, the firewall and the proxy.",
        THIS_MACHINE;
    /// 407.
    PROXY_AUTHENTICATION = Failed, Never, "proxy_authentication",
        "The proxy asks for a user and a password",
        "Write them into the proxy's address, http://user:password@host:port, or exempt Google's hosts by NO_PROXY.",
        PROXY;
    /// The proxy makes no tunnel.
    PROXY_REFUSED = Failed, AfterWait, "proxy_refused",
        "The proxy refuses the connection to Google",
        "Allow googleapis.com on the proxy, or exempt it by NO_PROXY.",
        PROXY;
    /// The proxy does not answer.
    PROXY_UNREACHABLE = Failed, AfterWait, "proxy_unreachable",
        "No connection to the proxy",
        "Check the proxy's address and port, or unset the variable.",
        PROXY;
    /// TLS.
    TLS = Failed, Never, "tls",
        "No trusted TLS connection: the certificate is not trusted here",
        "Where a proxy inspects TLS, set SSL_CERT_FILE to a file with its CA certificate.",
        THIS_MACHINE;
    /// TLS, and the file that says whom to trust is unusable.
    TRUST_FILE = Failed, Never, "trust_file",
        "No trusted TLS connection: the file that SSL_CERT_FILE names cannot be used",
        "Set SSL_CERT_FILE to a readable PEM file that holds every authority that is needed, or unset it.",
        THIS_MACHINE;
    /// Too slow.
    TIMEOUT = Failed, AfterWait, "timeout",
        "No answer in time",
        "Run again; check the network.",
        THIS_MACHINE;
    /// The connection broke.
    CONNECTION_LOST = Failed, AfterWait, "connection_lost",
        "The connection broke before the answer was whole",
        "Run again; check the network.",
        THIS_MACHINE;
    /// No JSON, or not of the documented shape.
    UNDECODABLE = Failed, AfterWait, "undecodable",
        "The answer is not what Google documents",
        "Run again. If it stays, a proxy may be altering responses, or Google changed the API.",
        NOWHERE;
    /// A row of a listing.
    UNDECODABLE_ROW = Failed, Never, "undecodable_row",
        "A row of the answer is not what Google documents",
        "Report this as a bug, with the id of the row.",
        NOWHERE;
    /// Google answered with nothing where there is always something.
    EMPTY_LISTING = Failed, Never, "empty_listing",
        "The listing is empty or incomplete: something that exists is not in it",
        "Run again. If it stays, compare the listing with the console. A proxy may be altering responses, or the configured \
         customer is another tenant's.",
        NOWHERE;
    /// A listing that never ends.
    REPEATED_PAGE = Failed, Never, "repeated_page",
        "The listing gave the same page token twice, so it would never end",
        "Run again.",
        NOWHERE;
    /// A listing that is longer than any tenant's.
    LISTING_TOO_LONG = Failed, Never, "listing_too_long",
        "The listing is longer than it is in any tenant, and was cut off",
        "Run again. If it stays, a proxy may be altering responses.",
        NOWHERE;
}
