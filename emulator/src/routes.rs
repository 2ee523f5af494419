//! Which function answers which method.

use crate::call::{Call, Outcome};
use crate::{directory, gmail, iam, iam_credentials, tokeninfo};

/// A function that answers a method.
pub(crate) type Handler = fn(&Call<'_>) -> Outcome;

/// The handler of a method, by its id in Google's discovery documents.
pub(crate) fn handler(method_id: &str) -> Option<Handler> {
    Some(match method_id {
        "directory.users.list" => directory::users,
        "directory.users.get" => directory::user,
        "directory.users.aliases.list" => directory::aliases,
        "directory.domains.list" => directory::domains,
        "directory.domains.get" => directory::domain,
        "directory.domainAliases.list" => directory::domain_aliases,
        "directory.domainAliases.get" => directory::domain_alias,
        "directory.orgunits.list" => directory::org_units,
        "directory.customers.get" => directory::customer,
        "directory.roles.list" => directory::roles,
        "directory.roles.get" => directory::role,
        "directory.privileges.list" => directory::privileges,
        "directory.roleAssignments.list" => directory::role_assignments,
        "directory.roleAssignments.get" => directory::role_assignment,
        "gmail.users.getProfile" => gmail::profile,
        "gmail.users.settings.sendAs.list" => gmail::send_as,
        "gmail.users.settings.sendAs.get" => gmail::send_as_entry,
        "gmail.users.settings.delegates.list" => gmail::delegates,
        "gmail.users.settings.delegates.get" => gmail::delegate,
        "gmail.users.settings.forwardingAddresses.list" => gmail::forwarding_addresses,
        "gmail.users.settings.forwardingAddresses.get" => gmail::forwarding_address,
        "gmail.users.settings.getAutoForwarding" => gmail::auto_forwarding,
        "gmail.users.settings.getImap" => gmail::imap,
        "gmail.users.settings.getPop" => gmail::pop,
        "gmail.users.settings.filters.list" => gmail::filters,
        "gmail.users.settings.filters.get" => gmail::filter,
        "iam.projects.serviceAccounts.list" => iam::accounts,
        "iam.projects.serviceAccounts.get" => iam::account,
        "iam.projects.serviceAccounts.keys.list" => iam::keys,
        "iam.projects.serviceAccounts.keys.get" => iam::key,
        "iamcredentials.projects.serviceAccounts.signJwt" => iam_credentials::sign_jwt,
        "oauth2.tokeninfo" => tokeninfo::answer,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::METHODS;

    #[test]
    fn every_described_method_is_answered() {
        for method in METHODS.iter() {
            assert!(handler(method.id).is_some(), "{}", method.id);
        }
    }
}
