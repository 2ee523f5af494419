//! Who the clients are that no listed service account is.

use futures::{StreamExt, stream};

use crate::causes;
use crate::google::service_account_metadata::{self, Certificate};
use crate::google::{Client, GoogleError};
use crate::tenant::{ClientCertificates, ForeignAccount, Gap, GapClass, Part, PublicKey, Reading};

use super::{foreign_clients, gaps, reading};

/// Clients that are asked about at once.
const AT_ONCE: usize = 16;

/// Asks for the public certificates of each client, up to a bound.
pub(super) async fn collect(client: &Client, clients: Vec<String>) -> Reading<Vec<ClientCertificates>> {
    let beyond = clients.len().saturating_sub(foreign_clients::MOST);
    let found: Vec<ClientCertificates> = stream::iter(clients.into_iter().take(foreign_clients::MOST))
        .map(|client_id| async {
            let answer = service_account_metadata::certificates(client, &client_id).await;
            ClientCertificates { client_id, account: from_answer(answer) }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let any = found.is_empty() || found.iter().any(|client| client.account.known().is_some());
    let gaps: Vec<_> =
        found.iter().filter_map(|client| client.account.gap()).cloned().chain(too_many(beyond)).collect();
    reading(found, any, gaps)
}

fn too_many(beyond: usize) -> Option<Gap> {
    (beyond > 0).then(|| Gap {
        part: Part::ClientCertificates,
        class: GapClass::Failed,
        reason: "too_many_clients".to_owned(),
        message: format!("{beyond} clients beyond the first {} were not asked about", foreign_clients::MOST),
        needed: String::new(),
        fix: "List the projects of your own accounts in `[cloud]`, so that fewer clients are foreign."
            .to_owned(),
    })
}

fn from_answer(answer: Result<Vec<Certificate>, GoogleError>) -> Reading<Option<ForeignAccount>> {
    match answer {
        Ok(certificates) => Reading::Complete(Some(account(certificates))),
        Err(error) if error.cause == causes::NOT_FOUND => Reading::Complete(None),
        Err(error) => Reading::Missing(gaps::refused(Part::ClientCertificates, &error)),
    }
}

fn account(certificates: Vec<Certificate>) -> ForeignAccount {
    let name = certificates.iter().map(|certificate| certificate.common_name.as_str());
    let email = name.filter(|name| !name.is_empty()).map(address).next().unwrap_or_default();
    ForeignAccount {
        project: project(&email).to_owned(),
        email,
        keys: certificates
            .into_iter()
            .map(|certificate| PublicKey {
                key_id: certificate.key_id,
                valid_after: certificate.valid_after,
                valid_before: certificate.valid_before,
            })
            .collect(),
    }
}

/// The common name has a dot where the address has its `@`.
fn address(common_name: &str) -> String {
    let domain = [".iam.gserviceaccount.com", ".gserviceaccount.com"]
        .into_iter()
        .find(|domain| common_name.ends_with(domain));
    let Some((name, domain)) = domain.and_then(|domain| Some((common_name.strip_suffix(domain)?, domain)))
    else {
        return common_name.to_owned();
    };
    // The login has no dots, but for an account of App Engine's, which is named after its project.
    match name.split_once('.') {
        Some((login, project)) => format!("{login}@{project}{domain}"),
        None => format!("{name}@{}", &domain[1..]),
    }
}

/// `login@project.iam.gserviceaccount.com`, `project@appspot.gserviceaccount.com`.
fn project(email: &str) -> &str {
    match email.split_once('@') {
        Some((project, "appspot.gserviceaccount.com")) => project,
        Some((_, domain)) => domain.strip_suffix(".iam.gserviceaccount.com").unwrap_or_default(),
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_becomes_the_address_again() {
        for (common_name, email, of_project) in [
            (
                "mailer.vendor-project.iam.gserviceaccount.com",
                "mailer@vendor-project.iam.gserviceaccount.com",
                "vendor-project",
            ),
            ("app.appspot.gserviceaccount.com", "app@appspot.gserviceaccount.com", "app"),
            (
                "mailer.p.example.com.iam.gserviceaccount.com",
                "mailer@p.example.com.iam.gserviceaccount.com",
                "p.example.com",
            ),
            ("something else", "something else", ""),
        ] {
            assert_eq!(address(common_name), email);
            assert_eq!(project(email), of_project);
        }
    }
}
