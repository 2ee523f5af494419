//! DWD-01: whether the list of delegations can be relied on.

use chrono::Duration;

use super::scope::client_name;
use crate::checks::{Check, Judge, subjects};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Gap, GapClass, Grant, Part, Policy, Provenance, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "DWD-01",
    slug: "inventory-proof",
    title: "Delegations on which sources disagree",
    severity: Severity::High,
    condition: "The Admin console's list, the admin log, the log of access evaluations and the probe contradict one \
                another about a grant, each such grant a failure. Without a list of the console that was taken \
                within 35 days before the run nothing passes.",
    why: "Google lists delegations in no API. Where the sources disagree, every other verdict on delegations rests \
          on sand.",
    fix: "Export the list from the Admin console again, and look for who changed what in the admin log.",
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation",
    controls: &[
        "CIS-GWS 4.2.1.4",
        "NIST 800-53 CA-7",
        "NIST 800-53 CM-8",
        "ISO 27001 A.5.9",
        "SOC 2 CC6.1",
        "ATT&CK T1098",
    ],
    needs: &[Part::ConsoleGrants, Part::AdminLog, Part::AccessEvaluationLog],
    judge: Judge::Tenant(judge),
};

/// The oldest list that still proves something, in days.
const FRESH_DAYS: i64 = 35;

fn judge(tenant: &Tenant, _: &Policy) -> Vec<Ruling> {
    let mut rulings: Vec<Ruling> =
        tenant.grants.iter().filter_map(|grant| contradicted(grant, tenant)).collect();
    if rulings.is_empty() {
        rulings.push(match tenant.console_grants.gap().cloned().or_else(|| stale(tenant)) {
            Some(gap) => Ruling::not_assessed(&gap),
            None => Ruling::pass("The sources agree, and the console's list is fresh"),
        });
    }
    rulings
}

fn contradicted(grant: &Grant, tenant: &Tenant) -> Option<Ruling> {
    let contradictions: Vec<String> = grant
        .disagreements
        .iter()
        .filter(|disagreement| disagreement.is_contradiction())
        .map(ToString::to_string)
        .collect();
    let first = contradictions.first()?;
    let message = format!("{} and {}: {first}", client_name(grant, tenant), grant.scope);
    let ruling = Ruling::fail(Severity::High, message).about(subjects::grant(grant, tenant));
    Some(contradictions.iter().fold(ruling, |ruling, text| ruling.evidence("disagreement", text)))
}

fn stale(tenant: &Tenant) -> Option<Gap> {
    let sightings = tenant.grants.iter().flat_map(|grant| &grant.sightings);
    let listed = sightings.filter(|sighting| sighting.provenance == Provenance::Console);
    let newest = listed.map(|sighting| sighting.seen_at).max()?;
    (tenant.run_at - newest > Duration::days(FRESH_DAYS)).then(|| Gap {
        part: Part::ConsoleGrants,
        class: GapClass::NotConfigured,
        reason: "console_list_stale".to_owned(),
        message: format!("The console's list is of {}, older than {FRESH_DAYS} days", newest.date_naive()),
        needed: String::new(),
        fix: "Export the list from the Admin console again.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::Reading;

    fn known() -> Tenant {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    #[test]
    fn a_fresh_list_that_nobody_contradicts_passes() {
        assert_eq!(only(judge(&known(), &policy())).verdict, Verdict::Pass);
    }

    #[test]
    fn an_old_list_and_none_do_not_pass() {
        let mut old = known();
        old.run_at += Duration::days(FRESH_DAYS + 2);
        let ruling = only(judge(&old, &policy()));
        assert_eq!(ruling.gap.unwrap().reason, "console_list_stale");
        let none = without(Part::ConsoleGrants, known());
        assert_eq!(only(judge(&none, &policy())).verdict, Verdict::NotAssessed);
    }
}
