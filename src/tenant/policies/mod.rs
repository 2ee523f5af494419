//! What the Admin console sets for organizational units and groups, as the Policy API tells it.

mod audience;
mod org_units;
mod resolve;
mod switch;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use audience::{Audience, Reaches};
pub(crate) use org_units::{OrgUnit, OrgUnits};
pub(crate) use resolve::{Because, Effective, PlaceInForce, PolicyPlace, Resolved, Source, in_force, root};
pub(crate) use switch::{
    AUTO_FORWARDING, IMAP_ACCESS, MAIL_DELEGATION, OUTBOUND_GATEWAY, POP_ACCESS, SWITCHES, Switch,
};

/// Whose a policy is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PolicyOrigin {
    /// Google's own, as it holds where no admin changed it.
    System,
    /// An admin's.
    Admin,
    /// What Google said, verbatim.
    Other(String),
}

/// One policy: a setting, for whom, and how it ranks among others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TenantPolicy {
    /// `policies/…`. Google renames policies: no identity.
    pub(crate) name: String,
    pub(crate) origin: PolicyOrigin,
    /// `policyQuery.query`, verbatim: the whole condition. Empty if Google left it out.
    pub(crate) query: String,
    /// `policyQuery.orgUnit` without `orgUnits/`; empty if Google left it out.
    pub(crate) org_unit: String,
    /// `policyQuery.group`, verbatim; empty if there is none.
    pub(crate) group: String,
    /// The greatest wins. Google renumbers it: no identity.
    pub(crate) sort_order: Option<f64>,
    /// `setting.type` without `settings/`, such as `gmail.auto_forwarding`.
    pub(crate) setting: String,
    /// `setting.value`, verbatim.
    pub(crate) value: Value,
}

/// All policies of the tenant, and the addresses of the groups that they name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TenantPolicies {
    pub(crate) policies: Vec<TenantPolicy>,
    /// Addresses of groups by `groups/…`; one that could not be looked up is missing.
    #[serde(default)]
    pub(crate) group_addresses: BTreeMap<String, String>,
}

/// Every admin of the tenant: no group of the Directory. Seen in ScubaGoggles' sample report.
pub(crate) const ALL_ADMINS: &str = "WORKSPACE_ALL_ADMIN_GROUP";

impl TenantPolicies {
    /// The policies of a setting, such as `gmail.auto_forwarding`.
    pub(crate) fn of_setting(&self, setting: &str) -> impl Iterator<Item = &TenantPolicy> {
        self.policies.iter().filter(move |policy| policy.setting == setting)
    }

    /// A group as people know it: its address, or what the API calls it.
    #[must_use]
    pub(crate) fn group_name<'a>(&'a self, group: &'a str) -> &'a str {
        match self.group_addresses.get(group) {
            Some(address) => address,
            None if group == ALL_ADMINS => "all admins",
            None => group,
        }
    }
}
