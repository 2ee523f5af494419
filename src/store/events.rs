//! Events over runs: what logs showed, which run read which log, and what reports said of each event.
//!
//! A run sees what it or a run before it brought, so that it says the same when it is judged again.

use chrono::{DateTime, Duration, Utc};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use strum::IntoStaticStr;

use crate::delegation::DelegationEvent;
use crate::findings::{Fingerprint, Subject};
use crate::tenant::Period;
use crate::tenant::{AdminEvents, Part};

use super::delegation::{EventRow, event_row, whole};
use super::{Run, StoreError};

/// Things that happen and are kept as they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum LoggedKind {
    /// A setting of Gmail's was made or changed.
    GmailSetting,
    /// An app was authorized for the first time.
    App,
}

impl LoggedKind {
    const fn as_str(self) -> &'static str {
        self.into_str()
    }

    const fn log(self) -> Part {
        match self {
            Self::GmailSetting => Part::AdminLog,
            Self::App => Part::TokenLog,
        }
    }
}

/// Where an event is between its first report and its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventStage {
    /// To be reported.
    Open,
    /// It was in reports for long enough, and is listed once more.
    Expires,
    /// An earlier run listed it as expired.
    Over,
}

/// Whether an event is due in a report of run `?1`: it is after the time `?2`, or an earlier run read the log `?3`
/// for its time and did not find it, so it was logged late.
const IS_DUE: &str = "event.run <= ?1 AND (event.at > ?2 OR EXISTS (
    SELECT 1 FROM log_reading AS earlier
    WHERE earlier.part = ?3 AND earlier.run < event.run AND earlier.from_at <= event.at))";

/// A run that ended before it wrote a report told nobody anything.
const HAS_NO_REPORT: &str =
    "(SELECT run FROM run WHERE run NOT IN (SELECT run FROM judgment WHERE summary IS NOT NULL))";

impl Run<'_> {
    /// Remembers that this run read a log whole.
    pub(crate) fn put_log_reading(&self, log: Part, period: Period) -> Result<(), StoreError> {
        self.put_reading(log.id(), period)
    }

    /// Remembers that this run read all events of one kind of the admin log, and not the whole log.
    pub(crate) fn put_events_reading(&self, events: AdminEvents, period: Period) -> Result<(), StoreError> {
        self.put_reading(events.id(), period)
    }

    fn put_reading(&self, what: &str, period: Period) -> Result<(), StoreError> {
        self.store
            .connection()
            .prepare_cached("INSERT OR REPLACE INTO log_reading VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                what,
                self.number,
                period.from.timestamp_micros(),
                period.until.timestamp_micros()
            ])?;
        Ok(())
    }

    /// Remembers the newest event of one name that this run read of a log.
    pub(crate) fn put_newest_event(
        &self,
        log: Part,
        name: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.store
            .connection()
            .prepare_cached(
                "INSERT INTO newest_event VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
            )?
            .execute(params![log.id(), name, self.number, at.timestamp_micros()])?;
        Ok(())
    }

    /// The newest event of one name that an earlier run read of a log, within a time.
    pub(crate) fn newest_event_before(
        &self,
        log: Part,
        name: &str,
        within: Period,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = self
            .store
            .connection()
            .prepare_cached(
                "SELECT max(at) FROM newest_event
                 WHERE log = ?1 AND name = ?2 AND run < ?3 AND at > ?4 AND at < ?5",
            )?
            .query_row(
                params![
                    log.id(),
                    name,
                    self.number,
                    within.from.timestamp_micros(),
                    within.until.timestamp_micros()
                ],
                |row| row.get(0),
            )?;
        Ok(at.and_then(DateTime::from_timestamp_micros))
    }

    /// What of a log, or of some of its events, no run has read, since the last run that read it or since events are reported. `None` where
    /// this run did not read it whole: then it has a gap.
    pub(crate) fn unread_before(
        &self,
        log: Part,
        events: Option<AdminEvents>,
        events_from: DateTime<Utc>,
    ) -> Result<Option<Period>, StoreError> {
        let events = events.map(AdminEvents::id);
        let connection = self.store.connection();
        let own: Option<i64> = connection
            .prepare_cached("SELECT from_at FROM log_reading WHERE part IN (?1, ?3) AND run = ?2")?
            .query_row(params![log.id(), self.number, events], |row| row.get(0))
            .optional()?;
        // What is dated ahead of the run proves nothing.
        let last: Option<i64> = connection
            .prepare_cached(
                "SELECT max(until_at) FROM log_reading WHERE part IN (?1, ?4) AND run < ?2 AND until_at <= ?3",
            )?
            .query_row(params![log.id(), self.number, self.started_at().timestamp_micros(), events], |row| {
                row.get(0)
            })?;
        let (Some(own), Some(last)) = (own, last.or_else(|| Some(events_from.timestamp_micros()))) else {
            return Ok(None);
        };
        let at = DateTime::from_timestamp_micros;
        Ok(at(last)
            .zip(at(own))
            .filter(|(from, until)| from < until)
            .map(|(from, until)| Period { from, until }))
    }

    /// The time after which what happened is reported: so many days before the first run. Earlier is only what was
    /// logged late.
    pub(crate) fn events_from(&self, look_back: Duration) -> Result<DateTime<Utc>, StoreError> {
        let is_read_only = self.store.is_read_only()?;
        let connection = self.store.connection();
        let from = self.started_at() - look_back;
        if !is_read_only {
            connection.execute(
                "INSERT INTO events_from VALUES (1, ?1) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
                [from.timestamp_micros()],
            )?;
        }
        let at: Option<i64> =
            connection.query_row("SELECT at FROM events_from", [], |row| row.get(0)).optional()?;
        Ok(at.and_then(DateTime::from_timestamp_micros).unwrap_or(from))
    }

    /// Keeps for ever what happened, under an id that is the same in every run. What is known is kept once.
    pub(crate) fn put_logged<'f, T: Serialize + 'f>(
        &self,
        kind: LoggedKind,
        facts: impl Iterator<Item = (&'f str, DateTime<Utc>, &'f T)>,
    ) -> Result<(), StoreError> {
        if self.store.is_read_only()? {
            // A run that has a report has them.
            return Ok(());
        }
        self.store.atomically(|| {
            let connection = self.store.connection();
            let mut insert = connection.prepare_cached(
                "INSERT INTO log_event VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET run = min(run, excluded.run)",
            )?;
            for (id, at, fact) in facts {
                let text = serde_json::to_string(fact)?;
                insert.execute(params![kind.as_str(), id, at.timestamp_micros(), self.number, text])?;
            }
            Ok(())
        })
    }

    /// What is due in a report, in the order of time.
    pub(crate) fn logged<T: DeserializeOwned>(
        &self,
        kind: LoggedKind,
        events_from: DateTime<Utc>,
    ) -> Result<Vec<T>, StoreError> {
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT text FROM log_event AS event WHERE kind = ?4 AND {IS_DUE} ORDER BY at, id"
        ))?;
        let from = events_from.timestamp_micros();
        let rows = statement
            .query_map(params![self.number, from, kind.log().id(), kind.as_str()], |row| {
                row.get::<_, String>(0)
            })?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    /// Delegation events that are due in a report of this check, in the order of the replay.
    pub(crate) fn delegation_news(
        &self,
        check_id: &str,
        events_from: DateTime<Utc>,
    ) -> Result<Vec<DelegationEvent>, StoreError> {
        let connection = self.store.connection();
        // Those that are over are left out here, because they are kept for ever.
        let mut statement = connection.prepare_cached(&format!(
            "SELECT at, place, id, name, client, scopes, actor, ip FROM delegation_event AS event
             WHERE {IS_DUE} AND NOT EXISTS (
                 SELECT 1 FROM event_told
                 WHERE check_id = ?4 AND subject_id = name || ' ' || client || '/' || id
                   AND expired_run < ?1 AND expired_run NOT IN {HAS_NO_REPORT})
             ORDER BY at, place, id"
        ))?;
        let from = events_from.timestamp_micros();
        let rows =
            statement.query_map(params![self.number, from, Part::AdminLog.id(), check_id], event_row)?;
        rows.map(|row: rusqlite::Result<EventRow>| whole(row?)).collect()
    }

    /// Where an event is, if reports carry it for so long.
    pub(crate) fn event_stage(
        &self,
        check_id: &str,
        subject: &Subject,
        reported_for: Duration,
    ) -> Result<EventStage, StoreError> {
        let is_old = |first_at| self.started_at() - first_at >= reported_for;
        if !self.told_before(check_id, subject)?.is_some_and(is_old) {
            return Ok(EventStage::Open);
        }
        let is_over: bool = self
            .store
            .connection()
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM event_told WHERE check_id = ?1 AND subject_id = ?2
                                AND expired_run < ?3 AND expired_run NOT IN {HAS_NO_REPORT})"
            ))?
            .query_row(params![check_id, subject.id, self.number], |row| row.get(0))?;
        Ok(if is_over { EventStage::Over } else { EventStage::Expires })
    }

    /// Remembers that this run reports an event. When it was first reported, and whether a run before did.
    pub(crate) fn tell_event(
        &self,
        check_id: &str,
        subject: &Subject,
    ) -> Result<(DateTime<Utc>, bool), StoreError> {
        let before = self.told_before(check_id, subject)?;
        let first_at = before.unwrap_or(self.started_at());
        self.store
            .connection()
            .prepare_cached(&format!(
                "INSERT INTO event_told (check_id, subject_id, run, first_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET run = excluded.run, first_at = excluded.first_at
                 WHERE event_told.run > excluded.run OR event_told.run IN {HAS_NO_REPORT}"
            ))?
            .execute(params![check_id, subject.id, self.number, first_at.timestamp_micros()])?;
        Ok((first_at, before.is_some()))
    }

    /// Remembers that this run lists an event as expired. When it was first reported.
    pub(crate) fn expire_event(
        &self,
        check_id: &str,
        subject: &Subject,
    ) -> Result<DateTime<Utc>, StoreError> {
        let (first_at, _) = self.tell_event(check_id, subject)?;
        self.store
            .connection()
            .prepare_cached(&format!(
                "UPDATE event_told SET expired_run = ?3 WHERE check_id = ?1 AND subject_id = ?2
                 AND (expired_run IS NULL OR expired_run > ?3 OR expired_run IN {HAS_NO_REPORT})"
            ))?
            .execute(params![check_id, subject.id, self.number])?;
        Ok(first_at)
    }

    /// When a run before this one first reported an event. Clocks may go back, so that runs count by their numbers.
    fn told_before(&self, check_id: &str, subject: &Subject) -> Result<Option<DateTime<Utc>>, StoreError> {
        let connection = self.store.connection();
        let told: Option<i64> = connection
            .prepare_cached(&format!(
                "SELECT first_at FROM event_told
                 WHERE check_id = ?1 AND subject_id = ?2 AND run < ?3 AND run NOT IN {HAS_NO_REPORT}"
            ))?
            .query_row(params![check_id, subject.id, self.number], |row| row.get(0))
            .optional()?;
        if let Some(told) = told {
            return Ok(DateTime::from_timestamp_micros(told));
        }
        // Earlier versions remembered events among all findings, under ids that only `also` has today.
        let mut seen =
            connection.prepare_cached("SELECT first_seen_at FROM finding_seen WHERE fingerprint = ?1")?;
        for id in std::iter::once(&subject.id).chain(&subject.also) {
            let former = Fingerprint::of(check_id, &Subject::new(subject.kind, id, ""));
            let first: Option<DateTime<Utc>> =
                seen.query_row([former.as_str()], |row| row.get(0)).optional()?;
            if let Some(first) = first.filter(|first| *first < self.started_at()) {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// Forgets what this run alone brought: it may be of another tenant.
    pub(super) fn forget_events(&self) -> Result<(), StoreError> {
        Ok(self.store.connection().execute_batch(&format!(
            "DELETE FROM log_event WHERE run = {run};
             DELETE FROM log_reading WHERE run = {run};
             DELETE FROM newest_event WHERE run = {run};
             DELETE FROM event_told WHERE run = {run};
             DELETE FROM events_from WHERE NOT EXISTS (SELECT 1 FROM run WHERE run <> {run});",
            run = self.number
        ))?)
    }
}
