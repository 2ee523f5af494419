//! The users' listing as a whole.

use serde::{Deserialize, Serialize};

/// What is known of the users' listing as a whole; the users themselves stream from the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserListing {
    /// `customerId`.
    pub(crate) customer_id: Option<String>,
    /// Users whose row could not be read, so that they are not kept.
    pub(crate) unreadable: u64,
    /// Whether the listing broke off, so that nobody knows how many users there are.
    pub(crate) interrupted: bool,
}
