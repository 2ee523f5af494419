//! The answer for one service account.

use serde::Serialize;

use super::path::Path;
use super::unknown::{Ignored, Unknown};

/// Whether the account can be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountState {
    Enabled,
    /// Not until somebody enables it: its paths open again then.
    Disabled,
    /// It is in no project that was read: deleted, or somebody else's.
    NotListed,
}

/// Every path to a delegated token of one account.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AccountPaths<'a> {
    /// Its address.
    pub(crate) account: &'a str,
    /// Whether it can be used now.
    pub(crate) state: AccountState,
    /// One a principal and grade, ordered by grade, hops and principal. See [`Path`].
    pub(crate) paths: Vec<Path<'a>>,
    /// What may hide further paths.
    pub(crate) unknown: Vec<&'a Unknown>,
    /// What was left out because it gives nothing now.
    pub(crate) ignored: Vec<&'a Ignored>,
}
