//! TEN-03: users may let others into their mailbox.

use super::switches::{self, INHERITED, OF_GROUPS, ShouldBeOff, UNDECIDED};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::Part;
use crate::tenant::policies::MAIL_DELEGATION;

pub(crate) const CHECK: Check = Check {
    id: "TEN-03",
    slug: "policy-mail-delegation",
    title: "Mail delegation is allowed",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::Medium,
            "The setting of an organizational unit or group lets users delegate access to their mailbox \
             (`gmail.mail_delegation`, `enableMailDelegation`).",
        ),
        Condition::pass("The setting is off. If no policy sets it, Google's default is off."),
        Condition::not_assessed(UNDECIDED),
        Condition::note(INHERITED),
        Condition::note(OF_GROUPS),
    ],
    why: "A delegate reads, sends and deletes mail in the name of the owner, without the owner's password and \
          second step. Attackers add themselves as delegates to keep access.",
    fix: "Turn off mail delegation for the organizational unit or group. To keep it for some users, set it \
          for a small group, and accept that finding.",
    command: None,
    may_break: Some("Delegates lose access to the mailboxes of users in the organizational unit or group."),
    place: "Admin console > Apps > Google Workspace > Gmail > User settings",
    controls: &[
        "SCuBA GMAIL.1.1",
        "CIS-GWS 3.1.3.1.1",
        "NIST 800-53 IA-2",
        "NIST 800-53 SC-7(10)",
        "SOC 2 CC6.3",
        "ATT&CK T1098.002",
    ],
    needs: &[Part::OrgUnits, Part::Policies],
    judge: Evaluator::Place(judge),
};

const SWITCHES: [ShouldBeOff; 1] =
    [ShouldBeOff { switch: &MAIL_DELEGATION, severity: Severity::Medium, advice: None }];

fn judge(tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    switches::judge(tenant, &SWITCHES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    #[test]
    fn delegation_is_off_unless_a_policy_turns_it_on() {
        let of = |policies| judge(&with_policies(policies), &policy());
        assert_eq!(only(of(Vec::new())).verdict, Verdict::Pass);
        let on = set("gmail.mail_delegation", "enableMailDelegation", true, "sales", 202.0);
        let results = of(vec![on]);
        let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail]);
        // The switches below it say nothing while it is off.
        let others =
            serde_json::json!({ "enableMailDelegation": false, "enableMailboxGroupDelegation": true });
        let off = set("gmail.mail_delegation", "enableMailDelegation", false, "root", 201.0);
        let off = crate::tenant::policies::TenantPolicy { value: others, ..off };
        assert_eq!(only(of(vec![off])).verdict, Verdict::Pass);
    }
}
