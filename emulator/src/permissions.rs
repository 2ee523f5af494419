//! The IAM permission that each method of the cloud takes.

/// From the reference pages of the methods and the permissions reference.
pub(crate) fn permission_of(method_id: &str) -> &'static str {
    match method_id {
        "iam.projects.serviceAccounts.list" => "iam.serviceAccounts.list",
        "iam.projects.serviceAccounts.get" => "iam.serviceAccounts.get",
        "iam.projects.serviceAccounts.getIamPolicy" => "iam.serviceAccounts.getIamPolicy",
        "iam.projects.serviceAccounts.keys.list" => "iam.serviceAccountKeys.list",
        "iam.projects.serviceAccounts.keys.get" => "iam.serviceAccountKeys.get",
        "iam.projects.locations.workloadIdentityPools.list" => "iam.workloadIdentityPools.list",
        "iam.projects.locations.workloadIdentityPools.get" => "iam.workloadIdentityPools.get",
        "iam.projects.locations.workloadIdentityPools.providers.list" => {
            "iam.workloadIdentityPoolProviders.list"
        }
        "iam.projects.locations.workloadIdentityPools.providers.get" => {
            "iam.workloadIdentityPoolProviders.get"
        }
        "iam.projects.roles.list" | "iam.organizations.roles.list" => "iam.roles.list",
        "iam.projects.roles.get" | "iam.organizations.roles.get" => "iam.roles.get",
        "iamcredentials.projects.serviceAccounts.signJwt" => "iam.serviceAccounts.signJwt",
        "cloudresourcemanager.projects.get" | "cloudresourcemanager.projects.search" => {
            "resourcemanager.projects.get"
        }
        "cloudresourcemanager.projects.list" => "resourcemanager.projects.list",
        "cloudresourcemanager.projects.getIamPolicy" => "resourcemanager.projects.getIamPolicy",
        "cloudresourcemanager.folders.get" => "resourcemanager.folders.get",
        "cloudresourcemanager.folders.list" => "resourcemanager.folders.list",
        "cloudresourcemanager.folders.getIamPolicy" => "resourcemanager.folders.getIamPolicy",
        "cloudresourcemanager.organizations.get" | "cloudresourcemanager.organizations.search" => {
            "resourcemanager.organizations.get"
        }
        "cloudresourcemanager.organizations.getIamPolicy" => "resourcemanager.organizations.getIamPolicy",
        "cloudasset.searchAllResources" => "cloudasset.assets.searchAllResources",
        "cloudasset.searchAllIamPolicies" => "cloudasset.assets.searchAllIamPolicies",
        "policyanalyzer.projects.locations.activityTypes.activities.query" => {
            "policyanalyzer.serviceAccountLastAuthenticationActivities.query"
        }
        "orgpolicy.projects.policies.getEffectivePolicy" => "orgpolicy.policy.get",
        "serviceusage.services.list" => "serviceusage.services.list",
        "serviceusage.services.get" | "serviceusage.services.batchGet" => "serviceusage.services.get",
        _ => "resourcemanager.projects.get",
    }
}
