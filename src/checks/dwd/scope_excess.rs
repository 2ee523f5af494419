//! DWD-05: delegations that hold more than somebody needs or approved.

use super::scope::{is_tenant_or_mail, own_client};
use crate::checks::age::is_older;
use crate::checks::gaps::use_unproved;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::{Grant, LedgerSource};
use crate::findings::{CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::{Gap, Part, is_same_client, one_word};

pub(crate) const CHECK: Check = Check {
    id: "DWD-05",
    slug: "scope-excess",
    title: "Delegations with unnecessary scopes",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(
            Severity::Medium,
            "A client holds a delegated scope that its register entry does not approve.",
        ),
        Condition::fail(Severity::Medium, "A client holds a scope of a feed that Google has retired."),
        Condition::fail(
            Severity::Medium,
            "A client holds a scope and its read-only variant, so one of the two is unnecessary.",
        ),
        Condition::review(
            Severity::Medium,
            "The access evaluation log shows uses of other clients, but none of this client for 90 days. \
             Google does not document whether this log records every use.",
        ),
        Condition::note(
            "The severity is high for a scope of class T (changes the tenant) or M (reads, writes and sends \
             mail).",
        ),
        Condition::note(
            "Use is not evaluated if the delegation was granted within these 90 days, or if the service \
             account does not exist.",
        ),
        Condition::note(
            "If the register does not name a client, its scopes are not compared with an \
                         approved list.",
        ),
        Condition::note("Policy Analyzer is not a source here, because it does not record delegated calls."),
    ],
    why: "If no program needs a scope, nobody notices its abuse. A scope that was approved for one purpose \
          can be used for another.",
    fix: "Reduce the delegation to the scopes that are used and approved. If nothing uses the delegation, \
          remove it.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: Some(
        "Programs that use a removed scope or client get `unauthorized_client` when they request \
                     a token.",
    ),
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation",
    controls: &[
        "NIST 800-53 AC-6",
        "NIST 800-53 CM-6",
        "ISO 27001 A.5.18",
        "SOC 2 CC6.3",
        "ATT&CK T1550.001",
    ],
    needs: &[
        Part::ConsoleGrants,
        Part::ProbeGrants,
        Part::ServiceAccounts,
        Part::AccessEvaluationLog,
        Part::AdminLog,
    ],
    judge: Evaluator::Client(judge),
};

/// Feeds that Google has switched off: a scope of theirs opens nothing that anybody needs.
const RETIRED: [&str; 3] = [
    "https://apps-apis.google.com/a/feeds/compliance/audit/",
    "https://www.google.com/calendar/feeds",
    "https://www.google.com/m8/feeds",
];

/// One thing too much.
struct Excess {
    severity: Severity,
    /// As it stands after the client's name.
    what: String,
    kind: ItemKind,
    /// The scope, if one alone is too much.
    scope: Option<String>,
}

impl Excess {
    fn of(kind: ItemKind, scope: &str, what: String) -> Self {
        Self { severity: severity([scope]), what, kind, scope: Some(scope.to_owned()) }
    }

    fn item(&self, client_id: &str) -> Item {
        let item = match &self.scope {
            Some(scope) => Item::new(self.kind, scope).held_by(client_id),
            None => Item::new(self.kind, client_id),
        };
        item.weighing(self.severity)
    }
}

const KINDS: [ItemKind; 4] =
    [ItemKind::UnapprovedScope, ItemKind::RetiredScope, ItemKind::RedundantScope, ItemKind::UnusedDelegation];

fn judge(client_id: &str, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let grants: Vec<&Grant> = tenant.grants.of(client_id).collect();
    let result = if grants.is_empty() {
        CheckResult::not_applicable("No scope of the client is known")
    } else {
        own_client(judge_grants(client_id, &grants, tenant, policy), client_id, policy)
    };
    vec![result.about(subjects::client(client_id, tenant))]
}

fn judge_grants(client_id: &str, grants: &[&Grant], tenant: &Snapshot, policy: &Policy) -> CheckResult {
    let mut excesses = unapproved(client_id, grants, policy);
    excesses.extend(retired(grants));
    excesses.extend(read_only_variants(grants, tenant, policy));
    let idle = idle(client_id, grants, tenant, policy);
    if let Ok(Some(what)) = &idle {
        let severity = severity(grants.iter().map(|grant| grant.scope.as_str()));
        let kind = ItemKind::UnusedDelegation;
        excesses.push(Excess { severity, what: what.clone(), kind, scope: None });
    }
    let client = one_word(tenant.client_name(client_id));
    // Whether the log names every use is not known: its silence alone is for a person.
    let is_silence_alone = excesses.len() == 1 && matches!(&idle, Ok(Some(_)));
    let result = match (excesses.iter().map(|excess| excess.severity).max(), &idle) {
        (Some(severity), _) if is_silence_alone => CheckResult::review(severity, message(&client, &excesses)),
        (Some(severity), _) => CheckResult::fail(severity, message(&client, &excesses)),
        (None, Err(gap)) => CheckResult::not_assessed(gap),
        (None, Ok(_)) => {
            CheckResult::pass(format!("{client} holds no scope that is known to be unnecessary"))
        }
    };
    let result = excesses.iter().fold(result.evidence("client_id", client_id), |result, excess| {
        result.evidence("excess", &excess.what)
    });
    let result = result.listing(&KINDS, excesses.iter().map(|excess| excess.item(client_id)));
    let result = match &idle {
        Err(gap) => {
            result.undecided(ItemKind::UnusedDelegation).evidence("use", format!("unknown: {}", gap.message))
        }
        Ok(_) => result,
    };
    result.evidence("register", register(client_id, policy))
}

fn message(client: &str, excesses: &[Excess]) -> String {
    match excesses {
        [only] => format!("{client} {}", only.what),
        [first, others @ ..] => format!("{client} {}. The evidence lists {} more", first.what, others.len()),
        [] => client.to_owned(),
    }
}

fn severity<'s>(scopes: impl IntoIterator<Item = &'s str>) -> Severity {
    if scopes.into_iter().any(is_tenant_or_mail) { Severity::High } else { Severity::Medium }
}

/// What the register says of the client, for a person.
fn register(client_id: &str, policy: &Policy) -> String {
    match policy.register.as_ref().map(|register| register.client(client_id)) {
        None => "not configured; scopes are not compared with an approved list".to_owned(),
        Some(None) => "does not name this client; scopes are not compared with an approved list".to_owned(),
        Some(Some(client)) => format!("approves {} scopes, line {}", client.scopes.len(), client.line),
    }
}

/// Scopes that the client's entry in the register does not name.
fn unapproved(client_id: &str, grants: &[&Grant], policy: &Policy) -> Vec<Excess> {
    let Some(client) = policy.register.as_ref().and_then(|register| register.client(client_id)) else {
        return Vec::new();
    };
    let held = grants.iter().map(|grant| grant.scope.as_str());
    held.filter(|scope| !client.approves(scope))
        .map(|scope| {
            let what = format!("holds {}, which the register does not approve", one_word(scope));
            Excess::of(ItemKind::UnapprovedScope, scope, what)
        })
        .collect()
}

fn retired(grants: &[&Grant]) -> impl Iterator<Item = Excess> {
    let held = grants.iter().map(|grant| grant.scope.as_str()).filter(|scope| RETIRED.contains(scope));
    held.map(|scope| {
        let what = format!("holds {scope}, the scope of a feed that Google has retired");
        Excess::of(ItemKind::RetiredScope, scope, what)
    })
}

/// Scopes that are held beside their read-only variant.
fn read_only_variants(grants: &[&Grant], tenant: &Snapshot, policy: &Policy) -> Vec<Excess> {
    let read_only_variant_of = |grant: &Grant| {
        let names = [".readonly", ".read-only"].map(|suffix| format!("{}{suffix}", grant.scope));
        grants.iter().copied().find(|other| names.contains(&other.scope))
    };
    let pairs = grants.iter().filter_map(|grant| Some((grant, read_only_variant_of(grant)?)));
    pairs
        .map(|(grant, variant)| {
            let (scope, variant_scope) = (&grant.scope, &variant.scope);
            let reads_only = is_scope_used(variant, tenant, policy) && !is_scope_used(grant, tenant, policy);
            let log_is_whole = tenant.access_evaluation_log.complete().is_ok();
            let what = if reads_only && log_is_whole {
                format!("holds {scope} but uses only its read-only variant {variant_scope}")
            } else {
                format!(
                    "holds {scope} and its read-only variant {variant_scope}, so one of the two is \
                         unnecessary"
                )
            };
            Excess::of(ItemKind::RedundantScope, scope, what)
        })
        .collect()
}

/// Whether the log that names scopes shows a use of just this one.
fn is_scope_used(grant: &Grant, tenant: &Snapshot, policy: &Policy) -> bool {
    let used = grant.last_used.filter(|used| used.log == LedgerSource::AccessEvaluation);
    used.is_some_and(|used| !is_older(used.at, tenant.run_at, policy.client_idle_after_days))
}

/// That nothing used the delegation for long, in words, if so.
///
/// # Errors
/// What is missing, if that leaves it open.
fn idle(
    client_id: &str,
    grants: &[&Grant],
    tenant: &Snapshot,
    policy: &Policy,
) -> Result<Option<String>, Gap> {
    let limit = policy.client_idle_after_days;
    let is_recent = |at| !is_older(at, tenant.run_at, limit);
    let is_used = grants.iter().any(|grant| grant.last_used.is_some_and(|used| is_recent(used.at)));
    let is_new =
        grants.iter().all(|grant| grant.granted.as_ref().is_some_and(|granted| is_recent(granted.at)));
    // This run got its tokens as the audit's own client.
    let is_at_work = policy.own_client_id.as_deref().is_some_and(|own| is_same_client(own, client_id));
    if is_used || is_new || is_at_work {
        return Ok(None);
    }
    // What cannot be used is DWD-06.
    if tenant.identity_of(client_id).is_gone() {
        return Ok(None);
    }
    let idle = silent(client_id, tenant, policy)?;
    // It may have been given lately, or used: what was not read would say so.
    let logs = [Part::AdminLog, Part::AccessEvaluationLog, Part::TokenLog];
    match logs.into_iter().find_map(|part| tenant.gap_of_grants(part)).filter(|_| idle.is_some()) {
        Some(gap) => Err(gap.clone()),
        None => Ok(idle),
    }
}

/// Only the log can tell, and only one that shows uses at all. Policy Analyzer does not see delegated calls:
/// <https://docs.cloud.google.com/policy-intelligence/docs/service-account-usage-tools>.
fn silent(client_id: &str, tenant: &Snapshot, policy: &Policy) -> Result<Option<String>, Gap> {
    // An account that does not exist is not idle: what was not read may say that it is one of those.
    let identity: &[Part] = match (subjects::account_of(client_id, tenant), tenant.identity_of(client_id)) {
        (Some(_), _) => &[],
        (None, ClientIdentity::Unknown) => {
            &[Part::ServiceAccounts, Part::ClientCertificates, Part::IamPolicies]
        }
        (None, _) => &[Part::ServiceAccounts],
    };
    if let Some(gap) = [Part::AccessEvaluationLog].iter().chain(identity).find_map(|part| tenant.gap(*part)) {
        return Err(gap.clone());
    }
    if tenant.grants.iter().any(|grant| is_scope_used(grant, tenant, policy)) {
        Ok(Some(format!(
            "has no use in the access evaluation log for {} days",
            policy.client_idle_after_days
        )))
    } else {
        Err(use_unproved())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::delegation::{Granted, LastUse};
    use crate::findings::{Evidence, Verdict};
    use crate::policy::RegisteredClient;
    use crate::tenant::{ProjectUse, Reading, ServiceAccountUse, ServiceAccounts};

    const READONLY: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
    const WRITE: &str = "https://www.googleapis.com/auth/admin.directory.user";

    /// A client that used its delegation so many days ago, beside another that used its own yesterday.
    fn used(scopes: &[&str], days: Option<i64>) -> Snapshot {
        let mut tenant = delegating(scopes, Reading::Complete(Vec::new()));
        for grant in tenant.grants.iter_mut() {
            grant.last_used = days.map(logged);
        }
        let mut other = first_grant(&tenant);
        other.client_id = "555".into();
        other.last_used = Some(logged(1));
        tenant.grants = tenant.grants.with(other);
        tenant
    }

    fn logged(days: i64) -> LastUse {
        LastUse { at: days_ago(days), log: LedgerSource::AccessEvaluation }
    }

    fn of(tenant: &Snapshot) -> CheckResult {
        only(judge_client(&CHECK, tenant))
    }

    fn by(client: RegisteredClient, tenant: &Snapshot) -> CheckResult {
        only(judge_client_by(&CHECK, tenant, &policy_of(client)))
    }

    fn outsiders(mut tenant: Snapshot) -> Snapshot {
        tenant.service_accounts = Reading::Complete(ServiceAccounts::default());
        tenant
    }

    fn log_use(tenant: &mut Snapshot, scope: &str, days: i64) {
        for grant in tenant.grants.iter_mut().filter(|grant| grant.scope == scope) {
            grant.last_used = Some(logged(days));
        }
    }

    #[test]
    fn a_scope_that_the_register_does_not_approve_fails_by_its_class() {
        let client = || registered_client(CLIENT);
        for (scope, severity) in [
            ("https://www.googleapis.com/auth/drive", Severity::Medium),
            (UNHEARD_OF, Severity::Medium),
            (WRITE, Severity::High),
            ("https://mail.google.com/", Severity::High),
        ] {
            let result = by(client(), &used(&[GMAIL_SEND, scope], Some(1)));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{scope}");
            assert!(result.message.contains(scope), "{}", result.message);
        }
        assert_eq!(by(client(), &used(&[GMAIL_SEND], Some(1))).verdict, Verdict::Pass);
        let spelt = RegisteredClient { scopes: vec!["https://mail.google.com".into()], ..client() };
        assert_eq!(by(spelt, &used(&["https://mail.google.com/"], Some(1))).verdict, Verdict::Pass);
    }

    #[test]
    fn without_an_entry_in_a_register_nothing_is_approved_or_not_and_the_evidence_says_so() {
        let tenant = used(&["https://www.googleapis.com/auth/drive"], Some(1));
        for (result, said) in
            [(of(&tenant), "not configured"), (by(registered_client("555"), &tenant), "does not name")]
        {
            assert_eq!(result.verdict, Verdict::Pass);
            let is_said = |fact: &Evidence| fact.name == "register" && fact.value.contains(said);
            assert!(result.evidence.iter().any(is_said), "{:?}", result.evidence);
        }
    }

    #[test]
    fn a_delegation_without_a_logged_use_for_a_quarter_is_for_review() {
        assert_eq!(of(&used(&[GMAIL_SEND], Some(90))).verdict, Verdict::Pass);
        for (scope, days, severity) in [
            (GMAIL_SEND, Some(91), Severity::Medium),
            (GMAIL_SEND, None, Severity::Medium),
            (WRITE, Some(91), Severity::High),
        ] {
            let result = of(&used(&[scope], days));
            assert_eq!((result.verdict, result.severity), (Verdict::Review, severity), "{scope} {days:?}");
        }
    }

    /// Google's page on usage tools: calls to Workspace APIs by domain-wide delegation are not tracked.
    #[test]
    fn what_policy_analyzer_says_of_the_account_is_no_use_of_its_delegation_and_no_silence() {
        let project =
            ProjectUse { accounts: [(ACCOUNT.to_owned(), days_ago(1))].into(), ..ProjectUse::default() };
        let uses = ServiceAccountUse([("project".to_owned(), Reading::Complete(project))].into());
        for (days, verdict) in [(Some(1), Verdict::Pass), (None, Verdict::Review)] {
            for service_account_use in
                [Reading::Complete(uses.clone()), Reading::Complete(ServiceAccountUse::default())]
            {
                let tenant = Snapshot { service_account_use, ..used(&[GMAIL_SEND], days) };
                assert_eq!(of(&tenant).verdict, verdict, "{days:?}");
            }
        }
    }

    #[test]
    fn a_logged_use_or_a_fresh_grant_is_not_idle() {
        let mut tenant = used(&[GMAIL_SEND], None);
        log_use(&mut tenant, GMAIL_SEND, 10);
        assert_eq!(of(&tenant).verdict, Verdict::Pass);
        let mut tenant = used(&[GMAIL_SEND], None);
        for grant in tenant.grants.iter_mut() {
            grant.granted = Some(Granted { at: days_ago(10), by: None });
        }
        assert_eq!(of(&tenant).verdict, Verdict::Pass);
    }

    #[test]
    fn an_unknown_use_is_not_assessed_unless_something_else_fails() {
        let blind = |scopes: &[&str]| without(Part::AccessEvaluationLog, used(scopes, None));
        let result = of(&blind(&[GMAIL_SEND]));
        assert_eq!(
            (result.verdict, result.gap.unwrap().part),
            (Verdict::NotAssessed, Part::AccessEvaluationLog)
        );
        let result = of(&blind(&[WRITE, READONLY]));
        assert_eq!(result.verdict, Verdict::Fail);
        assert!(result.evidence.iter().any(|fact| fact.name == "use" && fact.value.starts_with("unknown")));
    }

    #[test]
    fn silence_proves_something_only_in_a_log_that_shows_uses() {
        let quiet = || {
            let mut tenant = used(&[GMAIL_SEND], None);
            tenant.grants.iter_mut().for_each(|grant| grant.last_used = None);
            tenant
        };
        for tenant in [quiet(), outsiders(quiet())] {
            assert_eq!(of(&tenant).gap.unwrap().reason, "use_unproved");
            assert_eq!(
                of(&without(Part::AccessEvaluationLog, tenant)).gap.unwrap().part,
                Part::AccessEvaluationLog
            );
        }
        let unlisted = without(Part::ServiceAccounts, outsiders(quiet()));
        assert_eq!(of(&unlisted).gap.unwrap().part, Part::ServiceAccounts);
        assert_eq!(of(&outsiders(used(&[GMAIL_SEND], None))).verdict, Verdict::Review);
    }

    #[test]
    fn retired_feeds_and_read_only_variants_are_unnecessary() {
        let result = of(&used(&["https://www.google.com/m8/feeds"], Some(1)));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        let mut tenant = used(&[WRITE, READONLY], Some(1));
        let result = of(&tenant);
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
        let excess = |result: &CheckResult| -> Vec<Evidence> {
            result.evidence.iter().filter(|evidence| evidence.name == "excess").cloned().collect()
        };
        let both_may_be_needed = excess(&result);
        assert_eq!(both_may_be_needed.len(), 1);
        tenant.grants.iter_mut().for_each(|grant| grant.last_used = None);
        log_use(&mut tenant, READONLY, 3);
        assert_ne!(excess(&of(&tenant)), both_may_be_needed, "one of the two is known to be used");
        assert_eq!(of(&used(&[READONLY], Some(1))).verdict, Verdict::Pass);
    }

    #[test]
    fn every_retired_scope_is_in_the_table() {
        let table = crate::delegation::ScopeRiskTable::shipped();
        assert!(RETIRED.iter().all(|scope| table.find(scope).is_some()));
    }
}
