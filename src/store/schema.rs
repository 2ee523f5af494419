//! The layout of the store. Layouts only grow: each step takes one version to the next.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

const STEPS: &[&str] = &["
    CREATE TABLE run (
        run_id TEXT PRIMARY KEY,
        started_at TEXT NOT NULL,
        state TEXT NOT NULL,
        summary TEXT
    ) STRICT;
    CREATE TABLE user_fact (
        run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
        user_id TEXT NOT NULL,
        user TEXT NOT NULL,
        mailbox TEXT,
        PRIMARY KEY (run_id, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE part_fact (
        run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
        part TEXT NOT NULL,
        reading TEXT NOT NULL,
        PRIMARY KEY (run_id, part)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE finding (
        run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
        fingerprint TEXT NOT NULL,
        check_id TEXT NOT NULL,
        subject_kind TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        judged_id TEXT NOT NULL,
        verdict TEXT NOT NULL,
        worst_first INTEGER NOT NULL,
        finding TEXT NOT NULL,
        PRIMARY KEY (run_id, fingerprint)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX finding_in_order ON finding (run_id, check_id, subject_kind, subject_id);
    CREATE INDEX finding_worst_first ON finding (run_id, worst_first, check_id, subject_kind, subject_id);
    CREATE TABLE not_assessed (
        run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
        check_id TEXT NOT NULL,
        judged_id TEXT NOT NULL,
        PRIMARY KEY (run_id, check_id, judged_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE finding_seen (
        fingerprint TEXT PRIMARY KEY,
        first_seen_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE grant_seen (
        client_id TEXT NOT NULL,
        scope TEXT NOT NULL,
        first_seen_at TEXT NOT NULL,
        PRIMARY KEY (client_id, scope)
    ) STRICT, WITHOUT ROWID;
"];

/// Brings the layout up to date.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    for (step, version) in STEPS.iter().zip(1..).skip(usize::try_from(found).unwrap_or(0)) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
