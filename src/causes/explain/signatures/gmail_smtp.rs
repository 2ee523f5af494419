//! Gmail's SMTP servers, to the sender.

use super::{GOOGLE_MARKS, GOOGLE_REPLY, Signature, row};
use crate::causes::explain::Speaker::GmailSmtp;
use crate::causes::table::{client_library::*, gmail::*, google_api::*, receiving::*, smtp::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "smtp-relay-domain",
        GmailSmtp,
        "relay",
        &[
            "registered in your G Suite SMTP Relay",
            "registered in your Google Workspace SMTP Relay",
            "registered in your Google Apps SMTP Relay",
            "isn't registered under your G Suite account",
            "isn't registered under your Google Workspace account",
            "5.7.1 registered in your G Suite SMTP Relay service",
        ],
    )
    .means("The SMTP relay service does not know this sender.", &[RELAY_NOT_REGISTERED]),
    row(
        "imap-gmail-login",
        GmailSmtp,
        "login",
        &[
            "AUTHENTICATIONFAILED + Invalid credentials",
            "NO [ALERT] Application-specific password required",
            "Invalid credentials (Failure)",
        ],
    )
    .with(&["gmail", "imap.gmail.com", "google", "Failure"])
    .means("Gmail's IMAP server does not accept this login.", &[PASSWORD_REFUSED, APP_PASSWORD_REQUIRED]),
    row("gen-smtp-auth", GmailSmtp, "login", &["smtp.gmail.com + auth_failed"])
        .not(&["xoauth2"])
        .means("Gmail does not accept this login.", &[PASSWORD_REFUSED, APP_PASSWORD_REQUIRED]),
    row(
        "smtp-server-busy",
        GmailSmtp,
        "backend",
        &[
            "Server busy, try again later",
            "Cannot authenticate due to temporary system problem",
            "Mail server temporarily rejected message",
            "Connection expired, try reconnecting",
            "Timeout - closing connection",
        ],
    )
    .with(GOOGLE_MARKS)
    .means("Google's mail server refuses for now.", &[BACKEND_ERROR, TAKEN_FOR_SPAM]),
    row(
        "smtp-recipients",
        GmailSmtp,
        "sending_limit",
        &[
            "too many recipients",
            "Domain policy size per transaction exceeded",
            "exceeded the maximum number of recipients",
        ],
    )
    .with(GOOGLE_MARKS)
    .means("The message has more recipients than Gmail accepts at once.", &[TOO_MANY_RECIPIENTS]),
    row("smtp-email-quota", GmailSmtp, "sending_limit", &["Email quota exceeded"])
        .with(GOOGLE_MARKS)
        .means("The account reached Gmail's limit for sending.", &[SENDING_LIMIT]),
    row(
        "smtp-sequence",
        GmailSmtp,
        "protocol",
        &[
            "502 5.5.1 Unrecognized command",
            "502 5.5.1 Unimplemented",
            "503 5.5.1 EHLO/HELO first",
            "503 5.5.1 MAIL first",
            "503 5.5.1 RCPT first",
            "503 5.5.1 Bad sequence",
            "No identity changes permitted",
            "5.5.4 Optional Argument not permitted",
            "no pipelining after STARTTLS",
            "STARTTLS may not be repeated",
            "Too many unrecognized commands",
        ],
    )
    .general()
    .with(GOOGLE_MARKS)
    .means(
        "The program speaks SMTP out of order, or sends what is no command.",
        &[PROGRAM_FAULT, TLS_PORT_MISMATCH],
    ),
    row("smtp-mechanism", GmailSmtp, "login", &["504 5.7.4 Unrecognized Authentication Type"])
        .with(GOOGLE_MARKS)
        .means("The program logs in by a way that Gmail does not offer.", &[CLIENT_CONFIGURATION]),
    row("smtp-unauthenticated-commands", GmailSmtp, "login_missing", &["Too Many Unauthenticated commands"])
        .means("The program sent commands without a login.", &[SMTP_LOGIN_MISSING]),
    row(
        "send-as-server",
        GmailSmtp,
        "send_as",
        &[
            "Send mail as + misconfigured",
            "You're sending this from a different address or alias",
            "TLS Negotiation failed, the certificate doesn't match the host",
        ],
    )
    .means(
        "Gmail sends this address by an outside SMTP server, and that server refused.",
        &[SEND_AS_SERVER_REFUSED],
    ),
    row(
        "smtp-recipient-syntax",
        GmailSmtp,
        "recipient_syntax",
        &["is not a valid RFC-5321 address", "not a valid RFC 5321 address"],
    )
    .means("The recipient's address is not valid.", &[RECIPIENT_SYNTAX]),
    row(
        "smtp-login-missing-551",
        GmailSmtp,
        "login_missing",
        &["server response was: 5.5.1 Authentication Required", "5.5.1 Authentication Required"],
    )
    .with(GOOGLE_REPLY)
    .means("The program sent without a login.", &[SMTP_LOGIN_MISSING, STARTTLS_MISSING]),
    row("smtp-decode", GmailSmtp, "login", &["501 5.5.2 Cannot Decode response", "5.5.2 Cannot Decode"])
        .means("Gmail cannot read the login that was sent.", &[SMTP_TOKEN_SCOPE, SMTP_TOKEN_OF_ANOTHER_USER]),
    row(
        "smtp-oauth-error",
        GmailSmtp,
        "login",
        &["oauthError + mail.google.com", "OAUTHBEARER + BadCredentials", "Lookup failed + oauthError"],
    )
    .means(
        "Gmail does not accept the OAuth token for SMTP or IMAP.",
        &[SMTP_TOKEN_SCOPE, SMTP_TOKEN_OF_ANOTHER_USER],
    ),
    row(
        "smtp-blocked-content",
        GmailSmtp,
        "content",
        &["content presents a potential security issue", "p=BlockedMessage"],
    )
    .means("Gmail takes no message with this content or attachment.", &[CONTENT_BLOCKED]),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "smtp-app-password",
        GmailSmtp,
        "login",
        &["Application-specific password required", "InvalidSecondFactor"],
    )
    .means("Gmail wants an app password.", &[APP_PASSWORD_REQUIRED]),
    row(
        "smtp-web-login",
        GmailSmtp,
        "login",
        &[
            "log in with your web browser",
            "log in via your web browser",
            "WebLoginRequired",
            "accounts.google.com/signin/continue",
        ],
    )
    .means("Gmail wants this sign-in to be confirmed in a browser.", &[WEB_LOGIN_REQUIRED, PASSWORD_REFUSED]),
    row(
        "smtp-xoauth2",
        GmailSmtp,
        "login",
        &[
            "schemes Bearer + mail.google.com",
            "AUTH XOAUTH2 + 501",
            "sasl-xoauth2 + auth failed",
            "AUTH XOAUTH2 + 535",
            "XOAUTH2 + BadCredentials",
            "cannot authenticate to server smtp.gmail.com + xoauth2",
        ],
    )
    .not(&["Authenticator LOGIN returned", "AUTH PLAIN", "authenticators: LOGIN"])
    .means(
        "Gmail does not accept the OAuth token for SMTP.",
        &[SMTP_TOKEN_SCOPE, SMTP_TOKEN_OF_ANOTHER_USER],
    ),
    row("smtp-too-many-logins", GmailSmtp, "login_rate", &["Too many login attempts"])
        .means("Gmail limits logins for now.", &[TOO_MANY_LOGINS]),
    row(
        "smtp-password",
        GmailSmtp,
        "login",
        &["Username and Password not accepted", "BadCredentials", "Invalid credentials (Failure)"],
    )
    .means(
        "Gmail does not accept this user name and password.",
        &[PASSWORD_REFUSED, APP_PASSWORD_REQUIRED, SMTP_TOKEN_SCOPE],
    ),
    row(
        "smtp-starttls",
        GmailSmtp,
        "tls",
        &["Must issue a STARTTLS command first", "Must issue STARTTLS command first"],
    )
    .with(GOOGLE_REPLY)
    .means("Gmail requires TLS before anything else.", &[STARTTLS_MISSING]),
    row(
        "smtp-login-missing",
        GmailSmtp,
        "login_missing",
        &[
            "530-5.7.0 Authentication Required",
            "5.7.0 Authentication Required",
            "WantAuthError",
            "530-5.5.1 Authentication Required",
            "530 5.5.1 Authentication Required",
        ],
    )
    .with(GOOGLE_REPLY)
    .means("The program sent without a login.", &[SMTP_LOGIN_MISSING, STARTTLS_MISSING]),
    row(
        "smtp-ehlo",
        GmailSmtp,
        "ehlo",
        &["Try again later, closing connection", "HELO/EHLO argument is invalid", "EHLO argument + invalid"],
    )
    .means(
        "Gmail's relay closed the connection after EHLO.",
        &[EHLO_NAME, RELAY_NOT_REGISTERED, TOO_MANY_LOGINS],
    ),
    row(
        "smtp-relay-credentials",
        GmailSmtp,
        "relay",
        &[
            "Invalid credentials for relay",
            "Mail relay denied",
            "is not registered + smtp-relay",
            "isn't registered with the SMTP relay",
        ],
    )
    .means("Google's relay does not know this sender.", &[RELAY_NOT_REGISTERED]),
    row(
        "smtp-relay-limit",
        GmailSmtp,
        "relay_limit",
        &[
            "SMTP relay limit exceeded",
            "SMTP relay sending limit",
            "relay recipient limit exceeded",
            "relay quota exceeded + customer",
        ],
    )
    .means("A limit of Google's relay is used up.", &[RELAY_LIMIT]),
    row("smtp-sending-denied", GmailSmtp, "sending_denied", &["Mail Sending denied"])
        .means("Google does not let this account send.", &[SENDING_DENIED, ACCOUNT_NOT_ACTIVE]),
    row(
        "smtp-sending-limit",
        GmailSmtp,
        "sending_limit",
        &[
            "Daily user sending",
            "Daily sending quota exceeded",
            "Daily sending limit exceeded",
            "exceeded the maximum number of recipients + gsmtp",
        ],
    )
    .not(&["SMTP relay"])
    .means("The account reached Gmail's daily limit for sending.", &[SENDING_LIMIT]),
    row(
        "smtp-size",
        GmailSmtp,
        "size",
        &["exceeded Google's message size limits", "Google's message size limits"],
    )
    .means("The message is too large.", &[MESSAGE_TOO_LARGE]),
    row(
        "smtp-fatal-gmail",
        GmailSmtp,
        "smtp_policy",
        &["not authorized to send from this email address + gsmtp", "Sender address + not owned + gsmtp"],
    )
    .means("Gmail does not let this login send as that address.", &[FROM_NOT_SEND_AS]),
];

pub(super) const GENERAL: &[Signature] = &[
    row("smtp-syntax", GmailSmtp, "syntax", &["555 5.5.2 Syntax error"])
        .means("Gmail cannot read the envelope address.", &[RECIPIENT_SYNTAX, MESSAGE_MALFORMED]),
    row("smtp-69585", GmailSmtp, "content", &["support.google.com/mail/answer/69585", "answer/69585"])
        .means("Gmail's check of outgoing mail refuses the message.", &[CONTENT_BLOCKED, TAKEN_FOR_SPAM]),
    row("smtp-sasl-gmail", GmailSmtp, "login", &["cannot authenticate to server smtp.gmail.com"])
        .means("Postfix could not log in to Gmail.", &[SMTP_TOKEN_SCOPE, PASSWORD_REFUSED]),
    row("smtp-temporary", GmailSmtp, "backend", &["Temporary System Problem"])
        .means("Google's mail server has a passing fault.", &[BACKEND_ERROR]),
    row("client-auth-failed", GmailSmtp, "login", &["smtp.gmail.com + auth_failed"])
        .general()
        .means("Gmail does not accept this login.", &[PASSWORD_REFUSED]),
    row("postfix-login-gmail", GmailSmtp, "login", &["SASL authentication failed; server smtp.gmail.co"])
        .general()
        .not(&[
            "xoauth2",
            "Too many login attempts",
            "WebLoginRequired",
            "web browser",
            "InvalidSecondFactor",
            "cannot authenticate to server",
        ])
        .means(
            "Gmail does not accept the login of Postfix.",
            &[PASSWORD_REFUSED, APP_PASSWORD_REQUIRED, SMTP_TOKEN_SCOPE],
        ),
    row("code-534-14", GmailSmtp, "login", &["534-5.7.14", "534 5.7.14"]).general().means(
        "Gmail wants this sign-in to be confirmed in a browser.",
        &[WEB_LOGIN_REQUIRED, PASSWORD_REFUSED],
    ),
    row("code-534-9", GmailSmtp, "login", &["534-5.7.9"]).general().not(&["web browser"]).means(
        "Gmail wants an app password, or a sign-in in a browser.",
        &[APP_PASSWORD_REQUIRED, WEB_LOGIN_REQUIRED],
    ),
];
