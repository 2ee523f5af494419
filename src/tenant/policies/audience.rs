//! Whom a policy is for: its query, read clause by clause.

use super::resolve::PolicyTarget;
use super::{ALL_ADMINS, TenantPolicy};

/// Whom a policy is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Audience<'p> {
    /// The organizational unit with all units below it.
    pub(crate) org_unit: Option<&'p str>,
    /// Members of a group, as the API names it.
    pub(crate) group: Option<&'p str>,
    /// Something besides decides that nobody knows here: a license, or a clause that is not understood.
    pub(crate) is_conditional: bool,
}

/// Whether a policy is for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaches {
    Yes,
    No,
    /// It depends on what is not known, such as licenses.
    Maybe,
}

/// The clauses of a query that were seen, in fixtures of ScubaGoggles and in a specification of Cloud Custodian:
/// an organizational unit, a group, and licenses, in any number, joined by `&&`. Others are allowed
/// (discovery document of `cloudidentity.v1`), and make it unknown whom the policy is for.
enum Clause<'p> {
    OrgUnit(&'p str),
    Group(&'p str),
    License,
}

impl<'p> Clause<'p> {
    fn read(text: &'p str) -> Option<Self> {
        let within = |start: &str, end: &str| {
            let id = text.strip_prefix(start)?.strip_suffix(end)?;
            is_id(id).then_some(id)
        };
        if let Some(id) =
            within("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('", "'))")
        {
            return Some(Self::OrgUnit(id));
        }
        if let Some(id) = within("entity.groups.exists(group, group.group_id == groupId('", "'))") {
            return Some(Self::Group(id));
        }
        let licenses = text.strip_prefix('!').unwrap_or(text);
        let list = licenses
            .strip_prefix("entity.licenses.exists(license, license in [")
            .and_then(|rest| rest.strip_suffix("])"))?;
        (!list.contains(['(', ')', '&', '|', '[', ']'])).then_some(Self::License)
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl<'p> Audience<'p> {
    /// From the query; where Google left it out, from the fields that repeat it.
    #[must_use]
    pub(crate) fn of(policy: &'p TenantPolicy) -> Self {
        let given = |text: &'p str| Some(text).filter(|text| !text.is_empty());
        let told =
            Self { org_unit: given(&policy.org_unit), group: given(&policy.group), is_conditional: false };
        let Some(query) = given(&policy.query) else {
            // An organizational unit can be left out by mistake (https://github.com/cisagov/ScubaGoggles/pull/605).
            return Self { is_conditional: told.org_unit.is_none(), ..told };
        };
        match Self::read(query) {
            Some(read) if read.agrees_with(&told) => Self { group: told.group.or(read.group), ..read },
            // Whatever the query says, the field names a group that no other policy is for.
            _ if told.group == Some(ALL_ADMINS) => Self { is_conditional: true, ..told },
            _ => Self { org_unit: None, group: None, is_conditional: true },
        }
    }

    fn read(query: &'p str) -> Option<Self> {
        let mut audience = Self { org_unit: None, group: None, is_conditional: false };
        for clause in query.split(" && ") {
            match Clause::read(clause.trim())? {
                Clause::OrgUnit(id) if audience.org_unit.is_none() => audience.org_unit = Some(id),
                Clause::Group(id) if audience.group.is_none() => audience.group = Some(id),
                Clause::License => audience.is_conditional = true,
                // Of two at once, nobody knows what they mean.
                Clause::OrgUnit(_) | Clause::Group(_) => return None,
            }
        }
        // Without an organizational unit, nobody knows where it holds.
        audience.is_conditional |= audience.org_unit.is_none();
        Some(audience)
    }

    /// Whether the fields beside the query say nothing else. A query names a group by its id alone.
    fn agrees_with(&self, told: &Self) -> bool {
        let same_unit = told.org_unit.is_none() || told.org_unit == self.org_unit;
        let id = told.group.map(|group| group.trim_start_matches("groups/"));
        let same_group = match (id, self.group) {
            (None, None) => true,
            (Some(told), Some(read)) => told == read,
            // No query of this group was seen: whatever it is, the field names it.
            (Some(told), None) => told == ALL_ADMINS,
            (None, Some(_)) => false,
        };
        same_unit && same_group
    }

    /// Whether the policy is for everybody, or somebody, in a target.
    #[must_use]
    pub(crate) fn reaches(&self, target: &PolicyTarget<'_>) -> Reaches {
        let is_in_unit = self.org_unit.is_none_or(|unit| target.units.contains(&unit));
        let is_in_group = self.group.is_none_or(|group| target.groups.contains(&group));
        match (is_in_unit && is_in_group, self.is_conditional) {
            (false, _) => Reaches::No,
            (true, false) => Reaches::Yes,
            (true, true) => Reaches::Maybe,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::policies::PolicyOrigin;

    const UNIT: &str =
        "entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('03ph8a2z2dvk5ts'))";
    const GROUP: &str = "entity.groups.exists(group, group.group_id == groupId('01opuj5n2o9gbsy'))";
    const LICENSE: &str =
        "entity.licenses.exists(license, license in ['/product/Google-Apps/sku/1010020020'])";

    fn policy(query: &str, org_unit: &str, group: &str) -> TenantPolicy {
        TenantPolicy {
            name: "policies/a".into(),
            origin: PolicyOrigin::Admin,
            query: query.into(),
            org_unit: org_unit.into(),
            group: group.into(),
            sort_order: Some(201.0),
            setting: "gmail.auto_forwarding".into(),
            value: serde_json::Value::Null,
        }
    }

    fn read(query: &str, org_unit: &str, group: &str) -> (Option<String>, Option<String>, bool) {
        let policy = policy(query, org_unit, group);
        let audience = Audience::of(&policy);
        (audience.org_unit.map(str::to_owned), audience.group.map(str::to_owned), audience.is_conditional)
    }

    #[test]
    fn the_five_queries_that_were_seen_are_understood() {
        let unit = Some("03ph8a2z2dvk5ts".to_owned());
        let group = Some("groups/01opuj5n2o9gbsy".to_owned());
        let (told_unit, told_group) = ("03ph8a2z2dvk5ts", "groups/01opuj5n2o9gbsy");
        assert_eq!(read(UNIT, told_unit, ""), (unit.clone(), None, false));
        let both = format!("{GROUP} && {UNIT}");
        assert_eq!(read(&both, told_unit, told_group), (unit.clone(), group.clone(), false));
        for license in [LICENSE.to_owned(), format!("!{LICENSE}")] {
            let query = format!("{UNIT} && {license}");
            assert_eq!(read(&query, told_unit, ""), (unit.clone(), None, true), "{query}");
        }
        // Without a query, the fields beside it count.
        assert_eq!(read("", told_unit, told_group), (unit.clone(), group, false));
        assert_eq!(read("", told_unit, ALL_ADMINS), (unit, Some(ALL_ADMINS.to_owned()), false));
    }

    #[test]
    fn any_other_query_and_any_contradiction_may_be_for_everybody() {
        let unknown = (None, None, true);
        for query in [
            format!("{UNIT} || {GROUP}"),
            format!("!{UNIT}"),
            format!("({UNIT})"),
            format!("{UNIT} && {UNIT}"),
            format!("{UNIT} && entity.something.exists(x, x == 'y')"),
            format!("{UNIT} && {LICENSE} || {LICENSE}"),
            "entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('a')) || true".to_owned(),
        ] {
            assert_eq!(read(&query, "03ph8a2z2dvk5ts", ""), unknown, "{query}");
        }
        assert_eq!(read(UNIT, "elsewhere", ""), unknown);
        assert_eq!(read(UNIT, "03ph8a2z2dvk5ts", "groups/x"), unknown);
        assert_eq!(read(&format!("{GROUP} && {UNIT}"), "03ph8a2z2dvk5ts", ""), unknown);
        // Of the group of all admins, no query was seen.
        let admins = (Some("03ph8a2z2dvk5ts".to_owned()), Some(ALL_ADMINS.to_owned()), true);
        assert_eq!(read("entity.is_admin == true", "03ph8a2z2dvk5ts", ALL_ADMINS), admins);
        // Google can leave the organizational unit out.
        assert_eq!(read("", "", ""), unknown);
        let (unit, group, is_conditional) = read(GROUP, "", "groups/01opuj5n2o9gbsy");
        assert_eq!((unit, group.as_deref(), is_conditional), (None, Some("groups/01opuj5n2o9gbsy"), true));
    }
}
