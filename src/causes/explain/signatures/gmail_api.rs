//! The Gmail API.

use super::{Signature, row};
use crate::causes::explain::Speaker::GmailApi;
use crate::causes::table::{gmail::*, google_api::*, iam::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "gmail-metadata-scope",
        GmailApi,
        "scope",
        &["Metadata scope doesn't allow", "Metadata scope does not support"],
    )
    .means("The token has gmail.metadata, and Gmail holds it to that.", &[SCOPE_METADATA]),
    row(
        "gmail-sending-limit-api",
        GmailApi,
        "sending_limit",
        &["User-rate limit exceeded (Mail sending)", "rate limit exceeded + Mail sending"],
    )
    .means("The mailbox reached Gmail's limit for sending; it is not the API's quota.", &[SENDING_LIMIT]),
];

pub(super) const USUAL: &[Signature] = &[
    row("gmail-off", GmailApi, "precondition", &["Mail service not enabled"])
        .means("The account has no Gmail.", &[MAIL_SERVICE_NOT_ENABLED]),
    row("gmail-delegation-denied", GmailApi, "delegation", &["Delegation denied for", "Delegation denied"])
        .means(
            "The token's user may not use this mailbox.",
            &[DELEGATION_DENIED, SERVICE_ACCOUNT_WITHOUT_SUBJECT],
        ),
    row("gmail-custom-from", GmailApi, "send_as", &["Custom from requires smtpMsa configuration"])
        .means("The new send-as address is outside of the tenant's own.", &[SEND_AS_NEEDS_SMTP_SERVER]),
    row("gmail-send-as-pending", GmailApi, "send_as", &["Unverified send-as cannot be set as the default"])
        .means("The send-as address is not verified yet.", &[SEND_AS_PENDING]),
    row(
        "gmail-header",
        GmailApi,
        "message",
        &[
            "Invalid to header",
            "Invalid from header",
            "Invalid cc header",
            "Invalid bcc header",
            "Expected a single From header",
            "Recipient address required",
            "Invalid Reply-To header",
            "raw RFC822 payload message string",
            "Message.raw + required",
        ],
    )
    .means("The message that was handed over is malformed.", &[MESSAGE_MALFORMED]),
    row(
        "gmail-sending-limit",
        GmailApi,
        "sending_limit",
        &["User-rate limit exceeded + sending", "reached a limit for sending mail"],
    )
    .means("The account reached its limit for sending.", &[SENDING_LIMIT]),
    row("gyb-not-active", GmailApi, "caller", &["The caller does not have permission - forbidden"]).means(
        "Gmail refuses this user's mailbox although a token was given.",
        &[ACCOUNT_NOT_ACTIVE, IAM_PERMISSION_MISSING],
    ),
];

pub(super) const GENERAL: &[Signature] = &[
    row("gam-sendas-missing", GmailApi, "send_as", &["update sendas + Not Found", "sendas + notFound"])
        .means("The mailbox has no such send-as address.", &[FROM_NOT_SEND_AS]),
    row(
        "gmail-quota",
        GmailApi,
        "quota",
        &[
            "Resource has been exhausted + gmail/v1",
            "Quota exceeded for quota metric + gmail.googleapis.com",
            "User-rate limit exceeded",
            "Too many concurrent requests for user",
            "rateLimitExceeded + gmail",
        ],
    )
    .means("A quota of the Gmail API is used up for now.", &[THROTTLED, SENDING_LIMIT]),
    row(
        "gmail-precondition",
        GmailApi,
        "precondition",
        &["Precondition check failed", "failedPrecondition + Bad Request", "failedPrecondition"],
    )
    .general()
    .not(&["admin.googleapis.com/admin/directory"])
    .means(
        "Gmail cannot work for this subject; three causes share this text.",
        &[SERVICE_ACCOUNT_WITHOUT_SUBJECT, MAIL_SERVICE_NOT_ENABLED, PASSING_FAULT],
    ),
    row("gmail-bare-403", GmailApi, "bare", &["HttpError 403 when requesting + gmail/v1/users"])
        .general()
        .not(&["quota", "rateLimitExceeded", "insufficient", "accessNotConfigured", "Delegation denied"])
        .means(
            "Gmail refuses this one message or mailbox; the text does not say why.",
            &[ACCOUNT_NOT_ACTIVE, SCOPE_INSUFFICIENT],
        ),
    row("gmail-not-found", GmailApi, "not_found", &["Requested entity was not found"])
        .general()
        .with(&["gmail"])
        .means("Gmail finds no such message, label or mailbox.", &[NOT_FOUND]),
];
