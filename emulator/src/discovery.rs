//! Google's own description of its methods: paths, parameters, limits, scopes and schemas.
//!
//! The documents under `discovery/` are excerpts of Google's discovery documents as published with its
//! Python client, with descriptions left out. `scopes.txt` lists every scope that any of the published
//! documents names, and a few that only Google's help pages do.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::path_template::PathTemplate;

/// The APIs served, by the discovery document that describes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Directory,
    Reports,
    Gmail,
    Iam,
    IamCredentials,
    ResourceManager,
    CloudAsset,
    CloudIdentity,
    PolicyAnalyzer,
    OrgPolicy,
    ServiceUsage,
    Oauth2,
}

impl Api {
    const ALL: [Self; 12] = [
        Self::Directory,
        Self::Reports,
        Self::Gmail,
        Self::Iam,
        Self::IamCredentials,
        Self::ResourceManager,
        Self::CloudAsset,
        Self::CloudIdentity,
        Self::PolicyAnalyzer,
        Self::OrgPolicy,
        Self::ServiceUsage,
        Self::Oauth2,
    ];

    /// The API that a description's address names.
    pub(crate) fn named(name: &str, version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.name_and_version() == (name, version))
    }

    /// The API that Google's newer kind of address names by its host; any other host has to be content
    /// with a version that only one API has.
    pub(crate) fn at_host(host: &str, version: &str) -> Option<Self> {
        let of_version: Vec<Self> =
            Self::ALL.into_iter().filter(|api| api.name_and_version().1 == version).collect();
        match of_version.as_slice() {
            [api] => Some(*api),
            apis => apis.iter().find(|api| api.service() == host).copied(),
        }
    }

    fn name_and_version(self) -> (&'static str, &'static str) {
        match self {
            Self::Directory => ("admin", "directory_v1"),
            Self::Reports => ("admin", "reports_v1"),
            Self::Gmail => ("gmail", "v1"),
            Self::Iam => ("iam", "v1"),
            Self::IamCredentials => ("iamcredentials", "v1"),
            Self::ResourceManager => ("cloudresourcemanager", "v3"),
            Self::CloudAsset => ("cloudasset", "v1"),
            Self::CloudIdentity => ("cloudidentity", "v1"),
            Self::PolicyAnalyzer => ("policyanalyzer", "v1"),
            Self::OrgPolicy => ("orgpolicy", "v2"),
            Self::ServiceUsage => ("serviceusage", "v1"),
            Self::Oauth2 => ("oauth2", "v2"),
        }
    }

    /// The name under which the API is enabled in a project and named in errors.
    pub(crate) fn service(self) -> &'static str {
        match self {
            Self::Directory | Self::Reports => "admin.googleapis.com",
            Self::Gmail => "gmail.googleapis.com",
            Self::Iam => "iam.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::CloudAsset => "cloudasset.googleapis.com",
            Self::CloudIdentity => "cloudidentity.googleapis.com",
            Self::PolicyAnalyzer => "policyanalyzer.googleapis.com",
            Self::OrgPolicy => "orgpolicy.googleapis.com",
            Self::ServiceUsage => "serviceusage.googleapis.com",
            Self::Oauth2 => "www.googleapis.com",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Directory | Self::Reports => "Admin SDK API",
            Self::Gmail => "Gmail API",
            Self::Iam => "Identity and Access Management (IAM) API",
            Self::IamCredentials => "IAM Service Account Credentials API",
            Self::ResourceManager => "Cloud Resource Manager API",
            Self::CloudAsset => "Cloud Asset API",
            Self::CloudIdentity => "Cloud Identity API",
            Self::PolicyAnalyzer => "Policy Analyzer API",
            Self::OrgPolicy => "Organization Policy API",
            Self::ServiceUsage => "Service Usage API",
            Self::Oauth2 => "Google OAuth2 API",
        }
    }

    /// Whether its errors tell a status and no list of errors, as the cloud's do.
    pub(crate) fn is_cloud(self) -> bool {
        !self.is_admin() && !matches!(self, Self::Gmail | Self::Oauth2)
    }

    /// Whether its errors tell a list of errors and no status, as the Admin SDK's do.
    pub(crate) fn is_admin(self) -> bool {
        matches!(self, Self::Directory | Self::Reports)
    }

    /// Which API a path belongs to, for errors that are raised before a method is known.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let of_method = || METHODS.iter().find(|method| method.template.fits(path)).map(|method| method.api);
        of_method().or_else(|| {
            [
                ("/admin/directory/", Self::Directory),
                ("/admin/reports/", Self::Reports),
                ("/gmail/", Self::Gmail),
                ("/v1/", Self::Iam),
                ("/v3/", Self::ResourceManager),
                ("/v2/", Self::OrgPolicy),
                ("/oauth2/", Self::Oauth2),
            ]
            .into_iter()
            .find_map(|(prefix, api)| path.starts_with(prefix).then_some(api))
        })
    }
}

/// One method of an API.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) api: Api,
    pub(crate) id: &'static str,
    pub(crate) http_method: &'static str,
    pub(crate) template: PathTemplate,
    pub(crate) parameters: &'static BTreeMap<String, Schema>,
    pub(crate) scopes: &'static [String],
    request: Option<&'static str>,
    response: &'static str,
    document: &'static Document,
}

impl Method {
    /// The schema of the body that the method takes, if it takes one.
    pub(crate) fn request_schema(&self) -> Option<&'static Schema> {
        self.document.schemas.get(self.request?)
    }

    /// The schema of what the method answers.
    pub(crate) fn response_schema(&self) -> &'static Schema {
        &self.document.schemas[self.response]
    }

    /// Follows a reference to another schema of the same document.
    pub(crate) fn resolve(&self, schema: &'static Schema) -> &'static Schema {
        schema.reference.as_ref().and_then(|name| self.document.schemas.get(name)).unwrap_or(schema)
    }

    /// The description of a query parameter, the API-wide ones included.
    pub(crate) fn query_parameter(&self, name: &str) -> Option<&'static Schema> {
        self.parameters
            .get(name)
            .filter(|parameter| parameter.location.as_deref() != Some("path"))
            .or_else(|| self.document.parameters.get(name))
    }

    /// Whether a query parameter is one that every method of the API takes.
    pub(crate) fn is_standard_parameter(&self, name: &str) -> bool {
        self.document.parameters.contains_key(name)
    }
}

/// A parameter, a field or a resource, as JSON schema.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Vec<String>,
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) required: bool,
    pub(crate) repeated: bool,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) items: Option<Box<Schema>>,
}

impl Schema {
    /// Whether nothing can be below it.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.kind.as_deref(), Some("string" | "boolean" | "integer" | "number"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Schema>,
    #[serde(flatten)]
    top: Resource,
    schemas: BTreeMap<String, Schema>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(default)]
    methods: BTreeMap<String, WrittenMethod>,
    #[serde(default)]
    resources: BTreeMap<String, Resource>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenMethod {
    id: String,
    http_method: String,
    path: String,
    /// The path with every part of it named, where `path` takes a whole resource name.
    flat_path: Option<String>,
    parameters: BTreeMap<String, Schema>,
    scopes: Vec<String>,
    request: Option<Reference>,
    response: Reference,
}

#[derive(Debug, Deserialize)]
struct Reference {
    #[serde(rename = "$ref")]
    name: String,
}

const TEXTS: [(Api, &str); 12] = [
    (Api::Directory, include_str!("../discovery/admin_directory_v1.json")),
    (Api::Reports, include_str!("../discovery/admin_reports_v1.json")),
    (Api::Gmail, include_str!("../discovery/gmail_v1.json")),
    (Api::Iam, include_str!("../discovery/iam_v1.json")),
    (Api::IamCredentials, include_str!("../discovery/iamcredentials_v1.json")),
    (Api::ResourceManager, include_str!("../discovery/cloudresourcemanager_v3.json")),
    (Api::CloudAsset, include_str!("../discovery/cloudasset_v1.json")),
    (Api::CloudIdentity, include_str!("../discovery/cloudidentity_v1.json")),
    (Api::PolicyAnalyzer, include_str!("../discovery/policyanalyzer_v1.json")),
    (Api::OrgPolicy, include_str!("../discovery/orgpolicy_v2.json")),
    (Api::ServiceUsage, include_str!("../discovery/serviceusage_v1.json")),
    (Api::Oauth2, include_str!("../discovery/oauth2_v2.json")),
];

static DOCUMENTS: LazyLock<Vec<(Api, Document)>> =
    LazyLock::new(|| TEXTS.into_iter().map(|(api, text)| (api, read(text))).collect());

/// Every method that is served.
pub(crate) static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let mut methods = Vec::new();
    for (api, document) in DOCUMENTS.iter() {
        gather(*api, document, &document.top, &mut methods);
    }
    methods
});

static SCOPES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../discovery/scopes.txt").lines().collect());

/// Whether Google knows a scope by this exact string.
pub(crate) fn is_known_scope(scope: &str) -> bool {
    SCOPES.contains(scope)
}

/// The description of an API as Google publishes it, cut down to what is served here. Asked under any
/// other host than Google's own, it names `root` as the address to call.
pub(crate) fn description(api: Api, host: &str, root: &str) -> Option<Value> {
    let (_, text) = TEXTS.into_iter().find(|(described, _)| *described == api)?;
    let mut document: Value = read(text);
    if host != api.service() {
        document["rootUrl"] = json!(format!("{root}/"));
        document["baseUrl"] = json!(format!("{root}/"));
    }
    Some(document)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the embedded discovery documents are well formed")
}

fn gather(api: Api, document: &'static Document, resource: &'static Resource, into: &mut Vec<Method>) {
    into.extend(resource.methods.values().map(|written| {
        let path = written.flat_path.as_ref().unwrap_or(&written.path);
        Method {
            api,
            id: &written.id,
            http_method: &written.http_method,
            template: PathTemplate::parse(path),
            parameters: &written.parameters,
            scopes: &written.scopes,
            request: written.request.as_ref().map(|request| request.name.as_str()),
            response: &written.response.name,
            document,
        }
    }));
    for below in resource.resources.values() {
        gather(api, document, below, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_read_whole() {
        assert!(METHODS.len() > 25);
        for method in METHODS.iter() {
            assert!(!method.response_schema().properties.is_empty(), "{}", method.id);
            for scope in method.scopes {
                assert!(is_known_scope(scope), "{scope}");
            }
        }
    }
}
