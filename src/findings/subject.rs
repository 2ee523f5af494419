//! What a verdict is about.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// The kind of thing that a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum SubjectKind {
    /// The whole tenant.
    Tenant,
    User,
    /// One send-as address of a mailbox.
    SendAs,
    /// One delegate of a mailbox.
    Delegate,
    /// One address that a mailbox forwards to, or may.
    Forwarding,
    /// One filter of a mailbox.
    Filter,
    Domain,
    /// A setting of an organizational unit.
    OrgUnit,
    /// A setting of a group.
    Group,
    /// A client × scope.
    Grant,
    /// An OAuth client.
    Client,
    ServiceAccount,
    Key,
    /// A role that one member holds on a resource, and that leads to delegated accounts.
    Binding,
    /// An access path of which no binding is known. Earlier versions had a finding for each path.
    Path,
    /// A Cloud project, or one of its guardrails.
    Project,
    App,
    /// Something that happened.
    Event,
    /// An entry of the exceptions file.
    Exception,
    /// A part that is missing.
    Part,
}

impl SubjectKind {
    /// The value in `findings.csv`.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// What a verdict is about: an id that never changes, a name for people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub(crate) kind: SubjectKind,
    /// Made of ids that Google never reuses, so that a finding keeps its identity.
    pub(crate) id: String,
    pub(crate) name: String,
    /// Other ids and addresses by which an exception may name it.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Names of what it is a part of: an exception may name all that belongs to a user, an account or a member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) part_of: Vec<String>,
}

impl Subject {
    pub(crate) fn new(kind: SubjectKind, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, id: id.into(), name: name.into(), also: Vec::new(), part_of: Vec::new() }
    }

    /// Adds another id or address by which an exception may name it.
    #[must_use]
    pub(crate) fn also(mut self, name: impl Into<String>) -> Self {
        self.also.push(name.into());
        self
    }

    /// Adds a name of what it is a part of.
    #[must_use]
    pub(crate) fn part_of(mut self, name: impl Into<String>) -> Self {
        self.part_of.push(name.into());
        self
    }

    /// Every text by which an exception may name it, or what it is a part of.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.own_names().chain(self.part_of.iter().map(String::as_str))
    }

    /// Every text that names it and nothing else.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = &str> {
        // Whoever writes an app names it, and may take the name of another.
        let name = Some(&self.name).filter(|_| self.kind != SubjectKind::App);
        std::iter::once(&self.id).chain(name).chain(&self.also).map(String::as_str)
    }
}
