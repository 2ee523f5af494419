//! `sa_keys.csv`: a row a user-managed key of a service account.

use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, boolean, text, time, unknown};
use crate::tenant::{ServiceAccount, ServiceAccountKey, ServiceAccountLastUse, ServiceAccountUse};

pub(super) const TABLE: Table = Table {
    file: "sa_keys.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| {
        let accounts = source.tenant().service_accounts.known().into_iter().flat_map(|accounts| &accounts.0);
        let uses = source.tenant().service_account_use.known();
        let rows: Vec<_> = accounts
            .flat_map(|account| {
                account.keys.known().into_iter().flatten().map(move |key| Row { account, key, uses })
            })
            .collect();
        file.write_sorted(COLUMNS, &rows)
    }),
};

struct Row<'a> {
    account: &'a ServiceAccount,
    key: &'a ServiceAccountKey,
    uses: Option<&'a ServiceAccountUse>,
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("service_account", |row| text(&row.account.email)),
    ("key_id", |row| text(&row.key.key_id)),
    ("created_at", |row| time(row.key.created_at)),
    ("expires_at", |row| time(row.key.expires_at)),
    ("origin", |row| text(&row.key.origin)),
    ("disabled", |row| boolean(row.key.disabled)),
    ("last_used_at", |row| {
        let used = row.uses.and_then(|uses| uses.of_key(&row.account.project, &row.key.key_id));
        match used {
            Some(ServiceAccountLastUse::On(at)) => time(Some(at)),
            Some(ServiceAccountLastUse::Never) => text("never"),
            Some(ServiceAccountLastUse::Unknown(_)) | None => unknown(),
        }
    }),
    ("disabled_reason", |row| text(&row.key.disabled_reason)),
];
