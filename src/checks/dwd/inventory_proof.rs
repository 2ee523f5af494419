//! DWD-01: whether the list of delegations can be relied on.

use chrono::Duration;

use super::scope::{MARKETPLACE_FIX, client_name};
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::{Grant, Provenance, is_app_name};
use crate::findings::{Advice, CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, GapClass, GapReason, Part, is_same_client, one_word};

pub(crate) const CHECK: Check = Check {
    id: "DWD-01",
    slug: "inventory-proof",
    title: "Delegations with conflicting sources",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::High,
            "Sources contradict each other about a grant. The sources are the Admin console list, the admin \
             log, the access evaluation log and the probe.",
        ),
        Condition::review(
            Severity::Medium,
            "A log names a client without a client ID, and the client is in no delegation list. It may be a \
             Google Workspace Marketplace app.",
        ),
        Condition::review(
            Severity::Low,
            "The register names a client, but neither a current console list nor another source shows a \
             delegation for it.",
        ),
        Condition::not_assessed(
            "The Admin console list is missing or more than 35 days old. Without a current list, the check \
             cannot pass.",
        ),
    ],
    why: "Google has no API that lists delegations. If the sources disagree, other results about delegations \
          are not reliable.",
    fix: "Copy the delegation list from the Admin console again. In the admin log, look up who changed the \
          delegation.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: None,
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation",
    controls: &[
        "CIS-GWS 4.2.1.4",
        "NIST 800-53 CA-7",
        "NIST 800-53 CM-8",
        "ISO 27001 A.5.9",
        "SOC 2 CC6.1",
        "ATT&CK T1098",
    ],
    needs: &[Part::ConsoleGrants, Part::AdminLog, Part::AccessEvaluationLog],
    judge: Evaluator::Tenant(judge),
};

/// The oldest list that still proves something, in days.
pub(crate) const FRESH_DAYS: i64 = 35;

fn judge(tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let (apps, clients): (Vec<&Grant>, Vec<&Grant>) =
        tenant.grants.iter().partition(|grant| is_app_name(&grant.client_id));
    let mut results: Vec<CheckResult> =
        clients.into_iter().filter_map(|grant| contradicted(grant, tenant)).collect();
    results.extend(
        apps.chunk_by(|a, b| a.client_id == b.client_id).filter_map(|app| perhaps_marketplace(app, tenant)),
    );
    match tenant.console_grants.gap().cloned().or_else(|| stale(tenant)) {
        Some(gap) => results.push(CheckResult::not_assessed(&gap)),
        // Only a full and fresh list shows that a client holds nothing.
        None => results.extend(registered_for_nothing(tenant, policy)),
    }
    if results.is_empty() {
        results.push(CheckResult::pass("The sources agree, and the Admin console list is current"));
    }
    results
}

/// Clients of the register that no source shows to hold anything.
fn registered_for_nothing(tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let unscoped = tenant.grants.unscoped();
    let holds = |client_id: &str| {
        tenant.grants.of(client_id).next().is_some()
            || unscoped.iter().any(|client| is_same_client(&client.client_id, client_id))
    };
    let entries = policy.register.iter().flat_map(|register| &register.0);
    let idle = entries.filter(|client| !holds(&client.client_id));
    idle.map(|client| {
        let id = &client.client_id;
        let message =
            format!("The register names client {id}, but no source shows that it holds a delegation");
        CheckResult::review(Severity::Low, message)
            .about(subjects::client(id, tenant))
            .evidence("register", format!("line {}", client.line))
            .evidence("owner", &client.owner)
            .resting_on(&[
                Part::ConsoleGrants,
                Part::AdminLog,
                Part::AccessEvaluationLog,
                Part::TokenLog,
                Part::ProbeGrants,
            ])
            .fix("Remove the client from the register, or find out who removed its delegation.")
            .advising(Advice::Other("register"))
    })
    .collect()
}

/// An app that was installed from Marketplace never stands in the console's list of delegations.
fn perhaps_marketplace(grants: &[&Grant], tenant: &Snapshot) -> Option<CheckResult> {
    let app = &grants.first()?.client_id;
    let scopes = grants.iter().filter(|grant| contradictions(grant).next().is_some());
    let scopes: Vec<&str> = scopes.map(|grant| grant.scope.as_str()).collect();
    let granted = match scopes.len() {
        1 => "1 scope".to_owned(),
        count => format!("{count} scopes"),
    };
    (!scopes.is_empty()).then(|| {
        let message = format!(
            "{} was granted {granted} but is in no delegation list. It may be a Marketplace app",
            one_word(app)
        );
        let result = CheckResult::review(Severity::Medium, message)
            .about(subjects::client(app, tenant))
            .evidence("client_id", app)
            .fix(MARKETPLACE_FIX)
            .advising(Advice::UninstallApp);
        let held = |scope: &&str| Item::new(ItemKind::DelegatedScope, *scope).held_by(app);
        let result = result.listing(&[ItemKind::DelegatedScope], scopes.iter().map(held));
        scopes.into_iter().fold(result, |result, scope| result.evidence("scope", scope))
    })
}

fn contradictions(grant: &Grant) -> impl Iterator<Item = String> {
    let contradictions = grant.disagreements.iter().filter(|disagreement| disagreement.is_contradiction());
    contradictions.map(ToString::to_string)
}

fn contradicted(grant: &Grant, tenant: &Snapshot) -> Option<CheckResult> {
    let contradictions: Vec<String> = contradictions(grant).collect();
    let first = contradictions.first()?;
    let message = format!(
        "The sources disagree on whether {} holds {}: {first}",
        client_name(grant, tenant),
        one_word(&grant.scope)
    );
    let result = CheckResult::fail(Severity::High, message).about(subjects::grant(grant, tenant));
    // Nearly all of them say that the log shows nothing in between: one that was not read may.
    let result = result.resting_on(&[Part::AdminLog]);
    Some(contradictions.iter().fold(result, |result, text| result.evidence("disagreement", text)))
}

fn stale(tenant: &Snapshot) -> Option<Gap> {
    let sightings = tenant.grants.iter().flat_map(|grant| &grant.sightings);
    let listed = sightings.filter(|sighting| sighting.provenance == Provenance::Console);
    let newest =
        listed.map(|sighting| sighting.seen_at).chain(tenant.grants.source_coverage().console_at).max()?;
    (tenant.run_at - newest > Duration::days(FRESH_DAYS)).then(|| Gap {
        part: Part::ConsoleGrants,
        class: GapClass::NotConfigured,
        reason: GapReason::CONSOLE_LIST_STALE,
        message: format!(
            "The Admin console list of {} is more than {FRESH_DAYS} days old",
            newest.date_naive()
        ),
        needed: String::new(),
        fix: "Copy the delegation list from the Admin console again.".to_owned(),
        places: Box::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::delegation::Disagreement;
    use crate::findings::Verdict;
    use crate::policy::Register;
    use crate::tenant::Reading;

    fn known() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    #[test]
    fn a_fresh_list_that_nobody_contradicts_passes() {
        assert_eq!(only(judge(&known(), &policy())).verdict, Verdict::Pass);
    }

    #[test]
    fn an_app_that_only_its_name_tells_is_one_review_and_fixed_in_marketplace() {
        let mut tenant = known();
        for scope in [GMAIL_SEND, "https://www.googleapis.com/auth/drive"] {
            let grant = tenant.grants.iter().next().cloned().unwrap();
            let disagreements = vec![Disagreement::TokenRefused { at: run_at() }];
            let app =
                Grant { client_id: "Lucid".to_owned(), scope: scope.to_owned(), disagreements, ..grant };
            tenant.grants = std::mem::take(&mut tenant.grants).with(app);
        }
        let result = only(judge(&tenant, &policy()));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Medium));
        assert_eq!(result.subject.unwrap().id, "Lucid");
        assert!(result.fix.unwrap().contains("Marketplace"));
    }

    #[test]
    fn a_client_id_in_any_form_is_no_name() {
        for client in [
            "117012345678901234567",
            " 117 ",
            "117.apps.googleusercontent.com",
            "407-a.apps.googleusercontent.com",
            "407-a",
            "a@p.iam.gserviceaccount.com",
        ] {
            assert!(!is_app_name(client), "{client}");
        }
        for name in ["Lucid", "Zoom for Google Workspace", "3CX", "a-b"] {
            assert!(is_app_name(name), "{name}");
        }
    }

    fn registered(client_id: &str) -> Policy {
        let register = Register(vec![registered_client(client_id)]);
        Policy { register: Some(register), ..policy() }
    }

    #[test]
    fn a_registered_client_that_holds_nothing_is_for_review_only_if_a_list_shows_it() {
        let result = only(judge(&known(), &registered("555")));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Low));
        assert_eq!(result.subject.unwrap().id, "555");
        assert_eq!(only(judge(&known(), &registered(CLIENT))).verdict, Verdict::Pass);
        let blind = without(Part::ConsoleGrants, known());
        assert_eq!(only(judge(&blind, &registered("555"))).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn what_is_contradicted_stands_beside_what_is_missing() {
        let mut tenant = without(Part::ConsoleGrants, known());
        for grant in tenant.grants.iter_mut() {
            grant.disagreements.push(Disagreement::TokenRefused { at: run_at() });
        }
        let verdicts: Vec<_> = judge(&tenant, &policy()).into_iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Fail, Verdict::NotAssessed]);
    }

    #[test]
    fn an_old_list_and_none_do_not_pass() {
        let mut old = known();
        old.run_at += Duration::days(FRESH_DAYS + 2);
        let result = only(judge(&old, &policy()));
        assert_eq!(result.gap.unwrap().reason, "console_list_stale");
        let none = without(Part::ConsoleGrants, known());
        assert_eq!(only(judge(&none, &policy())).verdict, Verdict::NotAssessed);
    }
}
