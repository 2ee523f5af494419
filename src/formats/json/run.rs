//! The run, its checks and its coverage, as JSON has them.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::findings::{
    self, ChangeCounts, CheckSummary, Completeness, CoverageRow, Population, RunSummary, Severity, Verdict,
};
use crate::formats::utc;
use crate::requests::Requests;

#[derive(Serialize)]
pub(super) struct Run<'a> {
    run_id: &'a str,
    started_at: String,
    resumed_at: Option<String>,
    finished_at: String,
    compared_with: Option<&'a str>,
    tool_version: &'a str,
    customer: &'a str,
    primary_domain: Option<&'a str>,
    admin: &'a str,
    service_account: &'a str,
    client_id: &'a str,
    profile: &'a str,
    scope_table: &'a str,
    is_demo: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a str>,
    completeness: &'static str,
    not_configured: Vec<NotConfigured<'a>>,
    users: u64,
    mailboxes: Mailboxes<'a>,
    changes: Changes,
    open_by_severity: Counts,
    scopes_asked: &'a BTreeMap<String, Vec<String>>,
    requests: &'a BTreeMap<String, Requests>,
    settings_changed: &'a [String],
}

#[derive(Serialize)]
struct NotConfigured<'a> {
    part: &'static str,
    checks: &'a [String],
    verdicts: u64,
    reason: &'a str,
    setting: &'a str,
}

impl<'a> NotConfigured<'a> {
    fn of(missing: &'a findings::NotConfigured) -> Self {
        let findings::NotConfigured { part, checks, verdicts, reason, setting } = missing;
        Self { part: part.id(), checks, verdicts: *verdicts, reason, setting }
    }
}

#[derive(Serialize)]
struct Mailboxes<'a> {
    gmail: &'a BTreeMap<String, u64>,
    mailbox_read: &'a BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Changes {
    new: u64,
    worsened: u64,
    fixed: u64,
    open: u64,
    not_assessed: u64,
    excepted: u64,
    excepted_worsened: u64,
}

impl<'a> Run<'a> {
    pub(super) fn of(summary: &'a RunSummary) -> Self {
        let ChangeCounts { new, worsened, fixed, open, not_assessed, excepted, excepted_worsened } =
            summary.changes;
        Self {
            run_id: &summary.run_id,
            started_at: utc::seconds(summary.started_at),
            resumed_at: summary.resumed_at.map(utc::seconds),
            finished_at: utc::seconds(summary.finished_at),
            compared_with: summary.compared_with.as_deref(),
            tool_version: &summary.tool_version,
            customer: &summary.customer,
            primary_domain: summary.primary_domain.as_deref(),
            admin: &summary.admin,
            service_account: &summary.service_account,
            client_id: &summary.client_id,
            profile: &summary.profile,
            scope_table: &summary.scope_table,
            is_demo: summary.is_demo,
            sample: summary.sample.as_deref(),
            completeness: completeness(summary.completeness),
            not_configured: summary.not_configured.iter().map(NotConfigured::of).collect(),
            users: summary.users,
            mailboxes: Mailboxes {
                gmail: &summary.mailboxes.gmail,
                mailbox_read: &summary.mailboxes.mailbox_read,
            },
            changes: Changes { new, worsened, fixed, open, not_assessed, excepted, excepted_worsened },
            open_by_severity: Counts::by_severity(&summary.open_by_severity),
            scopes_asked: &summary.scopes_asked,
            requests: &summary.requests,
            settings_changed: &summary.settings_changed,
        }
    }
}

/// The word for it.
pub(in crate::formats) const fn completeness(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Partial => "partial",
    }
}

/// An object of counts in the order of reports; a zero is written, so that none reads as forgotten.
pub(in crate::formats) struct Counts(Vec<(&'static str, u64)>);

impl Counts {
    pub(in crate::formats) fn by_severity(counts: &BTreeMap<Severity, u64>) -> Self {
        let count = |severity| counts.get(&severity).copied().unwrap_or_default();
        Self(Severity::WORST_FIRST.map(|severity| (severity.as_str(), count(severity))).into())
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

#[derive(Serialize)]
pub(super) struct Check<'a> {
    id: &'a str,
    slug: &'a str,
    title: &'a str,
    why: &'a str,
    severity: &'static str,
    needs: &'a [String],
    counts: Counts,
    population: CheckPopulation,
}

#[derive(Serialize)]
struct CheckPopulation {
    listed: u64,
    assessed: u64,
    not_assessed: u64,
    not_applicable: u64,
}

impl<'a> Check<'a> {
    pub(super) fn of(check: &'a CheckSummary) -> Self {
        let Population { listed, assessed, not_assessed, not_applicable } = check.population;
        Self {
            id: &check.id,
            slug: &check.slug,
            title: &check.title,
            why: &check.why,
            severity: check.severity.as_str(),
            needs: &check.needs,
            counts: Counts(Verdict::ALL.map(|verdict| (verdict.as_str(), check.counts.of(verdict))).into()),
            population: CheckPopulation { listed, assessed, not_assessed, not_applicable },
        }
    }
}

#[derive(Serialize)]
pub(in crate::formats) struct Coverage {
    part: &'static str,
    total: Option<u64>,
    read: u64,
    not_applicable: u64,
    denied: u64,
    failed: u64,
    reason: String,
    needed: String,
    fix: String,
}

impl Coverage {
    pub(in crate::formats) fn of(row: &CoverageRow) -> Self {
        Self {
            part: row.part.id(),
            total: row.total,
            read: row.read,
            not_applicable: row.not_applicable,
            denied: row.denied,
            failed: row.failed,
            reason: row.reason(),
            needed: row.needed(),
            fix: row.fix(),
        }
    }
}
