//! DWD-07: delegations that were changed.

use std::collections::BTreeSet;

use super::scope::is_tenant_or_mail;
use crate::checks::gaps::log_has_a_hole;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::{
    AddressHolder, DelegationChange, DelegationEvent, EndedGrant, Ending, ScopeRiskTable, scope_spelling,
};
use crate::findings::{CheckResult, Severity};
use crate::policy::{Policy, RegisteredClient};
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::{Part, one_word};

pub(crate) const CHECK: Check = Check {
    id: "DWD-07",
    slug: "grant-changed",
    title: "Recent delegation changes",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "The admin log shows a changed delegation, and the event names a scope of class T (changes the \
             tenant) or M (reads, writes and sends mail).",
        ),
        Condition::fail(
            Severity::High,
            "The admin log shows that a client got other scopes, was removed, or was changed in another way.",
        ),
        Condition::excepted(
            "The register has a ticket for the client on the day of the change (UTC), or one day before or \
             after. Without a register, no change has a ticket.",
        ),
        Condition::note(
            "Each event is one finding from the first run that reads it, even if it was logged late. Events \
             that happened more than `[checks] event_days` before the first run of the history are ignored.",
        ),
        Condition::note(
            "A finding stays open until an exception or a ticket accepts it, or until it has been in reports \
             for `event_days` (30 by default). Then it is listed once more as expired.",
        ),
    ],
    why: "With one change, a super admin can let a client act as any user. Soon after a change, you can \
          still ask the admin about it.",
    fix: "Ask the admin who made the change to confirm it, and record its ticket in the register. If no \
          admin confirms it, remove the client, reset that admin's sign-in, and turn on multi-party \
          approval.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: Some(
        "Programs that use a removed scope or client get `unauthorized_client` when they request \
                     a token.",
    ),
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation; Reporting > Audit and investigation > Admin log events",
    controls: &[
        "NIST 800-53 AC-2",
        "NIST 800-53 SI-4",
        "ISO 27001 A.8.15",
        "ISO 27001 A.8.16",
        "SOC 2 CC7.1",
        "SOC 2 CC8.1",
        "ATT&CK T1098",
    ],
    needs: &[Part::AdminLog],
    judge: Evaluator::Tenant(judge),
};

fn judge(tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let changes = tenant.delegation_changes.iter();
    let mut results: Vec<CheckResult> = changes.map(|event| judge_change(event, tenant, policy)).collect();
    let hole = || tenant.admin_log_unread.map(|unread| log_has_a_hole(Part::AdminLog, unread));
    let gap = tenant.gap_of_grants(Part::AdminLog).cloned().or_else(hole);
    results.extend(gap.as_ref().map(CheckResult::not_assessed));
    if results.is_empty() {
        results.push(CheckResult::pass("No delegation was changed"));
    }
    results
}

/// Who acted where the log names nobody.
const UNKNOWN_ACTOR: &str = "An unknown actor";

fn judge_change(event: &DelegationEvent, tenant: &Snapshot, policy: &Policy) -> CheckResult {
    let client = Changed::of(event, tenant);
    let scopes: BTreeSet<&str> = event.scopes.iter().map(|scope| scope_spelling(scope)).collect();
    let actor = event.actor.as_deref().filter(|actor| !actor.is_empty()).unwrap_or(UNKNOWN_ACTOR);
    let by = if actor == UNKNOWN_ACTOR { actor.into() } else { one_word(actor) };
    let from = event.ip.as_ref().map_or_else(String::new, |ip| format!(" from {}", one_word(ip)));
    let (name, at) = (&client.name, event.at.format("%Y-%m-%d %H:%M UTC"));
    let what = match event.change() {
        DelegationChange::Authorize => format!("authorized {name} for {} on {at}{from}", count(scopes.len())),
        DelegationChange::Remove => format!("removed the delegation of {name} on {at}{from}"),
        DelegationChange::Unknown => {
            format!("changed the delegation of {name} ({}) on {at}{from}", one_word(&event.name))
        }
    };
    let entry = policy.register.as_ref().and_then(|register| register.client(client.id));
    let ticket = entry.and_then(|entry| entry.ticket_of(event.at.date_naive()));
    let is_great = scopes.iter().any(|scope| is_tenant_or_mail(scope));
    let severity = if is_great { Severity::Critical } else { Severity::High };
    let result = match (entry, ticket) {
        (Some(entry), Some(ticket)) => {
            CheckResult::fail(severity, format!("{by} {what} (ticket {})", ticket.id))
                .evidence("ticket", &ticket.id)
                .accepted_by_register(&entry.client_id)
        }
        _ => CheckResult::fail(severity, format!("{by} {what}")).evidence("ticket", no_ticket(entry, policy)),
    };
    let result = result
        .about(subjects::event(&format!("{} {}", event.name, event.client), &event.id, event.at))
        .evidence("event", &event.name)
        .evidence("actor", actor)
        .evidence("ip", event.ip.as_deref().unwrap_or("unknown"))
        .evidence("client_id", client.id);
    let table = ScopeRiskTable::shipped();
    let result = scopes.iter().fold(result, |result, scope| {
        result.evidence("scope", format!("{scope} ({})", table.class_letters(scope)))
    });
    lost(event, client.id, tenant).fold(result, |result, grant| result.evidence("scope_lost", &grant.scope))
}

fn count(scopes: usize) -> String {
    match scopes {
        0 => "scopes that the log does not name".to_owned(),
        1 => "1 scope".to_owned(),
        scopes => format!("{scopes} scopes"),
    }
}

fn no_ticket(entry: Option<&RegisteredClient>, policy: &Policy) -> &'static str {
    match (entry, &policy.register) {
        (_, None) => "none; no register is configured",
        (None, Some(_)) => "none; the register does not name this client",
        (Some(_), _) => "none for that day in the register",
    }
}

/// What a client lost by a removal, which itself names no scopes.
fn lost<'t>(
    event: &DelegationEvent,
    client_id: &str,
    tenant: &'t Snapshot,
) -> impl Iterator<Item = &'t EndedGrant> {
    let at = event.at;
    let by_it =
        move |grant: &&EndedGrant| matches!(grant.ending, Ending::Removed { at: end, .. } if end == at);
    tenant.grants.ended_of(client_id).iter().filter(by_it)
}

/// The client of an event.
struct Changed<'a> {
    id: &'a str,
    name: String,
}

impl<'a> Changed<'a> {
    /// The log may write its id, or the address of its service account: of the one that had it at the time.
    fn of(event: &'a DelegationEvent, tenant: &'a Snapshot) -> Self {
        let written = event.client.trim();
        match tenant.grants.addresses().holder(written, event.at) {
            AddressHolder::Client(id) => return Self::of_id(id, tenant),
            AddressHolder::Unclear => {
                return Self { id: written, name: format!("client {}", one_word(written)) };
            }
            AddressHolder::Unknown => {}
        }
        let accounts = tenant.service_accounts.known().filter(|_| !written.is_empty());
        if let Some(account) = accounts.and_then(|accounts| accounts.by_address(written)) {
            return Self { id: &account.client_id, name: one_word(&account.email).into_owned() };
        }
        Self::of_id(tenant.foreign_client(written).unwrap_or(written), tenant)
    }

    fn of_id(id: &'a str, tenant: &'a Snapshot) -> Self {
        match tenant.identity_of(id) {
            ClientIdentity::Listed(account) => {
                Self { id: &account.client_id, name: one_word(&account.email).into_owned() }
            }
            identity => match identity.email() {
                Some(email) => Self { id, name: format!("client {} ({})", one_word(id), one_word(email)) },
                None => Self { id, name: format!("client {}", one_word(id)) },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{Evidence, SubjectKind, Verdict};
    use crate::policy::register::Ticket;
    use crate::tenant::Period;
    use crate::tenant::Reading;
    use crate::tenant::{ClientCertificates, ForeignAccount};

    fn event(client: &str, days: i64, scopes: &[&str]) -> DelegationEvent {
        DelegationEvent {
            id: format!("{days}/1/0"),
            at: days_ago(days),
            name: "AUTHORIZE_API_CLIENT_ACCESS".into(),
            client: client.into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            actor: Some("root@example.com".into()),
            ip: Some("203.0.113.9".into()),
        }
    }

    fn of(delegation_changes: Vec<DelegationEvent>, policy: &Policy) -> Vec<CheckResult> {
        let tenant = delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()));
        judge(&Snapshot { delegation_changes, ..tenant }, policy)
    }

    #[test]
    fn a_change_without_a_ticket_fails_and_says_who_when_from_where_to_whom_and_what() {
        let result = only(of(vec![event(CLIENT, 1, &[GMAIL_SEND])], &policy()));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        assert_eq!(
            result.message,
            format!(
                "root@example.com authorized {ACCOUNT} for 1 scope on 2026-11-20 07:00 UTC from 203.0.113.9"
            )
        );
        assert!(
            result.evidence.contains(&Evidence::new("scope", format_args!("{GMAIL_SEND} (S)"))),
            "{:?}",
            result.evidence
        );
        assert_eq!(result.subject.unwrap().kind, SubjectKind::Event);
    }

    #[test]
    fn scopes_that_own_the_tenant_or_all_mail_are_critical_and_a_removal_is_high() {
        for scope in ["https://mail.google.com/", "https://www.googleapis.com/auth/admin.directory.user"] {
            let result = only(of(vec![event("555", 1, &[GMAIL_SEND, scope])], &policy()));
            assert_eq!(result.severity, Severity::Critical, "{scope}");
            assert!(result.message.contains("client 555 for 2 scopes"), "{}", result.message);
        }
        let removal = DelegationEvent {
            name: "REMOVE_API_CLIENT_ACCESS".into(),
            actor: None,
            ip: None,
            ..event(CLIENT, 1, &[])
        };
        let result = only(of(vec![removal], &policy()));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        assert!(
            result.message.starts_with("An unknown actor removed the delegation of "),
            "{}",
            result.message
        );
    }

    #[test]
    fn a_ticket_of_the_client_and_the_day_accepts_its_change_and_no_other() {
        let ticket = Ticket { id: "CHG-1".into(), date: "2026-11-15".parse().unwrap() };
        let policy = policy_of(RegisteredClient { tickets: vec![ticket], ..registered_client(CLIENT) });
        for (client, days, accepted) in [
            (CLIENT, 6, true),
            (ACCOUNT, 6, true),
            ("104000000000000000001.apps.googleusercontent.com", 6, true),
            (CLIENT, 5, true),
            (CLIENT, 7, true),
            (CLIENT, 4, false),
            (CLIENT, 8, false),
            ("555", 6, false),
        ] {
            let result = only(of(vec![event(client, days, &[GMAIL_SEND])], &policy));
            let by = accepted.then(|| format!("register:{CLIENT}"));
            assert_eq!((result.verdict, result.accepted_by), (Verdict::Fail, by), "{client} {days}");
        }
    }

    #[test]
    fn a_change_is_told_in_the_spelling_of_the_ledger_and_each_scope_once() {
        let written = ["https://mail.google.com", "https://mail.google.com/", GMAIL_SEND];
        let result = only(of(vec![event("555", 1, &written)], &policy()));
        assert!(result.message.contains("for 2 scopes"), "{}", result.message);
        assert!(result.evidence.iter().all(|fact| !fact.value.contains("(?)")), "{:?}", result.evidence);
    }

    #[test]
    fn a_ticket_answers_for_a_vendors_client_that_the_log_names_by_address() {
        let account = ForeignAccount {
            claimed: Vec::new(),
            email: "sync@vendor.iam.gserviceaccount.com".into(),
            project: "vendor".into(),
            keys: Vec::new(),
        };
        let certificates =
            ClientCertificates { client_id: "555".into(), account: Reading::Complete(Some(account)) };
        let tenant = Snapshot {
            client_certificates: Reading::Complete(vec![certificates]),
            delegation_changes: vec![event("sync@vendor.iam.gserviceaccount.com", 6, &[GMAIL_SEND])],
            ..delegating(&[], Reading::Complete(Vec::new()))
        };
        let ticket = Ticket { id: "CHG-1".into(), date: "2026-11-15".parse().unwrap() };
        let policy = policy_of(RegisteredClient { tickets: vec![ticket], ..registered_client("555") });
        let result = judge(&tenant, &policy).into_iter().next().unwrap();
        assert_eq!(result.accepted_by.as_deref(), Some("register:555"), "{}", result.message);
    }

    #[test]
    fn two_changes_at_one_time_are_two_findings_and_an_exception_may_name_both_by_their_time() {
        let second = DelegationEvent { id: "1/2/0".into(), ..event(CLIENT, 1, &[]) };
        let results = of(vec![event(CLIENT, 1, &[GMAIL_SEND]), second], &policy());
        let subjects: Vec<_> = results.into_iter().map(|result| result.subject.unwrap()).collect();
        assert_eq!(subjects.len(), 2);
        assert_ne!(subjects[0].id, subjects[1].id);
        assert_eq!(subjects[0].also, subjects[1].also);
    }

    #[test]
    fn a_time_that_nobody_read_is_no_pass() {
        let unread = Period { from: days_ago(250), until: days_ago(180) };
        let result = only(judge(&Snapshot { admin_log_unread: Some(unread), ..tenant([]) }, &policy()));
        assert_eq!(result.verdict, Verdict::NotAssessed);
        assert_eq!(result.gap.unwrap().reason, "log_has_a_hole");
    }

    #[test]
    fn no_change_passes_only_if_the_log_was_read() {
        assert_eq!(only(of(Vec::new(), &policy())).verdict, Verdict::Pass);
        let changed = Snapshot {
            delegation_changes: vec![event(CLIENT, 1, &[GMAIL_SEND])],
            ..without(Part::AdminLog, tenant([]))
        };
        let verdicts: Vec<_> = judge(&changed, &policy()).into_iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, [Verdict::Fail, Verdict::NotAssessed]);
        let blind = without(Part::AdminLog, tenant([]));
        assert_eq!(only(judge(&blind, &policy())).verdict, Verdict::NotAssessed);
    }
}
