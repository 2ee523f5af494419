//! The causes of failed sends and refused look-ups: how each is proved, and how it is mended.
//!
//! A cause that the audit itself can meet has the same id as in `causes::table`. `source` is a thread on GitHub
//! (`owner/name#number`) or a page where words and cause were seen together; "assumed" where nobody confirmed it.

/// Why an error came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LikelyCause {
    /// Stable.
    pub(crate) id: &'static str,
    /// One sentence.
    pub(crate) title: &'static str,
    /// The one test that proves it.
    pub(crate) proof: &'static str,
    /// What to do.
    pub(crate) fix: &'static str,
    /// Where; empty if it is clear from the fix.
    pub(crate) place: &'static str,
    /// Where it was seen.
    pub(crate) source: &'static str,
}

macro_rules! likely {
    ($($name:ident = $id:literal, $title:literal, $proof:literal, $fix:literal, $place:expr, $source:literal;)*) => {
        $(pub(crate) const $name: &LikelyCause = &LikelyCause {
            id: $id, title: $title, proof: $proof, fix: $fix, place: $place, source: $source,
        };)*

        /// Every cause, in the order of the documentation.
        pub(crate) const LIKELY: &[&LikelyCause] = &[$($name),*];
    };
}

const DELEGATION: &str =
    "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation";
const APP_ACCESS: &str =
    "Admin console > Security > Access and data control > API controls > App access control";
const USERS: &str = "Admin console > Directory > Users";
const ROLES: &str = "Admin console > Account > Admin roles";
const GMAIL_STATUS: &str = "Admin console > Apps > Google Workspace > Gmail > Service status";
const ROUTING: &str = "Admin console > Apps > Google Workspace > Gmail > Routing > SMTP relay service";
const SEND_AS: &str = "Gmail > Settings > Accounts > Send mail as";
const CREDENTIALS: &str = "Cloud console > APIs & Services > Credentials";
const LIBRARY: &str = "Cloud console > APIs & Services > Library";
const CONSENT: &str = "Cloud console > APIs & Services > OAuth consent screen";
const ACCOUNTS: &str = "Cloud console > IAM & Admin > Service accounts";
const IAM: &str = "Cloud console > IAM & Admin > IAM";
const QUOTAS: &str = "Cloud console > APIs & Services > Quotas";
const DNS: &str = "the DNS zone of the From domain";
const APP_PASSWORDS: &str = "https://myaccount.google.com/apppasswords";
const PROVIDER: &str = "the console of that provider";
const PROGRAM: &str = "the configuration of the sending program";
const MACHINE: &str = "the machine that sends";
const NOWHERE: &str = "";

likely! {
    SCOPE_NOT_DELEGATED = "scope_not_delegated",
        "The client has no domain-wide delegation for a scope that it asks for",
        "Run `workspace-audit run` and look up the client id in `delegated_scopes.csv`, or run `gam user ADDRESS check serviceaccount`. One missing scope refuses the whole request.",
        "Add the exact scopes to the entry of the numeric client id, for sending `https://www.googleapis.com/auth/gmail.send`. A trailing slash counts. A change can take up to 24 hours.",
        DELEGATION, "googleapis/google-auth-library-ruby#210; googleapis/google-api-php-client#2214";
    SUBJECT_NOT_IN_TENANT = "subject_not_in_tenant",
        "The subject is in no tenant that delegated, such as a consumer @gmail.com address",
        "Run `gam info user ADDRESS`: it must be a user of the tenant that holds the delegation.",
        "Use a user of the tenant. For a consumer account, use the OAuth consent flow instead of a service account.",
        USERS, "GAM-team/got-your-back#389 (same client, outside address)";
    OTHER_CLIENTS_REFRESH_TOKEN = "refresh_token_of_another_client",
        "The refresh token was issued to another OAuth client than the one that presents it",
        "Compare the client id in the token file with the client id in the configuration.",
        "Delete the stored token and sign in again with this client, or configure the client that the token belongs to.",
        PROGRAM, "timfee/meet#25; googleapis/google-api-dotnet-client#2802";
    OAUTH_CLIENT_WRONG = "oauth_client_wrong",
        "Google does not know the OAuth client, or its secret does not fit",
        "Compare client id and secret with the console, including blanks at the ends.",
        "Correct the client id and the secret. For a service account, correct `client_email`.",
        CREDENTIALS, "googleworkspace/apps-script-oauth2#68";
    OAUTH_CLIENT_DELETED = "oauth_client_deleted",
        "The OAuth client or the service account was deleted",
        "Look for the client id in the console of its project.",
        "Create a new client or account, or restore a service account within 30 days. A new one has a new client id and needs its own delegation.",
        CREDENTIALS, "prasmussen/gdrive#646; matrusp/matrusp#96";
    OAUTH_CLIENT_DISABLED = "oauth_client_disabled",
        "The OAuth client is disabled",
        "Look for the client id in the console of its project.",
        "Enable the client, or configure the client that was meant.",
        CREDENTIALS, "msjit/testcasedb#22";
    SUBJECT_UNKNOWN = "subject_unknown",
        "The subject (`sub`, the user to act for) is not the primary address of a live user",
        "Run `gam info user ADDRESS`: an alias, a group, a calendar id, a service account or a user of another tenant is no subject.",
        "Set the subject to the primary address of a live user.",
        USERS, "googleapis/google-api-php-client#1207; googleapis/google-api-php-client#783";
    ISSUER_WRONG = "issuer_wrong",
        "The issuer (`iss`) of the assertion is not the address of a service account",
        "Compare `client_email` of the key file with the address that the program passes as issuer.",
        "Pass the service account's address as issuer, and the user's address as subject.",
        PROGRAM, "googleapis/google-api-php-client#783";
    SUBJECT_DELETED = "subject_deleted",
        "The user to act for was deleted",
        "Run `gam print users deleted`.",
        "Name another user, or restore this one within 20 days of the deletion.",
        USERS, "assumed";
    KEY_REJECTED = "key_rejected",
        "The key is not (or no longer) a key of this service account: deleted, disabled, expired or rotated",
        "Run `gcloud iam service-accounts keys list --iam-account=ACCOUNT` and look for `private_key_id` of the key file.",
        "Use a key that exists. Better, sign without a key: attach the account, or grant roles/iam.serviceAccountTokenCreator.",
        ACCOUNTS, "googleapis/google-cloud-python#10004; stephenplusplus/google-auto-auth#49";
    SERVICE_ACCOUNT_DELETED = "service_account_deleted",
        "The service account does not exist any more",
        "Run `gcloud iam service-accounts describe ACCOUNT`.",
        "Restore it within 30 days, or create a new one, with a delegation for its new client id.",
        ACCOUNTS, "googleapis/google-cloud-php#3622";
    SERVICE_ACCOUNT_DISABLED = "service_account_disabled",
        "The service account is disabled",
        "Run `gcloud iam service-accounts describe ACCOUNT`: it says `disabled: true`.",
        "Run `gcloud iam service-accounts enable ACCOUNT`.",
        ACCOUNTS, "googleapis/google-api-ruby-client#720";
    CLOCK_SKEW = "clock_skew",
        "The clock of the machine is wrong, so the assertion is not valid yet or not any more",
        "Compare `date -u` with `curl -sI https://www.googleapis.com | grep -i '^date'`.",
        "Synchronize the clock (NTP). In a virtual machine, synchronize the host too.",
        MACHINE, "googleapis/google-api-php-client#1501; fastlane/fastlane#26593";
    REFRESH_TOKEN_DEAD = "refresh_token_expired_or_revoked",
        "The stored refresh token is no longer valid: revoked, unused for six months, or ended by a change of password",
        "Run `curl -d client_id=… -d client_secret=… -d refresh_token=… -d grant_type=refresh_token https://oauth2.googleapis.com/token`: the same answer comes.",
        "Delete the stored token and sign in again.",
        PROGRAM, "rosenpin/i3-agenda#78; hardwario/gupload#5";
    APP_IN_TESTING = "app_in_testing",
        "The OAuth app has the publishing status Testing: its refresh tokens live seven days, and only test users may sign in",
        "See the publishing status. Failures that return every week are the sign of it.",
        "Publish the app, or make it Internal to the organization, or add the account as a test user.",
        CONSENT, "googleapis/google-api-nodejs-client#3011; GongRzhe/Gmail-MCP-Server#51";
    AUTHORIZATION_CODE_USED = "authorization_code_used",
        "The authorization code was used before, or is too old: each is valid once, for some minutes",
        "Start the sign-in again: it works once.",
        "Exchange the code once and keep the refresh token. Do not repeat the exchange when a page is loaded again.",
        PROGRAM, "gdgbhu/gmail-php-starter#2";
    REAUTHENTICATION = "reauthentication_required",
        "The tenant's session length asks the user to sign in again",
        "See Google Cloud session control of the organizational unit.",
        "Sign in again. For a program, use a service account, or exempt the app from session control as a trusted app.",
        "Admin console > Security > Access and data control > Google Cloud session control",
        "minodisk/bigquery-runner#47; vm0-ai/vm0#32128";
    CONTEXT_AWARE_ACCESS = "context_aware_access",
        "Context-aware access denies this sign-in from this device or network",
        "Look for the user in Reporting > Audit > Context-aware access.",
        "Let the device or network in, or exempt the user.",
        "Admin console > Security > Access and data control > Context-aware access",
        "assumed: gcloud's source reads `Account restricted` so (TokenRefreshDeniedByCAAError)";
    ACCOUNT_RESTRICTED = "account_restricted",
        "Google restricted the account, often for suspected abuse",
        "Look at the account's state and at alerts about it.",
        "Secure the account, then restore it.",
        USERS, "taers232c/GAMADV-XTD3#147; GAM-team/GAM#1766";
    APP_BLOCKED = "app_blocked",
        "App access control of the tenant blocks the OAuth client",
        "Look for the client id in the list of apps: its access must be Trusted or Specific Google data.",
        "Mark the client as trusted. The setting Gmail > Restricted counts, too.",
        APP_ACCESS, "GAM-team/got-your-back#284; taers232c/GAMADV-XTD3#449";
    ADVANCED_PROTECTION = "advanced_protection",
        "The user is in Google's Advanced Protection Program, which blocks most apps",
        "See the enrollment in the user's security settings.",
        "Use an account without it for the program, or a client that is trusted by the tenant.",
        USERS, "raycast/extensions#2220";
    CLIENT_IS_INTERNAL = "client_is_internal",
        "The OAuth client is Internal: only accounts of its own organization may use it",
        "Compare the account's domain with the organization of the client's project.",
        "Sign in with an account of that organization, or make the app External.",
        CONSENT, "GAM-team/got-your-back#389";
    REDIRECT_URI = "redirect_uri_mismatch",
        "The redirect URI is not registered for the OAuth client",
        "Compare `redirect_uri` of the request with the client's list, with scheme, port and trailing slash.",
        "Add the exact URI to the client.",
        CREDENTIALS, "Appello-Prototypes/agentc2#176";
    OAUTH_POLICY = "oauth_request_not_allowed",
        "The sign-in request breaks Google's OAuth policy, for example with an out-of-band or plain HTTP redirect",
        "Open the error details of the sign-in page.",
        "Use a loopback or HTTPS redirect, and a current version of the client.",
        CREDENTIALS, "ArtyMcLabin/Gmail-MCP-Server#25";
    SCOPE_UNKNOWN = "scope_unknown_to_google",
        "A requested scope does not exist, or none was requested",
        "Compare each requested scope with https://developers.google.com/identity/protocols/oauth2/scopes.",
        "Correct the scopes in the program; a trailing slash counts.",
        PROGRAM, "googleapis/google-api-nodejs-client#1381; pulkitjalan/google-apiclient#32";
    SCOPE_INSUFFICIENT = "scope_insufficient",
        "The access token was asked for with a scope that does not allow this method",
        "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`: `scope` lists what the token has. Sending needs gmail.send, gmail.compose, gmail.modify or https://mail.google.com/.",
        "Ask for `https://www.googleapis.com/auth/gmail.send` in the program *and* allow it: in the delegation entry for a service account, by a new sign-in for a user. Delete the stored token.",
        PROGRAM, "kwent/react-google-contacts#6; https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/send";
    API_DISABLED = "api_disabled",
        "The API is not enabled in the project of the calling client",
        "Run `gcloud services list --enabled --project PROJECT`. The project is the client's own: its number begins the client id.",
        "Run `gcloud services enable gmail.googleapis.com --project PROJECT` (or the API that the text names), then wait some minutes.",
        LIBRARY, "taylorwilsdon/google_workspace_mcp#126; googleapis/google-auth-library-python#742";
    NO_SUBJECT = "service_account_without_subject",
        "A service account calls for itself, without a user to act for: it has no mailbox and no tenant",
        "Look for the subject in the program: `with_subject(…)`, `subject:`, `setSubject`, `createDelegated`, `sub`.",
        "Set the subject to a user with a mailbox, and delegate the scope to the client.",
        PROGRAM, "googleapis/google-api-python-client#984; googleapis/google-api-nodejs-client#3030";
    MAIL_SERVICE_NOT_ENABLED = "mail_service_not_enabled",
        "The account has no Gmail mailbox: no license, Gmail off for its organizational unit, or never set up",
        "Look up the user in `users.csv` of a run (column `gmail`), or run `gam info user ADDRESS`: `Mailbox is setup`.",
        "Assign a license with Gmail, and switch Gmail on for the user's organizational unit.",
        GMAIL_STATUS, "FlowCrypt/flowcrypt-browser#435; WPManageNinja/fluent-smtp#152";
    PASSING_PRECONDITION = "passing_fault",
        "A fault of Google's that passes: a small share of calls fails, and a retry works",
        "Repeat the same call some times: it works.",
        "Retry with growing pauses.",
        PROGRAM, "googleapis/google-api-php-client#2558; https://developers.google.com/workspace/gmail/api/guides/handle-errors";
    ACCOUNT_NOT_ACTIVE = "account_not_active",
        "The user is suspended or archived, or Google limits the mailbox",
        "Look up the user in `users.csv` of a run (column `suspended`), or run `gam info user ADDRESS`.",
        "Restore the user, or take it out of the list.",
        USERS, "GAM-team/got-your-back#114; GAM-team/got-your-back#116";
    DELEGATION_DENIED = "delegation_denied",
        "The token's user asks for another user's mailbox: a mailbox delegate of the Gmail page has no such right in the API",
        "Compare `userId` of the request with the user of the token.",
        "Act for the mailbox itself: set the subject to its address and use `userId=me`.",
        PROGRAM, "googleapis/google-api-nodejs-client#2510; googleworkspace/cli#528";
    THROTTLED = "throttled",
        "A quota of the API per minute or second is used up, for the user or the project",
        "See the quota page of the project.",
        "Slow down, retry with growing pauses, or ask for more quota.",
        QUOTAS, "elie222/inbox-zero#480; mxngls/gmail-cleaner#5";
    DAILY_LIMIT = "daily_limit",
        "The project's daily quota is used up",
        "See the quota page of the project.",
        "Wait until midnight Pacific time, or ask for more quota.",
        QUOTAS, "https://developers.google.com/workspace/gmail/api/guides/handle-errors";
    SENDING_LIMIT = "sending_limit",
        "The account reached Gmail's daily limit for sending",
        "Count the recipients of the last 24 hours in Admin console > Reporting > Email log search.",
        "Wait up to 24 hours. Spread the mail over accounts, or use the SMTP relay service.",
        "https://support.google.com/a/answer/166852", "gen-smtp/gen_smtp#140; PHPMailer/PHPMailer#2113";
    APPS_SCRIPT_QUOTA = "apps_script_quota",
        "A daily quota of Apps Script is used up, which is none of the Gmail API's",
        "See Apps Script > Executions and https://developers.google.com/apps-script/guides/services/quotas.",
        "Wait a day, do less in a run, or send by the Gmail API.",
        "https://script.google.com", "webdigi/GmailScheduler#31; btoews/OctoGAS#7";
    FROM_NOT_SEND_AS = "from_not_send_as",
        "The From address is no accepted send-as address of the mailbox. Gmail usually gives no error: it sends from the default address",
        "Look up the mailbox in `send_as.csv` of a run: the address must be there, with `verification` accepted.",
        "Add the address as an alias of the user or as a verified send-as address.",
        SEND_AS, "taylorwilsdon/google_workspace_mcp#1075; googleapis/google-api-php-client#2393";
    SEND_AS_PENDING = "send_as_pending",
        "The send-as address is not verified yet",
        "Look up the address in `send_as.csv` of a run (column `verification`).",
        "Open the verification mail that Google sent to the address, or add the address as an alias of the user first.",
        SEND_AS, "GAM-team/GAM#287";
    SEND_AS_NEEDS_SMTP = "send_as_needs_smtp_server",
        "An outside send-as address needs an SMTP server of its own, because it is no address of this tenant",
        "See whether the address is an alias of the user or in a domain of the tenant.",
        "Add the address as an alias of the user first, or give `smtpMsa` with host, port and password.",
        SEND_AS, "GAM-team/GAM#681";
    MESSAGE_MALFORMED = "message_malformed",
        "The message itself is malformed: a missing, doubled or wrong header or address",
        "Print the raw message before it is sent: exactly one From, one Subject, valid addresses, CRLF line ends.",
        "Mend the program that builds the message.",
        PROGRAM, "sisimai/p5-sisimai#499; Chaste/Chaste#268";
    TOKEN_NOT_ACCEPTED = "token_not_accepted",
        "The access token is expired, revoked, cut, or no access token",
        "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`.",
        "Get a fresh access token; each lives one hour.",
        PROGRAM, "mxrch/GHunt#31";
    TOKEN_MISSING = "token_missing",
        "The request carried no access token: none was stored, or a proxy removed the Authorization header",
        "Log the request's headers: there is no `Authorization: Bearer …`.",
        "Sign in again so that the program has a token, and send it with each request.",
        PROGRAM, "awesomemotive/WP-Mail-SMTP#40; https://cosmosfarm.com/threads/document/57111";
    REQUEST_SHAPE = "request_shape",
        "The request is not of the shape that the method takes: an unknown field or a wrong place for it",
        "Compare the request with the method's reference, or try it in the API Explorer.",
        "Correct the field that the text names; pass the message in the request body.",
        PROGRAM, "googleapis/google-api-nodejs-client#1991";
    API_KEY_USED = "api_key_used",
        "An API key was passed where Google wants an OAuth 2.0 access token: mail cannot be read or sent with a key",
        "Look at what the program passes: a key begins with `AIza`.",
        "Use OAuth 2.0: a service account with delegation, or a user's consent.",
        CREDENTIALS, "SpiderStrategies/node-gmail-api#9; HisMax/RedInk#40";
    API_KEY_RESTRICTED = "api_key_refused",
        "The API key is not valid here, or its restriction (address, referrer, API) does not fit the caller",
        "See the key's restrictions.",
        "Allow this address, referrer or API for the key. For mail use OAuth 2.0 instead of a key.",
        CREDENTIALS, "mbarwick83/shorty#5; googleapis/google-api-php-client#856";
    BACKEND_ERROR = "backend_error",
        "Google's server fails, mostly for a short time",
        "Repeat after a minute; see https://www.google.com/appsstatus.",
        "Retry with growing pauses. If it stays for one user alone, see whether that user is suspended.",
        NOWHERE, "GAM-team/got-your-back#114; GAM-team/got-your-back#50";
    DOMAIN_POLICY = "domain_policy",
        "A policy of the tenant does not allow this API or Drive and Docs add-on to the user",
        "See API controls and the service status of the user's organizational unit.",
        "Allow the service or the API for the user.",
        APP_ACCESS, "https://developers.google.com/workspace/gmail/api/guides/handle-errors";
    ADMIN_RIGHT_MISSING = "admin_right_missing",
        "The user that is acted for has no admin role that allows this, or the object is of another tenant",
        "Run `gam info user ADMIN`; compare the role with the method.",
        "Act for an admin with a role that has the privilege.",
        ROLES, "bugfender/google-drive-audit#4";
    REPORTS_RIGHT_MISSING = "reports_right_missing",
        "The user has no right to read the audit logs",
        "Run `gam info user ADMIN`: a role with the privilege Reports is needed.",
        "Give the admin a role with the privilege Reports.",
        ROLES, "googleworkspace/python-samples#21";
    CUSTOMER_WRONG = "customer_wrong",
        "A parameter is not valid: often a domain where a customer id belongs, or the other way round",
        "Compare the request with the method's reference: `customer` takes `my_customer` or `C…`, `domain` takes a domain.",
        "Correct the parameter that the text names.",
        PROGRAM, "googleworkspace/go-samples#10; GAM-team/GAM#1321";
    SIGNING_DENIED = "signing_denied",
        "The caller may not sign for the service account: signBlob, signJwt and getAccessToken need Service Account Token Creator",
        "Run `gcloud iam service-accounts get-iam-policy ACCOUNT` and look for roles/iam.serviceAccountTokenCreator.",
        "Run `gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member=MEMBER --role=roles/iam.serviceAccountTokenCreator`, on the account itself too where the program runs as it. The role Owner does not contain it.",
        "Cloud console > IAM & Admin > Service accounts > the account > Permissions",
        "gronxb/hot-updater#291; GoogleCloudPlatform/professional-services#725";
    IMPERSONATION_TARGET_UNKNOWN = "impersonation_target_unknown",
        "The service account to become does not exist: often a user's address was given",
        "Run `gcloud iam service-accounts describe ACCOUNT`.",
        "Name a service account. A user is acted for by a subject, not by impersonation of Google Cloud.",
        ACCOUNTS, "googleapis/google-auth-library-java#402";
    CLOUD_POLICY = "cloud_policy",
        "A service perimeter (VPC Service Controls) or an organization policy forbids it",
        "Run `gcloud logging read 'protoPayload.metadata.@type:VpcServiceControlAuditMetadata'` with the unique identifier of the text.",
        "Let the identity and the network into the perimeter, or exempt the project.",
        "Cloud console > Security > VPC Service Controls, or IAM & Admin > Organization policies",
        "GoogleCloudPlatform/terraform-google-cloud-functions#109";
    KEY_CREATION_BLOCKED = "key_creation_blocked",
        "An organization policy forbids keys of service accounts, which is the default of new organizations",
        "Run `gcloud resource-manager org-policies describe iam.disableServiceAccountKeyCreation --project PROJECT --effective`.",
        "Work without a key (attached account, workload identity federation), or exempt this project.",
        "Cloud console > IAM & Admin > Organization policies", "GaloyMoney/galoy-infra#242; GAM-team/GAM#1678";
    IAM_PERMISSION_MISSING = "iam_permission_missing",
        "The caller has no IAM role on the resource that allows this",
        "Run `gcloud asset analyze-iam-policy` or see the resource's Permissions.",
        "Grant a role with the permission that the text names.",
        IAM, "terraform-google-modules/terraform-example-foundation#1146";
    PASSWORD_REFUSED = "password_refused",
        "User name or password is wrong for SMTP: the account's own password is refused, an app password is wanted",
        "Try the same name and password with `openssl s_client -crlf -starttls smtp -connect smtp.gmail.com:587` and AUTH LOGIN.",
        "Turn on 2-Step Verification and create an app password, or use OAuth 2.0. Workspace ended plain passwords on 1 May 2025.",
        APP_PASSWORDS, "nodemailer/nodemailer#1167; accimeesterlin/nodemailer-examples#3";
    SMTP_TOKEN_SCOPE = "smtp_token_scope",
        "The OAuth token does not fit SMTP: XOAUTH2 wants the scope https://mail.google.com/; gmail.send is not enough",
        "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`: `scope` must have https://mail.google.com/.",
        "Ask for `https://mail.google.com/`, delegate it or sign in again, or send by the Gmail API with gmail.send.",
        PROGRAM, "PHPMailer/PHPMailer#1664; jstedfast/MailKit#27";
    SMTP_TOKEN_USER = "smtp_token_of_another_user",
        "The token is of another user than the name in the XOAUTH2 line, or expired, or empty",
        "Compare `user=` of the XOAUTH2 line with the user of the token (`tokeninfo`, field `email`).",
        "Get the token for the mailbox that logs in; a service account needs it as subject.",
        PROGRAM, "PHPMailer/PHPMailer#1664";
    SMTP_LOGIN_MISSING = "smtp_login_missing",
        "The program did not log in: no user name and password reached Gmail",
        "Look at the program's SMTP trace: there is no AUTH before MAIL FROM.",
        "Set user name and password (an app password), and that the program authenticates.",
        PROGRAM, "dawidd6/action-send-mail#186; axllent/mailpit#596";
    STARTTLS_MISSING = "starttls_missing",
        "The program did not start TLS",
        "Look at the program's SMTP trace: there is no STARTTLS before MAIL FROM.",
        "Use port 587 with STARTTLS or port 465 with TLS.",
        PROGRAM, "dcparker/ruby-gmail#23; deanproxy/eMail#53";
    APP_PASSWORD_REQUIRED = "app_password_required",
        "The account has 2-Step Verification, so Gmail takes an app password and not the account's own",
        "See the account's security page: 2-Step Verification is on.",
        "Create an app password, or use OAuth 2.0.",
        APP_PASSWORDS, "mageplaza/magento-2-smtp#181; Der-Henning/tgtg#517";
    WEB_LOGIN_REQUIRED = "web_login_required",
        "Google suspects the sign-in and wants it in a browser first; plain passwords of less secure apps are treated so, too",
        "Sign in at https://accounts.google.com from the same network and look at the security alerts.",
        "Confirm the sign-in, then use an app password or OAuth 2.0.",
        "https://accounts.google.com/DisplayUnlockCaptcha", "kootenpv/yagmail#111; YetiForceCompany/YetiForceCRM#14235";
    TOO_MANY_LOGINS = "too_many_logins",
        "Too many logins in a short time. Libraries call it an authentication error; the password is right",
        "Count the connections: one login for each message is the usual reason.",
        "Send several messages in one connection (pooling), and wait before the next try.",
        PROGRAM, "nodemailer/nodemailer#1388; AnalogJ/justvanish#13";
    EHLO_NAME = "ehlo_name",
        "smtp-relay.gmail.com closes the connection because the EHLO name is localhost or not registered. It is no rate limit",
        "Look at the program's SMTP trace: what stands after EHLO.",
        "Set the EHLO (HELO, local) name to a real host name of the tenant's domain.",
        PROGRAM, "dawidd6/action-send-mail#196; calcom/cal.diy#5254";
    RELAY_NOT_REGISTERED = "relay_not_registered",
        "The SMTP relay service does not know this sender: address of the machine or domain of the sender is not registered",
        "Compare the machine's public address (IPv6 too) with the relay's list, and the envelope sender's domain with the tenant's.",
        "Add the address to the relay setting, or let the program log in.",
        ROUTING, "TreeBASE/treebase#273; https://support.google.com/a/answer/3726730";
    RELAY_LIMIT = "relay_limit",
        "A limit of the SMTP relay service is used up",
        "See https://support.google.com/a/answer/2956491 for the limits; count the recipients in Email log search.",
        "Wait, and spread the mail.",
        ROUTING, "https://support.google.com/a/answer/3726730";
    SENDING_DENIED = "sending_denied",
        "The sender's account is disabled or not registered in the tenant",
        "Run `gam info user ADDRESS`.",
        "Use a live user of the tenant as sender.",
        USERS, "https://support.google.com/a/answer/3726730";
    MESSAGE_TOO_LARGE = "message_too_large",
        "The message is too large; encoding adds a third to attachments",
        "Measure the encoded message: Gmail takes 25 MB.",
        "Send a link, or split the attachments.",
        PROGRAM, "nodemailer/nodemailer#400";
    CONNECTION_CLOSED = "connection_closed",
        "The server closed the connection without words that reached the program",
        "Log the SMTP conversation, or try `openssl s_client -crlf -starttls smtp -connect HOST:PORT`: the reply before the end says why.",
        "Set a real EHLO name for smtp-relay.gmail.com; use STARTTLS on port 587, and TLS from the first byte on port 465.",
        PROGRAM, "sourcegraph/sourcegraph-public-snapshot#35943; gophish/gophish#253";
    RECIPIENT_UNKNOWN = "recipient_unknown",
        "The recipient does not exist. The sender is in order",
        "Check the recipient's address.",
        "Correct or remove the address.",
        NOWHERE, "MISP/MISP#6481; gophish/gophish#2313";
    RECIPIENT_DISABLED = "recipient_disabled",
        "The recipient's account is disabled. The sender is in order",
        "Ask the recipient by another way.",
        "Remove the address, or have the recipient's account restored.",
        NOWHERE, "https://support.google.com/a/answer/3726730";
    RECIPIENT_OVER_QUOTA = "recipient_over_quota",
        "The recipient's mailbox is full",
        "Ask the recipient by another way.",
        "Wait until the recipient makes room.",
        NOWHERE, "mailcow/mailcow-dockerized#6486";
    RECIPIENT_RATE = "recipient_rate",
        "The recipient gets more mail than the mailbox takes for now",
        "Count the mail to this one address.",
        "Send less often to this address, and later.",
        NOWHERE, "zone-eu/zone-mta#110";
    SENDER_RATE = "sending_host_rate",
        "Google limits mail from this sending server, mostly for its reputation",
        "See https://postmaster.google.com for the domain.",
        "Send less, authenticate the mail (SPF, DKIM, DMARC), and warm the address up.",
        DNS, "mail-in-a-box/mailinabox#1771";
    SENDER_UNAUTHENTICATED = "sender_unauthenticated",
        "Neither SPF nor DKIM of the From domain passes for this sending server",
        "Run `dig +short TXT DOMAIN` and compare SPF with the sending address; see Authentication-Results of a delivered mail.",
        "Add the sending server to SPF, and sign with DKIM.",
        DNS, "jtojnar/nixfiles#13; CDLUC3/ezid#434";
    DMARC = "dmarc",
        "The DMARC policy of the From domain rejects mail from this server",
        "Run `dig +short TXT _dmarc.DOMAIN`; SPF or DKIM must pass for the From domain itself.",
        "Sign with DKIM of the From domain, or send through the domain's own servers. A From of gmail.com or another's domain cannot pass.",
        DNS, "Purelymail/purelymail-issues#394; postalserver/postal#898";
    PTR = "reverse_dns",
        "The address of the sending server has no reverse DNS that leads back to it, or IPv6 mail is not authenticated",
        "Run `dig +short -x ADDRESS` and resolve the name again.",
        "Set PTR and AAAA/A to each other, or send by IPv4.",
        "the provider of the server", "mail-in-a-box/mailinabox#2211; nodemailer/nodemailer#236";
    SPAM = "taken_for_spam",
        "Google takes the mail for spam, by its content or by the reputation of the sending address or domain",
        "See https://postmaster.google.com; send the same text from another server.",
        "Send through the domain's provider or relay, authenticate the mail, and change what looks like spam.",
        NOWHERE, "root-io/vmail#89; The-Login/SMTP-Smuggling-Tools#11";
    RECEIVERS_RULE = "receivers_rule",
        "A rule of the receiving tenant's admin refuses the mail (`gcdp` marks an admin's own text)",
        "Ask the recipient's admin.",
        "The recipient's admin must allow the sender.",
        NOWHERE, "karolyi/py3-validate-email#53; https://support.google.com/a/answer/3726730";
    SENDGRID_NO_SEND = "sendgrid_no_mail_send",
        "SendGrid: the API key has no right Mail Send (error 60604), or the account is blocked. As far as anybody can trace, these are not Google's words",
        "Run `curl -H \"Authorization: Bearer $KEY\" https://api.sendgrid.com/v3/scopes`: `mail.send` must be in the list.",
        "Create a SendGrid key with Mail Send.",
        "SendGrid > Settings > API Keys", "sendgrid/sendgrid-php#181";
    SENDGRID_KEY = "sendgrid_key",
        "SendGrid: the API key is wrong, revoked or not set",
        "Run `curl -H \"Authorization: Bearer $KEY\" https://api.sendgrid.com/v3/scopes`.",
        "Set a valid SendGrid key in the program's environment.",
        "SendGrid > Settings > API Keys", "sendgrid/docs#5959; MicrosoftDocs/azure-docs#44245";
    SENDGRID_SENDER = "sendgrid_sender",
        "SendGrid: the From address is no verified sender",
        "See SendGrid > Settings > Sender Authentication.",
        "Verify the sender or authenticate its domain.",
        "SendGrid > Settings > Sender Authentication", "EBWiki/EBWiki#3861";
    SES_IDENTITY = "ses_identity",
        "Amazon SES: the address or domain is not verified in this region, or the account is in the sandbox",
        "Run `aws sesv2 list-email-identities --region REGION`.",
        "Verify the identity in the region that the text names, and leave the sandbox.",
        "Amazon SES > Identities", "WPManageNinja/fluent-smtp#103; django-ses/django-ses#16";
    MAILGUN_SANDBOX = "mailgun_domain",
        "Mailgun: a sandbox or unverified domain sends to authorized recipients alone",
        "See the domain's state in Mailgun.",
        "Use a domain of your own, or add the recipient as authorized.",
        "Mailgun > Sending > Domains", "swapmyvote/swapmyvote#891; googleapis/google-api-php-client#1539";
    MICROSOFT_SMTP_AUTH = "microsoft_smtp_auth_disabled",
        "Microsoft 365: SMTP AUTH or basic authentication is off for the tenant or the mailbox",
        "Run `Get-CASMailbox USER | fl SmtpClientAuthenticationDisabled` in Exchange Online PowerShell.",
        "Enable SMTP AUTH for the mailbox, or use OAuth 2.0 or Microsoft Graph.",
        "https://aka.ms/smtp_auth_disabled", "nodemailer/nodemailer#1484; MicrosoftDocs/OfficeDocs-Exchange#3124";
    MICROSOFT_LOGIN = "microsoft_login",
        "Microsoft 365: the login was refused, or there was none",
        "Sign in at https://outlook.office.com as the same user.",
        "Set the right user and password or OAuth token, and enable SMTP AUTH for the mailbox.",
        PROVIDER, "mageplaza/magento-2-smtp#108; renevanosnabrugge/SendEmail-BuildTask#49";
    MICROSOFT_TOKEN = "microsoft_token_endpoint",
        "Microsoft Entra refuses the token, not Google: `AADSTS` begins its error codes",
        "Look the AADSTS number up at https://login.microsoftonline.com/error.",
        "Correct the app registration in Microsoft Entra.",
        "Microsoft Entra admin center > App registrations", "keycloak/keycloak#31294; MicrosoftDocs/azure-docs#30802";
    PROVIDER_SENDER = "provider_sender_refused",
        "The provider lets this login send only as its own address",
        "Compare the From address with the login.",
        "Send with the login's address, or give the login the right to send as the other.",
        PROVIDER, "infertux/zeyple#49; fictionco/fiction#228";
    PROVIDER_LOGIN = "provider_login",
        "The mail server wants a login, and it is not Gmail",
        "See the program's SMTP host and its trace.",
        "Set user name and password for that server.",
        PROGRAM, "osTicket/osTicket#2519; Mailu/Mailu#1103";
    RELAY_DENIED = "relay_denied",
        "The mail server does not relay for this sender: no login, an unknown address, or the wrong server",
        "See which host said it; look at its `mynetworks` and login settings.",
        "Log in to that server, or send to the server that is responsible for the recipient.",
        PROGRAM, "docker-mailserver/docker-mailserver#19; emersion/go-smtp#224";
    PROVIDER_LIMIT = "provider_limit",
        "A limit of the hosting or mail provider is used up, none of Google's",
        "See the provider's limits.",
        "Wait, or raise the limit.",
        PROVIDER, "nodemailer/nodemailer#1137; faveosuite/faveo-helpdesk#2190";
    PROVIDER_CONTENT = "provider_content",
        "The other provider refuses the message's content or size",
        "See the provider's page about the code.",
        "Change the message, or ask the provider.",
        PROVIDER, "jeremydumais/CPP-SMTPClient-library#46";
    OTHER_RECEIVER = "other_receiver",
        "The recipient's provider, which is not Google, refuses or delays the mail",
        "See the provider's page that the text names.",
        "Authenticate the mail, send less, or ask that provider.",
        NOWHERE, "ActiveCampaign/smtp-field-manual; PHPMailer/PHPMailer#787";
    MAIL_SERVER_CONFIG = "mail_server_configuration",
        "The own mail server is configured so that it refuses or cannot verify; nobody outside spoke",
        "Look at that server's log and tables.",
        "Correct the server's configuration.",
        "the mail server's configuration", "tarickb/sasl-xoauth2#72; wader/postfix-relay#230";
    DNS_FAILURE = "dns",
        "The machine cannot resolve the host name",
        "Run `getent hosts oauth2.googleapis.com smtp.gmail.com`.",
        "Mend the machine's DNS or its network.",
        MACHINE, "googleapis/google-auth-library-python#343";
    CONNECT = "connect",
        "No connection to the server: wrong host or port, firewall, or nothing listens there",
        "Run `curl -v telnet://HOST:PORT` with the host and port of the text.",
        "Correct host and port, or open the firewall for 587 and 443. A host of 127.0.0.1 is a missing setting.",
        MACHINE, "nodemailer/nodemailer#889";
    PROXY = "proxy_unreachable",
        "The proxy does not let the connection to Google through",
        "Run `curl -v https://oauth2.googleapis.com/` with the same proxy variables.",
        "Correct HTTPS_PROXY and NO_PROXY, or allow googleapis.com on the proxy.",
        MACHINE, "samapriya/geeup#60";
    TLS = "tls",
        "The certificate is not trusted on this machine, or both sides speak different TLS",
        "Run `openssl s_client -connect HOST:443` and look at the issuer.",
        "Install the missing authority. On port 587 use STARTTLS; TLS from the first byte is for port 465.",
        MACHINE, "wader/postfix-relay#230";
    TIMEOUT = "timeout",
        "No answer in time: often a firewall that drops SMTP",
        "Run `curl -v telnet://smtp.gmail.com:587`.",
        "Open the port, or send by the Gmail API over 443.",
        MACHINE, "nodemailer/nodemailer#890; nodemailer/nodemailer#955";
    KEY_UNREADABLE = "key_unreadable",
        "The private key cannot be read: line breaks lost, cut, or something else than a service account's JSON key",
        "Run `python3 -c 'import json; print(json.load(open(\"key.json\"))[\"private_key\"][:40])'`: it begins with -----BEGIN PRIVATE KEY-----.",
        "Pass the JSON file unchanged. In an environment variable, turn `\\n` into line breaks.",
        PROGRAM, "Netflix/dispatch#992; theoephraim/node-google-spreadsheet#244";
    CREDENTIALS_MISSING = "client_credentials_missing",
        "The program has no credentials to send: a variable or a file is missing",
        "Print which settings the program read.",
        "Set user, password or key where the program reads them.",
        PROGRAM, "nodemailer/nodemailer#847";
    ID_TOKEN_TIME = "id_token_time",
        "The library refuses an ID token because of its times: an old token, or a wrong clock",
        "Compare `exp` of the token with `date +%s`.",
        "Get a new token; synchronize the clock.",
        MACHINE, "42Statistics/42Stat-Backend#359";
    PROGRAM_FAULT = "program_fault",
        "A fault of the program or of another extension hides the answer; Google did not say this",
        "Turn the other extensions off, and log the raw answer.",
        "Update the program.",
        PROGRAM, "awesomemotive/WP-Mail-SMTP#11";
    REFRESH_TOKEN_MISSING = "refresh_token_missing",
        "The program has no refresh token: Google gives one at the first consent only, and only for `access_type=offline`",
        "Look at the stored token: there is no `refresh_token`.",
        "Remove the program's access at https://myaccount.google.com/permissions, then sign in again with `access_type=offline` and `prompt=consent`.",
        PROGRAM, "pluginsGLPI/oauthimap#82";
    SCOPE_METADATA = "scope_metadata",
        "The token carries gmail.metadata, and Gmail then applies its limits, even beside wider scopes",
        "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`: `scope` has gmail.metadata.",
        "Ask for the token without gmail.metadata.",
        PROGRAM, "dacastro4/laravel-gmail#90; googleworkspace/cli#174";
    SCOPE_CHANGED = "scope_changed",
        "oauthlib stops where the granted scopes differ from those that were asked for; Google adds openid, for example",
        "Compare the two lists in the text.",
        "Ask for exactly the scopes that come back, or set OAUTHLIB_RELAX_TOKEN_SCOPE=1.",
        PROGRAM, "requests/requests-oauthlib#387; domainaware/parsedmarc#310";
    CONTENT_BLOCKED = "content_blocked",
        "Gmail blocks the content or a type of attachment",
        "Send the same message without the attachment.",
        "Share a link instead of an executable or an encrypted archive.",
        "https://support.google.com/mail/answer/6590", "gophish/gophish#2921; jstedfast/MailKit#408";
    RECIPIENT_SYNTAX = "recipient_syntax",
        "The recipient's address is not valid",
        "Print the address that the program passes.",
        "Correct the address; pass one address for each recipient.",
        PROGRAM, "https://support.google.com/a/answer/3726730";
    TLS_PORT = "tls_port_mismatch",
        "The mode does not fit the port: 465 is TLS from the first byte, 587 and 25 begin in clear and use STARTTLS",
        "Run `openssl s_client -connect HOST:465` and `openssl s_client -starttls smtp -connect HOST:587`.",
        "Use 465 with TLS (`secure: true`), or 587 with STARTTLS (`secure: false`).",
        PROGRAM, "nodemailer/nodemailer#1074; dawidd6/action-send-mail#124";
    GMAIL_NOT_USABLE = "gmail_not_usable",
        "GAM hides several answers behind these words: the Gmail scopes are not delegated, or the user has no Gmail",
        "Run `gam user ADDRESS check serviceaccount`, then `gam info user ADDRESS`.",
        "If scopes fail, delegate them. If all pass, switch Gmail on for the user.",
        DELEGATION, "taers232c/GAMADV-XTD3#475; GAM-team/GAM#287";
    NOT_FOUND = "not_found",
        "What the request names does not exist, or the caller does not see it",
        "Read the name or id in the request, and look for it in the console.",
        "Correct the name or id. Acting for another user shows other messages and labels.",
        "", "assumed";
    PROJECT_SUSPENDED = "project_suspended",
        "The calling project is suspended, deleted or not valid",
        "Run `gcloud projects describe PROJECT`.",
        "Restore the project within 30 days, or use a client of another project.",
        "Cloud console > IAM & Admin > Settings", "googleapis/googleapis google/api/error_reason.proto (CONSUMER_SUSPENDED, CONSUMER_INVALID)";
    BILLING_DISABLED = "billing_disabled",
        "The calling project has no billing account, and this API wants one",
        "Run `gcloud billing projects describe PROJECT`.",
        "Link a billing account. Gmail API and Admin SDK need none.",
        "Cloud console > Billing", "googleapis/googleapis google/api/error_reason.proto (BILLING_DISABLED)";
    NO_MACHINE_IDENTITY = "no_machine_identity",
        "The machine has no Google Cloud identity, so the metadata server gives no token",
        "Run `curl -H 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/`.",
        "Attach a service account to the machine, or set GOOGLE_APPLICATION_CREDENTIALS.",
        MACHINE, "assumed";
    WORKLOAD_IDENTITY = "workload_identity_refused",
        "Workload identity federation does not accept the outside token: audience, issuer or attribute condition do not fit",
        "Decode the outside token and compare `iss`, `aud` and the mapped attributes with the provider: `gcloud iam workload-identity-pools providers describe`.",
        "Correct the audience in the credential file, or the provider's condition and mapping.",
        "Cloud console > IAM & Admin > Workload Identity Federation", "assumed";
    CONNECTION_LOST = "connection_lost",
        "The connection broke before the answer was complete: a proxy, a firewall, or an idle connection that was reused",
        "Repeat the same request with `curl -v`.",
        "Retry. If it stays, look at the proxy and the firewall, and do not reuse idle connections.",
        MACHINE, "googleapis/google-api-dotnet-client#1458";
    TOO_MANY_RECIPIENTS = "too_many_recipients",
        "One message has more recipients than the server takes: 100 by SMTP",
        "Count the recipients of the message.",
        "Send several messages, or to a group.",
        PROGRAM, "https://support.google.com/a/answer/3726730";
    SEND_AS_SERVER = "send_as_server_refused",
        "The SMTP server that is stored for the send-as address refuses: its password, its certificate, or its rules",
        "Look up the address in `send_as.csv` of a run (columns on the SMTP server).",
        "Enter the server's password again, or remove the server and make the address an alias of the user.",
        SEND_AS, "assumed";
    RECIPIENT_SUPPRESSED = "recipient_suppressed",
        "The sending provider does not send to this recipient, because earlier mail bounced or was refused",
        "Look for the address in the provider's suppression list.",
        "Remove the address from the list once the recipient exists.",
        PROVIDER, "emencia/emencia-django-newsletter#61";
    PROVIDER_KEY = "provider_key",
        "The provider's API key or login is wrong, or has no right to send; it is none of Google's",
        "Call the provider's own API with the same key.",
        "Create a key with the right to send, and set it in the program.",
        PROVIDER, "theoomoregbee/US-visa-appointment-notifier#5 (Mailgun)";
    MICROSOFT_GRAPH = "microsoft_graph_refused",
        "Microsoft Graph refuses: the permission Mail.Send is missing or not consented, or the mailbox is not in Exchange Online",
        "Decode the token and look for `Mail.Send` in `roles` or `scp`.",
        "Grant the permission and the admin's consent, and name a licensed mailbox.",
        "Microsoft Entra admin center > App registrations", "assumed";
    CLIENT_CONFIG = "client_configuration",
        "The program's own mail settings are missing or not valid",
        "Print which settings the program read.",
        "Correct the setting that the text names.",
        PROGRAM, "thorsten/phpMyFAQ#2681";
}
