//! What keeps new keys from being made, and what writes down that somebody signs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::tenant::{Gap, GapReason, Part, Reading};

/// The guardrails of one project that holds service accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProjectGuardrails {
    /// The project's id.
    pub(crate) project: String,
    /// Whether a constraint in force forbids making keys.
    pub(crate) forbids_key_creation: Reading<bool>,
    /// Whether a constraint in force forbids uploading keys.
    pub(crate) forbids_key_upload: Reading<bool>,
    /// Whether a key that Google finds in public is disabled: `iam.serviceAccountKeyExposureResponse` allows
    /// `DISABLE_KEY` alone.
    pub(crate) disables_exposed_keys: Reading<bool>,
    /// What the policies of the project, and of what is above it, log of signatures as its accounts.
    #[serde(default = "not_kept")]
    pub(crate) signing_logs: Reading<SigningLogs>,
}

/// Which Data Access logs of signatures are on, each with the members whose accesses it leaves out. Google's table puts
/// signing under `ADMIN_READ`; a page beside it lists `DATA_READ` too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SigningLogs {
    /// `ADMIN_READ`; `None`: off.
    pub(crate) admin_read: Option<BTreeSet<String>>,
    /// `DATA_READ`; `None`: off.
    pub(crate) data_read: Option<BTreeSet<String>>,
}

impl SigningLogs {
    /// The members whose signatures are left out of a log.
    #[must_use]
    pub(crate) fn exempted(&self) -> BTreeSet<&str> {
        [&self.admin_read, &self.data_read].into_iter().flatten().flatten().map(String::as_str).collect()
    }

    /// Whether every signature is logged, whatever Google counts it as.
    #[must_use]
    pub(crate) fn is_whole(&self) -> bool {
        self.admin_read.is_some() && self.data_read.is_some() && self.exempted().is_empty()
    }
}

/// Versions before kept another answer, which was drawn from the wrong service.
fn not_kept() -> Reading<SigningLogs> {
    Reading::Missing(Gap {
        reason: GapReason::NOT_KEPT,
        message: "The version that made this run did not store which signatures are logged".to_owned(),
        fix: "Run the audit again.".to_owned(),
        ..Gap::not_reached(Part::Guardrails)
    })
}

impl ProjectGuardrails {
    /// Why each that is missing is.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        let policies = [&self.forbids_key_creation, &self.forbids_key_upload, &self.disables_exposed_keys];
        policies.into_iter().filter_map(Reading::gap).chain(self.signing_logs.gap())
    }

    /// Whether any of them is known.
    #[must_use]
    pub(crate) fn knows_any(&self) -> bool {
        let policies = [&self.forbids_key_creation, &self.forbids_key_upload, &self.disables_exposed_keys];
        policies.into_iter().any(|policy| policy.known().is_some()) || self.signing_logs.known().is_some()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Guardrails(pub(crate) Vec<ProjectGuardrails>);
