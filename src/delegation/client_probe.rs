//! What the token endpoint answered for an account that is not the audit's own.

use serde::{Deserialize, Serialize};

use crate::tenant::Reading;

/// The scopes that the token endpoint granted to one client, of those of the scope-risk table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClientProbe {
    pub(crate) client_id: String,
    /// What was granted; complete if every scope was answered.
    pub(crate) granted: Reading<Vec<String>>,
}
