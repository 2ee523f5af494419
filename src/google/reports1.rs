//! Admin SDK Reports: the activities of the audit logs, from the discovery document `admin.reports_v1`.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Api, Bound, MAX_TEXT, Pages, Request, Session, clipped, segment};

/// Reads audit logs.
pub(crate) const AUDIT_SCOPE: &str = "https://www.googleapis.com/auth/admin.reports.audit.readonly";

/// How far back the logs go: Google keeps them for six months.
pub(crate) const KEPT_DAYS: i64 = 180;

/// `Activity`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Activity {
    /// When, and which.
    pub(crate) id: ActivityId,
    #[serde(default)]
    pub(crate) actor: Actor,
    /// From where.
    #[serde(rename = "ipAddress")]
    pub(crate) ip_address: Option<String>,
    #[serde(default)]
    pub(crate) events: Vec<Event>,
}

/// `Activity.id`: unique within a customer with all three.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivityId {
    /// When it happened.
    pub(crate) time: DateTime<Utc>,
    /// An int64 as a string.
    #[serde(default)]
    pub(crate) unique_qualifier: String,
}

/// `Activity.actor`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Actor {
    /// The address, if there is one.
    pub(crate) email: Option<String>,
    /// An identifier of an actor without an address.
    pub(crate) key: Option<String>,
    /// The application through which it was done.
    pub(crate) application_info: Option<ApplicationInfo>,
}

/// `Activity.actor.applicationInfo`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApplicationInfo {
    pub(crate) oauth_client_id: Option<String>,
    /// Whether it acted as a user.
    pub(crate) impersonation: Option<bool>,
}

/// `Activity.events`: one event.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Event {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
}

/// `Activity.events.parameters`: one parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parameter {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default, deserialize_with = "digit_by_digit")]
    pub(crate) value: Option<String>,
    /// Several values.
    #[serde(default)]
    pub(crate) multi_value: Vec<Text>,
    /// One whole number, as Google writes int64: as a text.
    #[serde(default, deserialize_with = "digit_by_digit")]
    pub(crate) int_value: Option<String>,
    /// Several whole numbers.
    #[serde(default)]
    pub(crate) multi_int_value: Vec<Text>,
}

/// A text, or a number, digit by digit: a client id has more digits than a float keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let is_number = raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if is_number {
            return Ok(Self(raw.get().to_owned()));
        }
        serde_json::from_str(raw.get()).map(Self).map_err(serde::de::Error::custom)
    }
}

fn digit_by_digit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
}

impl Parameter {
    /// Every value, however it came.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let several = self.multi_value.iter().chain(&self.multi_int_value).map(|text| text.0.as_str());
        several.chain(self.value.iter().chain(&self.int_value).map(String::as_str))
    }
}

impl Event {
    /// The value of a parameter, the first of several; empty if there is none.
    #[must_use]
    pub(crate) fn value(&self, name: &str) -> Cow<'_, str> {
        let Some(parameter) = self.parameter(name) else { return "".into() };
        let value = parameter.value.as_deref().or_else(|| parameter.texts().next());
        clipped(value.unwrap_or_default(), MAX_TEXT)
    }

    /// The values of a parameter. A single one may hold several, separated by spaces or commas.
    #[must_use]
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        let Some(parameter) = self.parameter(name) else { return Vec::new() };
        let words = parameter.texts().flat_map(|text| text.split([' ', ',', '\n', '\t']));
        words.filter(|word| !word.is_empty()).map(|word| clipped(word, MAX_TEXT).into_owned()).collect()
    }

    /// The values of a parameter, each as it stands, however long; blank ones are none.
    #[must_use]
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.parameter(name).into_iter().flat_map(Parameter::texts);
        texts.filter(|text| !text.trim().is_empty()).map(str::to_owned).collect()
    }

    fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }
}

/// `activities.list` of one log: newest first, 1,000 a page; one event name, or all.
#[must_use]
pub(crate) fn list_activities<'a>(
    session: &'a Session<'a>,
    application: &str,
    event_name: Option<&'static str>,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
) -> Pages<'a, Activity> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let fields = "nextPageToken,items(id(time,uniqueQualifier,applicationName),ipAddress,actor(email,key,\
                  applicationInfo(oauthClientId,impersonation)),events(name,parameters(name,value,multiValue,intValue,multiIntValue)))";
    let path = format!("admin/reports/v1/activity/users/all/applications/{}", segment(application));
    let mut request = Request::new(Api::Reports, path)
        .query("startTime", time(start_time))
        .query("endTime", time(end_time))
        .query("maxResults", "1000")
        .query("fields", fields);
    if let Some(event_name) = event_name {
        request = request.query("eventName", event_name);
    }
    Pages::new(session, AUDIT_SCOPE, request, "items", Bound::STREAM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameters_values_come_apart_however_they_were_written() {
        let event: Event = serde_json::from_str(
            r#"{"name": "E", "parameters": [{"name": "API_SCOPES", "multiValue": ["a", "b c"]}, {"name": "X", "value": "d,e"}]}"#,
        )
        .unwrap();
        assert_eq!(event.values("api_scopes"), ["a", "b", "c"]);
        assert_eq!(event.values("X"), ["d", "e"]);
        assert_eq!(event.value("X"), "d,e");
        assert!(event.values("Y").is_empty());
    }

    #[test]
    fn a_number_is_text_to_its_last_digit() {
        let event: Event = serde_json::from_str(
            r#"{"name": "E", "parameters": [
                {"name": "TEXT", "value": "118000000000000000005"},
                {"name": "NUMBER", "value": 118000000000000000005},
                {"name": "INT", "intValue": "118000000000000000005"},
                {"name": "BARE", "intValue": 118000000000000000005},
                {"name": "SEVERAL", "multiIntValue": ["118000000000000000005"]},
                {"name": "BLANK", "value": " ", "multiValue": ["", " a b "]},
                {"name": "NULL", "value": null}
            ]}"#,
        )
        .unwrap();
        for name in ["TEXT", "NUMBER", "INT", "BARE", "SEVERAL"] {
            assert_eq!(event.texts(name), ["118000000000000000005"], "{name}");
            assert_eq!(event.value(name), "118000000000000000005", "{name}");
        }
        assert_eq!(event.texts("BLANK"), [" a b "]);
        assert!(event.texts("NULL").is_empty() && event.texts("NONE").is_empty());
        assert!(serde_json::from_str::<Text>("true").is_err());
    }
}
