//! Runs: begun, continued, finished, forgotten.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};
use strum::IntoStaticStr;

use crate::findings::RunSummary;
use crate::requests::Requests;

use super::{Store, StoreError};

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum RunState {
    /// Facts are arriving, or it was killed.
    Started,
    /// It was told to stop, and reported what it had.
    Interrupted,
    /// Everything that could be read was read and judged.
    Finished,
}

impl RunState {
    const fn as_str(self) -> &'static str {
        self.into_str()
    }

    fn of(word: &str) -> Self {
        [Self::Interrupted, Self::Finished]
            .into_iter()
            .find(|state| state.as_str() == word)
            .unwrap_or(Self::Started)
    }
}

/// What is known of a run without its facts.
#[derive(Clone, Debug)]
pub(crate) struct KnownRun {
    pub(crate) id: String,
    /// How far it got.
    pub(crate) state: RunState,
    /// What it came to, if it was judged.
    pub(crate) summary: Option<RunSummary>,
    /// How often it was judged and reported.
    pub(crate) judgments: u64,
    /// The folder of its newest report, if it is known.
    pub(crate) newest_report: Option<String>,
}

const KNOWN: &str = "
    SELECT run_id, state,
        (SELECT summary FROM judgment WHERE judgment.run = run.run AND summary IS NOT NULL
         ORDER BY judgment DESC LIMIT 1),
        (SELECT count(*) FROM judgment WHERE judgment.run = run.run AND summary IS NOT NULL),
        (SELECT folder FROM report WHERE report.run = run.run ORDER BY number DESC LIMIT 1)
    FROM run";

struct KnownRow {
    id: String,
    state: String,
    summary: Option<String>,
    judgments: i64,
    newest_report: Option<String>,
}

impl KnownRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            state: row.get(1)?,
            summary: row.get(2)?,
            judgments: row.get(3)?,
            newest_report: row.get(4)?,
        })
    }

    fn known(self) -> Result<KnownRun, StoreError> {
        Ok(KnownRun {
            id: self.id,
            state: RunState::of(&self.state),
            summary: self.summary.map(|summary| serde_json::from_str(&summary)).transpose()?,
            judgments: self.judgments.unsigned_abs(),
            newest_report: self.newest_report,
        })
    }
}

/// One run of the store.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(super) store: &'a Store,
    /// Its number: later runs have higher ones.
    pub(super) number: i64,
    /// The number of the finished run before it, with which it shares what did not change.
    pub(super) base: Option<i64>,
    id: String,
    started_at: DateTime<Utc>,
    resumed_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Begins a run. Two runs within one second get ids that differ: the later one waits in name only.
    ///
    /// `terms` say what a run that continues this one must have in common with it; `claims` takes an id where
    /// others can see it, if nobody else has.
    ///
    /// # Errors
    /// Those of `claims`, and when the store cannot be written.
    pub(crate) fn begin<E: From<StoreError>>(
        &self,
        started_at: DateTime<Utc>,
        terms: &str,
        claims: impl Fn(&str) -> Result<bool, E>,
    ) -> Result<Run<'_>, E> {
        let mut id_time = started_at;
        loop {
            let id = id_time.format("%Y-%m-%dT%H-%M-%SZ").to_string();
            if claims(&id)?
                && let Some(run) = self.begin_as(&id, started_at, terms)?
            {
                return Ok(run);
            }
            id_time += chrono::Duration::seconds(1);
        }
    }

    fn begin_as(
        &self,
        id: &str,
        started_at: DateTime<Utc>,
        terms: &str,
    ) -> Result<Option<Run<'_>>, StoreError> {
        let inserted = self.connection().execute(
            "INSERT OR IGNORE INTO run (run_id, started_at, state, terms) VALUES (?1, ?2, ?3, ?4)",
            params![id, started_at.to_rfc3339(), RunState::Started.as_str(), terms],
        )?;
        if inserted == 1 { self.run(id) } else { Ok(None) }
    }

    /// The newest run of all if it was not finished, and whether it is on these terms.
    pub(crate) fn unfinished(&self, terms: &str) -> Result<Option<(Run<'_>, bool)>, StoreError> {
        let newest = "run = (SELECT max(run) FROM run) AND state <> 'finished' AND (terms = ?1) = ";
        let find = |same: i64| self.run_where(&format!("{newest}{same}"), [terms]);
        Ok(match find(1)? {
            Some(run) => Some((run, true)),
            None => find(0)?.map(|run| (run, false)),
        })
    }

    /// A run that was begun before.
    pub(crate) fn run(&self, id: &str) -> Result<Option<Run<'_>>, StoreError> {
        self.run_where("run_id = ?1", [id])
    }

    fn run_where(&self, condition: &str, values: [&str; 1]) -> Result<Option<Run<'_>>, StoreError> {
        let query = format!(
            "SELECT run, run_id, started_at, resumed_at,
                    (SELECT max(run) FROM run AS base WHERE base.state = 'finished' AND base.run < run.run)
             FROM run WHERE {condition}"
        );
        let found = self.connection().query_row(&query, values, |row| {
            Ok(Run {
                store: self,
                number: row.get(0)?,
                id: row.get(1)?,
                started_at: row.get(2)?,
                resumed_at: row.get(3)?,
                base: row.get(4)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Whether a folder of this name holds a report of the history.
    pub(crate) fn knows_report(&self, folder: &str) -> Result<bool, StoreError> {
        let query = "SELECT EXISTS (SELECT 1 FROM run WHERE run_id = ?1)
                         OR EXISTS (SELECT 1 FROM report WHERE folder = ?1)";
        Ok(self.connection().query_row(query, [folder], |row| row.get(0))?)
    }

    /// The newest finished run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn newest_finished(&self) -> Result<Option<Run<'_>>, StoreError> {
        let newest = "run = (SELECT max(run) FROM run WHERE state = ?1)";
        self.run_where(newest, [RunState::Finished.as_str()])
    }

    /// Every run, newest first.
    pub(crate) fn runs(&self) -> Result<Vec<KnownRun>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(&format!("{KNOWN} ORDER BY run DESC"))?;
        let rows = statement.query_map([], KnownRow::read)?;
        rows.map(|row| row?.known()).collect()
    }

    fn numbers<P: rusqlite::Params>(&self, query: &str, values: P) -> Result<Vec<i64>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map(values, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets a run, and the facts that neither of its finished neighbors shares. Only they can: a run takes
    /// over facts from the finished one before it alone.
    fn forget(&self, number: i64) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute_batch(&format!(
            "DELETE FROM fact WHERE fact IN (
                 SELECT profile FROM user_fact WHERE run = {number}
                 UNION ALL SELECT fact FROM mailbox_fact WHERE run = {number}
                 UNION ALL SELECT reading FROM part_fact WHERE run = {number}
                 EXCEPT SELECT profile FROM user_fact WHERE run IN {neighbors}
                 EXCEPT SELECT fact FROM mailbox_fact WHERE run IN {neighbors}
                 EXCEPT SELECT reading FROM part_fact WHERE run IN {neighbors}
             );
             DELETE FROM user_key WHERE user IN (SELECT user FROM user_fact WHERE run = {number})
                 AND NOT EXISTS (SELECT 1 FROM run JOIN user_fact AS other USING (run)
                                 WHERE run.run <> {number} AND other.user = user_key.user);
             DELETE FROM run WHERE run = {number};
             DELETE FROM finding_text WHERE finding NOT IN (SELECT finding FROM finding);",
            neighbors = format_args!(
                "(SELECT max(run) FROM run WHERE run < {number} AND state = 'finished'
                  UNION ALL SELECT min(run) FROM run WHERE run > {number} AND state = 'finished')"
            ),
        ))?;
        Ok(transaction.commit()?)
    }
}

impl<'s> Run<'s> {
    /// `2026-11-21T07-00-00Z`.
    #[must_use]
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The only "now" of the run's verdicts.
    #[must_use]
    pub(crate) const fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// When it was continued last; `None`: all of its facts are of one attempt.
    #[must_use]
    pub(crate) const fn resumed_at(&self) -> Option<DateTime<Utc>> {
        self.resumed_at
    }

    /// Continues the run. What could not be read is forgotten, so that it is asked for again: somebody may have granted
    /// it meanwhile.
    pub(crate) fn resume(self, at: DateTime<Utc>) -> Result<Self, StoreError> {
        self.store.connection().execute(
            "UPDATE run SET resumed_at = ?2 WHERE run = ?1",
            params![self.number, at.to_rfc3339()],
        )?;
        self.forget_gaps()?;
        Ok(Self { resumed_at: Some(at), ..self })
    }

    /// Does `work` as one transaction: all of it stands, or none.
    ///
    /// # Errors
    /// Those of `work`, and when the store cannot be written.
    pub(crate) fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.store.atomically(work)
    }

    /// The finished run before this one.
    pub(crate) fn previous(&self) -> Result<Option<Run<'s>>, StoreError> {
        match self.base {
            Some(base) => self.store.run_where("run = CAST(?1 AS INTEGER)", [&base.to_string()]),
            None => Ok(None),
        }
    }

    pub(super) fn forget_gaps(&self) -> Result<(), StoreError> {
        Ok(self.store.connection().execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TEMP TABLE gap AS
                 SELECT user, part, fact FROM mailbox_fact JOIN fact USING (fact)
                 WHERE run = {run}
                     AND coalesce(json_type(text, '$.missing'), json_type(text, '$.partial')) IS NOT NULL;
             DELETE FROM mailbox_fact
             WHERE run = {run} AND (user, part) IN (SELECT user, part FROM gap);
             DELETE FROM fact WHERE fact IN (
                 SELECT fact FROM gap EXCEPT SELECT fact FROM mailbox_fact WHERE run = {base});
             DROP TABLE gap;
             COMMIT;",
            run = self.number,
            base = self.base.unwrap_or(0),
        ))?)
    }

    /// Forgets the run with everything that only it holds.
    pub(crate) fn abandon(self) -> Result<(), StoreError> {
        self.forget_delegation()?;
        self.forget_events()?;
        self.store.forget(self.number)
    }

    /// Forgets the runs that nobody finished, and all but the newest `keep` finished ones; what was first seen
    /// when is kept.
    pub(crate) fn forget_all_but(&self, keep: u32) -> Result<(), StoreError> {
        // First these: what a run shares with the one before is told by its finished neighbors.
        for number in self
            .store
            .numbers("SELECT run FROM run WHERE state <> 'finished' AND run <> ?1", [self.number])?
        {
            self.store.forget(number)?;
        }
        let old = self.store.numbers(
            "SELECT run FROM run WHERE state = 'finished' AND run <> ?2 AND run NOT IN
             (SELECT run FROM run WHERE state = 'finished' ORDER BY run DESC LIMIT ?1)",
            params![keep, self.number],
        )?;
        old.into_iter().try_for_each(|number| self.store.forget(number))
    }

    /// Ends the run: its newest judgment is in force.
    ///
    /// # Errors
    /// When the store cannot be written, or is not where it was.
    pub(crate) fn end(&self, state: RunState, summary: &RunSummary) -> Result<(), StoreError> {
        let judgment = self.judgment()?;
        let connection = self.store.connection();
        connection.execute(
            "UPDATE run SET state = ?2, requests = ?3 WHERE run = ?1",
            params![self.number, state.as_str(), serde_json::to_string(&summary.requests)?],
        )?;
        connection.execute(
            "INSERT INTO judgment (judgment, run, summary) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET summary = excluded.summary",
            params![judgment, self.number, serde_json::to_string(summary)?],
        )?;
        drop(connection);
        self.store.refuse_moved()
    }

    /// Whether no later run has a report.
    pub(crate) fn has_newest_report(&self) -> Result<bool, StoreError> {
        let query = "SELECT NOT EXISTS (SELECT 1 FROM judgment WHERE run > ?1 AND summary IS NOT NULL)";
        Ok(self.store.connection().query_row(query, [self.number], |row| row.get(0))?)
    }

    /// How far the run got, and its summary if it has a report.
    pub(crate) fn known(&self) -> Result<KnownRun, StoreError> {
        let query = format!("{KNOWN} WHERE run = ?1");
        self.store.connection().query_row(&query, [self.number], KnownRow::read)?.known()
    }

    /// Keeps what went to each API in all attempts at this run so far.
    pub(crate) fn keep_requests(&self, requests: &BTreeMap<String, Requests>) -> Result<(), StoreError> {
        self.store.connection().execute(
            "UPDATE run SET requests = ?2 WHERE run = ?1",
            params![self.number, serde_json::to_string(requests)?],
        )?;
        Ok(())
    }

    /// What went to each API in all attempts at this run, as far as it was kept.
    pub(crate) fn requests(&self) -> Result<BTreeMap<String, Requests>, StoreError> {
        let query = "SELECT requests FROM run WHERE run = ?1";
        let kept: Option<String> =
            self.store.connection().query_row(query, [self.number], |row| row.get(0))?;
        Ok(kept.map(|kept| serde_json::from_str(&kept)).transpose()?.unwrap_or_default())
    }
}
