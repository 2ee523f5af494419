//! The causes of errors between the audit and Google, each with its fix.
//!
//! `table` has the causes, `answers` the responses that mean each of them. A response that matches no row is an unknown
//! error and keeps Google's message.

mod answers;
pub(crate) mod catalogue;
pub(crate) mod envelope;
pub(crate) mod explain;
mod gap_reason;
mod table;

pub(crate) use answers::{Answer, Source, classify, of_connection};
pub(crate) use envelope::{Envelope, quoted};
pub(crate) use gap_reason::{GAP_REASONS, GapReason, ReasonRow};
pub(crate) use table::{all, own::*, rows};

use std::ops::Deref;

/// What a cause means for the part that was being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Google refused the request.
    Denied,
    /// The request failed.
    Failed,
    /// Gmail is off for this user, which is not an error.
    MailOff,
}

/// Whether a request is sent again after this cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Retry {
    Never,
    AfterWait,
    /// The error is rarely temporary, so one retry is enough.
    OnceAfterWait,
    /// Once, with a new access token.
    WithFreshToken,
}

/// One cause of an error: a row of the table.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct CauseRow {
    /// The name in reports, such as `scope_not_delegated`. Stable.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// The one test that proves it; empty if only the audit can meet the cause.
    pub(crate) proof: &'static str,
    pub(crate) fix: &'static str,
    /// Where to apply the fix; empty if there is no single place.
    pub(crate) place: &'static str,
    /// A thread on GitHub (`owner/name#number`) or a page where words and cause were seen together; "assumed" where
    /// nobody confirmed it. Empty if only the audit can meet the cause.
    pub(crate) source: &'static str,
}

impl CauseRow {
    const fn new(id: &'static str, title: &'static str, fix: &'static str) -> Self {
        Self { id, title, proof: "", fix, place: "", source: "" }
    }

    const fn proof(self, proof: &'static str) -> Self {
        Self { proof, ..self }
    }

    const fn place(self, place: &'static str) -> Self {
        Self { place, ..self }
    }

    const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

/// A cause that the audit itself can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cause {
    row: &'static CauseRow,
    pub(crate) class: Class,
    pub(crate) retry: Retry,
    /// The row's, unless the audit's own is another.
    pub(crate) fix: &'static str,
    /// The same.
    pub(crate) place: &'static str,
}

impl Deref for Cause {
    type Target = CauseRow;

    fn deref(&self) -> &CauseRow {
        self.row
    }
}

impl Cause {
    const fn new(row: &'static CauseRow, class: Class, retry: Retry) -> Self {
        Self { row, class, retry, fix: row.fix, place: row.place }
    }

    const fn fix(self, fix: &'static str, place: &'static str) -> Self {
        Self { fix, place, ..self }
    }

    /// Its row of the table.
    pub(crate) const fn row(&self) -> &'static CauseRow {
        self.row
    }

    /// The name in reports, where a constant needs it.
    pub(crate) const fn id(&self) -> &'static str {
        self.row.id
    }
}

impl Cause {
    /// Whether no connection was made at all, because of this machine's network, its proxy or its certificates.
    #[must_use]
    pub(crate) fn is_of_network(self) -> bool {
        [DNS, CONNECT, PROXY_AUTHENTICATION, PROXY_REFUSED, PROXY_UNREACHABLE, TLS, TRUST_FILE]
            .contains(&self)
    }

    /// Whether no token can be had for anybody: the account, its key, the clock or this machine is at fault.
    #[must_use]
    pub(crate) fn is_of_account(self) -> bool {
        [
            KEY_REJECTED,
            SERVICE_ACCOUNT_DELETED,
            SERVICE_ACCOUNT_DISABLED,
            SIGNING_DENIED,
            NO_MACHINE_IDENTITY,
            MACHINE_IDENTITY_REFUSED,
            CLOCK_SKEW,
        ]
        .contains(&self)
    }

    /// Whether nobody can act as this user.
    #[must_use]
    pub(crate) fn is_of_subject(self) -> bool {
        [SUBJECT_UNKNOWN, SUBJECT_DELETED, SUBJECT_MALFORMED, ACCOUNT_RESTRICTED].contains(&self)
    }

    /// Whether the error can be about the scope or about this user. The responses for other users decide.
    #[must_use]
    pub(crate) fn may_be_the_users(self) -> bool {
        [SCOPE_NOT_DELEGATED, CLIENT_NOT_AUTHORIZED].contains(&self)
    }
}
