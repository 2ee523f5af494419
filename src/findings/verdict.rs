//! A check's answer for one subject.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{
    Advice, Assumption, Evidence, Item, ItemKind, ItemList, Reached, Remediation, Rule, Severity, Subject,
    SubjectKind,
};
use crate::tenant::{Gap, Part};

/// The seven answers. Only [`Verdict::Pass`] is good news, and only complete data earns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Verdict {
    Fail,
    /// A person must decide.
    Review,
    /// The check itself broke.
    Error,
    /// Data is missing.
    NotAssessed,
    /// Wrong, and accepted in writing, for now.
    Excepted,
    /// In order.
    Pass,
    NotApplicable,
}

impl Verdict {
    /// Every verdict, in the order in which reports show them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Fail,
        Self::Review,
        Self::Error,
        Self::NotAssessed,
        Self::Excepted,
        Self::Pass,
        Self::NotApplicable,
    ];

    /// Whether it is a fail, a review or an error.
    #[must_use]
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Fail | Self::Review | Self::Error)
    }

    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What stands before the client id where the register, and no exception, accepts a finding.
pub(crate) const REGISTER: &str = "register:";

/// What a check says of one subject, before exceptions and history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckResult {
    /// The answer. A check never says [`Verdict::Excepted`].
    pub(crate) verdict: Verdict,
    /// How bad; meaningless for pass and not applicable.
    pub(crate) severity: Severity,
    /// What it is about, if finer than what the check was given: one address of a mailbox.
    pub(crate) subject: Option<Subject>,
    /// What is true, in one sentence.
    pub(crate) message: String,
    /// The facts behind it.
    pub(crate) evidence: Vec<Evidence>,
    /// What to do, if the check's own text is too general.
    pub(crate) fix: Option<String>,
    /// Which advice that is, if other subjects have it too.
    pub(crate) advice: Option<Advice>,
    /// A command to copy that does it.
    pub(crate) command: Option<String>,
    /// What may stop working.
    pub(crate) may_break: Option<String>,
    /// Where that is done, if not where the check says.
    pub(crate) place: Option<&'static str>,
    /// For [`Verdict::NotAssessed`]: what is missing.
    pub(crate) gap: Option<Gap>,
    /// Who accepted it in writing, as reports cite it, if not an exception: the entry of the register.
    pub(crate) accepted_by: Option<String>,
    /// The parts without which it is not known that this is wrong: where one is missing, nothing is assessed.
    pub(crate) rests_on: Vec<Part>,
    /// The parts that may make it better or worse, and no more than that.
    pub(crate) weighed_by: Vec<Part>,
    /// By which rules it stands although something was not read.
    pub(crate) assumptions: Vec<Assumption>,
    /// Which accounts it reaches, and how: for the checks on access paths.
    pub(crate) reach: Vec<Reached>,
    /// What else it lists that may grow.
    pub(crate) list: Option<ItemList>,
}

impl CheckResult {
    /// In order.
    pub(crate) fn pass(message: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, Severity::Info, message)
    }

    pub(crate) fn fail(severity: Severity, message: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, severity, message)
    }

    /// A person must decide.
    pub(crate) fn review(severity: Severity, message: impl Into<String>) -> Self {
        Self::new(Verdict::Review, severity, message)
    }

    pub(crate) fn not_applicable(message: impl Into<String>) -> Self {
        Self::new(Verdict::NotApplicable, Severity::Info, message)
    }

    /// Data is missing. The severity is what the check could have found.
    pub(crate) fn not_assessed(gap: &Gap) -> Self {
        Self { gap: Some(gap.clone()), ..Self::new(Verdict::NotAssessed, Severity::Info, &gap.message) }
    }

    fn new(verdict: Verdict, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            verdict,
            severity,
            subject: None,
            message: message.into(),
            evidence: Vec::new(),
            fix: None,
            advice: None,
            command: None,
            may_break: None,
            place: None,
            gap: None,
            accepted_by: None,
            rests_on: Vec::new(),
            weighed_by: Vec::new(),
            assumptions: Vec::new(),
            reach: Vec::new(),
            list: None,
        }
    }

    /// Wrong or for review, and accepted by this client's entry in the register.
    #[must_use]
    pub(crate) fn accepted_by_register(mut self, client_id: &str) -> Self {
        self.accepted_by = Some(format!("{REGISTER}{client_id}"));
        self
    }

    /// It is wrong only because of what these parts do not show: one that is missing leaves it open.
    #[must_use]
    pub(crate) fn resting_on(mut self, parts: &[Part]) -> Self {
        self.rests_on.extend(parts);
        self
    }

    /// It is wrong whatever these parts show; how bad it is depends on them.
    #[must_use]
    pub(crate) fn weighed_by(mut self, parts: &[Part]) -> Self {
        self.weighed_by.extend(parts);
        self
    }

    /// It stands by a rule, although this was not read.
    #[must_use]
    pub(crate) fn assuming(mut self, rule: Rule, gap: &Gap) -> Self {
        let assumption = Assumption::new(rule, gap);
        if !self.assumptions.contains(&assumption) {
            self.assumptions.push(assumption);
        }
        self
    }

    /// Narrows what it is about.
    #[must_use]
    pub(crate) fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Names what it lists, so that the next run says what was added; and each kind of thing that the check looks for.
    #[must_use]
    pub(crate) fn listing(
        mut self,
        kinds: &'static [ItemKind],
        items: impl IntoIterator<Item = Item>,
    ) -> Self {
        let items = items.into_iter().collect();
        self.list = Some(ItemList { kinds, items, undecided: Vec::new() });
        self
    }

    /// There may be more items of a kind: what this run read does not decide it.
    #[must_use]
    pub(crate) fn undecided(mut self, kind: ItemKind) -> Self {
        self.list.iter_mut().for_each(|list| list.undecided.push(kind));
        self
    }

    /// Adds a fact behind it.
    #[must_use]
    pub(crate) fn evidence(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.evidence.push(Evidence::new(name, value));
        self
    }

    /// Replaces the check's own advice.
    #[must_use]
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Names the advice that replaces the check's own: what has the same name is one action.
    #[must_use]
    pub(crate) const fn advising(mut self, advice: Advice) -> Self {
        self.advice = Some(advice);
        self
    }

    /// What is done about it. `subject` is what it is about.
    pub(crate) fn remediation(&self, check_id: &str, subject: &Subject) -> Remediation {
        let check_id = check_id.to_owned();
        match self.advice {
            _ if subject.kind == SubjectKind::Binding => Remediation::Binding { binding: subject.id.clone() },
            Some(Advice::RemoveDelegation) => Remediation::RemoveDelegation,
            Some(Advice::UninstallApp) => Remediation::UninstallApp,
            Some(Advice::Other(name)) => Remediation::Advice { check_id, advice: name.to_owned() },
            // What was written for one subject may name it.
            None if self.fix.is_some() => {
                Remediation::Subject { check_id, subject_kind: subject.kind, subject_id: subject.id.clone() }
            }
            None => Remediation::Check { check_id },
        }
    }
}
