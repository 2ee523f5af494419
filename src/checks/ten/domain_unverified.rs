//! TEN-01: domains that the tenant lists and never proved to own.

use crate::checks::gaps::left_out;
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Domain, Part, Policy, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "TEN-01",
    slug: "domain-unverified",
    title: "Domains without proof of ownership",
    severity: Severity::Medium,
    condition: "A domain or domain alias of the tenant is not verified. High if an address of any user, primary or \
                alias, is in it; medium otherwise, or while not all users are known.",
    why: "Ownership was never proved to Google, so the domain may be somebody else's; send-as addresses in it \
          count as outside the tenant.",
    fix: "Verify the domain, or remove it from the tenant.",
    place: "Admin console > Account > Domains",
    controls: &["NIST 800-53 CM-8", "ISO 27001 A.8.9", "ATT&CK T1672"],
    needs: &[Part::Domains],
    judge: Judge::Domain(judge),
};

fn judge(domain: &Domain, tenant: &Tenant, _: &Policy) -> Vec<Ruling> {
    let kind = domain.kind.as_str();
    vec![match domain.verified {
        Some(true) => Ruling::pass(format!("The {kind} {} is verified", domain.name)),
        None => Ruling::not_assessed(&left_out(Part::Domains, "Directory", "verified")),
        Some(false) => judge_unverified(domain, tenant),
    }]
}

fn judge_unverified(domain: &Domain, tenant: &Tenant) -> Ruling {
    let what = format!("The {} {} is not verified", domain.kind.as_str(), domain.name);
    if tenant.people.known().is_some_and(|people| people.use_domain(&domain.name)) {
        return Ruling::fail(Severity::High, format!("{what}, and users have addresses in it"));
    }
    let ruling = Ruling::fail(Severity::Medium, what);
    match tenant.people.gap() {
        Some(gap) => ruling.evidence("addresses_in_it", format!("unknown: {}", gap.message)),
        None => ruling.evidence("addresses_in_it", "none"),
    }
}
