//! KEY-05: who can sign as a delegated account, become it, or give itself the right to.

use super::takeover::{NEEDS, Seen, judge_takeover, rule_on_bindings};
use crate::authority::TakeoverEdge;
use crate::checks::{Check, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "KEY-05",
    slug: "sign-or-impersonate-path",
    title: "Who can sign as delegated accounts, or become them",
    severity: Severity::Critical,
    condition: "A principal other than the account itself gets a delegated token of it without a key: it can sign as the \
                account, can become another account, or the account itself, that can, or can give itself such a \
                right. Excepted are the custodians that the register names for the client, and members of a group \
                among them. Critical up to two hops, and for anybody outside or everybody at once; high if the path \
                of somebody else is longer. What only yields the account's own \
                token, which is no user's, is no path. The account's right to sign as itself is none either: \
                keyless signing needs it. Conditions of bindings are not evaluated.",
    why: "Whoever signs as the account is any user of the tenant, and no key file needs to be stolen for it.",
    fix: "Remove the binding that the finding names.",
    place: "Cloud console > IAM & Admin > IAM; Service accounts > Permissions",
    controls: &[
        "CIS-GCP 1.6",
        "NIST 800-53 AC-6",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.3",
        "ATT&CK T1098.003",
        "ATT&CK T1550.001",
    ],
    needs: NEEDS,
    judge: Evaluator::Client(judge),
};

fn judge(client_id: &str, tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    judge_takeover(client_id, tenant, "Nobody else can sign as, or become,", |takeover| {
        let keyless = takeover.paths_of_others().filter(|path| path.edge != TakeoverEdge::Key);
        rule_on_bindings(takeover, keyless.map(Seen::new))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::TakeoverPath;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    #[test]
    fn near_is_critical_and_far_is_high_whatever_the_edge() {
        for edge in [TakeoverEdge::Sign, TakeoverEdge::Indirect, TakeoverEdge::Admin] {
            for (hops, severity) in [(1, Severity::Critical), (2, Severity::Critical), (3, Severity::High)] {
                let result = only(judge_paths(&CHECK, vec![TakeoverPath { hops, ..path(edge) }]));
                assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{edge:?} {hops}");
            }
        }
    }

    #[test]
    fn one_binding_is_one_finding_whatever_it_is_used_for() {
        let results = judge_paths(&CHECK, vec![path(TakeoverEdge::Sign), path(TakeoverEdge::Admin)]);
        assert_eq!(only(results).reach.len(), 2);
    }

    #[test]
    fn making_keys_is_another_checks() {
        assert_eq!(only(judge_paths(&CHECK, vec![path(TakeoverEdge::Key)])).verdict, Verdict::Pass);
    }
}
