//! A mailbox's IMAP settings.

use serde::{Deserialize, Serialize};

/// What `users.settings.getImap` answers. Gmail leaves false booleans and zeros out: they are false and 0 here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Imap {
    /// Whether mail clients can use IMAP.
    pub(crate) enabled: bool,
    /// Whether a message that a client marks as deleted is expunged at once.
    pub(crate) auto_expunge: bool,
    /// What becomes of a message that is expunged from its last folder: `archive`, `trash`, `deleteForever`, or what
    /// Gmail said, verbatim.
    pub(crate) expunge_behavior: String,
    /// The most messages that a folder shows; 0: no limit.
    pub(crate) max_folder_size: i64,
}
