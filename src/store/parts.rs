//! One run's tenant-wide facts, and how far its listings got.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tenant::{Part, Reading};

use super::{PartKey, Run, StoreError};

impl Run<'_> {
    /// Keeps what was read of a tenant-wide part.
    pub(crate) fn put_part<T: Serialize>(
        &self,
        key: PartKey<T>,
        reading: &Reading<T>,
    ) -> Result<(), StoreError> {
        let part = key.part();
        let text = serde_json::to_string(reading)?;
        let mut connection = self.store.connection();
        let transaction = connection.transaction()?;
        let same: Option<i64> = transaction
            .query_row(
                "SELECT fact FROM part_fact JOIN fact ON fact = reading
                 WHERE run = ?1 AND part = ?2 AND text = ?3",
                params![self.base, part.id(), text],
                |row| row.get(0),
            )
            .optional()?;
        let fact = match same {
            Some(fact) => fact,
            None => {
                transaction.execute("INSERT INTO fact (text) VALUES (?1)", [&text])?;
                transaction.last_insert_rowid()
            }
        };
        transaction.execute(
            "INSERT OR REPLACE INTO part_fact (run, part, reading) VALUES (?1, ?2, ?3)",
            params![self.number, part.id(), fact],
        )?;
        Ok(transaction.commit()?)
    }

    /// What was kept of a tenant-wide part.
    pub(crate) fn part<T: DeserializeOwned>(
        &self,
        key: PartKey<T>,
    ) -> Result<Option<Reading<T>>, StoreError> {
        self.one(
            "SELECT text FROM part_fact JOIN fact ON fact = reading WHERE run = ?1 AND part = ?2",
            key.part(),
        )
    }

    /// Remembers where a listing goes on should the run be killed.
    pub(crate) fn put_cursor<T: Serialize>(&self, part: Part, cursor: &T) -> Result<(), StoreError> {
        self.store
            .connection()
            .prepare_cached("INSERT OR REPLACE INTO part_cursor (run, part, cursor) VALUES (?1, ?2, ?3)")?
            .execute(params![self.number, part.id(), serde_json::to_string(cursor)?])?;
        Ok(())
    }

    /// Where a listing goes on that was not over when the run was killed.
    pub(crate) fn cursor<T: DeserializeOwned>(&self, part: Part) -> Result<Option<T>, StoreError> {
        self.one("SELECT cursor FROM part_cursor WHERE run = ?1 AND part = ?2", part)
    }

    fn one<T: DeserializeOwned>(&self, query: &str, part: Part) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self
            .store
            .connection()
            .query_row(query, params![self.number, part.id()], |row| row.get(0))
            .optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// When each grant was first seen, over the whole history, this run included.
    pub(crate) fn grant_first_seen(
        &self,
        client_id: &str,
        scope: &str,
        seen_at: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let is_read_only = self.store.is_read_only()?;
        let connection = self.store.connection();
        if is_read_only {
            // A run that has a report has said so before.
            let query = "SELECT first_seen_at FROM grant_seen WHERE client_id = ?1 AND scope = ?2";
            let known = connection.prepare_cached(query)?.query_row([client_id, scope], |row| row.get(0));
            return Ok(known.optional()?.unwrap_or(seen_at));
        }
        connection
            .prepare_cached(
                "INSERT INTO grant_seen (client_id, scope, first_seen_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET first_seen_at = MIN(first_seen_at, excluded.first_seen_at)",
            )?
            .execute(params![client_id, scope, seen_at])?;
        Ok(connection
            .prepare_cached("SELECT first_seen_at FROM grant_seen WHERE client_id = ?1 AND scope = ?2")?
            .query_row([client_id, scope], |row| row.get(0))?)
    }
}
