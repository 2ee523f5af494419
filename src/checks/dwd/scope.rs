//! What the checks on delegated scopes share: the row of the table, and how a grant is described.

use std::borrow::Cow;

use crate::checks::{gaps, subjects};
use crate::delegation::{Grant, Provenance, RiskClass, ScopeRisk, ScopeRiskTable, is_app_name};
use crate::findings::{Advice, CheckResult, Reached, ReachedBy, Severity, Verdict};
use crate::policy::Policy;
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::{Gap, Part, one_word};

/// The table's row of a grant's scope.
///
/// # Errors
/// For a scope that is not in the table: what it lets a client do is unknown, so it neither passes nor
/// fails. DWD-02 alone asks a person to decide, once a grant.
pub(super) fn risk_of(grant: &Grant) -> Result<&'static ScopeRisk, Gap> {
    ScopeRiskTable::shipped().find(&grant.scope).ok_or_else(|| {
        gaps::scope_unknown(match grant.sightings.first().map(|sighting| sighting.provenance) {
            Some(Provenance::Probe) => Part::ProbeGrants,
            _ => Part::ConsoleGrants,
        })
    })
}

/// The verdict of a check that fails scopes of some classes.
pub(super) fn judge_by_class(
    grant: &Grant,
    tenant: &Snapshot,
    policy: &Policy,
    classes: &[RiskClass],
) -> Vec<CheckResult> {
    let risk = match risk_of(grant) {
        Ok(risk) => risk,
        Err(gap) => return vec![CheckResult::not_assessed(&gap).about(subjects::grant(grant, tenant))],
    };
    let result = if risk.classes.iter().any(|class| classes.contains(class)) {
        fail_scope(risk.severity.into(), &format!("act as any user and {}", risk.grants), grant, tenant)
    } else {
        CheckResult::pass("The scope is of another class")
    };
    vec![describe(result, grant, tenant, policy)]
}

/// Whether a scope changes the tenant (class T) or reads, writes and sends mail (M), however it is spelt.
pub(super) fn is_tenant_or_mail(scope: &str) -> bool {
    let is_great = |class: &RiskClass| matches!(class, RiskClass::TenantAdmin | RiskClass::MailFull);
    ScopeRiskTable::shipped().like(scope).is_some_and(|risk| risk.classes.iter().any(is_great))
}

/// The service account's address if it is known, else the client id.
pub(super) fn client_name<'a>(grant: &'a Grant, tenant: &'a Snapshot) -> Cow<'a, str> {
    one_word(tenant.client_name(&grant.client_id))
}

/// What to do about a delegation whose account is gone.
pub(super) const REMOVE: &str = "Remove the delegation, because its service account is deleted.";

/// What to do about a delegation whose client is no service account that exists: it may be a client of a vendor.
pub(super) const FIND_OWNER: &str = "Find out which program uses this client. If no program needs it, remove \
                                     its delegation.";

/// What to do about a client that no service account is.
pub(super) fn advise_on_unknown(result: CheckResult, identity: ClientIdentity<'_>) -> CheckResult {
    match identity {
        ClientIdentity::Deleted(_) => result.fix(REMOVE).advising(Advice::RemoveDelegation),
        ClientIdentity::NoAccount => result.fix(FIND_OWNER).advising(Advice::Other("find_owner")),
        _ => result,
    }
}

/// What fails of a scope: what the client can do with it, or could, if its account is gone. One that is known to be
/// deleted can be restored for a while, and does nothing until then: medium at most.
pub(super) fn fail_scope(severity: Severity, can: &str, grant: &Grant, tenant: &Snapshot) -> CheckResult {
    let client = client_name(grant, tenant);
    match tenant.identity_of(&grant.client_id) {
        ClientIdentity::Deleted(_) => CheckResult::fail(
            severity.min(Severity::Medium),
            format!(
                "Service account {client} is deleted, but its delegation remains. If somebody restores the \
                 account, it can {can}"
            ),
        ),
        ClientIdentity::NoAccount => CheckResult::fail(
            severity,
            format!(
                "Client {client} is not an existing service account, but its delegation to {can} remains. It \
                 was deleted, or it is another kind of OAuth client"
            ),
        ),
        _ => CheckResult::fail(severity, format!("{client} can {can}")),
    }
}

/// Names the grant, and says who says that it exists.
pub(super) fn describe(
    result: CheckResult,
    grant: &Grant,
    tenant: &Snapshot,
    policy: &Policy,
) -> CheckResult {
    let table = ScopeRiskTable::shipped();
    // A deleted account weighs less; who the client is, these tell.
    let severity = result.severity;
    let mut result = not_delegated(result, grant)
        .weighed_by(&[Part::ServiceAccounts, Part::ClientCertificates, Part::IamPolicies])
        .about(subjects::grant(grant, tenant))
        .evidence("client_id", &grant.client_id)
        .evidence("scope", &grant.scope)
        .evidence("risk_class", table.class_letters(&grant.scope));
    for sighting in &grant.sightings {
        let seen = format!("{}, {}", sighting.provenance.as_str(), sighting.seen_at.date_naive());
        result = result.evidence("seen", seen);
    }
    for disagreement in &grant.disagreements {
        result = result.evidence("disagreement", disagreement.to_string());
    }
    if tenant.identity_of(&grant.client_id).is_gone() {
        result = result.evidence("service_account", "does not exist");
        result = advise_on_unknown(result, tenant.identity_of(&grant.client_id));
    }
    if is_app_name(&grant.client_id) {
        let verdict = if result.verdict == Verdict::Fail { Verdict::Review } else { result.verdict };
        result = CheckResult { verdict, ..result }
            .evidence("client", "named by the log without a client ID; it may be a Marketplace app")
            .fix(MARKETPLACE_FIX)
            .advising(Advice::UninstallApp);
    }
    let mut result = own_client(result, &grant.client_id, policy);
    if result.verdict.is_open() {
        result.reach = vec![held(grant, tenant, severity)];
    }
    result
}

/// The scope, as a part of the client's finding.
fn held(grant: &Grant, tenant: &Snapshot, severity: Severity) -> Reached {
    let by = ReachedBy::Scope { scope: grant.scope.clone() };
    Reached::new(&grant.client_id, tenant.client_name(&grant.client_id), by, severity)
}

/// What to do about an app of Marketplace.
pub(super) const MARKETPLACE_FIX: &str = "Look for the app in Admin console > Apps > Google Workspace \
                                          Marketplace apps. If nobody needs it, uninstall it there. \
                                          Marketplace apps are not in the list of domain-wide delegations.";

/// A right that something else gave is no delegation: a person looks at it.
fn not_delegated(result: CheckResult, grant: &Grant) -> CheckResult {
    match grant.other_permission() {
        Some(permission) if result.verdict == Verdict::Fail => CheckResult {
            verdict: Verdict::Review,
            message: format!("{}: {permission} allowed it, not a domain-wide delegation", result.message),
            ..result
        },
        _ => result,
    }
}

/// Says so if the client is the audit itself: its own grant is a finding too.
pub(super) fn own_client(result: CheckResult, client_id: &str, policy: &Policy) -> CheckResult {
    if policy.own_client_id.as_deref() == Some(client_id) {
        result.evidence("client", "this audit's own")
    } else {
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sends_mail_has_a_class_that_says_so_and_full_mail_access_sends() {
        for row in &ScopeRiskTable::shipped().scopes {
            let says_so =
                row.classes.iter().any(|class| matches!(class, RiskClass::MailFull | RiskClass::Send));
            assert!(says_so || !row.sends_mail, "{}", row.scope);
            assert!(row.sends_mail || !row.classes.contains(&RiskClass::MailFull), "{}", row.scope);
        }
    }

    #[test]
    fn a_probe_of_every_scope_stays_affordable() {
        assert!(ScopeRiskTable::shipped().scopes.len() <= 160);
    }

    #[test]
    fn a_scope_that_cannot_change_anything_is_in_no_class_that_does() {
        let changes = [RiskClass::TenantAdmin, RiskClass::UserSecurity, RiskClass::MailFull, RiskClass::Send];
        for row in ScopeRiskTable::shipped().scopes.iter().filter(|row| row.scope.ends_with(".readonly")) {
            assert!(!row.classes.iter().any(|class| changes.contains(class)), "{}", row.scope);
        }
    }
}
