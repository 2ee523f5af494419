//! What keeps "there is no path" from being said, and what was left out on purpose.

use serde::Serialize;

use crate::tenant::Gap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnknownKind {
    /// The IAM policy of a resource.
    Policy,
    /// What stands above a resource.
    Parent,
    /// The permissions of a role.
    Role,
    /// The members of a group.
    Group,
    /// The members of a very large group are known, but not listed one by one.
    LargeGroup,
    /// A member of a policy or of a group that names nobody.
    Member,
    /// A service account, or a set of them, that is on the way.
    ServiceAccount,
    /// What lies beyond the longest path that is followed.
    CutOff,
}

/// Something unknown that may hide a path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Unknown {
    pub(crate) kind: UnknownKind,
    /// Of what: a resource, role, group or account.
    pub(crate) subject: String,
    pub(crate) message: String,
    /// Why it was not read, if a part is missing.
    pub(crate) gap: Option<Gap>,
}

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IgnoredReason {
    DeletedMember,
    /// The service account is disabled.
    DisabledAccount,
    /// The workload identity pool is disabled or deleted.
    ClosedPool,
    /// The role is disabled: it can be enabled again.
    DisabledRole,
    DeletedRole,
    /// The binding's condition ended it.
    ExpiredBinding,
}

/// Something that gives nothing now, and would if it were restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Ignored {
    pub(crate) reason: IgnoredReason,
    /// What: the member or account, verbatim.
    pub(crate) subject: String,
    pub(crate) message: String,
}
