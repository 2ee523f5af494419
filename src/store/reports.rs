//! Reports that were written of a run, and what they say was read.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use crate::delegation::LedgerSource;
use crate::findings::{KeptReport, LogWindow};
use crate::tenant::{InputFile, Part};

use super::{Run, StoreError};

impl Run<'_> {
    /// Remembers a report after those that the run has.
    ///
    /// # Errors
    /// When the store cannot be written, or is not where it was.
    pub(crate) fn put_report(&self, report: &KeptReport) -> Result<(), StoreError> {
        let judgment = self.judgment()?;
        self.store
            .connection()
            .prepare_cached(
                "INSERT INTO report (run, number, folder, manifest_sha256, judgment)
                 SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM report WHERE run = ?1",
            )?
            .execute(params![self.number, report.folder, report.manifest_sha256, judgment])?;
        self.store.refuse_moved()
    }

    /// How many reports of the run were written.
    pub(crate) fn report_count(&self) -> Result<u64, StoreError> {
        let query = "SELECT coalesce(max(number), 0) FROM report WHERE run = ?1";
        let count: i64 = self.store.connection().query_row(query, [self.number], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The last report of the run; `None` where there is none, or an earlier version wrote it.
    pub(crate) fn newest_report(&self) -> Result<Option<KeptReport>, StoreError> {
        let query = "SELECT folder, manifest_sha256 FROM report WHERE run = ?1 ORDER BY number DESC LIMIT 1";
        let found = self.store.connection().query_row(query, [self.number], |row| {
            Ok(KeptReport { folder: row.get(0)?, manifest_sha256: row.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// Remembers which of the console's lists was read.
    pub(crate) fn put_console_list(&self, list: Option<&InputFile>) -> Result<(), StoreError> {
        let text = list.map(serde_json::to_string).transpose()?;
        let connection = self.store.connection();
        connection.execute("UPDATE run SET console_list = ?2 WHERE run = ?1", params![self.number, text])?;
        Ok(())
    }

    /// The console's list that was read.
    pub(crate) fn console_list(&self) -> Result<Option<InputFile>, StoreError> {
        let query = "SELECT console_list FROM run WHERE run = ?1";
        let text: Option<String> =
            self.store.connection().query_row(query, [self.number], |row| row.get(0))?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Which logs this run read whole, and for which time.
    pub(crate) fn log_windows(&self) -> Result<Vec<LogWindow>, StoreError> {
        let connection = self.store.connection();
        // The ledger remembers what the access evaluations and the calls of clients covered.
        let mut statement = connection.prepare_cached(
            "SELECT part AS log, from_at, until_at FROM log_reading WHERE run = ?1
             UNION SELECT CASE source WHEN ?3 THEN ?4 ELSE ?6 END, from_at, until_at FROM source_window
             WHERE source IN (?3, ?5) AND (run = ?1 OR until_at = ?2)
             ORDER BY log, from_at",
        )?;
        let values = params![
            self.number,
            self.started_at().timestamp_micros(),
            LedgerSource::AccessEvaluation.as_str(),
            Part::AccessEvaluationLog.id(),
            LedgerSource::TokenLog.as_str(),
            CALLS,
        ];
        let at = |micros: i64| DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
        let rows = statement.query_map(values, |row| {
            Ok(LogWindow { log: row.get(0)?, from: at(row.get(1)?), until: at(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The token log's calls, which are read for a shorter time than its authorizations.
const CALLS: &str = "token_log/calls";
