//! Groups and their members.

use serde::{Deserialize, Serialize};

use crate::tenant::Reading;

/// What a member of a group is: Directory's `type` of a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupMemberKind {
    /// A user, or a service account by its address; of this tenant or of another.
    User,
    /// A group: its members are members.
    Group,
    /// Every user of the tenant.
    Customer,
    /// What Directory said, verbatim.
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct GroupMember {
    /// Its address; empty for [`GroupMemberKind::Customer`].
    pub(crate) email: String,
    pub(crate) kind: GroupMemberKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) email: String,
    /// Its other addresses.
    pub(crate) aliases: Vec<String>,
    /// Its direct members.
    pub(crate) members: Reading<Vec<GroupMember>>,
}

/// The groups that were looked up. The members of a group that is not among them are unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Groups(pub(crate) Vec<Group>);
