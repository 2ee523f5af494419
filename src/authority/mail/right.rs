//! A right to send as an address, or to read its mail.

use chrono::{DateTime, Utc};
use serde::Serialize;
use strum::IntoStaticStr;

/// What kind of principal holds a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum HolderKind {
    User,
    Group,
    /// An OAuth client with a domain-wide delegation.
    Client,
    /// A third-party app that users authorized.
    App,
    ServiceAccount,
    /// An address that is no user's and no known group's.
    Address,
    /// Every user of the tenant, or a principal that IAM names otherwise.
    Other,
}

impl HolderKind {
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Who holds a right. Kind and id identify it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct Holder {
    pub(crate) kind: HolderKind,
    /// A user's or client's id; else an address in comparable form, or the identifier of a policy.
    pub(crate) id: String,
    /// The primary address of a user, the address of a client's account, the name of an app.
    pub(crate) name: String,
}

impl Holder {
    pub(super) fn new(kind: HolderKind, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, id: id.into(), name: name.into() }
    }

    /// Whether both are one principal.
    #[must_use]
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.kind, &self.id) == (other.kind, &other.id)
    }
}

/// By what somebody holds a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum RightKind {
    /// It is the user's own mailbox.
    Owner,
    /// The user's mailbox has the address as a custom "from" address.
    SendAs,
    /// The mailbox has the holder as a delegate.
    Delegate,
    /// The holder is in a group that is a delegate.
    DelegateGroupMember,
    /// The holder is a delegate of a delegate.
    IndirectDelegate,
    /// The client holds a delegated scope.
    Client,
    /// The holder can obtain tokens of such a client.
    Takeover,
    /// The owner of the mailbox authorized the app.
    App,
    /// A super admin can grant itself every right.
    Admin,
}

impl RightKind {
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Whether a right works. The later one weighs more: of two steps, the right has the later standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Standing {
    Now,
    /// The holder first has to take something over, or to grant itself the right. Nobody else has to agree.
    Obtainable,
    /// Google did not say whether it was confirmed.
    Unknown,
    /// It was not confirmed yet.
    Pending,
    /// Something prevents it: an account is suspended, archived or deleted, or a policy blocks it.
    Blocked,
    /// Gmail does not pass a delegation on.
    Indirect,
}

impl Standing {
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// What a right is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Covered {
    /// Every mailbox of an active user, and every address that it can send from.
    EveryMailbox,
    Address {
        /// The mailbox that is used: its user's id and primary address.
        user_id: String,
        mailbox: String,
        /// The address that mail is sent as.
        address: String,
    },
}

/// One right of one holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MailRight {
    pub(crate) holder: Holder,
    pub(crate) by: RightKind,
    pub(crate) covers: Covered,
    /// Whether it allows to send as the address.
    pub(crate) sends: bool,
    /// Whether it allows to read the mail of the address.
    pub(crate) reads: bool,
    pub(crate) standing: Standing,
    /// The scope or setting that gives it.
    pub(crate) setting: String,
    /// From the holder to the address, one sentence a step.
    pub(crate) path: Vec<String>,
    /// `None`: no source says since when.
    pub(crate) since: Option<DateTime<Utc>>,
    /// `None`: no source shows a use.
    pub(crate) last_used: Option<DateTime<Utc>>,
    /// How to end it.
    pub(crate) end: String,
}

impl MailRight {
    /// Whether its holder counts among those who can send as the address.
    #[must_use]
    pub(crate) fn can_send(&self) -> bool {
        self.sends && matches!(self.standing, Standing::Now | Standing::Obtainable)
    }
}
