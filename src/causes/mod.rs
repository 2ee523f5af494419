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
pub(crate) use table::*;

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

/// One cause of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cause {
    /// The name in reports, such as `scope_not_delegated`.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) fix: &'static str,
    /// Where to apply the fix; empty if there is no single place.
    pub(crate) place: &'static str,
    pub(crate) class: Class,
    pub(crate) retry: Retry,
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
