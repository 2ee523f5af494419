//! TEN-04: users may forward all of their mail.

use super::switches::{self, INHERITED, OF_GROUPS, ShouldBeOff, UNDECIDED};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::Part;
use crate::tenant::policies::AUTO_FORWARDING;

pub(crate) const CHECK: Check = Check {
    id: "TEN-04",
    slug: "policy-auto-forward",
    title: "Automatic forwarding is allowed",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "The setting of an organizational unit or group lets users forward incoming mail automatically \
             (`gmail.auto_forwarding`, `enableAutoForwarding`). If no policy sets it, Google's default is on.",
        ),
        Condition::pass("The setting is off."),
        Condition::not_assessed(UNDECIDED),
        Condition::note(INHERITED),
        Condition::note(OF_GROUPS),
    ],
    why: "Who has a mailbox for a minute can forward all of its later mail to an address outside, and keeps \
          reading after the password is changed.",
    fix: "Turn off automatic forwarding for the organizational unit or group. To keep it for some users, \
          set it for a small group, and accept that finding.",
    command: None,
    may_break: Some("Mail of users in the organizational unit or group is no longer forwarded."),
    place: "Admin console > Apps > Google Workspace > Gmail > End User Access",
    controls: &[
        "SCuBA GMAIL.11.1",
        "CIS-GWS 3.1.3.5.2",
        "NIST 800-53 AC-4",
        "ISO 27001 A.5.14",
        "SOC 2 CC6.7",
        "ATT&CK T1114.003",
    ],
    needs: &[Part::OrgUnits, Part::Policies],
    judge: Evaluator::Place(judge),
};

const SWITCHES: [ShouldBeOff; 1] =
    [ShouldBeOff { switch: &AUTO_FORWARDING, severity: Severity::High, advice: None }];

fn judge(tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    switches::judge(tenant, &SWITCHES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{SubjectKind, Verdict};
    use crate::tenant::policies::{OrgUnits, TenantPolicies};
    use crate::tenant::{GapReason, Reading};

    fn forwarding(is_on: bool, unit: &str, sort_order: f64) -> crate::tenant::policies::TenantPolicy {
        set("gmail.auto_forwarding", "enableAutoForwarding", is_on, unit, sort_order)
    }

    fn of(policies: Vec<crate::tenant::policies::TenantPolicy>) -> Vec<CheckResult> {
        judge(&with_policies(policies), &policy())
    }

    #[test]
    fn forwarding_is_on_where_nobody_turned_it_off_and_the_default_is_named() {
        let result = only(of(Vec::new()));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        let source = result.evidence.iter().find(|fact| fact.name == "source").unwrap();
        assert!(source.value.starts_with("default, see https://"), "{}", source.value);
        assert_eq!(only(of(vec![forwarding(false, "root", 201.0)])).verdict, Verdict::Pass);
    }

    #[test]
    fn a_unit_and_a_group_that_turn_it_back_on_are_findings_of_their_own() {
        let group = for_group("groups/g", forwarding(true, "root", 399.0));
        let mut results = of(vec![forwarding(false, "root", 201.0), forwarding(true, "sales", 202.0), group]);
        results.retain(|result| result.verdict == Verdict::Fail);
        let subjects: Vec<_> = results.iter().map(|result| result.subject.clone().unwrap()).collect();
        let named: Vec<_> = subjects.iter().map(|subject| (subject.kind, subject.id.as_str())).collect();
        assert_eq!(
            named,
            [
                (SubjectKind::Group, "groups/g/gmail.auto_forwarding"),
                (SubjectKind::OrgUnit, "orgUnits/sales/gmail.auto_forwarding"),
            ]
        );
        assert!(subjects[1].part_of.iter().any(|name| name == "/Sales"));
    }

    #[test]
    fn what_depends_on_a_license_and_what_lacks_a_part_is_not_assessed() {
        let for_some = licensed(forwarding(true, "sales", 202.0));
        let results = of(vec![forwarding(false, "root", 201.0), for_some]);
        let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Pass, Verdict::NotAssessed]);
        assert_eq!(results[1].gap.as_ref().unwrap().reason, GapReason::POLICIES_UNDECIDED);
        for part in [Part::Policies, Part::OrgUnits] {
            let blind = without(part, with_policies(vec![forwarding(true, "root", 201.0)]));
            let result = only(judge(&blind, &policy()));
            assert_eq!((result.verdict, result.gap.unwrap().part), (Verdict::NotAssessed, part));
        }
        let policies =
            TenantPolicies { policies: vec![forwarding(true, "root", 201.0)], ..Default::default() };
        let partly = Reading::Partial(policies, gap(Part::Policies));
        let partly = Snapshot { policies: partly, ..with_policies(Vec::new()) };
        assert_eq!(only(judge(&partly, &policy())).verdict, Verdict::NotAssessed);
        // Nobody knows which unit is the root.
        let rootless =
            Snapshot { org_units: Reading::Complete(OrgUnits::default()), ..with_policies(Vec::new()) };
        assert_eq!(only(judge(&rootless, &policy())).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn a_unit_that_inherits_and_one_that_is_gone_have_no_result() {
        let results = of(vec![forwarding(false, "root", 201.0), forwarding(true, "gone", 202.0)]);
        assert_eq!(only(results).verdict, Verdict::Pass);
    }
}
