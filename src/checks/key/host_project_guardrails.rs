//! KEY-08: what projects with service accounts forbid about keys, and whether they log signing.

use crate::checks::words::listed;
use crate::checks::{Check, Condition, Evaluator, command, subjects};
use crate::findings::{Advice, CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Part, ProjectGuardrails, Reading, SigningLogs, one_word};

pub(crate) const CHECK: Check = Check {
    id: "KEY-08",
    slug: "host-project-guardrails",
    title: "Projects without guardrails for service accounts",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "A project contains service accounts, and neither the legacy nor the managed constraint forbids \
             the creation of keys.",
        ),
        Condition::fail(Severity::Medium, "Neither constraint forbids the upload of keys."),
        Condition::fail(Severity::Medium, "Keys that Google finds in public are not disabled."),
        Condition::fail(
            Severity::Medium,
            "Signing is not logged: the project and the resources above it do not enable `ADMIN_READ` Data \
             Access logs for `iam.googleapis.com` or for all services.",
        ),
        Condition::review(Severity::Medium, "These logs do not include `DATA_READ`, or they exempt members."),
        Condition::note(
            "Each missing guardrail is a separate finding. The logs of `iamcredentials.googleapis.com` alone \
             do not record signing.",
        ),
    ],
    why: "If nothing forbids keys, one role is enough to create a key and take it away. Without the logs, \
          signing as an account leaves no trace.",
    fix: "Enforce the organization policies on keys, and turn on the Data Access logs of the IAM API.",
    command: Some(
        "`gcloud resource-manager org-policies enable-enforce`, if keys can be created or uploaded.",
    ),
    may_break: Some("Programs that create or upload keys fail. Existing keys keep working."),
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
    judge: Evaluator::Project(judge),
};

/// One guardrail, and what it means that it is not there.
struct Guardrail {
    name: &'static str,
    holds: fn(&ProjectGuardrails) -> &Reading<bool>,
    severity: Severity,
    fault: &'static str,
    fix: &'static str,
    may_break: &'static str,
    /// The constraint that a command can enforce.
    constraint: Option<&'static str>,
}

/// What organization policies forbid.
const GUARDRAILS: [Guardrail; 3] = [
    Guardrail {
        name: "key_creation",
        holds: |project| &project.forbids_key_creation,
        severity: Severity::High,
        fault: "no organization policy forbids the creation of service account keys",
        fix: "Enforce `iam.disableServiceAccountKeyCreation`.",
        may_break: "Programs that create keys in this project fail. Existing keys keep working.",
        constraint: Some("iam.disableServiceAccountKeyCreation"),
    },
    Guardrail {
        name: "key_upload",
        holds: |project| &project.forbids_key_upload,
        severity: Severity::Medium,
        fault: "no organization policy forbids the upload of service account keys",
        fix: "Enforce `iam.disableServiceAccountKeyUpload`.",
        may_break: "Programs that upload keys in this project fail. Existing keys keep working.",
        constraint: Some("iam.disableServiceAccountKeyUpload"),
    },
    Guardrail {
        name: "exposed_keys",
        holds: |project| &project.disables_exposed_keys,
        severity: Severity::Medium,
        fault: "keys that Google finds in public stay enabled",
        fix: "Set `iam.serviceAccountKeyExposureResponse` to `DISABLE_KEY`.",
        may_break: "Programs stop working if Google finds their key in public.",
        constraint: None,
    },
];

fn judge(project: &ProjectGuardrails, _: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    let policies = GUARDRAILS.iter().filter_map(|guardrail| judge_one(guardrail, project));
    let results: Vec<CheckResult> = policies.chain(judge_signing_logs(project)).collect();
    if results.is_empty() {
        vec![CheckResult::pass(format!(
            "Project {} has all guardrails for service accounts",
            project.project
        ))]
    } else {
        results
    }
}

/// `None` if the guardrail is there.
fn judge_one(guardrail: &Guardrail, project: &ProjectGuardrails) -> Option<CheckResult> {
    let result = match (guardrail.holds)(project) {
        Reading::Complete(true) => return None,
        Reading::Complete(false) => {
            let message = format!("In project {}, {}", project.project, guardrail.fault);
            let command = guardrail.constraint.and_then(|name| command::enforce(name, &project.project));
            let may_break = Some(guardrail.may_break.to_owned());
            CheckResult { command, may_break, ..CheckResult::fail(guardrail.severity, message) }
                .evidence("project", &project.project)
                .evidence("guardrail", guardrail.name)
                .fix(guardrail.fix)
                .advising(Advice::Other(guardrail.name))
        }
        Reading::Partial(_, gap) | Reading::Missing(gap) => CheckResult::not_assessed(gap),
    };
    Some(result.about(subjects::guardrail(project, guardrail.name)))
}

const SIGNING_LOGS: &str = "signing_logs";
const SIGNING_FIX: &str = "On the project, enable the Data Access logs ADMIN_READ and DATA_READ for the IAM \
                           API (`iam.googleapis.com`) or for all services. Exempt no members at any level.";

/// `None` if every signature is logged.
fn judge_signing_logs(project: &ProjectGuardrails) -> Option<CheckResult> {
    let name = &project.project;
    let result = match &project.signing_logs {
        Reading::Complete(logs) if logs.is_whole() => return None,
        Reading::Complete(SigningLogs { admin_read: None, .. }) => {
            let message = format!("In project {name}, signing as a service account is not logged");
            CheckResult::fail(Severity::Medium, message)
                .evidence("missing", "ADMIN_READ of iam.googleapis.com")
        }
        // What is left out on one level stays left out, whatever another level says.
        Reading::Complete(logs) => incomplete(name, logs),
        Reading::Partial(logs, _) if !logs.exempted().is_empty() && logs.admin_read.is_some() => {
            incomplete(name, logs)
        }
        Reading::Partial(_, gap) | Reading::Missing(gap) => {
            return Some(CheckResult::not_assessed(gap).about(subjects::guardrail(project, SIGNING_LOGS)));
        }
    };
    let result = result
        .evidence("project", name)
        .evidence("guardrail", SIGNING_LOGS)
        .fix(SIGNING_FIX)
        .advising(Advice::Other(SIGNING_LOGS));
    let result = match project.signing_logs.known() {
        Some(logs) => result.listing(&KINDS, items(logs)),
        None => result,
    };
    let may_break = "Nothing stops working. Data Access logs can raise the cost of Cloud Logging.".to_owned();
    let result = CheckResult { may_break: Some(may_break), ..result };
    Some(result.about(subjects::guardrail(project, SIGNING_LOGS)))
}

const KINDS: [ItemKind; 2] = [ItemKind::MissingLog, ItemKind::ExemptedMember];

/// All that is not logged, whatever the finding says first.
fn items(logs: &SigningLogs) -> impl Iterator<Item = Item> {
    let missing = [("ADMIN_READ", logs.admin_read.is_none()), ("DATA_READ", logs.data_read.is_none())];
    let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
    let missing = missing.map(|(log, _)| Item::new(ItemKind::MissingLog, log));
    missing.chain(logs.exempted().into_iter().map(|member| Item::new(ItemKind::ExemptedMember, member)))
}

/// Signing is logged, but perhaps not all of it.
fn incomplete(project: &str, logs: &SigningLogs) -> CheckResult {
    let exempted: Vec<&str> = logs.exempted().into_iter().collect();
    let lacks_data_read = logs.data_read.is_none();
    let missing = match (lacks_data_read, exempted.is_empty()) {
        (true, true) => {
            "DATA_READ is off, although one page of Google's documentation requires it".to_owned()
        }
        (true, false) => format!("DATA_READ is off, and {} exempted", are(&exempted)),
        (false, _) => format!("{} exempted", are(&exempted)),
    };
    let message = format!("In project {project}, some signatures may not be logged: {missing}");
    let mut result = CheckResult::review(Severity::Medium, message);
    if lacks_data_read {
        result = result.evidence("missing", "DATA_READ of iam.googleapis.com");
    }
    exempted.into_iter().fold(result, |result, member| result.evidence("exempted", member))
}

fn are(members: &[&str]) -> String {
    let members: Vec<_> = members.iter().map(|member| one_word(member)).collect();
    match members.as_slice() {
        [one] => format!("{one} is"),
        _ => format!("{} are", listed(&members, "and")),
    }
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
            signing_logs: Reading::Complete(logs(Some(&[]), Some(&[]))),
        }
    }

    fn logs(admin_read: Option<&[&str]>, data_read: Option<&[&str]>) -> SigningLogs {
        let set = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
        SigningLogs { admin_read: admin_read.map(set), data_read: data_read.map(set) }
    }

    #[test]
    fn the_command_enforces_the_constraint_that_the_fix_names() {
        for guardrail in GUARDRAILS {
            let Some(constraint) = guardrail.constraint else { continue };
            assert!(guardrail.fix.contains(&format!("`{constraint}`")), "{}", guardrail.name);
        }
    }

    #[test]
    fn signing_logs_are_whole_doubtful_or_off() {
        let ann: &[&str] = &["user:ann@example.com"];
        let part = |logs| Reading::Partial(logs, gap(Part::IamPolicies));
        for (signing_logs, verdict) in [
            (Reading::Complete(logs(None, None)), Verdict::Fail),
            (Reading::Complete(logs(None, Some(&[]))), Verdict::Fail),
            (Reading::Complete(logs(Some(&[]), None)), Verdict::Review),
            (Reading::Complete(logs(Some(ann), Some(&[]))), Verdict::Review),
            (Reading::Complete(logs(Some(&[]), Some(ann))), Verdict::Review),
            (Reading::Complete(logs(Some(&[]), Some(&[]))), Verdict::Pass),
            (part(logs(Some(&[]), Some(&[]))), Verdict::NotAssessed),
            (part(logs(Some(&[]), None)), Verdict::NotAssessed),
            (part(logs(Some(ann), None)), Verdict::Review),
            (part(logs(None, None)), Verdict::NotAssessed),
        ] {
            let project = ProjectGuardrails { signing_logs, ..guarded() };
            assert_eq!(only(judge_project(&CHECK, &project)).verdict, verdict, "{project:?}");
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
            (
                ProjectGuardrails { signing_logs: Reading::Complete(SigningLogs::default()), ..guarded() },
                Severity::Medium,
                "signing_logs",
            ),
        ] {
            let result = only(judge_project(&CHECK, &project));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{name}");
            let subject = result.subject.unwrap();
            assert_eq!((subject.kind, subject.id), (SubjectKind::Project, format!("project/{name}")));
            assert_eq!(subject.part_of, ["project"]);
        }
    }

    #[test]
    fn a_guardrail_that_was_not_read_is_not_assessed_beside_the_others() {
        let missing = || Reading::Missing(gap(Part::Guardrails));
        let project = ProjectGuardrails {
            forbids_key_creation: missing(),
            forbids_key_upload: Reading::Complete(false),
            signing_logs: Reading::Missing(gap(Part::Guardrails)),
            ..guarded()
        };
        let verdicts: Vec<_> =
            judge_project(&CHECK, &project).into_iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::NotAssessed, Verdict::Fail, Verdict::NotAssessed]);
    }
}
