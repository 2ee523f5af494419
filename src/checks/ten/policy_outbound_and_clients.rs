//! TEN-05: mail that leaves by other servers, and programs that copy mailboxes.

use super::switches::{self, INHERITED, OF_GROUPS, ShouldBeOff, UNDECIDED};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::Part;
use crate::tenant::policies::{IMAP_ACCESS, OUTBOUND_GATEWAY, POP_ACCESS};

pub(crate) const CHECK: Check = Check {
    id: "TEN-05",
    slug: "policy-outbound-and-clients",
    title: "External SMTP servers, IMAP or POP are allowed",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "The setting of an organizational unit or group lets users send through an external SMTP server \
             (`gmail.per_user_outbound_gateway`, `allowUsersToUseExternalSmtpServers`). If no policy sets \
             it, Google's default is off.",
        ),
        Condition::fail(
            Severity::Medium,
            "The setting of an organizational unit or group lets users read mail by IMAP (`gmail.imap_access`, \
             `enableImapAccess`) or POP (`gmail.pop_access`, `enablePopAccess`).",
        ),
        Condition::pass("The setting is off. Each of the three settings has its own result."),
        Condition::not_assessed(UNDECIDED),
        Condition::not_assessed("No policy sets IMAP or POP: Google documents no default."),
        Condition::note(INHERITED),
        Condition::note(OF_GROUPS),
    ],
    why: "Mail through an external server passes none of the tenant's rules and logs. IMAP and POP copy a whole \
          mailbox to a program that the tenant does not control.",
    fix: "Turn off the setting that the finding names, for the organizational unit or group that it names.",
    command: None,
    may_break: Some("Programs and send-as addresses that use the setting stop working."),
    place: "Admin console > Apps > Google Workspace > Gmail > End User Access",
    controls: &[
        "SCuBA GMAIL.9.1",
        "SCuBA GMAIL.12.1",
        "CIS-GWS 3.1.3.5.1",
        "CIS-GWS 3.1.3.5.3",
        "NIST 800-53 AC-4",
        "NIST 800-53 CM-7",
        "SOC 2 CC6.7",
        "ATT&CK T1048",
    ],
    needs: &[Part::OrgUnits, Part::Policies],
    judge: Evaluator::Place(judge),
};

const SWITCHES: [ShouldBeOff; 3] = [
    ShouldBeOff {
        switch: &OUTBOUND_GATEWAY,
        severity: Severity::High,
        advice: Some((
            "gateway",
            "Turn off \"Allow per-user outbound gateways\" for the organizational unit or group. Before, move \
             send-as addresses that have a server of their own to Google's servers.",
        )),
    },
    ShouldBeOff {
        switch: &IMAP_ACCESS,
        severity: Severity::Medium,
        advice: Some((
            "imap",
            "Turn off IMAP access for the organizational unit or group. If some users need it, allow it for a \
             small group and only for the mail clients that you name, and accept that finding.",
        )),
    },
    ShouldBeOff {
        switch: &POP_ACCESS,
        severity: Severity::Medium,
        advice: Some(("pop", "Turn off POP access for the organizational unit or group.")),
    },
];

fn judge(tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    switches::judge(tenant, &SWITCHES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::GapReason;

    #[test]
    fn each_of_the_three_has_its_own_result_and_what_has_no_default_is_not_assessed() {
        let results = judge(&with_policies(Vec::new()), &policy());
        let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Pass, Verdict::NotAssessed, Verdict::NotAssessed]);
        for result in &results[1..] {
            assert_eq!(result.gap.as_ref().unwrap().reason, GapReason::NO_DOCUMENTED_DEFAULT);
        }
        let on = vec![
            set("gmail.per_user_outbound_gateway", "allowUsersToUseExternalSmtpServers", true, "root", 201.0),
            set("gmail.imap_access", "enableImapAccess", true, "root", 201.0),
            set("gmail.pop_access", "enablePopAccess", false, "root", 201.0),
        ];
        let results = judge(&with_policies(on), &policy());
        let told: Vec<_> = results.iter().map(|result| (result.verdict, result.severity)).collect();
        let expected = [
            (Verdict::Fail, Severity::High),
            (Verdict::Fail, Severity::Medium),
            (Verdict::Pass, Severity::Info),
        ];
        assert_eq!(told, expected);
        let ids: std::collections::BTreeSet<_> =
            results.iter().map(|result| result.subject.clone().unwrap().id).collect();
        assert_eq!(ids.len(), 3);
    }
}
