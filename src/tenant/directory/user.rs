//! A user of the Directory.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::people::comparable_name;
use crate::tenant::Address;

/// When a user last signed in.
///
/// Directory answers 1970-01-01 for an account that never did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LastLogin {
    At(DateTime<Utc>),
    Never,
    /// Directory did not say.
    Unknown,
}

/// A user as Directory `users.list` describes it. A boolean that Directory leaves out is `None`:
/// unknown, not false.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    /// Directory's immutable id.
    pub(crate) id: String,
    /// The primary address, as Directory spells it.
    pub(crate) primary_email: String,
    /// `name.fullName`.
    pub(crate) full_name: Option<String>,
    /// `orgUnitPath`.
    pub(crate) org_unit: Option<String>,
    /// Whether an admin or Google suspended the user.
    pub(crate) suspended: Option<bool>,
    /// Google's word for why, kept verbatim: no list of values is published.
    pub(crate) suspension_reason: Option<String>,
    pub(crate) suspended_at: Option<DateTime<Utc>>,
    /// Whether the user is archived.
    pub(crate) archived: Option<bool>,
    /// Whether Google created a mailbox for the user. Says nothing about Gmail being on now.
    pub(crate) is_mailbox_setup: Option<bool>,
    pub(crate) is_admin: Option<bool>,
    /// Holder of an admin role other than super admin.
    pub(crate) is_delegated_admin: Option<bool>,
    /// `isEnrolledIn2Sv`.
    pub(crate) two_step_enrolled: Option<bool>,
    /// `isEnforcedIn2Sv`.
    pub(crate) two_step_enforced: Option<bool>,
    /// `creationTime`.
    pub(crate) created_at: Option<DateTime<Utc>>,
    /// `lastLoginTime`.
    pub(crate) last_login: LastLogin,
    /// The user's own alias addresses; Directory leaves the list out when there are none.
    pub(crate) aliases: Vec<String>,
    /// Aliases that follow from domain aliases and the like (`nonEditableAliases`).
    pub(crate) non_editable_aliases: Vec<String>,
    /// `isGuestUser`: somebody outside the organization. `None` in histories from before it was read.
    #[serde(default)]
    pub(crate) is_guest: Option<bool>,
    /// `guestAccountInfo.primaryGuestEmail`: the guest's own address, outside.
    #[serde(default)]
    pub(crate) guest_email: Option<String>,
}

impl User {
    /// Whether the account can sign in: neither suspended nor archived as far as is known.
    #[must_use]
    pub(crate) fn is_active(&self) -> bool {
        self.suspended != Some(true) && self.archived != Some(true)
    }

    /// Whether the user is somebody outside the organization, whom somebody inside invited.
    #[must_use]
    pub(crate) fn is_guest(&self) -> bool {
        self.is_guest == Some(true) || self.guest_email.is_some()
    }

    /// Whether this address is the user's own, in whatever spelling.
    #[must_use]
    pub(crate) fn has_address(&self, address: &str) -> bool {
        let mailbox = Address::new(address).mailbox();
        self.addresses().any(|own| Address::new(own).mailbox() == mailbox)
    }

    /// Whether the full name reads like this name: case and spacing do not matter.
    #[must_use]
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.full_name.as_deref().is_some_and(|own| comparable_name(own) == comparable_name(name))
    }

    /// Every address that is this user's own: primary, aliases, aliases from domain aliases, a guest's outside.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary_email)
            .chain(&self.aliases)
            .chain(&self.non_editable_aliases)
            .chain(&self.guest_email)
            .map(String::as_str)
    }
}
