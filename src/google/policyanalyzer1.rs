//! Policy Analyzer: when service accounts and keys authenticated last, from the discovery document
//! `policyanalyzer.v1`. Days, not times; late by a day or two.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Api, Bound, Pages, Request, Session, iam1, segment};

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActivityType {
    ServiceAccount,
    /// Their keys.
    ServiceAccountKey,
}

impl ActivityType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceAccount => "serviceAccountLastAuthentication",
            Self::ServiceAccountKey => "serviceAccountKeyLastAuthentication",
        }
    }
}

/// `GoogleCloudPolicyanalyzerV1Activity`, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Activity {
    /// `//iam.googleapis.com/projects/<project>/serviceAccounts/<account>[/keys/<key>]`.
    #[serde(default)]
    pub(crate) full_resource_name: String,
    /// The activity itself: no schema is published for it.
    #[serde(default)]
    pub(crate) activity: Map<String, Value>,
}

impl Activity {
    /// `lastAuthenticatedTime`: the day, at midnight Pacific time; `None` if there was none.
    ///
    /// # Errors
    /// What stands there, if it is no time.
    pub(crate) fn last_authenticated_at(&self) -> Result<Option<DateTime<Utc>>, &Value> {
        match self.activity.get("lastAuthenticatedTime") {
            None => Ok(None),
            Some(written) => written.as_str().and_then(|text| text.parse().ok()).map(Some).ok_or(written),
        }
    }

    /// The account: its address or unique id.
    #[must_use]
    pub(crate) fn account(&self) -> Option<&str> {
        self.full_resource_name.split_once("/serviceAccounts/")?.1.split('/').next()
    }

    #[must_use]
    pub(crate) fn key(&self) -> Option<&str> {
        Some(self.full_resource_name.split_once("/keys/")?.1)
    }
}

/// `activities.query` of one project: 1,000 a page.
#[must_use]
pub(crate) fn query_activities<'a>(
    session: &'a Session<'a>,
    project: &str,
    activity_type: ActivityType,
) -> Pages<'a, Activity> {
    let path = format!(
        "v1/projects/{}/locations/global/activityTypes/{}/activities:query",
        segment(project),
        activity_type.as_str()
    );
    let request = Request::new(Api::PolicyAnalyzer, path)
        .query("pageSize", "1000")
        .query("fields", "nextPageToken,activities(fullResourceName,activity)");
    Pages::new(session, iam1::CLOUD_SCOPE, request, "activities", Bound::MANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_names_its_account_and_key() {
        let name = "//iam.googleapis.com/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com/keys/k1";
        let activity = Activity { full_resource_name: name.to_owned(), activity: Default::default() };
        assert_eq!((activity.account(), activity.key()), (Some("a@p.iam.gserviceaccount.com"), Some("k1")));
    }
}
