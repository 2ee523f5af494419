//! `filters.csv`: a row a user × filter that forwards or hides mail.

use super::send_as::is_domain_owned;
use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, boolean, number, optional_boolean, optional_text, text};
use crate::snapshot::Snapshot;
use crate::tenant::User;
use crate::tenant::gmail::Filter;

pub(super) const TABLE: Table = Table {
    file: "filters.csv",
    header: || names(COLUMNS),
    rows: Rows::OfUser(|facts, tenant, file| {
        let Some(filters) = facts.mailbox.filters.known() else { return Ok(()) };
        let row = |filter| Row { user: &facts.user, filter, tenant };
        let rows: Vec<_> = filters.kept.iter().map(row).collect();
        file.write_sorted(COLUMNS, &rows)
    }),
};

struct Row<'a> {
    user: &'a User,
    filter: &'a Filter,
    tenant: &'a Snapshot,
}

impl<'a> Row<'a> {
    fn forward(&self) -> Option<&'a str> {
        Some(self.filter.action.forward.as_str()).filter(|address| !address.is_empty())
    }
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("user_id", |row| text(&row.user.id)),
    ("primary_email", |row| text(&row.user.primary_email)),
    ("filter_id", |row| text(&row.filter.id)),
    ("from", |row| text(&row.filter.criteria.from)),
    ("to", |row| text(&row.filter.criteria.to)),
    ("subject", |row| text(&row.filter.criteria.subject)),
    ("query", |row| text(&row.filter.criteria.query)),
    ("negated_query", |row| text(&row.filter.criteria.negated_query)),
    ("has_attachment", |row| boolean(row.filter.criteria.has_attachment)),
    ("size_comparison", |row| text(&row.filter.criteria.size_comparison)),
    ("size", |row| number(row.filter.criteria.size)),
    ("forward", |row| optional_text(row.forward())),
    ("forward_domain_owned", |row| {
        optional_boolean(row.forward().and_then(|address| is_domain_owned(address, &row.tenant.domains)))
    }),
    ("forward_owner", |row| {
        let owner = row.forward().and_then(|address| row.tenant.owner_of(address));
        optional_text(owner.map(|person| person.primary_email))
    }),
    ("trashes", |row| boolean(row.filter.action.trashes)),
    ("archives", |row| boolean(row.filter.action.archives)),
    ("marks_read", |row| boolean(row.filter.action.marks_read)),
];
