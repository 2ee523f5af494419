//! The identity of a finding over time.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Subject, SubjectKind};

/// Stays the same while a finding is about the same subject, whatever its name or severity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    /// Of a check's verdict on a subject.
    #[must_use]
    pub(crate) fn of(check_id: &str, subject: &Subject) -> Self {
        let mut digest = Sha256::new();
        // A binding is one finding, whichever of the checks on access paths it belongs to this time.
        let judged_by = if subject.kind == SubjectKind::Binding { "" } else { check_id };
        for field in [judged_by, subject.kind.as_str(), &subject.id] {
            digest.update(field.len().to_be_bytes());
            digest.update(field);
        }
        Self(HEXLOWER.encode(&digest.finalize()[..16]))
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
