//! What a check is.

use chrono::{DateTime, Utc};

use crate::delegation::Grant;
use crate::findings::{CheckResult, Severity, Verdict};
use crate::policy::Exception;
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{
    AdminEvents, App, Domain, Gap, Part, ProjectGuardrails, ServiceAccount, ServiceAccountKey,
};

/// A rule: what it asks, why, what it needs, and the function that answers for one subject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    /// Such as `MAIL-08`; never reused.
    pub(crate) id: &'static str,
    /// Such as `sendas-external`.
    pub(crate) slug: &'static str,
    /// One line, for a list.
    pub(crate) title: &'static str,
    /// The usual severity; a result may differ.
    pub(crate) severity: Severity,
    /// When it gives which verdict, in full: what is documented and what an auditor reads.
    pub(crate) conditions: &'static [Condition],
    pub(crate) why: &'static str,
    /// What to do; a result may say it more precisely.
    pub(crate) fix: &'static str,
    /// Which command its findings give, and why some give none.
    pub(crate) command: Option<&'static str>,
    /// What the fix may break; a result with a fix of its own says so itself.
    pub(crate) may_break: Option<&'static str>,
    /// Where in the console.
    pub(crate) place: &'static str,
    /// Controls of standards, such as `CIS-GWS 1.1.1`.
    pub(crate) controls: &'static [&'static str],
    /// The parts without which nothing passes.
    pub(crate) needs: &'static [Part],
    /// The question, asked of each subject.
    pub(crate) judge: Evaluator,
}

/// One line of what a check looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    /// The verdict that it leads to; `None`: what counts, and what does not.
    pub(crate) verdict: Option<Verdict>,
    /// How bad; `None`: it depends on the scope.
    pub(crate) severity: Option<Severity>,
    /// When, in a sentence.
    pub(crate) when: &'static str,
}

impl Condition {
    pub(crate) const fn fail(severity: Severity, when: &'static str) -> Self {
        Self { verdict: Some(Verdict::Fail), severity: Some(severity), when }
    }

    pub(crate) const fn fail_by_scope(when: &'static str) -> Self {
        Self { verdict: Some(Verdict::Fail), severity: None, when }
    }

    pub(crate) const fn review(severity: Severity, when: &'static str) -> Self {
        Self { verdict: Some(Verdict::Review), severity: Some(severity), when }
    }

    pub(crate) const fn review_by_scope(when: &'static str) -> Self {
        Self { verdict: Some(Verdict::Review), severity: None, when }
    }

    pub(crate) const fn pass(when: &'static str) -> Self {
        Self { verdict: Some(Verdict::Pass), severity: None, when }
    }

    pub(crate) const fn excepted(when: &'static str) -> Self {
        Self { verdict: Some(Verdict::Excepted), severity: None, when }
    }

    pub(crate) const fn not_assessed(when: &'static str) -> Self {
        Self { verdict: Some(Verdict::NotAssessed), severity: None, when }
    }

    pub(crate) const fn not_applicable(when: &'static str) -> Self {
        Self { verdict: Some(Verdict::NotApplicable), severity: None, when }
    }

    pub(crate) const fn note(when: &'static str) -> Self {
        Self { verdict: None, severity: None, when }
    }
}

/// The function that answers, by what it is asked about.
///
/// A function gives at least one result; several where one subject holds several things, such as
/// addresses. It need not guard against missing parts in `needs` to avoid a false pass (a pass
/// without them is turned into not assessed), but must not fail a subject for data that is missing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evaluator {
    /// Asked once.
    Tenant(fn(&Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each user.
    User(fn(&UserFacts, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each domain and domain alias.
    Domain(fn(&Domain, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each client × scope; what it finds of one client is one finding.
    Grant(fn(&Grant, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each client that holds a grant.
    Client(fn(&str, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each key of each service account.
    Key(fn(&ServiceAccountKey, &ServiceAccount, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each project that holds service accounts.
    Project(fn(&ProjectGuardrails, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked once: it answers for each organizational unit and group that decides a setting, and names it.
    Place(fn(&Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each app that users let in.
    App(fn(&App, &Snapshot, &Policy) -> Vec<CheckResult>),
    /// Asked of each entry of the exceptions file, after all other checks.
    Exception(fn(&Exception, ExceptionUse<'_>) -> Vec<CheckResult>),
}

/// What the other checks made of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExceptionUse<'a> {
    /// The run's "now".
    pub(crate) run_at: DateTime<Utc>,
    /// How many findings it covered.
    pub(crate) covered: u64,
    /// Whether everything that it could cover was assessed, so that an unused exception covers nothing.
    pub(crate) all_was_assessed: bool,
    /// The ids of findings that took the place of those it was written for.
    pub(crate) now: &'a [String],
    /// The id of a finding of its check that it may have been written for, if it covers nothing.
    pub(crate) near: Option<&'a str>,
    /// What the operator decided.
    pub(crate) policy: &'a Policy,
}

/// The checks on events, which stay in reports for `[checks] event_days`.
const OF_EVENTS: [&str; 3] = ["DWD-07", "TEN-06", "APP-03"];

impl Check {
    /// What it looks for, and of events how long ago.
    pub(crate) fn title_for(&self, event_days: i64) -> String {
        match OF_EVENTS.contains(&self.id) {
            true => format!("{} (last {event_days} days)", self.title),
            false => self.title.to_owned(),
        }
    }

    /// The parts that are read for it: those that it needs, those that list its subjects among them, and pools where it
    /// needs policies. Pools close paths that policies open: without them no verdict is missing, only milder.
    pub(crate) fn reads(&self) -> impl Iterator<Item = Part> {
        let pools = self.needs.contains(&Part::IamPolicies).then_some(Part::WorkloadIdentityPools);
        self.needs.iter().copied().chain(pools)
    }

    /// Whether what is missing is what it reads: of the admin log, one check reads changes of Gmail's settings, and
    /// the others read delegations.
    #[must_use]
    pub(crate) fn misses(&self, gap: &Gap) -> bool {
        let unread = if self.id == super::ROUTING_CHANGED {
            AdminEvents::Delegations
        } else {
            AdminEvents::GmailSettings
        };
        !gap.is_only_of(unread)
    }
}

impl Evaluator {
    /// The part that lists the subjects: without it, nobody knows how many there are.
    #[must_use]
    pub(crate) const fn subjects(self) -> &'static [Part] {
        match self {
            Self::Tenant(_) | Self::Exception(_) => &[],
            Self::User(_) => &[Part::Users],
            Self::Place(_) => &[Part::OrgUnits, Part::Policies],
            Self::App(_) => &[Part::TokenLog],
            Self::Domain(_) => &[Part::Domains],
            Self::Grant(_) | Self::Client(_) => &[Part::ConsoleGrants, Part::ProbeGrants],
            Self::Key(_) => &[Part::ServiceAccounts, Part::SaKeys],
            Self::Project(_) => &[Part::Guardrails],
        }
    }
}
