//! What the delegation ledger remembers over runs.
//!
//! A run sees what it or a run before it brought. Of rows that later runs prolonged, an older run sees them
//! up to its own start.

use chrono::{DateTime, Utc};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};

use crate::delegation::{
    AddressBook, AddressHolding, DelegationEvent, GrantUse, LedgerSource, SeenGrant, SourceWindow,
};
use crate::tenant::is_service_account_address;

use super::pages::pages;
use super::{Run, StoreError};

/// Rows per query.
const BATCH: i64 = 1000;

impl Run<'_> {
    /// Keeps a page of delegation events for ever. One that is known already is kept once.
    pub(crate) fn put_delegation_events(&self, events: &[DelegationEvent]) -> Result<(), StoreError> {
        self.store.atomically(|| {
            let connection = self.store.connection();
            let mut insert = connection.prepare_cached(
                "INSERT OR IGNORE INTO delegation_event (id, at, place, run, name, client, scopes, actor, ip)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for event in events {
                insert.execute(params![
                    event.id,
                    event.at.timestamp_micros(),
                    event.change() as i64,
                    self.number,
                    event.name,
                    event.client,
                    serde_json::to_string(&event.scopes)?,
                    event.actor,
                    event.ip,
                ])?;
            }
            Ok(())
        })
    }

    /// Every delegation event that is known, in the order of the replay.
    pub(crate) fn delegation_events(&self) -> impl Iterator<Item = Result<DelegationEvent, StoreError>> + '_ {
        pages(|after: &Option<EventKey>| self.delegation_events_after(after.as_ref()))
            .map(|event| whole(event?))
    }

    fn delegation_events_after(
        &self,
        after: Option<&EventKey>,
    ) -> Result<Vec<(Option<EventKey>, EventRow)>, StoreError> {
        let (at, place, id) = after.cloned().unwrap_or((i64::MIN, 0, String::new()));
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT at, place, id, name, client, scopes, actor, ip FROM delegation_event
             WHERE (at, place, id) > (?1, ?2, ?3) AND run <= ?4 ORDER BY at, place, id LIMIT ?5",
        )?;
        let rows = statement.query_map(params![at, place, id, self.number, BATCH], |row| {
            Ok((Some((row.get(0)?, row.get(1)?, row.get(2)?)), event_row(row)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps uses that one reading of a log counted. The same reading may come again.
    pub(crate) fn put_grant_uses(&self, uses: &[GrantUse]) -> Result<(), StoreError> {
        self.store.atomically(|| {
            let connection = self.store.connection();
            let mut insert = connection.prepare_cached(
                "INSERT INTO grant_use (of, run, first_at, last_at, count) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET run = MIN(run, excluded.run),
                     first_at = MIN(first_at, excluded.first_at), last_at = MAX(last_at, excluded.last_at),
                     count = MAX(count, excluded.count)",
            )?;
            for used in uses {
                insert.execute(params![
                    serde_json::to_string(&used.of)?,
                    self.number,
                    used.first_at.timestamp_micros(),
                    used.last_at.timestamp_micros(),
                    i64::try_from(used.count).unwrap_or(i64::MAX),
                ])?;
            }
            Ok(())
        })
    }

    /// Every use that is known, counted by what uses have in common.
    pub(crate) fn grant_uses(&self) -> impl Iterator<Item = Result<GrantUse, StoreError>> + '_ {
        pages(|after: &String| {
            let connection = self.store.connection();
            let mut statement = connection.prepare_cached(
                "SELECT of, first_at, MIN(last_at, ?3), count FROM grant_use
                 WHERE of > ?1 AND run <= ?2 AND first_at <= ?3 ORDER BY of LIMIT ?4",
            )?;
            let rows = statement.query_map(params![after, self.number, self.now(), BATCH], |row| {
                let count: i64 = row.get(3)?;
                Ok((
                    row.get(0)?,
                    (row.get::<_, String>(0)?, time(row, 1)?, time(row, 2)?, count.unsigned_abs()),
                ))
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .map(|row| {
            let (of, first_at, last_at, count) = row?;
            Ok(GrantUse { of: serde_json::from_str(&of)?, first_at, last_at, count })
        })
    }

    /// Remembers what lists and probes show. What a whole list of the console lacked in between was gone: it is a
    /// sighting of its own.
    pub(crate) fn put_seen_grants(&self, seen: &[SeenGrant]) -> Result<(), StoreError> {
        self.store.atomically(|| {
            let connection = self.store.connection();
            let mut prolong = connection.prepare_cached(
                "UPDATE grant_sighting SET run = MIN(run, ?4), last_at = MAX(last_at, ?6)
                 WHERE client = ?1 AND scope = ?2 AND source = ?3 AND first_at = (
                     SELECT MAX(first_at) FROM grant_sighting
                     WHERE client = ?1 AND scope = ?2 AND source = ?3 AND first_at <= ?5)
                   AND NOT EXISTS (
                     SELECT 1 FROM source_window
                     WHERE source = ?3 AND source = 'console' AND until_at > last_at AND until_at < ?5)",
            )?;
            let mut insert = connection.prepare_cached(
                "INSERT INTO grant_sighting (client, scope, source, run, first_at, last_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET run = MIN(run, excluded.run), last_at = MAX(last_at, excluded.last_at)",
            )?;
            for grant in seen {
                let row = params![
                    grant.client,
                    grant.scope,
                    grant.source.as_str(),
                    self.number,
                    grant.first_at.timestamp_micros(),
                    grant.last_at.timestamp_micros(),
                ];
                if prolong.execute(row)? == 0 {
                    insert.execute(row)?;
                }
            }
            Ok(())
        })
    }

    /// Everything that lists and probes showed.
    pub(crate) fn seen_grants(&self) -> impl Iterator<Item = Result<SeenGrant, StoreError>> + '_ {
        pages(|after: &(String, String, String, i64)| {
            let connection = self.store.connection();
            let mut statement = connection.prepare_cached(
                "SELECT client, scope, source, first_at, MIN(last_at, ?5) FROM grant_sighting
                 WHERE (client, scope, source, first_at) > (?1, ?2, ?3, ?7) AND run <= ?4 AND first_at <= ?5
                 ORDER BY client, scope, source, first_at LIMIT ?6",
            )?;
            let values = params![after.0, after.1, after.2, self.number, self.now(), BATCH, after.3];
            let rows = statement.query_map(values, |row| {
                let seen = SeenGrant {
                    client: row.get(0)?,
                    scope: row.get(1)?,
                    source: source(row, 2)?,
                    first_at: time(row, 3)?,
                    last_at: time(row, 4)?,
                };
                Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), seen))
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
    }

    /// Remembers what a source covered.
    pub(crate) fn put_source_window(&self, window: &SourceWindow) -> Result<(), StoreError> {
        self.store
            .connection()
            .prepare_cached("INSERT OR IGNORE INTO source_window VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                window.source.as_str(),
                window.client.as_deref().unwrap_or_default(),
                window.from.timestamp_micros(),
                window.until.timestamp_micros(),
                self.number,
            ])?;
        Ok(())
    }

    /// What each source covered, over all runs, and whether it was in this one.
    pub(crate) fn source_windows(&self) -> Result<Vec<(SourceWindow, bool)>, StoreError> {
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT source, client, from_at, until_at, run = ?1 OR until_at = ?2 FROM source_window WHERE run <= ?1
             ORDER BY source, client, from_at, until_at",
        )?;
        // A run that began in the same instant read the same window, and keeps it.
        let rows = statement.query_map([self.number, self.started_at().timestamp_micros()], |row| {
            let client: String = row.get(1)?;
            let window = SourceWindow {
                source: source(row, 0)?,
                client: Some(client).filter(|client| !client.is_empty()),
                from: time(row, 2)?,
                until: time(row, 3)?,
            };
            Ok((window, row.get(4)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remembers which account has which address now.
    pub(crate) fn put_client_addresses(&self, pairs: &[(String, String)]) -> Result<(), StoreError> {
        self.store.atomically(|| {
            let connection = self.store.connection();
            let at = self.started_at().timestamp_micros();
            let mut newest = connection.prepare_cached(
                "SELECT client_id, first_at FROM address_holding
                 WHERE address = ?1 AND first_at <= ?2 ORDER BY first_at DESC LIMIT 1",
            )?;
            let mut prolong = connection.prepare_cached(
                "UPDATE address_holding SET last_at = MAX(last_at, ?3) WHERE address = ?1 AND first_at = ?2",
            )?;
            let mut insert = connection.prepare_cached(
                "INSERT OR REPLACE INTO address_holding (address, client_id, first_at, last_at, run)
                 VALUES (?1, ?2, ?3, ?3, ?4)",
            )?;
            for (address, client_id) in pairs {
                let known = newest.query_row(params![address, at], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
                });
                match known.optional()? {
                    Some((known, first_at)) if known == *client_id => {
                        prolong.execute(params![address, first_at, at])?;
                    }
                    _ => {
                        insert.execute(params![address, client_id, at, self.number])?;
                    }
                }
            }
            Ok(())
        })
    }

    /// Which accounts had which address, by what this run or a run before it saw.
    pub(crate) fn address_holdings(&self) -> Result<Vec<AddressHolding>, StoreError> {
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT address, client_id, first_at, MIN(last_at, ?2) FROM address_holding
             WHERE run <= ?1 AND first_at <= ?2 ORDER BY address, first_at",
        )?;
        let rows = statement.query_map([self.number, self.now()], |row| {
            Ok(AddressHolding {
                address: row.get(0)?,
                client_id: row.get(1)?,
                first_at: time(row, 2)?,
                last_at: time(row, 3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whose addresses were. What an earlier release took for an address may be another client's number.
    pub(crate) fn address_book(&self) -> Result<AddressBook, StoreError> {
        let holdings = self.address_holdings()?.into_iter();
        Ok(AddressBook::new(holdings.filter(|holding| is_service_account_address(&holding.address))))
    }

    /// Forgets what this run alone brought: it may be of another tenant.
    pub(super) fn forget_delegation(&self) -> Result<(), StoreError> {
        Ok(self.store.connection().execute_batch(&format!(
            "DELETE FROM delegation_event WHERE run = {run};
             DELETE FROM grant_use WHERE run = {run};
             DELETE FROM grant_sighting WHERE run = {run};
             DELETE FROM source_window WHERE run = {run};
             DELETE FROM address_holding WHERE run = {run};",
            run = self.number
        ))?)
    }

    /// The end of what this run may know. A use is logged while the run reads.
    fn now(&self) -> i64 {
        (self.started_at() + chrono::Duration::days(1)).timestamp_micros()
    }
}

/// Place in the order of the replay.
type EventKey = (i64, i64, String);

/// An event without its scopes, and those as JSON.
pub(super) type EventRow = (DelegationEvent, String);

/// A row of at, place, id, name, client, scopes, actor, ip.
pub(super) fn event_row(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    let event = DelegationEvent {
        id: row.get(2)?,
        at: time(row, 0)?,
        name: row.get(3)?,
        client: row.get(4)?,
        scopes: Vec::new(),
        actor: row.get(6)?,
        ip: row.get(7)?,
    };
    Ok((event, row.get(5)?))
}

pub(super) fn whole((event, scopes): EventRow) -> Result<DelegationEvent, StoreError> {
    Ok(DelegationEvent { scopes: serde_json::from_str(&scopes)?, ..event })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let micros: i64 = row.get(column)?;
    DateTime::from_timestamp_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

fn source(row: &Row<'_>, column: usize) -> rusqlite::Result<LedgerSource> {
    let word: String = row.get(column)?;
    LedgerSource::from_word(&word).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, format!("no source `{word}`").into())
    })
}
