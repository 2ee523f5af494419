//! `sa_paths.csv`: a row a path by which somebody can take over a client's delegation.

use super::table::{Rows, Table, names};
use crate::authority::{Takeover, TakeoverPath};
use crate::findings::Severity;
use crate::formats::csv_cell::{Cell, boolean, list, optional_boolean, optional_number, text};

pub(super) const TABLE: Table = Table {
    file: "sa_paths.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| {
        let rows: Vec<_> = source
            .tenant()
            .takeovers
            .iter()
            .flat_map(|takeover| takeover.paths.iter().map(move |path| Row { takeover, path }))
            .collect();
        file.write_sorted(COLUMNS, &rows)
    }),
};

struct Row<'a> {
    takeover: &'a Takeover,
    path: &'a TakeoverPath,
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("principal", |row| text(&row.path.principal)),
    ("service_account", |row| text(&row.takeover.account)),
    ("edge", |row| text(row.path.edge.as_str())),
    ("via", |row| list(row.path.via.iter().map(String::as_str))),
    ("hops", |row| optional_number(Some(row.path.hops))),
    ("severity", |row| text(severity(row).as_str())),
    ("client_id", |row| text(&row.takeover.client_id)),
    ("permission", |row| text(&row.path.permission)),
    ("outside", |row| optional_boolean(row.path.is_outside)),
    ("conditional", |row| boolean(row.path.is_conditional)),
    ("path", |row| text(&row.path.chain)),
    ("cut", |row| text(row.path.cut())),
    ("approved_by", |row| text(row.path.approved_by.as_deref().unwrap_or_default())),
];

/// As the checks say; what the account may do to itself, keyless signing needs.
fn severity(row: &Row<'_>) -> Severity {
    if row.takeover.is_own(row.path) { Severity::Info } else { row.path.severity().into() }
}
