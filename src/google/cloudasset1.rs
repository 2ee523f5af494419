//! Cloud Asset: what there is anywhere in an organization, from the discovery document `cloudasset.v1`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Api, Bound, Pages, Request, Session, iam1, segment};

/// `ResourceSearchResult`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundAccount {
    /// `//iam.googleapis.com/projects/<project>/serviceAccounts/<address or unique id>`.
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) display_name: String,
    /// `DISABLED` for an account that is switched off.
    #[serde(default)]
    pub(crate) state: String,
    /// Of an account: `email` and `uniqueId`.
    #[serde(default)]
    pub(crate) additional_attributes: Map<String, Value>,
}

impl FoundAccount {
    /// The project's id, as the name has it.
    #[must_use]
    pub(crate) fn project(&self) -> Option<&str> {
        self.name.split_once("/projects/")?.1.split('/').next().filter(|project| !project.is_empty())
    }

    #[must_use]
    pub(crate) fn email(&self) -> Option<&str> {
        self.attribute("email").or_else(|| self.last_of_name().filter(|name| name.contains('@')))
    }

    #[must_use]
    pub(crate) fn unique_id(&self) -> Option<&str> {
        let is_number = |name: &&str| name.bytes().all(|byte| byte.is_ascii_digit());
        self.attribute("uniqueId").or_else(|| self.last_of_name().filter(is_number))
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.additional_attributes.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn last_of_name(&self) -> Option<&str> {
        self.name.split_once("/serviceAccounts/").map(|(_, name)| name).filter(|name| !name.is_empty())
    }
}

/// `searchAllResources`, of service accounts alone: 500 a page.
#[must_use]
pub(crate) fn search_service_accounts<'a>(
    session: &'a Session<'a>,
    organization: &str,
) -> Pages<'a, FoundAccount> {
    let path = format!("v1/organizations/{}:searchAllResources", segment(organization));
    let request = Request::new(Api::CloudAsset, path)
        .query("assetTypes", "iam.googleapis.com/ServiceAccount")
        .query("pageSize", "500")
        .query("fields", "nextPageToken,results(name,displayName,state,additionalAttributes)");
    Pages::new(session, iam1::CLOUD_SCOPE, request, "results", Bound::MANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> FoundAccount {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_account_is_known_by_its_name_or_by_its_attributes() {
        let name = "//iam.googleapis.com/projects/p/serviceAccounts";
        let by_address = found(&format!(r#"{{"name": "{name}/a@p.iam.gserviceaccount.com"}}"#));
        assert_eq!(by_address.project(), Some("p"));
        assert_eq!((by_address.email(), by_address.unique_id()), (Some("a@p.iam.gserviceaccount.com"), None));
        let by_number = found(&format!(
            r#"{{"name": "{name}/117", "additionalAttributes": {{"email": "a@b", "uniqueId": 5}}}}"#
        ));
        assert_eq!((by_number.email(), by_number.unique_id()), (Some("a@b"), Some("117")));
        let neither = found("{}");
        assert_eq!((neither.project(), neither.email(), neither.unique_id()), (None, None, None));
    }
}
