//! KEY-04: who can make a key for a delegated account.

use super::takeover::{NEEDS, Seen, judge_takeover, rule_on_bindings};
use crate::authority::TakeoverEdge;
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "KEY-04",
    slug: "key-mint-path",
    title: "Who can create keys for delegated accounts",
    severity: Severity::Critical,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "A person, a principal outside the tenant, or the public can create or upload a key for a \
             service account with a delegation.",
        ),
        Condition::fail(Severity::High, "A workload of the tenant can create or upload such a key."),
        Condition::review(
            Severity::Medium,
            "Organization policies currently forbid keys, or the principal is a Google service agent.",
        ),
        Condition::excepted(
            "The register names the principal, or a group that contains it, as a custodian of the client.",
        ),
        Condition::not_applicable("The client is not a service account in the audited projects."),
        Condition::note(
            "Roles on the account and on the resources above it count, whether they are granted directly or \
             through a group. All roles, including custom roles, are evaluated by their permissions.",
        ),
        Condition::note("IAM Conditions are not evaluated."),
    ],
    why: "The delegation belongs to the account, not to a key. Whoever creates a key can act as any user \
          from anywhere, even after leaving the organization.",
    fix: "Delete the binding that the finding names. If the principal needs to act as a service account, \
          grant it `roles/iam.serviceAccountTokenCreator` on an account without a delegation. Forbid new \
          keys with an organization policy (KEY-08).",
    command: Some(
        "`gcloud projects remove-iam-policy-binding`, or its equivalent for other resources. There is no \
         command if the binding has a condition, belongs to a Google service agent, or is accepted in part \
         by the register.",
    ),
    may_break: Some(
        "The principal loses all other permissions of the role. If it is a Google service agent, its Google \
         service fails.",
    ),
    place: "Cloud console > IAM & Admin > IAM; Service accounts > Permissions",
    controls: &[
        "NIST 800-53 AC-6",
        "NIST 800-53 CM-5",
        "ISO 27001 A.5.3",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.3",
        "ATT&CK T1098.001",
    ],
    needs: NEEDS,
    judge: Evaluator::Client(judge),
};

fn judge(client_id: &str, tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    judge_takeover(client_id, tenant, "No other principal can create keys for", |takeover| {
        let minting = takeover.paths_of_others().filter(|path| path.edge == TakeoverEdge::Key);
        rule_on_bindings(takeover, minting.map(Seen::new))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{TakeoverPath, TakeoverPrincipal};
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    #[test]
    fn people_outsiders_and_everybody_are_critical_and_a_workload_is_high() {
        for (kind, is_outside, severity) in [
            (TakeoverPrincipal::Human, Some(false), Severity::Critical),
            (TakeoverPrincipal::Human, None, Severity::Critical),
            (TakeoverPrincipal::Open, Some(false), Severity::Critical),
            (TakeoverPrincipal::Workload, Some(true), Severity::Critical),
            (TakeoverPrincipal::Workload, Some(false), Severity::High),
            (TakeoverPrincipal::Workload, None, Severity::High),
        ] {
            let path = TakeoverPath { kind, is_outside, ..path(TakeoverEdge::Key) };
            let result = only(judge_paths(&CHECK, vec![path]));
            assert_eq!(
                (result.verdict, result.severity),
                (Verdict::Fail, severity),
                "{kind:?} {is_outside:?}"
            );
        }
    }

    #[test]
    fn one_binding_is_one_finding_whoever_has_it_and_another_binding_another() {
        let bob = TakeoverPath { principal: "bob@example.com".into(), ..path(TakeoverEdge::Key) };
        let mut other = bob.clone();
        other.binding.as_mut().unwrap().role = "roles/y".into();
        let results = judge_paths(&CHECK, vec![path(TakeoverEdge::Key), bob, other]);
        let reached: Vec<_> = results.iter().map(|result| result.reach.len()).collect();
        assert_eq!(reached, [2, 1]);
    }

    #[test]
    fn other_paths_are_another_checks() {
        for edge in [TakeoverEdge::Sign, TakeoverEdge::Indirect, TakeoverEdge::Admin] {
            assert_eq!(only(judge_paths(&CHECK, vec![path(edge)])).verdict, Verdict::Pass);
        }
    }
}
