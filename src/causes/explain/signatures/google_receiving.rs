//! Google's mail servers, for the recipient.

use super::{GOOGLE_MARKS, Signature, row};
use crate::causes::explain::Speaker::GoogleReceiving;
use crate::causes::table::{gmail::*, receiving::*, relay::*, smtp::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
        "receiver-tls",
        GoogleReceiving,
        "receiver_tls",
        &[
            "TLS required for RCPT domain",
            "wasn't sent over a TLS connection",
            "not sent over a TLS connection",
        ],
    )
    .means("The recipient's domain accepts mail only over TLS.", &[STARTTLS_MISSING]),
    row(
        "receiver-policy",
        GoogleReceiving,
        "rule",
        &[
            "IP not in whitelist for RCPT domain",
            "has a policy that prohibited the mail",
            "group you tried to contact + may not exist",
            "don't have permission to post messages to the group",
        ],
    )
    .means("A rule of the receiving tenant or group refuses the mail.", &[RECEIVERS_RULE]),
    row(
        "receiver-protocol",
        GoogleReceiving,
        "message",
        &[
            "SMTP protocol violation",
            "Mail message is malformed",
            "missing a valid messageId header",
            "Messages missing a valid",
            "no valid Message-ID",
        ],
    )
    .with(GOOGLE_MARKS)
    .means("Google refuses a malformed message.", &[MESSAGE_MALFORMED]),
    row(
        "receiver-hops",
        GoogleReceiving,
        "loop",
        &[
            "exceeded 50 hops",
            "may indicate a mail loop",
            "Multiple destination domains per transaction is unsupported",
        ],
    )
    .means(
        "The sending mail server's routing is wrong: a loop, or several domains in one transaction.",
        &[MAIL_SERVER_CONFIGURATION],
    ),
    row(
        "receiver-unauthenticated-domain",
        GoogleReceiving,
        "unauthenticated",
        &[
            "Unauthenticated email is not accepted from this domain",
            "because SPF didn't pass",
            "because DKIM didn't pass",
            "SPF authentication didn't pass",
            "DKIM authentication didn't pass",
            "SPF did not pass",
            "5.7.27",
            "5.7.40",
        ],
    )
    .with(GOOGLE_MARKS)
    .means("Google cannot tell that the mail is from its From domain.", &[SENDER_UNAUTHENTICATED, DMARC]),
    row(
        "receiver-domain-unknown",
        GoogleReceiving,
        "recipient",
        &[
            "able to find the recipient domain",
            "responded with code NXDOMAIN",
            "couldn't be found, or is unable to receive",
            "address couldn't be found",
        ],
    )
    .means("The recipient's address or domain does not exist.", &[RECIPIENT_UNKNOWN]),
    row("receiver-auth-421", GoogleReceiving, "unauthenticated", &["does not pass authentication checks"])
        .means("Google cannot tell that the mail is from its From domain.", &[SENDER_UNAUTHENTICATED, DMARC]),
];

pub(super) const USUAL: &[Signature] = &[
    row(
        "receiver-malformed",
        GoogleReceiving,
        "message",
        &[
            "not RFC 5322 compliant",
            "not RFC 2822 compliant",
            "RfcMessageNonCompliant",
            "missing a valid address in From",
            "multiple addresses in From",
            "headers present in the message are multiple",
            "Messages with multiple addresses in From",
            "no From header, are not accepted",
        ],
    )
    .means("Google, as the receiver, refuses a malformed message.", &[MESSAGE_MALFORMED]),
    row("receiver-rule", GoogleReceiving, "rule", &["- gcdp", "email policy + gcdp"])
        .with(&["gsmtp", "gcdp"])
        .means("A rule of the receiving tenant's admin refuses the mail.", &[RECEIVERS_RULE]),
    row(
        "receiver-dmarc",
        GoogleReceiving,
        "dmarc",
        &[
            "not accepted due to domain's DMARC policy",
            "DmarcRejection",
            "no DMARC alignment",
            "DMARC policy + Unauthenticated email",
            "DMARC initiative",
        ],
    )
    .means("The DMARC policy of the From domain refuses the mail.", &[DMARC, SENDER_UNAUTHENTICATED]),
    row(
        "receiver-ptr",
        GoogleReceiving,
        "ptr",
        &[
            "PTR record setup",
            "does not have a PTR record",
            "ipv6_authentication_error",
            "does not meet IPv6 sending guidelines",
            "IPv6 sending guidelines",
        ],
    )
    .means(
        "The sending server's address has no fitting reverse DNS.",
        &[REVERSE_DNS, SENDER_UNAUTHENTICATED],
    ),
    row(
        "receiver-recipient-rate",
        GoogleReceiving,
        "recipient_rate",
        &["receiving mail at a rate that", "receiving mail too quickly"],
    )
    .with(&["gsmtp", "google", "gmail", "450", "421"])
    .means("The recipient gets too much mail for now.", &[RECIPIENT_RATE]),
    row(
        "receiver-rate",
        GoogleReceiving,
        "rate",
        &[
            "unusual rate of unsolicited mail",
            "UnsolicitedRateLimitError",
            "UnsolicitedIPError",
            "4.7.28",
            "has been temporarily rate limited",
            "suspicious rate",
        ],
    )
    .means(
        "Google limits mail from this sending server.",
        &[SENDING_HOST_RATE, TAKEN_FOR_SPAM, SENDER_UNAUTHENTICATED],
    ),
    row(
        "receiver-spf",
        GoogleReceiving,
        "unauthenticated",
        &[
            "does not have authentication information or fails to pass",
            "has been blocked because the sender is unauthenticated",
            "sender is unauthenticated",
            "requires all senders to authenticate with either SPF or DKIM",
            "did not pass + SPF + DKIM",
            "fails to pass authentication checks",
            "5.7.26",
            "This mail is unauthenticated",
        ],
    )
    .with(&[
        "gsmtp",
        "support.google.com",
        "sender",
        "senders",
        "gmail",
        "550",
        "421",
        "smtp",
        "SPF",
        "DKIM",
        "mail",
        "authentication checks",
    ])
    // A version of MySQL.
    .not(&["due to domain's DMARC policy", "MySQL 5.7.26", "Server version: 5.7.26", "5.7.26-log"])
    .means("Google cannot tell that the mail is from its From domain.", &[SENDER_UNAUTHENTICATED, DMARC]),
    row(
        "receiver-spam",
        GoogleReceiving,
        "spam",
        &[
            "likely unsolicited mail",
            "UnsolicitedMessageError",
            "likely suspicious due to the very low reputation",
            "NotAuthorizedError",
            "IP you're using to send mail is not authorized",
            "detected that this message is likely",
            "suspicious due to the nature of the content",
            "Message rejected by Google Groups",
        ],
    )
    .means("Google takes the mail for spam.", &[TAKEN_FOR_SPAM, SENDER_UNAUTHENTICATED]),
    row(
        "receiver-quota",
        GoogleReceiving,
        "recipient",
        &[
            "OverQuotaTemp",
            "OverQuotaPerm",
            "account that you tried to reach is over quota",
            "recipient's inbox is out of storage space",
        ],
    )
    .means("The recipient's mailbox is full.", &[RECIPIENT_OVER_QUOTA]),
    row(
        "receiver-disabled",
        GoogleReceiving,
        "recipient",
        &[
            "DisabledUser",
            "account that you tried to reach is disabled",
            "account that you tried to reach is inactive",
        ],
    )
    .means("The recipient's account is disabled.", &[RECIPIENT_DISABLED]),
    row(
        "receiver-unknown",
        GoogleReceiving,
        "recipient",
        &["NoSuchUser", "account that you tried to reach does not exist"],
    )
    .means("The recipient does not exist.", &[RECIPIENT_UNKNOWN]),
];

pub(super) const GENERAL: &[Signature] = &[row(
    "receiver-detected",
    GoogleReceiving,
    "spam",
    &["Our system has detected that this message is", "Our system has detected an unusual"],
)
.general()
.not(&["likely unsolicited", "not RFC 5322", "very low reputation", "unusual rate", "suspicious"])
.means(
    "Google's check of incoming mail refuses; the text is cut before the reason.",
    &[TAKEN_FOR_SPAM, SENDING_HOST_RATE, SENDER_UNAUTHENTICATED],
)];
