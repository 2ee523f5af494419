//! One step of the set-up, and what was found there.

use serde::Serialize;
use strum::IntoStaticStr;

/// The steps, in the order in which a newcomer meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum StepId {
    /// The configuration file and the files that it names.
    Config,
    /// The key file, or the machine's identity.
    Credentials,
    /// Name resolution, proxy and TLS to each host.
    Network,
    /// This machine's clock against the server's.
    Clock,
    /// Whether Google accepts what the account signs.
    Token,
    /// Whether each scope is delegated.
    Scopes,
    /// The admin that Directory calls act as, with its privileges.
    Admin,
    /// The tenant.
    Customer,
    /// Whether each API is on in the project of the account.
    Apis,
    /// The account's own IAM roles.
    Cloud,
    /// The delegation list of the Admin console.
    ConsoleList,
    /// What will be assessed.
    Coverage,
}

impl StepId {
    /// Every step.
    pub(crate) const ALL: [Self; 12] = [
        Self::Config,
        Self::Credentials,
        Self::Network,
        Self::Clock,
        Self::Token,
        Self::Scopes,
        Self::Admin,
        Self::Customer,
        Self::Apis,
        Self::Cloud,
        Self::ConsoleList,
        Self::Coverage,
    ];

    /// The name on the terminal and in JSON.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepState {
    Ok,
    /// A run would be complete, but something should be looked at.
    Warning,
    /// A run would not be complete.
    Failed,
    /// Not checked, because of another step.
    Skipped,
}

/// What is wrong, and how to fix it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) cause: String,
    pub(crate) fix: String,
    /// Where to do it; empty if the fix says it.
    pub(crate) place: String,
    /// The command that does it; empty if there is none.
    pub(crate) command: String,
}

/// What was found in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    pub(crate) id: StepId,
    pub(crate) state: StepState,
    /// What was checked, with names and numbers.
    pub(crate) what: String,
    pub(crate) cause: String,
    pub(crate) fix: String,
    pub(crate) place: String,
    pub(crate) command: String,
}

impl Step {
    pub(super) fn ok(id: StepId, what: impl Into<String>) -> Self {
        Self::with(id, StepState::Ok, what, Problem::default())
    }

    pub(super) fn warning(id: StepId, what: impl Into<String>, problem: Problem) -> Self {
        Self::with(id, StepState::Warning, what, problem)
    }

    pub(crate) fn failed(id: StepId, what: impl Into<String>, problem: Problem) -> Self {
        Self::with(id, StepState::Failed, what, problem)
    }

    pub(super) fn skipped(id: StepId, what: impl Into<String>) -> Self {
        Self::with(id, StepState::Skipped, what, Problem::default())
    }

    fn with(id: StepId, state: StepState, what: impl Into<String>, problem: Problem) -> Self {
        let Problem { cause, fix, place, command } = problem;
        Self { id, state, what: what.into(), cause, fix, place, command }
    }
}

/// The steps that cannot be taken without a configuration.
#[must_use]
pub(crate) fn all_but_config() -> Vec<Step> {
    StepId::ALL[1..]
        .iter()
        .map(|id| Step::skipped(*id, "not checked: the configuration cannot be read"))
        .collect()
}
