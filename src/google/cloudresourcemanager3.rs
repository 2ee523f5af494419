//! Resource Manager: projects, what is above them, and their policies, from the discovery document
//! `cloudresourcemanager.v3`.

use serde::Deserialize;

use super::iam_policy::Policy;
use super::{Api, GoogleError, Request, Session, iam1, segment};

/// `Project`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Project {
    /// `projects/<number>`.
    #[serde(default)]
    pub(crate) name: String,
    /// `folders/<number>` or `organizations/<number>`; empty where there is none, or it may not be seen.
    #[serde(default)]
    pub(crate) parent: String,
}

/// `Folder`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Folder {
    /// `folders/<number>` or `organizations/<number>`.
    #[serde(default)]
    pub(crate) parent: String,
}

/// `Organization`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Organization {
    /// The `customerId` of the Workspace tenant that owns it.
    #[serde(default)]
    pub(crate) directory_customer_id: String,
}

/// `projects.get`.
pub(crate) async fn get_project(session: &Session<'_>, project: &str) -> Result<Project, GoogleError> {
    let path = format!("v3/projects/{}", segment(project));
    let request = Request::new(Api::ResourceManager, path).query("fields", "name,parent,projectId");
    session.get(iam1::CLOUD_SCOPE, &request).await
}

/// `folders.get`.
pub(crate) async fn get_folder(session: &Session<'_>, folder: &str) -> Result<Folder, GoogleError> {
    let path = format!("v3/folders/{}", segment(folder));
    let request = Request::new(Api::ResourceManager, path).query("fields", "name,parent");
    session.get(iam1::CLOUD_SCOPE, &request).await
}

/// `organizations.get`.
pub(crate) async fn get_organization(
    session: &Session<'_>,
    organization: &str,
) -> Result<Organization, GoogleError> {
    let path = format!("v3/organizations/{}", segment(organization));
    let request = Request::new(Api::ResourceManager, path).query("fields", "name,directoryCustomerId");
    session.get(iam1::CLOUD_SCOPE, &request).await
}

/// `getIamPolicy` of `projects/…`, `folders/…` or `organizations/…`.
pub(crate) async fn get_iam_policy(session: &Session<'_>, resource: &str) -> Result<Policy, GoogleError> {
    let path: Vec<String> = resource.split('/').map(segment).collect();
    let request = Request::policy(Api::ResourceManager, &format!("v3/{}", path.join("/")));
    session.get(iam1::CLOUD_SCOPE, &request.query("fields", Policy::FIELDS)).await
}
