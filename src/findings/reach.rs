//! What a finding reaches, so that a later run can say what was added.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ItemKind, Severity, Verdict};
use crate::authority::TakeoverEdge;
use crate::tenant::Part;

/// Since when runs have seen something, so that an exception accepts nothing that came after it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The start of the first run that saw it since it was last gone. `None`: it was there when a run could see it for
    /// the first time, and may be older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<DateTime<Utc>>,
    /// When it became as severe as it is, if it was less severe before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) worse: Option<Worse>,
}

/// A severity that rose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Worse {
    /// The start of the run that saw it first.
    pub(crate) since: DateTime<Utc>,
    pub(crate) from: Severity,
}

impl Known {
    /// Seen first by this run.
    pub(crate) const fn since(at: DateTime<Utc>) -> Self {
        Self { since: Some(at), worse: None }
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it was there, and as severe, by the end of a day.
    pub(crate) fn is_by(&self, day: NaiveDate) -> bool {
        let is_later = |at: DateTime<Utc>| at.date_naive() > day;
        !self.since.is_some_and(is_later) && !self.is_worse_after(day)
    }

    /// Whether it became more severe after a day.
    pub(crate) fn is_worse_after(&self, day: NaiveDate) -> bool {
        self.worse.is_some_and(|worse| worse.since.date_naive() > day)
    }
}

/// Another check that applies to the subject of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AlsoCheck {
    pub(crate) check_id: String,
    /// Its own verdict, which its counts count.
    pub(crate) verdict: Verdict,
    /// Since when it applies.
    #[serde(default, skip_serializing_if = "Known::is_default")]
    pub(crate) known: Known,
}

impl AlsoCheck {
    pub(crate) fn new(check_id: &str, verdict: Verdict) -> Self {
        Self { check_id: check_id.to_owned(), verdict, known: Known::default() }
    }
}

/// How an account is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReachedBy {
    /// Along an access path.
    Path {
        /// From whom.
        principal: String,
        /// What is done in the end.
        edge: TakeoverEdge,
    },
    /// By a role for single accounts that is given above the account.
    RoleAbove,
    /// The client itself holds a scope.
    Scope { scope: String },
}

/// One delegated account that a finding reaches, in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reached {
    /// The client that the account is.
    pub(crate) client_id: String,
    pub(crate) account: String,
    pub(crate) by: ReachedBy,
    pub(crate) severity: Severity,
    /// By whom it is accepted: a custodian of the register, or of a scope the exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accepted_by: Option<String>,
    /// The project of the account, which must be read for it to be judged again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<String>,
    /// Whether it stands only although something was not read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_assumed: bool,
    /// If it is assumed: how severe it was when it was last certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certain_severity: Option<Severity>,
    /// Whether an earlier run found it, and this one could not look again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_not_rechecked: bool,
    /// Whether what accepts it names something wider: an exception its client, the register a group.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_accepted_unnamed: bool,
    /// Since when runs have seen it.
    #[serde(default, skip_serializing_if = "Known::is_default")]
    pub(crate) known: Known,
}

impl Reached {
    /// Reached now, as far as is known, and accepted by nobody.
    pub(crate) fn new(client_id: &str, account: &str, by: ReachedBy, severity: Severity) -> Self {
        Self {
            client_id: client_id.to_owned(),
            account: account.to_owned(),
            by,
            severity,
            accepted_by: None,
            project: None,
            is_assumed: false,
            certain_severity: None,
            is_not_rechecked: false,
            is_accepted_unnamed: false,
            known: Known::default(),
        }
    }

    /// What is the same in two runs: the account, and how it is reached.
    #[must_use]
    pub(crate) fn key(&self) -> (&str, &ReachedBy) {
        (&self.client_id, &self.by)
    }

    /// How severe it was when it was last certain, or is if it never was.
    #[must_use]
    pub(crate) fn last_certain(&self) -> Severity {
        self.certain_severity.filter(|_| self.is_assumed).unwrap_or(self.severity)
    }

    /// From whom, if along a path.
    #[must_use]
    pub(crate) fn principal(&self) -> Option<&str> {
        match &self.by {
            ReachedBy::Path { principal, .. } => Some(principal),
            ReachedBy::RoleAbove | ReachedBy::Scope { .. } => None,
        }
    }

    /// The scope, if it is one of a client.
    #[must_use]
    pub(crate) fn scope(&self) -> Option<&str> {
        match &self.by {
            ReachedBy::Scope { scope } => Some(scope),
            ReachedBy::Path { .. } | ReachedBy::RoleAbove => None,
        }
    }
}

/// What a finding has that it did not have in the run before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Added {
    /// Another check applies.
    Check {
        check_id: String,
    },
    Account {
        account: String,
    },
    /// Somebody who reaches an account.
    Principal {
        principal: String,
    },
    /// A path, or a worse one, between a principal and an account that were there.
    Path {
        /// From whom; empty for a role above the account.
        principal: String,
        /// To which account.
        account: String,
    },
    /// A scope that was not there, or was accepted.
    Scope {
        scope: String,
        severity: Severity,
    },
    /// A scope that was there, and is more severe.
    WorseScope {
        scope: String,
        from: Severity,
        /// Now.
        to: Severity,
    },
    /// Something else that a finding lists.
    Item {
        item: ItemKind,
        id: String,
        name: String,
    },
    /// It is more severe.
    Severity {
        from: Severity,
        /// Now.
        to: Severity,
    },
}

impl Added {
    /// Whether it may have been there in a run that did not read this part. A scope is news even so: nobody was told of it.
    #[must_use]
    pub(crate) fn may_hide_in(&self, part: Part) -> bool {
        match self {
            Self::Scope { .. } => false,
            Self::Item { item, .. } => item.shown_by().contains(&part),
            Self::Account { .. } => {
                matches!(part, Part::ServiceAccounts | Part::IamPolicies | Part::IamRoles)
            }
            Self::Principal { .. } | Self::Path { .. } => {
                matches!(
                    part,
                    Part::Groups | Part::WorkloadIdentityPools | Part::IamPolicies | Part::IamRoles
                )
            }
            Self::Check { .. } | Self::WorseScope { .. } | Self::Severity { .. } => true,
        }
    }
}

impl std::fmt::Display for Added {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Check { check_id } => write!(f, "check {check_id}"),
            Self::Account { account } => write!(f, "service account {account}"),
            Self::Principal { principal } => write!(f, "principal {principal}"),
            Self::Path { principal, account } if principal.is_empty() => {
                write!(f, "role above {account}")
            }
            Self::Path { principal, account } => write!(f, "access path from {principal} to {account}"),
            Self::Scope { scope, severity } => write!(f, "{severity} scope {scope}"),
            Self::WorseScope { scope, from, to } => write!(f, "scope {scope}: {to}, was {from}"),
            Self::Item { item, name, .. } => write!(f, "{item} {name}"),
            Self::Severity { from, to } => write!(f, "severity {to}, was {from}"),
        }
    }
}

/// What is reached now and was not, or was accepted, in the run before. What a wide exception accepts has grown all the same. What was reached then has not grown if it is only
/// assumed to be worse, because something was not read; what is new is told even so.
#[must_use]
pub(crate) fn added(before: &[Reached], now: &[Reached]) -> BTreeSet<Added> {
    let known: HashMap<_, _> = before.iter().map(|known| (known.key(), known)).collect();
    let accounts: HashSet<&str> = before.iter().map(|known| known.client_id.as_str()).collect();
    let principals: HashSet<&str> = before.iter().filter_map(Reached::principal).collect();
    let grows = |reached: &&Reached| match known.get(&reached.key()) {
        // What is accepted by its own name is no news.
        None => reached.accepted_by.is_none() || reached.is_accepted_unnamed,
        Some(known) => {
            let is_opened = known.accepted_by.is_some() && reached.accepted_by.is_none();
            is_opened || (known.last_certain() < reached.severity && !reached.is_assumed)
        }
    };
    let mut added = BTreeSet::new();
    for reached in now.iter().filter(grows) {
        if let Some(scope) = reached.scope() {
            let scope = scope.to_owned();
            added.insert(match known.get(&reached.key()) {
                Some(before) if before.accepted_by.is_none() || reached.accepted_by.is_some() => {
                    Added::WorseScope { scope, from: before.last_certain(), to: reached.severity }
                }
                _ => Added::Scope { scope, severity: reached.severity },
            });
            continue;
        }
        let principal = reached.principal().unwrap_or_default();
        let is_new_account = !accounts.contains(reached.client_id.as_str());
        let is_new_principal = !principal.is_empty() && !principals.contains(principal);
        let account = reached.account.clone();
        if is_new_account {
            added.insert(Added::Account { account: account.clone() });
        }
        if is_new_principal {
            added.insert(Added::Principal { principal: principal.to_owned() });
        }
        if !is_new_account && !is_new_principal {
            added.insert(Added::Path { principal: principal.to_owned(), account });
        }
    }
    added
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(client: &str, principal: &str) -> Reached {
        let by = ReachedBy::Path { principal: principal.to_owned(), edge: TakeoverEdge::Sign };
        Reached::new(client, &format!("{client}@p.iam.gserviceaccount.com"), by, Severity::High)
    }

    fn told(before: &[Reached], now: &[Reached]) -> Vec<Added> {
        added(before, now).into_iter().collect()
    }

    #[test]
    fn a_new_account_a_new_principal_and_a_new_path_between_known_ones_are_each_named() {
        let before = [reached("a", "ann"), reached("b", "bob")];
        let with = |more: Reached| [before.to_vec(), vec![more]].concat();
        let account = |client: &str| format!("{client}@p.iam.gserviceaccount.com");
        assert_eq!(told(&before, &before), []);
        assert_eq!(told(&before, &with(reached("c", "ann"))), [Added::Account { account: account("c") }]);
        assert_eq!(
            told(&before, &with(reached("a", "eve"))),
            [Added::Principal { principal: "eve".to_owned() }]
        );
        let path = Added::Path { principal: "ann".to_owned(), account: account("b") };
        assert_eq!(told(&before, &with(reached("b", "ann"))), [path]);
    }

    #[test]
    fn what_is_only_assumed_to_be_worse_is_not_added_and_what_is_new_is() {
        let closed = [Reached { severity: Severity::Medium, ..reached("a", "ann") }];
        let assumed = |principal: &str| Reached { is_assumed: true, ..reached("a", principal) };
        assert_eq!(told(&closed, &[assumed("ann")]), []);
        let eve = Added::Principal { principal: "eve".to_owned() };
        assert_eq!(told(&closed, &[assumed("ann"), assumed("eve")]), [eve]);
    }

    #[test]
    fn what_was_assumed_and_is_certain_now_has_grown_since_it_was_last_certain() {
        let assumed =
            |certain_severity| [Reached { is_assumed: true, certain_severity, ..reached("a", "ann") }];
        let certain = [reached("a", "ann")];
        assert_eq!(told(&assumed(Some(Severity::Medium)), &certain).len(), 1);
        assert_eq!(told(&assumed(Some(Severity::High)), &certain), []);
        assert_eq!(told(&assumed(None), &certain), [], "told when it was new");
    }

    #[test]
    fn what_gets_worse_or_is_no_longer_accepted_is_added_and_what_is_accepted_is_not() {
        let plain = [reached("a", "ann")];
        let accepted = [Reached { accepted_by: Some("user:ann".to_owned()), ..plain[0].clone() }];
        let worse = [Reached { severity: Severity::Critical, ..plain[0].clone() }];
        assert_eq!(told(&plain, &worse).len(), 1);
        assert_eq!(told(&accepted, &plain).len(), 1);
        assert_eq!(told(&plain, &accepted), []);
        assert_eq!(told(&[], &accepted), []);
    }
}
