//! Who can use a mailbox as a delegate: the delegates, the members of those that are groups, and their own delegates.

use std::collections::{HashSet, VecDeque};

use super::gaps::{members_unread, said_nothing};
use super::resolve::{Directory, EVERY_USER, group, user};
use super::right::{Holder, HolderKind, RightKind, Standing};
use crate::tenant::gmail::Delegate;
use crate::tenant::{Gap, Group, GroupMemberKind, Part, one_word};

/// Somebody who can use a mailbox.
#[derive(Clone, Debug)]
pub(super) struct MailboxUser {
    pub(super) holder: Holder,
    pub(super) by: RightKind,
    pub(super) standing: Standing,
    pub(super) path: Vec<String>,
    /// Whose entry it is, and what the entry says: the mailbox, and the delegate's address.
    pub(super) mailbox: String,
    pub(super) delegate: String,
}

/// The delegates of one mailbox, with what is not known of them.
#[derive(Debug, Default)]
pub(super) struct Delegates {
    pub(super) users: Vec<MailboxUser>,
    pub(super) gaps: Vec<Gap>,
    /// The users of whose mailboxes the delegates matter, by id: the mailbox, and those of its delegates.
    pub(super) asked: HashSet<String>,
}

/// A mailbox whose delegates are wanted.
struct Wanted {
    user_id: String,
    mailbox: String,
    /// From the holder of that mailbox on; empty for the first.
    path: Vec<String>,
    standing: Standing,
}

/// Everybody who can use the mailbox as a delegate, or as the delegate of one.
pub(super) fn delegates<'m>(
    directory: &Directory<'_>,
    user_id: &str,
    mailbox: &str,
    entries: impl Fn(&str) -> Option<&'m [Delegate]>,
) -> Delegates {
    let mut found = Delegates::default();
    let first = Wanted {
        user_id: user_id.to_owned(),
        mailbox: mailbox.to_owned(),
        path: Vec::new(),
        standing: Standing::Now,
    };
    let mut wanted = VecDeque::from([first]);
    // Each mailbox is visited once, so that delegates of each other end.
    found.asked.insert(user_id.to_owned());
    let mut known: HashSet<(HolderKind, String)> = HashSet::new();
    while let Some(next) = wanted.pop_front() {
        let is_indirect = !next.path.is_empty();
        let mut users = Vec::new();
        for delegate in entries(&next.user_id).into_iter().flatten() {
            expand(directory, &next, delegate, &mut users, &mut found.gaps);
        }
        for mut found_user in users {
            let is_owner = found_user.holder.kind == HolderKind::User && found_user.holder.id == user_id;
            let is_new = known.insert((found_user.holder.kind, found_user.holder.id.clone()));
            if is_owner || (is_indirect && !is_new) {
                continue;
            }
            if found_user.holder.kind == HolderKind::User && found.asked.insert(found_user.holder.id.clone())
            {
                wanted.push_back(Wanted {
                    user_id: found_user.holder.id.clone(),
                    mailbox: found_user.holder.name.clone(),
                    path: found_user.path.clone(),
                    standing: found_user.standing,
                });
            }
            if is_indirect {
                found_user.by = RightKind::IndirectDelegate;
                found_user.standing = Standing::Indirect;
            }
            found.users.push(found_user);
        }
    }
    found
}

/// The holders that one entry makes.
fn expand(
    directory: &Directory<'_>,
    of: &Wanted,
    delegate: &Delegate,
    users: &mut Vec<MailboxUser>,
    gaps: &mut Vec<Gap>,
) {
    let (email, owner) = (one_word(&delegate.email), one_word(&of.mailbox));
    let (standing, how) = match delegate.verification_status.as_str() {
        // Neither gives access, and only the owner can invite again.
        "rejected" | "expired" => return,
        "accepted" => (Standing::Now, "is a delegate of"),
        "pending" => (Standing::Pending, "is invited as a delegate of"),
        _ => {
            let what = format!("whether {email} accepted to be a delegate of {owner}");
            gaps.push(said_nothing(Part::DELEGATES, &what));
            (Standing::Unknown, "may be a delegate of")
        }
    };
    let standing = standing.max(of.standing);
    let step = format!("{email} {how} {owner}.");
    let path: Vec<String> = std::iter::once(step).chain(of.path.iter().cloned()).collect();
    let entry = MailboxUser {
        holder: directory.holder(&delegate.email),
        by: RightKind::Delegate,
        standing,
        path,
        mailbox: of.mailbox.clone(),
        delegate: delegate.email.clone(),
    };
    if let Some(person) = directory.user(&delegate.email) {
        let entry = if person.is_active { entry } else { blocked(entry, INACTIVE) };
        users.push(entry);
        return;
    }
    let group = directory.group(&delegate.email);
    if group.is_none() {
        gaps.push(members_unread(&delegate.email, &of.mailbox, directory.facts().groups.gap()));
    }
    users.push(entry.clone());
    if let Some(group) = group {
        let mut seen = HashSet::from([self::group(group)]);
        members(directory, group, &entry, &mut seen, users, gaps);
    }
}

/// The members of a delegate group, and of the groups in it.
fn members(
    directory: &Directory<'_>,
    of: &Group,
    entry: &MailboxUser,
    seen: &mut HashSet<Holder>,
    users: &mut Vec<MailboxUser>,
    gaps: &mut Vec<Gap>,
) {
    if let Some(gap) = of.members.gap() {
        gaps.push(members_unread(&of.email, &entry.mailbox, Some(gap)));
    }
    for member in of.members.known().into_iter().flatten() {
        let holder = match member.kind {
            GroupMemberKind::Customer => Holder::new(HolderKind::Other, EVERY_USER, EVERY_USER),
            _ => directory.holder(&member.email),
        };
        let step = format!("{} is a member of group {}.", one_word(&holder.name), one_word(&of.email));
        let path = std::iter::once(step).chain(entry.path.iter().cloned()).collect();
        let found = MailboxUser { by: RightKind::DelegateGroupMember, holder, path, ..entry.clone() };
        let person = directory.user(&member.email);
        let nested = if person.is_none() { directory.group(&member.email) } else { None };
        // Each member once, by the first way: groups can be members of each other.
        let found = match (person, nested) {
            (Some(person), _) => MailboxUser { holder: user(person), ..found },
            (None, Some(nested)) => MailboxUser { holder: group(nested), ..found },
            (None, None) => found,
        };
        if !seen.insert(found.holder.clone()) {
            continue;
        }
        if nested.is_none() && person.is_none() && member.kind == GroupMemberKind::Group {
            gaps.push(members_unread(&member.email, &entry.mailbox, directory.facts().groups.gap()));
        }
        let is_person = member.kind != GroupMemberKind::Customer;
        let found = match person {
            Some(person) if !person.is_active => blocked(found, INACTIVE),
            None if nested.is_none() && is_person && directory.is_outside(&member.email) => {
                blocked(found, OUTSIDE)
            }
            _ => found,
        };
        users.push(found.clone());
        if let Some(nested) = nested {
            members(directory, nested, &found, seen, users, gaps);
        }
    }
}

const INACTIVE: &str = "It does not work while the delegate's account is suspended or archived.";

/// Source: <https://support.google.com/mail/answer/138350> ("External members of the group are denied delegation
/// access"), as <https://risd.freshservice.com/support/solutions/articles/18000020611> cites it.
const OUTSIDE: &str = "Google denies access to members of a delegate group from outside the organization.";

fn blocked(mut found: MailboxUser, why: &str) -> MailboxUser {
    found.standing = found.standing.max(Standing::Blocked);
    found.path.push(why.to_owned());
    found
}
