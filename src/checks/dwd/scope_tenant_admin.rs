//! DWD-02: clients that can change the tenant itself.

use super::scope::{client_name, describe, judge_by_class};
use crate::checks::{Check, Condition, Evaluator};
use crate::delegation::{Grant, RiskClass, ScopeRiskTable};
use crate::findings::{Advice, CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::Part;

pub(crate) const CHECK: Check = Check {
    id: "DWD-02",
    slug: "scope-tenant-admin",
    title: "Clients that can administer the tenant",
    severity: Severity::Critical,
    conditions: &[
        Condition::fail_by_scope(
            "A client holds a delegated scope of class T (changes the tenant), U (changes sign-in security), \
             P (acts in Google Cloud) or V (searches Vault).",
        ),
        Condition::review(Severity::High, "The scope-risk table does not list the scope."),
        Condition::review_by_scope(
            "A log names the client without a client ID, or shows that something other than a delegation \
             allowed the scope.",
        ),
        Condition::note(
            "If the service account is known to be deleted, the severity is at most medium. Its delegation \
             has no effect unless somebody restores the account.",
        ),
    ],
    why: "The client can act as a super admin. For example, it can create users and assign admin roles.",
    fix: "Remove the scope from the delegation. If the client only reads, grant the scope's `.readonly` \
          variant instead. For directory tasks, assign the service account an admin role with only the \
          privileges that it needs.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: Some(
        "Programs that use a removed scope or client get `unauthorized_client` when they request \
                     a token.",
    ),
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation",
    controls: &["NIST 800-53 AC-6", "ISO 27001 A.8.2", "SOC 2 CC6.3", "ATT&CK T1098.003", "ATT&CK T1078.004"],
    needs: &[Part::ConsoleGrants, Part::ProbeGrants],
    judge: Evaluator::Grant(judge),
};

const CLASSES: &[RiskClass] =
    &[RiskClass::TenantAdmin, RiskClass::UserSecurity, RiskClass::CloudPlatform, RiskClass::Vault];

fn judge(grant: &Grant, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    if ScopeRiskTable::shipped().find(&grant.scope).is_some() {
        return judge_by_class(grant, tenant, policy, CLASSES);
    }
    let severity = Severity::from(ScopeRiskTable::shipped().severity(&grant.scope));
    let client = client_name(grant, tenant);
    let message = format!("{client} holds a scope that the scope-risk table does not list");
    let fix = "Look up the scope in Google's documentation. If nobody needs it, remove it from the \
               delegation. Otherwise, record an exception.";
    vec![describe(
        CheckResult::review(severity, message).fix(fix).advising(Advice::Other("unknown_scope")),
        grant,
        tenant,
        policy,
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{Evidence, SubjectKind, Verdict};
    use crate::tenant::Reading;

    fn of(scope: &str) -> CheckResult {
        judge_grant(&CHECK, &delegating(&[scope], Reading::Complete(Vec::new())))
    }

    #[test]
    fn scopes_that_administer_the_tenant_fail_with_the_tables_severity() {
        for (name, severity) in [
            ("admin.directory.user", Severity::Critical),
            ("admin.directory.user.security", Severity::Critical),
            ("admin.directory.orgunit", Severity::High),
            ("cloud-platform", Severity::Critical),
            ("ediscovery.readonly", Severity::High),
        ] {
            let result = of(&format!("https://www.googleapis.com/auth/{name}"));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{name}");
        }
    }

    #[test]
    fn other_scopes_pass() {
        for scope in [GMAIL_SEND, "https://www.googleapis.com/auth/admin.directory.user.readonly", "openid"] {
            assert_eq!(of(scope).verdict, Verdict::Pass, "{scope}");
        }
    }

    #[test]
    fn a_scope_that_the_table_does_not_know_is_for_review_and_high() {
        let result = of(UNHEARD_OF);
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::High));
        // A trailing slash makes another scope.
        assert_eq!(of("https://mail.google.com").verdict, Verdict::Review);
    }

    #[test]
    fn the_grant_is_named_by_client_and_scope_and_not_by_the_scope_alone() {
        let subject = of(GMAIL_SEND).subject.unwrap();
        assert_eq!(subject.kind, SubjectKind::Grant);
        assert_eq!(subject.id, format!("{CLIENT}/{GMAIL_SEND}"));
        assert_eq!(subject.part_of, [CLIENT, ACCOUNT]);
        assert!(subject.names().all(|name| name != GMAIL_SEND));
    }

    #[test]
    fn without_accounts_the_grant_is_named_by_its_client() {
        let tenant = delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()));
        let result = judge_grant(&CHECK, &without(Part::ServiceAccounts, tenant));
        assert_eq!(result.subject.unwrap().part_of, [CLIENT]);
    }

    #[test]
    fn the_audits_own_grant_says_so() {
        let tenant = delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()));
        let policy = Policy { own_client_id: Some(CLIENT.into()), ..policy() };
        let result = only(judge(&first_grant(&tenant), &tenant, &policy));
        assert!(result.evidence.contains(&Evidence::new("client", "this audit's own")));
    }
}
