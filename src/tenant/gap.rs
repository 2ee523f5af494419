//! Why a part is missing.

use serde::{Deserialize, Serialize};

use super::Part;
use crate::causes::{self, GapReason};

/// How a gap counts in `coverage.csv`, in `mailbox_read` and in the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GapClass {
    /// Not asked for: no source is configured. The run still counts as complete.
    NotConfigured,
    /// Google, or the operator's file system, refused it.
    Denied,
    /// It broke: retries exhausted, an answer that cannot be read, a malformed file.
    Failed,
}

/// Why a part, or one mailbox's share of it, is missing, and what would fill it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Gap {
    /// The part that is missing.
    pub(crate) part: Part,
    /// How it counts.
    pub(crate) class: GapClass,
    /// Such as `scope_not_delegated`.
    pub(crate) reason: GapReason,
    /// What happened, for a person, with the other side's own words where there are any.
    pub(crate) message: String,
    /// The scope, role or setting that would fill the gap; empty if none would.
    pub(crate) needed: String,
    pub(crate) fix: String,
    /// Where to do it, such as a page of the Admin console. Empty if the fix says it, or if no place is known.
    #[serde(default)]
    pub(crate) places: Box<[String]>,
}

/// Events of the admin log that are needed together, and by no check together with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdminEvents {
    /// Delegations given and taken away.
    Delegations,
    /// Changes of Gmail's settings.
    GmailSettings,
}

impl AdminEvents {
    /// How the store names that these alone were read.
    #[must_use]
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Delegations => "admin_log/delegations",
            Self::GmailSettings => "admin_log/gmail_settings",
        }
    }

    /// The reason of a gap that lacks nothing else, because Google refused to list them.
    #[must_use]
    pub(crate) const fn refused(self) -> GapReason {
        match self {
            Self::Delegations => GapReason::DELEGATION_EVENTS_REFUSED,
            Self::GmailSettings => GapReason::GMAIL_SETTING_EVENTS_REFUSED,
        }
    }

    /// The reason of a gap that lacks nothing else, because Google listed none although there is one.
    #[must_use]
    pub(crate) const fn not_listed(self) -> GapReason {
        match self {
            Self::Delegations => GapReason::DELEGATION_EVENTS_NOT_LISTED,
            Self::GmailSettings => GapReason::GMAIL_SETTING_EVENTS_NOT_LISTED,
        }
    }
}

impl Gap {
    /// Whether only these events of the admin log are missing: the others were read.
    #[must_use]
    pub(crate) fn is_only_of(&self, events: AdminEvents) -> bool {
        [events.refused(), events.not_listed()].contains(&self.reason)
    }

    /// Whether only single rows are missing: what was read of the others stands.
    #[must_use]
    pub(crate) fn is_of_rows(&self) -> bool {
        self.reason == causes::UNDECODABLE_ROW.reason()
    }

    /// What to do and where, as one text.
    #[must_use]
    pub(crate) fn advice(&self) -> String {
        match &*self.places {
            [] => self.fix.clone(),
            places => format!("{} Where: {}.", self.fix, places.join("; ")),
        }
    }

    /// The run did not ask for this part.
    #[must_use]
    pub(crate) fn not_asked(part: Part) -> Self {
        Self {
            part,
            class: GapClass::NotConfigured,
            reason: GapReason::NOT_ASKED,
            message: format!("This run did not read the part `{part}`"),
            needed: String::new(),
            fix: format!("Add `{part}` to `[collect] parts`, or set `[collect] parts` to \"default\"."),
            places: Box::default(),
        }
    }

    /// The run ended before the part was read.
    #[must_use]
    pub(crate) fn not_reached(part: Part) -> Self {
        Self {
            part,
            class: GapClass::Failed,
            reason: GapReason::NOT_REACHED,
            message: format!("{}: the run ended before it was read", part.title()),
            needed: String::new(),
            fix: "Run `workspace-audit run` again: it continues a stopped run. A trial starts again."
                .to_owned(),
            places: Box::default(),
        }
    }
}
