//! From when on the sources see.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::delegation::{LedgerSource, SourceWindow};

/// A list of the console older than this says so: DWD-01.
pub(super) const FRESH_FOR: Duration = Duration::days(35);

/// From when on the ledger sees grants come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceCoverage {
    /// Since when the admin log was read without a hole, over all runs; `None` if it never was.
    pub(crate) log_since: Option<DateTime<Utc>>,
    /// Until when it was.
    pub(crate) log_until: Option<DateTime<Utc>>,
    /// The newest list of the console.
    pub(crate) console_at: Option<DateTime<Utc>>,
    /// Whether that list is older than 35 days.
    pub(crate) console_is_stale: bool,
}

impl SourceCoverage {
    /// Whether every grant of today would show: the list is of the day of the run, or the log was read without a hole
    /// since the list.
    #[must_use]
    pub(crate) fn reaches(&self, run_at: DateTime<Utc>) -> bool {
        let Some(listed_at) = self.console_at else { return false };
        let log_goes_on = self.log_since.is_some_and(|since| since <= listed_at)
            && self.log_until.is_some_and(|until| until >= run_at);
        listed_at.date_naive() >= run_at.date_naive() || log_goes_on
    }

    /// The date before which not every change is seen: the log's beginning, else the list's date. `None`:
    /// the ledger is blind throughout.
    #[must_use]
    pub(crate) fn blind_before(&self) -> Option<DateTime<Utc>> {
        self.log_since.or(self.console_at)
    }
}

impl std::fmt::Display for SourceCoverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = |at: DateTime<Utc>| at.date_naive();
        match (self.log_since.zip(self.log_until), self.console_at) {
            (Some((since, until)), console) => {
                write!(f, "The admin log was read from {} to {}. ", day(since), day(until))?;
                match console {
                    Some(at) => {
                        write!(f, "Earlier changes are known only from the console list of {}.", day(at))
                    }
                    None => f.write_str("Older delegations that are not in use are not visible."),
                }
            }
            (None, Some(at)) => write!(
                f,
                "Only the console list of {} was read. Earlier and later changes are not visible.",
                day(at)
            ),
            (None, None) => f.write_str(
                "Neither a console list nor the admin log was read, so delegations are not visible.",
            ),
        }
    }
}

/// What each source covered, over all runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    /// Those of logs, joined where they touch: beginnings with their ends.
    logs: BTreeMap<LedgerSource, BTreeMap<DateTime<Utc>, DateTime<Utc>>>,
    /// The dates of full lists: those of the console, and of each client's own probe.
    lists: BTreeMap<(LedgerSource, Option<String>), Vec<DateTime<Utc>>>,
}

impl Windows {
    pub(super) fn add(&mut self, window: SourceWindow) {
        match window.source {
            LedgerSource::Console | LedgerSource::Probe => {
                let dates = self.lists.entry((window.source, window.client)).or_default();
                if let Err(place) = dates.binary_search(&window.until) {
                    dates.insert(place, window.until);
                }
            }
            log => join(self.logs.entry(log).or_default(), window.from, window.until),
        }
    }

    /// Whether the admin log was read for all of this time.
    pub(super) fn log_covers(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let log = self.logs.get(&LedgerSource::AuditLog);
        log.and_then(|log| log.range(..=from).next_back()).is_some_and(|(_, end)| *end >= until)
    }

    /// Whether a time lies in the newest period for which a log was read without a hole.
    pub(super) fn is_in_newest(&self, log: LedgerSource, at: DateTime<Utc>) -> bool {
        self.newest(log).is_some_and(|(from, until)| (from..=until).contains(&at))
    }

    fn newest(&self, log: LedgerSource) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.logs.get(&log)?.last_key_value().map(|(from, until)| (*from, *until))
    }

    /// The newest list of the console.
    pub(super) fn newest_list(&self) -> Option<DateTime<Utc>> {
        self.console_lists().last().copied()
    }

    /// The newest list before another.
    pub(super) fn list_before(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.console_lists().iter().rev().find(|date| **date < at).copied()
    }

    /// A list that was taken between two others.
    pub(super) fn list_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.list_before(until).filter(|date| *date > from)
    }

    fn console_lists(&self) -> &[DateTime<Utc>] {
        self.lists.get(&(LedgerSource::Console, None)).map_or(&[], Vec::as_slice)
    }

    /// The newest full probe of a client.
    pub(super) fn newest_probe(&self, client_id: &str) -> Option<DateTime<Utc>> {
        self.lists.get(&(LedgerSource::Probe, Some(client_id.to_owned())))?.last().copied()
    }

    pub(super) fn source_coverage(&self, run_at: DateTime<Utc>) -> SourceCoverage {
        let log = self.newest(LedgerSource::AuditLog);
        let console_at = self.newest_list();
        SourceCoverage {
            log_since: log.map(|(from, _)| from),
            log_until: log.map(|(_, until)| until),
            console_at,
            console_is_stale: console_at.is_some_and(|at| run_at - at > FRESH_FOR),
        }
    }
}

/// Adds a period to those that it may touch.
fn join(
    periods: &mut BTreeMap<DateTime<Utc>, DateTime<Utc>>,
    mut from: DateTime<Utc>,
    mut until: DateTime<Utc>,
) {
    while let Some((start, end)) = periods.range(..=until).next_back().map(|(start, end)| (*start, *end))
        && end >= from
    {
        periods.remove(&start);
        from = from.min(start);
        until = until.max(end);
    }
    if from <= until {
        periods.insert(from, until);
    }
}
