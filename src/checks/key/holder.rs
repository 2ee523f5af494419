//! Which keys the checks are about: user-managed ones, of accounts that hold a delegation, that still
//! open the account.

use crate::checks::keys::{is_expired, is_user_managed};
use crate::findings::Ruling;
use crate::tenant::{Grant, Part, ServiceAccount, ServiceAccountKey, Tenant};

/// The account's delegated scopes, for a key that opens it.
///
/// # Errors
/// The ruling, if the question does not arise, or nobody knows whether it does.
pub(super) fn grants_behind<'a>(
    key: &ServiceAccountKey,
    account: &'a ServiceAccount,
    tenant: &'a Tenant,
) -> Result<Vec<&'a Grant>, Box<Ruling>> {
    let answer = |ruling| Err(Box::new(ruling));
    if !is_user_managed(key) {
        return answer(Ruling::not_applicable("Google manages the key: there is no file"));
    }
    let is_theirs = |grant: &&Grant| {
        !grant.client_id.is_empty()
            && (grant.client_id == account.client_id || grant.client_id == account.unique_id)
    };
    let grants: Vec<_> = tenant.grants.iter().filter(is_theirs).collect();
    if grants.is_empty() {
        let gap = [Part::ConsoleGrants, Part::ProbeGrants].into_iter().find_map(|part| tenant.gap(part));
        let none = || Ruling::not_applicable("The account holds no delegation");
        return answer(gap.map_or_else(none, Ruling::not_assessed));
    }
    if key.disabled {
        return answer(Ruling::pass("The key is disabled"));
    }
    match key.expires_at.filter(|_| is_expired(key, tenant.run_at)) {
        Some(at) => answer(Ruling::pass(format!("The key expired on {}", at.date_naive()))),
        None => Ok(grants),
    }
}

/// The facts about a key that a person wants to see with a finding.
pub(super) fn describe(ruling: Ruling, key: &ServiceAccountKey, account: &ServiceAccount) -> Ruling {
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(|| "unknown".to_owned(), |at| at.date_naive().to_string())
    };
    let ruling = ruling
        .evidence("client_id", &account.client_id)
        .evidence("project", &account.project)
        .evidence("created", time(key.created_at))
        .evidence("expires", time(key.expires_at))
        .evidence("origin", &key.origin);
    if account.disabled { ruling.evidence("service_account_disabled", true) } else { ruling }
}
