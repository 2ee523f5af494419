//! DWD-06: clients that hold a delegation and belong to nobody here, as far as can be seen.

use super::scope::own_client;
use crate::checks::{Check, Judge, subjects};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Part, Policy, ServiceAccount, Tenant, is_same_client};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "DWD-06",
    slug: "client-unowned-or-foreign",
    title: "Clients that match no known service account",
    severity: Severity::High,
    condition: "A client that holds a delegation matches no service account of the listed projects (review, high; low \
                for this audit's own), or one that is disabled (review, low). Google's public certificates tell \
                whether such a client is a service account of another project, or none that exists any more.",
    why: "A delegation stays when the account, the vendor contract or the colleague behind it is gone; whoever \
          controls the client can act as every user.",
    fix: "Find out whose client it is. Remove the delegation if nobody here owns it; list its project in the \
          configuration if somebody does; record who accepted it if it is a vendor's.",
    place: "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation",
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
    judge: Judge::Client(judge),
};

fn judge(client_id: &str, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    let ruling = match (subjects::account_of(client_id, tenant), tenant.service_accounts.complete()) {
        (Some(account), _) => judge_account(account),
        (None, Ok(_)) => unmatched(client_id, tenant, policy),
        (None, Err(gap)) => {
            return vec![Ruling::not_assessed(gap).about(subjects::client(client_id, tenant))];
        }
    };
    let scopes = tenant.grants.of(client_id).count();
    let ruling = ruling
        .about(subjects::client(client_id, tenant))
        .evidence("client_id", client_id)
        .evidence("delegated_scopes", scopes);
    vec![own_client(ruling, client_id, policy)]
}

fn judge_account(account: &ServiceAccount) -> Ruling {
    let ServiceAccount { email, project, .. } = account;
    if account.disabled {
        Ruling::review(
            Severity::Low,
            format!("The delegation outlives its service account: {email} of project {project} is disabled"),
        )
        .fix("Remove the delegation, or enable the account again if it is needed.")
    } else {
        Ruling::pass(format!("Service account {email} of project {project}"))
    }
}

fn unmatched(client_id: &str, tenant: &Tenant, policy: &Policy) -> Ruling {
    if policy.own_client_id.as_deref() == Some(client_id) {
        return Ruling::review(Severity::Low, "This audit's own account is in none of the listed projects")
            .fix("List its project in the configuration, so that its keys are judged too.");
    }
    let known = tenant.client_certificates.known().into_iter().flatten();
    let found = known
        .filter(|client| is_same_client(&client.client_id, client_id))
        .find_map(|client| client.account.known());
    let message = match found {
        Some(Some(account)) => format!(
            "Client {client_id} is the service account {}, in none of the listed projects",
            account.email
        ),
        Some(None) => format!(
            "Client {client_id} is no service account that exists: it was deleted, or is an OAuth client of another kind"
        ),
        None => format!(
            "Client {client_id} matches no account of the listed projects; it may be foreign, deleted or in another project"
        ),
    };
    let ruling = Ruling::review(Severity::High, message);
    match found {
        Some(Some(account)) => ruling
            .evidence("service_account", &account.email)
            .evidence("project", &account.project)
            .evidence("public_keys", account.keys.len()),
        _ => ruling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;
    use crate::tenant::{ClientCertificates, ForeignAccount, Reading, ServiceAccounts};

    fn known() -> Tenant {
        delegating(&[GMAIL_SEND], Reading::Complete(Vec::new()))
    }

    #[test]
    fn a_client_that_is_a_listed_account_passes_and_names_it() {
        let ruling = only(judge(CLIENT, &known(), &policy()));
        assert_eq!(ruling.verdict, Verdict::Pass);
        assert_eq!(ruling.message, format!("Service account {ACCOUNT} of project project"));
    }

    #[test]
    fn a_client_that_matches_nothing_is_for_review_and_never_called_foreign() {
        let ruling = only(judge("555", &known(), &policy()));
        assert_eq!((ruling.verdict, ruling.severity), (Verdict::Review, Severity::High));
        assert!(ruling.message.contains("may be foreign, deleted or in another project"));
        assert_eq!(ruling.subject.unwrap().id, "555");
    }

    #[test]
    fn what_public_certificates_tell_is_said() {
        let mut tenant = known();
        let foreign = ForeignAccount {
            email: "mailer@vendor.iam.gserviceaccount.com".to_owned(),
            project: "vendor".to_owned(),
            keys: Vec::new(),
        };
        for (account, expected) in
            [(Some(foreign), "mailer@vendor"), (None, "no service account that exists")]
        {
            tenant.client_certificates = Reading::Complete(vec![ClientCertificates {
                client_id: "555".to_owned(),
                account: Reading::Complete(account),
            }]);
            let ruling = only(judge("555", &tenant, &policy()));
            assert_eq!((ruling.verdict, ruling.severity), (Verdict::Review, Severity::High));
            assert!(ruling.message.contains(expected), "{}", ruling.message);
        }
    }

    #[test]
    fn a_grant_that_outlives_its_account_is_for_review_and_low() {
        let mut tenant = known();
        if let Reading::Complete(ServiceAccounts(accounts, _)) = &mut tenant.service_accounts {
            accounts[0].disabled = true;
        }
        let ruling = only(judge(CLIENT, &tenant, &policy()));
        assert_eq!((ruling.verdict, ruling.severity), (Verdict::Review, Severity::Low));
    }

    #[test]
    fn the_audits_own_client_outside_the_listed_projects_is_low() {
        let policy = Policy { own_client_id: Some("555".into()), ..policy() };
        let ruling = only(judge("555", &known(), &policy));
        assert_eq!((ruling.verdict, ruling.severity), (Verdict::Review, Severity::Low));
    }

    #[test]
    fn while_accounts_are_missing_only_a_match_is_assessed() {
        let mut tenant = known();
        let ruling = only(judge("555", &without(Part::ServiceAccounts, tenant.clone()), &policy()));
        assert_eq!(ruling.verdict, Verdict::NotAssessed);
        if let Reading::Complete(accounts) = tenant.service_accounts {
            tenant.service_accounts = Reading::Partial(accounts, gap(Part::ServiceAccounts));
        }
        assert_eq!(only(judge("555", &tenant, &policy())).verdict, Verdict::NotAssessed);
        assert_eq!(only(judge(CLIENT, &tenant, &policy())).verdict, Verdict::Pass);
    }
}
