//! Google's own roles, as far as a path to a service account's grants leads through them.
//!
//! Each is cut down to the permissions that decide such a path or that reading the cloud here takes: what
//! stands here is in the real role, not all of the real role stands here. `iam.securityReviewer` lists keys and pools and
//! reads policies, but gets no single key, pool, project, folder or organization: its file in iann0036/iam-dataset
//! (`gcp/roles`) and in darkbitio/gcp-iam-role-permissions (`roles`).

/// A role that Google made.
#[derive(Debug)]
pub(crate) struct PredefinedRole {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    sets: &'static [&'static [&'static str]],
}

impl PredefinedRole {
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        let mut permissions = self.sets.concat();
        permissions.sort_unstable();
        permissions.dedup();
        permissions
    }
}

/// A role by its whole name.
pub(crate) fn predefined(name: &str) -> Option<&'static PredefinedRole> {
    PREDEFINED.iter().find(|role| role.name == name)
}

const SEE_PROJECTS: &[&str] = &["resourcemanager.projects.get", "resourcemanager.projects.list"];
const SEE_ACCOUNTS: &[&str] = &["iam.serviceAccounts.get", "iam.serviceAccounts.list"];
const SEE_ROLES: &[&str] = &["iam.roles.get", "iam.roles.list"];
const SEE_KEYS: &[&str] = &["iam.serviceAccountKeys.get", "iam.serviceAccountKeys.list"];
const SEE_POOLS: &[&str] = &[
    "iam.workloadIdentityPoolProviders.get",
    "iam.workloadIdentityPoolProviders.list",
    "iam.workloadIdentityPools.get",
    "iam.workloadIdentityPools.list",
];
const SEE_SERVICES: &[&str] = &["serviceusage.services.get", "serviceusage.services.list"];
const SEE_POLICIES: &[&str] = &[
    "iam.serviceAccounts.getIamPolicy",
    "resourcemanager.folders.get",
    "resourcemanager.folders.getIamPolicy",
    "resourcemanager.folders.list",
    "resourcemanager.organizations.get",
    "resourcemanager.organizations.getIamPolicy",
    "resourcemanager.projects.getIamPolicy",
];
const SET_POLICIES: &[&str] = &[
    "iam.serviceAccounts.setIamPolicy",
    "resourcemanager.folders.setIamPolicy",
    "resourcemanager.organizations.setIamPolicy",
    "resourcemanager.projects.setIamPolicy",
];
const KEEP_ROLES: &[&str] =
    &["iam.roles.create", "iam.roles.delete", "iam.roles.undelete", "iam.roles.update"];
const KEEP_KEYS: &[&str] = &[
    "iam.serviceAccountKeys.create",
    "iam.serviceAccountKeys.delete",
    "iam.serviceAccountKeys.disable",
    "iam.serviceAccountKeys.enable",
];
const KEEP_ACCOUNTS: &[&str] = &[
    "iam.serviceAccounts.create",
    "iam.serviceAccounts.delete",
    "iam.serviceAccounts.disable",
    "iam.serviceAccounts.enable",
    "iam.serviceAccounts.undelete",
    "iam.serviceAccounts.update",
];
const RUN_THINGS: &[&str] = &[
    "cloudfunctions.functions.create",
    "cloudfunctions.functions.update",
    "compute.instances.create",
    "compute.instances.setServiceAccount",
    "run.services.create",
    "run.services.update",
];

/// In the order of their names, as they are listed.
pub(crate) static PREDEFINED: [PredefinedRole; 22] = [
    role(
        "roles/browser",
        "Browser",
        &[
            SEE_PROJECTS,
            &[
                "resourcemanager.folders.get",
                "resourcemanager.folders.list",
                "resourcemanager.organizations.get",
                "resourcemanager.projects.getIamPolicy",
            ],
        ],
    ),
    role(
        "roles/cloudasset.viewer",
        "Cloud Asset Viewer",
        &[&[
            "cloudasset.assets.analyzeIamPolicy",
            "cloudasset.assets.searchAllIamPolicies",
            "cloudasset.assets.searchAllResources",
        ]],
    ),
    role(
        "roles/cloudfunctions.developer",
        "Cloud Functions Developer",
        &[
            SEE_PROJECTS,
            SEE_SERVICES,
            &["cloudfunctions.functions.create", "cloudfunctions.functions.update"],
        ],
    ),
    role(
        "roles/compute.admin",
        "Compute Admin",
        &[
            SEE_PROJECTS,
            SEE_SERVICES,
            &[
                "compute.instances.create",
                "compute.instances.setIamPolicy",
                "compute.instances.setMetadata",
                "compute.instances.setServiceAccount",
            ],
        ],
    ),
    role(
        "roles/editor",
        "Editor",
        &[
            SEE_PROJECTS,
            SEE_ACCOUNTS,
            SEE_ROLES,
            SEE_KEYS,
            SEE_SERVICES,
            KEEP_KEYS,
            KEEP_ACCOUNTS,
            RUN_THINGS,
            &["iam.serviceAccounts.actAs"],
        ],
    ),
    role("roles/iam.roleAdmin", "Role Administrator", &[SEE_PROJECTS, SEE_ROLES, KEEP_ROLES]),
    role(
        "roles/iam.securityAdmin",
        "Security Admin",
        &[SEE_PROJECTS, SEE_ACCOUNTS, SEE_ROLES, SEE_POLICIES, SET_POLICIES, KEEP_ROLES],
    ),
    role(
        "roles/iam.securityReviewer",
        "Security Reviewer",
        &[
            SEE_ACCOUNTS,
            SEE_ROLES,
            &[
                "iam.serviceAccountKeys.list",
                "iam.serviceAccounts.getIamPolicy",
                "iam.workloadIdentityPoolProviders.list",
                "iam.workloadIdentityPools.list",
                "resourcemanager.folders.getIamPolicy",
                "resourcemanager.folders.list",
                "resourcemanager.organizations.getIamPolicy",
                "resourcemanager.projects.getIamPolicy",
                "resourcemanager.projects.list",
                "serviceusage.services.list",
            ],
        ],
    ),
    role(
        "roles/iam.serviceAccountAdmin",
        "Service Account Admin",
        &[
            SEE_PROJECTS,
            SEE_ACCOUNTS,
            KEEP_ACCOUNTS,
            &["iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.setIamPolicy"],
        ],
    ),
    role(
        "roles/iam.serviceAccountKeyAdmin",
        "Service Account Key Admin",
        &[SEE_PROJECTS, SEE_ACCOUNTS, SEE_KEYS, KEEP_KEYS],
    ),
    role(
        "roles/iam.serviceAccountTokenCreator",
        "Service Account Token Creator",
        &[
            SEE_PROJECTS,
            SEE_ACCOUNTS,
            &[
                "iam.serviceAccounts.getAccessToken",
                "iam.serviceAccounts.getOpenIdToken",
                "iam.serviceAccounts.implicitDelegation",
                "iam.serviceAccounts.signBlob",
                "iam.serviceAccounts.signJwt",
            ],
        ],
    ),
    role(
        "roles/iam.serviceAccountUser",
        "Service Account User",
        &[SEE_PROJECTS, SEE_ACCOUNTS, &["iam.serviceAccounts.actAs"]],
    ),
    role(
        "roles/iam.serviceAccountViewer",
        "View Service Accounts",
        &[SEE_PROJECTS, SEE_ACCOUNTS, SEE_KEYS, &["iam.serviceAccounts.getIamPolicy"]],
    ),
    role(
        "roles/iam.workloadIdentityPoolViewer",
        "IAM Workload Identity Pool Viewer",
        &[SEE_PROJECTS, SEE_POOLS],
    ),
    role(
        "roles/iam.workloadIdentityUser",
        "Workload Identity User",
        &[SEE_ACCOUNTS, &["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"]],
    ),
    role(
        "roles/orgpolicy.policyViewer",
        "Organization Policy Viewer",
        &[&["orgpolicy.constraints.list", "orgpolicy.policies.list", "orgpolicy.policy.get"]],
    ),
    role(
        "roles/owner",
        "Owner",
        &[
            SEE_PROJECTS,
            SEE_ACCOUNTS,
            SEE_ROLES,
            SEE_KEYS,
            SEE_SERVICES,
            KEEP_KEYS,
            KEEP_ACCOUNTS,
            KEEP_ROLES,
            RUN_THINGS,
            &[
                "iam.serviceAccounts.actAs",
                "iam.serviceAccounts.getIamPolicy",
                "iam.serviceAccounts.setIamPolicy",
                "resourcemanager.projects.getIamPolicy",
                "resourcemanager.projects.setIamPolicy",
            ],
        ],
    ),
    role(
        "roles/policyanalyzer.activityAnalysisViewer",
        "Activity Analysis Viewer",
        &[&[
            "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
            "policyanalyzer.serviceAccountLastAuthenticationActivities.query",
        ]],
    ),
    role(
        "roles/resourcemanager.projectIamAdmin",
        "Project IAM Admin",
        &[&[
            "resourcemanager.projects.get",
            "resourcemanager.projects.getIamPolicy",
            "resourcemanager.projects.setIamPolicy",
        ]],
    ),
    role(
        "roles/run.admin",
        "Cloud Run Admin",
        &[SEE_PROJECTS, &["run.services.create", "run.services.setIamPolicy", "run.services.update"]],
    ),
    role("roles/serviceusage.serviceUsageViewer", "Service Usage Viewer", &[SEE_PROJECTS, SEE_SERVICES]),
    role("roles/viewer", "Viewer", &[SEE_PROJECTS, SEE_ACCOUNTS, SEE_ROLES, SEE_KEYS, SEE_SERVICES]),
];

const fn role(
    name: &'static str,
    title: &'static str,
    sets: &'static [&'static [&'static str]],
) -> PredefinedRole {
    PredefinedRole { name, title, sets }
}
