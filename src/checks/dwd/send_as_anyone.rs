//! DWD-04: clients that can send mail as anyone.

use super::scope::{client_name, describe, fail_scope, risk_of};
use crate::checks::keys::{is_usable, is_user_managed};
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::{Grant, is_app_name};
use crate::findings::{CheckResult, Severity};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::tenant::{Gap, Part};

pub(crate) const CHECK: Check = Check {
    id: "DWD-04",
    slug: "send-as-anyone",
    title: "Clients that can send mail as anyone",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::Critical,
            "A client holds a delegated scope that sends mail, and its enabled service account has an active \
             user-managed key. Such scopes are `https://mail.google.com/`, `gmail.modify`, `gmail.compose` \
             and `gmail.send`.",
        ),
        Condition::fail(
            Severity::High,
            "A client holds such a scope, and no active user-managed key is known. If the keys are unknown, \
             the finding says so.",
        ),
        Condition::review_by_scope(
            "A log names the client without a client ID, or shows that something other than a delegation \
             allowed the scope.",
        ),
        Condition::not_assessed(
            "The scope-risk table does not list the scope. DWD-02 reports it for review.",
        ),
        Condition::note("A key is active if it is enabled and not expired."),
        Condition::note(
            "If the scope's own severity is lower than high, the finding has that severity, or \
                         one step more with an active key.",
        ),
        Condition::note(
            "If the service account is known to be deleted, the severity is at most medium. Its delegation \
             has no effect unless somebody restores the account.",
        ),
    ],
    why: "With a delegation, `gmail.send` can send mail as any user, such as the chief executive. Google \
          classifies this scope only as sensitive, because its classes rate the consent of a single user.",
    fix: "If the client sends from only a few mailboxes, use the OAuth consent of their users or the SMTP \
          relay service, and remove the scope. If it must send as any user, replace \
          `https://mail.google.com/`, `gmail.modify` and `gmail.compose` with `gmail.send`. If `gmail.send` is \
          its only sending scope, record an exception.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: Some(
        "Programs that use a removed scope or client get `unauthorized_client` when they request a token. \
         SMTP accepts only the scope `https://mail.google.com/`.",
    ),
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation",
    controls: &["NIST 800-53 AC-6", "ISO 27001 A.5.14", "SOC 2 CC6.7", "ATT&CK T1534", "ATT&CK T1550.001"],
    needs: &[Part::ConsoleGrants, Part::ProbeGrants, Part::ServiceAccounts, Part::SaKeys],
    judge: Evaluator::Grant(judge),
};

fn judge(grant: &Grant, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let risk = match risk_of(grant) {
        Ok(risk) => risk,
        Err(gap) => return vec![CheckResult::not_assessed(&gap).about(subjects::grant(grant, tenant))],
    };
    if !risk.sends_mail {
        return vec![describe(CheckResult::pass("The scope does not send mail"), grant, tenant, policy)];
    }
    let severity = Severity::from(risk.severity).min(Severity::High);
    let client = client_name(grant, tenant);
    let result = match KeyFile::of(grant, tenant) {
        KeyFile::Usable(key_id) => CheckResult::fail(
            severity.raised(),
            format!("{client} can send mail as anyone, and so can whoever has its key file"),
        )
        .evidence("key", key_id),
        KeyFile::Unknown(gap) => {
            let message = format!("{client} can send mail as anyone. Whether it has a key file is unknown");
            CheckResult::fail(severity, message).evidence("keys", format!("unknown: {}", gap.message))
        }
        KeyFile::Gone => fail_scope(severity, "send mail as anyone", grant, tenant),
        KeyFile::NoAccount => CheckResult::fail(
            severity,
            format!(
                "{client} can send mail as anyone. Its keys are unknown because it is not a service account \
                 in the audited projects{}",
                if is_app_name(&grant.client_id) { ". It may be a Marketplace app" } else { "" }
            ),
        ),
        KeyFile::AccountDisabled => CheckResult::fail(
            severity,
            format!("{client} can send mail as anyone once its service account is enabled again"),
        )
        .evidence("service_account_disabled", true),
        KeyFile::None => CheckResult::fail(severity, format!("{client} can send mail as anyone"))
            .evidence("keys", "no usable user-managed key"),
    };
    vec![describe(result, grant, tenant, policy)]
}

/// Whether a file exists that lets its holder act as the client.
enum KeyFile<'a> {
    Usable(&'a str),
    Unknown(&'a Gap),
    NoAccount,
    Gone,
    AccountDisabled,
    None,
}

impl<'a> KeyFile<'a> {
    fn of(grant: &Grant, tenant: &'a Snapshot) -> Self {
        let Some(account) = subjects::account_of(&grant.client_id, tenant) else {
            if tenant.identity_of(&grant.client_id).is_gone() {
                return Self::Gone;
            }
            return tenant.service_accounts.gap().map_or(Self::NoAccount, Self::Unknown);
        };
        if account.disabled {
            return Self::AccountDisabled;
        }
        let mut keys = account.keys.known().into_iter().flatten();
        match keys.find(|key| is_user_managed(key) && is_usable(key, tenant.run_at)) {
            Some(key) => Self::Usable(&key.key_id),
            None => account.keys.gap().map_or(Self::None, Self::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::{Reading, ServiceAccountKey, ServiceAccounts};

    fn with_keys(keys: Vec<ServiceAccountKey>) -> CheckResult {
        judge_grant(&CHECK, &delegating(&[GMAIL_SEND], Reading::Complete(keys)))
    }

    #[test]
    fn every_scope_that_sends_mail_is_high() {
        for scope in [
            "https://mail.google.com/",
            "https://www.googleapis.com/auth/gmail.modify",
            "https://www.googleapis.com/auth/gmail.compose",
            GMAIL_SEND,
        ] {
            let result = judge_grant(&CHECK, &delegating(&[scope], Reading::Complete(Vec::new())));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High), "{scope}");
        }
    }

    #[test]
    fn a_usable_key_file_makes_it_critical() {
        assert_eq!(with_keys(vec![key()]).severity, Severity::Critical);
    }

    #[test]
    fn a_key_that_is_disabled_expired_or_googles_does_not() {
        for key in [
            ServiceAccountKey { disabled: true, ..key() },
            ServiceAccountKey { expires_at: Some(days_ago(1)), ..key() },
            ServiceAccountKey { key_type: "SYSTEM_MANAGED".into(), ..key() },
        ] {
            assert_eq!(with_keys(vec![key]).severity, Severity::High);
        }
    }

    #[test]
    fn a_disabled_account_stays_high_although_it_has_a_key() {
        let mut tenant = delegating(&[GMAIL_SEND], Reading::Complete(vec![key()]));
        if let Reading::Complete(accounts) = &mut tenant.service_accounts {
            accounts.0[0].disabled = true;
        }
        assert_eq!(judge_grant(&CHECK, &tenant).severity, Severity::High);
    }

    #[test]
    fn unknown_keys_stay_high_and_the_message_says_so() {
        let missing = delegating(&[GMAIL_SEND], Reading::Missing(gap(Part::SaKeys)));
        let no_accounts =
            without(Part::ServiceAccounts, delegating(&[GMAIL_SEND], Reading::Complete(Vec::new())));
        let mut not_listed = delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()));
        not_listed.service_accounts = Reading::Complete(ServiceAccounts::default());
        for tenant in [missing, no_accounts, not_listed] {
            let result = judge_grant(&CHECK, &tenant);
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::High));
            assert!(result.message.contains("unknown"), "{}", result.message);
        }
    }

    #[test]
    fn a_usable_key_counts_although_others_are_unknown() {
        let keys = Reading::Partial(vec![key()], gap(Part::SaKeys));
        assert_eq!(judge_grant(&CHECK, &delegating(&[GMAIL_SEND], keys)).severity, Severity::Critical);
    }

    #[test]
    fn a_scope_that_does_not_send_passes_and_an_unknown_one_is_not_assessed() {
        for (scope, verdict) in [
            ("https://www.googleapis.com/auth/gmail.readonly", Verdict::Pass),
            ("https://www.googleapis.com/auth/chat.messages.create", Verdict::Pass),
            (UNHEARD_OF, Verdict::NotAssessed),
        ] {
            let result = judge_grant(&CHECK, &delegating(&[scope], Reading::Complete(Vec::new())));
            assert_eq!(result.verdict, verdict, "{scope}");
        }
    }

    #[test]
    fn an_account_that_is_gone_is_not_said_to_act() {
        for (deleted, severity) in [(true, Severity::Medium), (false, Severity::High)] {
            let result = judge_grant(&CHECK, &gone(&[GMAIL_SEND], deleted));
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, severity), "deleted: {deleted}");
            assert!(result.evidence.iter().all(|evidence| evidence.name != "keys"), "{}", result.message);
            // A client that no account is may be a vendor's.
            let removes = result.fix.unwrap().starts_with("Remove the delegation");
            assert_eq!(removes, deleted);
        }
    }
}
