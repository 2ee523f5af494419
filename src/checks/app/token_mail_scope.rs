//! APP-02: apps that users let into their mail or files.

use crate::checks::standing::tier_zero;
use crate::checks::{Check, Condition, Evaluator, command};
use crate::delegation::{RiskClass, ScopeRiskTable};
use crate::findings::{CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{App, Part, one_word, quoted_name};

pub(crate) const CHECK: Check = Check {
    id: "APP-02",
    slug: "token-mail-scope",
    title: "Apps with access to users' mail or files",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "A tier 0 user gave an app access to mail or mail settings (classes M, R, W, S, C) or to all \
             files (D). Only the users that the finding lists are compared.",
        ),
        Condition::fail(Severity::High, "Another user gave an app such access."),
        Condition::note(
            "Access in the token log of the last 180 days counts, unless the user has revoked it.",
        ),
        Condition::note(
            "Access that an earlier run read stays open until the log shows that the user revoked it, or \
             until the user is deleted. Older access is not visible.",
        ),
        Condition::note("Apps with a domain-wide delegation are evaluated as clients."),
    ],
    why: "The app can act as the user from outside the tenant, without the user's password.",
    fix: "Ask the users what the app is for. Block or limit the app and revoke its tokens, or record an \
          exception.",
    command: Some("`gam user USER delete token clientid CLIENT`, for an app that one user gave access to."),
    may_break: Some("The app stops working for the user, who can authorize it again unless it is blocked."),
    place: "Admin console > Security > Access and data control > API controls > App access control",
    controls: &[
        "CIS-GWS 4.2.1.2",
        "NIST 800-53 AC-6",
        "NIST 800-53 CM-11",
        "ISO 27001 A.5.23",
        "SOC 2 CC6.1",
        "ATT&CK T1528",
        "ATT&CK T1550.001",
        "ATT&CK T1671",
    ],
    needs: &[Part::TokenLog],
    judge: Evaluator::App(judge),
};

const CLASSES: [RiskClass; 6] = [
    RiskClass::MailFull,
    RiskClass::MailRead,
    RiskClass::MailWrite,
    RiskClass::Send,
    RiskClass::MailSettings,
    RiskClass::Files,
];

/// Users of earlier runs that a finding names.
const SOME_REMEMBERED: usize = 20;

fn judge(app: &App, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let scopes: Vec<&str> = sensitive(app).collect();
    if scopes.is_empty() {
        return vec![CheckResult::pass("The app has access to neither mail nor all files")];
    }
    let people = tenant.people.known();
    let remembered = app.remembered_users();
    let some_users = app.some_users.iter().map(String::as_str);
    let great = some_users.chain(remembered.iter().copied()).find_map(|user| {
        let person = people?.owner_of(user)?;
        let why = tier_zero(person.id, person.primary_email, person.is_super_admin, tenant, policy)?;
        Some(format!("{user}: {why}"))
    });
    let severity = if great.is_some() { Severity::Critical } else { Severity::High };
    let message = if is_only_remembered(app) {
        format!(
            "An earlier run read that users gave {} access to mail or files. No revocation is logged",
            name(app)
        )
    } else {
        let users = if app.users == 1 { "1 user".to_owned() } else { format!("{} users", app.users) };
        format!("{users} gave {} access to mail or files", name(app))
    };
    let only = Some(app.some_users.as_slice()).filter(|_| app.users == 1 && remembered.is_empty());
    let command = match only {
        Some([user]) => command::delete_token(user, &app.client_id),
        _ => None,
    };
    let mut result = CheckResult { command, ..CheckResult::fail(severity, message) }
        .evidence("client_id", &app.client_id)
        .evidence("users", app.some_users.join(", "))
        .evidence("last_authorized", app.last_authorized_at.date_naive().to_string());
    if !remembered.is_empty() {
        let some: Vec<&str> = remembered.into_iter().take(SOME_REMEMBERED).collect();
        result = result.evidence("users_by_earlier_runs", some.join(", "));
    }
    for scope in &scopes {
        result = result.evidence("scope", scope);
    }
    let result = result
        .listing(&[ItemKind::AppScope], scopes.iter().map(|scope| Item::new(ItemKind::AppScope, *scope)));
    vec![match great {
        Some(great) => result.evidence("tier_0", great),
        None => result.weighed_by(&[Part::Users, Part::AdminRoles]),
    }]
}

/// The scopes of an app that reach mail or all files.
pub(super) fn sensitive(app: &App) -> impl Iterator<Item = &str> {
    app.all_scopes().filter(|scope| is_sensitive(scope))
}

/// Whether only earlier runs read that users let an app into mail or all files.
pub(crate) fn is_only_remembered(app: &App) -> bool {
    !app.scopes.iter().any(|scope| is_sensitive(scope)) && sensitive(app).next().is_some()
}

fn is_sensitive(scope: &str) -> bool {
    let risk = ScopeRiskTable::shipped().find(scope);
    risk.is_some_and(|risk| risk.classes.iter().any(|class| CLASSES.contains(class)))
}

/// What the app calls itself, in quotes, or its client id.
pub(super) fn name(app: &App) -> String {
    if app.name.is_empty() { one_word(&app.client_id).into_owned() } else { quoted_name(&app.name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::app::app_new::tests::app;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    fn of(app: &App, tenant: &Snapshot) -> CheckResult {
        only(judge(app, tenant, &policy()))
    }

    #[test]
    fn an_app_in_mail_or_files_fails_and_weighs_more_with_a_great_user() {
        let mail = app(&["https://mail.google.com/"], 1);
        let result = of(&mail, &tenant([]));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        let boss = super_admin("1", "ann@example.com");
        assert_eq!(of(&mail, &tenant([&boss])).severity, Severity::Critical);
    }

    #[test]
    fn an_app_that_only_knows_who_signs_in_passes() {
        assert_eq!(of(&app(&["openid", "email"], 1), &tenant([])).verdict, Verdict::Pass);
    }
}
