//! What a finding lists beside accounts: admins, scopes, roles, members. A later run says what was added.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Added, Known, Severity};
use crate::tenant::Part;

/// What an item is. The names are part of what the history keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ItemKind {
    /// Too few super admins: another fault than too many.
    AdminShortage,
    /// An active super admin, by the id of the user.
    SuperAdmin,
    /// A send-as address that is not the tenant's.
    OutsideAddress,
    /// A mail server of a send-as address, by host.
    MailServer,
    /// Whose address a send-as address is, by the id of the user.
    AddressOwner,
    /// A display name that is somebody else's.
    DisplayName,
    /// Where replies go.
    ReplyTo,
    /// A delegated scope.
    DelegatedScope,
    /// A delegated scope that the register does not approve.
    UnapprovedScope,
    /// A delegated scope of a feed that Google has retired.
    RetiredScope,
    /// A delegated scope beside its read-only variant.
    RedundantScope,
    /// That no log shows a use of the delegation.
    UnusedDelegation,
    /// An admin role of Google Workspace, by its id.
    AdminRole,
    /// Owner or Editor of a project, or of what is above it.
    BasicRole,
    /// That an account is the default one of a service.
    DefaultAccount,
    /// A scope that users gave an app.
    AppScope,
    /// A log that is not written.
    MissingLog,
    /// A member whose calls a log leaves out.
    ExemptedMember,
}

impl ItemKind {
    /// The parts that show all items of the kind. None for scopes of clients: the ledger keeps what earlier runs saw.
    #[must_use]
    pub(crate) fn shown_by(self) -> &'static [Part] {
        match self {
            Self::AdminShortage | Self::SuperAdmin => &[Part::Users, Part::AdminRoles],
            Self::OutsideAddress | Self::AddressOwner | Self::DisplayName | Self::ReplyTo => {
                &[Part::Users, Part::Domains, Part::SEND_AS]
            }
            Self::MailServer => &[Part::SEND_AS],
            Self::DelegatedScope | Self::UnapprovedScope | Self::RetiredScope | Self::RedundantScope => &[],
            Self::UnusedDelegation => &[Part::AccessEvaluationLog],
            Self::AdminRole => &[Part::AdminRoles],
            Self::BasicRole => &[Part::IamPolicies],
            Self::DefaultAccount => &[Part::ServiceAccounts],
            Self::AppScope => &[Part::TokenLog],
            Self::MissingLog | Self::ExemptedMember => &[Part::Guardrails],
        }
    }

    /// As it stands before an item's name.
    const fn title(self) -> &'static str {
        match self {
            Self::AdminShortage => "minimum of super admins",
            Self::SuperAdmin => "super admin",
            Self::OutsideAddress => "outside address",
            Self::MailServer => "mail server",
            Self::AddressOwner => "address of",
            Self::DisplayName => "display name",
            Self::ReplyTo => "Reply-To address",
            Self::DelegatedScope => "scope",
            Self::UnapprovedScope => "unapproved scope",
            Self::RetiredScope => "retired scope",
            Self::RedundantScope => "scope beside its read-only variant",
            Self::UnusedDelegation => "delegation without a recorded use",
            Self::AdminRole => "admin role",
            Self::BasicRole => "role",
            Self::DefaultAccount => "default service account of",
            Self::AppScope => "scope of the app",
            Self::MissingLog => "missing log",
            Self::ExemptedMember => "exempted member",
        }
    }
}

impl std::fmt::Display for ItemKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}

/// One thing that a finding lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    /// What is the same in two runs, among items of the kind.
    pub(crate) id: String,
    /// For a person; empty if the id says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// The client that holds it, of a delegated scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    /// How severe it is alone. `None`: the whole list decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) severity: Option<Severity>,
    /// Whether an earlier run found it, and this one could not look again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_not_rechecked: bool,
    /// Since when runs have seen it.
    #[serde(default, skip_serializing_if = "Known::is_default")]
    pub(crate) known: Known,
}

impl Item {
    pub(crate) fn new(kind: ItemKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: String::new(),
            client_id: None,
            severity: None,
            is_not_rechecked: false,
            known: Known::default(),
        }
    }

    #[must_use]
    pub(crate) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    #[must_use]
    pub(crate) fn held_by(mut self, client_id: &str) -> Self {
        self.client_id = Some(client_id.to_owned());
        self
    }

    #[must_use]
    pub(crate) const fn weighing(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// What is the same in two runs.
    pub(crate) fn key(&self) -> (ItemKind, &str) {
        (self.kind, &self.id)
    }

    /// What a person reads.
    pub(crate) fn shown(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// As a finding says that it was added.
    pub(crate) fn added(&self) -> Added {
        Added::Item { item: self.kind, id: self.id.clone(), name: self.shown().to_owned() }
    }
}

/// What a check says of the items of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemList {
    /// The kinds that the check looks for.
    pub(crate) kinds: &'static [ItemKind],
    pub(crate) items: Vec<Item>,
    /// Kinds of which there may be more, for a reason that no part shows.
    pub(crate) undecided: Vec<ItemKind>,
}

/// The items of a finding, as the history keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownItems {
    pub(crate) items: Vec<Item>,
    /// Kinds that no run could list whole since the finding is there: a first sight may be late.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) never_listed: BTreeSet<ItemKind>,
}

impl KnownItems {
    pub(crate) fn by_key(&self) -> BTreeMap<(ItemKind, &str), &Item> {
        self.items.iter().map(|item| (item.key(), item)).collect()
    }

    /// The items that earlier ones did not have: news, and what may have been there unseen.
    pub(crate) fn since<'i>(&'i self, before: &Self) -> (Vec<&'i Item>, Vec<&'i Item>) {
        let known = before.by_key();
        let new = self.items.iter().filter(|item| !known.contains_key(&item.key()));
        new.partition(|item| !before.never_listed.contains(&item.kind))
    }

    /// How severe they are, if each of them says so.
    pub(crate) fn severity<'i>(items: impl IntoIterator<Item = &'i Item>) -> Option<Severity> {
        let severities: Option<Vec<Severity>> = items.into_iter().map(|item| item.severity).collect();
        severities?.into_iter().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(ids: &[&str], never_listed: &[ItemKind]) -> KnownItems {
        KnownItems {
            items: ids.iter().map(|id| Item::new(ItemKind::AdminRole, *id)).collect(),
            never_listed: never_listed.iter().copied().collect(),
        }
    }

    #[test]
    fn what_no_run_could_list_before_is_no_news() {
        let (before, now) = (items(&["a"], &[]), items(&["a", "b"], &[]));
        let (news, hidden) = now.since(&before);
        assert_eq!((news.len(), hidden.len()), (1, 0));
        assert_eq!(news[0].id, "b");
        let (news, hidden) = (now.since(&items(&["a"], &[ItemKind::AdminRole]))).clone();
        assert_eq!((news.len(), hidden.len()), (0, 1));
        assert!(now.since(&now).0.is_empty());
    }

    #[test]
    fn an_id_of_one_kind_is_not_that_of_another() {
        let scope = |kind| KnownItems { items: vec![Item::new(kind, "s")], ..KnownItems::default() };
        let (before, now) = (scope(ItemKind::RedundantScope), scope(ItemKind::UnapprovedScope));
        assert_eq!(now.since(&before).0.len(), 1);
    }

    #[test]
    fn a_list_is_as_severe_as_its_worst_item_if_all_say_how_severe_they_are() {
        let low = Item::new(ItemKind::AdminRole, "a").weighing(Severity::Low);
        let high = Item::new(ItemKind::BasicRole, "b").weighing(Severity::High);
        assert_eq!(KnownItems::severity([&low, &high]), Some(Severity::High));
        assert_eq!(KnownItems::severity([&low, &Item::new(ItemKind::SuperAdmin, "c")]), None);
    }
}
