//! A path from a principal to a delegated token of a service account.

use std::fmt::Write;

use serde::Serialize;

use super::principal::{Principal, PrincipalKind};
use super::right::Right;
use super::sentence;
use crate::tenant::{IamCondition, IamResource, one_word, quoted_name};

/// How a path leads to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Grade {
    /// The principal makes a key for the account, or signs as it.
    Direct,
    /// It becomes another account first, or the account itself, which then does.
    Indirect,
    /// Somewhere on the way it has to give itself a right.
    Admin,
}

/// A role that one member holds on a resource: what can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct Binding<'a> {
    /// Where the binding stands.
    pub(crate) resource: &'a IamResource,
    pub(crate) role: &'a str,
    /// The member, verbatim.
    pub(crate) member: &'a str,
    /// The condition, if there is one.
    pub(crate) condition: Option<&'a IamCondition>,
}

/// The second right that a hop needs: to run something, or to edit a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Also<'a> {
    pub(crate) permission: &'static str,
    /// What gives it.
    pub(crate) binding: Binding<'a>,
    /// The groups through which the principal holds it, outermost last.
    pub(crate) through: Vec<&'a Principal>,
    /// The basic roles that make members of those: `projectOwner:` and the like.
    pub(crate) memberships: Vec<Binding<'a>>,
}

/// What has to change, or to be found elsewhere, before a right can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Obstacle {
    /// Organization policies forbid to make and to upload keys.
    KeysForbidden,
    /// No right to run something in the account's project was found.
    NothingToRun,
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::KeysForbidden => "blocked while organization policies forbid keys there",
            Self::NothingToRun => {
                "if it can run code as that account; no such permission was found in its project"
            }
        })
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hop<'a> {
    /// A member counts as its group.
    Member {
        member: &'a Principal,
        group: &'a Principal,
        /// The basic role that makes it a member of `projectOwner:` and the like.
        binding: Option<Binding<'a>>,
    },
    /// A right on a service account is used.
    Right {
        holder: &'a Principal,
        right: Right,
        /// What gives it; for [`Right::UpdateRole`], the role that is edited.
        binding: Binding<'a>,
        /// What is needed besides.
        also: Option<Also<'a>>,
        /// What stands in the way.
        obstacle: Option<Obstacle>,
        account: &'a str,
    },
}

impl<'a> Hop<'a> {
    /// Who takes the step.
    #[must_use]
    pub(crate) const fn from(&self) -> &'a Principal {
        match self {
            Self::Member { member, .. } => member,
            Self::Right { holder, .. } => holder,
        }
    }

    /// The bindings that it rests on.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = Binding<'a>> + use<'a> {
        let mut bindings = Vec::new();
        match self {
            Self::Member { binding, .. } => bindings.extend(*binding),
            Self::Right { binding, also, .. } => {
                bindings.push(*binding);
                bindings.extend(also.iter().map(|also| also.binding));
                bindings.extend(also.iter().flat_map(|also| &also.memberships));
            }
        }
        bindings.into_iter()
    }

    /// Whether it is an account's right on itself, which keyless signing needs.
    pub(super) fn is_own(&self) -> bool {
        match self {
            Self::Member { .. } => false,
            Self::Right { holder, account, .. } => {
                holder.kind == PrincipalKind::ServiceAccount && holder.id.eq_ignore_ascii_case(account)
            }
        }
    }
}

/// The shortest path of its grade from a principal to an account.
///
/// Direct paths that make a key and those that sign are kept apart: they are closed differently. A path that rests
/// on a condition stands beside an unconditional one only if it is shorter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Path<'a> {
    pub(crate) principal: &'a Principal,
    /// The account whose delegation it inherits.
    pub(crate) account: &'a str,
    pub(crate) grade: Grade,
    /// Whether a binding on the way applies only under a condition, or an [`Obstacle`] is on it.
    pub(crate) conditional: bool,
    /// Step by step, from the principal to the account.
    pub(crate) hops: Vec<Hop<'a>>,
}

impl<'a> Path<'a> {
    /// The right by which the path reaches the account in the end.
    #[must_use]
    pub(crate) fn edge(&self) -> Option<Right> {
        match self.hops.last()? {
            Hop::Right { right, .. } => Some(*right),
            Hop::Member { .. } => None,
        }
    }

    /// Whom it leads through, in order: groups and accounts.
    pub(crate) fn via(&self) -> impl Iterator<Item = &'a Principal> + use<'_, 'a> {
        self.hops.iter().skip(1).map(Hop::from)
    }

    /// Every binding that the path rests on, from the principal to the account.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = Binding<'a>> + use<'_, 'a> {
        self.hops.iter().flat_map(Hop::bindings)
    }

    /// What stands in its way, from the principal to the account.
    pub(crate) fn obstacles(&self) -> impl Iterator<Item = Obstacle> {
        self.hops.iter().filter_map(|hop| match hop {
            Hop::Right { obstacle, .. } => *obstacle,
            Hop::Member { .. } => None,
        })
    }

    /// The one binding to remove: without it, this path is gone.
    ///
    /// It is the one nearest to the account that only one hop rests on, so that the least is taken away. An
    /// account's right on itself comes last: keyless signing needs it. Where one hop rests on two bindings, the one on
    /// the account comes first.
    #[must_use]
    pub(crate) fn cut(&self) -> Option<Binding<'a>> {
        let is_shared = |binding: &Binding| self.bindings().filter(|other| other == binding).count() > 1;
        let from_account = || self.hops.iter().rev();
        let others = || from_account().filter(|hop| !hop.is_own()).flat_map(Hop::bindings);
        others()
            .find(|binding| !is_shared(binding))
            .or_else(|| others().next())
            .or_else(|| from_account().flat_map(Hop::bindings).next())
    }

    /// The path as sentences, for a person.
    #[must_use]
    pub(crate) fn sentence(&self) -> String {
        sentence::of(self)
    }

    /// What stands in its way, for a person.
    #[must_use]
    pub(crate) fn obstacle_sentences(&self) -> Vec<String> {
        sentence::obstacles(self)
    }

    /// The path hop by hop, for `sa_paths.csv`.
    #[must_use]
    pub(crate) fn chain(&self) -> String {
        let mut text = one_word(&self.principal.id).into_owned();
        for hop in &self.hops {
            // Writing into a string cannot fail.
            let _ = match hop {
                Hop::Member { group, binding: None, .. } => {
                    write!(text, " → is a member of → {}", one_word(&group.id))
                }
                Hop::Member { group, binding: Some(binding), .. } => {
                    write!(text, " → is one of ({}) → {}", describe(binding), one_word(&group.id))
                }
                Hop::Right { right, binding, also, obstacle, account, .. } => {
                    let also = also.as_ref().map_or_else(String::new, |also| {
                        format!(", with {} by {}", also.permission, describe(&also.binding))
                    });
                    let obstacle = obstacle.map_or_else(String::new, |obstacle| format!("; {obstacle}"));
                    let account = one_word(account);
                    write!(text, " → {} ({}{also}{obstacle}) → {account}", right.verb(), describe(binding))
                }
            };
        }
        text
    }
}

fn describe(binding: &Binding) -> String {
    let condition = binding
        .condition
        .map_or_else(String::new, |condition| format!(" if {}", quoted_name(&condition.title)));
    format!("{} on {}{condition}", one_word(binding.role), binding.resource.title())
}
