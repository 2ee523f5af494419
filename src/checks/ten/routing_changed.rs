//! TEN-06: mail routing that was changed.

use crate::checks::gaps::log_has_a_hole;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::findings::{Advice, CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{AdminEvents, GmailSettingChange, Part, one_word};

pub(crate) const CHECK: Check = Check {
    id: "TEN-06",
    slug: "routing-changed",
    title: "Recent mail routing changes",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "The admin log shows that a Gmail routing setting was created, changed or deleted. Such settings \
             are `UNIFIED_MAIL_ROUTING`, `ALIAS_TABLE`, `EMAIL_ROUTE`, `MESSAGE_SECURITY_RULE`, and settings \
             with names for gateways, relays, hosts or routes.",
        ),
        Condition::note(
            "Each event is one finding from the first run that reads it, even if it was logged late. Events \
             that happened more than `[checks] event_days` before the first run of the history are ignored.",
        ),
        Condition::note(
            "A finding stays open until an exception accepts it, or until it has been in reports for \
             `event_days` (30 by default). Then it is listed once more as expired.",
        ),
    ],
    why: "A routing rule can copy or divert mail of the whole tenant, and users cannot see it.",
    fix: "Ask the admin who made the change to confirm it, and review the rule. If no admin confirms it, \
          undo the change.",
    command: None,
    may_break: Some("If you undo the change, Gmail routes mail as it did before the change."),
    place: "Admin console > Apps > Google Workspace > Gmail > Routing",
    controls: &["NIST 800-53 AC-4", "NIST 800-53 SI-4", "ISO 27001 A.8.9", "SOC 2 CC8.1", "ATT&CK T1114.003"],
    needs: &[Part::AdminLog],
    judge: Evaluator::Tenant(judge),
};

/// Words in the names of settings that decide where mail goes. `EMAIL_ROUTE` and `MESSAGE_SECURITY_RULE` are in
/// Elastic's and Panther's detection rules. Assumed: that other names hold one of these words, for Google lists no
/// names.
const ROUTING: [&str; 12] = [
    "ROUTING",
    "ALIAS_TABLE",
    "EMAIL_ROUTE",
    "MESSAGE_SECURITY_RULE",
    "ROUTE",
    "GATEWAY",
    "RELAY",
    "MAIL_HOST",
    "FORWARD",
    "RECIPIENT_ADDRESS_MAP",
    "CATCH_ALL",
    "JOURNAL",
];

fn judge(tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    let mut results: Vec<CheckResult> =
        tenant.gmail_changes.iter().filter(|change| is_routing(change)).map(changed).collect();
    let hole = || tenant.gmail_changes_unread.map(|unread| log_has_a_hole(Part::AdminLog, unread));
    let gap = tenant.admin_log.gap().filter(|gap| !gap.is_only_of(AdminEvents::Delegations));
    let gap = gap.cloned().or_else(hole);
    results.extend(gap.as_ref().map(CheckResult::not_assessed));
    if results.is_empty() {
        results.push(CheckResult::pass("No routing rule was changed"));
    }
    results
}

/// The setting's name may stand with the rule's own name behind it.
fn is_routing(change: &GmailSettingChange) -> bool {
    let setting = change.setting.to_uppercase().replace([' ', '-'], "_");
    ROUTING.iter().any(|name| setting.contains(name))
}

fn changed(change: &GmailSettingChange) -> CheckResult {
    let verb = match change.event.split('_').next() {
        Some("CREATE") => "created",
        Some("DELETE") => "deleted",
        _ => "changed",
    };
    let (actor, day) = (&change.actor, change.at.date_naive());
    let (who, setting) = (one_word(actor), one_word(&change.setting));
    let mut result = CheckResult::fail(Severity::High, format!("{who} {verb} {setting} on {day}"))
        .about(subjects::event(&change.setting, &change.id, change.at))
        .evidence("event", &change.event)
        .evidence("actor", actor);
    if verb == "deleted" {
        result = result
            .fix("Find out what the rule did. If it is needed, restore it.")
            .advising(Advice::Other("deleted"));
    }
    change.details.iter().fold(result, |result, detail| result.evidence("detail", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    fn change(setting: &str, days: i64) -> GmailSettingChange {
        GmailSettingChange {
            id: format!("{days}/1/0"),
            at: days_ago(days),
            event: "CHANGE_GMAIL_SETTING".to_owned(),
            setting: setting.to_owned(),
            actor: "ann@example.com".to_owned(),
            details: vec!["NEW_VALUE: x".to_owned()],
        }
    }

    #[test]
    fn making_changing_and_deleting_are_changes_of_whatever_routes_mail() {
        for event in ["CREATE_GMAIL_SETTING", "CHANGE_GMAIL_SETTING", "DELETE_GMAIL_SETTING"] {
            for setting in
                ["MESSAGE_SECURITY_RULE", "UNIFIED_MAIL_ROUTING", "OUTBOUND_GATEWAY", "Email route"]
            {
                let is_deleted = event.starts_with("DELETE");
                let event = event.to_owned();
                let result = only(of(vec![GmailSettingChange { event, ..change(setting, 1) }]));
                assert_eq!(result.verdict, Verdict::Fail, "{setting}");
                // The rule that was deleted cannot be looked at.
                assert_eq!(result.fix.is_some(), is_deleted, "{setting}");
            }
        }
    }

    fn of(changes: Vec<GmailSettingChange>) -> Vec<CheckResult> {
        judge(&Snapshot { gmail_changes: changes, ..tenant([]) }, &policy())
    }

    #[test]
    fn each_change_of_routing_fails() {
        let second = GmailSettingChange { id: "1/2/0".into(), ..change("EMAIL_ROUTE", 1) };
        let results = of(vec![change("EMAIL_ROUTE", 1), second, change("ALIAS_TABLE", 2)]);
        let ids: std::collections::BTreeSet<_> =
            results.iter().map(|result| result.subject.as_ref().unwrap().id.clone()).collect();
        assert_eq!(ids.len(), 3, "two changes of one setting at one time are two");
        assert!(results.iter().all(|result| result.verdict == Verdict::Fail));
    }

    #[test]
    fn other_settings_and_none_pass_and_a_missing_log_does_not() {
        assert_eq!(only(of(vec![change("EMAIL_SPAM_SETTING", 1)])).verdict, Verdict::Pass);
        let blind = without(Part::AdminLog, tenant([]));
        assert_eq!(only(judge(&blind, &policy())).verdict, Verdict::NotAssessed);
        let partly = Snapshot { gmail_changes: vec![change("EMAIL_ROUTE", 1)], ..blind };
        assert_eq!(judge(&partly, &policy()).len(), 2, "what is missing stands beside what was seen");
    }
}
