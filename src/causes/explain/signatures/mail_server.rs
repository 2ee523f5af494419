//! Other mail servers: of the recipient, of the own organization, of a host.

use super::{ANY, GOOGLE_MARKS, Reply, Signature, row};
use crate::causes::explain::Speaker::{ClientLibrary, MailServer, Relay};
use crate::causes::table::{gmail::*, network::*, receiving::*, relay::*, smtp::*};

pub(super) const SPECIAL: &[Signature] = &[
    row(
    "netease-blocked",
    Relay,
    "receiver",
    &[
        "HL:REP",
        "HL:ITC",
        "HL:ICC",
        "HL:IPB",
        "RP:QRC",
        "RP:TRC",
        "RP:DRC",
        "IP该IP发送行为异常",
        "被临时禁止连接",
    ],
)
.means(
    "NetEase (163.com, 126.com) refuses the sending server or message.",
    &[OTHER_RECEIVER, PROVIDER_LIMIT, PROVIDER_CONTENT],
),
    row(
    "netease-login",
    Relay,
    "provider_login",
    &["too much fail authentication", "登录失败次数过多", "被临时禁止登录"],
)
.means("NetEase refuses the login for now, after too many failures.", &[PROVIDER_LOGIN, PROVIDER_LIMIT]),
    row(
    "imap-login",
    MailServer,
    "provider_login",
    &["LOGIN invalid credentials or IMAP is disabled", "invalid credentials or IMAP is disabled"],
)
.means("A mail server refuses the login, or has this protocol switched off.", &[PROVIDER_LOGIN]),
    row(
    "qq-sender",
    Relay,
    "provider_sender",
    &["mail from address must be same as authorization user", "501 mail from address"],
)
.means("QQ Mail lets a login send only as itself.", &[PROVIDER_SENDER_REFUSED]),
    row(
        "other-receiver-sender",
        Relay,
        "receiver",
        &[
            "Sender address rejected + in reply to RCPT TO",
            "Sender address rejected + Diagnostic-Code",
            "Sender address rejected + Remote Server returned",
            "Sender address rejected + remote mail server",
            "Sender verify failed + in reply to RCPT TO",
            "Sender verify failed + remote mail server",
        ],
    )
        // A server that compares with the login is the sender's own.
        .not(&["not owned by user", "not owned by auth user", "gsmtp", "support.google.com", "l.google.com"])
        .means(
            "The recipient's server does not accept the sender's address.",
            &[OTHER_RECEIVER, PROVIDER_SENDER_REFUSED],
        ),
    row("other-receiver-quota", Relay, "receiver", &["Organization queue quota exceeded"])
    .means("Microsoft, as the recipient's provider, takes no more mail for now.", &[OTHER_RECEIVER]),
    row(
    "other-receiver-spf",
    Relay,
    "receiver",
    &[
        "Message rejected due to: SPF",
        "SPF check failed",
        "SPF fail - not authorized",
        "5.7.23 + SPF",
        "openspf.net",
        "5.7.509",
        "5.7.515",
        "does not pass DMARC verification",
        "fails DMARC + 550",
        "rejected due to DMARC",
        "DMARC policy violation",
        "DMARC check failed",
    ],
)
.not(GOOGLE_MARKS)
.means(
    "The recipient's server cannot tell that the mail is from its domain.",
    &[OTHER_RECEIVER, SENDER_UNAUTHENTICATED, DMARC],
),
    row(
    "other-recipient-full",
    MailServer,
    "recipient",
    &[
        "mailbox is full",
        "mailbox full",
        "User over quota",
        "exceeded storage allocation",
        "over its quota",
        "mailbox quota exceeded",
        "exceeded mailbox quota",
        "mailbox size limit exceeded",
        "452 4.2.2",
        "552 5.2.2",
        "554 5.2.2",
        "5.2.2 + quota",
    ],
)
.not(GOOGLE_MARKS)
.means("The recipient's mailbox is full.", &[RECIPIENT_OVER_QUOTA]),
    row("yahoo-login-2", Relay, "provider_login", &["#MBR1212", "#AUTH007", "#AUTH012"])
    .means("Yahoo refuses the login.", &[PROVIDER_LOGIN]),
    row(
    "other-receiver-yahoo-2",
    Relay,
    "receiver",
    &[
        "[PH01]",
        "[BL21]",
        "[TS01]",
        "[TS02]",
        "[TSS",
        "[GL01]",
        "[TS03]",
        "Message not accepted for policy reasons",
        "Email not accepted for policy reasons",
    ],
)
.not(GOOGLE_MARKS)
.means("Yahoo, as the recipient's provider, delays or refuses the mail.", &[OTHER_RECEIVER]),
    row(
    "other-recipient-yahoo",
    Relay,
    "recipient",
    &["This user doesn't have a yahoo.com account", "delivery error: dd"],
)
.means("The recipient does not exist at Yahoo.", &[RECIPIENT_UNKNOWN]),
    row(
    "zoho-blocked",
    Relay,
    "provider_limit",
    &["Unusual sending activity detected", "Email Outgoing Blocked", "zoho + blocked"],
)
.means("Zoho does not let this account send for now.", &[PROVIDER_LIMIT]),
    row(
    "qq-abnormal",
    Relay,
    "provider_login",
    &[
        "Account is abnormal, service is not open",
        "Login fail. Authorization code is expired",
        "Please enter your authorization code to login",
        "User has no permission + 550",
        "authorization code to login",
    ],
)
.means(
    "QQ Mail or NetEase refuses the login: it takes an authorization code, not the password.",
    &[PROVIDER_LOGIN],
),
    row(
    "netease",
    Relay,
    "content",
    &["DT:SPM", "HL:REP", "HL:IFC", "MI:SPF", "mail.163.com/help/help_spam"],
)
.means("NetEase refuses the mail as spam, or limits it.", &[PROVIDER_CONTENT, OTHER_RECEIVER]),
    row(
    "netease-sender",
    Relay,
    "provider_sender",
    &["Mail from must equal authorized user", "mail from address must be same as authorization user"],
)
.means("NetEase or QQ Mail lets this login send only as its own address.", &[PROVIDER_SENDER_REFUSED]),
    row("apple-sender", Relay, "provider_sender", &["From address is not one of your addresses"])
        .means("Apple lets this login send only from its own addresses.", &[PROVIDER_SENDER_REFUSED]),
    row(
    "ionos",
    Relay,
    "content",
    &["postmaster.1and1", "postmaster.gmx", "kundenserver.de + 554", "IONOS + 554", "mout.kundenserver.de"],
)
.general()
.not(GOOGLE_MARKS)
.means("IONOS, GMX or WEB.DE refuses the mail.", &[PROVIDER_CONTENT, OTHER_RECEIVER]),
    row(
    "cpanel-auth",
    Relay,
    "provider_login",
    &[
        "Please turn on SMTP Authentication in your mail client",
        "relay not permitted, authentication required",
    ],
)
.means("The mail server requires a login before it relays.", &[PROVIDER_LOGIN, RELAY_DENIED]),
    row(
    "cpanel-limit",
    Relay,
    "provider_limit",
    &[
        "exceeded the max defers and failures",
        "has exceeded the max",
        "exceeded its hourly",
        "exceeded the maximum emails per hour",
        "Daily email limit exceeded",
        "too many messages + hour",
    ],
)
.not(GOOGLE_MARKS)
.means("The hosting provider's limit is used up.", &[PROVIDER_LIMIT]),
    row(
    "greylisting",
    Relay,
    "receiver",
    &["Greylist", "Greylisted", "Greylisting", "grey listed", "gray-listed"],
)
.means(
    "The recipient's server delays mail from an unknown sender. Mail servers try again.",
    &[OTHER_RECEIVER],
),
    row(
    "other-ptr-de",
    Relay,
    "receiver",
    &["Bad DNS PTR", "fcrdns", "reverse DNS lookup failed", "does not have a reverse DNS", "no PTR record", "bad reverse dns"],
)
.not(GOOGLE_MARKS)
.means(
    "The recipient's provider wants a reverse DNS name of the sending address.",
    &[REVERSE_DNS, OTHER_RECEIVER],
),
    row(
        "resolver-no-address",
        ClientLibrary,
        "resolver",
        &[
            "no MX host for + has a valid address record",
            "Host found but no data record of requested type",
            "Name service error + Host not found, try again",
        ],
    )
    .means("The resolver of the sending mail server finds no address of the next server.", &[DNS, RECIPIENT_UNKNOWN]),
    row(
    "recipient-domain-unknown",
    MailServer,
    "recipient",
    &[
        "Host or domain name not found + status=bounced",
        "Diagnostic-Code: X-Postfix; Host or domain name not found",
        "Unrouteable address",
        "all relevant MX records point to non-existent hosts",
        "Domain of recipient address does not",
        "recipient domain not found",
    ],
)
.not(&["has a valid address record"])
.means("The recipient's domain does not exist or takes no mail.", &[RECIPIENT_UNKNOWN, DNS]),
    row(
    "google-tried-to-deliver",
    Relay,
    "receiver",
    &[
        "Google tried to deliver your message, but it was rejected by the server for the recipient domain",
        "response from the remote server was",
        "recipient server did not accept our requests to connect",
    ],
)
.not(&["gsmtp", "gmail-smtp-in.l.google.com", "TLS Negotiation failed", "Send mail as", "Relay access"])
.means("Google delivered to another server, and that server refused.", &[OTHER_RECEIVER]),
    row(
    "provider-malformed",
    Relay,
    "message",
    &["Delivery not authorized, message refused", "Message is not RFC 2822 compliant"],
)
.not(&["gsmtp"])
.means("A mail server refuses a malformed message.", &[MESSAGE_MALFORMED]),
    row(
    "other-receiver-de",
    Relay,
    "receiver",
    &["web.de", "gmx.net + rdns", "t-online.de", "Bad DNS PTR"],
)
.with(&["554", "550", "421"])
.means("The recipient's provider refuses the sending server.", &[OTHER_RECEIVER, REVERSE_DNS]),
    row(
    "provider-content-2",
    Relay,
    "content",
    &["inappropriate words or content", "Reject due to policy restrictions", "Reject for policy reason"],
)
.means("Another provider refuses the content.", &[PROVIDER_CONTENT]),
    row(
    "other-recipient-local",
    Relay,
    "receiver",
    &["User unknown in local recipient table + SMTPRecipientsRefused"],
)
.means("The recipient does not exist at another server.", &[RECIPIENT_UNKNOWN]),
    row("yahoo-login", Relay, "provider_login", &["#AUTH005", "#AUTH004", "Too many bad auth attempts"])
        .means("Yahoo refuses the login.", &[PROVIDER_LOGIN]),
    row(
    "qq-login",
    Relay,
    "provider_login",
    &[
        "535 + service.mail.qq.com",
        "Login fail + service.mail.qq.com",
        "mail.qq.com + Login fail",
        "qq.com + Login denied",
    ],
)
.not(&["A secure connection is requi"])
.means("QQ Mail refuses the login.", &[PROVIDER_LOGIN]),
    row("postfix-login", Relay, "provider_login", &["535 5.7.8 Error: authentication failed"])
    .means("A mail server, not Gmail, refuses the login.", &[PROVIDER_LOGIN]),
    row(
    "zoho-sender",
    Relay,
    "provider_sender",
    &[
        "Relaying disallowed",
        "not allowed to use the domain",
        "not allowed to send from",
        "Sender is not allowed to send from",
    ],
)
.means("Another provider does not let this login send as that address.", &[PROVIDER_SENDER_REFUSED]),
    row(
    "other-policy",
    Relay,
    "receiver",
    &["Local Policy Violation", "refused by local policy", "rejected due to local policy"],
)
.means("Another server refuses the mail by its policy.", &[OTHER_RECEIVER]),
    row("other-ptr", Relay, "receiver", &["Client host rejected: cannot find your"])
    .means("Another server wants a reverse DNS name of the sending address.", &[REVERSE_DNS]),
    row("provider-limit-2", Relay, "provider_limit", &["messages per day", "too many emails"])
    .not(&["gsmtp"])
    .means("Another provider's limit is used up.", &[PROVIDER_LIMIT]),
    row("other-receiver-gandi", Relay, "content", &["postmaster.gandi.net", "Mail seems to be spam"])
        .means("Another provider refuses the content.", &[PROVIDER_CONTENT]),
];

pub(super) const USUAL: &[Signature] = &[
    row("other-recipient-disabled", Relay, "receiver", &["Recipient address rejected: User disabled"])
        .means("The recipient's server says that the recipient is disabled.", &[OTHER_RECEIVER]),
    row(
        "other-receiver-yahoo",
        Relay,
        "receiver",
        &[
            "temporarily deferred due to",
            "postmaster.yahooinc.com",
            "permanently deferred",
            "TSS04",
            "senders.yahooinc.com",
        ],
    )
    .means("Yahoo, as the recipient's provider, delays or refuses the mail.", &[OTHER_RECEIVER]),
    row("other-receiver-apple", Relay, "receiver", &["support.apple.com", "[CS01]"])
        .means("Apple, as the recipient's provider, refuses the mail.", &[OTHER_RECEIVER]),
    row("other-receiver-mimecast", Relay, "receiver", &["mimecast", "envelope blocked"])
        .means("Mimecast, for the recipient, refuses the mail.", &[OTHER_RECEIVER]),
    row(
        "other-receiver-blocklist",
        Relay,
        "receiver",
        &["spamhaus", "blocked using", "listed at + rbl", "barracudacentral"],
    )
    .unless_delivered(Reply::Blocked)
    .means(
        "The recipient's server finds the sending address on a block list.",
        &[OTHER_RECEIVER, SENDING_ADDRESS_BLOCKED],
    ),
    row(
        "other-content",
        Relay,
        "content",
        &[
            "Mail Content denied",
            "[CS] Message blocked",
            "contains content identified as spam",
            "message contains spam",
        ],
    )
    .means("Another provider refuses the content.", &[PROVIDER_CONTENT]),
    row(
        "relay-denied",
        Relay,
        "relay_denied",
        &[
            "Relay access den",
            "relay not permitted",
            "Relaying denied",
            "unable to relay",
            "relaying not allowed",
            "5.7.54",
            "Sender is not allowed to relay",
        ],
    )
    .not(&["Invalid credentials for relay"])
    .means(
        "A mail server does not relay for this sender. Google's words would be `Mail relay denied`.",
        &[RELAY_DENIED, PROVIDER_LOGIN],
    ),
    row("provider-tls", Relay, "provider_tls", &["A secure connection is requi"])
        .means("Another provider requires TLS.", &[STARTTLS_MISSING]),
    row(
        "provider-sender",
        Relay,
        "provider_sender",
        &[
            "Sender address is not allowed",
            "Sender address rejected: not",
            "Sender address rejected: need",
            "Sender address rejected",
            "not owned by user",
            "not owned by auth user",
            "Sender is not allowed to send from",
            "mail from address must be same as authorization user",
            "Sender verify failed",
        ],
    )
    .means("Another provider does not let this login send as that address.", &[PROVIDER_SENDER_REFUSED]),
    row(
        "provider-limit",
        Relay,
        "provider_limit",
        &[
            "exceeded its 24-hour sending limit",
            "has reached its limit for processing requests",
            "too many errors",
            "relay quota",
            "has exceeded the max emails per hour",
            "hourly limit",
            "sending limit + exceeded",
        ],
    )
    .not(&["gsmtp", "Daily user sending"])
    .means("Another provider's limit is used up.", &[PROVIDER_LIMIT]),
    row(
        "provider-login-missing",
        Relay,
        "provider_login",
        &[
            "5.7.1 Authentication required",
            "If MAIL FROM is local then you must authenticate",
            "530 Authentication required",
            "5.7.0 Authentication required + mailtrap",
        ],
    )
    .general()
    .means("A mail server, not Gmail, requires a login.", &[PROVIDER_LOGIN]),
    row(
        "provider-login",
        Relay,
        "provider_login",
        &[
            "535 Incorrect authentication data",
            "535 authentication failed",
            "authentication credentials invalid",
            "535 5.7.0 authentication failed",
            "535 Error: authentication failed",
            "Invalid username or password + smtp",
        ],
    )
    .general()
    .not(&["gsmtp", "smtp.gmail.com", "535-5.7.8", "535 5.7.8", "outlook.com"])
    .means("A mail server, not Gmail, refuses the login.", &[PROVIDER_LOGIN]),
    row("own-mail-server", Relay, "own", &["NOQUEUE: reject"])
        .means("The own mail server rejects the mail.", &[MAIL_SERVER_CONFIGURATION, RECIPIENT_UNKNOWN]),
];

pub(super) const GENERAL: &[Signature] = &[
    row(
        "other-recipient-unknown",
        Relay,
        "receiver",
        &[
            "Recipient address rejected: User unknown",
            "mailbox unavailable + recipient",
            "No such user here",
            "RESOLVER.ADR.RecipNotFound",
        ],
    )
    .general()
    .not(&["NOQUEUE", "gsmtp", "Sender address"])
    .means("The recipient does not exist at another provider.", &[RECIPIENT_UNKNOWN]),
    row(
        "recipient-syntax",
        Relay,
        "recipient_syntax",
        &["Bad recipient address syntax", "recipient address + syntax error", "RFC 5321 address"],
    )
    .means("The recipient's address is not valid.", &[RECIPIENT_SYNTAX]),
    row(
        "provider-login-2",
        Relay,
        "provider_login",
        &["Authentication is required for relay", "SMTP authentication is required"],
    )
    .means("A mail server, not Gmail, requires a login.", &[PROVIDER_LOGIN]),
    row("smtp-521", Relay, "intercepted", &["521 connection rejected"])
        .means("Something between here and Gmail answers in its place.", &[CONNECT]),
    row("wildduck-rate", MailServer, "recipient_rate", &["receiving mail at a rate that"]).general().means(
        "The recipient gets too much mail for now. Without `gsmtp`, it may not be Google's server.",
        &[RECIPIENT_RATE],
    ),
    row(
        "provider-size",
        Relay,
        "size",
        &["max message size exceeded", "message size exceeds fixed", "Message size exceeds"],
    )
    .not(&["Google's message size"])
    .means("Another server does not accept a message as large as this.", &[PROVIDER_CONTENT]),
    row("provider-limit-3", Relay, "provider_limit", &["Exceed Sending Limit", "Exceeded sending limit"])
        .not(&["gsmtp"])
        .means("Another provider's limit is used up.", &[PROVIDER_LIMIT]),
    row(
        "provider-sender-2",
        Relay,
        "provider_sender",
        &["from address and the authenticated user must be the same"],
    )
    .means("Another provider does not let this login send as that address.", &[PROVIDER_SENDER_REFUSED]),
    row("other-helo", Relay, "receiver", &["is not a fully qualified domain name", "Helo command rejected"])
        .unless_delivered(Reply::Helo)
        .means("The recipient's server does not accept the name of the sending server.", &[OTHER_RECEIVER]),
    row("code-552", Relay, "size", &["got 552", "552 5.3.4", "552 5.2.3"]).general().means(
        "A server does not accept a message as large as this, or its mailbox is full.",
        &[PROVIDER_CONTENT, MESSAGE_TOO_LARGE],
    ),
    row(
        "code-535",
        MailServer,
        "provider_login",
        &[
            "535 AUTH failed",
            "535 Authentication failed",
            "535 Login",
            "535 5.7.0",
            "535 5.7.8",
            "535 5.7.1",
            "AuthenticationFailedException: 535",
        ],
    )
    .general()
    .not(&["gsmtp", "support.google.com", "Username and Password not accepted"])
    .means(
        "A mail server refuses the login. Without Google's mark (gsmtp), the server may not be Gmail.",
        &[PROVIDER_LOGIN, PASSWORD_REFUSED],
    ),
    row(
        "code-550-511",
        MailServer,
        "recipient",
        &["550 5.1.1", "550 5.1.10", "550 No such user", "550 User unknown"],
    )
    .general()
    .not(&["gsmtp"])
    .means("The recipient does not exist.", &[RECIPIENT_UNKNOWN]),
    row(
        "exim-retry",
        MailServer,
        "receiver",
        &[
            "have been failing for a long time",
            "retry timeout exceeded",
            "retry time not reached for any host",
            "no host found for existing SMTP connection",
        ],
    )
    .general()
    .not(GOOGLE_MARKS)
    .means(
        "The own mail server cannot reach the recipient's server; an earlier line of its log says why.",
        &[OTHER_RECEIVER, CONNECT],
    ),
    row(
        "mail-loop",
        MailServer,
        "loop",
        &["Hop count exceeded", "mail loop", "too many hops", "5.4.6", "5.4.14"],
    )
    .general()
    .with(&["smtp", "mail", "mailer", "550", "554", "outlook", "postfix"])
    .not(GOOGLE_MARKS)
    .means("The mail goes round between servers.", &[MAIL_SERVER_CONFIGURATION, OTHER_RECEIVER]),
];

pub(super) const LAST: &[Signature] = &[
    row(
        "login-missing-unmarked",
        MailServer,
        ANY,
        &[
            "530 5.7.0 Authentication Required",
            "5.7.0 Authentication Required",
            "530 5.5.1 Authentication Required",
            "5.5.1 Authentication Required",
            "530 Authentication required",
            "530 5.7.1 Authentication required",
            "5.7.1 Authentication required",
            "530 5.7.1",
            "530 SMTP authentication is required",
        ],
    )
    .means(
        "A mail server requires a login. The text does not say whose server it is.",
        &[SMTP_LOGIN_MISSING, PROVIDER_LOGIN],
    ),
    row(
        "starttls-unmarked",
        MailServer,
        ANY,
        &[
            "Must issue a STARTTLS command first",
            "Must issue STARTTLS command first",
            "530 5.7.0 Must issue",
            "must use TLS",
            "TLS required",
            "requires TLS",
        ],
    )
    .with(&["smtp", "smtpServer", "5.7.0", "530", "454", "gmail", "office", "mail"])
    .means(
        "A mail server requires TLS first. The text does not say whose server it is.",
        &[STARTTLS_MISSING],
    ),
    row(
        "login-refused",
        MailServer,
        ANY,
        &[
            "Invalid login",
            "Could not authenticate",
            "EAUTH",
            "SMTPAuthenticationError",
            "AuthenticationFailedException",
            "Failed to authenticate on SMTP server",
            "SASL authentication failed",
            "535 Authentication",
            "535 Incorrect",
            "authentication failure + smtp",
            "235 but got code 535",
            "SMTP AUTH error",
        ],
    )
    .not(&["235 2.7.0"])
    .means(
        "A mail server refuses the login. The text does not say whose server it is.",
        &[PROVIDER_LOGIN, PASSWORD_REFUSED],
    ),
];

pub(super) const BARE: &[Signature] = &[
    row(
        "receiver-said",
        MailServer,
        ANY,
        &[
            "said: 550",
            "said: 554",
            "said: 553",
            "said: 552",
            "said: 451",
            "said: 450",
            "said: 421",
            "said: 452",
            "550 5.7.1",
            "554 5.7.1",
            "550-5.7.1",
            "reason: 550",
            "reason: 554",
            "dsn=5.7.1",
            "dsn=4.7.1",
        ],
    )
    .not(GOOGLE_MARKS)
    .unless_delivered(Reply::Policy)
    .means(
        "The next mail server refuses or delays the mail. The text does not show whether it is the sender's or the \
         recipient's.",
        &[OTHER_RECEIVER, PROVIDER_SENDER_REFUSED],
    ),
    row(
        "data-not-accepted",
        MailServer,
        ANY,
        &[
            "data not accepted",
            "MAIL FROM command failed",
            "DATA END command failed",
            "The following From address failed",
            "SMTPDataError",
            "SMTPSenderRefused",
            "Mail command failed",
            "Sender syntax err",
        ],
    )
    .means(
        "A mail server refuses the sender or the message; the text does not show why.",
        &[PROVIDER_SENDER_REFUSED, PROVIDER_CONTENT],
    ),
    row(
        "recipients-refused",
        MailServer,
        ANY,
        &[
            "The following recipients failed",
            "SMTPRecipientsRefused",
            "recipients were rejected",
            "RCPT TO command failed",
            "SMTPAddressFailedException",
        ],
    )
    .means(
        "A mail server refuses the recipient; the text does not show why.",
        &[RECIPIENT_UNKNOWN, RELAY_DENIED],
    ),
    row(
        "mailbox-unavailable",
        MailServer,
        ANY,
        &[
            "Mailbox does not exist",
            "Requested action not taken: mailbox unavailable",
            "mailbox unavailable",
            "No such recipient",
            "no mailbox here by that name",
            "Unknown user",
            "User unknown",
            "User doesn't exist",
            "550 5.1.1",
            "550 5.1.2",
        ],
    )
    .with(&["550", "551", "553", "5.1.1", "smtp", "RCPT"])
    .not(GOOGLE_MARKS)
    .means(
        "A mail server has no such mailbox, or does not take mail for it from this sender.",
        &[RECIPIENT_UNKNOWN, PROVIDER_CONTENT],
    ),
];
