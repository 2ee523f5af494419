//! KEY-04: who can make a key for a delegated account.

use super::takeover::{NEEDS, Seen, judge_takeover, rule_on_bindings};
use crate::authority::TakeoverEdge;
use crate::checks::{Check, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "KEY-04",
    slug: "key-mint-path",
    title: "Who can make keys for delegated accounts",
    severity: Severity::Critical,
    condition: "A principal other than the account itself can make or upload a key for a service account that holds a \
                delegation, by a role on the account or on anything above it, or as a member of a group. Critical \
                for people, for anybody outside, and for everybody at once; high for a workload of the tenant. \
                Excepted are the custodians that the register names for the client, and members of a group among \
                them. \
                Roles are read as permissions, custom ones too. Where organization policies forbid keys, the path is for \
                review: it opens with them. Conditions of bindings are not evaluated. A client \
                that is no account of the listed projects is not judged.",
    why: "Delegation belongs to the account, not to a key: a key that is made today can be any user today, from \
          anywhere, and stays when its maker leaves.",
    fix: "Remove the binding that the finding names. Forbid new keys by organization policy (KEY-08).",
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
    judge_takeover(client_id, tenant, "Nobody else can make a key for", |takeover| {
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
