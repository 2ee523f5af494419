//! What a run would not read, by the step that it belongs to.

use crate::causes::{self, Cause, Class};
use crate::collect::{Access, Identity};
use crate::findings::{CountedGap, Coverage};
use crate::tenant::{GapClass, Part, PartGrain};

use super::step::{Problem, StepId};

/// A part that would not be read, or not all of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unread<'a> {
    pub(super) step: StepId,
    pub(super) part: Part,
    pub(super) counted: &'a CountedGap,
}

impl Unread<'_> {
    /// The row of the table that it is about, if it is one of Google's errors.
    pub(super) fn cause(&self) -> Option<Cause> {
        causes::all().find(|cause| self.counted.gap.reason == cause.id)
    }

    pub(super) fn problem(&self) -> Problem {
        let gap = &self.counted.gap;
        Problem {
            cause: format!("{}: {}", gap.reason, gap.message),
            fix: gap.fix.clone(),
            place: gap.places.join("; "),
            command: String::new(),
        }
    }
}

/// What was denied or failed, each with its step.
pub(super) fn unread(coverage: &Coverage) -> Vec<Unread<'_>> {
    let gaps = coverage.0.iter().flat_map(|row| row.gaps.iter().map(|counted| (row.part, counted)));
    let gaps = gaps.filter(|(_, counted)| counted.gap.class != GapClass::NotConfigured);
    let with_step = gaps.map(|(part, counted)| {
        let unread = Unread { step: StepId::Coverage, part, counted };
        Unread { step: step(part, unread.cause()), ..unread }
    });
    let mut unread: Vec<Unread<'_>> = with_step.collect();
    // Groups are asked for by policies: what is missing of those is told once, where it is fixed.
    let of_cloud = unread.iter().find(|of| of.part == Part::IamPolicies).copied();
    let told = |groups: &Unread<'_>| {
        let is_same = |of: &Unread<'_>| of.counted.gap.message == groups.counted.gap.message;
        groups.part == Part::Groups && of_cloud.as_ref().is_some_and(is_same)
    };
    unread.retain(|unread| !told(unread));
    unread
}

/// The parts of these, each once.
pub(super) fn titles(unread: &[&Unread<'_>]) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for title in unread.iter().map(|unread| unread.part.title()) {
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles.join(", ")
}

fn step(part: Part, cause: Option<Cause>) -> StepId {
    let identity = Access::of(part).identity;
    let of_cause = cause.and_then(step_of);
    match (of_cause, identity) {
        (Some(StepId::Apis), _) => StepId::Apis,
        (_, _) if part == Part::ConsoleGrants => StepId::ConsoleList,
        (_, Identity::File) => StepId::Coverage,
        // One mailbox that refuses is nothing that the set-up lacks.
        (Some(StepId::Scopes), _) if part.grain() == PartGrain::User => StepId::Scopes,
        (_, Identity::Mailbox) => StepId::Coverage,
        (Some(step), _) => step,
        (None, Identity::Account)
            if cause.is_none_or(|cause| is_about_the_request(cause) || is_denied(cause)) =>
        {
            StepId::Cloud
        }
        (None, Identity::Admin | Identity::SuperAdmin) if cause.is_some_and(is_about_the_request) => {
            StepId::Customer
        }
        (None, Identity::Account | Identity::Admin | Identity::SuperAdmin) => StepId::Coverage,
    }
}

fn is_denied(cause: Cause) -> bool {
    cause.class == Class::Denied
}

/// The customer is the only value of Directory's requests that the operator sets.
fn is_about_the_request(cause: Cause) -> bool {
    [causes::NOT_FOUND, causes::BAD_REQUEST].contains(&cause)
}

/// The step at which a cause is fixed; `None` where it can be any.
pub(super) fn step_of(cause: Cause) -> Option<StepId> {
    const CREDENTIALS: [Cause; 3] =
        [causes::NO_MACHINE_IDENTITY, causes::MACHINE_IDENTITY_REFUSED, causes::SIGNING_DENIED];
    const NETWORK: [Cause; 13] = [
        causes::DNS,
        causes::CONNECT,
        causes::PROXY_AUTHENTICATION,
        causes::PROXY_REFUSED,
        causes::PROXY_UNREACHABLE,
        causes::TLS,
        causes::TRUST_FILE,
        causes::TIMEOUT,
        causes::CONNECTION_LOST,
        causes::NO_API_AT_ADDRESS,
        causes::CREDENTIALS_MISSING,
        causes::API_KEY_REFUSED,
        causes::PUBLIC_REFUSED,
    ];
    const TOKEN: [Cause; 4] = [
        causes::OWN_TOKEN_REFUSED,
        causes::KEY_REJECTED,
        causes::SERVICE_ACCOUNT_DELETED,
        causes::SERVICE_ACCOUNT_DISABLED,
    ];
    const SCOPES: [Cause; 5] = [
        causes::SCOPE_NOT_DELEGATED,
        causes::CLIENT_NOT_AUTHORIZED,
        causes::SCOPE_UNKNOWN_TO_GOOGLE,
        causes::SCOPE_INSUFFICIENT,
        causes::APP_BLOCKED,
    ];
    const ADMIN: [Cause; 7] = [
        causes::SUBJECT_UNKNOWN,
        causes::SUBJECT_DELETED,
        causes::SUBJECT_MALFORMED,
        causes::ACCOUNT_RESTRICTED,
        causes::USER_REFUSED,
        causes::ADMIN_RIGHT_MISSING,
        causes::REPORTS_RIGHT_MISSING,
    ];
    const CLOUD: [Cause; 3] =
        [causes::IAM_PERMISSION_MISSING, causes::CLOUD_POLICY, causes::PROJECT_SUSPENDED];
    let steps: [(StepId, &[Cause]); 6] = [
        (StepId::Credentials, &CREDENTIALS),
        (StepId::Network, &NETWORK),
        (StepId::Token, &TOKEN),
        (StepId::Scopes, &SCOPES),
        (StepId::Admin, &ADMIN),
        (StepId::Cloud, &CLOUD),
    ];
    match cause {
        causes::CLOCK_SKEW => Some(StepId::Clock),
        causes::API_DISABLED => Some(StepId::Apis),
        _ => steps.iter().find(|(_, causes)| causes.contains(&cause)).map(|(step, _)| *step),
    }
}
