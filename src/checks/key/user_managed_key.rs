//! KEY-01: key files that can be any user.

use super::holder::{describe, grants_behind};
use crate::checks::{Check, Judge, subjects};
use crate::findings::{Ruling, Severity};
use crate::tenant::{
    Grant, Part, Policy, RiskClass, ScopeRiskTable, ServiceAccount, ServiceAccountKey, Tenant,
};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "KEY-01",
    slug: "user-managed-key",
    title: "Key files of delegated accounts",
    severity: Severity::High,
    condition: "A service account that holds a delegation has a user-managed key that is enabled and not known to have \
                expired. Critical if one of its scopes changes the tenant (class T), reads, writes and sends mail \
                (M) or sends (S); high otherwise. Accounts without a delegation are not judged.",
    why: "The delegation belongs to the account, not to the key: whoever has a copy of the file can be any user.",
    fix: "Go keyless: sign with the attached identity or workload identity federation through the IAM Credentials \
          API (signJwt). Then disable the key, and delete it once nothing misses it.",
    place: "Cloud console > IAM & Admin > Service accounts > Keys",
    controls: &[
        "CIS-GCP 1.4",
        "NIST 800-53 IA-5",
        "NIST 800-53 SC-12",
        "ISO 27001 A.5.15",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.1",
        "SOC 2 CC1.3",
        "ATT&CK T1552.004",
        "ATT&CK T1098.001",
    ],
    needs: &[Part::ServiceAccounts, Part::SaKeys, Part::ConsoleGrants, Part::ProbeGrants],
    judge: Judge::Key(judge),
};

fn judge(key: &ServiceAccountKey, account: &ServiceAccount, tenant: &Tenant, _: &Policy) -> Vec<Ruling> {
    let ruling = match grants_behind(key, account, tenant) {
        Ok(grants) => open_door(key, account, &grants),
        Err(ruling) => *ruling,
    };
    vec![ruling.about(subjects::key(key, account))]
}

fn open_door(key: &ServiceAccountKey, account: &ServiceAccount, grants: &[&Grant]) -> Ruling {
    let message = format!("Whoever has key {} of {} can be any user", key.key_id, account.email);
    let ruling = describe(Ruling::fail(severity(grants), message), key, account);
    grants.iter().fold(ruling, |ruling, grant| {
        let classes = ScopeRiskTable::shipped().class_letters(&grant.scope);
        ruling.evidence("delegated_scope", format!("{} ({classes})", grant.scope))
    })
}

fn severity(grants: &[&Grant]) -> Severity {
    let is_worst =
        |class: &RiskClass| matches!(class, RiskClass::TenantAdmin | RiskClass::MailFull | RiskClass::Send);
    let table = ScopeRiskTable::shipped();
    let mut risks = grants.iter().filter_map(|grant| table.find(&grant.scope));
    if risks.any(|risk| risk.classes.iter().any(is_worst)) { Severity::Critical } else { Severity::High }
}
