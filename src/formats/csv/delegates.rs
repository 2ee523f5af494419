//! `delegates.csv`: a row a user × delegate.

use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, optional_boolean, optional_text, text};
use crate::snapshot::Snapshot;
use crate::tenant::gmail::Delegate;
use crate::tenant::{Person, User};

pub(super) const TABLE: Table = Table {
    file: "delegates.csv",
    header: || names(COLUMNS),
    rows: Rows::OfUser(|facts, tenant, file| {
        let Some(delegates) = facts.mailbox.delegates.known() else { return Ok(()) };
        let row = |delegate| Row { user: &facts.user, delegate, person: person(delegate, tenant) };
        let rows: Vec<_> = delegates.iter().map(row).collect();
        file.write_sorted(COLUMNS, &rows)
    }),
};

struct Row<'a> {
    user: &'a User,
    delegate: &'a Delegate,
    person: Option<Person<'a>>,
}

fn person<'a>(delegate: &Delegate, tenant: &'a Snapshot) -> Option<Person<'a>> {
    tenant.owner_of(&delegate.email)
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("user_id", |row| text(&row.user.id)),
    ("primary_email", |row| text(&row.user.primary_email)),
    ("delegate_email", |row| text(&row.delegate.email)),
    ("verification_status", |row| text(&row.delegate.verification_status)),
    ("delegate_user_id", |row| optional_text(row.person.as_ref().map(|person| person.id))),
    ("delegate_is_active", |row| optional_boolean(row.person.as_ref().map(|person| person.is_active))),
    ("delegate_two_step_enrolled", |row| {
        optional_boolean(row.person.as_ref().and_then(|person| person.is_two_step_enrolled))
    }),
];
