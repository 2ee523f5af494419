//! KEY-02: old keys, endless keys, keys made elsewhere.

use super::holder::{describe, opens_the_account};
use crate::checks::age::{days_between, is_older};
use crate::checks::gaps::left_out;
use crate::checks::keys::is_endless;
use crate::checks::words::listed;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, Part, ServiceAccount, ServiceAccountKey};

pub(crate) const CHECK: Check = Check {
    id: "KEY-02",
    slug: "key-age-or-endless",
    title: "Service account keys that are old or never expire",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(Severity::High, "A user-managed key is more than 365 days old."),
        Condition::fail(
            Severity::Medium,
            "A user-managed key is more than 90 days old, never expires, or was created outside Google and \
             uploaded.",
        ),
        Condition::pass("The key is disabled or has expired."),
        Condition::note(
            "Accounts without a delegation count too, because a delegation can be added at any \
                         time.",
        ),
    ],
    why: "The longer a key file exists, the more copies of it remain on old machines, in backups and in \
          repositories.",
    fix: "Create a new key and move every program to it, or sign without a key. Only then disable the old key, watch for \
          failures, and delete it. Set an organization policy that makes new keys expire.",
    command: Some("`gcloud iam service-accounts keys disable`, which can be undone."),
    may_break: Some(
        "Programs that sign with this key can no longer get tokens. A disabled key can be enabled again.",
    ),
    place: "Cloud console > IAM & Admin > Service accounts > Keys",
    controls: &["CIS-GCP 1.7", "NIST 800-53 IA-5", "ISO 27001 A.5.16", "SOC 2 CC6.1", "ATT&CK T1552.004"],
    needs: &[Part::ServiceAccounts, Part::SaKeys],
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
    let mut faults: Vec<(Severity, String)> = Vec::new();
    let mut unknown: Option<Gap> = None;
    let mut missing = |field| unknown = unknown.take().or(Some(left_out(Part::SaKeys, "IAM", field)));
    match key.created_at {
        Some(at) if is_older(at, tenant.run_at, policy.key_max_age_days) => {
            let far_too_old = is_older(at, tenant.run_at, policy.key_high_age_days);
            let severity = if far_too_old { Severity::High } else { Severity::Medium };
            faults.push((severity, format!("is {} days old", days_between(at, tenant.run_at))));
        }
        Some(_) => {}
        None => missing("validAfterTime"),
    }
    match key.expires_at {
        Some(at) if is_endless(at) => faults.push((Severity::Medium, "never expires".to_owned())),
        Some(_) => {}
        None => missing("validBeforeTime"),
    }
    match key.origin.as_str() {
        "USER_PROVIDED" => faults.push((Severity::Medium, "was created outside Google".to_owned())),
        "GOOGLE_PROVIDED" => {}
        _ => missing("keyOrigin"),
    }
    let severity = faults.iter().map(|(severity, _)| *severity).max();
    let faults: Vec<_> = faults.into_iter().map(|(_, fault)| fault).collect();
    let name = format!("Key {} of {}", key.key_id, account.email);
    match (severity, unknown) {
        (Some(severity), _) => {
            let message = format!("{name} {}", listed(&faults, "and"));
            describe(CheckResult::fail(severity, message), key, account)
        }
        (None, Some(gap)) => CheckResult::not_assessed(&gap),
        (None, None) => CheckResult::pass(format!("{name} is recent and expires")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::Reading;

    fn of(key: &ServiceAccountKey) -> CheckResult {
        judge_key(&CHECK, key, &delegating(&[GMAIL_SEND], Reading::Complete(vec![key.clone()])))
    }

    fn aged(days: i64) -> ServiceAccountKey {
        ServiceAccountKey { created_at: Some(days_ago(days)), ..key() }
    }

    #[test]
    fn older_than_a_quarter_is_medium_and_older_than_a_year_is_high() {
        for (days, severity) in [(91, Severity::Medium), (365, Severity::Medium), (366, Severity::High)] {
            let result = of(&aged(days));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{days}");
        }
        assert_eq!(of(&aged(90)).verdict, Verdict::Pass);
    }

    #[test]
    fn endless_and_uploaded_keys_are_medium() {
        let endless =
            ServiceAccountKey { expires_at: Some("9999-12-31T23:59:59Z".parse().unwrap()), ..key() };
        let uploaded = ServiceAccountKey { origin: "USER_PROVIDED".into(), ..key() };
        for key in [endless, uploaded] {
            let result = of(&key);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        }
    }

    #[test]
    fn the_worst_fault_decides_and_all_are_named() {
        let result = of(&ServiceAccountKey { origin: "USER_PROVIDED".into(), ..aged(400) });
        assert_eq!(result.severity, Severity::High);
        for told in [ACCOUNT, "abc123", "400 days", "outside Google"] {
            assert!(result.message.contains(told), "{}", result.message);
        }
    }

    #[test]
    fn what_iam_left_out_is_not_assessed_unless_the_key_fails_anyway() {
        for key in [
            ServiceAccountKey { created_at: None, ..key() },
            ServiceAccountKey { expires_at: None, ..key() },
            ServiceAccountKey { origin: String::new(), ..key() },
        ] {
            assert_eq!(of(&key).verdict, Verdict::NotAssessed);
        }
        assert_eq!(of(&ServiceAccountKey { expires_at: None, ..aged(91) }).verdict, Verdict::Fail);
    }

    #[test]
    fn disabled_and_expired_keys_pass() {
        for key in [
            ServiceAccountKey { disabled: true, ..aged(400) },
            ServiceAccountKey { expires_at: Some(run_at()), ..aged(400) },
        ] {
            assert_eq!(of(&key).verdict, Verdict::Pass);
        }
    }

    #[test]
    fn an_account_without_delegation_is_judged_too() {
        let tenant = delegating(&[], Reading::Complete(vec![aged(400)]));
        assert_eq!(judge_key(&CHECK, &aged(400), &tenant).verdict, Verdict::Fail);
    }
}
