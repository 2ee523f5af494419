//! Grants as one list shows them: the Admin console's.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Scopes of one client, as one source shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantListing {
    /// Client id and scope.
    pub(crate) grants: Vec<(String, String)>,
    /// As of when.
    pub(crate) seen_at: DateTime<Utc>,
}
