//! A mailbox's POP settings.

use serde::{Deserialize, Serialize};

/// What `users.settings.getPop` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pop {
    /// `disabled`, `fromNowOn`, `allMail`, or what Gmail said, verbatim.
    pub(crate) access_window: String,
    /// What becomes of a message that was fetched: `leaveInInbox`, `archive`, `trash`, `markRead`, or what Gmail said,
    /// verbatim.
    pub(crate) disposition: String,
}
