//! What several checks find in policies: a switch that should be off, and is on for an organizational unit or a group.

use crate::checks::gaps::{left_out, root_unknown};
use crate::checks::subjects;
use crate::findings::{Advice, CheckResult, Severity};
use crate::snapshot::Snapshot;
use crate::tenant::policies::{
    Because, Effective, PlaceInForce, PolicyOrigin, PolicyPlace, Resolved, Source, Switch, TenantPolicies,
    TenantPolicy, in_force, root,
};
use crate::tenant::{Gap, GapClass, GapReason, Part, one_word};

/// What every check of a switch says of it.
pub(super) const INHERITED: &str = "An organizational unit that inherits the setting has no finding of its own: change the setting where it is made.";

pub(super) const OF_GROUPS: &str = "A group's setting counts for its members that are in no other group with this setting: membership is not compared.";

pub(super) const UNDECIDED: &str = "Policies that disagree apply by license, by a condition that the audit does not know, or with the same rank.";

/// A switch that should be off.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShouldBeOff {
    pub(super) switch: &'static Switch,
    pub(super) severity: Severity,
    /// What to do about this switch, if the check's own advice is about others, too: its name, and the text.
    pub(super) advice: Option<(&'static str, &'static str)>,
}

/// One result for each place that decides a switch.
pub(super) fn judge(tenant: &Snapshot, switches: &[ShouldBeOff]) -> Vec<CheckResult> {
    let (policies, units) = match (tenant.policies.complete(), tenant.org_units.complete()) {
        (Ok(policies), Ok(units)) => (policies, units),
        // A policy that was not read may be the strongest, wherever it is.
        (Err(gap), _) | (_, Err(gap)) => return vec![CheckResult::not_assessed(gap)],
    };
    let Some(root) = root(policies, units) else {
        return vec![CheckResult::not_assessed(&root_unknown())];
    };
    let mut results = Vec::new();
    for wanted in switches {
        for PlaceInForce { place, resolved } in in_force(policies, units, root, wanted.switch) {
            let path = units.path(place.unit, root).unwrap_or(place.unit);
            let whom = whom(place, path, root, policies);
            let result = match &resolved {
                None => CheckResult::not_assessed(&left_out(
                    Part::OrgUnits,
                    "Directory",
                    &format!("the units above {}", one_word(path)),
                )),
                Some(resolved) => of_place(*wanted, resolved, &whom),
            };
            let group = place.group.map(|group| (group, policies.group_name(group)));
            let subject = subjects::policy(place.unit, path, group, place.unit == root, wanted.switch);
            results.push(result.about(subject));
        }
    }
    results
}

/// For whom a place decides, in a sentence.
fn whom(place: PolicyPlace<'_>, path: &str, root: &str, policies: &TenantPolicies) -> String {
    let unit = format!("organizational unit {}", one_word(path));
    match place.group {
        None => unit,
        Some(group) => {
            let group = format!("group {}", one_word(policies.group_name(group)));
            if place.unit == root { group } else { format!("{group} in {unit}") }
        }
    }
}

fn of_place(wanted: ShouldBeOff, resolved: &Resolved<'_>, whom: &str) -> CheckResult {
    let ShouldBeOff { switch, severity, advice } = wanted;
    let (is_on, source) = match &resolved.effective {
        Effective::Unknown(because) => return CheckResult::not_assessed(&unknown(switch, because, whom)),
        Effective::Known { is_on, source } => (*is_on, *source),
    };
    let by_default = matches!(source, Source::Default(_));
    let reason = if by_default { ", by Google's default" } else { "" };
    if !is_on {
        return CheckResult::pass(format!("{} is off for {whom}{reason}", switch.title));
    }
    let result = CheckResult::fail(severity, format!("{} is on for {whom}{reason}", switch.title))
        .evidence("setting", format!("{}.{}", switch.setting, switch.field))
        .evidence("value", true)
        .evidence("source", source_name(source))
        .evidence("target", whom);
    match advice {
        Some((name, fix)) => result.fix(fix).advising(Advice::Other(name)),
        None => result,
    }
}

fn source_name(source: Source<'_>) -> String {
    match source {
        Source::Policy(policy) => format!("{} policy", origin(policy)),
        Source::Default(default) => format!("default, see {}", default.source),
    }
}

fn origin(policy: &TenantPolicy) -> String {
    match &policy.origin {
        PolicyOrigin::Admin => "ADMIN".to_owned(),
        PolicyOrigin::System => "SYSTEM".to_owned(),
        PolicyOrigin::Other(word) => one_word(word).into_owned(),
    }
}

/// Why it is unknown whether a switch is on.
fn unknown(switch: &Switch, because: &Because<'_>, whom: &str) -> Gap {
    let title = switch.title;
    let (class, reason, message, fix) = match because {
        Because::NoDefault => (
            GapClass::NotConfigured,
            GapReason::NO_DOCUMENTED_DEFAULT,
            format!("{title} for {whom}: no policy sets it, and Google documents no default"),
            "Look up the setting in the Admin console, and set it there explicitly.",
        ),
        Because::Unreadable(policy) => (
            GapClass::Failed,
            GapReason::UNREADABLE_VALUE,
            format!("{title} for {whom}: {} has a value that is not valid", one_word(&policy.name)),
            "Run the audit again. If the problem remains, check the value in the Admin console.",
        ),
        Because::Undecided(policies) => (
            GapClass::NotConfigured,
            GapReason::POLICIES_UNDECIDED,
            format!(
                "{title} for {whom}: {} policies that disagree may apply, by license, by another condition, or with \
                 the same rank",
                policies.len()
            ),
            "Look up the setting in the Admin console for the users with and without the license.",
        ),
    };
    Gap {
        part: Part::Policies,
        class,
        reason,
        message,
        needed: String::new(),
        fix: fix.to_owned(),
        places: Box::default(),
    }
}
