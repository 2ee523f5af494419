//! Google's own description of its methods: paths, parameters, limits, scopes and schemas.
//!
//! The documents under `discovery/` are excerpts of Google's discovery documents as published with its
//! Python client, with descriptions left out. `scopes.txt` lists every scope that any of the published
//! documents names, and a few that only Google's help pages do.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// The APIs served, by the discovery document that describes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Directory,
    Gmail,
    Iam,
    Oauth2,
}

impl Api {
    /// The name under which the API is enabled in a project and named in errors.
    pub(crate) fn service(self) -> &'static str {
        match self {
            Self::Directory => "admin.googleapis.com",
            Self::Gmail => "gmail.googleapis.com",
            Self::Iam => "iam.googleapis.com",
            Self::Oauth2 => "www.googleapis.com",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Directory => "Admin SDK API",
            Self::Gmail => "Gmail API",
            Self::Iam => "Identity and Access Management (IAM) API",
            Self::Oauth2 => "Google OAuth2 API",
        }
    }

    /// Which API a path belongs to, for errors that are raised before a method is known.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        [
            ("/admin/directory/", Self::Directory),
            ("/gmail/", Self::Gmail),
            ("/v1/projects/", Self::Iam),
            ("/oauth2/", Self::Oauth2),
        ]
        .into_iter()
        .find_map(|(prefix, api)| path.starts_with(prefix).then_some(api))
    }
}

/// One method of an API.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) api: Api,
    pub(crate) id: &'static str,
    pub(crate) http_method: &'static str,
    pub(crate) path: String,
    pub(crate) parameters: &'static BTreeMap<String, Schema>,
    pub(crate) scopes: &'static [String],
    response: &'static str,
    document: &'static Document,
}

impl Method {
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
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) items: Option<Box<Schema>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Schema>,
    methods: Vec<WrittenMethod>,
    schemas: BTreeMap<String, Schema>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenMethod {
    id: String,
    http_method: String,
    path: String,
    parameters: BTreeMap<String, Schema>,
    scopes: Vec<String>,
    response: String,
}

static DIRECTORY: LazyLock<Document> =
    LazyLock::new(|| read(include_str!("../discovery/admin_directory_v1.json")));
static GMAIL: LazyLock<Document> = LazyLock::new(|| read(include_str!("../discovery/gmail_v1.json")));
static IAM: LazyLock<Document> = LazyLock::new(|| read(include_str!("../discovery/iam_v1.json")));
static OAUTH2: LazyLock<Document> = LazyLock::new(|| read(include_str!("../discovery/oauth2_v2.json")));

/// Every method that is served.
pub(crate) static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    [(Api::Directory, &*DIRECTORY), (Api::Gmail, &*GMAIL), (Api::Iam, &*IAM), (Api::Oauth2, &*OAUTH2)]
        .into_iter()
        .flat_map(|(api, document)| {
            document.methods.iter().map(move |written| method(api, document, written))
        })
        .collect()
});

static SCOPES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../discovery/scopes.txt").lines().collect());

/// Whether Google knows a scope by this exact string.
pub(crate) fn is_known_scope(scope: &str) -> bool {
    SCOPES.contains(scope)
}

fn read(text: &str) -> Document {
    serde_json::from_str(text).expect("the embedded discovery documents are well formed")
}

fn method(api: Api, document: &'static Document, written: &'static WrittenMethod) -> Method {
    Method {
        api,
        id: &written.id,
        http_method: &written.http_method,
        path: format!("/{}", written.path),
        parameters: &written.parameters,
        scopes: &written.scopes,
        response: &written.response,
        document,
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
