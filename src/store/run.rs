//! Runs: begun, continued, finished, forgotten.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use crate::findings::RunSummary;

use super::{Store, StoreError};

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Facts are arriving, or it was killed.
    Started,
    /// It was told to stop, and reported what it had.
    Interrupted,
    /// Everything that could be read was read and judged.
    Finished,
}

impl RunState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
        }
    }
}

/// One run of the store.
#[derive(Debug)]
pub struct Run<'a> {
    pub(super) store: &'a Store,
    /// Its number: later runs have higher ones.
    pub(super) number: i64,
    /// The number of the finished run before it, with which it shares what did not change.
    pub(super) base: Option<i64>,
    id: String,
    started_at: DateTime<Utc>,
}

impl Store {
    /// Begins a run, and forgets those that nobody finished. Two runs within one second get ids that differ:
    /// the later one waits in name only.
    ///
    /// `terms` say what a run that continues this one must have in common with it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn begin(&self, started_at: DateTime<Utc>, terms: &str) -> Result<Run<'_>, StoreError> {
        for number in self.numbers("SELECT run FROM run WHERE state <> 'finished'", [])? {
            // Its number may come again, and must not seem to have read what it did not.
            self.connection().execute("DELETE FROM source_window WHERE run = ?1", [number])?;
            self.forget(number)?;
        }
        let mut id_time = started_at;
        loop {
            let id = id_time.format("%Y-%m-%dT%H-%M-%SZ").to_string();
            let inserted = self.connection().execute(
                "INSERT OR IGNORE INTO run (run_id, started_at, state, terms) VALUES (?1, ?2, ?3, ?4)",
                params![id, started_at.to_rfc3339(), RunState::Started.as_str(), terms],
            )?;
            if inserted == 1 {
                return self
                    .run_where("run_id = ?1", [&id])?
                    .ok_or(rusqlite::Error::QueryReturnedNoRows.into());
            }
            id_time += chrono::Duration::seconds(1);
        }
    }

    /// The newest run on these terms that was not finished, if it is the newest run of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn unfinished(&self, terms: &str) -> Result<Option<Run<'_>>, StoreError> {
        let newest = "terms = ?1 AND state <> 'finished' AND run = (SELECT max(run) FROM run)";
        self.run_where(newest, [terms])
    }

    /// A run that was begun before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn run(&self, id: &str) -> Result<Option<Run<'_>>, StoreError> {
        self.run_where("run_id = ?1", [id])
    }

    fn run_where(&self, condition: &str, values: [&str; 1]) -> Result<Option<Run<'_>>, StoreError> {
        let query = format!(
            "SELECT run, run_id, started_at,
                    (SELECT max(run) FROM run AS base WHERE base.state = 'finished' AND base.run < run.run)
             FROM run WHERE {condition}"
        );
        let found = self.connection().query_row(&query, values, |row| {
            Ok(Run {
                store: self,
                number: row.get(0)?,
                id: row.get(1)?,
                started_at: row.get(2)?,
                base: row.get(3)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Summaries of finished runs, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn finished_runs(&self) -> Result<Vec<RunSummary>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT summary FROM run WHERE state = 'finished' AND summary IS NOT NULL ORDER BY run DESC",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    fn numbers<P: rusqlite::Params>(&self, query: &str, values: P) -> Result<Vec<i64>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map(values, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets a run, and the facts that neither of its neighbours shares. Only neighbours can: a run takes
    /// over facts from the one before it alone.
    fn forget(&self, number: i64) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute_batch(&format!(
            "DELETE FROM fact WHERE fact IN (
                 SELECT profile FROM user_fact WHERE run = {number}
                 UNION ALL SELECT mailbox FROM user_fact WHERE run = {number} AND mailbox IS NOT NULL
                 UNION ALL SELECT reading FROM part_fact WHERE run = {number}
                 EXCEPT SELECT profile FROM user_fact WHERE run IN {neighbours}
                 EXCEPT SELECT mailbox FROM user_fact WHERE run IN {neighbours} AND mailbox IS NOT NULL
                 EXCEPT SELECT reading FROM part_fact WHERE run IN {neighbours}
             );
             DELETE FROM user_key WHERE user IN (SELECT user FROM user_fact WHERE run = {number})
                 AND NOT EXISTS (SELECT 1 FROM run JOIN user_fact AS other USING (run)
                                 WHERE run.run <> {number} AND other.user = user_key.user);
             DELETE FROM run WHERE run = {number};
             DELETE FROM finding_text WHERE finding NOT IN (SELECT finding FROM finding);",
            neighbours = format_args!(
                "(SELECT max(run) FROM run WHERE run < {number} UNION ALL SELECT min(run) FROM run WHERE run > {number})"
            ),
        ))?;
        Ok(transaction.commit()?)
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

    /// Does `work` as one transaction: all of it stands, or none.
    ///
    /// # Errors
    /// Those of `work`, and when the store cannot be written.
    pub fn atomically<T, E: From<StoreError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.store.atomically(work)
    }

    /// The finished run before this one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn previous(&self) -> Result<Option<Run<'_>>, StoreError> {
        match self.base {
            Some(base) => self.store.run_where("run = CAST(?1 AS INTEGER)", [&base.to_string()]),
            None => Ok(None),
        }
    }

    /// Forgets what could not be read, so that it is asked for again: somebody may have granted it meanwhile.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget_gaps(&self) -> Result<(), StoreError> {
        Ok(self.store.connection().execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TEMP TABLE gap AS
                 SELECT user, mailbox FROM user_fact JOIN fact ON fact = mailbox
                 WHERE run = {run} AND json_extract(text, '$.read') IN ('denied', 'failed', 'partial');
             UPDATE user_fact SET mailbox = NULL WHERE run = {run} AND user IN (SELECT user FROM gap);
             DELETE FROM fact WHERE fact IN (
                 SELECT mailbox FROM gap
                 EXCEPT SELECT mailbox FROM user_fact WHERE run = {base} AND mailbox IS NOT NULL);
             DROP TABLE gap;
             COMMIT;",
            run = self.number,
            base = self.base.unwrap_or(0),
        ))?)
    }

    /// Forgets the run with everything that only it holds.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn abandon(self) -> Result<(), StoreError> {
        self.forget_delegation()?;
        self.store.forget(self.number)
    }

    /// Forgets all but the newest `keep` finished runs; what was first seen when is kept.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget_all_but(&self, keep: u32) -> Result<(), StoreError> {
        let old = self.store.numbers(
            "SELECT run FROM run WHERE state = 'finished' AND run <> ?2 AND run NOT IN
             (SELECT run FROM run WHERE state = 'finished' ORDER BY run DESC LIMIT ?1)",
            params![keep, self.number],
        )?;
        old.into_iter().try_for_each(|number| self.store.forget(number))
    }

    /// Ends the run.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn end(&self, state: RunState, summary: &RunSummary) -> Result<(), StoreError> {
        self.store.connection().execute(
            "UPDATE run SET state = ?2, summary = ?3 WHERE run = ?1",
            params![self.number, state.as_str(), serde_json::to_string(summary)?],
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
            .query_row(
                "SELECT summary FROM run WHERE run = ?1 AND state = 'finished'",
                [self.number],
                |row| row.get(0),
            )
            .optional()?;
        Ok(summary.flatten().map(|summary| serde_json::from_str(&summary)).transpose()?)
    }
}
