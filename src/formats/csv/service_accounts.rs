//! `service_accounts.csv`: a row a service account.

use std::collections::BTreeSet;

use super::table::{Rows, Table, names};
use crate::formats::csv_cell::{Cell, boolean, list, optional_number, text, time, unknown};
use crate::snapshot::Snapshot;
use crate::tenant::ServiceAccount;

pub(super) const TABLE: Table = Table {
    file: "service_accounts.csv",
    header: || names(COLUMNS),
    rows: Rows::OfRun(|source, file| file.write_sorted(COLUMNS, &rows(source.tenant()))),
};

struct Row<'a> {
    account: &'a ServiceAccount,
    /// `None` if nobody knows.
    delegated_scopes: Option<BTreeSet<&'a str>>,
}

/// [`table::Column`](super::table::Column) of rows that borrow.
type BorrowingColumn = (&'static str, for<'a, 'b> fn(&'a Row<'b>) -> Cell<'a>);

const COLUMNS: &[BorrowingColumn] = &[
    ("project", |row| text(&row.account.project)),
    ("email", |row| text(&row.account.email)),
    ("unique_id", |row| text(&row.account.unique_id)),
    ("client_id", |row| text(&row.account.client_id)),
    ("display_name", |row| text(&row.account.display_name)),
    ("disabled", |row| boolean(row.account.disabled)),
    ("user_managed_keys", |row| {
        optional_number(row.account.keys.complete().ok().map(|keys| keys.len() as u64))
    }),
    ("oldest_key_created_at", |row| {
        // A key of unknown age sorts first: with one, or without some, nobody knows the oldest.
        let keys = row.account.keys.complete().ok();
        time(keys.and_then(|keys| keys.iter().map(|key| key.created_at).min()).flatten())
    }),
    ("delegated_scopes", |row| {
        row.delegated_scopes.as_ref().map_or_else(unknown, |scopes| list(scopes.iter().copied()))
    }),
];

fn scopes_of<'a>(account: &'a ServiceAccount, tenant: &'a Snapshot) -> BTreeSet<&'a str> {
    let ids =
        [account.client_id.as_str(), account.unique_id.as_str()].into_iter().filter(|id| !id.is_empty());
    let grants = ids.flat_map(|id| tenant.grants.of(id));
    grants.filter(|grant| grant.other_permission().is_none()).map(|grant| grant.scope.as_str()).collect()
}

fn rows(tenant: &Snapshot) -> Vec<Row<'_>> {
    // Only the console lists all grants of a client; the probe asks about the audit's own, scope by scope.
    let is_every_grant_known = tenant.console_grants.complete().is_ok();
    let accounts = tenant.service_accounts.known().into_iter().flat_map(|accounts| &accounts.0);
    accounts
        .map(|account| {
            let scopes = scopes_of(account, tenant);
            let is_known = is_every_grant_known || !scopes.is_empty();
            Row { account, delegated_scopes: is_known.then_some(scopes) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delegation::Grants;
    use crate::formats::test_source::{gap, tenant};
    use crate::tenant::{Part, Reading};

    #[test]
    fn no_scopes_are_known_to_be_none_only_from_the_console() {
        let mut tenant = tenant();
        tenant.grants = Grants::default();
        for (console, expected) in [
            (Reading::Complete(()), Some(BTreeSet::new())),
            (Reading::Partial((), gap(Part::ConsoleGrants)), None),
            (Reading::Missing(gap(Part::ConsoleGrants)), None),
        ] {
            tenant.console_grants = console;
            assert_eq!(rows(&tenant)[0].delegated_scopes, expected);
        }
    }
}
