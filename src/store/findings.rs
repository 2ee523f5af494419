//! One run's findings, and what the run before had.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::findings::{
    Change, Finding, Fingerprint, FixedFinding, Known, KnownItems, Reached, Severity, Verdict,
};
use crate::tenant::Part;

use super::pages::pages;
use super::{Run, Store, StoreError};

/// What the run before said of the same subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreviousFinding {
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    /// What accepted it then.
    pub(crate) exception_id: Option<String>,
    /// What bore on it and was not read then.
    pub(crate) unread: Vec<Part>,
    /// Whether it rested on an assumption in every run that had it.
    pub(crate) is_only_assumed: bool,
    /// The checks that applied then.
    pub(crate) check_ids: Vec<String>,
    /// Since when each of them was known to apply; of another finding than a binding's, since when it was there.
    pub(crate) known: BTreeMap<String, Known>,
    /// What it reached then.
    pub(crate) reach: Vec<Reached>,
    /// What else it listed then.
    pub(crate) items: Option<KnownItems>,
}

impl PreviousFinding {
    /// How severe it was with what of it was accepted.
    pub(crate) fn whole_severity(&self) -> Severity {
        let of_items = self.items.as_ref().and_then(|known| KnownItems::severity(&known.items));
        of_items.map_or(self.severity, |severity| severity.max(self.severity))
    }
}

impl Store {
    fn judgment_of(&self, run: i64) -> Result<Option<i64>, StoreError> {
        let connection = self.connection();
        // One that a killed program left without a summary is gone: `schema::drop_unreported`.
        let mut newest = connection.prepare_cached("SELECT max(judgment) FROM judgment WHERE run = ?1")?;
        Ok(newest.query_row([run], |row| row.get(0))?)
    }
}

impl Run<'_> {
    /// Begins a judgment. Those before it stay, but for one that never came to a report.
    pub(crate) fn begin_judgment(&self) -> Result<(), StoreError> {
        let connection = self.store.connection();
        connection.execute("DELETE FROM judgment WHERE run = ?1 AND summary IS NULL", [self.number])?;
        connection.execute("INSERT INTO judgment (run) VALUES (?1)", [self.number])?;
        connection.execute("DELETE FROM not_assessed", [])?;
        Ok(())
    }

    /// The judgment in force; while the run is judged, the one that begins.
    pub(super) fn judgment(&self) -> Result<Option<i64>, StoreError> {
        self.store.judgment_of(self.number)
    }

    /// Keeps findings. One that reads like a finding of another run is stored once.
    pub(crate) fn put_findings(&self, findings: &[Finding]) -> Result<(), StoreError> {
        let judgment = self.judgment()?;
        let connection = self.store.connection();
        let mut known = connection.prepare_cached("SELECT finding FROM finding_text WHERE digest = ?1")?;
        let mut insert = connection
            .prepare_cached("INSERT INTO finding_text VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        let mut refer =
            connection.prepare_cached("INSERT OR IGNORE INTO finding (judgment, finding) VALUES (?1, ?2)")?;
        for finding in findings {
            let text = serde_json::to_string(finding)?;
            let digest = &Sha256::digest(&text)[..16];
            let number = match known.query_row([digest], |row| row.get(0)).optional()? {
                Some(number) => number,
                None => insert.insert(params![
                    digest,
                    finding.fingerprint.as_str(),
                    finding.check_id,
                    finding.subject.kind.as_str(),
                    finding.subject.id,
                    finding.judged_id,
                    finding.verdict.as_str(),
                    worst_first(finding),
                    text,
                ])?,
            };
            refer.execute(params![judgment, number])?;
        }
        Ok(())
    }

    /// Remembers until the run is judged that a check could not judge these subjects: what it said of them
    /// before still stands.
    pub(crate) fn put_not_assessed(&self, rows: &[(&'static str, String)]) -> Result<(), StoreError> {
        let connection = self.store.connection();
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO not_assessed VALUES (?1, ?2)")?;
        rows.iter()
            .try_for_each(|(check_id, judged_id)| Ok(insert.execute([*check_id, judged_id]).map(drop)?))
    }

    /// Every finding, ordered bytewise by check id, subject kind and subject id.
    pub(crate) fn findings(
        &self,
    ) -> Result<impl Iterator<Item = Result<Finding, StoreError>> + '_, StoreError> {
        Ok(pages(|after: &FindingKey| self.findings_after(after))
            .map(|text| Ok(serde_json::from_str(&text?)?)))
    }

    fn findings_after(&self, after: &FindingKey) -> Result<Vec<(FindingKey, String)>, StoreError> {
        let judgment = self.judgment()?;
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT check_id, subject_kind, subject_id, fingerprint, text FROM finding_text AS text
             WHERE (check_id, subject_kind, subject_id, fingerprint) > (?2, ?3, ?4, ?5)
               AND EXISTS (SELECT 1 FROM finding WHERE judgment = ?1 AND finding = text.finding)
             ORDER BY check_id, subject_kind, subject_id, fingerprint LIMIT ?6",
        )?;
        let rows = statement
            .query_map(params![judgment, after.0, after.1, after.2, after.3, BATCH], |row| {
                Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), row.get(4)?))
            })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Up to `limit` findings, worst first.
    pub(crate) fn worst_findings(&self, limit: usize) -> Result<Vec<Finding>, StoreError> {
        let judgment = self.judgment()?;
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT text FROM finding_text AS text
             WHERE EXISTS (SELECT 1 FROM finding WHERE judgment = ?1 AND finding = text.finding)
             ORDER BY worst_first, check_id, subject_kind, subject_id, fingerprint LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![judgment, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                row.get::<_, String>(0)
            })?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    /// What this run said of one subject, as the next run needs it.
    pub(crate) fn finding(&self, fingerprint: &Fingerprint) -> Result<Option<PreviousFinding>, StoreError> {
        Ok(self.kept_finding(fingerprint)?.map(PreviousFinding::from))
    }

    /// What this run said of one subject.
    pub(crate) fn kept_finding(&self, fingerprint: &Fingerprint) -> Result<Option<Finding>, StoreError> {
        let judgment = self.judgment()?;
        let found: Option<String> = self
            .store
            .connection()
            .prepare_cached(
                "SELECT text FROM finding_text AS text WHERE fingerprint = ?2
                   AND EXISTS (SELECT 1 FROM finding WHERE judgment = ?1 AND finding = text.finding)",
            )?
            .query_row(params![judgment, fingerprint.as_str()], |row| row.get(0))
            .optional()?;
        Ok(found.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// When a finding was first seen, over the whole history, this run included; and whether that was
    /// before this run.
    pub(crate) fn first_seen(&self, fingerprint: &Fingerprint) -> Result<(DateTime<Utc>, bool), StoreError> {
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

    /// A finding that takes the place of others was first seen when the first of them was.
    pub(crate) fn take_over_first_seen<'f>(
        &self,
        fingerprint: &Fingerprint,
        mut of: impl Iterator<Item = &'f Fingerprint>,
    ) -> Result<(), StoreError> {
        let connection = self.store.connection();
        let mut inherit = connection.prepare_cached(
            "INSERT INTO finding_seen SELECT ?1, first_seen_at FROM finding_seen WHERE fingerprint = ?2
             ON CONFLICT DO UPDATE SET first_seen_at = MIN(first_seen_at, excluded.first_seen_at)",
        )?;
        of.try_for_each(|former| Ok(inherit.execute([fingerprint.as_str(), former.as_str()]).map(drop)?))
    }

    /// Findings of `previous` that are open there and absent here, worst first.
    pub(crate) fn gone_since(
        &self,
        previous: &Run<'_>,
    ) -> impl Iterator<Item = Result<GoneFinding, StoreError>> {
        let before = previous.number;
        let gone = pages(move |after: &GoneKey| self.gone_after(before, after));
        gone.map(|found| {
            let (was_not_assessed, text) = found?;
            Ok(GoneFinding { finding: serde_json::from_str(&text)?, was_not_assessed })
        })
    }

    fn gone_after(&self, before: i64, after: &GoneKey) -> Result<Vec<(GoneKey, GoneRow)>, StoreError> {
        let (now, before) = (self.judgment()?, self.store.judgment_of(before)?);
        let connection = self.store.connection();
        let mut statement = connection.prepare_cached(
            "SELECT worst_first, check_id, fingerprint, text,
                    EXISTS (SELECT 1 FROM not_assessed AS n
                            WHERE n.check_id = old.check_id AND n.judged_id = old.judged_id)
             FROM finding_text AS old
             WHERE (worst_first, check_id, fingerprint) > (?3, ?4, ?5)
               AND verdict IN ('fail', 'review', 'error', 'excepted')
               AND EXISTS (SELECT 1 FROM finding WHERE judgment = ?2 AND finding = old.finding)
               AND NOT EXISTS (SELECT 1 FROM finding_text AS new WHERE new.fingerprint = old.fingerprint
                               AND EXISTS (SELECT 1 FROM finding WHERE judgment = ?1 AND finding = new.finding))
             ORDER BY worst_first, check_id, fingerprint LIMIT ?6",
        )?;
        let rows = statement.query_map(params![now, before, after.0, after.1, after.2, BATCH], |row| {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), (row.get(4)?, row.get(3)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What the run before found and this one did not.
#[derive(Clone, Debug)]
pub(crate) struct GoneFinding {
    pub(crate) finding: Finding,
    /// Whether its subject could not be judged this time.
    pub(crate) was_not_assessed: bool,
}

/// Whether its subject could not be judged this time, and the finding as JSON.
type GoneRow = (bool, String);

/// Place in the order of worst first, check id, fingerprint.
type GoneKey = (i64, String, String);

/// Check id, subject kind, subject id, fingerprint: the order of findings.
type FindingKey = (String, String, String, String);

/// Findings per query.
const BATCH: i64 = 500;

/// The place in the order of worst first: verdict, severity, new before old.
fn worst_first(finding: &Finding) -> i64 {
    let severity = Severity::WORST_FIRST.iter().position(|s| *s == finding.severity).unwrap_or_default();
    let old = !matches!(finding.change, Change::New | Change::Reopened | Change::Worsened);
    // What has expired comes after everything that is open.
    let verdict = if finding.change == Change::Expired { Verdict::Excepted } else { finding.verdict };
    let place = (verdict as usize * 10 + severity) * 2 + usize::from(old);
    i64::try_from(place).unwrap_or(i64::MAX)
}

impl From<Finding> for PreviousFinding {
    fn from(finding: Finding) -> Self {
        Self {
            verdict: finding.verdict,
            severity: finding.severity,
            check_ids: finding.check_ids().map(str::to_owned).collect(),
            known: finding.known_checks().map(|(id, known)| (id.to_owned(), known)).collect(),
            exception_id: finding.exception_id,
            unread: finding.unread,
            is_only_assumed: finding.is_only_assumed,
            reach: finding.reach,
            items: finding.items,
        }
    }
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
