//! The words by which an error is recognized: the first row that fits takes them, so the special stands before the
//! general.
//!
//! A phrase is searched without regard to case, blanks, line breaks and signs. ` + ` joins parts that stand near each
//! other. The words are from public threads and Google's references, which the table of causes names for each cause.

mod api_answers;
mod client_library;
mod directory_api;
mod gmail_api;
mod gmail_smtp;
mod google_api;
mod google_receiving;
mod harmless;
mod iam;
mod mail_server;
mod microsoft;
mod network;
mod providers;
mod replies;
mod token;

pub(super) use api_answers::of_cause;
pub(super) use replies::Reply;

use super::Speaker;
use crate::causes::CauseRow;

/// How one error is recognized, and what it means.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Stable.
    pub(crate) id: &'static str,
    /// Who says it.
    pub(crate) speaker: Speaker,
    /// Of one family, a general row says nothing once a special one has.
    pub(super) family: &'static str,
    /// Whether it only speaks where no other of its family does.
    pub(super) is_general: bool,
    /// Any of these.
    pub(super) any: &'static [&'static str],
    /// Anywhere in the paste, one of these, if there are any: the words alone are not the speaker's own.
    pub(super) with: &'static [&'static str],
    /// Nowhere in the paste.
    pub(super) not: &'static [&'static str],
    /// Anywhere in the paste one of these with its signs, if there are any: `unauthorized_client` is no "unauthorized
    /// clients". In lower case.
    pub(super) literal: &'static [&'static str],
    /// The class of the reply, if the words are also those of the sender's own server: only a delivery shows whose they
    /// are.
    pub(super) unless_delivered: Option<Reply>,
    /// One sentence.
    pub(crate) meaning: &'static str,
    /// Likely causes in order; none of what is harmless.
    pub(crate) causes: &'static [&'static CauseRow],
}

impl Signature {
    /// Whether it is a warning that nothing fails for.
    pub(crate) const fn is_harmless(&self) -> bool {
        self.causes.is_empty()
    }

    /// Whether it is about the connection or a library's own sentence, not about an answer.
    pub(super) fn is_of_network(&self) -> bool {
        ["network", "closed", "dotnet"].contains(&self.family)
    }
}

/// A row: any of these words, said by this speaker. It has no meaning yet.
const fn row(
    id: &'static str,
    speaker: Speaker,
    family: &'static str,
    any: &'static [&'static str],
) -> Signature {
    Signature {
        id,
        speaker,
        family,
        is_general: false,
        any,
        with: &[],
        not: &[],
        literal: &[],
        unless_delivered: None,
        meaning: "",
        causes: &[],
    }
}

impl Signature {
    const fn general(self) -> Self {
        Self { is_general: true, ..self }
    }

    const fn with(self, with: &'static [&'static str]) -> Self {
        Self { with, ..self }
    }

    const fn not(self, not: &'static [&'static str]) -> Self {
        Self { not, ..self }
    }

    const fn literal(self, literal: &'static [&'static str]) -> Self {
        Self { literal, ..self }
    }

    const fn unless_delivered(self, reply: Reply) -> Self {
        Self { unless_delivered: Some(reply), ..self }
    }

    const fn means(self, meaning: &'static str, causes: &'static [&'static CauseRow]) -> Self {
        Self { meaning, causes, ..self }
    }
}

/// The family of rows that only speak where no other row does.
pub(super) const ANY: &str = "any";

/// What stands in a reply of Google's mail servers.
const GOOGLE_MARKS: &[&str] =
    &["gsmtp", "support.google.com", "smtp.gmail.com", "smtp-relay.gmail.com", "l.google.com"];

/// The same, with the sentences before Google's links.
const GOOGLE_REPLY: &[&str] = &[
    "gsmtp",
    "support.google.com",
    "smtp.gmail.com",
    "smtp-relay.gmail.com",
    "l.google.com",
    "gmail",
    "Learn more at",
    "For more information, go to",
    "WantAuthError",
];

/// What stands near the answer of a token endpoint that is not Google's.
const FOREIGN_TOKEN_ENDPOINTS: &[&str] = &[
    "AADSTS",
    "login.microsoftonline.com",
    "keycloak",
    "/o/token",
    "gluu",
    "okta",
    "auth0",
    "identityserver",
    "salesforce",
    "is not authorized to request an access token using this method",
    "no client authentication included",
    "Client authentication failed (e.g.",
    "Bad client credentials",
    "Client credentials are invalid",
    "Invalid client credentials",
    "invalid grant types for client",
    "sendgrid",
    "api.linkedin.com",
    "graph.facebook.com",
    "github.com/login",
    "slack.com/api",
    "api.dropbox",
    "spotify",
    "xero",
    "intuit",
    "hubspot",
    "appleid.apple.com",
    "accounts.zoho",
    "login.yahoo.com",
    "cognito",
    "hydra",
];

/// What has errors of the network of its own, which are none of mail or Google.
const FOREIGN_SERVICES: &[&str] = &[
    "psycopg",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlite",
    "oracle",
    "redis",
    "mongo",
    "mongodb",
    "mongoose",
    "kafka",
    "rabbitmq",
    "amqp",
    "elasticsearch",
    "memcached",
    "zookeeper",
    "etcd",
    "consul",
    "kubectl",
    "kubernetes",
    "dockerd",
    "docker pull",
    "npm ERR",
    "pip install",
    "apt-get",
    "github.com",
    "ldap",
    "ssh",
    "sshd",
    "ftp",
    "mqtt",
    "cassandra",
    "influxdb",
    "prometheus",
    "openai",
    "api.telegram.org",
];

/// What a paste rules out.
pub(super) struct RuledOut {
    /// The ids of causes.
    pub(super) causes: &'static [&'static str],
    /// Any of these phrases.
    pub(super) by: &'static [&'static str],
    /// Why, in a sentence.
    pub(super) why: &'static str,
}

/// GAM's `check serviceaccount` tests clock and key before the scopes.
pub(super) const RULED_OUT: &[RuledOut] = &[
    RuledOut {
        causes: &["clock_skew"],
        by: &["Your system time differs from + PASS"],
        why: "GAM compared the clock and passed it",
    },
    RuledOut {
        causes: &["key_rejected", "service_account_deleted", "service_account_disabled"],
        by: &["Service Account Private Key Authentication + Authentication PASS"],
        why: "GAM got a token with the key",
    },
    RuledOut {
        causes: &["service_account_without_subject"],
        by: &["access_type=offline", "refreshTokenNoCache", "installed-app"],
        why: "the program acts for a signed-in user, not as a service account",
    },
];

/// Every signature, in the order in which they are tried, in four steps from special words to general ones. Within one
/// step, the order of the files counts, too: Gmail's words before those of any Google API.
const ORDER: &[&[Signature]] = &[
    // Words that contain the words of a later row.
    harmless::SPECIAL,
    token::SPECIAL,
    gmail_api::SPECIAL,
    directory_api::SPECIAL,
    iam::SPECIAL,
    google_api::SPECIAL,
    microsoft::SPECIAL,
    providers::SPECIAL,
    gmail_smtp::SPECIAL,
    google_receiving::SPECIAL,
    client_library::SPECIAL,
    mail_server::SPECIAL,
    network::SPECIAL,
    // The words of one error.
    token::USUAL,
    gmail_api::USUAL,
    directory_api::USUAL,
    iam::USUAL,
    google_api::USUAL,
    microsoft::USUAL,
    providers::USUAL,
    gmail_smtp::USUAL,
    google_receiving::USUAL,
    client_library::USUAL,
    mail_server::USUAL,
    network::USUAL,
    // Words that several errors share.
    token::GENERAL,
    gmail_api::GENERAL,
    directory_api::GENERAL,
    google_api::GENERAL,
    microsoft::GENERAL,
    providers::GENERAL,
    gmail_smtp::GENERAL,
    google_receiving::GENERAL,
    client_library::GENERAL,
    mail_server::GENERAL,
    network::GENERAL,
];

/// Tried only where no other row speaks, before the codes of a reply.
const LAST: &[&[Signature]] = &[client_library::LAST, mail_server::LAST];
/// Tried only where nothing else speaks: they have the name of an exception alone.
const BARE: &[&[Signature]] = &[client_library::BARE, mail_server::BARE];

/// Every signature, in the order in which they are tried.
pub(crate) fn signatures() -> impl Iterator<Item = &'static Signature> {
    ORDER
        .iter()
        .flat_map(|rows| rows.iter())
        .chain(replies::ROWS)
        .chain(api_answers::ROWS)
        .chain(last())
        .chain(bare())
}

/// Those that have words of their own, in the order in which they are tried.
pub(super) fn of_words() -> impl Iterator<Item = &'static Signature> {
    ORDER.iter().flat_map(|rows| rows.iter())
}

/// Those that only speak where nothing else does.
pub(super) fn last() -> impl Iterator<Item = &'static Signature> {
    LAST.iter().flat_map(|rows| rows.iter())
}

/// Those that only have the name of an exception.
pub(super) fn bare() -> impl Iterator<Item = &'static Signature> {
    BARE.iter().flat_map(|rows| rows.iter())
}
