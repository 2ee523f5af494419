//! `coverage.csv`: a row a part.

use super::table::{Column, Rows, Table, names};
use crate::findings::CoverageRow;
use crate::formats::csv_cell::{number, optional_number, text};

pub(super) const TABLE: Table = Table {
    file: "coverage.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| file.write_sorted(COLUMNS, &source.summary().coverage.0)),
};

const COLUMNS: &[Column<CoverageRow>] = &[
    ("part", |row| text(row.part.id())),
    ("total", |row| optional_number(row.total)),
    ("read", |row| number(row.read)),
    ("not_applicable", |row| number(row.not_applicable)),
    ("denied", |row| number(row.denied)),
    ("failed", |row| number(row.failed)),
    ("reason", |row| text(row.reason())),
    ("needed", |row| text(row.needed())),
];
