//! KEY-08: what projects with service accounts forbid about keys, and whether they log signing.

use crate::checks::{Check, Judge, subjects};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Part, Policy, ProjectGuardrails, Reading, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "KEY-08",
    slug: "host-project-guardrails",
    title: "Projects that do not guard their service accounts",
    severity: Severity::High,
    condition: "In a project that holds service accounts, keys may be made (high) or uploaded (medium), by the plain \
                constraint and the managed one; a key that Google finds in public is not disabled (medium); or \
                reads of the IAM Credentials API, of which signing is one, are not logged (medium). Each is a \
                finding of its own.",
    why: "Where nothing forbids a key, one role is enough to take one home. Without the logs, signing as an account \
          leaves no trace.",
    fix: "Enforce the organization policies on keys, and turn on data access logs for the IAM Credentials API.",
    place: "Cloud console > IAM & Admin > Organization policies; IAM & Admin > Audit logs",
    controls: &[
        "NIST 800-53 AC-6",
        "NIST 800-53 AU-12",
        "ISO 27001 A.8.9",
        "ISO 27001 A.8.16",
        "SOC 2 CC7.2",
        "ATT&CK T1562.008",
        "ATT&CK T1098.001",
    ],
    needs: &[Part::Guardrails],
    judge: Judge::Project(judge),
};

/// One guardrail, and what it means that it is not there.
struct Guardrail {
    name: &'static str,
    holds: fn(&ProjectGuardrails) -> &Reading<bool>,
    severity: Severity,
    fault: &'static str,
    fix: &'static str,
}

const GUARDRAILS: [Guardrail; 4] = [
    Guardrail {
        name: "key_creation",
        holds: |project| &project.forbids_key_creation,
        severity: Severity::High,
        fault: "service account keys may be made",
        fix: "Enforce `iam.managed.disableServiceAccountKeyCreation`.",
    },
    Guardrail {
        name: "key_upload",
        holds: |project| &project.forbids_key_upload,
        severity: Severity::Medium,
        fault: "service account keys may be uploaded",
        fix: "Enforce `iam.managed.disableServiceAccountKeyUpload`.",
    },
    Guardrail {
        name: "exposed_keys",
        holds: |project| &project.disables_exposed_keys,
        severity: Severity::Medium,
        fault: "a key that Google finds in public stays enabled",
        fix: "Set `iam.serviceAccountKeyExposureResponse` to `DISABLE_KEY`.",
    },
    Guardrail {
        name: "signing_logs",
        holds: |project| &project.logs_signing,
        severity: Severity::Medium,
        fault: "signing as a service account leaves no trace",
        fix: "Turn on data access logs (data read, nobody exempted) for the IAM Credentials API.",
    },
];

fn judge(project: &ProjectGuardrails, _: &Tenant, _: &Policy) -> Vec<Ruling> {
    let rulings: Vec<Ruling> =
        GUARDRAILS.iter().filter_map(|guardrail| judge_one(guardrail, project)).collect();
    if rulings.is_empty() {
        vec![Ruling::pass(format!("Project {} guards its service accounts", project.project))]
    } else {
        rulings
    }
}

/// `None` if the guardrail is there.
fn judge_one(guardrail: &Guardrail, project: &ProjectGuardrails) -> Option<Ruling> {
    let ruling = match (guardrail.holds)(project) {
        Reading::Complete(true) => return None,
        Reading::Complete(false) => {
            let message = format!("In project {}, {}", project.project, guardrail.fault);
            Ruling::fail(guardrail.severity, message)
                .evidence("project", &project.project)
                .evidence("guardrail", guardrail.name)
                .fix(guardrail.fix)
        }
        Reading::Partial(_, gap) | Reading::Missing(gap) => Ruling::not_assessed(gap),
    };
    Some(ruling.about(subjects::guardrail(project, guardrail.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{SubjectKind, Verdict};

    fn guarded() -> ProjectGuardrails {
        ProjectGuardrails {
            project: "project".into(),
            forbids_key_creation: Reading::Complete(true),
            forbids_key_upload: Reading::Complete(true),
            disables_exposed_keys: Reading::Complete(true),
            logs_signing: Reading::Complete(true),
        }
    }

    #[test]
    fn a_project_with_every_guardrail_passes() {
        assert_eq!(only(judge_project(&CHECK, &guarded())).verdict, Verdict::Pass);
    }

    #[test]
    fn keys_that_may_be_made_are_high_and_the_others_medium() {
        let no = || Reading::Complete(false);
        for (project, severity, name) in [
            (ProjectGuardrails { forbids_key_creation: no(), ..guarded() }, Severity::High, "key_creation"),
            (ProjectGuardrails { forbids_key_upload: no(), ..guarded() }, Severity::Medium, "key_upload"),
            (
                ProjectGuardrails { disables_exposed_keys: no(), ..guarded() },
                Severity::Medium,
                "exposed_keys",
            ),
            (ProjectGuardrails { logs_signing: no(), ..guarded() }, Severity::Medium, "signing_logs"),
        ] {
            let ruling = only(judge_project(&CHECK, &project));
            assert_eq!((ruling.verdict, ruling.severity), (Verdict::Fail, severity), "{name}");
            let subject = ruling.subject.unwrap();
            assert_eq!((subject.kind, subject.id), (SubjectKind::Project, format!("project/{name}")));
            assert_eq!(subject.also, ["project"]);
        }
    }

    #[test]
    fn a_guardrail_that_was_not_read_is_not_assessed_beside_the_others() {
        let missing = || Reading::Missing(gap(Part::Guardrails));
        let project = ProjectGuardrails {
            forbids_key_creation: missing(),
            forbids_key_upload: Reading::Complete(false),
            logs_signing: Reading::Partial(true, gap(Part::Guardrails)),
            ..guarded()
        };
        let verdicts: Vec<_> =
            judge_project(&CHECK, &project).into_iter().map(|ruling| ruling.verdict).collect();
        assert_eq!(verdicts, [Verdict::NotAssessed, Verdict::Fail, Verdict::NotAssessed]);
    }
}
