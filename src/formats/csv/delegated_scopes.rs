//! `delegated_scopes.csv`: a row a client × scope.

use super::table::{Rows, Table, names};
use crate::delegation::{Grant, ScopeRiskTable};
use crate::findings::Severity;
use crate::formats::csv_cell::{Cell, list, optional_text, text, time};
use crate::snapshot::ClientIdentity;

pub(super) const TABLE: Table = Table {
    file: "delegated_scopes.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| {
        let tenant = source.tenant();
        let rows: Vec<_> = tenant
            .grants
            .iter()
            .map(|grant| Row { grant, client: tenant.identity_of(&grant.client_id) })
            .collect();
        file.write_sorted(COLUMNS, &rows)
    }),
};

struct Row<'a> {
    grant: &'a Grant,
    client: ClientIdentity<'a>,
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("client_id", |row| text(&row.grant.client_id)),
    ("service_account", |row| optional_text(row.client.email())),
    ("project", |row| optional_text(row.client.project())),
    ("scope", |row| text(&row.grant.scope)),
    ("risk_class", |row| text(ScopeRiskTable::shipped().class_letters(&row.grant.scope))),
    ("severity", |row| text(Severity::from(ScopeRiskTable::shipped().severity(&row.grant.scope)).as_str())),
    ("provenance", |row| list(row.grant.sightings.iter().map(|sighting| sighting.provenance.as_str()))),
    ("first_seen_at", |row| time(row.grant.first_seen_at)),
    ("last_seen_at", |row| time(row.grant.last_seen_at)),
    ("granted_by", |row| optional_text(row.grant.granted.as_ref().and_then(|granted| granted.by.as_deref()))),
    ("last_used_at", |row| time(row.grant.last_used.map(|used| used.at))),
    ("granted_at", |row| time(row.grant.granted.as_ref().map(|granted| granted.at))),
    ("disagreement", |row| {
        let sentences: Vec<String> = row.grant.disagreements.iter().map(ToString::to_string).collect();
        list(sentences.iter().map(String::as_str))
    }),
];
