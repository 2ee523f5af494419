//! KEY-07: roles for one account that are given on a whole project, or more.

use super::takeover::{NEEDS, judge_takeover};
use crate::authority::{BroadBinding, Takeover};
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::findings::{CheckResult, Reached, ReachedBy, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "KEY-07",
    slug: "project-wide-role",
    title: "Service account roles granted on whole projects",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "A principal has Service Account User, Token Creator or Key Admin on the project, a folder or \
             the organization of a service account with a delegation.",
        ),
        Condition::review(
            Severity::Medium,
            "A Google service agent of the tenant's own projects has such a \
                                             role.",
        ),
    ],
    why: "Such a role covers every service account below it, including accounts that are created later. \
          Whoever adds a delegation does not see that others can use the account.",
    fix: "Grant the role on the one service account that needs it. Then delete the binding on the project, \
          folder or organization.",
    command: Some(
        "`gcloud projects remove-iam-policy-binding`, or its equivalent for other resources. There is no \
         command if the binding has a condition, belongs to a Google service agent, or is accepted in part \
         by the register.",
    ),
    may_break: Some(
        "The principal loses all other permissions of the role. If it is a Google service agent, its Google \
         service fails.",
    ),
    place: "Cloud console > IAM & Admin > IAM",
    controls: &[
        "CIS-GCP 1.6",
        "NIST 800-53 AC-6",
        "ISO 27001 A.5.3",
        "ISO 27001 A.5.15",
        "SOC 2 CC1.3",
        "SOC 2 CC6.3",
        "ATT&CK T1098.003",
    ],
    needs: NEEDS,
    judge: Evaluator::Client(judge),
};

fn judge(client_id: &str, tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    judge_takeover(client_id, tenant, "No service account role is granted above", |takeover| {
        takeover.broad.iter().map(|binding| fail(binding, takeover)).collect()
    })
}

fn fail(broad: &BroadBinding, takeover: &Takeover) -> CheckResult {
    let message = format!("{}, above {}", broad.binding.title(), takeover.account);
    let mut result = match broad.is_service_agent {
        true => CheckResult::review(Severity::Medium, message),
        false => CheckResult::fail(Severity::High, message),
    };
    result = result.about(subjects::binding(&broad.binding));
    let (client_id, account) = (&takeover.client_id, &takeover.account);
    result.reach = vec![Reached::new(client_id, account, ReachedBy::RoleAbove, result.severity)];
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{AccessBinding, TakeoverEdge};
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::{IamResource, Reading};

    fn binding(resource: IamResource) -> BroadBinding {
        BroadBinding {
            binding: AccessBinding {
                resource,
                role: "roles/iam.serviceAccountTokenCreator".into(),
                member: "group:team@example.com".into(),
                condition: None,
            },
            is_service_agent: false,
        }
    }

    #[test]
    fn each_binding_above_the_account_is_a_high_finding_of_its_own() {
        let broad = vec![
            binding(IamResource::Project("project".into())),
            binding(IamResource::Organization("1".into())),
        ];
        let takeovers = vec![Takeover { broad, ..takeover(Vec::new()) }];
        let tenant = Snapshot { takeovers, ..delegating(&[GMAIL_SEND], Reading::Complete(Vec::new())) };
        let results = judge_client(&CHECK, &tenant);
        assert_eq!(results.len(), 2);
        for (result, resource) in results.iter().zip(["projects/project", "organizations/1"]) {
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
            let id = &result.subject.as_ref().unwrap().id;
            let role = "roles/iam.serviceAccountTokenCreator";
            assert_eq!(*id, format!("{resource}/{role}/group:team@example.com"));
        }
    }

    #[test]
    fn a_path_alone_is_another_checks() {
        assert_eq!(only(judge_paths(&CHECK, vec![path(TakeoverEdge::Sign)])).verdict, Verdict::Pass);
    }
}
