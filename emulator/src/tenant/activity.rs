//! Entries of the audit logs, as the Reports API shows them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::dice::{Dice, etag};

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) at: DateTime<Utc>,
    /// When the log shows it, if not at once.
    pub(crate) listed_from: Option<DateTime<Utc>>,
    /// Its place among entries of the same time.
    pub(crate) ordinal: u64,
    pub(crate) actor: Actor,
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) parameters: Vec<(&'static str, Parameter)>,
}

/// Who did it, and by which program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Actor {
    pub(crate) email: String,
    pub(crate) profile_id: String,
    /// The program's client id and name, and whether it acted as the user without them.
    pub(crate) application: Option<(String, String, bool)>,
}

/// What an event tells under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parameter {
    Text(String),
    Texts(Vec<String>),
    Number(i64),
    /// Nested parameters, one list a message.
    Messages(Vec<Vec<(&'static str, Parameter)>>),
}

impl Activity {
    /// The entry itself, with what tells it apart from others of the same moment.
    pub(crate) fn render(&self, application: &str, customer_id: &str) -> Value {
        // The same however many entries come before or after it.
        let time = self.at.timestamp_micros().unsigned_abs();
        let qualifier = Dice::new(self.ordinal, application, time).draw() >> 1;
        let mut actor =
            json!({ "callerType": "USER", "email": self.actor.email, "profileId": self.actor.profile_id });
        if let Some((client_id, name, impersonation)) = &self.actor.application {
            actor["applicationInfo"] = json!({
                "oauthClientId": client_id,
                "applicationName": name,
                "impersonation": impersonation,
            });
        }
        let parameters: Vec<Value> = self.parameters.iter().map(|(name, value)| value.render(name)).collect();
        json!({
            "kind": "admin#reports#activity",
            "id": {
                "time": self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "uniqueQualifier": qualifier.to_string(),
                "applicationName": application,
                "customerId": customer_id,
            },
            "etag": etag("activity", &format!("{application}{qualifier}")),
            "actor": actor,
            "ipAddress": "198.51.100.7",
            "events": [{ "type": self.kind, "name": self.name, "parameters": parameters }],
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }
}

impl Parameter {
    pub(crate) fn texts<T: AsRef<str>>(values: &[T]) -> Self {
        Self::Texts(values.iter().map(|value| value.as_ref().to_owned()).collect())
    }

    fn render(&self, name: &str) -> Value {
        match self {
            Self::Text(text) => json!({ "name": name, "value": text }),
            Self::Texts(texts) => json!({ "name": name, "multiValue": texts }),
            Self::Number(number) => json!({ "name": name, "intValue": number.to_string() }),
            Self::Messages(messages) => {
                let messages: Vec<Value> = messages
                    .iter()
                    .map(|fields| {
                        let fields: Vec<Value> =
                            fields.iter().map(|(name, value)| value.render(name)).collect();
                        json!({ "parameter": fields })
                    })
                    .collect();
                json!({ "name": name, "multiMessageValue": messages })
            }
        }
    }
}
