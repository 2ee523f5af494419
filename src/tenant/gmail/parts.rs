//! The parts that are read of each mailbox: one list, from which collecting, resuming, storing, coverage and
//! `mailbox_read` follow.

use super::{GmailState, Imap, MailboxFact, PartStatus, SendAs};
use crate::tenant::{Gap, Part};

macro_rules! mailbox_parts {
    ($($part:ident: $field:ident, $fact:ty, $method:literal, $answer:literal;)*) => {
        /// Every part of a mailbox, in the order in which they are read and shown.
        pub(crate) const MAILBOX_PARTS: [Part; [$(Part::$part),*].len()] = [$(Part::$part),*];

        /// One part of one mailbox: a row of the history.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) enum MailboxPart {
            $(
                #[doc = $method]
                $part(MailboxFact<$fact>),
            )*
        }

        impl MailboxPart {
            /// Which part it is.
            #[must_use]
            pub(crate) const fn part(&self) -> Part {
                match self { $(Self::$part(_) => Part::$part,)* }
            }

            /// How far it was read.
            #[must_use]
            pub(crate) fn status(&self) -> PartStatus<'_> {
                match self { $(Self::$part(fact) => fact.status(),)* }
            }

            /// As the history keeps it.
            ///
            /// # Errors
            /// None is known.
            pub(crate) fn to_json(&self) -> serde_json::Result<String> {
                match self { $(Self::$part(fact) => serde_json::to_string(fact),)* }
            }

            /// As the history kept it; `None` if it is no part of a mailbox.
            ///
            /// # Errors
            /// When the text is not what the history keeps of this part.
            pub(crate) fn from_json(part: Part, text: &str) -> serde_json::Result<Option<Self>> {
                Ok(match part {
                    $(Part::$part => Some(Self::$part(serde_json::from_str(text)?)),)*
                    _ => None,
                })
            }

            /// A part that should have been read and was not; `None` if it is no part of a mailbox.
            #[must_use]
            pub(crate) fn missing(part: Part, gap: Gap) -> Option<Self> {
                match part {
                    $(Part::$part => Some(Self::$part(MailboxFact::Missing(gap))),)*
                    _ => None,
                }
            }

            /// A part of which there is nothing to read; `None` if it is no part of a mailbox.
            #[must_use]
            pub(crate) fn not_applicable(part: Part, why: &str) -> Option<Self> {
                match part {
                    $(Part::$part => Some(Self::$part(MailboxFact::NotApplicable(why.to_owned()))),)*
                    _ => None,
                }
            }
        }

        /// A user's mailbox, as far as it is known.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct Mailbox {
            /// Whether Gmail is on.
            pub(crate) gmail: GmailState,
            /// What says so: `suspended`, `archived`, `is_mailbox_setup_false`, `send_as_list_answered`,
            /// `mail_service_not_enabled`, or the name of the cause that prevented an answer.
            pub(crate) gmail_evidence: String,
            $(
                #[doc = $method]
                pub $field: MailboxFact<$fact>,
            )*
        }

        impl Mailbox {
            /// A mailbox of which nothing was asked for.
            #[must_use]
            pub(crate) fn not_asked() -> Self {
                Self {
                    gmail: GmailState::Unknown,
                    gmail_evidence: "not_asked".to_owned(),
                    $($field: MailboxFact::NotAsked,)*
                }
            }

            /// How far each part was read, in the order of reports.
            pub(crate) fn statuses(&self) -> impl Iterator<Item = (Part, PartStatus<'_>)> {
                [$((Part::$part, self.$field.status())),*].into_iter()
            }

            /// How far a part was read.
            #[must_use]
            pub(crate) fn status(&self, part: Part) -> PartStatus<'_> {
                match part {
                    $(Part::$part => self.$field.status(),)*
                    _ => PartStatus::NotAsked,
                }
            }

            pub(super) fn put(&mut self, fact: MailboxPart) {
                match fact { $(MailboxPart::$part(fact) => self.$field = fact,)* }
            }
        }

        /// What `gmail_evidence` says where this part answered.
        pub(super) const fn answer_of(part: Part) -> &'static str {
            match part {
                $(Part::$part => $answer,)*
                _ => "not_asked",
            }
        }
    };
}

mailbox_parts! {
    SendAs: send_as, Vec<SendAs>, "`users.settings.sendAs.list`.", "send_as_list_answered";
    Imap: imap, Imap, "`users.settings.getImap`.", "imap_settings_answered";
}
