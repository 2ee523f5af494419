//! A mailbox's delegates.

use serde::{Deserialize, Serialize};

/// One entry of `users.settings.delegates.list`: who can read, send and delete mail of the mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delegate {
    /// The address of a user or a group, as Gmail spells it.
    pub(crate) email: String,
    /// `accepted`, `pending`, `rejected`, `expired`, or what Gmail said, verbatim; empty where Gmail says nothing.
    pub(crate) verification_status: String,
}
