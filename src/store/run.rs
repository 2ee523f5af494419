//! One run's facts.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::findings::RunSummary;
use crate::tenant::{Mailbox, Part, User, UserFacts};

use super::{Store, StoreError};

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Facts are arriving, or it was killed.
    Started,
    /// Everything that could be read was read and judged.
    Finished,
}

impl RunState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Finished => "finished",
        }
    }
}

/// One run of the store.
#[derive(Debug)]
pub struct Run<'a> {
    pub(super) store: &'a Store,
    id: String,
    started_at: DateTime<Utc>,
}

/// Users per query: their facts are all that is in memory of them.
const BATCH: i64 = 500;

impl Store {
    /// Begins a run. Two runs within one second get ids that differ: the later one waits in name only.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn begin(&self, started_at: DateTime<Utc>) -> Result<Run<'_>, StoreError> {
        let mut id_time = started_at;
        loop {
            let id = id_time.format("%Y-%m-%dT%H-%M-%SZ").to_string();
            let inserted = self.connection().execute(
                "INSERT OR IGNORE INTO run (run_id, started_at, state) VALUES (?1, ?2, ?3)",
                params![id, started_at.to_rfc3339(), RunState::Started.as_str()],
            )?;
            if inserted == 1 {
                return Ok(Run { store: self, id, started_at });
            }
            id_time += chrono::Duration::seconds(1);
        }
    }

    /// A run that was begun before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn run(&self, id: &str) -> Result<Option<Run<'_>>, StoreError> {
        let started_at = self
            .connection()
            .query_row("SELECT started_at FROM run WHERE run_id = ?1", [id], |row| row.get(0))
            .optional()?;
        Ok(started_at.map(|started_at| Run { store: self, id: id.to_owned(), started_at }))
    }

    /// Summaries of finished runs, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn finished_runs(&self) -> Result<Vec<RunSummary>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT summary FROM run WHERE state = 'finished' AND summary IS NOT NULL ORDER BY started_at DESC, run_id DESC",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }
}

impl Run<'_> {
    /// `2026-11-21T07-00-00Z`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The only "now" of the run's verdicts.
    #[must_use]
    pub const fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// Keeps users. One that comes twice, as a listing that shifts can bring it, is kept once.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_users(&self, users: &[User]) -> Result<(), StoreError> {
        let mut connection = self.store.connection();
        let transaction = connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO user_fact (run_id, user_id, user) VALUES (?1, ?2, ?3)",
            )?;
            for user in users {
                statement.execute(params![self.id, user.id, serde_json::to_string(user)?])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Keeps mailboxes of users that are kept already.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_mailboxes(&self, mailboxes: &[(String, Mailbox)]) -> Result<(), StoreError> {
        let mut connection = self.store.connection();
        let transaction = connection.transaction()?;
        {
            let mut statement = transaction
                .prepare_cached("UPDATE user_fact SET mailbox = ?3 WHERE run_id = ?1 AND user_id = ?2")?;
            for (user_id, mailbox) in mailboxes {
                statement.execute(params![self.id, user_id, serde_json::to_string(mailbox)?])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Keeps what was read of a tenant-wide part.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_part<T: Serialize>(&self, part: Part, reading: &T) -> Result<(), StoreError> {
        self.store.connection().execute(
            "INSERT OR REPLACE INTO part_fact (run_id, part, reading) VALUES (?1, ?2, ?3)",
            params![self.id, part.id(), serde_json::to_string(reading)?],
        )?;
        Ok(())
    }

    /// What was kept of a tenant-wide part.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn part<T: DeserializeOwned>(&self, part: Part) -> Result<Option<T>, StoreError> {
        let reading: Option<String> = self
            .store
            .connection()
            .query_row(
                "SELECT reading FROM part_fact WHERE run_id = ?1 AND part = ?2",
                params![self.id, part.id()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(reading.map(|reading| serde_json::from_str(&reading)).transpose()?)
    }

    /// How many users are kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn user_count(&self) -> Result<u64, StoreError> {
        let count: i64 = self.store.connection().query_row(
            "SELECT COUNT(*) FROM user_fact WHERE run_id = ?1",
            [&self.id],
            |row| row.get(0),
        )?;
        Ok(count.unsigned_abs())
    }

    /// Every user, ordered bytewise by id.
    pub fn users(&self) -> impl Iterator<Item = Result<User, StoreError>> + '_ {
        self.batches("SELECT user_id, user, NULL FROM user_fact WHERE run_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3")
            .map(|row| Ok(serde_json::from_str(&row?.user)?))
    }

    /// Every user whose mailbox is not kept yet, ordered bytewise by id.
    pub fn users_without_mailbox(&self) -> impl Iterator<Item = Result<User, StoreError>> + '_ {
        self.batches("SELECT user_id, user, NULL FROM user_fact WHERE run_id = ?1 AND user_id > ?2 AND mailbox IS NULL ORDER BY user_id LIMIT ?3")
            .map(|row| Ok(serde_json::from_str(&row?.user)?))
    }

    /// Every user with its mailbox, ordered bytewise by id.
    pub fn user_facts(&self) -> impl Iterator<Item = Result<UserFacts, StoreError>> + '_ {
        self.batches("SELECT user_id, user, mailbox FROM user_fact WHERE run_id = ?1 AND user_id > ?2 AND mailbox IS NOT NULL ORDER BY user_id LIMIT ?3")
            .map(|row| {
                let row = row?;
                Ok(UserFacts {
                    user: serde_json::from_str(&row.user)?,
                    mailbox: serde_json::from_str(row.mailbox.as_deref().unwrap_or("null"))?,
                })
            })
    }

    fn batches(&self, query: &'static str) -> Batches<'_> {
        Batches { run: self, query, batch: Vec::new().into_iter(), last: String::new(), done: false }
    }

    /// Forgets all but this run and the newest `keep` finished ones; what was first seen when is kept.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget_all_but(&self, keep: u32) -> Result<(), StoreError> {
        self.store.connection().execute(
            "DELETE FROM run WHERE run_id <> ?2 AND run_id NOT IN
             (SELECT run_id FROM run WHERE state = 'finished' ORDER BY started_at DESC, run_id DESC LIMIT ?1)",
            params![keep, self.id],
        )?;
        Ok(())
    }

    /// Ends the run.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn finish(&self, summary: &RunSummary) -> Result<(), StoreError> {
        self.store.connection().execute(
            "UPDATE run SET state = ?2, summary = ?3 WHERE run_id = ?1",
            params![self.id, RunState::Finished.as_str(), serde_json::to_string(summary)?],
        )?;
        Ok(())
    }

    /// The summary of a finished run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn summary(&self) -> Result<Option<RunSummary>, StoreError> {
        let summary: Option<Option<String>> = self
            .store
            .connection()
            .query_row("SELECT summary FROM run WHERE run_id = ?1", [&self.id], |row| row.get(0))
            .optional()?;
        Ok(summary.flatten().map(|summary| serde_json::from_str(&summary)).transpose()?)
    }

    /// When each grant was first seen, over the whole history, this run included.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn grant_first_seen(
        &self,
        client_id: &str,
        scope: &str,
        seen_at: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let connection = self.store.connection();
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

struct Row {
    user: String,
    mailbox: Option<String>,
}

/// Rows of a query by user id, a batch at a time, so that no lock is held while they are used.
struct Batches<'a> {
    run: &'a Run<'a>,
    query: &'static str,
    batch: std::vec::IntoIter<(String, Row)>,
    last: String,
    done: bool,
}

impl Batches<'_> {
    fn read(&self) -> Result<Vec<(String, Row)>, StoreError> {
        let connection = self.run.store.connection();
        let mut statement = connection.prepare_cached(self.query)?;
        let rows = statement.query_map(params![self.run.id, self.last, BATCH], |row| {
            Ok((row.get(0)?, Row { user: row.get(1)?, mailbox: row.get(2)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.len() == 0 && !self.done {
            match self.read() {
                Ok(batch) => {
                    self.done = batch.is_empty();
                    self.batch = batch.into_iter();
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        let (id, row) = self.batch.next()?;
        self.last = id;
        Some(Ok(row))
    }
}
