//! Which function answers which method.

use crate::call::{Call, Outcome};
use crate::{
    cloud_asset, cloud_identity, directory, gmail, iam, iam_credentials, iam_roles, identity_pools,
    org_policy, policy_analyzer, reports, resource_manager, service_usage, tokeninfo,
};

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
        "directory.groups.list" => directory::groups,
        "directory.groups.get" => directory::group,
        "directory.members.list" => directory::members,
        "directory.members.get" => directory::member,
        "reports.activities.list" => reports::activities,
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
        "iam.projects.serviceAccounts.getIamPolicy" => iam::policy,
        "iam.projects.serviceAccounts.testIamPermissions" => iam::test_permissions,
        "iam.projects.locations.workloadIdentityPools.list" => identity_pools::pools,
        "iam.projects.locations.workloadIdentityPools.get" => identity_pools::one_pool,
        "iam.projects.locations.workloadIdentityPools.providers.list" => identity_pools::providers,
        "iam.projects.locations.workloadIdentityPools.providers.get" => identity_pools::provider,
        "iam.roles.list" => iam_roles::list,
        "iam.roles.get" => iam_roles::get,
        "iam.projects.roles.list" => iam_roles::list_custom,
        "iam.projects.roles.get" => iam_roles::get_custom,
        "iam.organizations.roles.list" => iam_roles::list_custom,
        "iam.organizations.roles.get" => iam_roles::get_custom,
        "cloudresourcemanager.projects.get" => resource_manager::project,
        "cloudresourcemanager.projects.list" => resource_manager::projects,
        "cloudresourcemanager.projects.search" => resource_manager::search_projects,
        "cloudresourcemanager.projects.getIamPolicy" => resource_manager::policy,
        "cloudresourcemanager.folders.get" => resource_manager::folder,
        "cloudresourcemanager.folders.list" => resource_manager::folders,
        "cloudresourcemanager.folders.getIamPolicy" => resource_manager::policy,
        "cloudresourcemanager.organizations.get" => resource_manager::organization,
        "cloudresourcemanager.organizations.search" => resource_manager::search_organizations,
        "cloudresourcemanager.organizations.getIamPolicy" => resource_manager::policy,
        "cloudasset.searchAllResources" => cloud_asset::resources,
        "cloudasset.searchAllIamPolicies" => cloud_asset::policies,
        "cloudidentity.policies.list" => cloud_identity::policies,
        "policyanalyzer.projects.locations.activityTypes.activities.query" => policy_analyzer::query,
        "orgpolicy.projects.policies.getEffectivePolicy" => org_policy::effective,
        "serviceusage.services.list" => service_usage::list,
        "serviceusage.services.get" => service_usage::get,
        "serviceusage.services.batchGet" => service_usage::get_many,
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
