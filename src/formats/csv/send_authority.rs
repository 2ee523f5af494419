//! `send_authority.csv`: a row a right to send as an address or to read its mail.

use super::table::{Rows, Table, names};
use crate::authority::mail::{Covered, MailRight, MailRights};
use crate::formats::csv_cell::{Cell, boolean, list, text, time};

pub(super) const TABLE: Table = Table {
    file: "send_authority.csv",
    header: || names(COLUMNS),
    rows: Rows::Gathered(|rights, file| {
        let all = rights.active_mailboxes();
        let rows = |of: Vec<MailRight>| of.into_iter().map(|right| Row { right, all }).collect::<Vec<_>>();
        // Without a user id: before all others.
        file.write_sorted(COLUMNS, &rows(of_every_mailbox(rights)))?;
        rights.by_mailbox().try_for_each(|of_mailbox| file.write_sorted(COLUMNS, &rows(of_mailbox)))
    }),
};

/// What covers every mailbox, that of each owner included.
fn of_every_mailbox(rights: &MailRights<'_>) -> Vec<MailRight> {
    let owners = MailRights::of_owners();
    std::iter::once(owners).chain(rights.of_every_mailbox().iter().cloned()).collect()
}

struct Row {
    right: MailRight,
    /// How many mailboxes are all.
    all: usize,
}

impl Row {
    /// The user id and address of the mailbox that is used, and the address that mail is sent as.
    fn covered(&self) -> Option<(&str, &str, &str)> {
        match &self.right.covers {
            Covered::EveryMailbox => None,
            Covered::Address { user_id, mailbox, address } => Some((user_id, mailbox, address)),
        }
    }
}

const COLUMNS: &[super::table::Column<Row>] = &[
    ("user_id", |row| text(row.covered().map_or("", |(user_id, ..)| user_id))),
    ("primary_email", |row| text(row.covered().map_or("", |(_, mailbox, _)| mailbox))),
    ("address", |row| match row.covered() {
        Some((_, _, address)) => text(address),
        None if row.all == 1 => text("the 1 active mailbox"),
        None => text(format!("all {} active mailboxes", row.all)),
    }),
    ("holder_kind", |row| text(row.right.holder.kind.as_str())),
    ("holder_id", |row| text(&row.right.holder.id)),
    ("holder", |row| text(&row.right.holder.name)),
    ("by", |row| text(row.right.by.as_str())),
    ("sends", |row| boolean(row.right.sends)),
    ("reads", |row| boolean(row.right.reads)),
    ("standing", |row| text(row.right.standing.as_str())),
    ("setting", |row| text(&row.right.setting)),
    ("since", |row| time(row.right.since)),
    ("last_used_at", |row| time(row.right.last_used)),
    ("path", |row| path(&row.right)),
    ("how_to_end", |row| text(&row.right.end)),
];

fn path(right: &MailRight) -> Cell<'_> {
    list(right.path.iter().map(String::as_str))
}
