//! What follows from the list of settings that are read of each mailbox.

/// Makes the types of a mailbox from the list in `mod.rs`.
macro_rules! mailbox_settings {
    ($($setting:ident: $id:ident, $fact:ty, $method:literal, $title:literal, $evidence:literal;)*) => {
        /// A setting that is read of each mailbox, in the order in which they are read and shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum MailboxSetting {
            $(
                #[doc = $method]
                $setting,
            )*
        }

        impl MailboxSetting {
            pub(crate) const ALL: [Self; [$(Self::$setting),*].len()] = [$(Self::$setting),*];

            /// The name in configuration, reports and the history.
            #[must_use]
            pub(crate) const fn id(self) -> &'static str {
                match self { $(Self::$setting => stringify!($id),)* }
            }

            /// The setting with this [`MailboxSetting::id`].
            #[must_use]
            pub(crate) fn from_id(id: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|setting| setting.id() == id)
            }

            /// The name for people.
            #[must_use]
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$setting => $title,)* }
            }

            /// What `gmail_evidence` says where Gmail answered.
            #[must_use]
            pub(crate) const fn evidence(self) -> &'static str {
                match self { $(Self::$setting => $evidence,)* }
            }
        }

        /// One setting of one mailbox, as far as it was read: a row of the history.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) enum MailboxPart {
            $(
                #[doc = $method]
                $setting(MailboxFact<$fact>),
            )*
        }

        impl MailboxPart {
            #[must_use]
            pub(crate) const fn setting(&self) -> MailboxSetting {
                match self { $(Self::$setting(_) => MailboxSetting::$setting,)* }
            }

            /// How far it was read.
            #[must_use]
            pub(crate) fn status(&self) -> PartStatus<'_> {
                match self { $(Self::$setting(fact) => fact.status(),)* }
            }

            /// As the history keeps it.
            pub(crate) fn to_json(&self) -> serde_json::Result<String> {
                match self { $(Self::$setting(fact) => serde_json::to_string(fact),)* }
            }

            /// As the history kept it.
            ///
            /// # Errors
            /// When the text is not what the history keeps of this setting.
            pub(crate) fn from_json(setting: MailboxSetting, text: &str) -> serde_json::Result<Self> {
                match setting {
                    $(MailboxSetting::$setting => serde_json::from_str(text).map(Self::$setting),)*
                }
            }

            /// A setting that should have been read and was not.
            #[must_use]
            pub(crate) fn missing(setting: MailboxSetting, gap: Gap) -> Self {
                match setting { $(MailboxSetting::$setting => Self::$setting(MailboxFact::Missing(gap)),)* }
            }

            /// A setting of which there is nothing to read.
            #[must_use]
            pub(crate) fn not_applicable(setting: MailboxSetting, why: &str) -> Self {
                let why = why.to_owned();
                match setting {
                    $(MailboxSetting::$setting => Self::$setting(MailboxFact::NotApplicable(why)),)*
                }
            }
        }

        /// A user's mailbox, as far as it is known.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct Mailbox {
            /// Whether Gmail is on.
            pub(crate) gmail: GmailState,
            /// What says so: a setting that Gmail answered, `suspended`, `archived`, `is_mailbox_setup_false`,
            /// `mail_service_not_enabled`, or the id of the cause that prevented an answer.
            pub(crate) gmail_evidence: String,
            $(
                #[doc = $method]
                pub(crate) $id: MailboxFact<$fact>,
            )*
        }

        impl Mailbox {
            /// A mailbox of which nothing was asked for.
            #[must_use]
            pub(crate) fn not_asked() -> Self {
                Self {
                    gmail: GmailState::Unknown,
                    gmail_evidence: "not_asked".to_owned(),
                    $($id: MailboxFact::NotAsked,)*
                }
            }

            /// How far a setting was read.
            #[must_use]
            pub(crate) fn status(&self, setting: MailboxSetting) -> PartStatus<'_> {
                match setting { $(MailboxSetting::$setting => self.$id.status(),)* }
            }

            pub(crate) fn put(&mut self, part: MailboxPart) {
                match part { $(MailboxPart::$setting(fact) => self.$id = fact,)* }
            }

            /// Each setting, as the history keeps it.
            #[cfg(test)]
            pub(crate) fn parts(&self) -> Vec<MailboxPart> {
                vec![$(MailboxPart::$setting(self.$id.clone()),)*]
            }
        }
    };
}

pub(super) use mailbox_settings;
