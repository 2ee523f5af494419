//! One run's findings, and what the run before had.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use crate::findings::{Change, Finding, Fingerprint, FixedFinding, Severity, Verdict};

use super::{Run, StoreError};

/// What the run before said of the same subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousFinding {
    /// Its verdict then.
    pub verdict: Verdict,
    /// Its severity then.
    pub severity: Severity,
}

impl Run<'_> {
    /// Forgets the run's findings, before it is judged (again).
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn clear_findings(&self) -> Result<(), StoreError> {
        let connection = self.store.connection();
        connection.execute("DELETE FROM finding WHERE run_id = ?1", [self.id()])?;
        connection.execute("DELETE FROM not_assessed WHERE run_id = ?1", [self.id()])?;
        Ok(())
    }

    /// Keeps findings.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_findings(&self, findings: &[Finding]) -> Result<(), StoreError> {
        let mut connection = self.store.connection();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO finding VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for finding in findings {
                insert.execute(params![
                    self.id(),
                    finding.fingerprint.as_str(),
                    finding.check_id,
                    finding.subject.kind.as_str(),
                    finding.subject.id,
                    finding.judged_id,
                    finding.verdict.as_str(),
                    worst_first(finding),
                    serde_json::to_string(finding)?,
                ])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Remembers that a check could not judge these subjects: what it said of them before still stands.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_not_assessed(&self, rows: &[(&'static str, String)]) -> Result<(), StoreError> {
        let mut connection = self.store.connection();
        let transaction = connection.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT OR IGNORE INTO not_assessed VALUES (?1, ?2, ?3)")?;
            for (check_id, judged_id) in rows {
                insert.execute(params![self.id(), check_id, judged_id])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Every finding, ordered bytewise by check id, subject kind and subject id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn findings(&self) -> Result<impl Iterator<Item = Result<Finding, StoreError>> + '_, StoreError> {
        let mut offset = FindingKey::default();
        let mut batch = Vec::new().into_iter();
        let mut done = false;
        Ok(std::iter::from_fn(move || {
            if batch.len() == 0 && !done {
                match self.findings_after(&offset) {
                    Ok(rows) => {
                        done = rows.is_empty();
                        batch = rows.into_iter();
                    }
                    Err(error) => {
                        done = true;
                        return Some(Err(error));
                    }
                }
            }
            let (key, text) = batch.next()?;
            offset = key;
            Some(serde_json::from_str(&text).map_err(StoreError::from))
        }))
    }

    fn findings_after(&self, after: &FindingKey) -> Result<Vec<(FindingKey, String)>, StoreError> {
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT check_id, subject_kind, subject_id, fingerprint, finding FROM finding
             WHERE run_id = ?1 AND (check_id, subject_kind, subject_id, fingerprint) > (?2, ?3, ?4, ?5)
             ORDER BY check_id, subject_kind, subject_id, fingerprint LIMIT ?6",
        )?;
        let rows = statement
            .query_map(params![self.id(), after.0, after.1, after.2, after.3, BATCH], |row| {
                Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), row.get(4)?))
            })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Up to `limit` findings, worst first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn worst_findings(&self, limit: usize) -> Result<Vec<Finding>, StoreError> {
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT finding FROM finding WHERE run_id = ?1
             ORDER BY worst_first, check_id, subject_kind, subject_id LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![self.id(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                row.get::<_, String>(0)
            })?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    /// The finished run before this one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn previous(&self) -> Result<Option<Run<'_>>, StoreError> {
        let found: Option<String> = self
            .store
            .connection()
            .query_row(
                "SELECT run_id FROM run WHERE state = 'finished' AND run_id < ?1 ORDER BY run_id DESC LIMIT 1",
                [self.id()],
                |row| row.get(0),
            )
            .optional()?;
        found.map_or(Ok(None), |id| self.store.run(&id))
    }

    /// What this run said of one subject.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn finding(&self, fingerprint: &Fingerprint) -> Result<Option<PreviousFinding>, StoreError> {
        let found: Option<String> = self
            .store
            .connection()
            .prepare_cached("SELECT finding FROM finding WHERE run_id = ?1 AND fingerprint = ?2")?
            .query_row(params![self.id(), fingerprint.as_str()], |row| row.get(0))
            .optional()?;
        let finding: Option<Finding> = found.map(|text| serde_json::from_str(&text)).transpose()?;
        Ok(finding.map(|finding| PreviousFinding { verdict: finding.verdict, severity: finding.severity }))
    }

    /// When a finding was first seen, over the whole history, this run included; and whether that was
    /// before this run.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn first_seen(&self, fingerprint: &Fingerprint) -> Result<(DateTime<Utc>, bool), StoreError> {
        let connection = self.store.connection();
        connection
            .prepare_cached(
                "INSERT INTO finding_seen VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET first_seen_at = MIN(first_seen_at, excluded.first_seen_at)",
            )?
            .execute(params![fingerprint.as_str(), self.started_at()])?;
        let first: DateTime<Utc> = connection
            .prepare_cached("SELECT first_seen_at FROM finding_seen WHERE fingerprint = ?1")?
            .query_row([fingerprint.as_str()], |row| row.get(0))?;
        Ok((first, first < self.started_at()))
    }

    /// Findings of `previous` that are open there and absent here, among the checks that were asked now:
    /// those whose subject was judged again are fixed, the others are not rechecked.
    ///
    /// `unlisted` names the checks whose subjects could not be listed completely.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn gone_since(
        &self,
        previous: &Run<'_>,
        checks: &[&str],
        unlisted: &[&str],
    ) -> Result<(Vec<Finding>, Vec<Finding>), StoreError> {
        let rows: Vec<(String, String, bool)> = {
            let connection = self.store.connection();
            let mut statement = connection.prepare_cached(
                "SELECT old.check_id, old.finding,
                        EXISTS (SELECT 1 FROM not_assessed AS n WHERE n.run_id = ?1
                                AND n.check_id = old.check_id AND n.judged_id = old.judged_id)
                 FROM finding AS old
                 WHERE old.run_id = ?2 AND old.verdict IN ('fail', 'review', 'error', 'excepted')
                   AND NOT EXISTS (SELECT 1 FROM finding AS new
                                   WHERE new.run_id = ?1 AND new.fingerprint = old.fingerprint)
                 ORDER BY old.worst_first, old.check_id, old.subject_kind, old.subject_id",
            )?;
            let rows = statement
                .query_map([self.id(), previous.id()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let (mut fixed, mut not_rechecked) = (Vec::new(), Vec::new());
        for (check_id, text, not_assessed) in rows {
            if !checks.contains(&check_id.as_str()) {
                continue;
            }
            let finding: Finding = serde_json::from_str(&text)?;
            if not_assessed || unlisted.contains(&check_id.as_str()) {
                not_rechecked.push(Finding { change: Change::NotRechecked, ..finding });
            } else {
                fixed.push(finding);
            }
        }
        Ok((fixed, not_rechecked))
    }
}

/// Check id, subject kind, subject id, fingerprint: the order of findings.
type FindingKey = (String, String, String, String);

/// Findings per query.
const BATCH: i64 = 500;

/// The place in the order of worst first: verdict, severity, new before old.
fn worst_first(finding: &Finding) -> i64 {
    let severity = Severity::WORST_FIRST.iter().position(|s| *s == finding.severity).unwrap_or_default();
    let old = !matches!(finding.change, Change::New | Change::Reopened | Change::Worsened);
    let place = (finding.verdict as usize * 10 + severity) * 2 + usize::from(old);
    i64::try_from(place).unwrap_or(i64::MAX)
}

impl From<Finding> for FixedFinding {
    fn from(finding: Finding) -> Self {
        Self {
            check_id: finding.check_id,
            severity: finding.severity,
            subject: finding.subject,
            message: finding.message,
            first_seen_at: finding.first_seen_at,
        }
    }
}
