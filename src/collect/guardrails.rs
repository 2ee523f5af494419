//! What each project forbids about keys, and whether it logs signing.

use crate::google::orgpolicy2::{self, PolicyRule};
use crate::google::{GoogleError, Session};
use crate::tenant::{Guardrails, Part, ProjectGuardrails, Reading};

use super::{gaps, reading};

/// Constraints that forbid making keys: one in force is enough.
const CREATION: [&str; 2] =
    ["iam.disableServiceAccountKeyCreation", "iam.managed.disableServiceAccountKeyCreation"];
/// Constraints that forbid uploading keys.
const UPLOAD: [&str; 2] =
    ["iam.disableServiceAccountKeyUpload", "iam.managed.disableServiceAccountKeyUpload"];
const EXPOSURE: &str = "iam.serviceAccountKeyExposureResponse";

/// Asks what is in force in each project. `logs_signing` comes from policies that were read already.
pub(super) async fn collect(
    account: &Session<'_>,
    projects: &[String],
    logs_signing: impl Fn(&str) -> Reading<bool>,
) -> Reading<Guardrails> {
    let mut found = Vec::new();
    for project in projects {
        let (creation, upload, exposure) = futures::join!(
            forbidden(account, project, CREATION),
            forbidden(account, project, UPLOAD),
            orgpolicy2::get_effective_policy(account, project, EXPOSURE),
        );
        found.push(ProjectGuardrails {
            project: project.clone(),
            forbids_key_creation: creation,
            forbids_key_upload: upload,
            disables_exposed_keys: told(exposure, |rules| {
                rules
                    .iter()
                    .any(|rule| rule.condition.is_none() && rule.values.allowed_values == ["DISABLE_KEY"])
            }),
            logs_signing: logs_signing(project),
        });
    }
    let all = || found.iter().flat_map(parts);
    let any = all().any(|part| part.known().is_some());
    let gaps: Vec<_> = all().filter_map(Reading::gap).cloned().collect();
    reading(Guardrails(found), any, gaps)
}

fn parts(project: &ProjectGuardrails) -> [&Reading<bool>; 4] {
    [
        &project.forbids_key_creation,
        &project.forbids_key_upload,
        &project.disables_exposed_keys,
        &project.logs_signing,
    ]
}

/// Whether one of two constraints is in force. One that is answered and in force says so without the other.
async fn forbidden(account: &Session<'_>, project: &str, constraints: [&str; 2]) -> Reading<bool> {
    let [first, second] = constraints;
    let (first, second) = futures::join!(
        orgpolicy2::get_effective_policy(account, project, first),
        orgpolicy2::get_effective_policy(account, project, second),
    );
    let in_force = |rules: &[PolicyRule]| rules.iter().any(|rule| rule.enforce && rule.condition.is_none());
    match (told(first, in_force), told(second, in_force)) {
        (Reading::Complete(true), _) | (_, Reading::Complete(true)) => Reading::Complete(true),
        (Reading::Complete(false), other) | (other, _) => other,
    }
}

fn told(
    answer: Result<orgpolicy2::Policy, GoogleError>,
    holds: impl Fn(&[PolicyRule]) -> bool,
) -> Reading<bool> {
    match answer {
        Ok(policy) => Reading::Complete(holds(&policy.spec.rules)),
        Err(error) => Reading::Missing(gaps::refused(Part::Guardrails, &error)),
    }
}
