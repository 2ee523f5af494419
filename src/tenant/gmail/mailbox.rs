//! A user's Gmail: its state, how far it was read, and its settings.

use serde::{Deserialize, Serialize};

use crate::tenant::{Gap, Part};

/// Whether the user has a working Gmail mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GmailState {
    /// Gmail answered for this user.
    On,
    /// Gmail answered "Mail service not enabled".
    Off,
    /// Directory says that no mailbox was ever created.
    NoMailbox,
    /// Nobody said.
    Unknown,
}

impl GmailState {
    /// The value in `users.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::NoMailbox => "no_mailbox",
            Self::Unknown => "unknown",
        }
    }
}

/// How far a user's mailbox was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxRead {
    /// Every part that was asked for.
    Complete,
    /// Some parts, not all.
    Partial,
    /// There is nothing to read, or Google lets nobody read it.
    NotApplicable,
    /// Google refused.
    Denied,
    /// It broke.
    Failed,
}

impl MailboxRead {
    /// The value in `users.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::NotApplicable => "not_applicable",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// One part of one mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxFact<T> {
    /// Gmail answered.
    Read(T),
    /// Gmail answered, and some rows of the answer cannot be read.
    Partial(T, Gap),
    /// There is nothing to read: suspended, archived, Gmail off, no mailbox. Says which.
    NotApplicable(String),
    /// It should have been read and was not.
    Missing(Gap),
    /// No enabled check needs it.
    NotAsked,
}

impl<T> MailboxFact<T> {
    /// The facts that are known, complete or not.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Read(facts) | Self::Partial(facts, _) => Some(facts),
            Self::NotApplicable(_) | Self::Missing(_) | Self::NotAsked => None,
        }
    }

    /// Why something is missing, if it is.
    pub const fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Partial(_, gap) | Self::Missing(gap) => Some(gap),
            Self::Read(_) | Self::NotApplicable(_) | Self::NotAsked => None,
        }
    }
}

/// A user's mailbox, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Whether Gmail is on.
    pub gmail: GmailState,
    /// What says so: `suspended`, `archived`, `is_mailbox_setup_false`, `send_as_list_answered`,
    /// `mail_service_not_enabled`, or the name of the cause that prevented an answer.
    pub gmail_evidence: String,
    /// How far the mailbox was read.
    pub read: MailboxRead,
    /// Why it was not read completely.
    pub gap: Option<Gap>,
    /// `users.settings.sendAs.list`.
    pub send_as: MailboxFact<Vec<SendAs>>,
}

impl Mailbox {
    /// The mailbox of a user whom the run did not come to before it ended.
    #[must_use]
    pub fn not_reached() -> Self {
        let gap = Gap::not_reached(Part::SendAs);
        Self {
            gmail: GmailState::Unknown,
            gmail_evidence: "not_asked".to_owned(),
            read: MailboxRead::Failed,
            gap: Some(gap.clone()),
            send_as: MailboxFact::Missing(gap),
        }
    }
}

/// What a send-as address is to its mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendAsKind {
    /// The mailbox's own address.
    Primary,
    /// An alias that Directory gives this user.
    Alias,
    /// Any other: an address added as a custom "from".
    Custom,
}

impl SendAsKind {
    /// The value in `send_as.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Alias => "alias",
            Self::Custom => "custom",
        }
    }
}

/// One entry of a mailbox's send-as list. Gmail leaves false booleans out: they are false here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendAs {
    /// The address, as Gmail spells it.
    pub send_as_email: String,
    /// The name shown with it; empty for the account's own name.
    pub display_name: String,
    /// `replyToAddress`; empty if none.
    pub reply_to: String,
    /// What it is to the mailbox.
    pub kind: SendAsKind,
    /// `isPrimary`.
    pub is_primary: bool,
    /// `isDefault`.
    pub is_default: bool,
    /// `treatAsAlias`.
    pub treat_as_alias: bool,
    /// `accepted`, `pending` or what Gmail said, verbatim; empty where Gmail says nothing, as it does
    /// for the primary address.
    pub verification_status: String,
    /// The outside server that sends for this address; `None`: Gmail's own.
    pub smtp: Option<SmtpMsa>,
}

/// `smtpMsa`: the outside mail server of a send-as address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpMsa {
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: Option<i64>,
    /// `none`, `ssl`, `starttls`, or what Gmail said, verbatim.
    pub security_mode: String,
}
