//! KEY-05: who can sign as a delegated account, become it, or give itself the right to.

use super::takeover::{NEEDS, Seen, judge_takeover, rule_on_bindings};
use crate::authority::TakeoverEdge;
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "KEY-05",
    slug: "sign-or-impersonate-path",
    title: "Who can sign as delegated accounts, or impersonate them",
    severity: Severity::Critical,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "Another principal can get delegated tokens of the account without a key, and it needs at most \
             two steps, is outside the tenant, or is the public.",
        ),
        Condition::fail(
            Severity::High,
            "A principal of the tenant can get such tokens in more than two \
                                         steps.",
        ),
        Condition::review(
            Severity::Medium,
            "The principal is a Google service agent, or organization policies currently block the path.",
        ),
        Condition::excepted(
            "The register names the principal, or a group that contains it, as a custodian of the client.",
        ),
        Condition::not_applicable("The client is not a service account in the audited projects."),
        Condition::note(
            "A principal can get such tokens if it can sign as the account, impersonate an account that can \
             sign, or grant itself one of these permissions.",
        ),
        Condition::note(
            "A permission that gives only the account's own access token does not count, because this token \
             cannot act as a user. The account's permission to sign as itself does not count, because \
             signing without a key needs it.",
        ),
        Condition::note("IAM Conditions are not evaluated."),
    ],
    why: "Whoever can sign as the account can act as any user of the tenant, without stealing a key file.",
    fix: "Delete the binding that the finding names.",
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
    judge_takeover(client_id, tenant, "No other principal can sign as or impersonate", |takeover| {
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
