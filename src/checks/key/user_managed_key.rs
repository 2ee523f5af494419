//! KEY-01: key files that can be any user.

use std::cmp::Reverse;

use super::holder::{describe, grants_behind};
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::{Grant, RiskClass, ScopeRiskTable};
use crate::findings::{CheckResult, Item, ItemKind, Rule, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Part, ServiceAccount, ServiceAccountKey, one_word};

pub(crate) const CHECK: Check = Check {
    id: "KEY-01",
    slug: "user-managed-key",
    title: "Key files of delegated service accounts",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "A service account with an active user-managed key holds a delegated scope of class T (changes \
             the tenant), M (reads, writes and sends mail) or S (sends mail).",
        ),
        Condition::fail(
            Severity::High,
            "A service account with an active user-managed key holds only \
                                         delegated scopes of other classes.",
        ),
        Condition::pass("The key is disabled or has expired."),
        Condition::note("A key is active if it is enabled and not known to have expired."),
        Condition::not_applicable("The account holds no delegation, or Google manages the key."),
    ],
    why: "The delegation belongs to the account, not to the key. Whoever has a copy of the key file can \
          act as any user.",
    fix: "Sign without a key: use an attached service account or Workload Identity Federation, and call \
          `signJwt` of the IAM Credentials API. For this, grant `roles/iam.serviceAccountTokenCreator` on \
          this account only. Then disable the key, watch for failures, and delete it.",
    command: Some("`gcloud iam service-accounts keys disable`, which can be undone."),
    may_break: Some(
        "Programs that sign with this key can no longer get tokens. A disabled key can be enabled again.",
    ),
    place: "Cloud console > IAM & Admin > Service accounts > Keys",
    controls: &[
        "CIS-GCP 1.4",
        "NIST 800-53 IA-5",
        "NIST 800-53 SC-12",
        "ISO 27001 A.5.15",
        "ISO 27001 A.8.2",
        "SOC 2 CC6.1",
        "SOC 2 CC1.3",
        "ATT&CK T1552.004",
        "ATT&CK T1098.001",
    ],
    needs: &[Part::ServiceAccounts, Part::SaKeys, Part::ConsoleGrants, Part::ProbeGrants],
    judge: Evaluator::Key(judge),
};

fn judge(
    key: &ServiceAccountKey,
    account: &ServiceAccount,
    tenant: &Snapshot,
    _: &Policy,
) -> Vec<CheckResult> {
    let result = match grants_behind(key, account, tenant) {
        Ok(grants) => match tenant.unseen_end(grants.iter().copied()) {
            Some(gap) => open_door(key, account, &grants).assuming(Rule::GrantHeld, gap),
            None => open_door(key, account, &grants),
        },
        Err(result) => *result,
    };
    vec![result.about(subjects::key(key, account))]
}

fn open_door(key: &ServiceAccountKey, account: &ServiceAccount, grants: &[&Grant]) -> CheckResult {
    let can = powers(grants);
    let message =
        format!("Whoever has key {} of {} can act as any user and {can}", key.key_id, account.email);
    let result = describe(CheckResult::fail(severity(grants), message), key, account);
    let result = result.listing(&[ItemKind::DelegatedScope], grants.iter().map(|grant| item(grant)));
    grants.iter().fold(result, |result, grant| {
        let classes = ScopeRiskTable::shipped().class_letters(&grant.scope);
        result.evidence("delegated_scope", format!("{} ({classes})", grant.scope))
    })
}

/// A scope, as severe as the key would be if the account held it alone.
fn item(grant: &Grant) -> Item {
    let item = Item::new(ItemKind::DelegatedScope, &grant.scope).held_by(&grant.client_id);
    item.weighing(severity(&[grant]))
}

/// What the gravest scope lets its holder do, and how many others there are.
fn powers(grants: &[&Grant]) -> String {
    let table = ScopeRiskTable::shipped();
    let gravest = grants.iter().max_by_key(|grant| (table.severity(&grant.scope), Reverse(&grant.scope)));
    let can = gravest.map_or_else(String::new, |grant| match table.find(&grant.scope) {
        Some(risk) => risk.grants.clone(),
        None => format!("use the scope {}", one_word(&grant.scope)),
    });
    match grants.len() {
        0 | 1 => can,
        2 => format!("{can}. The account holds 1 more scope"),
        all => format!("{can}. The account holds {} more scopes", all - 1),
    }
}

fn severity(grants: &[&Grant]) -> Severity {
    let is_worst =
        |class: &RiskClass| matches!(class, RiskClass::TenantAdmin | RiskClass::MailFull | RiskClass::Send);
    let table = ScopeRiskTable::shipped();
    let mut risks = grants.iter().filter_map(|grant| table.find(&grant.scope));
    if risks.any(|risk| risk.classes.iter().any(is_worst)) { Severity::Critical } else { Severity::High }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{SubjectKind, Verdict};
    use crate::tenant::Reading;

    fn of(key: &ServiceAccountKey, scopes: &[&str]) -> CheckResult {
        judge_key(&CHECK, key, &delegating(scopes, Reading::Complete(vec![key.clone()])))
    }

    #[test]
    fn a_key_file_is_critical_with_scopes_that_administer_or_send_and_high_with_others() {
        for (scope, severity) in [
            ("https://mail.google.com/", Severity::Critical),
            ("https://www.googleapis.com/auth/admin.directory.user", Severity::Critical),
            (GMAIL_SEND, Severity::Critical),
            ("https://www.googleapis.com/auth/gmail.readonly", Severity::High),
            (UNHEARD_OF, Severity::High),
        ] {
            let result = of(&key(), &[scope]);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "{scope}");
        }
        assert_eq!(of(&key(), &["openid", GMAIL_SEND]).severity, Severity::Critical);
    }

    #[test]
    fn the_key_is_named_by_account_and_key_id() {
        let subject = of(&key(), &[GMAIL_SEND]).subject.unwrap();
        assert_eq!(subject.kind, SubjectKind::Key);
        assert_eq!(subject.id, format!("{CLIENT}/abc123"));
        assert_eq!(subject.name, format!("{ACCOUNT} key abc123"));
        assert_eq!(
            (subject.also, subject.part_of),
            (vec!["abc123".to_owned()], vec![ACCOUNT.to_owned(), CLIENT.to_owned()])
        );
    }

    #[test]
    fn disabled_and_expired_keys_pass_and_say_which() {
        let disabled = of(&ServiceAccountKey { disabled: true, ..key() }, &[GMAIL_SEND]);
        assert_eq!((disabled.verdict, disabled.message.as_str()), (Verdict::Pass, "The key is disabled"));
        let expired = of(&ServiceAccountKey { expires_at: Some(days_ago(1)), ..key() }, &[GMAIL_SEND]);
        assert_eq!(expired.verdict, Verdict::Pass);
        assert_eq!(expired.message, "The key expired on 2026-11-20");
    }

    #[test]
    fn a_key_whose_expiry_is_unknown_still_fails() {
        let result = of(&ServiceAccountKey { expires_at: None, ..key() }, &[GMAIL_SEND]);
        assert_eq!(result.verdict, Verdict::Fail);
    }

    #[test]
    fn an_account_without_delegation_is_not_applicable_only_if_every_grant_is_known() {
        assert_eq!(of(&key(), &[]).verdict, Verdict::NotApplicable);
        for part in [Part::ConsoleGrants, Part::ProbeGrants] {
            let tenant = without(part, delegating(&[], Reading::Complete(vec![key()])));
            let result = judge_key(&CHECK, &key(), &tenant);
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert_eq!(result.gap.unwrap().part, part);
        }
    }

    #[test]
    fn a_key_that_google_manages_is_not_applicable() {
        let key = ServiceAccountKey { key_type: "SYSTEM_MANAGED".into(), ..key() };
        assert_eq!(of(&key, &[GMAIL_SEND]).verdict, Verdict::NotApplicable);
    }
}
