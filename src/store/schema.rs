//! The layout of the store. Layouts only grow: each step takes one version to the next.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];

/// What could not be judged in this judging; nobody needs it afterwards.
const SCRATCH: &str = "
    CREATE TEMP TABLE not_assessed (
        check_id TEXT NOT NULL,
        judged_id TEXT NOT NULL,
        PRIMARY KEY (check_id, judged_id)
    ) WITHOUT ROWID";

/// Refuses a layout that this version does not know, and a database of somebody else's, before anything is
/// written.
pub(super) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let (found, known) = (version(connection)?, STEPS.len() as i64);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found == 0 && tables > 0 {
        return Err(StoreError::NotAHistory { path: path.to_owned() });
    }
    Ok(())
}

/// Whether the layout is this version's.
pub(super) fn is_current(connection: &Connection) -> Result<bool, StoreError> {
    Ok(version(connection)? == STEPS.len() as i64)
}

/// Brings the layout up to date: each step whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found = usize::try_from(version(connection)?).unwrap_or(0);
    for (step, version) in STEPS.iter().zip(1..).skip(found) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(connection.execute_batch(SCRATCH)?)
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
