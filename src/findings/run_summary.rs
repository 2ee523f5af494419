//! A run at a glance: what every report says first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CheckSummary, Coverage, CoverageRow, FixedFinding, KeptReport, Settings, Severity, Verdict};
use crate::requests::Requests;
use crate::tenant::{InputFile, Inputs, Part};

/// Whether everything that was asked for was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Completeness {
    /// Everything.
    Complete,
    /// Something was denied or failed.
    Partial,
}

/// How the findings compare with the last run. Only fail, review and error count, never excepted
/// ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeCounts {
    /// New or reopened.
    pub(crate) new: u64,
    /// More severe than last time, reaching more, or no longer excepted.
    pub(crate) worsened: u64,
    /// Gone, and their source was read again.
    pub(crate) fixed: u64,
    /// All that are open now, new and worsened ones included.
    pub(crate) open: u64,
    /// Verdicts that could not be given.
    pub(crate) not_assessed: u64,
    /// Findings that are accepted, by an exception or the register.
    #[serde(default)]
    pub(crate) excepted: u64,
    /// Those of them that reach more, or are more severe, than last time.
    #[serde(default)]
    pub(crate) excepted_worsened: u64,
}

/// Users by Gmail state and by how far the mailbox was read: the values of `users.csv`, with counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MailboxCounts {
    /// By `gmail`.
    pub(crate) gmail: BTreeMap<String, u64>,
    /// By `mailbox_read`.
    pub(crate) mailbox_read: BTreeMap<String, u64>,
}

/// A part that checks need and the configuration gives no source for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotConfigured {
    pub(crate) part: Part,
    /// The checks that need it and could not give every verdict, by id.
    pub(crate) checks: Vec<String>,
    /// The verdicts that those checks could not give.
    pub(crate) verdicts: u64,
    /// What is missing, for a person.
    pub(crate) reason: String,
    /// The setting that adds it.
    pub(crate) setting: String,
}

/// Parts that one setting adds, and what is hidden without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MissingSetting<'a> {
    pub(crate) parts: Vec<&'a NotConfigured>,
    /// The checks that need one of them, by id.
    pub(crate) checks: Vec<&'a str>,
    /// The verdicts that those checks could not give.
    pub(crate) verdicts: u64,
    /// What to write where.
    pub(crate) setting: &'a str,
}

/// A run at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunSummary {
    /// The start, `2026-11-21T07-00-00Z`.
    pub(crate) run_id: String,
    /// When it started.
    pub(crate) started_at: DateTime<Utc>,
    /// When it was continued last; `None`: it was read in one go.
    #[serde(default)]
    pub(crate) resumed_at: Option<DateTime<Utc>>,
    /// When collecting ended.
    pub(crate) finished_at: DateTime<Utc>,
    /// The run it is compared with.
    pub(crate) compared_with: Option<String>,
    /// The version of the program that judged.
    pub(crate) tool_version: String,
    /// The version of the program that read the facts; `None`: an earlier one, that judged too.
    #[serde(default)]
    pub(crate) read_by: Option<String>,
    /// When the facts were judged. Earlier versions did not keep it.
    #[serde(default)]
    pub(crate) judged_at: Option<DateTime<Utc>>,
    /// Why a run was judged or reported again, in the operator's words.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// The report of the same run that this one takes the place of.
    #[serde(default)]
    pub(crate) supersedes: Option<KeptReport>,
    /// `customerId`, or what the configuration says if Directory did not tell.
    pub(crate) customer: String,
    /// The tenant's primary domain, if it is known.
    pub(crate) primary_domain: Option<String>,
    /// The admin the audit acted as.
    pub(crate) admin: String,
    /// The audit's own service account.
    pub(crate) service_account: String,
    /// The audit's own client id.
    pub(crate) client_id: String,
    /// The key that signed for the audit, if it was a key file's. Runs of older versions did not keep it.
    #[serde(default)]
    pub(crate) key_id: Option<String>,
    /// What it was judged by. Earlier versions did not keep it.
    #[serde(default)]
    pub(crate) settings: Option<Settings>,
    /// The settings that decide verdicts and are not those of the run that it is compared with.
    #[serde(default)]
    pub(crate) settings_changed: Vec<String>,
    /// The profile of thresholds.
    pub(crate) profile: String,
    /// The version of the scope-risk table that judged, and when it was reviewed.
    pub(crate) scope_table: String,
    /// `true` for the synthetic tenant of the demo.
    pub(crate) is_demo: bool,
    /// Of a trial: which mailboxes it read.
    #[serde(default)]
    pub(crate) sample: Option<String>,
    /// Whether everything was read.
    pub(crate) completeness: Completeness,
    /// What was not asked for, for want of a setting.
    #[serde(default)]
    pub(crate) not_configured: Vec<NotConfigured>,
    /// Users listed.
    pub(crate) users: u64,
    /// Users by state.
    pub(crate) mailboxes: MailboxCounts,
    /// The five numbers.
    pub(crate) changes: ChangeCounts,
    /// Open findings (fail, review, error) by severity.
    pub(crate) open_by_severity: BTreeMap<Severity, u64>,
    /// Every enabled check.
    pub(crate) checks: Vec<CheckSummary>,
    pub(crate) coverage: Coverage,
    /// Findings that are gone, worst first, capped; the count is in `changes`.
    pub(crate) fixed: Vec<FixedFinding>,
    /// The scopes the audit asked for, by identity: `admin`, `mailbox`, `account`.
    pub(crate) scopes_asked: BTreeMap<String, Vec<String>>,
    /// What went to each API.
    pub(crate) requests: BTreeMap<String, Requests>,
    /// The operator's files that it rests on.
    #[serde(default)]
    pub(crate) inputs: Inputs,
    /// The Cloud projects that the configuration names.
    #[serde(default)]
    pub(crate) projects: Vec<String>,
    /// The number of the organization in which projects were searched for.
    #[serde(default)]
    pub(crate) organization: Option<String>,
}

impl RunSummary {
    /// One that says nothing yet.
    #[cfg(test)]
    pub(crate) fn blank(run_id: &str, at: DateTime<Utc>) -> Self {
        Self {
            run_id: run_id.to_owned(),
            started_at: at,
            resumed_at: None,
            finished_at: at,
            compared_with: None,
            tool_version: "0.1.0".to_owned(),
            read_by: None,
            judged_at: None,
            reason: None,
            supersedes: None,
            customer: "C01".to_owned(),
            primary_domain: None,
            admin: "auditor@example.com".to_owned(),
            service_account: "audit@example.iam.gserviceaccount.com".to_owned(),
            client_id: "1".to_owned(),
            key_id: None,
            settings: None,
            settings_changed: Vec::new(),
            profile: "default".to_owned(),
            scope_table: "version 1".to_owned(),
            is_demo: false,
            sample: None,
            completeness: Completeness::Complete,
            not_configured: Vec::new(),
            users: 3,
            mailboxes: MailboxCounts::default(),
            changes: Default::default(),
            open_by_severity: Default::default(),
            checks: Vec::new(),
            coverage: Coverage::default(),
            fixed: Vec::new(),
            scopes_asked: Default::default(),
            requests: Default::default(),
            inputs: Default::default(),
            projects: Vec::new(),
            organization: None,
        }
    }

    /// What it was judged by, as far as it is known.
    #[must_use]
    pub(crate) fn judged_by(&self) -> Settings {
        let digest = |file: &Option<InputFile>| file.as_ref().map(|file| file.sha256.clone());
        self.settings.clone().unwrap_or_else(|| Settings {
            profile: self.profile.clone(),
            thresholds: BTreeMap::new(),
            register: digest(&self.inputs.register),
            exceptions: digest(&self.inputs.exceptions),
            has_console_list: self.inputs.console_grants.is_some(),
            projects: self.projects.iter().cloned().collect(),
        })
    }

    /// Whether everything that is configured was read, and something is not configured.
    #[must_use]
    pub(crate) fn is_limited(&self) -> bool {
        self.completeness == Completeness::Complete && !self.not_configured.is_empty()
    }

    /// What is not configured, each setting once.
    #[must_use]
    pub(crate) fn missing_settings(&self) -> Vec<MissingSetting<'_>> {
        let mut settings: Vec<(&str, Vec<&NotConfigured>)> = Vec::new();
        for missing in &self.not_configured {
            match settings.iter_mut().find(|(setting, _)| *setting == missing.setting) {
                Some((_, parts)) => parts.push(missing),
                None => settings.push((&missing.setting, vec![missing])),
            }
        }
        let of_setting = settings.into_iter().map(|(setting, parts)| {
            let checks: BTreeSet<&str> =
                parts.iter().flat_map(|missing| &missing.checks).map(String::as_str).collect();
            let verdicts = self.not_assessed(&checks);
            MissingSetting { parts, checks: checks.into_iter().collect(), verdicts, setting }
        });
        of_setting.collect()
    }

    /// The verdicts that could not be given, at least in part for want of a setting.
    #[must_use]
    pub(crate) fn verdicts_not_configured(&self) -> u64 {
        let checks = self.not_configured.iter().flat_map(|missing| &missing.checks).map(String::as_str);
        self.not_assessed(&checks.collect())
    }

    /// Whether some verdicts need several settings, so that those of all settings add up to more than are hidden.
    #[must_use]
    pub(crate) fn settings_overlap(&self) -> bool {
        let of_each: u64 = self.missing_settings().iter().map(|missing| missing.verdicts).sum();
        of_each > self.verdicts_not_configured()
    }

    fn not_assessed(&self, checks: &BTreeSet<&str>) -> u64 {
        let of_these = self.checks.iter().filter(|check| checks.contains(check.id.as_str()));
        of_these.map(|check| check.counts.of(Verdict::NotAssessed)).sum()
    }

    /// How many users there are, as far as they were listed; `None`: nobody was read.
    #[must_use]
    pub(crate) fn known_users(&self) -> Option<u64> {
        let of_users = |row: &&CoverageRow| row.part == Part::Users;
        let is_unread = self.coverage.0.iter().find(of_users).is_some_and(CoverageRow::is_partial);
        Some(self.users).filter(|users| *users > 0 || !is_unread)
    }
}
