//! A verdict that a person should see.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{
    Acceptance, Added, AlsoCheck, Assumption, Evidence, Fingerprint, Known, KnownItems, REGISTER, Reached,
    Remediation, Severity, Subject, SubjectKind, Verdict,
};
use crate::tenant::Part;

/// How a finding compares with the last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Change {
    /// Not there last time, nor before.
    New,
    /// There last time, and less severe or excepted then, or it reaches more now.
    Worsened,
    /// There last time.
    Open,
    /// Not there last time, but before.
    Reopened,
    /// There last time; its source was not read this time, so nobody knows.
    NotRechecked,
    /// An event that was in reports for `[checks] event_days`: listed for the last time, neither open nor fixed.
    Expired,
}

impl Change {
    /// The value in `findings.csv`.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// How the names of evidence begin that says who accepted a finding.
const EXCEPTION: &str = "exception_";

/// A verdict that a person should see: fail, review, error, excepted, or what was not assessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// The check, such as `MAIL-08`.
    pub(crate) check_id: String,
    /// Never pass or not applicable.
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    /// What it is about. For not assessed: the part that is missing.
    pub(crate) subject: Subject,
    /// The id of what the check was given: the user of a send-as address. Says whether it was judged again.
    pub(crate) judged_id: String,
    /// The Cloud project that must be read for it to be judged again, if it is about something in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<String>,
    /// What is true, in one sentence.
    pub(crate) message: String,
    /// The facts behind it.
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) fix: String,
    /// Which action that is; `None` in findings of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) remediation: Option<Remediation>,
    /// A command to copy that does it; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) command: String,
    /// What may stop working; empty if nothing is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) may_break: String,
    pub(crate) place: String,
    /// Controls of standards.
    pub(crate) controls: Vec<String>,
    /// Its identity over time.
    pub(crate) fingerprint: Fingerprint,
    /// The start of the first run that had it.
    pub(crate) first_seen_at: DateTime<Utc>,
    /// Since when runs have seen it: of a binding, that its check applies.
    #[serde(default, skip_serializing_if = "Known::is_default")]
    pub(crate) known: Known,
    /// How it compares with the last run.
    pub(crate) change: Change,
    /// The exception that covers it, or that covered it until it expired.
    pub(crate) exception_id: Option<String>,
    /// How many subjects it stands for: 1, or more where not assessed.
    pub(crate) count: u64,
    /// What it takes for true although a part that could show otherwise was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) assumptions: Vec<Assumption>,
    /// Parts that bear on it or on its severity and were not read: a run that lacked others is no baseline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unread: Vec<Part>,
    /// Whether no run found it without an assumption: if it is gone, nobody mended it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_only_assumed: bool,
    /// The other checks that apply to the same subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) also_checks: Vec<AlsoCheck>,
    /// What it reaches, if the next run should tell what was added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reach: Vec<Reached>,
    /// What else it lists, if the next run should tell what was added; `None` in findings of earlier versions, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<KnownItems>,
    /// What it did not have in the run before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) added: Vec<Added>,
    /// Who accepted it, or parts of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) accepted: Vec<Acceptance>,
}

impl Finding {
    /// What a check says of a subject, first seen at this time. All else is added to it.
    pub(crate) fn new(
        check_id: &str,
        verdict: Verdict,
        severity: Severity,
        subject: Subject,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            check_id: check_id.to_owned(),
            verdict,
            severity,
            fingerprint: Fingerprint::of(check_id, &subject),
            judged_id: subject.id.clone(),
            subject,
            project: None,
            message: String::new(),
            evidence: Vec::new(),
            fix: String::new(),
            remediation: None,
            command: String::new(),
            may_break: String::new(),
            place: String::new(),
            controls: Vec::new(),
            first_seen_at: at,
            known: Known::default(),
            change: Change::New,
            exception_id: None,
            count: 1,
            assumptions: Vec::new(),
            unread: Vec::new(),
            is_only_assumed: false,
            also_checks: Vec::new(),
            reach: Vec::new(),
            items: None,
            added: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Every check that applies, the one that it belongs to first.
    pub(crate) fn check_ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.check_id)
            .chain(self.also_checks.iter().map(|also| &also.check_id))
            .map(String::as_str)
    }

    /// Since when each of them is known to apply.
    pub(crate) fn known_checks(&self) -> impl Iterator<Item = (&str, Known)> {
        let also = self.also_checks.iter().map(|also| (also.check_id.as_str(), also.known));
        std::iter::once((self.check_id.as_str(), self.known)).chain(also)
    }

    /// What is done about it. Whatever is equal is one action.
    pub(crate) fn action(&self) -> Remediation {
        match &self.remediation {
            _ if self.verdict == Verdict::Error || self.fix.is_empty() => {
                Remediation::look_into(&self.check_id)
            }
            Some(known) => known.clone(),
            None if self.subject.kind == SubjectKind::Binding => {
                Remediation::Binding { binding: self.subject.id.clone() }
            }
            None => Remediation::of_check(&self.check_id),
        }
    }

    /// The facts behind it, without what earlier versions wrote of an exception that is in `accepted`.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &Evidence> {
        let is_told = |fact: &&Evidence| !self.accepted.is_empty() && fact.name.starts_with(EXCEPTION);
        self.evidence.iter().filter(move |fact| !is_told(fact))
    }

    /// Who accepted the whole of it by an exception, and why, as `findings.csv` has it among the evidence.
    pub(crate) fn acceptance_facts(&self) -> Vec<Evidence> {
        let is_whole =
            |accepted: &&Acceptance| accepted.parts.is_empty() && !accepted.id.starts_with(REGISTER);
        let whole = self.accepted.iter().find(is_whole).filter(|_| self.verdict == Verdict::Excepted);
        let Some(Acceptance { owner, reason, approver, ticket, expires, .. }) = whole else {
            return Vec::new();
        };
        let expires = expires.map(|expires| expires.to_string());
        let told = [
            ("owner", Some(owner)),
            ("reason", Some(reason)),
            ("expires", expires.as_ref()),
            ("approver", approver.as_ref()),
            ("ticket", ticket.as_ref()),
        ];
        let told = told.into_iter().filter_map(|(name, value)| Some((name, value?)));
        told.map(|(name, value)| Evidence::new(format!("{EXCEPTION}{name}"), value)).collect()
    }

    /// Whether it is open, and new, worse or back again.
    #[must_use]
    pub(crate) const fn is_news(&self) -> bool {
        self.is_open() && matches!(self.change, Change::New | Change::Worsened | Change::Reopened)
    }

    /// Whether somebody has to act or decide.
    #[must_use]
    pub(crate) const fn is_open(&self) -> bool {
        self.verdict.is_open() && !matches!(self.change, Change::Expired)
    }
}

/// A finding of the last run that is gone although its source was read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FixedFinding {
    pub(crate) check_id: String,
    /// How bad it was.
    pub(crate) severity: Severity,
    /// What it was about.
    pub(crate) subject: Subject,
    /// What was true.
    pub(crate) message: String,
    /// The start of the first run that had it.
    pub(crate) first_seen_at: DateTime<Utc>,
}
