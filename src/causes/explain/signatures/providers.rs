//! Providers with an API for sending: SendGrid, Amazon SES, Mailgun and others.

use super::{Signature, row};
use crate::causes::explain::Speaker::Relay;
use crate::causes::table::{gmail::*, google_api::*, relay::*, token::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "sendgrid-basic",
        Relay,
        "sendgrid",
        &["535 + sendgrid.com", "Basic authentication is not allowed with 2FA", "535 + sendgrid"],
    )
    .means("SendGrid does not accept this login: it takes an API key as password.", &[SENDGRID_KEY]),
    row(
        "recipient-suppressed",
        Relay,
        "suppressed",
        &[
            "Address blacklisted",
            "suppression list",
            "marked as inactive",
            "InactiveRecipient",
            "previously bounced address",
            "previously unsubscribed address",
            "recipient has been suppressed",
        ],
    )
    .means(
        "The sending provider has the recipient on its list of addresses that bounced.",
        &[RECIPIENT_SUPPRESSED],
    ),
    row(
        "ses-permission",
        Relay,
        "ses",
        &[
            "not authorized to perform + ses:SendEmail",
            "not authorized to perform + ses:SendRawEmail",
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "security token included in the request is invalid",
            "security token included in the request is expired",
        ],
    )
    .with(&["ses", "mail", "aws"])
    .means("Amazon refuses the key, or the key may not send.", &[PROVIDER_KEY]),
    row(
        "ses-paused",
        Relay,
        "ses",
        &[
            "Sending paused for this account",
            "Account is paused",
            "AccountSendingPaused",
            "account sending is currently disabled",
        ],
    )
    .means("Amazon SES has paused sending for this account.", &[PROVIDER_LIMIT]),
    row("ses-rejected", Relay, "ses", &["MessageRejected", "SimpleEmailServiceError"])
        .general()
        .with(&["ses", "amazonaws", "SimpleEmailService", "aws", "SES email"])
        .means("Amazon SES rejects the message.", &[SES_IDENTITY, PROVIDER_CONTENT]),
    row(
        "sendgrid-from",
        Relay,
        "sendgrid",
        &[
            "The from email does not contain a valid address",
            "from address does not match a verified",
            "The from address does not match",
        ],
    )
    .means("SendGrid does not take this From address.", &[SENDGRID_SENDER, MESSAGE_MALFORMED]),
    row(
        "sendgrid-key-shape",
        Relay,
        "sendgrid",
        &[
            "API key does not start with",
            "535 Authentication failed: Bad username / password",
            "Permission denied, wrong credentials",
        ],
    )
    .means("SendGrid does not accept the API key.", &[SENDGRID_KEY]),
    row("sendgrid-limit", Relay, "sendgrid", &["exceeded your messaging limits"])
        .means("SendGrid's limit is used up.", &[PROVIDER_LIMIT]),
    row(
        "mailgun-unverified",
        Relay,
        "mailgun",
        &[
            "Free accounts are for test purposes only",
            "domain is unverified and requires DNS configuration",
            "add the address to authorized recipients",
            "authorized recipients in Account Settings",
            "Please activate your Mailgun account",
        ],
    )
    .means("Mailgun sends from this domain to authorized recipients alone.", &[MAILGUN_DOMAIN]),
    row(
        "mailgun-key",
        Relay,
        "mailgun",
        &[
            "Invalid private key + mailgun",
            "mailgun + Unauthorized",
            "mailgun + 401",
            "mailgun + Authentication failed",
        ],
    )
    .means("Mailgun does not accept the key or login.", &[PROVIDER_KEY, MAILGUN_DOMAIN]),
    row(
        "postmark-key",
        Relay,
        "postmark",
        &[
            "does not contain a valid Server token",
            "Bad or missing API token",
            "Bad or missing Server API token",
        ],
    )
    .means("Postmark does not accept the token.", &[PROVIDER_KEY]),
    row(
        "postmark-pending",
        Relay,
        "postmark",
        &["account is pending approval", "you've ran out of credits", "Not allowed to send"],
    )
    .with(&["postmark", "ErrorCode", "412", "405"])
    .means("Postmark does not let this account send so yet.", &[PROVIDER_LIMIT]),
    row(
        "brevo",
        Relay,
        "brevo",
        &[
            "SMTP account is not yet activated",
            "unrecognised IP address",
            "Unauthorized IP address",
            "API Key is not enabled",
            "Key not found + brevo",
            "Key not found + sendinblue",
            "brevo.com + unauthorized",
            "api.brevo.com + 401",
            "api.sendinblue.com + 401",
        ],
    )
    .means(
        "Brevo (Sendinblue) does not accept the key, the caller's address or the account.",
        &[PROVIDER_KEY],
    ),
    row(
        "mailjet",
        Relay,
        "mailjet",
        &[
            "API key authentication/authorization failure",
            "is not an authorized sender + mailjet",
            "mailjet + 401",
            "mailjet + temporarily blocked",
        ],
    )
    .means("Mailjet does not accept the key or the sender.", &[PROVIDER_KEY, PROVIDER_SENDER_REFUSED]),
    row(
        "resend",
        Relay,
        "resend",
        &[
            "You can only send testing emails to your own email address",
            "domain is not verified. Please, add and verify your domain",
            "resend + API key is invalid",
        ],
    )
    .means(
        "Resend sends only from a verified domain and with a valid key.",
        &[PROVIDER_SENDER_REFUSED, PROVIDER_KEY],
    ),
    row(
        "mandrill",
        Relay,
        "mandrill",
        &["Mandrill + Invalid_Key", "Mandrill + Invalid API key", "Mandrill + unsigned"],
    )
    .means("Mandrill does not accept the key or the sender.", &[PROVIDER_KEY, PROVIDER_SENDER_REFUSED]),
    row(
        "sparkpost",
        Relay,
        "sparkpost",
        &[
            "sparkpost + Unauthorized",
            "sparkpost + Unconfigured Sending Domain",
            "Unconfigured Sending Domain",
        ],
    )
    .means("SparkPost does not accept the key or the sender.", &[PROVIDER_KEY, PROVIDER_SENDER_REFUSED]),
    row(
        "sendgrid-forbidden",
        Relay,
        "sendgrid",
        &[
            "Forbidden + @sendgrid",
            "@sendgrid/client + Forbidden",
            "sendgrid + 403 Forbidden",
            "sendgrid + HTTP Error 403",
        ],
    )
    .means(
        "SendGrid refuses: often the sender is not verified, or the key has no right Mail Send.",
        &[SENDGRID_SENDER, SENDGRID_NO_MAIL_SEND, SENDGRID_KEY],
    ),
    row("sendgrid-unauthenticated", Relay, "sendgrid", &["Unauthenticated senders not allowed"])
        .means("SendGrid got no valid login.", &[SENDGRID_KEY]),
    row(
        "postmark-sender",
        Relay,
        "postmark",
        &["Sender signature not defined", "Sender Signature on your account + Postmark"],
    )
    .means("Postmark does not know this sender.", &[PROVIDER_SENDER_REFUSED]),
];

pub(super) const USUAL: &[Signature] = &[
    row("sendgrid-not-authorized", Relay, "sendgrid", &["Authenticated user is not authorized to send mail"])
        .means(
            "SendGrid's answer 60604, not Google's: its API key may not send.",
            &[SENDGRID_NO_MAIL_SEND, SCOPE_INSUFFICIENT, SCOPE_NOT_DELEGATED, FROM_NOT_SEND_AS],
        ),
    row(
        "sendgrid-grant",
        Relay,
        "sendgrid",
        &["The provided authorization grant is invalid, expired, or revoked"],
    )
    .means("SendGrid does not accept the API key.", &[SENDGRID_KEY]),
    row("sendgrid-scope", Relay, "sendgrid", &["access forbidden"])
        .with(&["sendgrid"])
        .means("SendGrid's API key lacks a right.", &[SENDGRID_NO_MAIL_SEND, SENDGRID_KEY]),
    row("sendgrid-sender", Relay, "sendgrid", &["does not match a verified Sender Identity"])
        .means("SendGrid does not know this sender.", &[SENDGRID_SENDER]),
    row("sendgrid-credits", Relay, "sendgrid", &["Maximum credits exceeded"])
        .means("SendGrid's plan is used up.", &[PROVIDER_LIMIT]),
    row(
        "ses-identity",
        Relay,
        "ses",
        &["Email address is not verified", "identities failed the check in region"],
    )
    .means("Amazon SES does not know this address.", &[SES_IDENTITY]),
    row("ses-size", Relay, "ses", &["Stream is more than 10485760 bytes"])
        .means("Amazon SES does not accept a message as large as this.", &[PROVIDER_CONTENT]),
    row(
        "ses-credentials",
        Relay,
        "ses",
        &[
            "SignatureDoesNotMatch + ses",
            "535 Authentication Credentials Invalid",
            "Authentication Credentials Invalid",
        ],
    )
    .not(&["gsmtp"])
    .means("Amazon SES does not accept the SMTP credentials.", &[PROVIDER_LOGIN]),
    row(
        "ses-rate",
        Relay,
        "ses",
        &["Maximum sending rate exceeded", "Daily message quota exceeded", "Sending paused for this account"],
    )
    .means("Amazon SES's limit is used up.", &[PROVIDER_LIMIT]),
    row(
        "mailgun",
        Relay,
        "mailgun",
        &[
            "Sandbox subdomains are for test purposes only",
            "api.mailgun.net + 40",
            "mailgun.org is not allowed to send",
            "mailgun + Forbidden",
        ],
    )
    .means("Mailgun refuses to send.", &[MAILGUN_DOMAIN]),
];

pub(super) const GENERAL: &[Signature] = &[
    row("sendgrid-credits-2", Relay, "sendgrid", &["sendgrid + Maximum credits exceeded"])
        .means("SendGrid's plan is used up.", &[PROVIDER_LIMIT]),
    row("sendgrid-blocked", Relay, "sendgrid", &["not authorized to access SendGrid"])
        .means("SendGrid has blocked or is reviewing the account.", &[PROVIDER_LIMIT]),
];
