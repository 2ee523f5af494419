//! A reply of a mail server that no row has the words of: its codes (RFC 5321, RFC 3463) and common words give the class
//! of the cause. Who spoke is said only where the text names somebody.

use std::collections::BTreeSet;

use super::Speaker;
use super::signatures::{Reply, Signature};
use super::stage::Stage;

/// The most of a reply that is read, in bytes.
const MAX_REPLY: usize = 400;
/// The most numbers of a paste that are compared with the words of a refusal.
const MAX_CODES: usize = 2_000;
/// The most of a word that is read backwards from a name or a number, in bytes.
const MAX_WORD: usize = 100;

/// The replies of RFC 5321 and its extensions that refuse.
const REFUSALS: &[u16] = &[
    421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538, 541, 550, 551,
    552, 553, 554, 555, 556, 571,
];

/// Words of a mail program or server: without them, `550` is any number.
const MAIL_PROGRAMS: &[&str] = &[
    "expected response code",
    "hello first",
    "helo first",
    "smtp",
    "rcpt",
    "mail from",
    "postfix",
    "exim",
    "sendmail",
    "mailer-daemon",
    "dsn=",
    "swift_",
    "undeliver",
    "mail server",
    "mx.",
    "mta;",
    "mta:",
];

/// Words of any text about mail: with them, a number is a code only if the words after it are a refusal's.
const MAIL_WORDS: &[&str] = &[
    "recipient",
    "sender",
    "mailbox",
    "mailer",
    "bounce",
    "delivery",
    "relay",
    "email",
    "e-mail",
    "message",
    "mta",
    "spam",
];

/// What counts something: a number after one of these is no code.
const COUNTED: &[&str] = &[
    "line",
    "port",
    "version",
    "ver",
    "v",
    "php",
    "mysql",
    "mysqld",
    "mariadb",
    "database",
    "db",
    "pid",
    "java",
    "node",
    "npm",
    "kernel",
    "linux",
    "ubuntu",
    "debian",
    "release",
    "package",
    "plugin",
    "library",
    "gem",
    "python",
    "width",
    "http",
    "http/1.0",
    "http/1.1",
    "http/2",
    "http/2.0",
    "id",
    "number",
    "no",
    "page",
    "room",
    "suite",
    "hash",
    "commit",
    "server version",
];

/// What is counted: a number before one of these is no code.
const UNITS: &[&str] = &[
    "bytes",
    "byte",
    "kb",
    "mb",
    "gb",
    "ms",
    "s",
    "seconds",
    "minutes",
    "hours",
    "days",
    "times",
    "items",
    "rows",
    "lines",
    "files",
    "users",
    "emails",
    "recipients",
    "points",
    "packets",
    "requests",
    "tonnes",
    "tons",
    "eur",
    "usd",
    "percent",
    "km",
    "m",
    "years",
    "people",
    "copies",
    "main",
    "street",
];

/// What announces a code.
const ANNOUNCES: &[&str] = &[
    "code",
    "error",
    "errors",
    "got",
    "gets",
    "get",
    "getting",
    "reply",
    "replied",
    "replies",
    "response",
    "responded",
    "returned",
    "returns",
    "returning",
    "return",
    "said",
    "says",
    "status",
    "with",
    "server",
    "smtp",
    "esmtp",
    "failed",
    "failure",
    "reason",
    "message",
    "msg",
    "detail",
    "details",
    "answer",
    "answered",
    "received",
    "receive",
    "err",
    "exception",
    "is",
    "was",
    "a",
    "an",
    "the",
    "this",
    "gmail",
    "google",
    "outlook",
    "microsoft",
    "exchange",
    "dsn",
    "ndr",
    "data",
    "command",
    "rejected",
    "reject",
    "bounced",
    "bounce",
    "mail",
    "host",
    "remote",
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

/// A refusal of a mail server.
pub(super) struct Refusal {
    pub(super) signature: &'static Signature,
    pub(super) speaker: Speaker,
    /// Where it begins.
    pub(super) at: usize,
}

/// The first refusal of a mail server in a paste that is in lower case. Where a connection failed, only a code that is
/// certain counts.
pub(super) fn read(paste: &str, stage: Stage, has_network: bool) -> Option<Refusal> {
    let has = |words: &[&str]| !has_network && words.iter().any(|word| paste.contains(word));
    let (has_program, has_word) = (has(MAIL_PROGRAMS), has(MAIL_WORDS));
    let first = codes(paste).take(MAX_CODES).find(|code| {
        let is_refusal = || code.of_words(reply(paste, code.at)).is_some();
        // `5.5.2` alone may be a version or a load.
        code.is_certain
            || (has_program && code.basic.is_some())
            || ((has_program || has_word) && is_refusal())
    })?;
    let class = match first.class(reply(paste, first.at)) {
        Reply::Protocol if refuses_login(&paste[..first.at], reply(paste, first.at)) => Reply::ProtocolLogin,
        // The server that accepted the login is the sender's own.
        Reply::Policy if accepts_login(&paste[..first.at]) => Reply::PolicyAfterLogin,
        class => class,
    };
    let (signature, speaker) = class.signature(server(paste, stage), stage);
    Some(Refusal { signature, speaker, at: first.at })
}

/// Every enhanced code of a paste that stands where a reply has one.
pub(super) fn enhanced_codes(paste: &str) -> BTreeSet<(u16, u16, u16)> {
    codes(paste).filter_map(|code| code.enhanced).collect()
}

/// What a reply of this class means in a paste, and who spoke.
pub(super) fn of_class(paste: &str, class: Reply, stage: Stage) -> (&'static Signature, Speaker) {
    class.signature(server(paste, stage), stage)
}

/// The enhanced code that a phrase consists of.
pub(super) fn as_enhanced(phrase: &str) -> Option<(u16, u16, u16)> {
    enhanced(phrase)
}

fn codes(paste: &str) -> impl Iterator<Item = Code> {
    numbers(paste).filter_map(|(from, to)| Code::of(paste, from, to))
}

/// The words of a reply, without the call stack of the program that got it.
fn reply(paste: &str, at: usize) -> &str {
    let end = super::floor(paste, (at + MAX_REPLY).min(paste.len()));
    let reply = &paste[at..end];
    let ends = [
        "\n    at ",
        "\n\tat ",
        " at smtpconnection",
        "\n  file \"",
        "traceback (most",
        "\n  code: '",
        "nested exception",
    ];
    let end = ends.iter().filter_map(|end| reply.find(end)).min().unwrap_or(reply.len());
    &reply[..end]
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

fn server(paste: &str, stage: Stage) -> Server {
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
    const GOOGLE_SUBMISSION: &[&str] = &["smtp.gmail.com", "smtp-relay.gmail.com"];
    let is_named = |names: &[&str]| names.iter().any(|name| paste.contains(name));
    // A bounce may pass through Gmail and quote another server.
    if is_named(GOOGLE) || (stage == Stage::Submission && is_named(GOOGLE_SUBMISSION)) {
        Server::Google
    } else if OTHERS.iter().any(|name| is_server(paste, name)) {
        Server::Named
    } else {
        Server::Unnamed
    }
}

/// Whether a name is that of a server, and not only the domain of somebody's address.
fn is_server(paste: &str, name: &str) -> bool {
    paste.match_indices(name).any(|(at, _)| {
        let begin = super::floor(paste, at.saturating_sub(MAX_WORD));
        let word = paste[begin..at].rsplit([' ', '\n', '<', '(', '[', '"', '\'', ',', ';', '`']).next();
        // `strato` is no part of "administrator".
        let is_begin = !paste[..at].ends_with(|char: char| char.is_alphanumeric());
        is_begin && !word.is_some_and(|word| word.contains('@'))
    })
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
        let (before, number, rest) = (&paste[..from], &paste[from..to], &paste[to..]);
        if is_counted(before, number) {
            return None;
        }
        if let Some(enhanced) = enhanced(number) {
            // `5.7.26-log` is a version.
            let is_alone = !rest.starts_with(|char: char| {
                char.is_alphanumeric() || matches!(char, '-' | '_' | '+' | '~' | '/')
            });
            return (is_alone && is_announced(before, true)).then_some(Self {
                at: from,
                basic: None,
                enhanced: Some(enhanced),
                is_certain: false,
            });
        }
        let basic: u16 = number.parse().ok().filter(|code| number.len() == 3 && REFUSALS.contains(code))?;
        let after = rest.trim_start_matches([' ', '-', ',', '"', '\'', ':', '#', '(', 'b', '>', '[']);
        let length = after.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(after.len());
        let enhanced = enhanced(after[..length].trim_end_matches('.'));
        // Both codes together are a reply's wherever they stand alone.
        let is_reply = match enhanced {
            Some(_) => is_announced(before, true) || before.ends_with([' ', '\t']),
            None => is_announced(before, true) && is_followed(before, rest),
        };
        is_reply.then_some(Self { at: from, basic: Some(basic), enhanced, is_certain: enhanced.is_some() })
    }

    fn class(&self, reply: &str) -> Reply {
        let words = self.of_words(reply);
        match (words, self.enhanced) {
            (None | Some(Reply::Policy), Some(enhanced @ (_, 7, 20..=26))) => {
                Self::of_enhanced(enhanced, self.basic)
            }
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
        // These numbers say more than the code beside them.
        if let Some(basic @ (530 | 534 | 535 | 538)) = basic {
            return Self::of_basic(basic);
        }
        match (class, subject, detail) {
            (_, 1, 0 | 7 | 8) => Reply::Sender,
            (_, 1, 3) => Reply::RecipientSyntax,
            (_, 1, 2) => Reply::RecipientDomain,
            (_, 1, _) => Reply::Recipient,
            (_, 2, 1) => Reply::Disabled,
            (_, 2, 2) => Reply::Full,
            (_, 2, 3) | (_, 3, 4) => Reply::Size,
            // RFC 3463: too many recipients. Gmail has 5.4.5 for its daily limit: https://support.google.com/a/answer/3726730.
            (_, 5, 3) | (5, 4, 5) => Reply::Limit,
            // RFC 7372.
            (_, 7, 25) => Reply::ReverseDns,
            (_, 7, 20..=26) => Reply::Authenticity,
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

/// Whether a code may stand after these words: at the beginning of a line or a quotation, after a sign, or after a word
/// that announces it.
fn is_announced(before: &str, may_repeat: bool) -> bool {
    let before = &before[super::floor(before, before.len().saturating_sub(MAX_WORD))..];
    let trimmed = before.trim_end_matches([' ', '\t']);
    let is_spaced = trimmed.len() < before.len();
    // In JSON or a program's text, a line break is written.
    let is_line = |text: &str| {
        text.is_empty()
            || text.ends_with(['\n', '\r'])
            || text.ends_with("\\n")
            || text.ends_with("\\r")
            || text.ends_with("\\t")
    };
    if is_line(trimmed) {
        return true;
    }
    let last_word = |text: &str| -> String {
        let begin = text.rfind(|char: char| !char.is_alphanumeric()).map_or(0, |at| at + 1);
        text.get(begin..).unwrap_or_default().to_owned()
    };
    match trimmed.chars().next_back() {
        Some(
            '"' | '\'' | '`' | '(' | '[' | '<' | '>' | ';' | '=' | '|' | '#' | '*' | ']' | '“' | '‘' | '«'
            | '—' | '–',
        ) => true,
        Some(':') if is_spaced => true,
        // A file and its line: `mailer.js:550`.
        Some(':') => ANNOUNCES.contains(&last_word(&trimmed[..trimmed.len() - 1]).as_str()),
        Some('-' | '.' | ',' | ')' | '!' | '?' | '…') => is_spaced,
        Some(char) if char.is_ascii_digit() => {
            // The code again, as in `550 550 no`, or a time or a port, as in `10:30:01 550 no`.
            let word = last_word(trimmed);
            let rest = &trimmed[..trimmed.len() - word.len()];
            let is_code = word.parse().is_ok_and(|code: u16| REFUSALS.contains(&code));
            is_spaced && (rest.ends_with(':') || (may_repeat && is_code && is_announced(rest, false)))
        }
        Some(_) => is_spaced && ANNOUNCES.contains(&last_word(trimmed).as_str()),
        None => true,
    }
}

/// Whether the word before a number counts something.
fn is_counted(before: &str, number: &str) -> bool {
    let before = &before[super::floor(before, before.len().saturating_sub(MAX_WORD))..];
    let trimmed = before.trim_end_matches([' ', '"', '\'', '(', '[', '`', '*', '#', ':', '=']);
    let is_boundary = |char: char| !(char.is_alphanumeric() || matches!(char, '/' | '.'));
    let word = trimmed.rsplit(is_boundary).next().unwrap_or_default();
    // A status of HTTP is a number of three digits.
    let is_status = number.len() == 3
        && (trimmed.ends_with("status code") || (word == "status" && before.ends_with([':', '='])));
    is_status || COUNTED.contains(&word)
}

/// Whether what stands after a code alone is a reply's text, or the end.
fn is_followed(before: &str, rest: &str) -> bool {
    if rest.is_empty() || rest.starts_with(['\n', '\r', '.', ')', ';', '`', '>']) {
        return true;
    }
    // Python: `(550, b'text')`; PHP: `code "550", with message`.
    if rest.starts_with(',') {
        return before.ends_with(['(', '"']) || rest.starts_with(", with");
    }
    if rest.starts_with(['"', '\'']) {
        return true;
    }
    let text = rest.trim_start_matches([' ', '-', ':']);
    if text.len() == rest.len() {
        return false;
    }
    let word: String = text.chars().take_while(|char| char.is_alphanumeric()).collect();
    let is_number = word.chars().all(|char| char.is_ascii_digit());
    let repeats = word.parse().is_ok_and(|code: u16| REFUSALS.contains(&code));
    !UNITS.contains(&word.as_str()) && (!is_number || word.is_empty() || repeats)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_where_a_reply_has_one() {
        for text in [
            "5.7.26 this mail",
            "550-5.7.26 this mail",
            "error 5.7.26",
            "(5.7.26)",
            "the server response was: 5.7.26 no",
            "550 550 #5.7.26 no",
            "\\n550 5.7.26 no",
        ] {
            assert!(enhanced_codes(text).contains(&(5, 7, 26)), "{text}");
        }
        for text in [
            "mysql 5.7.26",
            "mysql:5.7.26",
            "server version: 5.7.26 mysql",
            "version: '5.7.26'  socket",
            "(mysqld 5.7.26)",
            "5.7.26-log",
            "10.5.7.26",
            "1.5.7.26.3",
            "upgraded to 5.7.26",
        ] {
            assert!(enhanced_codes(text).is_empty(), "{text}");
        }
    }
}
