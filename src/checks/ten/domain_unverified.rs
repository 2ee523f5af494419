//! TEN-01: domains that the tenant lists and never proved to own.

use crate::checks::gaps::left_out;
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Domain, Part};

pub(crate) const CHECK: Check = Check {
    id: "TEN-01",
    slug: "domain-unverified",
    title: "Unverified domains",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::High,
            "A domain or domain alias of the tenant is not verified, and a primary or alias address of a \
             user is in it.",
        ),
        Condition::fail(
            Severity::Medium,
            "A domain or domain alias is not verified, and no user's address is known to be in it.",
        ),
    ],
    why: "Google has no proof that the organization owns the domain, so it may belong to somebody else. \
          Send-as addresses in it count as outside the tenant.",
    fix: "Verify the domain, or remove it from the tenant.",
    command: None,
    may_break: Some("If you remove the domain, its addresses stop working. Verifying it breaks nothing."),
    place: "Admin console > Account > Domains",
    controls: &["NIST 800-53 CM-8", "ISO 27001 A.8.9", "ATT&CK T1672"],
    needs: &[Part::Domains],
    judge: Evaluator::Domain(judge),
};

fn judge(domain: &Domain, tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    let kind = domain.kind.as_str();
    vec![match domain.verified {
        Some(true) => CheckResult::pass(format!("The {kind} {} is verified", domain.name)),
        None => CheckResult::not_assessed(&left_out(Part::Domains, "Directory", "verified")),
        Some(false) => judge_unverified(domain, tenant),
    }]
}

fn judge_unverified(domain: &Domain, tenant: &Snapshot) -> CheckResult {
    let what = format!("The {} {} is not verified", domain.kind.as_str(), domain.name);
    if tenant.people.known().is_some_and(|people| people.use_domain(&domain.name)) {
        return CheckResult::fail(Severity::High, format!("{what}, and users have addresses in it"));
    }
    let result = CheckResult::fail(Severity::Medium, what);
    match tenant.people.gap() {
        Some(gap) => {
            result.weighed_by(&[Part::Users]).evidence("addresses_in_it", format!("unknown: {}", gap.message))
        }
        None => result.evidence("addresses_in_it", "none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{Evidence, Verdict};
    use crate::tenant::User;

    fn of(domain: &Domain, tenant: &Snapshot) -> CheckResult {
        only(judge(domain, tenant, &policy()))
    }

    #[test]
    fn an_unverified_domain_is_medium_and_high_if_a_user_has_an_address_in_it() {
        let alias = User { non_editable_aliases: vec!["ann@bücher.example".into()], ..ann() };
        let domain = domain("xn--bcher-kva.example", Some(false));
        let unused = of(&domain, &tenant([&ann()]));
        assert_eq!((unused.verdict, unused.severity), (Verdict::Fail, Severity::Medium));
        let used = of(&domain, &tenant([&alias]));
        assert_eq!((used.verdict, used.severity), (Verdict::Fail, Severity::High));
    }

    #[test]
    fn while_users_are_missing_it_is_medium_and_the_evidence_says_why() {
        let result = of(&domain("x.example", Some(false)), &without(Part::Users, tenant([])));
        assert_eq!(result.severity, Severity::Medium);
        assert_eq!(result.evidence, [Evidence::new("addresses_in_it", "unknown: users was refused")]);
    }

    #[test]
    fn a_verified_domain_passes() {
        assert_eq!(of(&domain("x.example", Some(true)), &tenant([])).verdict, Verdict::Pass);
    }

    #[test]
    fn a_domain_whose_verification_is_unknown_is_not_assessed() {
        assert_eq!(of(&domain("x.example", None), &tenant([])).verdict, Verdict::NotAssessed);
    }
}
