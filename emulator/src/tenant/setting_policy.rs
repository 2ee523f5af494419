//! What the Admin console sets for organizational units and groups, as the Policy API tells it.
//!
//! Field names of `setting.value`, the shapes of queries and the numbers of `sortOrder` are those of answers that others
//! published: the fixtures and the sample report of ScubaGoggles
//! (<https://github.com/cisagov/ScubaGoggles/tree/416a18ae2a5cd8a3a438e698f2adb781e529233a/scubagoggles>).

use serde_json::{Map, Value, json};

use super::foundation::Foundation;
use super::{Tenant, root_org_unit_id};
use crate::dice::Dice;

/// A policy of the Admin console, or one of Google's own.
#[derive(Debug, Clone)]
pub(crate) struct SettingPolicy {
    pub(crate) name: String,
    /// Google's own, as it holds where no admin changed it.
    pub(crate) system: bool,
    /// The id of the organizational unit, without `id:`.
    pub(crate) org_unit: String,
    /// `groups/…`, or `WORKSPACE_ALL_ADMIN_GROUP`.
    pub(crate) group: Option<String>,
    /// A clause of the query that looks at licenses.
    pub(crate) license: Option<&'static str>,
    pub(crate) sort_order: f64,
    pub(crate) setting: &'static str,
    pub(crate) value: Value,
}

/// A license, as a query names it.
pub(super) const HAS_LICENSE: &str =
    "entity.licenses.exists(license, license in ['/product/Google-Apps/sku/1010020020'])";
/// The lack of one.
pub(super) const LACKS_LICENSE: &str =
    "!entity.licenses.exists(license, license in ['/product/101001/sku/1010010001'])";

impl SettingPolicy {
    pub(crate) fn render(&self, tenant: &Tenant) -> Value {
        let unit = &self.org_unit;
        let mut clauses =
            vec![format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))")];
        if let Some(id) = self.group.as_deref().and_then(|group| group.strip_prefix("groups/")) {
            clauses.insert(0, format!("entity.groups.exists(group, group.group_id == groupId('{id}'))"));
        }
        clauses.extend(self.license.map(str::to_owned));
        let mut query = Map::new();
        // No query of the group of all admins was published.
        if self.group.as_deref() != Some(ALL_ADMINS) {
            query.insert("query".to_owned(), json!(clauses.join(" && ")));
        }
        query.insert("orgUnit".to_owned(), json!(format!("orgUnits/{unit}")));
        // The reference promises an empty text for none; real answers leave the field out.
        if let Some(group) = &self.group {
            query.insert("group".to_owned(), json!(group));
        }
        query.insert("sortOrder".to_owned(), json!(self.sort_order));
        json!({
            "name": self.name,
            "customer": format!("customers/{}", tenant.customer_id),
            "policyQuery": query,
            "setting": { "type": format!("settings/{}", self.setting), "value": self.value },
            "type": if self.system { "SYSTEM" } else { "ADMIN" },
        })
    }
}

pub(super) const ALL_ADMINS: &str = "WORKSPACE_ALL_ADMIN_GROUP";

impl Foundation {
    /// Sets something for an organizational unit, by its path. One that is not there was deleted: its policies stay.
    pub(super) fn set(&mut self, unit: &str, setting: &'static str, value: Value) -> &mut SettingPolicy {
        let depth = unit.matches('/').count() as u32 - u32::from(unit == "/");
        let place = self.setting_policies.len() as u64;
        let mut dice = Dice::new(self.seed, "setting policy", place);
        let org_unit = self.org_unit_id(unit);
        self.setting_policies.push(SettingPolicy {
            name: format!("policies/ah{}", dice.letters_and_digits(22)),
            system: false,
            org_unit,
            group: None,
            license: None,
            sort_order: f64::from(201 + depth),
            setting,
            value,
        });
        self.setting_policies.last_mut().expect("a policy was just set")
    }

    /// Sets something for a group in the whole tenant: above every organizational unit.
    pub(super) fn set_for_group(
        &mut self,
        login: &str,
        setting: &'static str,
        value: Value,
    ) -> &mut SettingPolicy {
        let group = self.groups.iter().find(|group| group.email.starts_with(&format!("{login}@")));
        let group = group.map(|group| format!("groups/{}", group.id)).expect("the group was made before");
        let policy = self.set("/", setting, value);
        policy.group = Some(group);
        policy.sort_order = 399.000_13;
        policy
    }

    /// What Google sets for everybody, or for those with a license. Since September 2026, its numbers begin at 100
    /// (<https://docs.cloud.google.com/identity/docs/concepts/policy-api-concepts>).
    pub(super) fn preset(
        &mut self,
        setting: &'static str,
        license: Option<&'static str>,
        sort_order: f64,
        value: Value,
    ) {
        let policy = self.set("/", setting, value);
        policy.system = true;
        policy.license = license;
        policy.sort_order = sort_order;
        policy.name.replace_range(9..11, "ax");
    }

    /// What every tenant has, besides what its admins set: Google's own, settings that nothing else here knows, and a
    /// policy of an organizational unit that was deleted.
    pub(super) fn common_policies(&mut self) {
        let recovery = "security.super_admin_account_recovery";
        self.preset("gmail.service_status", None, 100.0, json!({ "serviceState": "ENABLED" }));
        self.preset(recovery, Some(HAS_LICENSE), 100.000_25, json!({ "enableAccountRecovery": true }));
        self.preset(recovery, Some(LACKS_LICENSE), 100.002_22, json!({ "enableAccountRecovery": false }));
        self.set(
            "/",
            "security.password",
            json!({
                "allowedStrength": "STRONG",
                "minimumLength": 12,
                "maximumLength": 100,
                "enforceRequirementsAtLogin": false,
                "allowReuse": false,
                "expirationDuration": "0s",
            }),
        )
        .sort_order = 201.000_34;
        self.set("/Closed in 2024", "gmail.auto_forwarding", json!({ "enableAutoForwarding": true }));
        let enforced = self.set(
            "/",
            "security.two_step_verification_enforcement",
            json!({ "enforcedFrom": "2026-08-24T06:30:00Z" }),
        );
        enforced.group = Some(ALL_ADMINS.to_owned());
        enforced.sort_order = 2.0;
    }

    fn org_unit_id(&self, path: &str) -> String {
        let unit = self.org_units.iter().find(|unit| unit.path == path).map(|unit| unit.id.clone());
        let id = match unit {
            Some(id) => id,
            None if path == "/" => root_org_unit_id(self.seed),
            None => format!("id:{}", Dice::new(self.seed, path, 0).letters_and_digits(14)),
        };
        id.trim_start_matches("id:").to_owned()
    }
}
