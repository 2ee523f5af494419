//! KEY-03: keys that nobody uses, and accounts with more than one.

use super::holder::{describe, grants_of, opens_the_account};
use crate::checks::age::{days_between, is_older};
use crate::checks::gaps::{delegated_use_unseen, left_out};
use crate::checks::keys::{is_usable, is_user_managed};
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::{RiskClass, ScopeRiskTable};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, Part, ServiceAccount, ServiceAccountKey, ServiceAccountLastUse};

pub(crate) const CHECK: Check = Check {
    id: "KEY-03",
    slug: "key-idle-or-many",
    title: "Unused or multiple service account keys",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(Severity::Medium, "The account has more than one active user-managed key."),
        Condition::review(
            Severity::High,
            "Policy Analyzer shows no use of the key for 90 days, and the account holds a delegated scope of \
             class T (changes the tenant) or M (reads, writes and sends mail).",
        ),
        Condition::review(
            Severity::Medium,
            "Policy Analyzer shows no use for 90 days of a key of another \
                                             account.",
        ),
        Condition::pass("The key is disabled, has expired, or is the key that this audit uses."),
        Condition::not_assessed(
            "A log shows that the account acted as a user. No log names the key, so the key may be in use.",
        ),
        Condition::not_assessed("Policy Analyzer did not answer."),
        Condition::note("A key that was never used counts if it is more than 90 days old."),
        Condition::note(
            "Policy Analyzer does not record calls to Workspace APIs by domain-wide delegation. A key \
             without a recorded use can still be in use.",
        ),
    ],
    why: "The theft of an unused key often goes unnoticed. If an account has several keys, the others stay \
          valid when one is rotated.",
    fix: "Check the usage metrics of the account in Cloud Monitoring, which also count calls to Workspace \
          APIs. If the key is unused, disable it, watch for failures, then delete it.",
    command: Some("`gcloud iam service-accounts keys disable`, which can be undone."),
    may_break: Some(
        "Programs that sign with this key can no longer get tokens. A disabled key can be enabled again.",
    ),
    place: "Cloud console > IAM & Admin > Service accounts > Keys",
    controls: &["NIST 800-53 AC-2(3)", "ISO 27001 A.5.18", "SOC 2 CC6.3"],
    needs: &[Part::ServiceAccounts, Part::SaKeys, Part::ServiceAccountUse],
    judge: Evaluator::Key(judge),
};

fn judge(
    key: &ServiceAccountKey,
    account: &ServiceAccount,
    tenant: &Snapshot,
    policy: &Policy,
) -> Vec<CheckResult> {
    let result = match opens_the_account(key, tenant) {
        Ok(()) => judge_open_key(key, account, tenant, policy),
        Err(result) => *result,
    };
    vec![result.about(subjects::key(key, account))]
}

fn judge_open_key(
    key: &ServiceAccountKey,
    account: &ServiceAccount,
    tenant: &Snapshot,
    policy: &Policy,
) -> CheckResult {
    let idle = idle_since(key, account, tenant, policy);
    let keys = account.keys.known().into_iter().flatten();
    let active = keys.filter(|key| is_user_managed(key) && is_usable(key, tenant.run_at)).count();
    let name = format!("Key {} of {}", key.key_id, account.email);
    let is_one_of_many = format!("is one of {active} active keys");
    let result = match (active > 1, &idle) {
        (true, Ok(Some(idle))) => {
            CheckResult::fail(Severity::Medium, format!("{name} {is_one_of_many} and {idle}"))
        }
        (true, _) => CheckResult::fail(Severity::Medium, format!("{name} {is_one_of_many}")),
        (false, Ok(Some(idle))) => {
            CheckResult::review(severity_of_idleness(account, tenant), format!("{name} {idle}"))
        }
        (false, Err(gap)) => return CheckResult::not_assessed(gap),
        (false, Ok(None)) => {
            return CheckResult::pass(format!("{name} is in use, and is the only active key"));
        }
    };
    let result = describe(result, key, account)
        .evidence("active_keys", active)
        .weighed_by(&[Part::ConsoleGrants, Part::ProbeGrants]);
    match idle {
        Err(gap) => result.evidence("last_used", format!("unknown: {}", gap.message)),
        Ok(Some(_)) => result
            .evidence("policy_analyzer", "does not record calls to Workspace APIs by domain-wide delegation"),
        Ok(None) => result,
    }
}

/// How long the key has been idle, in words, if that is too long.
///
/// # Errors
/// What is missing, if that leaves it open.
fn idle_since(
    key: &ServiceAccountKey,
    account: &ServiceAccount,
    tenant: &Snapshot,
    policy: &Policy,
) -> Result<Option<String>, Gap> {
    if policy.own_key_id.as_deref() == Some(key.key_id.as_str()) {
        return Ok(None);
    }
    let uses = tenant.service_account_use.known();
    let last_use = uses.and_then(|uses| uses.of_key(&account.project, &key.key_id));
    let limit = policy.key_idle_after_days;
    match last_use {
        Some(ServiceAccountLastUse::On(at)) if !is_older(at, tenant.run_at, limit) => Ok(None),
        Some(_) if is_delegation_used(account, tenant, limit) => Err(delegated_use_unseen()),
        // What was not read may be a later use.
        Some(ServiceAccountLastUse::On(at)) => match uses.and_then(|uses| uses.gap_of(&account.project)) {
            Some(gap) => Err(gap.clone()),
            None => Ok(Some(format!(
                "was last used {} days ago, according to Policy Analyzer",
                days_between(at, tenant.run_at)
            ))),
        },
        Some(ServiceAccountLastUse::Never) => {
            let made = key.created_at.ok_or_else(|| left_out(Part::SaKeys, "IAM", "validAfterTime"))?;
            Ok(is_older(made, tenant.run_at, limit).then(|| {
                format!(
                    "is {} days old and was never used, according to Policy Analyzer",
                    days_between(made, tenant.run_at)
                )
            }))
        }
        Some(ServiceAccountLastUse::Unknown(gap)) => Err(gap.clone()),
        None => {
            let gap = tenant.service_account_use.gap().cloned();
            Err(gap.unwrap_or_else(|| Gap::not_asked(Part::ServiceAccountUse)))
        }
    }
}

/// Whether a log shows the account acting as a user. Google's page on usage tools: Policy Analyzer does not see that
/// (<https://docs.cloud.google.com/policy-intelligence/docs/service-account-usage-tools>).
fn is_delegation_used(account: &ServiceAccount, tenant: &Snapshot, limit: i64) -> bool {
    let uses = grants_of(account, tenant).into_iter().filter_map(|grant| grant.last_used);
    uses.into_iter().any(|used| !is_older(used.at, tenant.run_at, limit))
}

fn severity_of_idleness(account: &ServiceAccount, tenant: &Snapshot) -> Severity {
    let is_worst = |class: &RiskClass| matches!(class, RiskClass::TenantAdmin | RiskClass::MailFull);
    let table = ScopeRiskTable::shipped();
    let mut risks = grants_of(account, tenant).into_iter().filter_map(|grant| table.find(&grant.scope));
    if risks.any(|risk| risk.classes.iter().any(is_worst)) { Severity::High } else { Severity::Medium }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::checks::test_facts::*;
    use crate::delegation::{LastUse, LedgerSource};
    use crate::findings::Verdict;
    use crate::tenant::{ProjectUse, Reading, ServiceAccountUse};

    const MAIL: &str = "https://mail.google.com/";

    /// The key last used so many days ago, if ever.
    fn used(days: Option<i64>) -> Reading<ProjectUse> {
        let keys = days.map(|days| (key().key_id, days_ago(days))).into_iter().collect();
        Reading::Complete(ProjectUse { keys, ..ProjectUse::default() })
    }

    fn of_keys(keys: &[ServiceAccountKey], scopes: &[&str], used: Reading<ProjectUse>) -> CheckResult {
        let reading = Reading::Complete(keys.to_vec());
        let uses = BTreeMap::from([("project".to_owned(), used)]);
        let service_account_use = Reading::Complete(ServiceAccountUse(uses));
        let tenant = Snapshot { service_account_use, ..delegating(scopes, reading.clone()) };
        only(judge(&keys[0], &account(reading), &tenant, &policy()))
    }

    fn aged(days: i64) -> ServiceAccountKey {
        ServiceAccountKey { created_at: Some(days_ago(days)), ..key() }
    }

    #[test]
    fn idle_for_a_quarter_is_medium_and_high_with_scopes_that_administer_or_hold_all_mail() {
        for (scopes, severity) in [
            (&[][..], Severity::Medium),
            (&[GMAIL_SEND][..], Severity::Medium),
            (&[MAIL][..], Severity::High),
            (&["https://www.googleapis.com/auth/admin.directory.user"][..], Severity::High),
        ] {
            let result = of_keys(&[key()], scopes, used(Some(91)));
            assert_eq!((result.verdict, result.severity), (Verdict::Review, severity), "{scopes:?}");
        }
        assert_eq!(of_keys(&[key()], &[MAIL], used(Some(90))).verdict, Verdict::Pass);
    }

    /// Google's page on usage tools: calls to Workspace APIs by domain-wide delegation are not tracked.
    #[test]
    fn while_a_log_shows_the_account_acting_as_a_user_nobody_knows_which_key_is_idle() {
        for (days, verdict) in [(1, Verdict::NotAssessed), (91, Verdict::Review)] {
            let mut tenant = delegating(&[MAIL], Reading::Complete(vec![key()]));
            for grant in tenant.grants.iter_mut() {
                grant.last_used = Some(LastUse { at: days_ago(days), log: LedgerSource::AccessEvaluation });
            }
            let uses = BTreeMap::from([("project".to_owned(), used(Some(91)))]);
            let tenant =
                Snapshot { service_account_use: Reading::Complete(ServiceAccountUse(uses)), ..tenant };
            let result = only(judge(&key(), &account(Reading::Complete(vec![key()])), &tenant, &policy()));
            assert_eq!(result.verdict, verdict, "{days}");
        }
    }

    #[test]
    fn never_used_is_idle_only_if_the_key_is_old_enough() {
        let result = of_keys(&[aged(91)], &[], used(None));
        assert_eq!(
            result.message,
            format!(
                "Key abc123 of {ACCOUNT} is 91 days old and was never used, according to Policy Analyzer"
            )
        );
        assert_eq!(of_keys(&[aged(90)], &[], used(None)).verdict, Verdict::Pass);
        let undated = ServiceAccountKey { created_at: None, ..key() };
        assert_eq!(of_keys(&[undated], &[], used(None)).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn more_than_one_active_key_is_medium() {
        let other = ServiceAccountKey { key_id: "def456".into(), ..key() };
        let result = of_keys(&[key(), other.clone()], &[MAIL], used(Some(1)));
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        assert_eq!(result.message, format!("Key abc123 of {ACCOUNT} is one of 2 active keys"));
        for idle in [
            ServiceAccountKey { disabled: true, ..other.clone() },
            ServiceAccountKey { expires_at: Some(days_ago(1)), ..other.clone() },
            ServiceAccountKey { key_type: "SYSTEM_MANAGED".into(), ..other },
        ] {
            assert_eq!(of_keys(&[key(), idle], &[MAIL], used(Some(1))).verdict, Verdict::Pass);
        }
    }

    #[test]
    fn without_policy_analyzer_only_several_keys_are_assessed() {
        let refused = || Reading::Missing(gap(Part::ServiceAccountUse));
        let result = of_keys(&[aged(400)], &[], refused());
        assert_eq!(
            (result.verdict, result.gap.unwrap().part),
            (Verdict::NotAssessed, Part::ServiceAccountUse)
        );
        let other = ServiceAccountKey { key_id: "def456".into(), ..key() };
        let result = of_keys(&[key(), other], &[], refused());
        assert_eq!(result.verdict, Verdict::Fail);
        assert!(
            result.evidence.iter().any(|fact| fact.name == "last_used" && fact.value.starts_with("unknown"))
        );
        let reading = Reading::Complete(vec![key()]);
        // A project that nobody asked about, and no answer at all.
        let tenant = delegating(&[], reading);
        assert_eq!(judge_key(&CHECK, &key(), &tenant).verdict, Verdict::NotAssessed);
        let tenant = without(Part::ServiceAccountUse, tenant);
        assert_eq!(judge_key(&CHECK, &key(), &tenant).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn a_use_that_is_known_counts_although_others_are_missing() {
        let Reading::Complete(known) = used(Some(1)) else { panic!("complete") };
        let partial = Reading::Partial(known, gap(Part::ServiceAccountUse));
        assert_eq!(of_keys(&[key()], &[], partial).verdict, Verdict::Pass);
    }

    #[test]
    fn the_key_that_signed_for_this_run_is_in_use_whatever_policy_analyzer_says() {
        let tenant = delegating(&[], Reading::Complete(vec![aged(400)]));
        let own = Policy { own_key_id: Some(key().key_id), ..policy() };
        let of_policy = |policy: &Policy| {
            only(judge(&aged(400), &account(Reading::Complete(vec![aged(400)])), &tenant, policy))
        };
        assert_eq!(of_policy(&own).verdict, Verdict::Pass);
        assert_ne!(of_policy(&policy()).verdict, Verdict::Pass);
    }

    #[test]
    fn closed_keys_pass_and_googles_are_not_applicable() {
        let disabled = ServiceAccountKey { disabled: true, ..aged(400) };
        assert_eq!(of_keys(&[disabled], &[], used(None)).verdict, Verdict::Pass);
        let googles = ServiceAccountKey { key_type: "SYSTEM_MANAGED".into(), ..aged(400) };
        assert_eq!(of_keys(&[googles], &[], used(None)).verdict, Verdict::NotApplicable);
    }
}
