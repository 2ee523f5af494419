//! What holds for whom: of all policies for somebody, the strongest. No I/O.
//!
//! Google's process (<https://docs.cloud.google.com/identity/docs/concepts/policy-api-concepts>): drop the policies of
//! organizational units, groups and licenses that a user does not have, then take the greatest `sortOrder`. An admin's
//! policy ranks above Google's own, as its number does. Assumed: where a number says otherwise, too. Depth and groups
//! have no rank of their own: a group's number can be above every unit's or just above one unit's
//! (Cloud Custodian measured both).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::switch::{DocumentedDefault, Said};
use super::{Audience, OrgUnits, PolicyOrigin, Reaches, Switch, TenantPolicies, TenantPolicy};

/// For whom it is asked what holds: a user, or all who are in a unit and in no group, or all in a unit and a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PolicyTarget<'a> {
    /// The unit and those above it.
    pub(crate) units: Vec<&'a str>,
    /// The groups, nested ones too, as the API names them.
    pub(crate) groups: Vec<&'a str>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source<'p> {
    Policy(&'p TenantPolicy),
    /// No policy says anything.
    Default(DocumentedDefault),
}

/// Why it is unknown what holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Because<'p> {
    /// No policy says anything, and Google documents no default.
    NoDefault,
    /// This policy's value is neither true nor false.
    Unreadable(&'p TenantPolicy),
    /// These disagree. Licenses decide, or a clause that is not understood, or nothing: their rank is the same.
    Undecided(Vec<&'p TenantPolicy>),
}

/// What holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effective<'p> {
    Known { is_on: bool, source: Source<'p> },
    Unknown(Because<'p>),
}

/// What holds, and the policies that may be why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resolved<'p> {
    pub(crate) effective: Effective<'p>,
    /// The strongest, and those above it that are only for some.
    pub(crate) possible: Vec<&'p TenantPolicy>,
}

/// Where an admin can set something: a unit, or a group within a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PolicyPlace<'p> {
    pub(crate) unit: &'p str,
    pub(crate) group: Option<&'p str>,
}

/// What holds at a place that decides it: `None` if the units above it are not known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlaceInForce<'p> {
    pub(crate) place: PolicyPlace<'p>,
    pub(crate) resolved: Option<Resolved<'p>>,
}

/// Greater is stronger; `None`: nobody knows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rank {
    is_admin: bool,
    sort_order: f64,
}

impl Rank {
    fn of(policy: &TenantPolicy) -> Option<Self> {
        let is_admin = match policy.origin {
            PolicyOrigin::Admin => true,
            PolicyOrigin::System => false,
            PolicyOrigin::Other(_) => return None,
        };
        Some(Self { is_admin, sort_order: policy.sort_order? })
    }

    fn compare(self, other: Self) -> std::cmp::Ordering {
        self.is_admin.cmp(&other.is_admin).then(self.sort_order.total_cmp(&other.sort_order))
    }
}

/// What holds of a switch for a target.
#[must_use]
pub(crate) fn effective<'p>(
    policies: &'p TenantPolicies,
    switch: &Switch,
    target: &PolicyTarget<'_>,
) -> Resolved<'p> {
    let candidates = policies.of_setting(switch.setting).filter_map(|policy| {
        let reaches = Audience::of(policy).reaches(target);
        (reaches != Reaches::No).then(|| (Rank::of(policy), reaches, policy))
    });
    let mut candidates: Vec<_> = candidates.collect();
    // Strongest first. One without a rank may be the strongest.
    candidates.sort_by(|(rank, _, policy), (other_rank, _, other)| {
        let by_rank = match (rank, other_rank) {
            (Some(rank), Some(other_rank)) => other_rank.compare(*rank),
            _ => Reverse(rank.is_none()).cmp(&Reverse(other_rank.is_none())),
        };
        by_rank.then_with(|| policy.name.cmp(&other.name))
    });
    let mut possible = Vec::new();
    let mut decided: Option<(Rank, &TenantPolicy)> = None;
    for (rank, reaches, policy) in candidates {
        if let (Some((winner, _)), Some(rank)) = (decided, rank)
            && rank.compare(winner).is_lt()
        {
            break;
        }
        possible.push(policy);
        if let (None, Reaches::Yes, Some(rank)) = (decided, reaches, rank) {
            decided = Some((rank, policy));
        }
    }
    let effective = weigh(switch, &possible, decided.map(|(_, policy)| policy));
    Resolved { effective, possible }
}

/// What holds whichever of these is the strongest.
fn weigh<'p>(
    switch: &Switch,
    possible: &[&'p TenantPolicy],
    decided: Option<&'p TenantPolicy>,
) -> Effective<'p> {
    let of_default = || match switch.default {
        Some(default) => Ok((default.is_on, Source::Default(default))),
        None => Err(Because::NoDefault),
    };
    let of_policy = |policy: &'p TenantPolicy| match switch.read(&policy.value) {
        Said::Is(is_on) => Ok((is_on, Source::Policy(policy))),
        Said::Nothing => of_default(),
        Said::Unreadable => Err(Because::Unreadable(policy)),
    };
    // The one that is for everybody tells best where the value comes from.
    let last = decided.map_or_else(of_default, of_policy);
    let others = possible.iter().copied().filter(|policy| Some(*policy) != decided).map(of_policy);
    let said: Result<Vec<_>, Because<'p>> = std::iter::once(last).chain(others).collect();
    match said {
        Err(because) => Effective::Unknown(because),
        Ok(said) => {
            let (is_on, source) = said[0];
            match said.iter().all(|(other, _)| *other == is_on) {
                true => Effective::Known { is_on, source },
                false => Effective::Unknown(Because::Undecided(possible.to_vec())),
            }
        }
    }
}

/// The root: as Directory lists it, else the one unit that all of Google's own policies are for.
#[must_use]
pub(crate) fn root<'p>(policies: &'p TenantPolicies, units: &'p OrgUnits) -> Option<&'p str> {
    units.root().or_else(|| {
        let own = policies.policies.iter().filter(|policy| policy.origin == PolicyOrigin::System);
        let mut of_own = own.map(|policy| policy.org_unit.as_str()).filter(|unit| !unit.is_empty());
        let first = of_own.next().filter(|_| units.0.is_empty())?;
        of_own.all(|other| other == first).then_some(first)
    })
}

/// The places that decide a switch: the root, and each unit and group whose own policy may be the strongest there. A place
/// that inherits is not among them, nor is one that is gone: policies of a unit that was deleted stay
/// (ScubaGoggles, `policy_api.py`).
#[must_use]
pub(crate) fn in_force<'p>(
    policies: &'p TenantPolicies,
    units: &'p OrgUnits,
    root: &'p str,
    switch: &Switch,
) -> Vec<PlaceInForce<'p>> {
    let place_of = |policy: &'p TenantPolicy| {
        let audience = Audience::of(policy);
        let unit = audience.org_unit?;
        Some(PolicyPlace { unit, group: audience.group })
    };
    let at_root = PolicyPlace { unit: root, group: None };
    let mut places: BTreeSet<PolicyPlace<'p>> =
        policies.of_setting(switch.setting).filter_map(place_of).collect();
    places.retain(|place| units.path(place.unit, root).is_some());
    places.remove(&at_root);
    std::iter::once(at_root)
        .chain(places)
        .filter_map(|place| {
            let Some(chain) = units.with_those_above(place.unit, root) else {
                return Some(PlaceInForce { place, resolved: None });
            };
            let target = PolicyTarget { units: chain, groups: place.group.into_iter().collect() };
            let resolved = effective(policies, switch, &target);
            let is_own = resolved.possible.iter().any(|policy| place_of(policy) == Some(place));
            (is_own || place == at_root).then_some(PlaceInForce { place, resolved: Some(resolved) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::tenant::policies::{AUTO_FORWARDING, IMAP_ACCESS, OrgUnit};

    const LICENSED: &str = "entity.licenses.exists(license, license in ['x'])";

    fn policy(number: usize, unit: &str, sort_order: f64, is_on: bool) -> TenantPolicy {
        TenantPolicy {
            name: format!("policies/{number}"),
            origin: PolicyOrigin::Admin,
            query: format!("entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('{unit}'))"),
            org_unit: unit.into(),
            group: String::new(),
            sort_order: Some(sort_order),
            setting: "gmail.auto_forwarding".into(),
            value: json!({ "enableAutoForwarding": is_on }),
        }
    }

    fn for_group(group: &str, policy: TenantPolicy) -> TenantPolicy {
        let clause = format!("entity.groups.exists(group, group.group_id == groupId('{group}'))");
        TenantPolicy {
            query: format!("{clause} && {}", policy.query),
            group: format!("groups/{group}"),
            ..policy
        }
    }

    fn licensed(policy: TenantPolicy) -> TenantPolicy {
        TenantPolicy { query: format!("{} && {LICENSED}", policy.query), ..policy }
    }

    fn all(policies: Vec<TenantPolicy>) -> TenantPolicies {
        TenantPolicies { policies, ..TenantPolicies::default() }
    }

    fn units() -> OrgUnits {
        let unit = |id: &str, path: &str, parent: &str| OrgUnit {
            id: id.into(),
            path: path.into(),
            parent: parent.into(),
        };
        OrgUnits(vec![
            unit("root", "/", ""),
            unit("sales", "/Sales", "root"),
            unit("emea", "/Sales/EMEA", "sales"),
            unit("hr", "/HR", "root"),
        ])
    }

    fn target<'a>(units: &[&'a str], groups: &[&'a str]) -> PolicyTarget<'a> {
        PolicyTarget { units: units.to_vec(), groups: groups.to_vec() }
    }

    fn known(policies: &TenantPolicies, target: &PolicyTarget<'_>) -> Option<bool> {
        match effective(policies, &AUTO_FORWARDING, target).effective {
            Effective::Known { is_on, .. } => Some(is_on),
            Effective::Unknown(_) => None,
        }
    }

    const EMEA: [&str; 3] = ["emea", "sales", "root"];

    #[test]
    fn the_greatest_number_wins_whatever_the_depth_and_the_group() {
        let root = policy(1, "root", 201.0003, false);
        let sales = policy(2, "sales", 202.0, true);
        let everywhere = for_group("g", policy(3, "root", 399.0001, false));
        let within = for_group("h", policy(4, "sales", 202.00001, false));
        let emea = policy(5, "emea", 203.0, true);
        let policies = all(vec![root, sales, everywhere, within, emea]);
        assert_eq!(known(&policies, &target(&["root"], &[])), Some(false));
        assert_eq!(known(&policies, &target(&["sales", "root"], &[])), Some(true));
        assert_eq!(known(&policies, &target(&EMEA, &["groups/g"])), Some(false), "above every unit");
        assert_eq!(known(&policies, &target(&["sales", "root"], &["groups/h"])), Some(false));
        assert_eq!(known(&policies, &target(&EMEA, &["groups/h"])), Some(true), "a deeper unit beats it");
        assert_eq!(known(&policies, &target(&EMEA, &["groups/h", "groups/g"])), Some(false));
    }

    #[test]
    fn an_admins_policy_beats_googles_own_and_without_any_the_documented_default_holds() {
        let own = TenantPolicy { origin: PolicyOrigin::System, ..policy(1, "root", 399.0, true) };
        let policies = all(vec![own.clone(), policy(2, "root", 2.0, false)]);
        assert_eq!(known(&policies, &target(&["root"], &[])), Some(false));
        assert_eq!(known(&all(vec![own]), &target(&["root"], &[])), Some(true));
        let nothing = all(Vec::new());
        let forwarding = effective(&nothing, &AUTO_FORWARDING, &target(&["root"], &[])).effective;
        let by_default = matches!(forwarding, Effective::Known { is_on: true, source: Source::Default(_) });
        assert!(by_default, "{forwarding:?}");
        let imap = effective(&nothing, &IMAP_ACCESS, &target(&["root"], &[])).effective;
        assert_eq!(imap, Effective::Unknown(Because::NoDefault));
    }

    #[test]
    fn a_field_that_the_winner_leaves_out_has_its_default_and_not_the_value_below() {
        let empty = TenantPolicy { value: json!({}), ..policy(2, "sales", 202.0, false) };
        let policies = all(vec![policy(1, "root", 201.0, false), empty]);
        let resolved = effective(&policies, &AUTO_FORWARDING, &target(&["sales", "root"], &[]));
        let by_default =
            matches!(resolved.effective, Effective::Known { is_on: true, source: Source::Default(_) });
        assert!(by_default, "{resolved:?}");
    }

    #[test]
    fn licenses_leave_it_open_unless_it_is_the_same_with_and_without_them() {
        let root = policy(1, "root", 201.0, false);
        let differs = all(vec![root.clone(), licensed(policy(2, "sales", 202.0, true))]);
        assert_eq!(known(&differs, &target(&["sales", "root"], &[])), None);
        assert_eq!(known(&differs, &target(&["root"], &[])), Some(false));
        let same = all(vec![root.clone(), licensed(policy(2, "sales", 202.0, false))]);
        assert_eq!(known(&same, &target(&["sales", "root"], &[])), Some(false));
        // One that is weaker than what is for everybody is for nobody.
        let weaker = all(vec![root, licensed(policy(2, "root", 200.0, true))]);
        assert_eq!(known(&weaker, &target(&["root"], &[])), Some(false));
    }

    #[test]
    fn two_of_one_rank_that_disagree_and_one_without_a_rank_leave_it_open() {
        let (one, other) = (policy(1, "root", 201.0, false), policy(2, "root", 201.0, true));
        assert_eq!(known(&all(vec![one.clone(), other]), &target(&["root"], &[])), None);
        let same = all(vec![one.clone(), policy(2, "root", 201.0, false)]);
        assert_eq!(known(&same, &target(&["root"], &[])), Some(false));
        let unranked = TenantPolicy { sort_order: None, ..policy(2, "root", 0.0, true) };
        assert_eq!(known(&all(vec![one.clone(), unranked]), &target(&["root"], &[])), None);
        let odd = TenantPolicy {
            origin: PolicyOrigin::Other("POLICY_TYPE_UNSPECIFIED".into()),
            ..policy(2, "root", 1.0, true)
        };
        assert_eq!(known(&all(vec![one, odd]), &target(&["root"], &[])), None);
    }

    #[test]
    fn places_that_inherit_are_gone_or_are_beaten_decide_nothing() {
        let policies = all(vec![
            policy(1, "root", 201.0, false),
            policy(2, "sales", 202.0, false),
            policy(3, "deleted", 202.0, true),
            // Beaten by its own unit.
            for_group("g", policy(4, "sales", 201.5, true)),
            for_group("h", policy(5, "root", 399.0, true)),
            licensed(policy(6, "hr", 202.0, true)),
        ]);
        let units = units();
        let decided = in_force(&policies, &units, "root", &AUTO_FORWARDING);
        let places: Vec<_> = decided.iter().map(|found| (found.place.unit, found.place.group)).collect();
        assert_eq!(places, [("root", None), ("hr", None), ("root", Some("groups/h")), ("sales", None)]);
        let is_known = |found: &PlaceInForce<'_>| {
            matches!(found.resolved.as_ref().unwrap().effective, Effective::Known { .. })
        };
        assert_eq!(decided.iter().map(is_known).collect::<Vec<_>>(), [true, false, true, true]);
        // Nobody set anything: the root has the default all the same.
        let nothing = all(Vec::new());
        assert_eq!(in_force(&nothing, &units, "root", &AUTO_FORWARDING).len(), 1);
    }

    #[test]
    fn a_tenant_without_units_has_its_root_from_googles_own_policies() {
        let own = |unit: &str| TenantPolicy { origin: PolicyOrigin::System, ..policy(1, unit, 100.0, true) };
        let none = OrgUnits::default();
        assert_eq!(root(&all(vec![own("r"), own("r"), policy(2, "gone", 202.0, true)]), &none), Some("r"));
        assert_eq!(root(&all(vec![own("r"), own("s")]), &none), None);
        assert_eq!(root(&all(vec![policy(2, "r", 201.0, true)]), &none), None);
        assert_eq!(root(&all(vec![own("other")]), &units()), Some("root"));
    }

    /// A policy as it could be, and whether a license decides.
    fn any_policy() -> impl Strategy<Value = TenantPolicy> {
        let values = [
            json!({ "enableAutoForwarding": true }),
            json!({ "enableAutoForwarding": false }),
            json!({}),
            Value::Null,
        ];
        (
            any::<[bool; 2]>(),
            proptest::sample::select(vec![100.0, 201.0, 202.0, 203.0]),
            proptest::sample::select(vec!["root", "sales", "emea", "hr"]),
            proptest::sample::select(vec!["", "g", "h"]),
            proptest::sample::select(values.to_vec()),
        )
            .prop_map(|([is_admin, is_licensed], sort_order, unit, group, value)| {
                let origin = if is_admin { PolicyOrigin::Admin } else { PolicyOrigin::System };
                let plain = TenantPolicy { origin, value, ..policy(0, unit, sort_order, true) };
                let plain = if group.is_empty() { plain } else { for_group(group, plain) };
                if is_licensed { licensed(plain) } else { plain }
            })
    }

    fn any_policies() -> impl Strategy<Value = Vec<TenantPolicy>> {
        proptest::collection::vec(any_policy(), 0..6).prop_map(|policies| {
            let named = policies.into_iter().enumerate();
            named
                .map(|(number, policy)| TenantPolicy { name: format!("policies/{number}"), ..policy })
                .collect()
        })
    }

    fn any_target() -> impl Strategy<Value = PolicyTarget<'static>> {
        let units = vec![vec!["root"], vec!["sales", "root"], EMEA.to_vec(), vec!["hr", "root"]];
        (proptest::sample::select(units), proptest::sample::subsequence(vec!["groups/g", "groups/h"], 0..=2))
            .prop_map(|(units, groups)| PolicyTarget { units, groups })
    }

    /// Every outcome that there can be: each way to have licenses or not, and each of the strongest.
    fn outcomes(policies: &[TenantPolicy], target: &PolicyTarget<'_>) -> BTreeSet<Option<bool>> {
        let mine: Vec<&TenantPolicy> = policies
            .iter()
            .filter(|policy| {
                let in_group = policy.group.is_empty() || target.groups.contains(&policy.group.as_str());
                target.units.contains(&policy.org_unit.as_str()) && in_group
            })
            .collect();
        let rank = |policy: &TenantPolicy| {
            (policy.origin == PolicyOrigin::Admin, (policy.sort_order.unwrap() * 1e6) as i64)
        };
        let mut outcomes = BTreeSet::new();
        for choice in 0..1_u32 << mine.len() {
            let holds = |index: usize, policy: &TenantPolicy| {
                !policy.query.contains(LICENSED) || choice & (1 << index) != 0
            };
            let held = mine.iter().enumerate().filter(|(index, policy)| holds(*index, policy));
            let held: Vec<&TenantPolicy> = held.map(|(_, policy)| *policy).collect();
            let Some(best) = held.iter().map(|policy| rank(policy)).max() else {
                outcomes.insert(Some(true));
                continue;
            };
            for winner in held.iter().filter(|policy| rank(policy) == best) {
                outcomes.insert(match &winner.value {
                    Value::Object(fields) => match fields.get("enableAutoForwarding") {
                        Some(value) => value.as_bool(),
                        None => Some(true),
                    },
                    _ => None,
                });
            }
        }
        outcomes
    }

    proptest! {
        #[test]
        fn what_is_known_is_so_in_every_case_and_what_is_unknown_differs(
            policies in any_policies(),
            target in any_target(),
        ) {
            let outcomes = outcomes(&policies, &target);
            let only = (outcomes.len() == 1).then(|| outcomes.first().copied().flatten()).flatten();
            prop_assert_eq!(known(&all(policies), &target), only, "{:?}", outcomes);
        }

        #[test]
        fn the_order_of_policies_and_policies_for_others_change_nothing(
            policies in any_policies(),
            target in any_target(),
        ) {
            let before = known(&all(policies.clone()), &target);
            let turned: Vec<_> = policies.iter().rev().cloned().collect();
            prop_assert_eq!(known(&all(turned), &target), before);
            let mine = policies.into_iter().filter(|policy| Audience::of(policy).reaches(&target) != Reaches::No);
            prop_assert_eq!(known(&all(mine.collect()), &target), before);
        }

        #[test]
        fn a_policy_that_is_taken_away_changes_only_places_that_it_reaches(
            policies in any_policies(),
            taken in any::<proptest::sample::Index>(),
        ) {
            prop_assume!(!policies.is_empty());
            let units = units();
            let gone = &policies[taken.index(policies.len())];
            let less: Vec<_> = policies.iter().filter(|policy| *policy != gone).cloned().collect();
            let (whole, less) = (all(policies.clone()), all(less));
            for unit in ["root", "sales", "emea", "hr"] {
                let chain = units.with_those_above(unit, "root").unwrap();
                let target = PolicyTarget { units: chain, groups: Vec::new() };
                if Audience::of(gone).reaches(&target) == Reaches::No {
                    prop_assert_eq!(known(&whole, &target), known(&less, &target), "{}", unit);
                }
            }
        }
    }
}
