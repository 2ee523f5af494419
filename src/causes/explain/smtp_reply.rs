//! A reply of a mail server that no row has the words of: its codes (RFC 5321, RFC 3463) and common words give the class
//! of the cause. Who spoke is said only where the text names somebody.

use super::signatures::{Reply, Signature};

/// The most of a reply that is read, in bytes.
const MAX_REPLY: usize = 400;

/// The replies of RFC 5321 and its extensions that refuse.
const REFUSALS: &[u16] = &[
    421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538, 541, 550, 551,
    552, 553, 554, 555, 556, 571,
];

/// Words of a mail program or server: without them, `550` is any number.
const MAIL_WORDS: &[&str] = &[
    "expected response code",
    "hello first",
    "helo first",
    "smtp",
    "rcpt",
    "mail from",
    "recipient",
    "sender",
    "mailbox",
    "postfix",
    "exim",
    "sendmail",
    "mailer",
    "dsn=",
    "swift_",
    "esmtp",
    "bounce",
    "undeliver",
    "delivery",
    "relay",
    "email",
    "e-mail",
    "mail server",
    "mx.",
    "mta",
];

/// The classes, in the order in which their words decide.
const WORDS: &[(Reply, &[&str], &[&str])] = &[
    (Reply::Authenticity, &["spf", "dkim", "dmarc", "authentication checks", "unauthenticated mail"], &[]),
    (
        Reply::Full,
        &["mailbox", "mail box", "storage", "inbox", "over quota", "overquota"],
        &["full", "quota", "exceed", "storage"],
    ),
    (
        Reply::Size,
        &["size", "too large", "too big", "too long"],
        &["message", "mail", "exceed", "limit", "max"],
    ),
    (
        Reply::ReverseDns,
        &[
            "reverse dns",
            "ptr record",
            "ptr ",
            "rdns",
            "reverse hostname",
            "reverse lookup",
            "client host rejected: cannot find",
        ],
        &[],
    ),
    (
        Reply::Helo,
        &["helo", "ehlo"],
        &["invalid", "reject", "not ", "bad", "bogus", "denied", "need", "require", "fqdn"],
    ),
    (
        Reply::Tls,
        &["starttls", " tls", "encryption", "encrypted connection", "secure connection"],
        &["must", "require", "first", "need", "not available", "fail"],
    ),
    (
        Reply::LoginMissing,
        &["authenticat", "log in", "login", "auth ", "credentials"],
        &["require", "must", "first", "need", "please", "not authenticated", "unauthenticated", "without"],
    ),
    (
        Reply::Login,
        &[
            "authenticat",
            "login",
            "password",
            "credentials",
            "sasl",
            "auth failed",
            "user is locked",
            "account is locked",
        ],
        &[],
    ),
    // qmail's words.
    (Reply::Relay, &["rcpthosts"], &[]),
    // A name of a block list may contain "relay".
    (Reply::Blocked, &["listed at", "listed by", "ordb.org"], &[]),
    (
        Reply::Relay,
        &["relay"],
        &[
            "denied",
            "not permitted",
            "unable",
            "not allowed",
            "disallow",
            "prohibited",
            "deny",
            "not authorized",
            "refuse",
            "reject",
            "no ",
            "not relay",
        ],
    ),
    (
        Reply::Limit,
        &[
            "limit",
            "quota",
            "too many",
            "exceed",
            "rate",
            "throttl",
            "too fast",
            "too much",
            "frequency",
            "concurren",
        ],
        &["exceed", "limit", "reach", "too ", "over", "throttl", "frequency", "concurren", "quota"],
    ),
    (
        Reply::Blocked,
        &[
            "blacklist",
            "black list",
            "blocklist",
            "block list",
            "spamhaus",
            "spamcop",
            "barracuda",
            "sorbs",
            "dnsbl",
            "rbl",
            "reputation",
            "blocked",
            "banned",
            "abuse",
            "denylist",
            "listed",
            "poor ",
        ],
        &[],
    ),
    (
        Reply::Content,
        &["spam", "virus", "malware", "content", "attachment", "prohibited", "phish", "junk", "unsolicited"],
        &[],
    ),
    (
        Reply::Temporary,
        &["greylist", "graylist", "grey list", "try again", "try later", "temporar", "retry", "deferred"],
        &[],
    ),
    (Reply::Sender, &["domain not allowed in header"], &[]),
    (
        Reply::Message,
        &[
            "header",
            "rfc 5322",
            "rfc5322",
            "rfc 2822",
            "rfc2822",
            "rfc 822",
            "message-id",
            "bare lf",
            "bare cr",
            "line length",
            "malformed message",
            "multiple from",
        ],
        &[],
    ),
    (
        Reply::RecipientDomain,
        &[
            "domain not found",
            "host not found",
            "unrouteable",
            "unroutable",
            "host unknown",
            "domain does not",
            "no mx",
            "name service error",
            "domain name not found",
            "could not deliver mail to",
        ],
        &["recipient", "rcpt", "to <", "unrout", "host", "mx", "deliver"],
    ),
    (
        Reply::Sender,
        &[
            "sender",
            "from address",
            "mail from",
            "from header",
            "from:",
            "from/",
            "from field",
            "originator",
            "envelope from",
            "send as",
            "your domain",
            "the from",
        ],
        &[
            "reject",
            "not ",
            "denied",
            "mismatch",
            "invalid",
            "must",
            "verify",
            "fail",
            "same",
            "disallow",
            "unknown",
            "refuse",
            "unauthori",
            "bad",
            "illegal",
            "forbidden",
            "cannot",
        ],
    ),
    (
        Reply::RecipientSyntax,
        &["recipient", "address", "rcpt", "email"],
        &[
            "syntax",
            "malformed",
            "format",
            "invalid character",
            "is invalid",
            "parse",
            "not a valid",
            "not an rfc",
        ],
    ),
    (
        Reply::Disabled,
        &["account", "mailbox", "user", "recipient", "address"],
        &["disabled", "suspended", "inactive", "deactivated", "locked", "closed", "expired"],
    ),
    (
        Reply::Recipient,
        &["recipient", "mailbox", "user", "account", "address", "rcpt", "addressee", "mail box"],
        &[
            "unknown",
            "not found",
            "not exist",
            "n't exist",
            "no such",
            "no longer",
            "invalid",
            "unavailable",
            "reject",
            "not known",
            "undeliver",
            "not listed",
            "does not",
            "no valid",
            "not a known",
            "nonexist",
            "non-exist",
        ],
    ),
    (
        Reply::Recipient,
        &[
            "no such user",
            "unknown user",
            "invalid user",
            "no mailbox",
            "user unknown",
            "utilisateur inconnu",
        ],
        &[],
    ),
    (
        Reply::Protocol,
        &[
            "sequence",
            "out of order",
            "command not",
            "unrecognized command",
            "unknown command",
            "not implemented",
        ],
        &[],
    ),
    (
        Reply::Policy,
        &[
            "policy",
            "denied",
            "refused",
            "not allowed",
            "not accepted",
            "not permitted",
            "administrativ",
            "rejected",
            "unauthorized",
        ],
        &[],
    ),
];

/// The first refusal of a mail server in a paste that is in lower case: its class, and where it begins.
/// Where a connection failed, only a code that is certain counts.
pub(super) fn read(paste: &str, has_network: bool) -> Option<(&'static Signature, usize)> {
    let is_of_mail = !has_network && MAIL_WORDS.iter().any(|word| paste.contains(word));
    let codes = numbers(paste).filter_map(|(from, to)| Code::of(paste, from, to));
    let first = codes.into_iter().find(|code| code.is_certain || is_of_mail)?;
    let end = super::floor(paste, (first.at + MAX_REPLY).min(paste.len()));
    let reply = &paste[first.at..end];
    let class = match first.class(reply) {
        Reply::Protocol if refuses_login(&paste[..first.at], reply) => Reply::ProtocolLogin,
        // The server that accepted the login is the sender's own.
        Reply::Policy if accepts_login(&paste[..first.at]) => Reply::PolicyAfterLogin,
        class => class,
    };
    Some((class.signature(speaker(paste)), first.at))
}

fn accepts_login(before: &str) -> bool {
    ["235 2.0.0", "235 2.7.0", "235 auth"].iter().any(|words| before.contains(words))
}

/// Whether the command that is refused is AUTH: the reply names it, or it stands in the line before.
fn refuses_login(before: &str, reply: &str) -> bool {
    let is_word = |word: &str| word == "auth";
    let of_line = |line: &str| line.split(|char: char| !char.is_ascii_alphanumeric()).any(is_word);
    let command = before.lines().rev().map(str::trim).filter(|line| line.len() > 6).nth(1);
    let reply = reply.lines().next().unwrap_or_default();
    of_line(reply) || command.is_some_and(|line| of_line(line) && !line.contains("250"))
}

/// Whom a paste names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Google,
    /// Somebody else, with a name.
    Named,
    Unnamed,
}

fn speaker(paste: &str) -> Server {
    const GOOGLE: &[&str] = &[
        "gsmtp",
        "support.google.com/mail",
        "support.google.com/a/",
        "aspmx.l.google.com",
        "gmail-smtp-in.l.google.com",
    ];
    const OTHERS: &[&str] = &[
        "outlook.com",
        "office365",
        "protection.outlook",
        "hotmail",
        "exchangelabs",
        "yahoo",
        "aol.com",
        "icloud",
        "sendgrid",
        "amazonses",
        "amazonaws",
        "mailgun",
        "postmark",
        "sparkpost",
        "mimecast",
        "proofpoint",
        "pphosted",
        "barracuda",
        "zoho",
        "163.com",
        "126.com",
        "qq.com",
        "aliyun",
        "yandex",
        "mail.ru",
        "gmx",
        "web.de",
        "t-online",
        "ionos",
        "1and1",
        "kundenserver",
        "ovh",
        "hostgator",
        "godaddy",
        "secureserver",
        "fastmail",
        "protonmail",
        "brevo",
        "sendinblue",
        "mailjet",
        "strato",
        "forpsi",
        "seznam",
        "naver",
        "rackspace",
        "messagelabs",
        "trendmicro",
        "cisco",
    ];
    if GOOGLE.iter().any(|word| paste.contains(word)) {
        Server::Google
    } else if OTHERS.iter().any(|word| paste.contains(word)) {
        Server::Named
    } else {
        Server::Unnamed
    }
}

struct Code {
    at: usize,
    /// `550`, if it stands there.
    basic: Option<u16>,
    /// `5.7.1`, if it stands there.
    enhanced: Option<(u16, u16, u16)>,
    /// An enhanced code after a reply code, which is nothing else.
    is_certain: bool,
}

impl Code {
    /// What a number is as a code of a reply, with the number after it.
    fn of(paste: &str, from: usize, to: usize) -> Option<Self> {
        let before = paste[..from].trim_end_matches([' ', '"', '\'', '(', '[', '`', '*', '#']);
        let is_counted = [
            "line",
            "port",
            "version",
            "php",
            "mysql",
            "pid",
            "java",
            "http",
            "status code",
            "http/1.1",
            "width",
            "v",
            "status=",
            "status:",
            "linux",
            "ubuntu",
        ]
        .iter()
        .any(|word| before.ends_with(word) && before.len() + 1 >= from.saturating_sub(2));
        let glued = paste[..from].chars().next_back();
        let is_glued = glued
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '@' | '_' | '-' | '$' | '&' | '%'));
        if is_counted || is_glued {
            return None;
        }
        let number = &paste[from..to];
        if let Some(enhanced) = enhanced(number) {
            return Some(Self { at: from, basic: None, enhanced: Some(enhanced), is_certain: false });
        }
        let basic: u16 = number.parse().ok().filter(|code| number.len() == 3 && REFUSALS.contains(code))?;
        let rest = &paste[to..];
        if !rest.is_empty()
            && !rest
                .starts_with([' ', '-', ',', ':', ')', '"', '\'', '\\', '\n', '\r', ';', '`', '#', '<', '.'])
        {
            return None;
        }
        let after = rest.trim_start_matches([' ', '-', ',', '"', '\'', ':', '#', '(', 'b', '>', '[']);
        let length = after.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(after.len());
        let enhanced = enhanced(after[..length].trim_end_matches('.'));
        Some(Self { at: from, basic: Some(basic), enhanced, is_certain: enhanced.is_some() })
    }

    fn class(&self, reply: &str) -> Reply {
        let words = self.of_words(reply);
        match (words, self.enhanced) {
            // `5.7.1` and `5.0.0` say nothing of their own.
            (Some(class), None | Some((_, 0 | 7, _))) => class,
            (Some(Reply::Policy), Some((_, 1, 1..=6 | 10))) => Reply::Recipient,
            (Some(Reply::Policy), Some((_, 1, 0))) => Reply::Policy,
            (Some(Reply::Recipient), Some((_, 1, 3))) => Reply::RecipientSyntax,
            (Some(class), _) if class != Reply::Policy => class,
            (_, Some(enhanced)) => Self::of_enhanced(enhanced, self.basic),
            _ => Self::of_basic(self.basic.unwrap_or(554)),
        }
    }

    fn of_words(&self, reply: &str) -> Option<Reply> {
        let is_login =
            matches!(self.basic, Some(530 | 534 | 535 | 538)) || matches!(self.enhanced, Some((_, 7, 8 | 9)));
        let fits = |words: &[&str]| words.is_empty() || words.iter().any(|word| reply.contains(word));
        let row = WORDS.iter().find(|(class, any, with)| {
            // A number says of its own that it is about a login.
            let may_be =
                !is_login || matches!(class, Reply::Login | Reply::LoginMissing | Reply::Tls | Reply::Sender);
            may_be && fits(any) && fits(with)
        });
        row.map(|(class, _, _)| *class)
    }

    fn of_enhanced((class, subject, detail): (u16, u16, u16), basic: Option<u16>) -> Reply {
        match (class, subject, detail) {
            (_, 1, 0 | 7 | 8) => Reply::Sender,
            (_, 1, 3) => Reply::RecipientSyntax,
            (_, 1, 2) => Reply::RecipientDomain,
            (_, 1, _) => Reply::Recipient,
            (_, 2, 1) => Reply::Disabled,
            (_, 2, 2) => Reply::Full,
            (_, 2, 3) | (_, 3, 4) => Reply::Size,
            (_, 5, 2) if basic == Some(555) => Reply::RecipientSyntax,
            (_, 5, _) => Reply::Protocol,
            (_, 6, _) => Reply::Message,
            (_, 7, 8 | 9) => Reply::Login,
            (_, 4, 4) => Reply::RecipientDomain,
            (4, ..) => Reply::Temporary,
            (_, 7, _) => Reply::Policy,
            _ => Self::of_basic(basic.unwrap_or(554)),
        }
    }

    const fn of_basic(basic: u16) -> Reply {
        match basic {
            421 | 432 | 450 | 451 => Reply::Temporary,
            452 | 552 => Reply::Full,
            530 => Reply::LoginMissing,
            534 | 535 | 538 => Reply::Login,
            454 | 523 => Reply::Tls,
            500 | 502 | 503 | 504 => Reply::Protocol,
            501 | 555 => Reply::RecipientSyntax,
            550 | 551 | 553 | 556 => Reply::Recipient,
            _ => Reply::Policy,
        }
    }
}

/// `5.7.1`.
fn enhanced(number: &str) -> Option<(u16, u16, u16)> {
    let mut parts = number.split('.').map(|part| part.parse().ok().filter(|_| part.len() <= 3));
    let code = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && [4, 5].contains(&code.0) && code.1 <= 7).then_some(code)
}

/// Every run of digits and points, without the points at its end.
fn numbers(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let from = rest + text[rest..].find(|c: char| c.is_ascii_digit())?;
        let length =
            text[from..].find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len() - from);
        rest = from + length;
        Some((from, from + text[from..rest].trim_end_matches('.').len()))
    })
}
