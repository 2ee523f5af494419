//! APP-03: apps that came since the last run.

use super::token_mail_scope::{name, sensitive};
use crate::checks::{Check, Judge, subjects};
use crate::findings::{Ruling, Severity};
use crate::tenant::{App, Part, Policy, Tenant};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "APP-03",
    slug: "app-new",
    title: "Apps that are new since the last run",
    severity: Severity::Medium,
    condition: "The token log shows the first authorization of an app after the start of the run before, or in the \
                seven days before this run if there is none. For review: medium if it reaches mail or all files, \
                low otherwise. Apps that are granted and unused for longer than the log remembers cannot be told \
                from it, and are not looked for.",
    why: "A new app is the moment to ask; later nobody remembers who let it in.",
    fix: "Ask the users what the app is for. Trust, limit or block it.",
    place: "Admin console > Security > Access and data control > API controls > App access control",
    controls: &["CIS-GWS 4.2.1.2", "NIST 800-53 CM-8", "ISO 27001 A.5.9", "SOC 2 CC7.1", "ATT&CK T1671"],
    needs: &[Part::TokenLog],
    judge: Judge::App(judge),
};

fn judge(app: &App, tenant: &Tenant, _: &Policy) -> Vec<Ruling> {
    if app.first_authorized_at <= tenant.changes_since {
        return vec![Ruling::pass("The app was there before")];
    }
    let severity = if sensitive(app).next().is_some() { Severity::Medium } else { Severity::Low };
    let first = app.first_authorized_at.date_naive();
    let ruling = Ruling::review(severity, format!("{} is new: first authorized on {first}", name(app)));
    vec![
        ruling
            .about(subjects::event(&app.client_id, app.first_authorized_at).also(&app.client_id))
            .evidence("client_id", &app.client_id)
            .evidence("users", app.some_users.join(", "))
            .evidence("scopes", app.scopes.iter().cloned().collect::<Vec<_>>().join(" ")),
    ]
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
        }
    }

    #[test]
    fn an_app_since_the_last_run_is_for_review_by_what_it_reaches() {
        let tenant = tenant([]);
        for (scopes, days, expected) in [
            (["https://mail.google.com/"], 1, Some(Severity::Medium)),
            (["openid"], 1, Some(Severity::Low)),
            (["https://mail.google.com/"], 30, None),
        ] {
            let ruling = only(judge(&app(&scopes, days), &tenant, &policy()));
            let found = (ruling.verdict == Verdict::Review).then_some(ruling.severity);
            assert_eq!(found, expected, "{scopes:?} {days}");
        }
    }
}
