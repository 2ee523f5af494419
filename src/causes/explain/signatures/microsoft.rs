//! Microsoft 365, Exchange and Outlook.com.

use super::{GOOGLE_MARKS, Signature, row};
use crate::causes::explain::Speaker::Relay;
use crate::causes::table::relay::*;

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "microsoft-graph-token",
        Relay,
        "microsoft",
        &[
            "NoPermissionsInAccessToken",
            "graph.microsoft.com + InvalidAuthenticationToken",
            "graph.microsoft.com + 403",
            "graph.microsoft.com + 401",
            "graph.microsoft.com + Unauthorized",
            "graph.microsoft.com + Forbidden",
        ],
    )
    .means("Microsoft Graph refuses the token or the app.", &[MICROSOFT_GRAPH_REFUSED]),
    row(
        "microsoft-imap",
        Relay,
        "microsoft",
        &[
            "AUTHENTICATE failed + outlook",
            "LOGIN failed + outlook",
            "AUTHENTICATE failed + office365",
            "LOGIN failed + office365",
            "AUTHENTICATE failed + Microsoft Exchange",
            "NO AUTHENTICATE failed",
            "NO LOGIN failed",
        ],
    )
    .not(&["5.7.139"])
    .with(&["outlook", "office365", "Microsoft Exchange", "outlook.com", "hotmail"])
    .means("Microsoft 365 refuses the login.", &[MICROSOFT_LOGIN, MICROSOFT_SMTP_AUTH_DISABLED]),
    row(
        "microsoft-graph-access",
        Relay,
        "microsoft",
        &[
            "Access to OData is disabled",
            "AppOnly AccessPolicy",
            "code=ErrorAccessDenied",
            "MS Graph API + Access is denied",
            "graph.microsoft.com + ErrorAccessDenied",
            "MailboxNotEnabledForRESTAPI",
            "Authorization_RequestDenied",
        ],
    )
    .means("Microsoft Graph refuses this app or mailbox.", &[MICROSOFT_GRAPH_REFUSED]),
    row(
        "microsoft-smtp-auth-2",
        Relay,
        "microsoft",
        &[
            "Basic authentication is not supported for Client Submission",
            "5.7.30 Basic authentication",
            "security defaults policy",
            "Basic authentication is disabled",
        ],
    )
    .with(&["5.7.139", "5.7.30", "outlook", "office", "microsoft", "Authentication unsuccessful"])
    .means("Microsoft 365 has SMTP AUTH with a password switched off.", &[MICROSOFT_SMTP_AUTH_DISABLED]),
    row(
        "microsoft-sender-2",
        Relay,
        "microsoft",
        &[
            "5.7.60",
            "5.2.252",
            "ErrorSendAsDenied",
            "not have the right to send mail on behalf of the specified sending account",
        ],
    )
    .means("Microsoft 365: this login may not send as that sender.", &[PROVIDER_SENDER_REFUSED]),
    row("microsoft-tenant", Relay, "microsoft", &["TenantAttribution", "5.7.64"])
        .means("Microsoft 365 does not relay for this server: no connector fits it.", &[RELAY_DENIED]),
    row(
        "microsoft-outbound",
        Relay,
        "microsoft",
        &[
            "OutboundSpamException",
            "5.1.8 + bad outbound sender",
            "Bad outbound sender",
            // Assumed: both are about the sender's own tenant, its address or its domain.
            "5.7.708",
            "5.7.750",
            "5.1.90",
            "sender thread limit exceeded",
            "SubmissionQuotaExceeded",
            "ErrorMessageSubmissionBlocked",
            "ErrorQuotaExceeded",
            "ApplicationThrottled",
        ],
    )
    .with(&[
        "graph.microsoft",
        "microsoft",
        "office365",
        "office 365",
        "outlook",
        "exchange",
        "STOREDRV",
        "AADSTS",
        "bad outbound sender",
        "5.7.708",
        "5.7.750",
    ])
    .means("A limit of Microsoft 365 is used up, or the account is blocked from sending.", &[PROVIDER_LIMIT]),
    row(
        "microsoft-receiver",
        Relay,
        "receiver",
        &[
            "5.7.606",
            "5.7.605",
            "5.7.124",
            "5.7.133",
            "5.7.511",
            "5.7.501",
            "5.7.502",
            "4.7.500",
            "4.7.650",
            "S3140",
            "S3150",
            "5.4.1 Recipient address rejected: Access denied",
            "aka.ms/EXOSmtpErrors",
            "IP address has been temporarily rate limited due to IP reputation",
            "temporarily rate limited due to IP reputation",
        ],
    )
    .not(GOOGLE_MARKS)
    .means("Microsoft, as the recipient's provider, refuses or delays the mail.", &[OTHER_RECEIVER]),
    row(
        "microsoft-graph-permission",
        Relay,
        "microsoft",
        &[
            "ErrorAccessDenied",
            "Authorization_RequestDenied",
            "Access is denied. Check credentials and try again",
            "MailboxNotEnabledForRESTAPI",
            "InvalidAuthenticationToken",
            "Insufficient privileges to complete the operation",
        ],
    )
    .with(&[
        "graph.microsoft",
        "ErrorAccessDenied code",
        "microsoft graph",
        "AADSTS",
        "office365",
        "outlook.office",
    ])
    .means("Microsoft Graph refuses the token, the permission or the mailbox.", &[MICROSOFT_GRAPH_REFUSED]),
    row(
        "microsoft-criteria",
        Relay,
        "microsoft",
        &["did not meet the criteria to be authenticated", "user credentials were incorrect"],
    )
    .means("Microsoft 365 refuses the login.", &[MICROSOFT_LOGIN, MICROSOFT_SMTP_AUTH_DISABLED]),
];

pub(super) const USUAL: &[Signature] = &[
    row("microsoft-token", Relay, "oauth", &["AADSTS"])
        .means("Microsoft Entra refused a token.", &[MICROSOFT_TOKEN_ENDPOINT]),
    row(
        "microsoft-smtp-auth",
        Relay,
        "microsoft",
        &[
            "SmtpClientAuthentication is disabled",
            "smtp_auth_disabled",
            "5.7.139",
            "basic authentication is disabled + outlook",
        ],
    )
    .means("Microsoft 365 has SMTP AUTH switched off.", &[MICROSOFT_SMTP_AUTH_DISABLED]),
    row(
        "microsoft-sender",
        Relay,
        "microsoft",
        &["does not have permissions to send as this sender", "SendAsDenied"],
    )
    .means("Microsoft 365: this login may not send as that sender.", &[PROVIDER_SENDER_REFUSED]),
    row(
        "microsoft-login",
        Relay,
        "microsoft",
        &[
            "5.7.57",
            "5.7.3 Authentication unsuccessful",
            "Client was not authenticated to send anonymous mail",
            "Client not authenticated to send mail",
        ],
    )
    .general()
    .means("Microsoft 365 refuses the login, or got none.", &[MICROSOFT_LOGIN, MICROSOFT_SMTP_AUTH_DISABLED]),
    row(
        "microsoft-graph",
        Relay,
        "microsoft",
        &["ErrorInvalidRecipients", "ErrorAccessDenied + graph.microsoft.com", "graph.microsoft.com + 40"],
    )
    .means("Microsoft Graph refuses the message.", &[PROVIDER_CONTENT]),
    row(
        "microsoft-block",
        Relay,
        "receiver",
        &[
            "are on our block list",
            "part of their network is on our block list",
            "block list (S3150)",
            "5.7.520",
            "5.7.511 + banned sender",
        ],
    )
    .means("Microsoft, as the recipient's provider, refuses the mail.", &[OTHER_RECEIVER]),
];

pub(super) const GENERAL: &[Signature] =
    &[row("microsoft-mailkit", Relay, "microsoft", &["Authentication failed"])
        .general()
        .with(&["office 365", "office365", "smtp-mail.outlook.com"])
        .means("Microsoft 365 refuses the login.", &[MICROSOFT_LOGIN, MICROSOFT_SMTP_AUTH_DISABLED])];
