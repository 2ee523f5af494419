//! The program itself and its libraries.

use super::{ANY, GOOGLE_MARKS, Signature, row};
use crate::causes::explain::Speaker::{ClientLibrary, MailServer};
use crate::causes::table::{
    client_library::*, gmail::*, google_api::*, iam::*, network::*, relay::*, smtp::*, token::*,
};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "client-user-info",
        ClientLibrary,
        "credentials_missing",
        &[
            "Authorized user info was not in the expected format, missing fields refresh_token",
            "missing fields refresh_token",
        ],
    )
    .means("The stored token has no refresh token.", &[REFRESH_TOKEN_MISSING]),
    row(
        "client-no-metadata",
        ClientLibrary,
        "machine",
        &["Neither metadata server or valid service account credentials are found"],
    )
    .means(
        "The program finds no identity on this machine, and no key file.",
        &[NO_MACHINE_IDENTITY, CLIENT_CREDENTIALS_MISSING],
    ),
    row(
        "client-refresh-token-none",
        ClientLibrary,
        "credentials_missing",
        &["No refresh token is set", "No refresh token or refresh handler callback is set"],
    )
    .means("The program has no refresh token.", &[REFRESH_TOKEN_MISSING, CLIENT_CREDENTIALS_MISSING]),
    row(
        "client-key-type",
        ClientLibrary,
        "key",
        &["does not have a valid type + Type is", "expected one of + authorized_user + service_account"],
    )
    .means("The key file is of another kind than the library takes.", &[KEY_UNREADABLE]),
    row(
        "client-raw-message",
        ClientLibrary,
        "message",
        &[
            "Invalid value for ByteString",
            "bytes is not JSON serializable",
            "bytes-like object is required + base64",
            "bytes-like object is required + urlsafe_b64encode",
            "message.raw + Base64",
            "'str' does not support the buffer interface + base64",
            "string argument expected + MIMEText",
        ],
    )
    .means(
        "The program does not encode the message as the Gmail API takes it: base64url text in `raw`.",
        &[MESSAGE_MALFORMED],
    ),
    row(
        "client-recipient-none",
        ClientLibrary,
        "recipient_syntax",
        &[
            "No recipients defined",
            "Invalid address:  (to)",
            "Invalid address + (to)",
            "provide at least one recipient",
            "must have a recipient",
            "A recipient must be specified",
            "No recipient addresses",
            "SendFailedException: No recipient",
            "The parameter 'address' cannot be an empty string",
        ],
    )
    .means("The program passes no valid recipient.", &[RECIPIENT_SYNTAX, MESSAGE_MALFORMED]),
    row(
        "client-package",
        ClientLibrary,
        "program",
        &[
            "No module named 'google",
            "No module named google",
            "No module named 'googleapiclient",
            "No module named 'google_auth_oauthlib",
            "No module named 'smtplib",
            "No module named 'yagmail",
            "No module named 'oauth2client",
            "Cannot find module 'nodemailer",
            "Cannot find module 'googleapis",
            "Cannot find module 'google-auth-library",
            "createTransport is not a function",
            "module 'smtplib' has no attribute",
            "module 'email' has no attribute",
            "cannot import name 'service_account'",
            "cannot import name + google.auth",
            "cannot import name + googleapiclient",
            "cannot import name 'MIMEText'",
            "No module named 'email.",
            "Class \"Google_Client\" not found",
            "Class 'Google_Client' not found",
            "Class \"Google\\Client\" not found",
            "Class 'Google\\Client' not found",
            "Class \"PHPMailer",
            "Class 'PHPMailer",
            "cannot load such file -- googleauth",
            "cannot load such file -- google/apis",
            "NoClassDefFoundError: javax/mail",
            "NoClassDefFoundError: com/google/api",
            "NoClassDefFoundError: javax/activation",
            "Extension missing: openssl",
        ],
    )
    .means(
        "A package of the program is missing, or a file of the program hides it. No server was asked.",
        &[PROGRAM_FAULT],
    ),
    row(
        "postfix-mechanisms",
        ClientLibrary,
        "own",
        &[
            "offered no compatible authentication mechanisms",
            "no SASL authentication mechanisms",
            "SASL login/password exists",
        ],
    )
    .means(
        "Postfix and the server have no common way to log in; the settings exclude what is offered.",
        &[MAIL_SERVER_CONFIGURATION, STARTTLS_MISSING],
    ),
    row(
        "postfix-tables",
        ClientLibrary,
        "own",
        &[
            "unsupported dictionary type",
            "sasl_passwd + No such file",
            "sasl_passwd.db",
            "bad numerical configuration",
            "mail for + loops back to myself",
            "Operation not permitted + postfix",
            "fatal: open database",
            "fatal: parameter",
        ],
    )
    .with(&["postfix", "sasl_passwd", "loops back"])
    .means("Postfix cannot use its own settings; no server was asked.", &[MAIL_SERVER_CONFIGURATION]),
    row(
        "postfix-tls",
        ClientLibrary,
        "own",
        &["TLS is required, but was not offered", "TLS is required but not available", "Cannot start TLS"],
    )
    .means("No TLS connection comes about with the next server.", &[STARTTLS_MISSING, TLS]),
    row(
        "msmtp-config",
        ClientLibrary,
        "config",
        &[
            "msmtp + no configuration file available",
            "account default not found",
            "no recipients found + msmtp",
            "password evaluation failed",
            "Cannot open mailhub",
        ],
    )
    .means("The local mail program has no usable configuration.", &[CLIENT_CONFIGURATION]),
    row(
        "client-dsn",
        ClientLibrary,
        "config",
        &[
            "mailer DSN is invalid",
            "scheme is not supported + mailer",
            "Unsupported scheme + mailer",
            "Unsupported mail driver",
            "Mailer + is not defined",
            "Unknown transport",
        ],
    )
    .means("The program's mail settings are not valid; no server was asked.", &[CLIENT_CONFIGURATION]),
    row(
        "metadata-server",
        ClientLibrary,
        "machine",
        &[
            "metadata.google.internal",
            "Compute Engine Metadata server unavailable",
            "Could not refresh access token: Unsuccessful response status code",
        ],
    )
    .with(&[
        "fail",
        "error",
        "unavailable",
        "timeout",
        "timed out",
        "ENOTFOUND",
        "404",
        "500",
        "403",
        "could not",
    ])
    .means(
        "The program asks the metadata server of a Google Cloud machine, and gets no token there.",
        &[NO_MACHINE_IDENTITY],
    ),
    row(
        "client-secret-phrase",
        ClientLibrary,
        "credentials_missing",
        &[
            "SMTP-AUTH requested but missing",
            "no password specified",
            "Access not granted or expired",
            "No access, refresh token, API key",
            "Anonymous caller does not have",
            "do not currently have an active account selected",
            "does not have any valid credentials",
            "DefaultCredentialsError",
            "Application Default Credentials are not available",
            "Could not automatically determine credentials",
            "Could not construct ApplicationDefaultCredentials",
            "GOOGLE_APPLICATION_CREDENTIALS + does not exist",
            "GOOGLE_APPLICATION_CREDENTIALS + no such file",
            "credentials.json + No such file",
            "client_secret.json + does not exist",
            "client_secrets.json + No such file",
            "oauth2service.json + does not exist",
            "oauth2.txt + does not exist",
            "credentials.json + ENOENT",
            "The file + oauth2service.json",
        ],
    )
    .means("The program has no credentials.", &[CLIENT_CREDENTIALS_MISSING]),
    row(
        "client-refresh-token-php",
        ClientLibrary,
        "credentials_missing",
        &[
            "refresh token must be passed in",
            "missing refresh token",
            "The access token has expired and the refresh token is not set",
        ],
    )
    .means("The program has no refresh token.", &[REFRESH_TOKEN_MISSING]),
    row(
        "client-key-2",
        ClientLibrary,
        "key",
        &[
            "Service account object must contain a string",
            "Failed to parse service account",
            "secretOrPrivateKey must be",
            "OpenSSL unable to sign data",
            "OpenSSL unable to validate key",
            "cannot be coerced into a private key",
            "InvalidKeySpecException",
            "private key should be a PEM",
            "Failed to parse private key",
            "Invalid PEM formatted message",
            "asn1 encoding routines",
            "asn1: structure error",
            "does not contain a client_email",
            "does not contain a private_key",
            "No key or keyFile set",
            "json key is missing the type field",
            "Error deserializing JSON credential data",
            "Client secrets must be for a web or installed app",
            "client secrets (Installed or Web) should be set",
            "MalformedError + service account",
            "Invalid PKCS8 data",
            "Unexpected exception reading PKCS",
            "unknown credential type",
            "DECODER routines::unsupported",
            "Invalid private key + pem",
        ],
    )
    .means(
        "The key or client file cannot be read, or is of another kind than the program wants.",
        &[KEY_UNREADABLE],
    ),
    row(
        "client-address",
        ClientLibrary,
        "message",
        &[
            "does not comply with RFC 2822",
            "SMTP From address may not be blank",
            "SMTP To address may not be blank",
            "Cannot send message without a sender address",
            "must provide at least one recipient",
            "No recipients defined",
            "An email must have a To",
            "does not comply with addr-spec",
        ],
    )
    .means(
        "The program itself refuses the message: an address is missing or not valid.",
        &[MESSAGE_MALFORMED],
    ),
    row(
        "client-runtime-tls",
        ClientLibrary,
        "program",
        &[
            "Unable to find the socket transport",
            "did you forget to enable it when you configured PHP",
            "Need MIME::Base64 and Authen::SASL",
            "no object DCH for MIME type",
        ],
    )
    .with(&["smtp", "mail", "ssl", "google"])
    .means("The program's runtime lacks a part that it needs.", &[PROGRAM_FAULT]),
    row("client-oauth-state", ClientLibrary, "oauth", &["mismatching_state", "CSRF Warning"])
        .means("The sign-in response belongs to another session of the program.", &[PROGRAM_FAULT]),
    row(
        "gam-client-id",
        ClientLibrary,
        "gam",
        &[
            "Please make sure the Client ID + is authorized",
            "make sure the Service Account Client",
            "is authorized for the API or scopes",
            "is authorized for the API scope",
        ],
    )
    .means("GAM got no token for this user and these scopes.", &[SCOPE_NOT_DELEGATED, SUBJECT_NOT_IN_TENANT]),
    row(
        "gam-scopes-none",
        ClientLibrary,
        "gam",
        &["There are no scopes authorized for the", "No Client Access allowed"],
    )
    .means("GAM's own sign-in has no scope for this API.", &[SCOPE_INSUFFICIENT]),
    row("gen-smtp-missing", ClientLibrary, "tls", &["missing_requirement + auth"])
        .means("The server offered no login: without TLS, Gmail offers none.", &[STARTTLS_MISSING]),
    row(
        "xoauth2-library",
        ClientLibrary,
        "login",
        &["XOAUTH2 authentication error", "XOAUTH2 authentication failed", "AUTHENTICATE XOAUTH2 failed"],
    )
    .with(&["google", "gmail"])
    .means(
        "The server does not accept the OAuth token for mail.",
        &[SMTP_TOKEN_SCOPE, SMTP_TOKEN_OF_ANOTHER_USER],
    ),
    row(
        "postfix-sasl-config",
        ClientLibrary,
        "own",
        &[
            "no mechanism available",
            "cannot authenticate to server smtp-relay.gmail.com",
            "SASL authentication failure: No worthy mechs",
            "No worthy mechs found",
        ],
    )
    .means(
        "Postfix cannot log in: its own modules or settings are missing; no password was refused.",
        &[MAIL_SERVER_CONFIGURATION],
    ),
    row(
        "client-key-json",
        ClientLibrary,
        "key",
        &[
            "failed to parse service account key JSON",
            "service account key + is not valid JSON",
            "Unable to parse credentials",
            "is not a valid service account",
        ],
    )
    .means("The key file is no service account's JSON key.", &[KEY_UNREADABLE]),
    row("client-pem", ClientLibrary, "key", &["Neither PUB key nor PRIV key", "nested asn1 error"])
        .means("The private key cannot be read.", &[KEY_UNREADABLE]),
    row("oauthlib-scope-changed", ClientLibrary, "scope_changed", &["Scope has changed from"]).means(
        "The library stops because Google returned other scopes than were asked for.",
        &[SCOPE_CHANGED],
    ),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "gmail-from-client",
        ClientLibrary,
        "send_as",
        &["is not an accepted Send mail as address", "reverts to + From", "Setting the From does nothing"],
    )
    .means(
        "The From address is no send-as address of the mailbox; Gmail would replace it.",
        &[FROM_NOT_SEND_AS],
    ),
    row(
        "gam-gmail",
        ClientLibrary,
        "gam",
        &[
            "Gmail API Service/App not enabled",
            "Service not applicable/Does not exist",
            "Gmail Service/App not enabled",
            "Send As + Does not exist",
        ],
    )
    .means(
        "GAM hides Gmail's answer behind these words.",
        &[GMAIL_NOT_USABLE, SCOPE_NOT_DELEGATED, MAIL_SERVICE_NOT_ENABLED],
    ),
    row(
        "gam-scopes-fail",
        ClientLibrary,
        "gam",
        &[
            "Some scopes FAILED",
            "Some scopes failed! Please go to",
            "https://mail.google.com/ FAIL",
            "FAIL (1/",
            "FAIL (2/",
            "Scope: + FAIL",
        ],
    )
    .with(&["gam", "scope", "googleapis"])
    .not(&["NameError"])
    .means("GAM's test shows scopes that are not delegated.", &[SCOPE_NOT_DELEGATED, SUBJECT_NOT_IN_TENANT]),
    row("client-token-time", ClientLibrary, "id_token", &["Token used too late", "Token used too early"])
        .means("The library refuses an ID token because of its times.", &[ID_TOKEN_TIME, CLOCK_SKEW]),
    row(
        "client-key",
        ClientLibrary,
        "key",
        &[
            "Could not deserialize key data",
            "PEM routines",
            "no start line",
            "begin/end markers expected in a PEM file",
            "ERR_OSSL_UNSUPPORTED",
            "DECODER routines + unsupported",
            "Unable to load PEM file",
            "No key could be detected",
            "PKCS8 + failed",
            "not a valid PEM",
            "Incorrect padding + private_key",
            "missing fields client_email, token_uri",
            "was not in the expected format",
        ],
    )
    .means("The private key cannot be read.", &[KEY_UNREADABLE]),
    row(
        "client-credentials",
        ClientLibrary,
        "credentials_missing",
        &[
            "Missing credentials for",
            "Could not load the default credentials",
            "could not find default credentials",
            "default credentials were not found",
            "Your default credentials were not found",
            "File + client_secret.json + not found",
        ],
    )
    .means("The program has no credentials.", &[CLIENT_CREDENTIALS_MISSING]),
    row(
        "client-from",
        ClientLibrary,
        "message",
        &["Invalid address: (From)", "Invalid address:  (From)", "Invalid address (setFrom)"],
    )
    .means("The program itself refuses the From address.", &[MESSAGE_MALFORMED]),
    row("client-other-plugin", ClientLibrary, "program", &["Could not json decode the token"])
        .means("The program could not read its own token.", &[PROGRAM_FAULT]),
    row(
        "smtp-dotnet",
        ClientLibrary,
        "dotnet",
        &[
            "SMTP server requires a secure connection or the client was not authenticated",
            "smtpServer requires secure connection or client was not authenticated",
        ],
    )
    .general()
    .not(&["5.7.57", "5.7.139", "STARTTLS command first", "Authentication required"])
    .means(
        ".NET's own sentence for two causes; the server's reply after it decides.",
        &[STARTTLS_MISSING, SMTP_LOGIN_MISSING, PASSWORD_REFUSED],
    ),
];

pub(super) const GENERAL: &[Signature] = &[
    row("token-refresh-failed", ClientLibrary, "oauth", &["Failed generating new Access Token"])
        .general()
        .means(
            "The library got no access token, and does not show the answer.",
            &[REFRESH_TOKEN_EXPIRED_OR_REVOKED, OAUTH_CLIENT_WRONG],
        ),
    row(
        "client-login-denied",
        ClientLibrary,
        "login",
        &["curl + Login denied", "Could not authenticate + SMTP"],
    )
    .general()
    .means(
        "The library does not show the server's answer to the login.",
        &[PASSWORD_REFUSED, SMTP_TOKEN_SCOPE, APP_PASSWORD_REQUIRED],
    ),
    row("client-from-2", ClientLibrary, "send_as", &["--from address + is not verified"]).means(
        "The program refuses a From that is no verified send-as address.",
        &[FROM_NOT_SEND_AS, SEND_AS_PENDING],
    ),
    row(
        "client-no-auth-offered",
        ClientLibrary,
        "tls",
        &[
            "The SMTP server does not support authentication",
            "SMTP AUTH extension not supported by server",
            "server doesn't support AUTH",
            "Authentication not supported by the remote SMTP server",
        ],
    )
    .means("The server offered no login: without TLS, Gmail offers none.", &[STARTTLS_MISSING]),
    row(
        "client-no-token",
        ClientLibrary,
        "credentials_missing",
        &[
            "Can't create new access token for user",
            "Unable to sign without access token",
            "does not contain the necessary fields need to refresh",
        ],
    )
    .means(
        "The program has no token and no way to get one.",
        &[CLIENT_CREDENTIALS_MISSING, REFRESH_TOKEN_MISSING],
    ),
    row(
        "client-sendmail",
        ClientLibrary,
        "local",
        &[
            "mail() returned failure",
            "Could not execute mail delivery program",
            "msmtp + No such file or directory",
            "sendmail process failed",
            "sendmail: No such file",
            "Could not instantiate mail function",
        ],
    )
    .means("The local mail program is missing or failed; no server was asked.", &[MAIL_SERVER_CONFIGURATION]),
    row(
        "client-refresh-not-set",
        ClientLibrary,
        "credentials_missing",
        &["token expired and refresh token is not set", "No OAUTH refresh command defined"],
    )
    .means("The program has no refresh token.", &[CLIENT_CREDENTIALS_MISSING, REFRESH_TOKEN_MISSING]),
    row(
        "client-no-auth-form",
        ClientLibrary,
        "tls",
        &[
            "no form of authentication supported",
            "No supported authentication mechanism",
            "no supported authentication methods",
        ],
    )
    .means(
        "The server offered no login that the library knows: without TLS, Gmail offers none.",
        &[STARTTLS_MISSING],
    ),
    row("exim-config", ClientLibrary, "own", &["Failed to expand", "is not a known operator"])
        .with(&["exim", "transport", "R=", "T=", "return path"])
        .means("The own mail server cannot read its configuration.", &[MAIL_SERVER_CONFIGURATION]),
    row(
        "client-auth-word",
        ClientLibrary,
        "login",
        &["authorization.failed + AUTH", "bad response on command AUTH"],
    )
    .general()
    .means(
        "The library does not show the server's answer to the login.",
        &[PASSWORD_REFUSED, SMTP_TOKEN_SCOPE, APP_PASSWORD_REQUIRED],
    ),
    row(
        "token-invalid-sentence",
        ClientLibrary,
        "invalid_grant",
        &[
            "Authentication tokens are no longer valid",
            "refresh token is invalid",
            "token has expired + sign in again",
        ],
    )
    .general()
    .means(
        "The program's stored token is no longer valid.",
        &[REFRESH_TOKEN_EXPIRED_OR_REVOKED, APP_IN_TESTING],
    ),
    row("client-upscoping", ClientLibrary, "scope", &["after trying upscoping"])
        .general()
        .means("The client could not get a token with a wider scope.", &[SCOPE_INSUFFICIENT]),
    row(
        "client-mail-settings",
        ClientLibrary,
        "config",
        &[
            "NoSuchProviderException: smtp",
            "SmtpClient is not connected",
            "smtp: wrong host name",
            "wrong host name + PlainAuth",
            "no configuration file available + msmtp",
            "specify a password table",
            "The SMTP host was not specified",
            "SMTP host is not configured",
            "Cannot send message without a sender address + Mail",
            "but got an empty response + MAIL_HOST",
        ],
    )
    .general()
    .means("The mail settings of the program are missing or do not fit.", &[CLIENT_CONFIGURATION, CONNECT]),
    row(
        "client-unencrypted",
        ClientLibrary,
        "tls",
        &[
            "unencrypted connection + PlainAuth",
            "unencrypted connection + smtp",
            "unencrypted connection + email",
            "does not advertise the STARTTLS extension",
            "server does not support STARTTLS",
            "STARTTLS is not supported",
            "STARTTLS not available",
            "Extension missing: openssl",
        ],
    )
    .general()
    .means(
        "The library finds no TLS to start, and sends no password without it.",
        &[STARTTLS_MISSING, TLS_PORT_MISMATCH, CLIENT_CONFIGURATION],
    ),
    row(
        "client-no-mechanism",
        MailServer,
        "login",
        &[
            "No suitable authentication method found",
            "server does not support authentication",
            "No authentication type succeeded",
            "No supported authentication mechanisms",
            "available mechanisms do not fulfill requirements",
            "Unrecognized authentication type",
        ],
    )
    .general()
    .not(GOOGLE_MARKS)
    .means(
        "The mail server offers no login that the program can use.",
        &[PROVIDER_LOGIN, STARTTLS_MISSING, CLIENT_CONFIGURATION],
    ),
    row(
        "client-message-empty",
        ClientLibrary,
        "message",
        &[
            "Message body empty",
            "Failed to send email: no recipient",
            "IllegalArgumentException: Recipient",
            "empty message + smtp",
        ],
    )
    .general()
    .means("The program builds a message that lacks a part.", &[MESSAGE_MALFORMED, RECIPIENT_SYNTAX]),
    row(
        "client-address-invalid",
        ClientLibrary,
        "recipient_syntax",
        &[
            "Invalid email: + GmailApp",
            "Invalid email: + MailApp",
            "Illegal address",
            "AddressException",
            "The specified string is not in the form required for an e-mail address",
        ],
    )
    .general()
    .means("The program passes an address that is not valid.", &[RECIPIENT_SYNTAX]),
    row(
        "client-environment",
        ClientLibrary,
        "credentials_missing",
        &[
            "Cannot read properties of undefined (reading 'replace')",
            "Cannot read property 'replace' of undefined",
        ],
    )
    .general()
    .with(&["private_key", "privateKey", "GOOGLE_PRIVATE_KEY", "client_email", "googleapis", "GoogleAuth"])
    .means("The variable with the private key is not set.", &[CLIENT_CREDENTIALS_MISSING, KEY_UNREADABLE]),
];

pub(super) const LAST: &[Signature] = &[row(
    "login-refused-gmail",
    ClientLibrary,
    ANY,
    &[
        "Invalid login",
        "Could not authenticate",
        "EAUTH",
        "SMTPAuthenticationError",
        "AuthenticationFailedException",
        "Failed to authenticate on SMTP server",
        "Authorization failed + 535",
        "SMTP AUTH error",
        "Username and Password not",
    ],
)
.with(&["smtp.gmail.com", "gmail", "googlemail"])
.means(
    "Gmail refuses the login; the text does not show its answer.",
    &[PASSWORD_REFUSED, APP_PASSWORD_REQUIRED, SMTP_TOKEN_SCOPE],
)];

pub(super) const BARE: &[Signature] =
    &[row("phpmailer-connect", ClientLibrary, ANY, &["SMTP connect() failed"]).means(
        "PHPMailer got no usable connection; its own log shows why.",
        &[CONNECT, PASSWORD_REFUSED, TLS],
    )];
