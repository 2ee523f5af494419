//! What sources of a grant disagree on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::delegation::LedgerSource;

/// Why a grant that is held may not be, or is held in a way that a source denies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Disagreement {
    /// Authorized by the log, absent from a newer list, and no removal is logged.
    NotInList {
        /// When the log names it last.
        authorized_at: DateTime<Utc>,
        listed_at: DateTime<Utc>,
        /// Whether the log was read without a hole from the one to the other, so that a removal would show.
        log_is_unbroken: bool,
    },
    /// The source shows it after the removal of its client, and no authorization since is logged.
    SeenAfterRemoval {
        /// Who shows it.
        source: LedgerSource,
        seen_at: DateTime<Utc>,
        /// When the client was removed.
        removed_at: DateTime<Utc>,
    },
    /// The source shows it after a list that does not name it.
    SeenAfterAbsence {
        /// Who shows it.
        source: LedgerSource,
        seen_at: DateTime<Utc>,
        listed_at: DateTime<Utc>,
    },
    /// The source shows it before a list that does not name it; the log saw the time between, and no removal in it.
    AbsenceNotLogged {
        /// Who shows it.
        source: LedgerSource,
        seen_at: DateTime<Utc>,
        listed_at: DateTime<Utc>,
    },
    /// In a list and not in the list before; the log saw the time between, and no authorization in it.
    AuthorizationNotLogged {
        /// The list before.
        absent_at: DateTime<Utc>,
        /// The first list that names it.
        listed_at: DateTime<Utc>,
    },
    /// The token endpoint refuses it to the audit's own client.
    TokenRefused { at: DateTime<Utc> },
    /// A later authorization of the client does not name it. Google says nowhere whether one replaces or adds.
    NotNamedAgain {
        /// When the client was authorized again.
        at: DateTime<Utc>,
    },
    /// The log has an event of the client whose meaning is not known.
    UnknownChange {
        /// Google's word for it.
        name: String,
        at: DateTime<Utc>,
    },
    /// Its use was allowed by something else than a delegation.
    OtherPermission {
        /// `configuration_source`.
        configuration_source: String,
    },
    /// Two lists carry the same date, and only one names it.
    ListsOfOneDate { listed_at: DateTime<Utc> },
    /// A source writes the scope in another way.
    OtherSpelling {
        /// As written there.
        written: String,
    },
    /// Nothing newer than a list that is too old speaks for it.
    StaleList { listed_at: DateTime<Utc> },
}

impl Disagreement {
    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(&self) -> &'static str {
        self.into_str()
    }

    /// Whether a source denies what another shows; else the knowledge is only weak, or written otherwise.
    #[must_use]
    pub(crate) const fn is_contradiction(&self) -> bool {
        !matches!(self, Self::OtherSpelling { .. } | Self::StaleList { .. } | Self::OtherPermission { .. })
    }
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = |at: &DateTime<Utc>| at.date_naive();
        match self {
            Self::NotInList { authorized_at, listed_at, log_is_unbroken } => {
                let removal = if *log_is_unbroken {
                    "and no removal"
                } else {
                    "and no removal, but was not read for the whole time in between"
                };
                write!(
                    f,
                    "the console list of {} does not contain it; the admin log shows its authorization on {} \
                     {removal}",
                    day(listed_at),
                    day(authorized_at)
                )
            }
            Self::SeenAfterRemoval { source, seen_at, removed_at } => write!(
                f,
                "the admin log shows that the client was removed on {} and not authorized again, but {} on \
                 {}",
                day(removed_at),
                shown_by(*source),
                day(seen_at)
            ),
            Self::SeenAfterAbsence { source, seen_at, listed_at } => write!(
                f,
                "the console list of {} does not contain it, but {} on {}",
                day(listed_at),
                shown_by(*source),
                day(seen_at)
            ),
            Self::AbsenceNotLogged { source, seen_at, listed_at } => write!(
                f,
                "{} on {}, but the console list of {} does not contain it, and the admin log shows no \
                 removal in between",
                shown_by(*source),
                day(seen_at),
                day(listed_at)
            ),
            Self::AuthorizationNotLogged { absent_at, listed_at } => write!(
                f,
                "the console list of {} contains it and the list of {} does not, but the admin log shows no \
                 authorization",
                day(listed_at),
                day(absent_at)
            ),
            Self::TokenRefused { at } => {
                write!(
                    f,
                    "the token endpoint refused it on {}; a change can take up to a day to apply",
                    day(at)
                )
            }
            Self::NotNamedAgain { at } => {
                write!(f, "the client was authorized again on {} without it", day(at))
            }
            Self::UnknownChange { name, at } => {
                write!(f, "the admin log shows the event {name} on {}, and its effect is unknown", day(at))
            }
            Self::OtherPermission { configuration_source } => {
                write!(f, "its use was allowed by {configuration_source}, not by a delegation")
            }
            Self::ListsOfOneDate { listed_at } => write!(
                f,
                "two console lists have the date {}, and only the earlier one contains it; set the date of \
                 the newer list",
                day(listed_at)
            ),
            Self::OtherSpelling { written } => write!(f, "a source spells it “{written}”"),
            Self::StaleList { listed_at } => {
                write!(f, "no source newer than the console list of {} shows it", day(listed_at))
            }
        }
    }
}

const fn shown_by(source: LedgerSource) -> &'static str {
    match source {
        LedgerSource::Console => "the console list contained it",
        LedgerSource::AuditLog => "the admin log shows its authorization",
        LedgerSource::Probe => "the token endpoint granted it",
        LedgerSource::AccessEvaluation | LedgerSource::TokenLog => "it was used",
    }
}
