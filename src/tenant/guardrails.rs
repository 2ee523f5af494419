//! What keeps new keys from being made, and what writes down that somebody signs.

use serde::{Deserialize, Serialize};

use super::Reading;

/// The guardrails of one project that holds service accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectGuardrails {
    /// The project's id.
    pub project: String,
    /// Whether a constraint in force forbids making keys.
    pub forbids_key_creation: Reading<bool>,
    /// Whether a constraint in force forbids uploading keys.
    pub forbids_key_upload: Reading<bool>,
    /// Whether a key that Google finds in public is disabled: `iam.serviceAccountKeyExposureResponse` allows
    /// `DISABLE_KEY` alone.
    pub disables_exposed_keys: Reading<bool>,
    /// Whether the policies of the project, or of what is above it, log reads of the IAM Credentials API, of
    /// which signing is one.
    pub logs_signing: Reading<bool>,
}

impl ProjectGuardrails {
    /// Each of them, in the order of the fields.
    #[must_use]
    pub const fn all(&self) -> [&Reading<bool>; 4] {
        [
            &self.forbids_key_creation,
            &self.forbids_key_upload,
            &self.disables_exposed_keys,
            &self.logs_signing,
        ]
    }
}

/// The guardrails of every project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Guardrails(pub Vec<ProjectGuardrails>);
