//! Cloud Asset: service accounts of a whole organization, from the discovery document `cloudasset.v1`.

use serde::Deserialize;

use super::{Api, Pages, Request, Session, iam1, segment};

/// `ResourceSearchResult` of a service account, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountResource {
    /// `//iam.googleapis.com/projects/<project>/serviceAccounts/<address or unique id>`.
    #[serde(default)]
    pub name: String,
}

impl ServiceAccountResource {
    /// The project's id or number.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.name.split_once("/projects/")?.1.split('/').next()
    }
}

/// `searchAllResources` for service accounts: 500 a page.
#[must_use]
pub fn search_service_accounts<'a>(
    session: &'a Session<'a>,
    organization: &str,
) -> Pages<'a, ServiceAccountResource> {
    let path = format!("v1/organizations/{}:searchAllResources", segment(organization));
    let request = Request::new(Api::CloudAsset, path)
        .query("assetTypes", "iam.googleapis.com/ServiceAccount")
        .query("pageSize", "500")
        .query("fields", "nextPageToken,results(name)");
    Pages::new(session, iam1::CLOUD_SCOPE, request, "results")
}
