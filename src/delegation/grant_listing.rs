//! Grants as one list shows them: the Admin console's.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Scopes of one client, as one source shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantListing {
    /// Client id and scope.
    pub grants: Vec<(String, String)>,
    /// As of when.
    pub seen_at: DateTime<Utc>,
}
