//! KEY-06: outsiders who can take over a delegated account.

use super::takeover::{Seen, judge_takeover, rule_on_bindings};
use crate::authority::TakeoverPrincipal;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::Part;

pub(crate) const CHECK: Check = Check {
    id: "KEY-06",
    slug: "outside-principal",
    title: "Outside principals that can take over delegated accounts",
    severity: Severity::Critical,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "A principal outside the tenant can get delegated tokens of a service account, with or without a \
             key. Such a principal belongs to no verified domain and no project of the tenant.",
        ),
        Condition::fail(
            Severity::Critical,
            "The public can get such tokens. The public is `allUsers`, `allAuthenticatedUsers` or a whole \
             identity pool.",
        ),
        Condition::review(
            Severity::High,
            "It is unknown who owns the principal. An example is a member of a workforce pool.",
        ),
        Condition::review(Severity::Medium, "Organization policies currently block the path."),
        Condition::excepted(
            "The register names the outside principal itself as a custodian of the client. Membership in a \
             group is not enough, and the public is never accepted.",
        ),
        Condition::not_applicable("The client is not a service account in the audited projects."),
    ],
    why: "Your organization does not control these principals. A binding for the public has no owner at all.",
    fix: "Delete the binding that the finding names. If an outside workload needs the role, grant it to a \
          single subject of the identity pool, with an attribute condition. Use an organization policy to \
          restrict the domains that bindings can name.",
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
        "NIST 800-53 AC-3",
        "NIST 800-53 AC-6",
        "ISO 27001 A.5.15",
        "SOC 2 CC6.6",
        "ATT&CK T1199",
        "ATT&CK T1078.004",
    ],
    needs: &[
        Part::ConsoleGrants,
        Part::ProbeGrants,
        Part::ServiceAccounts,
        Part::IamPolicies,
        Part::IamRoles,
        Part::Groups,
        Part::Domains,
    ],
    judge: Evaluator::Client(judge),
};

fn judge(client_id: &str, tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    // What the tenant's own domains and projects are decides who owns a principal.
    let gap = [Part::Domains, Part::IamPolicies].into_iter().find_map(|part| tenant.gap(part));
    // Without the tenant's own id nobody knows which organization is its own.
    let no_organization = tenant.people.gap().filter(|_| tenant.customer_id.is_none());
    judge_takeover(client_id, tenant, "No outside principal can take over", |takeover| {
        let mut unknown = None;
        let mut outsiders = Vec::new();
        for path in takeover.paths_of_others() {
            match (path.kind, path.is_outside, gap) {
                (TakeoverPrincipal::Open, _, _) | (_, Some(true), _) => outsiders.push(Seen::new(path)),
                (_, Some(false), _) => {}
                (_, None, Some(_)) => unknown = gap,
                // Nobody can tell whose it is: a person must.
                (_, None, None) => {
                    let severity = Severity::from(path.severity()).min(Severity::High);
                    outsiders.push(Seen { path, severity, is_certain: false });
                }
            }
        }
        let mut results = rule_on_bindings(takeover, outsiders.into_iter());
        let client = || subjects::client(client_id, tenant);
        results.extend(unknown.or(no_organization).map(|gap| CheckResult::not_assessed(gap).about(client())));
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{TakeoverEdge, TakeoverPath};
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::Reading;

    fn from(kind: TakeoverPrincipal, is_outside: Option<bool>) -> Vec<TakeoverPath> {
        vec![TakeoverPath { kind, is_outside, ..path(TakeoverEdge::Key) }]
    }

    #[test]
    fn outsiders_and_everybody_are_critical_along_any_edge() {
        for paths in [
            from(TakeoverPrincipal::Human, Some(true)),
            from(TakeoverPrincipal::Workload, Some(true)),
            from(TakeoverPrincipal::Open, Some(false)),
            from(TakeoverPrincipal::Open, None),
            vec![TakeoverPath { is_outside: Some(true), ..path(TakeoverEdge::Admin) }],
        ] {
            let result = only(judge_paths(&CHECK, paths));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Critical));
        }
    }

    #[test]
    fn the_tenants_own_pass() {
        for kind in [TakeoverPrincipal::Human, TakeoverPrincipal::Workload] {
            assert_eq!(only(judge_paths(&CHECK, from(kind, Some(false)))).verdict, Verdict::Pass);
        }
    }

    #[test]
    fn a_principal_that_is_nobodys_is_for_review() {
        let result = only(judge_paths(&CHECK, from(TakeoverPrincipal::Human, None)));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::High));
    }

    #[test]
    fn while_domains_are_missing_nobody_is_called_foreign() {
        let paths = [TakeoverPrincipal::Human, TakeoverPrincipal::Workload];
        let paths = paths.into_iter().flat_map(|kind| from(kind, None)).collect();
        let takeovers = vec![takeover(paths)];
        let tenant = Snapshot { takeovers, ..delegating(&[GMAIL_SEND], Reading::Complete(Vec::new())) };
        let result = only(judge_client(&CHECK, &without(Part::Domains, tenant)));
        assert_eq!((result.verdict, result.gap.unwrap().part), (Verdict::NotAssessed, Part::Domains));
    }
}
