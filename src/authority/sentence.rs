//! A path as sentences that a person reads.

use super::path::{Also, Binding, Hop, Obstacle, Path};
use super::principal::{Principal, PrincipalKind};
use super::right::Right;
use crate::tenant::{IamResource, one_word, quoted_name};

/// The hops up to the next right: who uses it, and the groups between.
struct Step<'p, 'a> {
    holder: &'a Principal,
    groups: Vec<(&'a Principal, Option<Binding<'a>>)>,
    right: Right,
    binding: &'p Binding<'a>,
    also: Option<&'p Also<'a>>,
    obstacle: Option<Obstacle>,
    account: &'a str,
}

/// Who can do what to which account, by which role, through which groups, and under which condition.
pub(super) fn of(path: &Path<'_>) -> String {
    let steps = steps(path);
    match steps.as_slice() {
        [only] => format!("{}.", only.clause()),
        many => {
            let numbered: Vec<String> =
                many.iter().enumerate().map(|(at, step)| format!("({}) {}", at + 1, step.clause())).collect();
            format!(
                "{} can get delegated tokens of {} in {} steps: {}.",
                one_word(&path.principal.id),
                one_word(path.account),
                many.len(),
                numbered.join("; ")
            )
        }
    }
}

/// What stands in the way, one sentence each.
pub(super) fn obstacles(path: &Path<'_>) -> Vec<String> {
    steps(path).iter().filter_map(|step| Some(step.obstructed(step.obstacle?))).collect()
}

fn steps<'p, 'a>(path: &'p Path<'a>) -> Vec<Step<'p, 'a>> {
    let mut steps = Vec::new();
    let mut first: Option<&'a Principal> = None;
    let mut groups = Vec::new();
    for hop in &path.hops {
        match hop {
            Hop::Member { member, group, binding } => {
                first.get_or_insert(member);
                groups.push((*group, *binding));
            }
            Hop::Right { holder, right, binding, also, obstacle, account } => steps.push(Step {
                holder: first.take().unwrap_or(holder),
                groups: std::mem::take(&mut groups),
                right: *right,
                binding,
                also: also.as_ref(),
                obstacle: *obstacle,
                account,
            }),
        }
    }
    steps
}

impl Step<'_, '_> {
    fn clause(&self) -> String {
        let is_itself = self.holder.id.eq_ignore_ascii_case(self.account);
        let account = if is_itself { "itself".into() } else { one_word(self.account) };
        let groups: Vec<String> = self.groups.iter().map(|(group, by)| named(group, by.as_ref())).collect();
        let through = match groups.as_slice() {
            [] => self.role(),
            // The outermost holds the role.
            groups => format!("{}, which holds {}", groups.join(", a member of "), self.role()),
        };
        let also = self.also.map_or_else(String::new, |also| {
            let groups: Vec<String> = also.through.iter().map(|group| named(group, None)).collect();
            let held = match groups.as_slice() {
                [] => String::new(),
                groups => format!(", held by {}", groups.join(", a member of ")),
            };
            format!(", together with {} through {}{held}", also.permission, role(&also.binding))
        });
        format!("{} {} {account} through {through}{also}", one_word(&self.holder.id), deed(self.right))
    }

    fn role(&self) -> String {
        match self.binding.resource {
            IamResource::ServiceAccount(email) if email.eq_ignore_ascii_case(self.account) => {
                role_on(self.binding, "that account")
            }
            _ => role(self.binding),
        }
    }

    fn obstructed(&self, obstacle: Obstacle) -> String {
        match obstacle {
            Obstacle::KeysForbidden => {
                format!(
                    "Organization policies forbid keys of {}. They block this path as long as they apply.",
                    one_word(self.account)
                )
            }
            Obstacle::NothingToRun => format!(
                "This works only if {} can run code as {}. No such permission was found in that account's \
                 project.",
                one_word(&self.holder.id),
                one_word(self.account)
            ),
        }
    }
}

const fn deed(right: Right) -> &'static str {
    match right {
        Right::SignBlob => "can sign data as",
        Right::ImplicitDelegation => "can use, as a delegate,",
        Right::UpdateRole => "can add permissions to a role that it has on",
        _ => right.verb(),
    }
}

/// A group by its kind and name; for `projectOwner:` and the like, with the role that makes members of it.
fn named(group: &Principal, by: Option<&Binding<'_>>) -> String {
    let kind = match group.kind {
        PrincipalKind::Group => "group ",
        PrincipalKind::Domain => "domain ",
        _ => "",
    };
    let by = by.map_or_else(String::new, |binding| format!(" ({})", role(binding)));
    format!("{kind}{}{by}", one_word(&group.id))
}

fn role(binding: &Binding<'_>) -> String {
    role_on(binding, &binding.resource.title())
}

fn role_on(binding: &Binding<'_>, resource: &str) -> String {
    let condition = binding.condition.map_or_else(String::new, |condition| {
        format!(" under the condition {}", quoted_name(&condition.title))
    });
    format!("{} on {resource}{condition}", one_word(binding.role))
}
