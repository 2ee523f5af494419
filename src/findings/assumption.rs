//! The two rules by which a finding stands although something that could end it was not read.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::tenant::{Gap, Part};

/// Why a finding stands although a part is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum Rule {
    /// A grant is held until something proves that it ended.
    GrantHeld,
    /// An access path is open until something that was read closes it.
    PathOpen,
}

impl Rule {
    /// The word in reports.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::GrantHeld => "the delegation counts as held until a source shows that it ended",
            Self::PathOpen => "the access path counts as open until something that was read blocks it",
        }
    }
}

/// What a finding takes for true although a part that could show otherwise was not read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Assumption {
    /// By which rule.
    pub(crate) rule: Rule,
    /// The part that was not read.
    pub(crate) part: Part,
    /// Why it was not: the name of the cause.
    pub(crate) reason: String,
    /// The same for a person.
    pub(crate) message: String,
}

impl Assumption {
    /// By this rule, because of this gap.
    #[must_use]
    pub(crate) fn new(rule: Rule, gap: &Gap) -> Self {
        Self { rule, part: gap.part, reason: gap.reason.to_string(), message: gap.message.clone() }
    }
}

impl std::fmt::Display for Assumption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; not read: {} ({})", self.rule.sentence(), self.part, self.message)
    }
}
