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
                    "and the log shows no removal"
                } else {
                    "and the log shows no removal, but was not read for all the time between"
                };
                write!(
                    f,
                    "the console's list of {} does not name it; the log authorized it on {} {removal}",
                    day(listed_at),
                    day(authorized_at)
                )
            }
            Self::SeenAfterRemoval { source, seen_at, removed_at } => write!(
                f,
                "the log removed the client on {} and shows no authorization since, yet {} on {}",
                day(removed_at),
                shown_by(*source),
                day(seen_at)
            ),
            Self::SeenAfterAbsence { source, seen_at, listed_at } => write!(
                f,
                "the console's list of {} does not name it, yet {} on {}",
                day(listed_at),
                shown_by(*source),
                day(seen_at)
            ),
            Self::AbsenceNotLogged { source, seen_at, listed_at } => write!(
                f,
                "{} on {}, the console's list of {} does not name it, and the log shows no removal between",
                shown_by(*source),
                day(seen_at),
                day(listed_at)
            ),
            Self::AuthorizationNotLogged { absent_at, listed_at } => write!(
                f,
                "the console's list of {} names it and that of {} does not, yet the log shows no authorization",
                day(listed_at),
                day(absent_at)
            ),
            Self::TokenRefused { at } => {
                write!(f, "the token endpoint refused it on {}; a change can take a day to work", day(at))
            }
            Self::NotNamedAgain { at } => {
                write!(f, "the client was authorized again on {} without it", day(at))
            }
            Self::UnknownChange { name, at } => {
                write!(f, "the log shows {name} on {}, whose effect is not known", day(at))
            }
            Self::OtherPermission { configuration_source } => {
                write!(f, "its use was allowed by {configuration_source}, not by a delegation")
            }
            Self::ListsOfOneDate { listed_at } => write!(
                f,
                "an earlier list of {} names it and this one of the same date does not: date the newer one",
                day(listed_at)
            ),
            Self::OtherSpelling { written } => write!(f, "a source writes it “{written}”"),
            Self::StaleList { listed_at } => {
                write!(f, "nothing newer than the console's list of {} speaks for it", day(listed_at))
            }
        }
    }
}

const fn shown_by(source: LedgerSource) -> &'static str {
    match source {
        LedgerSource::Console => "the console listed it",
        LedgerSource::AuditLog => "the log authorized it",
        LedgerSource::Probe => "the token endpoint granted it",
        LedgerSource::AccessEvaluation | LedgerSource::TokenLog => "it was used",
    }
}
