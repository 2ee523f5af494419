//! The shape of an IAM policy, the same in every API that answers one.

use serde::Deserialize;

/// `Policy`, as far as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Who has which role.
    #[serde(default)]
    pub bindings: Vec<Binding>,
    /// Which accesses are logged.
    #[serde(default)]
    pub audit_configs: Vec<AuditConfig>,
}

/// `Binding`.
#[derive(Clone, Debug, Deserialize)]
pub struct Binding {
    /// `roles/…`.
    #[serde(default)]
    pub role: String,
    /// Principals.
    #[serde(default)]
    pub members: Vec<String>,
    /// When it holds.
    pub condition: Option<Condition>,
}

/// `Expr`.
#[derive(Clone, Debug, Deserialize)]
pub struct Condition {
    /// For people.
    #[serde(default)]
    pub title: String,
    /// Common Expression Language.
    #[serde(default)]
    pub expression: String,
}

/// `AuditConfig`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditConfig {
    /// A service, or `allServices`.
    #[serde(default)]
    pub service: String,
    /// Kinds of access.
    #[serde(default)]
    pub audit_log_configs: Vec<AuditLogConfig>,
}

/// `AuditLogConfig`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditLogConfig {
    /// `ADMIN_READ`, `DATA_READ` or `DATA_WRITE`.
    #[serde(default)]
    pub log_type: String,
    /// Whose accesses are not logged.
    #[serde(default)]
    pub exempted_members: Vec<String>,
}

impl Policy {
    /// What is read, and the `etag`: without it `{}` could be anything. "An `etag` is returned in the response to
    /// `getIamPolicy`" (discovery document: Policy); one without bindings is reported as `{"etag": "ACAB"}`. Assumed:
    /// that no policy lacks it.
    pub(super) const FIELDS: &str = "etag,bindings(role,members,condition(title,expression)),\
                                     auditConfigs(service,auditLogConfigs(logType,exemptedMembers))";
}
