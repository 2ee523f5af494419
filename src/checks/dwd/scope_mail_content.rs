//! DWD-03: clients that can reach every mailbox.

use super::scope::judge_by_class;
use crate::checks::{Check, Condition, Evaluator};
use crate::delegation::{Grant, RiskClass};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::Part;

pub(crate) const CHECK: Check = Check {
    id: "DWD-03",
    slug: "scope-mail-content",
    title: "Clients that can reach every mailbox",
    severity: Severity::High,
    conditions: &[
        Condition::fail_by_scope(
            "A client holds a delegated scope of class M (reads, writes and sends mail), R (reads mail), W \
             (inserts, drafts or labels mail) or C (changes mail settings).",
        ),
        Condition::review_by_scope(
            "A log names the client without a client ID, or shows that something other than a delegation \
             allowed the scope.",
        ),
        Condition::not_assessed(
            "The scope-risk table does not list the scope. DWD-02 reports it for review.",
        ),
        Condition::note(
            "If the service account is known to be deleted, the severity is at most medium. Its delegation \
             has no effect unless somebody restores the account.",
        ),
    ],
    why: "A delegated scope applies to every mailbox of the tenant. Users are not asked for consent, and a \
          scope cannot be limited to some users.",
    fix: "Replace the scope with the narrowest one that is sufficient. To send, use `gmail.send`. To read, \
          use `gmail.readonly`, or `gmail.metadata` for headers and labels. To change settings, use \
          `gmail.settings.basic` instead of `gmail.settings.sharing`. If only a few users need the client, \
          use their OAuth consent instead of a delegation. If the client already has the narrowest scope and \
          needs every mailbox, record an exception.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: Some(
        "Programs that use a removed scope or client get `unauthorized_client` when they request a token. \
         IMAP, POP and SMTP accept only the scope `https://mail.google.com/`.",
    ),
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation",
    controls: &[
        "NIST 800-53 AC-4",
        "NIST 800-53 AC-6",
        "ISO 27001 A.8.3",
        "SOC 2 CC6.1",
        "ATT&CK T1114.002",
        "ATT&CK T1550.001",
    ],
    needs: &[Part::ConsoleGrants, Part::ProbeGrants],
    judge: Evaluator::Grant(judge),
};

const CLASSES: &[RiskClass] =
    &[RiskClass::MailFull, RiskClass::MailRead, RiskClass::MailWrite, RiskClass::MailSettings];

fn judge(grant: &Grant, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    judge_by_class(grant, tenant, policy, CLASSES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{Advice, CheckResult, Verdict};
    use crate::tenant::Reading;

    fn of(scope: &str) -> CheckResult {
        judge_grant(&CHECK, &delegating(&[scope], Reading::Complete(Vec::new())))
    }

    #[test]
    fn scopes_that_reach_mailboxes_fail_with_the_tables_severity() {
        for (scope, severity) in [
            ("https://mail.google.com/", Severity::Critical),
            ("https://www.googleapis.com/auth/gmail.modify", Severity::Critical),
            ("https://www.googleapis.com/auth/gmail.settings.sharing", Severity::Critical),
            ("https://www.googleapis.com/auth/gmail.settings.basic", Severity::High),
            ("https://www.googleapis.com/auth/gmail.readonly", Severity::High),
            ("https://www.googleapis.com/auth/gmail.labels", Severity::Low),
        ] {
            let result = of(scope);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{scope}");
        }
    }

    #[test]
    fn a_scope_that_reads_no_mail_passes() {
        for scope in [GMAIL_SEND, "https://www.googleapis.com/auth/drive"] {
            assert_eq!(of(scope).verdict, Verdict::Pass, "{scope}");
        }
    }

    #[test]
    fn a_scope_that_the_table_does_not_know_is_not_assessed() {
        let result = of(UNHEARD_OF);
        assert_eq!(result.verdict, Verdict::NotAssessed);
        assert_eq!(result.gap.unwrap().reason, "scope_unknown");
    }

    #[test]
    fn a_deleted_account_is_named_and_can_do_nothing_until_it_is_restored() {
        let result = judge_grant(&CHECK, &gone(&["https://mail.google.com/"], true));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        assert!(result.message.contains("old@p.iam.gserviceaccount.com"), "{}", result.message);
        assert_eq!(result.advice, Some(Advice::RemoveDelegation));
        let subject = result.subject.unwrap();
        assert_eq!(subject.name, "old@p.iam.gserviceaccount.com → https://mail.google.com/");
        assert_eq!(subject.part_of, [CLIENT]);
    }
}
