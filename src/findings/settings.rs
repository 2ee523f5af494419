//! The settings of the audit that decide verdicts: what another setting says is no news of the tenant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What a run was judged by, beside the facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// `[checks] profile`.
    pub(crate) profile: String,
    /// What checks compare with, by name. Earlier versions did not keep it.
    pub(crate) thresholds: BTreeMap<String, i64>,
    /// SHA-256 of the register, if there is one.
    pub(crate) register: Option<String>,
    /// SHA-256 of the exceptions file, if there is one.
    pub(crate) exceptions: Option<String>,
    /// Whether there is a list of the Admin console.
    pub(crate) has_console_list: bool,
    /// `[cloud] projects`.
    pub(crate) projects: BTreeSet<String>,
}

impl Settings {
    /// What changed, one setting each.
    #[must_use]
    pub(crate) fn changes_since(&self, before: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        if before.profile != self.profile {
            changes.push(format!("checks.profile {} → {}", before.profile, self.profile));
        }
        changes.extend(of_file("checks.register", before.register.as_ref(), self.register.as_ref()));
        changes.extend(of_file("checks.exceptions", before.exceptions.as_ref(), self.exceptions.as_ref()));
        changes.extend(match (before.has_console_list, self.has_console_list) {
            (true, false) => Some("cloud.console_grants removed".to_owned()),
            (false, true) => Some("cloud.console_grants added".to_owned()),
            _ => None,
        });
        let names = |of: &Self, without: &Self| -> Vec<String> {
            of.projects.difference(&without.projects).cloned().collect()
        };
        for (word, projects) in [("removed", names(before, self)), ("added", names(self, before))] {
            if !projects.is_empty() {
                changes.push(format!("cloud.projects {word}: {}", projects.join(", ")));
            }
        }
        // What a profile asks for is told by its name.
        let is_of_profile = |name: &str| before.profile != self.profile && !name.starts_with("checks.");
        let thresholds = self.thresholds_since(before).filter(|(name, ..)| !is_of_profile(name));
        changes.extend(thresholds.map(|(name, old, new)| format!("{name} {old} → {new}")));
        changes
    }

    /// The thresholds that are not what they were.
    pub(crate) fn thresholds_since<'s>(
        &'s self,
        before: &'s Self,
    ) -> impl Iterator<Item = (&'s str, i64, i64)> {
        let both =
            self.thresholds.iter().filter_map(|(name, new)| Some((name, before.thresholds.get(name)?, new)));
        both.filter(|(_, old, new)| old != new).map(|(name, old, new)| (name.as_str(), *old, *new))
    }
}

/// A file that is or was configured, by its digest.
fn of_file(setting: &str, before: Option<&String>, now: Option<&String>) -> Option<String> {
    match (before, now) {
        (Some(_), None) => Some(format!("{setting} removed")),
        (None, Some(_)) => Some(format!("{setting} added")),
        (Some(before), Some(now)) if before != now => Some(format!("{setting} changed")),
        _ => None,
    }
}
