//! The shape of an IAM policy, the same in every API that answers one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::BrokenRows;

/// `Policy`, as far as it is read: each binding by itself, so that an odd one does not cost the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    /// Who has which role.
    pub(crate) bindings: Vec<Binding>,
    /// Which accesses are logged.
    pub(crate) audit_configs: Vec<AuditConfig>,
    /// Bindings, members and logged accesses that cannot be read.
    pub(crate) broken: BrokenRows,
}

/// The policy with its entries as they came.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entries {
    #[serde(default)]
    bindings: Vec<Box<RawValue>>,
    #[serde(default)]
    audit_configs: Vec<Box<RawValue>>,
}

/// A binding with its members as they came.
#[derive(Deserialize)]
struct Members {
    role: String,
    #[serde(default)]
    members: Vec<Value>,
    condition: Option<Condition>,
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Entries::deserialize(deserializer)?;
        let mut policy = Self::default();
        for raw in &entries.bindings {
            match decoded::<Members>(raw) {
                Ok(Members { role, .. }) if role.is_empty() => policy.broken.add("no role", raw.get()),
                Ok(Members { role, members, condition }) => {
                    let count = members.len();
                    let is_named = |member: Value| match member {
                        Value::String(member) if !member.is_empty() => Some(member),
                        _ => None,
                    };
                    let members: Vec<String> = members.into_iter().filter_map(is_named).collect();
                    if members.len() < count {
                        policy.broken.add("a member is not text", raw.get());
                    }
                    policy.bindings.push(Binding { role, members, condition });
                }
                Err(error) => policy.broken.add(&error, raw.get()),
            }
        }
        for raw in &entries.audit_configs {
            match decoded(raw) {
                Ok(config) => policy.audit_configs.push(config),
                Err(error) => policy.broken.add(&error, raw.get()),
            }
        }
        Ok(policy)
    }
}

/// A list would be taken for an object without names.
fn decoded<T: DeserializeOwned>(raw: &RawValue) -> Result<T, String> {
    if !raw.get().starts_with('{') {
        return Err("no object".to_owned());
    }
    serde_json::from_str(raw.get()).map_err(|error| error.to_string())
}

/// `Binding`.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// `roles/…`.
    pub(crate) role: String,
    /// Principals.
    pub(crate) members: Vec<String>,
    /// When it holds.
    pub(crate) condition: Option<Condition>,
}

/// `Expr`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Condition {
    #[serde(default)]
    pub(crate) title: String,
    /// Common Expression Language.
    #[serde(default)]
    pub(crate) expression: String,
}

/// `AuditConfig`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditConfig {
    /// A service, or `allServices`.
    #[serde(default)]
    pub(crate) service: String,
    /// Kinds of access.
    #[serde(default)]
    pub(crate) audit_log_configs: Vec<AuditLogConfig>,
}

/// `AuditLogConfig`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditLogConfig {
    /// `ADMIN_READ`, `DATA_READ` or `DATA_WRITE`.
    #[serde(default)]
    pub(crate) log_type: String,
    /// Whose accesses are not logged.
    #[serde(default)]
    pub(crate) exempted_members: Vec<String>,
}

impl Policy {
    /// What is read, and the `etag`: without it `{}` could be anything. "An `etag` is returned in the response to
    /// `getIamPolicy`" (discovery document: Policy); one without bindings is reported as `{"etag": "ACAB"}`. Assumed:
    /// that no policy lacks it.
    pub(super) const FIELDS: &str = "etag,bindings(role,members,condition(title,expression)),\
                                     auditConfigs(service,auditLogConfigs(logType,exemptedMembers))";
}
