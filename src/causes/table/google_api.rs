//! Any Google API.

causes! {
    /// The token lacks a scope that the method needs.
    SCOPE_INSUFFICIENT = "scope_insufficient" {
        title: "The access token lacks the scope that the method needs",
        proof: "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`: `scope` lists what the token has. Sending needs gmail.send, gmail.compose, gmail.modify or https://mail.google.com/.",
        fix: "Request `https://www.googleapis.com/auth/gmail.send` in the program *and* allow it: in the delegation entry for a service account, by a new sign-in for a user. Delete the stored token.",
        place: PROGRAM,
        source: "kwent/react-google-contacts#6; https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/send",
        own: Denied, Never, "Add the scope to the client's delegation entry.", DELEGATION,
    }
    /// The API is off in the client's project.
    API_DISABLED = "api_disabled" {
        title: "The API is disabled in the project of the calling client",
        proof: "Run `gcloud services list --enabled --project PROJECT`. The project is the client's own: its number begins the client ID.",
        fix: "Enable the API in that project, for Gmail `gcloud services enable gmail.googleapis.com --project PROJECT`. Then wait some minutes.",
        place: API_LIBRARY,
        source: "taylorwilsdon/google_workspace_mcp#126; googleapis/google-auth-library-python#742",
        own: Denied, Never,
    }
    SERVICE_ACCOUNT_WITHOUT_SUBJECT = "service_account_without_subject" {
        title: "A service account calls for itself, without a user to act for: it has no mailbox and no tenant",
        proof: "Look for the subject in the program: `with_subject(…)`, `subject:`, `setSubject`, `createDelegated`, `sub`.",
        fix: "Set the subject to a user with a mailbox, and delegate the scope to the client.",
        place: PROGRAM,
        source: "googleapis/google-api-python-client#984; googleapis/google-api-nodejs-client#3030",
    }
    /// 401.
    TOKEN_NOT_ACCEPTED = "token_not_accepted" {
        title: "Google does not accept the access token: it has expired, was revoked or is truncated, or the value is not an access token",
        proof: "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`.",
        fix: "Get a new access token. Each lives one hour.",
        place: PROGRAM,
        source: "mxrch/GHunt#31",
        own: Denied, WithFreshToken, "Run the audit again. If the error persists, check the clock and the state of the account.", SERVICE_ACCOUNTS,
    }
    TOKEN_MISSING = "token_missing" {
        title: "The request had no access token: the program stored none, or a proxy removed the Authorization header",
        proof: "Log the request's headers: there is no `Authorization: Bearer …`.",
        fix: "Sign in again so that the program has a token, and send it with each request.",
        place: PROGRAM,
        source: "awesomemotive/WP-Mail-SMTP#40; https://cosmosfarm.com/threads/document/57111",
    }
    /// Google received no token, though one was sent.
    CREDENTIALS_MISSING = "credentials_missing" {
        title: "Google received the request without its access token",
        fix: "Check the proxy: it may remove the Authorization header.",
        place: PROXY,
        own: Denied, WithFreshToken,
    }
    API_KEY_USED = "api_key_used" {
        title: "An API key was passed where Google requires an OAuth 2.0 access token: mail cannot be read or sent with a key",
        proof: "Look at what the program passes: a key begins with `AIza`.",
        fix: "Use OAuth 2.0: a service account with delegation, or a user's consent.",
        place: CREDENTIALS,
        source: "SpiderStrategies/node-gmail-api#9; HisMax/RedInk#40",
    }
    /// An API key's restriction: the audit sends none.
    API_KEY_REFUSED = "api_key_refused" {
        title: "Google refuses the API key: it is not valid, or its restriction (address, referrer, API) does not allow the caller",
        proof: "See the key's restrictions.",
        fix: "Allow this address, referrer or API for the key. For mail, use OAuth 2.0 instead of a key.",
        place: CREDENTIALS,
        source: "mbarwick83/shorty#5; googleapis/google-api-php-client#856",
        own: Denied, Never, "Check the proxy: it may add an API key to requests. The audit sends none.", PROXY,
    }
    REQUEST_SHAPE = "request_shape" {
        title: "The request is not of the shape that the method takes: an unknown field or a wrong place for it",
        proof: "Compare the request with the method's reference, or try it in the API Explorer.",
        fix: "Correct the field that the text names; pass the message in the request body.",
        place: PROGRAM,
        source: "googleapis/google-api-nodejs-client#1991",
    }
    /// 400 in other words.
    BAD_REQUEST = "bad_request" {
        title: "Google does not accept the request as valid",
        fix: "Check the configured customer, admin and projects. If they are right, report a bug.",
        own: Failed, Never,
    }
    /// 404.
    NOT_FOUND = "not_found" {
        title: "What the request names does not exist, or the caller cannot see it",
        proof: "Read the name or id in the request, and look for it in the console.",
        fix: "Correct the name or id. Another user has other messages and labels.",
        source: "assumed",
        own: Denied, Never, "Check the configured customer, projects and addresses. The resource may be deleted, or not visible to this account.", NOWHERE,
    }
    ALREADY_EXISTS = "already_exists" {
        title: "The object that the request creates exists already, or its name is reserved",
        proof: "List the objects, and look for the name or address that the request has.",
        fix: "Use the existing object, update it instead of creating it, or choose another name.",
        place: PROGRAM,
        source: "GAM-team/GAM#433",
    }
    /// 403 in other words.
    FORBIDDEN = "forbidden" {
        title: "Google refuses the request",
        fix: "Read Google's message, then check the admin role, the scope and the user.",
        place: USERS_OR_ROLES,
        own: Denied, Never,
    }
    ACCOUNT_NOT_ACTIVE = "account_not_active" {
        title: "The user is suspended or archived, or Google limits the mailbox",
        proof: "Look up the user in `users.csv` of a run (column `suspended`), or run `gam info user ADDRESS`.",
        fix: "Restore the user, or take it out of the list.",
        place: USERS,
        source: "GAM-team/got-your-back#114; GAM-team/got-your-back#116",
    }
    DOMAIN_POLICY = "domain_policy" {
        title: "The tenant's policy does not allow this API to the user",
        proof: "See API controls and the service status of the user's organizational unit.",
        fix: "Allow the API for the tenant or for the user's organizational unit.",
        place: APP_ACCESS,
        source: "https://developers.google.com/workspace/gmail/api/guides/handle-errors",
        own: Denied, Never,
    }
    /// `domainCannotUseApis`.
    API_ACCESS_OFF = "api_access_off" {
        title: "The tenant does not allow API access to its data",
        fix: "Enable API access for the tenant, and wait some minutes. If there is no such setting, check that the tenant's subscription is active.",
        place: API_CONTROLS,
        own: Denied, Never,
    }
    /// Too fast.
    THROTTLED = "throttled" {
        title: "A rate limit of the API is reached, for the user or for the project",
        proof: "See the quota page of the project.",
        fix: "Send fewer requests, retry with increasing waits, or request more quota.",
        place: QUOTAS,
        source: "elie222/inbox-zero#480; mxngls/gmail-cleaner#5",
        own: Failed, AfterWait, "Run the audit at another time, lower `[collect] concurrency`, or request more quota.", QUOTAS,
    }
    DAILY_LIMIT = "daily_limit" {
        title: "The project's daily quota is used up",
        proof: "See the quota page of the project.",
        fix: "Wait until midnight Pacific time, or request more quota.",
        place: QUOTAS,
        source: "https://developers.google.com/workspace/gmail/api/guides/handle-errors",
        own: Failed, Never,
    }
    APPS_SCRIPT_QUOTA = "apps_script_quota" {
        title: "A daily quota of Apps Script is used up, which is none of the Gmail API's",
        proof: "See Apps Script > Executions and https://developers.google.com/apps-script/guides/services/quotas.",
        fix: "Wait a day, process less per run, or send with the Gmail API.",
        place: APPS_SCRIPT,
        source: "webdigi/GmailScheduler#31; btoews/OctoGAS#7",
    }
    /// The same of any other API.
    API_PRECONDITION = "api_precondition" {
        title: "Google refuses the request because of the current state of the resource",
        proof: "Read the resource that the request names, and compare its state with the method's reference.",
        fix: "Bring the resource into the state that the method needs. Check whether the project or the account is disabled or scheduled for deletion.",
        source: "assumed",
        own: Failed, OnceAfterWait,
    }
    /// 5xx.
    BACKEND_ERROR = "backend_error" {
        title: "Google's servers returned an error, usually a temporary one",
        proof: "Repeat after a minute; see https://www.google.com/appsstatus.",
        fix: "Try again later, with increasing waits, and check the Google Workspace status dashboard. If the error stays for one user, check whether the user is suspended.",
        source: "GAM-team/got-your-back#114; GAM-team/got-your-back#50",
        own: Failed, AfterWait,
    }
    /// 4xx in words that mean a fault of Google's own.
    SYSTEM_ERROR = "system_error" {
        title: "Google reports an error in its own systems",
        fix: "Run the audit again later, and check the Google Workspace status dashboard.",
        own: Failed, AfterWait,
    }
    /// An address without credentials refuses: somebody on the way does.
    PUBLIC_REFUSED = "public_refused" {
        title: "A public URL is refused, so something between this machine and Google blocks it",
        fix: "Allow www.googleapis.com in the proxy and the firewall.",
        place: PROXY,
        own: Denied, Never,
    }
    /// An answer that fits no row.
    UNKNOWN_ANSWER = "unknown_answer" {
        title: "Google returned an error that workspace-audit does not know",
        fix: "Read Google's message. If it is not about your configuration, report a bug with this message.",
        own: Failed, Never,
    }
}
