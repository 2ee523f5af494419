//! APP-03: apps that came.

use super::token_mail_scope::{name, sensitive};
use crate::checks::gaps::log_has_a_hole;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{App, Part};

pub(crate) const CHECK: Check = Check {
    id: "APP-03",
    slug: "app-new",
    title: "Recently added apps",
    severity: Severity::Medium,
    conditions: &[
        Condition::review(
            Severity::Medium,
            "The token log shows the first authorization of an app that reaches mail or all files.",
        ),
        Condition::review(Severity::Low, "The token log shows the first authorization of another app."),
        Condition::note(
            "Each app is one finding from the first run that reads it. Apps that were first authorized more \
             than `[checks] event_days` before the first run of the history are ignored.",
        ),
        Condition::note(
            "A finding stays open until an exception accepts it, or until it has been in reports for \
             `event_days` (30 by default). Then it is listed once more as expired.",
        ),
        Condition::note(
            "An app is not visible if it was authorized before the log began and not used since.",
        ),
    ],
    why: "Shortly after users authorize an app, they can still say why they did so.",
    fix: "Ask the users what the app is for. Then trust, limit or block it.",
    command: None,
    may_break: Some("If you limit or block the app, it stops working for its users."),
    place: "Admin console > Security > Access and data control > API controls > App access control",
    controls: &["CIS-GWS 4.2.1.2", "NIST 800-53 CM-8", "ISO 27001 A.5.9", "SOC 2 CC7.1", "ATT&CK T1671"],
    needs: &[Part::TokenLog],
    judge: Evaluator::Tenant(judge),
};

fn judge(tenant: &Snapshot, _: &Policy) -> Vec<CheckResult> {
    let mut results: Vec<CheckResult> = tenant.new_apps.iter().map(came).collect();
    let hole = || tenant.token_log_unread.map(|unread| log_has_a_hole(Part::TokenLog, unread));
    let gap = tenant.token_log.gap().cloned().or_else(hole);
    results.extend(gap.as_ref().map(CheckResult::not_assessed));
    if results.is_empty() {
        results.push(CheckResult::pass("No app is new"));
    }
    results
}

fn came(app: &App) -> CheckResult {
    let severity = if sensitive(app).next().is_some() { Severity::Medium } else { Severity::Low };
    let first = app.first_authorized_at.date_naive();
    CheckResult::review(severity, format!("{} is new. It was first authorized on {first}", name(app)))
        .about(subjects::new_app(app))
        .evidence("client_id", &app.client_id)
        .evidence("users", app.some_users.join(", "))
        .evidence("scopes", app.scopes.iter().cloned().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    pub(in crate::checks::app) fn app(scopes: &[&str], days: i64) -> App {
        App {
            client_id: "77.apps.googleusercontent.com".to_owned(),
            name: "Mail merge".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            users: 1,
            some_users: vec!["ann@example.com".to_owned()],
            first_authorized_at: days_ago(days),
            last_authorized_at: days_ago(days),
            consents: Vec::new(),
            remembered: Vec::new(),
        }
    }

    #[test]
    fn a_new_app_is_for_review_by_what_it_reaches() {
        for (scopes, expected) in
            [(["https://mail.google.com/"], Severity::Medium), (["openid"], Severity::Low)]
        {
            let new_apps = vec![app(&scopes, 1)];
            let result = only(judge(&Snapshot { new_apps, ..tenant([]) }, &policy()));
            assert_eq!((result.verdict, result.severity), (Verdict::Review, expected), "{scopes:?}");
        }
        assert_eq!(only(judge(&tenant([]), &policy())).verdict, Verdict::Pass);
        let blind = without(Part::TokenLog, tenant([]));
        assert_eq!(only(judge(&blind, &policy())).verdict, Verdict::NotAssessed);
    }
}
