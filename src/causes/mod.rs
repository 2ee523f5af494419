//! What can go wrong between the audit and Google: each cause with its proof and its fix.
//!
//! `table` holds the causes, `answers` the answers by which each is recognised. An answer that fits no
//! row keeps its own words and is called unknown.

mod answers;
pub(crate) mod catalogue;
pub(crate) mod envelope;
mod gap_reason;
mod table;

pub(crate) use answers::{Answer, Source, classify, of_connection};
pub(crate) use envelope::{Envelope, quoted};
pub(crate) use gap_reason::{GAP_REASONS, GapReason, ReasonRow};
pub(crate) use table::*;

/// What a cause means for the part that was being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Google refused.
    Denied,
    /// It broke.
    Failed,
    /// Not an error: Gmail is off for this user.
    MailOff,
}

/// Whether to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Retry {
    /// The answer will not change.
    Never,
    /// After a wait.
    AfterWait,
    /// Once, after a wait: it is mostly for good.
    OnceAfterWait,
    /// Once, with a fresh token.
    WithFreshToken,
}

/// One thing that can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cause {
    /// Its name in reports, such as `scope_not_delegated`.
    pub(crate) id: &'static str,
    /// One line.
    pub(crate) title: &'static str,
    /// What to do.
    pub(crate) fix: &'static str,
    /// Where.
    pub(crate) place: &'static str,
    /// What it means for the part.
    pub(crate) class: Class,
    /// Whether to ask again.
    pub(crate) retry: Retry,
}

impl Cause {
    /// Whether the token endpoint's words fit a scope that is not delegated and a single user alike: what other users
    /// get tells which.
    #[must_use]
    pub(crate) fn may_be_the_users(self) -> bool {
        [SCOPE_NOT_DELEGATED, CLIENT_NOT_AUTHORIZED].contains(&self)
    }
}
