//! A mailbox's send-as addresses.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// What a send-as address is to its mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum SendAsKind {
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
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// One entry of a mailbox's send-as list. Gmail leaves false booleans out: they are false here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SendAs {
    /// The address, as Gmail spells it.
    pub(crate) send_as_email: String,
    /// The name shown with it; empty for the account's own name.
    pub(crate) display_name: String,
    /// `replyToAddress`; empty if none.
    pub(crate) reply_to: String,
    /// What it is to the mailbox.
    pub(crate) kind: SendAsKind,
    /// `isPrimary`.
    pub(crate) is_primary: bool,
    /// `isDefault`.
    pub(crate) is_default: bool,
    /// `treatAsAlias`.
    pub(crate) treat_as_alias: bool,
    /// `accepted`, `pending` or what Gmail said, verbatim; empty where Gmail says nothing, as it does
    /// for the primary address.
    pub(crate) verification_status: String,
    /// The outside server that sends for this address; `None`: Gmail's own.
    pub(crate) smtp: Option<SmtpMsa>,
}

/// `smtpMsa`: the outside mail server of a send-as address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SmtpMsa {
    pub(crate) host: String,
    pub(crate) port: Option<i64>,
    /// `none`, `ssl`, `starttls`, or what Gmail said, verbatim.
    pub(crate) security_mode: String,
}
