//! Whether a check was asked the same question as last time: what only another setting took away is not fixed.

use crate::findings::{Evidence, Finding, Settings};

/// Which checks a threshold decides.
const DECIDED_BY: [(&str, &[&str]); 10] = [
    ("super_admins_min", &["IDM-01"]),
    ("super_admins_max", &["IDM-01"]),
    ("dormant_after_days", &["IDM-03"]),
    ("first_login_within_days", &["IDM-03"]),
    ("key_max_age_days", &["KEY-02"]),
    ("key_high_age_days", &["KEY-02"]),
    ("key_idle_after_days", &["KEY-03"]),
    ("client_idle_after_days", &["DWD-05"]),
    ("checks.exception_max_findings", &["EXC-04"]),
    ("checks.exception_max_days", &["EXC-04"]),
];

/// The checks that compare with the register.
const BY_REGISTER: [&str; 4] = ["DWD-01", "DWD-05", "DWD-06", "DWD-07"];

/// The checks on the exceptions file.
const BY_EXCEPTIONS: [&str; 4] = ["EXC-01", "EXC-02", "EXC-03", "EXC-04"];

/// The evidence that says so.
const SETTING_CHANGED: &str = "not_evaluated";
const REGISTER_REMOVED: &str = "setting changed: checks.register removed";

/// What is to be done with a finding that is gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The question was the same.
    Alike,
    /// Another setting decides: the reason.
    Otherwise(String),
    /// It was told last time that another setting decides.
    ToldOtherwise,
}

/// Compares the questions behind a finding that is gone. What a register that is gone had shown stays until there is
/// one; what another threshold takes away is told once.
pub(super) fn asked(finding: &Finding, before: Option<&Settings>, now: &Settings) -> Asked {
    let told = finding.evidence.iter().find(|fact| fact.name == SETTING_CHANGED);
    if told.is_some_and(|told| told.value == REGISTER_REMOVED) {
        return match &now.register {
            None => Asked::Otherwise(REGISTER_REMOVED.to_owned()),
            Some(_) => Asked::Alike,
        };
    }
    let changed = before.and_then(|before| changed(finding, before, now));
    match (changed, told) {
        (Some(changed), None) => Asked::Otherwise(format!("setting changed: {changed}")),
        (_, Some(_)) => Asked::ToldOtherwise,
        (None, None) => Asked::Alike,
    }
}

/// Says in a finding why it was not evaluated.
pub(super) fn tell(mut finding: Finding, reason: String) -> Finding {
    finding.evidence.retain(|fact| fact.name != SETTING_CHANGED);
    finding.evidence.push(Evidence::new(SETTING_CHANGED, reason));
    finding
}

fn changed(finding: &Finding, before: &Settings, now: &Settings) -> Option<String> {
    let is_of = |checks: &[&str]| finding.check_ids().any(|id| checks.contains(&id));
    let presence = |setting: &str, before: bool, now: bool| match (before, now) {
        (true, false) => Some(format!("{setting} removed")),
        (false, true) => Some(format!("{setting} added")),
        _ => None,
    };
    if is_of(&BY_REGISTER)
        && let Some(changed) = presence("checks.register", before.register.is_some(), now.register.is_some())
    {
        return Some(changed);
    }
    if is_of(&BY_EXCEPTIONS)
        && let Some(changed) =
            presence("checks.exceptions", before.exceptions.is_some(), now.exceptions.is_some())
    {
        return Some(changed);
    }
    let decides = |name: &str| DECIDED_BY.iter().any(|(known, checks)| *known == name && is_of(checks));
    let (name, old, new) = now.thresholds_since(before).find(|(name, _, _)| decides(name))?;
    if before.profile != now.profile && !name.starts_with("checks.") {
        return Some(format!("checks.profile {} → {}", before.profile, now.profile));
    }
    Some(format!("{name} {old} → {new}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;
    use crate::policy::{Policy, Profile};

    #[test]
    fn every_threshold_of_a_profile_decides_a_check_that_exists() {
        for name in
            Policy::of(Profile::Default).thresholds().keys().filter(|name| *name != "checks.event_days")
        {
            let known = DECIDED_BY.iter().find(|(known, _)| known == name);
            let (_, checks) = known.unwrap_or_else(|| panic!("{name} decides nothing"));
            assert!(checks.iter().all(|check| checks::find(check).is_some()), "{name}: {checks:?}");
        }
        for check in BY_REGISTER.into_iter().chain(BY_EXCEPTIONS) {
            assert!(checks::find(check).is_some(), "{check}");
        }
    }
}
