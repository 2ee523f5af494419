//! DWD-02: clients that can change the tenant itself.

use super::scope::{client_name, describe, judge_by_class};
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Grant, Part, Policy, RiskClass, ScopeRiskTable, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "DWD-02",
    slug: "scope-tenant-admin",
    title: "Clients that can administer the tenant",
    severity: Severity::Critical,
    condition: "A client holds, by domain-wide delegation, a scope that changes the tenant (class T) or its users' \
                sign-in security (U), acts in Google Cloud (P) or searches Vault (V); severity is the scope's \
                own. A scope that the table does not know is for review, high.",
    why: "Acting as a super admin, the client can make users and roles, and through them do whatever a super admin can.",
    fix: "Take the scope out of the delegation. For directory work, give the service account an admin role of its \
          own instead.",
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation",
    controls: &["NIST 800-53 AC-6", "ISO 27001 A.8.2", "SOC 2 CC6.3", "ATT&CK T1098.003", "ATT&CK T1078.004"],
    needs: &[Part::ConsoleGrants, Part::ProbeGrants],
    judge: Judge::Grant(judge),
};

const CLASSES: &[RiskClass] =
    &[RiskClass::TenantAdmin, RiskClass::UserSecurity, RiskClass::CloudPlatform, RiskClass::Vault];

fn judge(grant: &Grant, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    if ScopeRiskTable::shipped().find(&grant.scope).is_some() {
        return judge_by_class(grant, tenant, policy, CLASSES);
    }
    let severity = Severity::from(ScopeRiskTable::shipped().severity(&grant.scope));
    let client = client_name(grant, tenant);
    let message = format!("{client} holds a scope that the scope-risk table does not know");
    let fix = "Look the scope up in Google's documentation. If nobody needs it, take it out of the delegation; else \
               record who accepted it.";
    vec![describe(Ruling::review(severity, message).fix(fix), grant, tenant, policy)]
}
