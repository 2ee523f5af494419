//! `sa_paths.csv`: a row a path by which somebody can take over a client's delegation.

use super::table::{Rows, Table, names};
use crate::findings::Severity;
use crate::formats::csv_cell::{Cell, boolean, list, optional_boolean, optional_number, text};
use crate::tenant::{Takeover, TakeoverPath, TakeoverPrincipal};

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
    ("severity", |row| text(severity(row.path).as_str())),
    ("client_id", |row| text(&row.takeover.client_id)),
    ("permission", |row| text(&row.path.permission)),
    ("outside", |row| optional_boolean(row.path.is_outside)),
    ("conditional", |row| boolean(row.path.is_conditional)),
    ("path", |row| text(&row.path.sentence)),
    ("cut", |row| text(&row.path.cut)),
];

/// As the checks of paths grade it: short ones, and those of people and of anyone, are critical.
fn severity(path: &TakeoverPath) -> Severity {
    let is_short = path.hops <= 2;
    let is_strange = path.is_outside == Some(true) || path.kind == TakeoverPrincipal::Open;
    match (is_strange, is_short) {
        (true, _) | (false, true) => Severity::Critical,
        (false, false) => Severity::High,
    }
}
