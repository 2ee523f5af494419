//! The permissions that lead to a service account.

use serde::Serialize;

use crate::tenant::IamResource;

/// What a permission lets its holder do to a service account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Right {
    /// `iam.serviceAccountKeys.create`: make a key, or upload the public half of one.
    CreateKey,
    /// `iam.serviceAccountKeys.upload`: not in Google's reference, which asks for `create` to upload.
    UploadKey,
    /// `iam.serviceAccounts.signJwt`.
    SignJwt,
    /// `iam.serviceAccounts.signBlob`.
    SignBlob,
    /// `iam.serviceAccounts.getAccessToken`: a token of the account itself, with no subject.
    GetAccessToken,
    /// `iam.serviceAccounts.implicitDelegation`: name the account as a delegate.
    ImplicitDelegation,
    /// `iam.serviceAccounts.actAs`, with a right to run something in the account's project.
    ActAs,
    /// `iam.serviceAccounts.setIamPolicy`.
    SetAccountPolicy,
    /// `resourcemanager.projects.setIamPolicy`.
    SetProjectPolicy,
    /// `resourcemanager.folders.setIamPolicy`.
    SetFolderPolicy,
    /// `resourcemanager.organizations.setIamPolicy`.
    SetOrganizationPolicy,
    /// `iam.roles.update`, on a custom role that the holder has on the account.
    UpdateRole,
    /// Any of [`Right::RUN`]: no path by itself.
    Run,
}

impl Right {
    /// Those that make a key.
    pub(super) const KEY: [Self; 2] = [Self::CreateKey, Self::UploadKey];
    /// Those that sign, by the IAM Credentials API.
    pub(super) const SIGN: [Self; 2] = [Self::SignJwt, Self::SignBlob];
    /// Those that are methods of the IAM Credentials API and make their holder the account.
    pub(super) const BECOME: [Self; 3] = [Self::GetAccessToken, Self::SignJwt, Self::SignBlob];
    /// Those that change who holds what.
    pub(super) const ADMIN: [Self; 4] =
        [Self::SetAccountPolicy, Self::SetProjectPolicy, Self::SetFolderPolicy, Self::SetOrganizationPolicy];

    /// Permissions to start, or to change, something that runs as an attached service account.
    pub(crate) const RUN: [&'static str; 25] = [
        "aiplatform.customJobs.create",
        "aiplatform.notebookRuntimes.assign",
        "aiplatform.pipelineJobs.create",
        "appengine.versions.create",
        "batch.jobs.create",
        "cloudbuild.builds.create",
        "cloudfunctions.functions.create",
        "cloudfunctions.functions.update",
        "cloudscheduler.jobs.create",
        "composer.environments.create",
        "compute.instances.create",
        "compute.instances.setServiceAccount",
        "container.clusters.create",
        "dataflow.jobs.create",
        "datafusion.instances.create",
        "dataproc.batches.create",
        "dataproc.clusters.create",
        "deploymentmanager.deployments.create",
        "notebooks.instances.create",
        "run.jobs.create",
        "run.jobs.update",
        "run.services.create",
        "run.services.update",
        "workflows.workflows.create",
        "workstations.workstationConfigs.create",
    ];

    /// The right that a permission gives.
    pub(super) fn of(permission: &str) -> Option<Self> {
        Some(match permission {
            "iam.serviceAccountKeys.create" => Self::CreateKey,
            "iam.serviceAccountKeys.upload" => Self::UploadKey,
            "iam.serviceAccounts.signJwt" => Self::SignJwt,
            "iam.serviceAccounts.signBlob" => Self::SignBlob,
            "iam.serviceAccounts.getAccessToken" => Self::GetAccessToken,
            "iam.serviceAccounts.implicitDelegation" => Self::ImplicitDelegation,
            "iam.serviceAccounts.actAs" => Self::ActAs,
            "iam.serviceAccounts.setIamPolicy" => Self::SetAccountPolicy,
            "resourcemanager.projects.setIamPolicy" => Self::SetProjectPolicy,
            "resourcemanager.folders.setIamPolicy" => Self::SetFolderPolicy,
            "resourcemanager.organizations.setIamPolicy" => Self::SetOrganizationPolicy,
            "iam.roles.update" => Self::UpdateRole,
            _ if Self::RUN.contains(&permission) => Self::Run,
            _ => return None,
        })
    }

    /// The permission; of [`Right::Run`], one of many.
    #[must_use]
    pub(crate) const fn permission(self) -> &'static str {
        match self {
            Self::CreateKey => "iam.serviceAccountKeys.create",
            Self::UploadKey => "iam.serviceAccountKeys.upload",
            Self::SignJwt => "iam.serviceAccounts.signJwt",
            Self::SignBlob => "iam.serviceAccounts.signBlob",
            Self::GetAccessToken => "iam.serviceAccounts.getAccessToken",
            Self::ImplicitDelegation => "iam.serviceAccounts.implicitDelegation",
            Self::ActAs => "iam.serviceAccounts.actAs",
            Self::SetAccountPolicy => "iam.serviceAccounts.setIamPolicy",
            Self::SetProjectPolicy => "resourcemanager.projects.setIamPolicy",
            Self::SetFolderPolicy => "resourcemanager.folders.setIamPolicy",
            Self::SetOrganizationPolicy => "resourcemanager.organizations.setIamPolicy",
            Self::UpdateRole => "iam.roles.update",
            Self::Run => "compute.instances.create",
        }
    }

    /// What its holder can do, as it stands before the account's name.
    #[must_use]
    pub(crate) const fn verb(self) -> &'static str {
        match self {
            Self::CreateKey => "can create keys for",
            Self::UploadKey => "can upload keys for",
            Self::SignJwt => "can sign JWTs as",
            Self::SignBlob => "can sign as",
            Self::GetAccessToken => "can get access tokens of",
            Self::ImplicitDelegation => "can delegate through",
            Self::ActAs | Self::Run => "can run code as",
            Self::SetAccountPolicy => "can change the IAM policy of",
            Self::SetProjectPolicy => "can change the IAM policy of the project of",
            Self::SetFolderPolicy => "can change the IAM policy of a folder above",
            Self::SetOrganizationPolicy => "can change the IAM policy of the organization above",
            Self::UpdateRole => "can add permissions to its own role on",
        }
    }

    /// Whether the permission means anything in a binding on this kind of resource.
    pub(super) const fn counts_on(self, resource: &IamResource) -> bool {
        match self {
            Self::SetProjectPolicy | Self::UpdateRole | Self::Run => {
                !matches!(resource, IamResource::ServiceAccount(_))
            }
            Self::SetFolderPolicy => {
                matches!(resource, IamResource::Folder(_) | IamResource::Organization(_))
            }
            Self::SetOrganizationPolicy => matches!(resource, IamResource::Organization(_)),
            _ => true,
        }
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights(u16);

impl Rights {
    pub(super) const fn insert(&mut self, right: Right) {
        self.0 |= 1 << right as u16;
    }

    pub(super) const fn has(self, right: Right) -> bool {
        self.0 & (1 << right as u16) != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The first of these that is in the set.
    pub(super) fn first_of(self, rights: &[Right]) -> Option<Right> {
        rights.iter().copied().find(|right| self.has(*right))
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        rights.into_iter().fold(Self::default(), |mut set, right| {
            set.insert(right);
            set
        })
    }
}
