//! What an IAM policy can hang on.

use serde::{Deserialize, Serialize};

use crate::tenant::one_word;

/// A resource of Google Cloud that carries an IAM policy and hands it down.
///
/// [Google's resource hierarchy](https://cloud.google.com/iam/docs/resource-hierarchy-access-control): an
/// organization holds folders and projects, a folder holds folders and projects, a project holds service accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IamResource {
    /// By its number.
    Organization(String),
    /// By its number.
    Folder(String),
    /// By its id, not its number.
    Project(String),
    /// By its address.
    ServiceAccount(String),
}

impl IamResource {
    /// The word and the id, for people: `project p`.
    #[must_use]
    pub(crate) fn title(&self) -> String {
        let (word, id) = self.parts();
        format!("{word} {}", one_word(id))
    }

    /// The number, id or address.
    #[must_use]
    pub(crate) fn id(&self) -> &str {
        self.parts().1
    }

    /// Where the Cloud console shows and changes its bindings.
    pub(crate) const fn bindings_page(&self) -> &'static str {
        match self {
            Self::ServiceAccount(_) => {
                "Cloud console > IAM & Admin > Service accounts > the account > Permissions"
            }
            _ => "Cloud console > IAM & Admin > IAM",
        }
    }

    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Organization(id) => ("organization", id),
            Self::Folder(id) => ("folder", id),
            Self::Project(id) => ("project", id),
            Self::ServiceAccount(address) => ("service account", address),
        }
    }
}
