//! The organization, its folders, and where policies are looked for.

use super::{Policy, Project, ServiceAccount, Tenant};

/// The root of the cloud's resources.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) policy: Policy,
    pub(crate) roles: Vec<CustomRole>,
}

/// A folder right below the organization.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) policy: Policy,
}

/// A role that the organization or a project made itself.
#[derive(Debug, Clone)]
pub(crate) struct CustomRole {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) permissions: &'static [&'static str],
    pub(crate) deleted: bool,
}

/// A resource that holds a policy.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Resource<'a> {
    Organization,
    Folder(&'a Folder),
    Project(&'a Project),
    Account(&'a Project, &'a ServiceAccount),
}

impl Tenant {
    pub(crate) fn folder(&self, id: &str) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.id == id)
    }

    /// A project by id or number.
    pub(crate) fn project(&self, name: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == name || project.number == name)
    }

    /// A resource and all above it.
    pub(crate) fn lineage<'a>(&'a self, resource: Resource<'a>) -> Vec<Resource<'a>> {
        let mut lineage = vec![resource];
        let project = match resource {
            Resource::Account(project, _) => {
                lineage.push(Resource::Project(project));
                Some(project)
            }
            Resource::Project(project) => Some(project),
            Resource::Folder(_) | Resource::Organization => None,
        };
        lineage.extend(
            project.and_then(|project| self.folder(project.folder.as_deref()?)).map(Resource::Folder),
        );
        if !matches!(resource, Resource::Organization) {
            lineage.push(Resource::Organization);
        }
        lineage
    }

    pub(crate) fn policy_of<'a>(&'a self, resource: Resource<'a>) -> &'a Policy {
        match resource {
            Resource::Organization => &self.cloud.policy,
            Resource::Folder(folder) => &folder.policy,
            Resource::Project(project) => &project.policy,
            Resource::Account(_, account) => &account.policy,
        }
    }

    /// The relative name of a resource, with the project's number as Google writes it.
    pub(crate) fn name_of(&self, resource: Resource<'_>) -> String {
        match resource {
            Resource::Organization => format!("organizations/{}", self.cloud.id),
            Resource::Folder(folder) => format!("folders/{}", folder.id),
            Resource::Project(project) => format!("projects/{}", project.number),
            Resource::Account(project, account) => {
                format!("projects/{}/serviceAccounts/{}", project.id, account.email)
            }
        }
    }

    /// The full name of a resource, as Cloud Asset and Policy Analyzer write it. *Unverified*: that Cloud
    /// Asset names a service account by its address and not by its unique id.
    pub(crate) fn full_name_of(&self, resource: Resource<'_>) -> String {
        match resource {
            Resource::Account(..) => format!("//iam.googleapis.com/{}", self.name_of(resource)),
            Resource::Project(project) => {
                format!("//cloudresourcemanager.googleapis.com/projects/{}", project.id)
            }
            other => format!("//cloudresourcemanager.googleapis.com/{}", self.name_of(other)),
        }
    }

    /// Whether a resource is the other one or below it.
    pub(crate) fn is_within(&self, resource: Resource<'_>, other: Resource<'_>) -> bool {
        let wanted = self.name_of(other);
        self.lineage(resource).into_iter().any(|above| self.name_of(above) == wanted)
    }
}
