//! What a person does about a finding: findings that one action closes have the same one.

use serde::{Deserialize, Serialize};

use super::{Subject, SubjectKind};

/// What is done about findings. Equal values are one action, whatever the sentences say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Remediation {
    /// What the check advises of every subject.
    Check { check_id: String },
    /// One of several things that the check advises.
    Advice { check_id: String, advice: String },
    /// What the check advises of this subject alone.
    Subject { check_id: String, subject_kind: SubjectKind, subject_id: String },
    /// Change or remove one binding.
    Binding {
        /// The id of the binding.
        binding: String,
    },
    /// Remove the delegation of a client whose account is gone, whatever its scopes.
    RemoveDelegation,
    /// Look for a Marketplace app, and uninstall it.
    UninstallApp,
    /// Find out what to do: the check broke, or has no advice.
    LookInto { check_id: String },
}

/// What a check advises instead of its usual advice, where several subjects share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Another advice of the same check, by name.
    Other(&'static str),
    /// [`Remediation::RemoveDelegation`].
    RemoveDelegation,
    /// [`Remediation::UninstallApp`].
    UninstallApp,
}

impl Remediation {
    /// What the check itself advises.
    pub(crate) fn of_check(check_id: &str) -> Self {
        Self::Check { check_id: check_id.to_owned() }
    }

    /// An action of this subject alone, where the check advises the same of several: it needs care that the others do not.
    #[must_use]
    pub(crate) fn of_subject(self, check_id: &str, subject: &Subject) -> Self {
        match self {
            Self::Check { .. } | Self::Advice { .. } => Self::Subject {
                check_id: check_id.to_owned(),
                subject_kind: subject.kind,
                subject_id: subject.id.clone(),
            },
            alone => alone,
        }
    }

    /// Where nothing is advised.
    pub(crate) fn look_into(check_id: &str) -> Self {
        Self::LookInto { check_id: check_id.to_owned() }
    }
}
