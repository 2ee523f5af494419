//! DWD-06: clients that hold a delegation and belong to nobody here, or for which nobody answers.

use chrono::NaiveDate;

use super::scope::{MARKETPLACE_FIX, advise_on_unknown, own_client};
use crate::checks::words::listed;
use crate::checks::{Check, Condition, Evaluator, subjects};
use crate::delegation::is_app_name;
use crate::findings::{Advice, CheckResult, Severity, Verdict};
use crate::policy::{Policy, RegisteredClient};
use crate::snapshot::{ClientIdentity, Snapshot};
use crate::tenant::{ForeignAccount, Part, ServiceAccount, one_word};

pub(crate) const CHECK: Check = Check {
    id: "DWD-06",
    slug: "client-unowned-or-foreign",
    title: "Clients without a known service account or owner",
    severity: Severity::High,
    conditions: &[
        Condition::fail(
            Severity::Medium,
            "The register does not name the client, has no owner, purpose or review date for it, or its \
             review is overdue. If the client is also for review, the higher severity applies.",
        ),
        Condition::review(
            Severity::High,
            "A client with a delegation is not a service account in the audited projects. The severity is \
             low for this audit's own client.",
        ),
        Condition::review(Severity::Low, "The client's service account is disabled."),
        Condition::excepted(
            "The register marks the client as a vendor's. This does not apply to a service \
                             account that is known not to exist.",
        ),
        Condition::note(
            "Google's public certificates show whether such a client is a service account of another project \
             or no longer exists.",
        ),
        Condition::note("Without a register, ownership is not evaluated."),
    ],
    why: "A delegation remains when its service account, vendor contract or owner is gone. Whoever controls \
          the client can act as any user.",
    fix: "Find out who owns the client, and write its owner, purpose and review date into the register. If \
          nobody owns it, remove the delegation. If its project is yours, add the project to the \
          configuration. If it is a vendor's, set `vendor = true` in the register.",
    command: Some("None. Google has no API or command that changes a delegation."),
    may_break: Some(
        "Programs that use a removed scope or client get `unauthorized_client` when they request \
                     a token.",
    ),
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide \
            delegation",
    controls: &[
        "CIS-GWS 4.2.1.4",
        "NIST 800-53 AC-3",
        "NIST 800-53 AC-6",
        "ISO 27001 A.5.9",
        "ISO 27001 A.5.19",
        "SOC 2 CC9.2",
        "ATT&CK T1199",
        "ATT&CK T1671",
    ],
    needs: &[Part::ConsoleGrants, Part::ProbeGrants, Part::ServiceAccounts, Part::ClientCertificates],
    judge: Evaluator::Client(judge),
};

fn judge(client_id: &str, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    let entry = policy.register.as_ref().map(|register| register.client(client_id));
    let identity = match (subjects::account_of(client_id, tenant), tenant.service_accounts.complete()) {
        (Some(account), _) => judge_account(account),
        (None, Ok(_)) => unmatched(client_id, tenant, policy, entry.flatten()),
        (None, Err(gap)) => CheckResult::not_assessed(gap),
    };
    let subject = subjects::client(client_id, tenant);
    // The register names clients by number: one that is known by its address alone may be in it.
    let is_unnumbered = client_id.contains('@') && identity.verdict == Verdict::NotAssessed;
    let result = match entry
        .filter(|_| !is_unnumbered)
        .map(|entry| unowned(entry, tenant.run_at.date_naive()))
    {
        Some(faults) if !faults.is_empty() => answered_by_nobody(identity, &one_word(&subject.name), &faults),
        _ => identity,
    };
    if result.verdict == Verdict::NotAssessed {
        return vec![result.about(subject)];
    }
    let scopes = tenant.grants.of(client_id).count();
    let result = result.about(subject).evidence("client_id", client_id).evidence("delegated_scopes", scopes);
    vec![own_client(register_says(result, entry), client_id, policy)]
}

/// What the register lacks of a client.
fn unowned(entry: Option<&RegisteredClient>, today: NaiveDate) -> Vec<String> {
    let Some(client) = entry else { return vec!["the register does not name it".to_owned()] };
    let blanks = client.blanks().map(|key| if key == "review_by" { "review date" } else { key });
    let blanks = listed(&blanks.collect::<Vec<_>>(), "or");
    let blanks = (!blanks.is_empty()).then(|| format!("the register has no {blanks} for it"));
    let overdue = client.review_by.filter(|day| *day < today);
    blanks.into_iter().chain(overdue.map(|day| format!("its review was due on {day}"))).collect()
}

const REGISTER_IT: Advice = Advice::Other("register");

/// A client for which nobody answers fails, whoever it is.
fn answered_by_nobody(identity: CheckResult, name: &str, faults: &[String]) -> CheckResult {
    let faults = faults.join(", and ");
    let fix = "Write the client's owner, purpose and review date into the register, or remove its \
               delegation.";
    match identity.verdict {
        // The register answers for who it is, and for nothing else.
        _ if identity.verdict == Verdict::Pass || identity.accepted_by.is_some() => {
            CheckResult::fail(Severity::Medium, format!("{name} holds a delegation, but {faults}"))
                .fix(fix)
                .advising(REGISTER_IT)
        }
        Verdict::NotAssessed => {
            CheckResult::fail(Severity::Medium, format!("{name} holds a delegation, but {faults}"))
                .evidence("service_account", format!("unknown: {}", identity.message))
                .fix(fix)
                .advising(REGISTER_IT)
        }
        _ => CheckResult {
            verdict: Verdict::Fail,
            accepted_by: None,
            severity: identity.severity.max(Severity::Medium),
            message: format!("{}; {faults}", identity.message),
            ..identity
        },
    }
}

fn register_says(result: CheckResult, entry: Option<Option<&RegisteredClient>>) -> CheckResult {
    match entry {
        None => result.evidence("register", "not configured; ownership is not evaluated"),
        Some(None) => result.evidence("register", "does not name it"),
        Some(Some(client)) => result
            .evidence("owner", &client.owner)
            .evidence("purpose", &client.purpose)
            .evidence("review_by", client.review_by.map_or_else(String::new, |day| day.to_string()))
            .evidence("vendor", client.vendor),
    }
}

fn judge_account(account: &ServiceAccount) -> CheckResult {
    let (email, project) = (one_word(&account.email), one_word(&account.project));
    if account.disabled {
        CheckResult::review(
            Severity::Low,
            format!("Service account {email} of project {project} is disabled, but its delegation remains"),
        )
        .fix("Remove the delegation. If the account is needed, enable it again.")
        .advising(Advice::Other("disabled_account"))
    } else {
        CheckResult::pass(format!("Service account {email} of project {project}"))
    }
}

/// What certificates say and nothing confirms.
fn claims(account: &ForeignAccount) -> String {
    match account.claimed.as_slice() {
        [] => String::new(),
        claimed => {
            let claimed: Vec<_> = claimed.iter().map(|address| one_word(address)).collect();
            format!("; they name {}, but nothing confirms this", claimed.join(" and "))
        }
    }
}

fn unmatched(
    client_id: &str,
    tenant: &Snapshot,
    policy: &Policy,
    entry: Option<&RegisteredClient>,
) -> CheckResult {
    if policy.own_client_id.as_deref() == Some(client_id) {
        return CheckResult::review(
            Severity::Low,
            "This audit's own service account is not in the audited projects",
        )
        .fix("Add its project to the configuration, so that its keys are evaluated too.");
    }
    let identity = tenant.identity_of(client_id);
    let client = one_word(client_id);
    if is_app_name(client_id) {
        let message = format!("The log names {client} without a client ID. It may be a Marketplace app");
        return CheckResult::review(Severity::High, message)
            .fix(MARKETPLACE_FIX)
            .advising(Advice::UninstallApp);
    }
    let message = match identity {
        ClientIdentity::Foreign(account) if account.email.is_empty() => format!(
            "Client {client} is an existing service account outside the audited projects. Its \
             certificates do not contain its address{}",
            claims(account)
        ),
        ClientIdentity::Foreign(account) => format!(
            "Client {client} is the service account {}, which is not in the audited projects",
            one_word(&account.email)
        ),
        ClientIdentity::Deleted(email) => format!(
            "Client {client} was the service account {}. The account is deleted, but its delegation remains",
            one_word(email)
        ),
        ClientIdentity::NoAccount => format!(
            "Client {client} is not an existing service account. It was deleted, or it is another kind of \
             OAuth client"
        ),
        ClientIdentity::Listed(_) | ClientIdentity::Unknown => format!(
            "Client {client} is not a service account in the audited projects. It may be deleted, or \
             belong to another project"
        ),
    };
    let result = match entry.filter(|client| client.vendor) {
        _ if identity.is_gone() => advise_on_unknown(CheckResult::review(Severity::High, message), identity),
        Some(client) => {
            CheckResult::review(Severity::High, format!("{message}; the register marks it as a vendor's"))
                .accepted_by_register(&client.client_id)
        }
        None => CheckResult::review(Severity::High, message),
    };
    match identity {
        ClientIdentity::Foreign(account) if account.email.is_empty() => result
            .evidence("service_account", "exists; its certificates do not contain its address")
            .evidence("public_keys", account.keys.len()),
        ClientIdentity::Foreign(account) => result
            .evidence("service_account", &account.email)
            .evidence("project", &account.project)
            .evidence("public_keys", account.keys.len()),
        ClientIdentity::Deleted(email) => result.evidence("service_account", format!("{email}, deleted")),
        _ => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::{Evidence, Verdict};
    use crate::tenant::{
        ClientCertificates, IamBinding, IamPolicies, IamPolicy, IamResource, Reading, ResourcePolicy,
        ServiceAccounts,
    };

    fn known() -> Snapshot {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    #[test]
    fn a_client_that_is_a_listed_account_passes_and_names_it() {
        let result = only(judge(CLIENT, &known(), &policy()));
        assert_eq!(result.verdict, Verdict::Pass);
        assert_eq!(result.message, format!("Service account {ACCOUNT} of project project"));
    }

    #[test]
    fn a_client_that_matches_nothing_is_for_review_and_never_called_foreign() {
        let result = only(judge("555", &known(), &policy()));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::High));
        assert!(result.message.contains("may be deleted, or belong to another project"));
        assert_eq!(result.subject.unwrap().id, "555");
    }

    #[test]
    fn what_public_certificates_tell_is_said() {
        let tenant = known();
        let foreign = ForeignAccount {
            claimed: Vec::new(),
            email: "mailer@vendor.iam.gserviceaccount.com".to_owned(),
            project: "vendor".to_owned(),
            keys: Vec::new(),
        };
        let whole = tenant;
        for (account, is_account) in [(Some(foreign), true), (None, false)] {
            let mut tenant = whole.clone();
            tenant.client_certificates = Reading::Complete(vec![ClientCertificates {
                client_id: "555".to_owned(),
                account: Reading::Complete(account),
            }]);
            let result = only(judge("555", &tenant, &policy()));
            assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::High));
            let address = Evidence::new("service_account", "mailer@vendor.iam.gserviceaccount.com");
            assert_eq!(result.evidence.contains(&address), is_account, "{}", result.message);
        }
    }

    #[test]
    fn an_account_whose_certificates_name_nobody_is_one_that_exists_without_an_address() {
        let mut tenant = known();
        let unnamed = ForeignAccount {
            email: String::new(),
            claimed: vec!["mailer@vendor.iam.gserviceaccount.com".to_owned()],
            project: String::new(),
            keys: Vec::new(),
        };
        tenant.client_certificates = Reading::Complete(vec![ClientCertificates {
            client_id: "555".to_owned(),
            account: Reading::Complete(Some(unnamed)),
        }]);
        let result = only(judge("555", &tenant, &policy()));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::High));
        assert!(result.message.contains("an existing service account"), "{}", result.message);
        let claim = "do not contain its address; they name mailer@vendor.iam.gserviceaccount.com, but nothing confirms this";
        assert!(result.message.ends_with(claim), "{}", result.message);
        assert!(!result.message.contains(" ,"), "{}", result.message);
        assert!(result.evidence.iter().all(|fact| !fact.value.is_empty()), "{:?}", result.evidence);
        assert!(
            result.evidence.iter().all(|fact| !fact.name.starts_with("project")),
            "{:?}",
            result.evidence
        );
    }

    #[test]
    fn a_grant_that_outlives_its_account_is_for_review_and_low() {
        let mut tenant = known();
        if let Reading::Complete(accounts) = &mut tenant.service_accounts {
            accounts.0[0].disabled = true;
        }
        let result = only(judge(CLIENT, &tenant, &policy()));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Low));
    }

    #[test]
    fn the_audits_own_client_outside_the_listed_projects_is_low() {
        let policy = Policy { own_client_id: Some("555".into()), ..policy() };
        let result = only(judge("555", &known(), &policy));
        assert_eq!((result.verdict, result.severity), (Verdict::Review, Severity::Low));
    }

    #[test]
    fn while_accounts_are_missing_only_a_match_is_assessed() {
        let mut tenant = known();
        let result = only(judge("555", &without(Part::ServiceAccounts, tenant.clone()), &policy()));
        assert_eq!(result.verdict, Verdict::NotAssessed);
        if let Reading::Complete(accounts) = tenant.service_accounts {
            tenant.service_accounts = Reading::Partial(accounts, gap(Part::ServiceAccounts));
        }
        assert_eq!(only(judge("555", &tenant, &policy())).verdict, Verdict::NotAssessed);
        assert_eq!(only(judge(CLIENT, &tenant, &policy())).verdict, Verdict::Pass);
    }

    fn by(client_id: &str, client: RegisteredClient, tenant: &Snapshot) -> CheckResult {
        only(judge(client_id, tenant, &policy_of(client)))
    }

    #[test]
    fn what_the_register_lacks_is_said_in_one_sentence() {
        let empty = RegisteredClient {
            owner: String::new(),
            purpose: String::new(),
            review_by: None,
            ..registered_client(CLIENT)
        };
        let result = by(CLIENT, empty, &known());
        let said = "the register has no owner, purpose or review date for it";
        assert!(result.message.ends_with(said), "{}", result.message);
    }

    #[test]
    fn a_registered_client_passes_and_one_that_lacks_something_there_fails() {
        let whole = || registered_client(CLIENT);
        assert_eq!(by(CLIENT, whole(), &known()).verdict, Verdict::Pass);
        for (client, said) in [
            (RegisteredClient { owner: String::new(), ..whole() }, "no owner"),
            (RegisteredClient { purpose: String::new(), ..whole() }, "no purpose"),
            (RegisteredClient { review_by: None, ..whole() }, "no review date"),
            (RegisteredClient { review_by: "2026-11-20".parse().ok(), ..whole() }, "due on 2026-11-20"),
            (registered_client("555"), "does not name it"),
        ] {
            let result = by(CLIENT, client, &known());
            assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium), "{said}");
            assert!(result.message.contains(said), "{}", result.message);
        }
    }

    #[test]
    fn a_vendors_client_is_not_foreign_and_still_needs_an_owner() {
        let vendor = || RegisteredClient { vendor: true, ..registered_client("555") };
        let vendors = by("555", vendor(), &known());
        assert_eq!(
            (vendors.verdict, vendors.accepted_by.as_deref()),
            (Verdict::Review, Some("register:555"))
        );
        let unowned = RegisteredClient { owner: String::new(), ..vendor() };
        let result = by("555", unowned, &known());
        assert_eq!(
            (result.verdict, result.severity, result.accepted_by),
            (Verdict::Fail, Severity::Medium, None)
        );
        let ours = by("555", registered_client("555"), &known());
        assert_eq!((ours.verdict, ours.severity), (Verdict::Review, Severity::High));
        let foreign = by("555", registered_client(CLIENT), &known());
        assert_eq!((foreign.verdict, foreign.severity), (Verdict::Fail, Severity::High));
    }

    #[test]
    fn what_the_register_lacks_fails_also_while_accounts_are_missing() {
        let blind = without(Part::ServiceAccounts, known());
        let result = by("555", registered_client(CLIENT), &blind);
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        assert_eq!(by("555", registered_client("555"), &blind).verdict, Verdict::NotAssessed);
    }

    #[test]
    fn a_deleted_account_is_known_by_the_policies_that_still_name_it() {
        let mut tenant = known();
        tenant.service_accounts = Reading::Complete(ServiceAccounts::default());
        let member = format!("deleted:serviceAccount:old@p.iam.gserviceaccount.com?uid={CLIENT}");
        let binding = IamBinding { role: "roles/viewer".to_owned(), members: vec![member], condition: None };
        tenant.iam.policies = Reading::Complete(IamPolicies(vec![ResourcePolicy {
            resource: IamResource::Project("p".to_owned()),
            number: None,
            customer: None,
            parent: Reading::Complete(None),
            policy: Reading::Complete(IamPolicy { bindings: vec![binding], ..IamPolicy::default() }),
        }]));
        let result = only(judge_client(&CHECK, &tenant));
        assert_eq!(result.verdict, Verdict::Review);
        let deleted = Evidence::new("service_account", "old@p.iam.gserviceaccount.com, deleted");
        assert!(result.evidence.contains(&deleted), "{}", result.message);
        assert!(result.fix.unwrap().starts_with("Remove the delegation"));
        let vendor = RegisteredClient { vendor: true, ..registered_client(CLIENT) };
        let result = by(CLIENT, vendor, &tenant);
        assert_eq!(result.accepted_by, None, "nobody is the vendor of an account that is gone");
    }
}
