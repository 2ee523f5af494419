//! Which keys the checks are about: user-managed ones, of accounts that hold a delegation, that still
//! open the account.

use crate::checks::command;
use crate::checks::keys::{is_expired, is_user_managed};
use crate::delegation::Grant;
use crate::findings::CheckResult;
use crate::snapshot::Snapshot;
use crate::tenant::{Part, ServiceAccount, ServiceAccountKey};

/// The account's delegated scopes, for a key that opens it.
///
/// # Errors
/// The result, if the question does not arise, or nobody knows whether it does.
pub(super) fn grants_behind<'a>(
    key: &ServiceAccountKey,
    account: &'a ServiceAccount,
    tenant: &'a Snapshot,
) -> Result<Vec<&'a Grant>, Box<CheckResult>> {
    let grants = grants_of(account, tenant);
    if grants.is_empty() && is_user_managed(key) {
        let gap = [Part::ConsoleGrants, Part::ProbeGrants].into_iter().find_map(|part| tenant.gap(part));
        let none = || CheckResult::not_applicable("The account holds no delegation");
        return Err(Box::new(gap.map_or_else(none, CheckResult::not_assessed)));
    }
    opens_the_account(key, tenant).map(|()| grants)
}

/// The account's delegated scopes, as far as they are known.
pub(super) fn grants_of<'a>(account: &'a ServiceAccount, tenant: &'a Snapshot) -> Vec<&'a Grant> {
    let ids = [account.client_id.as_str(), account.unique_id.as_str()];
    let of_id = |id: &'a str| tenant.grants.of(id).filter(move |_| !id.is_empty());
    let mut grants: Vec<_> = of_id(ids[0]).collect();
    if ids[0] != ids[1] {
        grants.extend(of_id(ids[1]));
    }
    grants
}

/// Whether the key is a file that opens its account now.
///
/// # Errors
/// The result, if it does not.
pub(super) fn opens_the_account(key: &ServiceAccountKey, tenant: &Snapshot) -> Result<(), Box<CheckResult>> {
    let answer = |result| Err(Box::new(result));
    if !is_user_managed(key) {
        return answer(CheckResult::not_applicable("Google manages the key, so there is no key file"));
    }
    if key.disabled {
        return answer(CheckResult::pass("The key is disabled"));
    }
    match key.expires_at.filter(|_| is_expired(key, tenant.run_at)) {
        Some(at) => answer(CheckResult::pass(format!("The key expired on {}", at.date_naive()))),
        None => Ok(()),
    }
}

/// The facts about a key that a person wants to see with a finding.
pub(super) fn describe(
    result: CheckResult,
    key: &ServiceAccountKey,
    account: &ServiceAccount,
) -> CheckResult {
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(|| "unknown".to_owned(), |at| at.date_naive().to_string())
    };
    let result = CheckResult {
        command: command::disable_key(key, account),
        may_break: Some(
            "Programs that sign with this key can no longer get tokens. A disabled key can be enabled again."
                .to_owned(),
        ),
        ..result
    };
    let result = result
        .evidence("client_id", &account.client_id)
        .evidence("project", &account.project)
        .evidence("created", time(key.created_at))
        .evidence("expires", time(key.expires_at))
        .evidence("origin", &key.origin);
    if account.disabled { result.evidence("service_account_disabled", true) } else { result }
}
