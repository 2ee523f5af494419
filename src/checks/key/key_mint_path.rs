//! KEY-04: who can make a key for a delegated account.

use super::takeover::{NEEDS, fail, judge_takeover, paths};
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Policy, TakeoverEdge, Tenant};

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
    judge: Judge::Client(judge),
};

fn judge(client_id: &str, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    judge_takeover(client_id, tenant, "Nobody else can make a key for", |takeover| {
        let minting = paths(takeover).filter(|path| path.edge == TakeoverEdge::Key);
        minting.map(|path| fail(path, takeover, policy)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::{TakeoverPath, TakeoverPrincipal};

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
            let ruling = only(judge_paths(&CHECK, vec![path]));
            assert_eq!(
                (ruling.verdict, ruling.severity),
                (Verdict::Fail, severity),
                "{kind:?} {is_outside:?}"
            );
        }
    }

    #[test]
    fn each_principal_has_its_own_finding() {
        let bob = TakeoverPath { principal: "bob@example.com".into(), ..path(TakeoverEdge::Key) };
        let rulings = judge_paths(&CHECK, vec![path(TakeoverEdge::Key), bob]);
        let ids: Vec<_> = rulings.into_iter().map(|ruling| ruling.subject.unwrap().id).collect();
        assert_eq!(ids, [format!("{CLIENT}/ann@example.com/key"), format!("{CLIENT}/bob@example.com/key")]);
    }

    #[test]
    fn other_paths_are_another_checks() {
        for edge in [TakeoverEdge::Sign, TakeoverEdge::Indirect, TakeoverEdge::Admin] {
            assert_eq!(only(judge_paths(&CHECK, vec![path(edge)])).verdict, Verdict::Pass);
        }
    }
}
