//! What was not read and could hold more rights.

use std::collections::BTreeMap;

use crate::tenant::{App, Gap, GapClass, GapReason, Part, one_word};

/// How many mailboxes a gap names.
const MAX_NAMED: usize = 3;

/// A part that is missing of several mailboxes for one reason.
#[derive(Debug)]
struct OfMailboxes {
    gap: Gap,
    count: u64,
    some: Vec<String>,
}

/// What is missing of mailboxes: one row a part and reason, however many they are.
#[derive(Debug, Default)]
pub(super) struct MailboxGaps(BTreeMap<(Part, String), OfMailboxes>);

impl MailboxGaps {
    pub(super) fn add(&mut self, gap: &Gap, mailbox: &str) {
        let row = self.0.entry((gap.part, gap.reason.to_string())).or_insert_with(|| OfMailboxes {
            gap: gap.clone(),
            count: 0,
            some: Vec::new(),
        });
        row.count += 1;
        if row.some.len() < MAX_NAMED {
            row.some.push(mailbox.to_owned());
        }
    }

    /// Those of a part.
    pub(super) fn of(&self, part: Part) -> impl Iterator<Item = Gap> + '_ {
        let rows = self.0.iter().filter(move |((of, _), _)| *of == part);
        rows.map(|(_, row)| {
            let some: Vec<_> = row.some.iter().map(|mailbox| one_word(mailbox)).collect();
            let mailboxes = if row.count == 1 { "1 mailbox" } else { &format!("{} mailboxes", row.count) };
            let message = format!(
                "{} of {mailboxes}, such as {}: {}",
                row.gap.part.title(),
                some.join(", "),
                row.gap.message
            );
            Gap { message, ..row.gap.clone() }
        })
    }
}

/// Adds a gap, unless the same is there.
pub(super) fn add(gaps: &mut Vec<Gap>, gap: Gap) {
    if !gaps.contains(&gap) {
        gaps.push(gap);
    }
}

fn gap(part: Part, reason: GapReason, message: String, fix: &str) -> Gap {
    Gap {
        part,
        class: GapClass::NotConfigured,
        reason,
        message,
        needed: String::new(),
        fix: fix.to_owned(),
        places: Box::default(),
    }
}

/// The members of a delegate that may be a group.
pub(super) fn members_unread(address: &str, mailbox: &str, cause: Option<&Gap>) -> Gap {
    let (address, mailbox) = (one_word(address), one_word(mailbox));
    let message = format!(
        "The members of {address}, a delegate of {mailbox}, were not read. If it is a group, each of its members can \
         use the mailbox"
    );
    match cause {
        Some(cause) => Gap { message: format!("{message}. {}", cause.message), ..cause.clone() },
        // Only groups that an IAM policy names are read.
        None => gap(
            Part::Groups,
            GapReason::NOT_ASKED,
            message,
            "Look up the address in Admin console > Directory > Groups, and read its list of members.",
        ),
    }
}

/// A mailbox that Google lets nobody read as long as its user is suspended or archived.
pub(super) fn inactive_mailbox(mailbox: &str) -> Gap {
    gap(
        Part::DELEGATES,
        GapReason::NOT_ASKED,
        format!(
            "The user of {} is suspended, archived or a guest. Google may let nobody read the settings of such a \
             mailbox, so it can have further delegates",
            one_word(mailbox)
        ),
        "To see its settings, restore the user, and run the audit again.",
    )
}

/// Google left the status of an entry out.
pub(super) fn said_nothing(part: Part, what: &str) -> Gap {
    Gap {
        class: GapClass::Failed,
        ..gap(
            part,
            GapReason::FIELD_LEFT_OUT,
            format!("Gmail did not return {what}"),
            "Run the audit again. If the field is still missing, look up its value in the console.",
        )
    }
}

/// Users who authorized an app and are not known by name.
pub(super) fn users_unnamed(app: &App, unnamed: u64) -> Gap {
    gap(
        Part::TokenLog,
        GapReason::NOT_NAMED,
        format!(
            "{unnamed} more users authorized the app {}. Their names are not stored",
            one_word(&app.name)
        ),
        "See the users of the app in Admin console > Security > Access and data control > API controls > App access \
         control.",
    )
}

/// A delegation of which nobody knows what it allows.
pub(super) fn scope_unknown(client: &str, scope: &str) -> Gap {
    gap(
        Part::ConsoleGrants,
        GapReason::SCOPE_UNKNOWN,
        format!(
            "The client {} holds {}, which is not in the scope-risk table. It is unknown whether it allows to send or \
             read mail",
            one_word(client),
            one_word(scope)
        ),
        "Look up the scope in Google's documentation.",
    )
}

/// A client of whose delegation no source names the scopes.
pub(super) fn scopes_unnamed(client: &str) -> Gap {
    gap(
        Part::ConsoleGrants,
        GapReason::NOT_NAMED,
        format!("The client {} holds a delegation, and no source names its scopes", one_word(client)),
        "Look up the client in Admin console > Security > Access and data control > API controls > Manage domain-wide \
         delegation.",
    )
}

/// A client whose account is in no project that was read.
pub(super) fn takeover_unknown(client: &str, cause: Option<&Gap>) -> Gap {
    let message = format!(
        "Who can obtain tokens of {} is unknown, because its account is in no project that was read",
        one_word(client)
    );
    match cause {
        Some(cause) => Gap { message: format!("{message}. {}", cause.message), ..cause.clone() },
        None => gap(
            Part::ServiceAccounts,
            GapReason::PATHS_UNKNOWN,
            message,
            "Add the account's project to `[cloud] projects`, or ask its owner who can use it.",
        ),
    }
}

/// A group that holds the super admin role.
pub(super) fn admin_group_unread(id: &str) -> Gap {
    gap(
        Part::AdminRoles,
        GapReason::SUPER_ADMINS_UNCOUNTED,
        format!(
            "The members of the group with the id {}, which holds the super admin role, are unknown",
            one_word(id)
        ),
        "Assign the super admin role to single users only.",
    )
}
