//! IAM roles and what they allow.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::tenant::{IamResource, Reading};

/// Whether a role gives what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IamRoleState {
    Active,
    /// A custom role of launch stage `DISABLED`: its bindings stand but give nothing, until it is enabled.
    Disabled,
    /// A custom role that was deleted: its bindings stand but give nothing, unless it is undeleted.
    Deleted,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct IamRole {
    /// `roles/…`, `projects/<project>/roles/…` or `organizations/<number>/roles/…`.
    pub(crate) name: String,
    /// Whether it gives what it holds.
    pub(crate) state: IamRoleState,
    /// `includedPermissions`.
    pub(crate) permissions: Reading<BTreeSet<String>>,
}

impl IamRole {
    /// Where a custom role of this name is defined; `None` for a role of Google's.
    #[must_use]
    pub(crate) fn home(name: &str) -> Option<IamResource> {
        let (place, _) = name.split_once("/roles/")?;
        match place.split_once('/')? {
            ("projects", id) => Some(IamResource::Project(id.to_owned())),
            ("organizations", id) => Some(IamResource::Organization(id.to_owned())),
            _ => None,
        }
    }
}

/// The roles that were looked up. A role that is not among them is unknown, not empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct IamRoles(pub(crate) Vec<IamRole>);
