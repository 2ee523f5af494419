//! Where a mailbox forwards mail, and where it may.

use serde::{Deserialize, Serialize};

/// One entry of `users.settings.forwardingAddresses.list`: an address that the mailbox may forward to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ForwardingAddress {
    /// As Gmail spells it.
    pub(crate) email: String,
    /// `accepted`, `pending`, or what Gmail said, verbatim; empty where Gmail says nothing.
    pub(crate) verification_status: String,
}

/// What `users.settings.getAutoForwarding` answers: the forwarding of all new mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AutoForwarding {
    pub(crate) enabled: bool,
    /// Where mail goes; empty where Gmail says nothing.
    pub(crate) email: String,
    /// What becomes of the message in the mailbox: `leaveInInbox`, `archive`, `trash`, `markRead`, or what Gmail said,
    /// verbatim.
    pub(crate) disposition: String,
}
