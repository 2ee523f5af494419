//! Who may do what on a resource of the cloud: policies, their bindings and conditions.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// What is set on one resource; resources below it inherit it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    pub(crate) bindings: Vec<Binding>,
    /// The services whose data access is logged, with the types that are.
    pub(crate) audit_configs: Vec<(&'static str, Vec<&'static str>)>,
}

/// A role and who holds it.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) role: String,
    pub(crate) members: Vec<String>,
    /// When it ends, if it has a condition: conditions that read the clock are the only ones here.
    pub(crate) ends_at: Option<DateTime<Utc>>,
}

impl Policy {
    pub(crate) fn bind(&mut self, role: &str, members: &[&str]) -> &mut Binding {
        self.bindings.push(Binding {
            role: role.to_owned(),
            members: members.iter().map(|member| (*member).to_owned()).collect(),
            ends_at: None,
        });
        self.bindings.last_mut().expect("a binding was just made")
    }

    /// The policy in a version up to the one asked for. Google's guide to conditions: readers of the first
    /// version get a role whose name tells that its condition was left out.
    pub(crate) fn render(&self, resource: &str, requested_version: i64) -> Value {
        let conditional = self.bindings.iter().any(|binding| binding.ends_at.is_some());
        let with_conditions = requested_version >= 3;
        let mut policy = Map::new();
        let version = if conditional && with_conditions { 3 } else { 1 };
        policy.insert("version".to_owned(), json!(version));
        policy.insert("etag".to_owned(), json!(etag(resource)));
        if !self.bindings.is_empty() {
            let bindings = self.bindings.iter().map(|binding| binding.render(with_conditions));
            policy.insert("bindings".to_owned(), bindings.collect());
        }
        if !self.audit_configs.is_empty() {
            let configs = self.audit_configs.iter().map(|(service, kinds)| {
                let kinds: Vec<Value> = kinds.iter().map(|kind| json!({ "logType": kind })).collect();
                json!({ "service": service, "auditLogConfigs": kinds })
            });
            policy.insert("auditConfigs".to_owned(), configs.collect());
        }
        Value::Object(policy)
    }
}

impl Binding {
    pub(crate) fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }

    fn render(&self, with_conditions: bool) -> Value {
        let Some(end) = self.ends_at else {
            return json!({ "role": self.role, "members": self.members });
        };
        if !with_conditions {
            let mark = Dice::new(0, &self.role, 0).hexadecimal(20);
            return json!({ "role": format!("{}_withcond_{mark}", self.role), "members": self.members });
        }
        let end = end.to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({
            "role": self.role,
            "members": self.members,
            "condition": {
                "title": "Expires",
                "expression": format!("request.time < timestamp(\"{end}\")"),
            },
        })
    }
}

/// An ETag as policies have them: bytes in base64.
pub(crate) fn etag(resource: &str) -> String {
    use base64::Engine as _;
    let mut dice = Dice::new(0, resource, 1);
    base64::engine::general_purpose::STANDARD.encode(dice.draw().to_be_bytes())
}
