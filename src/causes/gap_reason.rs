//! Reasons of a gap other than errors of Google, and the type of every reason.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::Cause;

/// The reason of a gap, as reports and the store name it. A new reason is a row of the table below or a [`Cause`], so
/// that `docs/causes.md` has all of them. A stored run can have a reason of an older version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct GapReason(Cow<'static, str>);

impl GapReason {
    const fn named(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }
}

impl Cause {
    /// The reason of a gap with this cause.
    #[must_use]
    pub(crate) const fn reason(&self) -> GapReason {
        GapReason::named(self.id())
    }
}

impl Deref for GapReason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self)
    }
}

impl PartialEq<str> for GapReason {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for GapReason {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

#[cfg(test)]
impl<T: Into<String>> From<T> for GapReason {
    fn from(text: T) -> Self {
        Self(Cow::Owned(text.into()))
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReasonRow {
    /// The name in reports, such as `not_configured`.
    pub(crate) id: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) fix: &'static str,
}

macro_rules! reasons {
    ($($name:ident = $id:literal, $meaning:literal, $fix:literal;)*) => {
        impl GapReason {
            $(
                #[doc = $meaning]
                pub(crate) const $name: Self = Self::named($id);
            )*
        }

        /// Every reason that is no [`Cause`], in the order of the documentation.
        pub(crate) const GAP_REASONS: &[ReasonRow] = &[$(ReasonRow { id: $id, meaning: $meaning, fix: $fix }),*];
    };
}

reasons! {
    NOT_CONFIGURED = "not_configured",
        "No source is configured, or the operator left the part out. The run still counts as complete.",
        "Configure the source: the message or the fix names the setting.";
    NOT_ASKED = "not_asked",
        "The part was not read in this run.",
        "Add the part to `[collect] parts`, or set `parts` to \"default\".";
    NOT_REACHED = "not_reached",
        "The run ended before the part was read.",
        "Run `workspace-audit run` again: it continues a stopped run. A trial starts again.";
    NOT_NAMED = "not_named",
        "More is known to exist than is known by name: users of an app, or scopes of a client.",
        "Look it up in the Admin console: the fix names the page.";
    NOT_KEPT = "not_kept",
        "An older version of workspace-audit made the run and did not store this fact.",
        "Run the audit again.";
    CONSOLE_LIST_UNREADABLE = "console_list_unreadable",
        "The file with the delegation list cannot be opened.",
        "Correct `[cloud] console_grants`, or make the file readable for the account that runs the audit.";
    CONSOLE_LIST_MALFORMED = "console_list_malformed",
        "The delegation list has a line that cannot be read. The message names the line.",
        "Correct the line, or copy the list from the Admin console again.";
    CONSOLE_LIST_STALE = "console_list_stale",
        "The delegation list is older than 35 days.",
        "Copy the list from the Admin console again.";
    CONSOLE_LIST_OUTDATED = "console_list_outdated",
        "The admin log was not read since the date of the delegation list, so later delegations are unknown.",
        "Copy the list from the Admin console again, or let the audit read the admin log.";
    DELEGATION_EVENTS_REFUSED = "delegation_events_refused",
        "Google refused to list the admin log's events about domain-wide delegation. The other events were read.",
        "Look for these events in the Admin console > Reporting > Audit and investigation.";
    GMAIL_SETTING_EVENTS_REFUSED = "gmail_setting_events_refused",
        "Google refused to list the admin log's events about Gmail settings. The other events were read.",
        "Look for these events in the Admin console > Reporting > Audit and investigation.";
    DELEGATION_EVENTS_NOT_LISTED = "delegation_events_not_listed",
        "Google listed no event about domain-wide delegation, but an earlier run read one of the same period.",
        "Run the audit again. If it stays, compare with the Admin console > Reporting > Audit and investigation.";
    GMAIL_SETTING_EVENTS_NOT_LISTED = "gmail_setting_events_not_listed",
        "Google listed no event about Gmail settings, but an earlier run read one of the same period.",
        "Run the audit again. If it stays, compare with the Admin console > Reporting > Audit and investigation.";
    LOG_HAS_A_HOLE = "log_has_a_hole",
        "No run read the log for some days, and Google no longer keeps those days.",
        "Compare the Admin console with the report of the last run. Run the audit at least every six months.";
    TOO_MANY_ACCOUNTS = "too_many_accounts",
        "More service accounts could be probed than one run probes.",
        "Allow the audit's account to sign for fewer accounts.";
    TOO_MANY_CLIENTS = "too_many_clients",
        "More clients are unknown than one run asks about.",
        "List the projects of your own accounts in `[cloud]`, so that fewer clients are unknown.";
    PATHS_UNKNOWN = "paths_unknown",
        "A fact that access paths depend on is missing.",
        "Check the resource in Cloud console > IAM & Admin.";
    FIELD_LEFT_OUT = "field_left_out",
        "Google's answer lacks a field that the check needs.",
        "Run the audit again. If the field is still missing, look it up in the console.";
    UNREADABLE_VALUE = "unreadable_value",
        "Google's answer has a value that is not valid.",
        "Run the audit again. If it stays, look it up in the console.";
    CONTRADICTION = "contradiction",
        "Google's answer contradicts itself or an earlier answer.",
        "Run the audit again. If it stays, look it up in the console.";
    SUPER_ADMINS_UNCOUNTED = "super_admins_uncounted",
        "A group holds the super admin role, so the number of super admins is unknown.",
        "Assign the super admin role to single users only.";
    SCOPE_UNKNOWN = "scope_unknown",
        "The scope-risk table has no row for the scope. DWD-02 asks a person to decide.",
        "Look the scope up in Google's documentation, then decide the DWD-02 finding.";
    USE_UNPROVED = "use_unproved",
        "The access evaluation log shows no use of any client, so a client without use may still be in use.",
        "Ask the owner of the client. Not every edition writes this log.";
    NO_DOCUMENTED_DEFAULT = "no_documented_default",
        "No policy sets the setting, and Google documents no default for it.",
        "Look up the setting in the Admin console, and set it there explicitly.";
    POLICIES_UNDECIDED = "policies_undecided",
        "Policies that disagree may apply: by license, by a condition that the audit does not know, or with the same rank.",
        "Look up the setting in the Admin console for the users with and without the license.";
    DELEGATED_USE_UNSEEN = "delegated_use_unseen",
        "The account used its delegation, and no log names the key that it used.",
        "Check the account's usage metrics in Cloud Monitoring.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::causes::{catalogue, rows};

    #[test]
    fn an_id_has_one_meaning_among_causes_and_reasons() {
        let ids = rows().map(|cause| cause.id).chain(GAP_REASONS.iter().map(|row| row.id));
        let mut seen = BTreeSet::new();
        for id in ids {
            assert!(seen.insert(id), "{id}");
        }
    }

    #[test]
    fn the_page_and_the_list_have_every_reason() {
        let (page, list) = (catalogue::markdown(), catalogue::text_list());
        for row in GAP_REASONS {
            assert!(page.contains(&format!("| `{}` |", row.id)), "{}", row.id);
            assert!(list.lines().any(|line| line == row.id), "{}", row.id);
            assert!(!row.meaning.is_empty() && !row.fix.is_empty(), "{}", row.id);
        }
    }

    #[test]
    fn a_reason_of_another_version_can_be_read() {
        let read: GapReason = serde_json::from_str("\"of_an_older_version\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"of_an_older_version\"");
        assert_eq!(serde_json::to_string(&GapReason::NOT_ASKED).unwrap(), "\"not_asked\"");
    }
}
