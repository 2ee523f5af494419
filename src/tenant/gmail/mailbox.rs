//! A user's Gmail: its state, how far it was read, and its settings.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::causes;
use crate::tenant::{Gap, GapClass, GapReason, Part, User};

use super::{Mailbox, MailboxPart, MailboxSetting};

/// Whether the user has a working Gmail mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum GmailState {
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
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// How far a user's mailbox was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum MailboxRead {
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
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// One part of one mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailboxFact<T> {
    /// Gmail answered.
    Read(T),
    /// Gmail answered, and some rows of the answer cannot be read.
    Partial(T, Gap),
    /// There is nothing to read: suspended, archived and refused, Gmail off, no mailbox. Says which.
    NotApplicable(String),
    /// It should have been read and was not.
    Missing(Gap),
    /// No enabled check needs it.
    NotAsked,
}

impl<T> MailboxFact<T> {
    /// The facts that are known, complete or not.
    pub(crate) const fn known(&self) -> Option<&T> {
        match self {
            Self::Read(facts) | Self::Partial(facts, _) => Some(facts),
            Self::NotApplicable(_) | Self::Missing(_) | Self::NotAsked => None,
        }
    }

    /// Why something is missing, if it is.
    pub(crate) const fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Partial(_, gap) | Self::Missing(gap) => Some(gap),
            Self::Read(_) | Self::NotApplicable(_) | Self::NotAsked => None,
        }
    }

    /// How far it was read.
    pub(crate) fn status(&self) -> PartStatus<'_> {
        match self {
            Self::Read(_) => PartStatus::Read,
            Self::Partial(_, gap) => PartStatus::Partial(gap),
            Self::NotApplicable(why) => PartStatus::NotApplicable(why),
            Self::Missing(gap) => PartStatus::Missing(gap),
            Self::NotAsked => PartStatus::NotAsked,
        }
    }
}

/// How far one part of one mailbox was read, without what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartStatus<'a> {
    /// Gmail answered.
    Read,
    /// Gmail answered, and some of the answer cannot be read.
    Partial(&'a Gap),
    /// There is nothing to read. Says why.
    NotApplicable(&'a str),
    /// It should have been read and was not.
    Missing(&'a Gap),
    /// The run did not ask for it.
    NotAsked,
}

impl<'a> PartStatus<'a> {
    /// Why something is missing, if it is.
    #[must_use]
    pub(crate) const fn gap(self) -> Option<&'a Gap> {
        match self {
            Self::Partial(gap) | Self::Missing(gap) => Some(gap),
            Self::Read | Self::NotApplicable(_) | Self::NotAsked => None,
        }
    }

    /// Whether Gmail answered.
    #[must_use]
    pub(crate) const fn is_answered(self) -> bool {
        matches!(self, Self::Read | Self::Partial(_))
    }
}

impl Mailbox {
    /// A user's mailbox as the parts of it show that were asked for. One that the run did not come to is a gap.
    #[must_use]
    pub(crate) fn of(
        user: &User,
        asked: &BTreeSet<Part>,
        facts: impl IntoIterator<Item = MailboxPart>,
    ) -> Self {
        let mut mailbox = Self::not_asked();
        facts.into_iter().for_each(|fact| mailbox.put(fact));
        let mut is_asked = false;
        for setting in MailboxSetting::ALL {
            let part = Part::Mailbox(setting);
            if !asked.contains(&part) {
                continue;
            }
            is_asked = true;
            if mailbox.status(setting) == PartStatus::NotAsked {
                mailbox.put(MailboxPart::missing(setting, Gap::not_reached(part)));
            }
        }
        let closed = mailbox.statuses().find_map(|(_, status)| match status {
            PartStatus::NotApplicable(why) => Some(why),
            _ => None,
        });
        let closed = closed.or_else(|| if is_asked { None } else { without_request(user) });
        let answered = mailbox.statuses().find(|(_, status)| status.is_answered());
        let gap = mailbox.statuses().find_map(|(_, status)| status.gap());
        let (gmail, evidence) = match (answered, closed, gap) {
            (Some((setting, _)), ..) => (GmailState::On, setting.evidence()),
            (_, Some(MAIL_OFF), _) => (GmailState::Off, MAIL_OFF),
            (_, Some(why), _) if user.is_mailbox_setup == Some(false) => (GmailState::NoMailbox, why),
            (_, Some(why), _) => (GmailState::Unknown, why),
            (.., Some(gap)) if gap.reason != GapReason::NOT_REACHED => (GmailState::Unknown, &*gap.reason),
            _ => (GmailState::Unknown, "not_asked"),
        };
        let evidence = evidence.to_owned();
        Self { gmail, gmail_evidence: evidence, ..mailbox }
    }

    /// How far each setting was read, in the order of reports.
    pub(crate) fn statuses(&self) -> impl Iterator<Item = (MailboxSetting, PartStatus<'_>)> {
        MailboxSetting::ALL.into_iter().map(|setting| (setting, self.status(setting)))
    }

    /// How far the parts were read that were asked for.
    #[must_use]
    pub(crate) fn read(&self) -> MailboxRead {
        let (mut whole, mut some, mut gap) = (false, false, None);
        for (_, status) in self.statuses() {
            whole |= status == PartStatus::Read;
            some |= status.is_answered();
            gap = gap.max(status.gap().map(|gap| gap.class));
        }
        match gap {
            Some(_) if some => MailboxRead::Partial,
            Some(GapClass::Failed) => MailboxRead::Failed,
            Some(_) => MailboxRead::Denied,
            None if whole => MailboxRead::Complete,
            None => MailboxRead::NotApplicable,
        }
    }

    /// Why a part was not read completely: the first in the order of reports.
    #[must_use]
    pub(crate) fn gap(&self) -> Option<&Gap> {
        self.statuses().find_map(|(_, status)| status.gap())
    }
}

/// Why nobody can read the mailbox of this user, as Directory shows: no request is made.
#[must_use]
pub(crate) fn without_request(user: &User) -> Option<&'static str> {
    match (user.suspended, user.is_mailbox_setup) {
        // A guest is made of an external address (Directory reference: users.createGuest). Assumed: mail goes there.
        _ if user.is_guest() => Some("guest"),
        (Some(true), _) => Some("suspended"),
        (_, Some(false)) => Some("is_mailbox_setup_false"),
        _ => None,
    }
}

/// The user is archived, and Gmail refused the mailbox of an archived user in this run.
pub(crate) const ARCHIVED: &str = "archived";

/// Gmail is off for the user.
const MAIL_OFF: &str = causes::MAIL_SERVICE_NOT_ENABLED.id();
