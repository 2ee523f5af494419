//! The thresholds in force: what a profile asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::policy::Register;

/// A named set of thresholds. Where baselines differ, [`Profile::Default`] takes the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Profile {
    /// The stricter of the baselines.
    #[default]
    Default,
    /// CIS Google Workspace Foundations.
    Cis,
    /// CISA SCuBA.
    Scuba,
}

/// Days for which an event stays in reports, if nothing else is configured.
pub(crate) const DEFAULT_EVENT_DAYS: i64 = 30;

/// The most findings that one exception may cover, if nothing else is configured.
pub(crate) const DEFAULT_EXCEPTION_MAX_FINDINGS: u64 = 25;
/// The most days that an exception may hold, if nothing else is configured.
pub(crate) const DEFAULT_EXCEPTION_MAX_DAYS: i64 = 365;

/// The thresholds that checks compare with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policy {
    /// Where they come from.
    pub(crate) profile: Profile,
    /// Fewest super admins.
    pub(crate) super_admins_min: usize,
    /// Most super admins.
    pub(crate) super_admins_max: usize,
    /// Days without a sign-in after which an active account is dormant.
    pub(crate) dormant_after_days: i64,
    /// Days that a new account may stay without a first sign-in.
    pub(crate) first_login_within_days: i64,
    /// Days after which a key is too old.
    pub(crate) key_max_age_days: i64,
    /// Days after which an old key is a high finding.
    pub(crate) key_high_age_days: i64,
    /// Days without an authentication after which a key is idle.
    pub(crate) key_idle_after_days: i64,
    /// Days without a use after which a delegation is idle.
    pub(crate) client_idle_after_days: i64,
    /// Days for which an event stays in reports.
    pub(crate) event_days: i64,
    /// The most findings that one exception may cover.
    pub(crate) exception_max_findings: u64,
    /// The most days that an exception may hold.
    pub(crate) exception_max_days: i64,
    /// Addresses of accounts that weigh as much as super admins: the admin the audit acts as.
    pub(crate) tier_zero: Vec<String>,
    /// The address of the audit's own account.
    pub(crate) own_email: Option<String>,
    /// The audit's own client id, if known.
    pub(crate) own_client_id: Option<String>,
    /// The key that signed for this run, if it was a key file's.
    pub(crate) own_key_id: Option<String>,
    /// The operator's list of clients; `None` if there is none.
    pub(crate) register: Option<Register>,
}

impl Policy {
    /// The numbers that decide verdicts, by name; those that are settings by the name of the setting.
    #[must_use]
    pub(crate) fn thresholds(&self) -> BTreeMap<String, i64> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let thresholds = [
            ("super_admins_min", number(self.super_admins_min as u64)),
            ("super_admins_max", number(self.super_admins_max as u64)),
            ("dormant_after_days", self.dormant_after_days),
            ("first_login_within_days", self.first_login_within_days),
            ("key_max_age_days", self.key_max_age_days),
            ("key_high_age_days", self.key_high_age_days),
            ("key_idle_after_days", self.key_idle_after_days),
            ("client_idle_after_days", self.client_idle_after_days),
            ("checks.event_days", self.event_days),
            ("checks.exception_max_findings", number(self.exception_max_findings)),
            ("checks.exception_max_days", self.exception_max_days),
        ];
        thresholds.into_iter().map(|(name, threshold)| (name.to_owned(), threshold)).collect()
    }

    /// The thresholds of a profile.
    #[must_use]
    pub(crate) fn of(profile: Profile) -> Self {
        Self {
            profile,
            super_admins_min: 2,
            super_admins_max: match profile {
                Profile::Default | Profile::Cis => 4,
                Profile::Scuba => 8,
            },
            dormant_after_days: 90,
            first_login_within_days: 30,
            key_max_age_days: 90,
            key_high_age_days: 365,
            key_idle_after_days: 90,
            client_idle_after_days: 90,
            event_days: DEFAULT_EVENT_DAYS,
            exception_max_findings: DEFAULT_EXCEPTION_MAX_FINDINGS,
            exception_max_days: DEFAULT_EXCEPTION_MAX_DAYS,
            tier_zero: Vec::new(),
            own_email: None,
            own_client_id: None,
            own_key_id: None,
            register: None,
        }
    }
}
