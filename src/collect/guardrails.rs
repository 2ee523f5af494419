//! What each project forbids about keys, and whether it logs signing.

use crate::google::orgpolicy2::{self, PolicyRule};
use crate::google::{GoogleError, Session};
use crate::tenant::{Guardrails, Part, ProjectGuardrails, Reading, SigningLogs};

use super::{gaps, reading};

/// Constraints that forbid making keys: one in force is enough.
const CREATION: [&str; 2] =
    ["iam.disableServiceAccountKeyCreation", "iam.managed.disableServiceAccountKeyCreation"];
/// Constraints that forbid uploading keys.
const UPLOAD: [&str; 2] =
    ["iam.disableServiceAccountKeyUpload", "iam.managed.disableServiceAccountKeyUpload"];
const EXPOSURE: &str = "iam.serviceAccountKeyExposureResponse";

/// Asks what is in force in each project. `signing_logs` comes from policies that were read already.
pub(super) async fn collect(
    account: &Session<'_>,
    projects: &[String],
    signing_logs: impl Fn(&str) -> Reading<SigningLogs>,
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
            disables_exposed_keys: reading_of(exposure, disables_exposed_keys),
            signing_logs: signing_logs(project),
        });
    }
    let any = found.iter().any(ProjectGuardrails::knows_any);
    let gaps: Vec<_> = found.iter().flat_map(ProjectGuardrails::gaps).cloned().collect();
    reading(Guardrails(found), any, gaps)
}

/// Whether `DISABLE_KEY` is the one value that is allowed. Google writes a value with or without `is:`; of a
/// constraint that takes only words it means the same
/// (<https://cloud.google.com/resource-manager/reference/rest/v1/Policy>, ListPolicy).
fn disables_exposed_keys(rules: &[PolicyRule]) -> bool {
    let in_force = rules.iter().filter(|rule| rule.condition.is_none());
    let mut allowed =
        in_force.flat_map(|rule| &rule.values.allowed_values).map(|value| plain(value)).peekable();
    let allows_all = rules.iter().any(|rule| rule.condition.is_none() && rule.allow_all);
    !allows_all && allowed.peek().is_some() && allowed.all(|value| value.eq_ignore_ascii_case("DISABLE_KEY"))
}

/// A value without its prefix.
fn plain(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(':') {
        Some((prefix, rest))
            if ["is", "in", "under"].iter().any(|known| prefix.trim().eq_ignore_ascii_case(known)) =>
        {
            rest.trim()
        }
        _ => value,
    }
}

/// Whether one of two constraints is in force. One that is answered and in force says so without the other.
async fn forbidden(account: &Session<'_>, project: &str, constraints: [&str; 2]) -> Reading<bool> {
    let [first, second] = constraints;
    let (first, second) = futures::join!(
        orgpolicy2::get_effective_policy(account, project, first),
        orgpolicy2::get_effective_policy(account, project, second),
    );
    let in_force = |rules: &[PolicyRule]| rules.iter().any(|rule| rule.enforce && rule.condition.is_none());
    match (reading_of(first, in_force), reading_of(second, in_force)) {
        (Reading::Complete(true), _) | (_, Reading::Complete(true)) => Reading::Complete(true),
        (Reading::Complete(false), other) | (other, _) => other,
    }
}

fn reading_of(
    answer: Result<orgpolicy2::Policy, GoogleError>,
    holds: impl Fn(&[PolicyRule]) -> bool,
) -> Reading<bool> {
    match answer {
        Ok(policy) => Reading::Complete(holds(&policy.spec.rules)),
        Err(error) => Reading::Missing(gaps::refused(Part::Guardrails, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disables(rules: &str) -> bool {
        disables_exposed_keys(&serde_json::from_str::<Vec<PolicyRule>>(rules).unwrap())
    }

    #[test]
    fn a_value_means_the_same_with_and_without_its_prefix() {
        for value in ["DISABLE_KEY", "is:DISABLE_KEY", "IS: disable_key", " is:DISABLE_KEY "] {
            assert!(disables(&format!(r#"[{{"values": {{"allowedValues": ["{value}"]}}}}]"#)), "{value}");
        }
        let twice = r#"[{"values": {"allowedValues": ["DISABLE_KEY", "is:DISABLE_KEY"]}}]"#;
        assert!(disables(twice));
    }

    #[test]
    fn another_value_beside_it_or_a_condition_leaves_keys_enabled() {
        for rules in [
            "[]",
            r#"[{"values": {"allowedValues": ["is:WAIT_FOR_ABUSE"]}}]"#,
            r#"[{"values": {"allowedValues": ["is:DISABLE_KEY", "is:WAIT_FOR_ABUSE"]}}]"#,
            r#"[{"values": {"allowedValues": ["is:DISABLE_KEY"]}, "condition": {"title": "t"}}]"#,
            r#"[{"allowAll": true}]"#,
        ] {
            assert!(!disables(rules), "{rules}");
        }
    }
}
