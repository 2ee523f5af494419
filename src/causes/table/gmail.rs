//! The Gmail API, and what sends with it.

causes! {
    /// Gmail is off for the user.
    MAIL_SERVICE_NOT_ENABLED = "mail_service_not_enabled" {
        title: "The user has no Gmail mailbox: no license, Gmail off for the organizational unit, or never set up",
        proof: "Look up the user in `users.csv` of a run (column `gmail`), or run `gam info user ADDRESS`: `Mailbox is setup`.",
        fix: "If the user should have mail, assign a license with Gmail, and turn Gmail on for the organizational unit. Otherwise there is nothing to do.",
        place: GMAIL_STATUS,
        source: "FlowCrypt/flowcrypt-browser#435; WPManageNinja/fluent-smtp#152",
        own: MailOff, Never,
    }
    /// Gmail was asked without a subject, or refuses for another precondition.
    PRECONDITION_FAILED = "precondition_failed" {
        title: "Gmail cannot be read as this user",
        fix: "Check that the user has a mailbox: a license, and Gmail turned on.",
        place: USERS,
        own: Denied, OnceAfterWait,
    }
    PASSING_FAULT = "passing_fault" {
        title: "A fault of Google's that passes: a small share of calls fails, and a retry works",
        proof: "Repeat the same call some times: it works.",
        fix: "Retry with increasing waits.",
        place: PROGRAM,
        source: "googleapis/google-api-php-client#2558; https://developers.google.com/workspace/gmail/api/guides/handle-errors",
    }
    /// `userId` is not the token's subject.
    DELEGATION_DENIED = "delegation_denied" {
        title: "The token of one user is used for the mailbox of another: a mailbox delegate has no right in the API",
        proof: "Compare `userId` of the request with the user of the token.",
        fix: "Set the subject to the primary address of the mailbox itself, and use `userId=me`.",
        place: PROGRAM,
        source: "googleapis/google-api-nodejs-client#2510; googleworkspace/cli#528",
        own: Denied, Never, "Use the primary address of the mailbox.", USERS,
    }
    SCOPE_METADATA = "scope_metadata" {
        title: "The token has gmail.metadata, and Gmail then applies its limits, even beside wider scopes",
        proof: "Run `curl 'https://oauth2.googleapis.com/tokeninfo?access_token=TOKEN'`: `scope` has gmail.metadata.",
        fix: "Ask for the token without gmail.metadata.",
        place: PROGRAM,
        source: "dacastro4/laravel-gmail#90; googleworkspace/cli#174",
    }
    GMAIL_NOT_USABLE = "gmail_not_usable" {
        title: "GAM hides several answers behind these words: the Gmail scopes are not delegated, or the user has no Gmail",
        proof: "Run `gam user ADDRESS check serviceaccount`, then `gam info user ADDRESS`.",
        fix: "If scopes fail, delegate them. If all pass, switch Gmail on for the user.",
        place: DELEGATION,
        source: "taers232c/GAMADV-XTD3#475; GAM-team/GAM#287",
    }
    SENDING_LIMIT = "sending_limit" {
        title: "The account reached Gmail's daily limit for sending",
        proof: "Count the recipients of the last 24 hours in Admin console > Reporting > Email log search.",
        fix: "Wait up to 24 hours. Spread the mail over accounts, or use the SMTP relay service.",
        place: SENDING_LIMITS,
        source: "gen-smtp/gen_smtp#140; PHPMailer/PHPMailer#2113",
    }
    FROM_NOT_SEND_AS = "from_not_send_as" {
        title: "The From address is no accepted send-as address of the mailbox. Gmail usually gives no error: it sends from the default address",
        proof: "Look up the mailbox in `send_as.csv` of a run: the address must be there, with `verification` accepted.",
        fix: "Add the address as an alias of the user or as a verified send-as address.",
        place: SEND_AS,
        source: "taylorwilsdon/google_workspace_mcp#1075; googleapis/google-api-php-client#2393",
    }
    SEND_AS_PENDING = "send_as_pending" {
        title: "The send-as address is not verified yet",
        proof: "Look up the address in `send_as.csv` of a run (column `verification`).",
        fix: "Open the verification mail that Google sent to the address, or add the address as an alias of the user first.",
        place: SEND_AS,
        source: "GAM-team/GAM#287",
    }
    SEND_AS_NEEDS_SMTP_SERVER = "send_as_needs_smtp_server" {
        title: "An outside send-as address needs an SMTP server of its own, because it is no address of this tenant",
        proof: "See whether the address is an alias of the user or in a domain of the tenant.",
        fix: "Add the address as an alias of the user first, or give `smtpMsa` with host, port and password.",
        place: SEND_AS,
        source: "GAM-team/GAM#681",
    }
    SEND_AS_SERVER_REFUSED = "send_as_server_refused" {
        title: "The SMTP server that is stored for the send-as address refuses: its password, its certificate, or its rules",
        proof: "Look up the address in `send_as.csv` of a run (columns on the SMTP server).",
        fix: "Enter the server's password again, or remove the server and make the address an alias of the user.",
        place: SEND_AS,
        source: "assumed",
    }
    MESSAGE_MALFORMED = "message_malformed" {
        title: "The message itself is malformed: a missing, doubled or wrong header or address",
        proof: "Print the raw message before it is sent: exactly one From, one Subject, valid addresses, CRLF line ends.",
        fix: "Correct the program that builds the message.",
        place: PROGRAM,
        source: "sisimai/p5-sisimai#499; Chaste/Chaste#268",
    }
}
