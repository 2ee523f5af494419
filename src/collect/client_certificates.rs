//! Who the clients are that no listed service account is.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};

use crate::causes;
use crate::google::service_account_metadata::{self, Certificate};
use crate::google::{Client, GoogleError};
use crate::tenant::{
    ClientCertificates, ForeignAccount, Gap, GapClass, GapReason, Part, PublicKey, Reading, ServiceAccounts,
    is_service_account_address,
};

use super::{foreign_clients, gaps, reading};

/// Clients that are asked about at once.
const AT_ONCE: usize = 16;

/// The most addresses of one client that are asked about.
const MAX_CLAIMS: usize = 4;

/// Asks for the public certificates of each client, up to a bound. No client is told to be one of `listed`.
pub(super) async fn collect(
    client: &Client,
    clients: Vec<String>,
    listed: Option<&ServiceAccounts>,
) -> Reading<Vec<ClientCertificates>> {
    let beyond = clients.len().saturating_sub(foreign_clients::MAX_CLIENTS);
    let ask = async |account: String| service_account_metadata::certificates(client, &account).await;
    let found: Vec<ClientCertificates> = stream::iter(clients.into_iter().take(foreign_clients::MAX_CLIENTS))
        .map(|client_id| async {
            let account = account_of(&client_id, listed, &ask).await;
            ClientCertificates { client_id, account }
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
        reason: GapReason::TOO_MANY_CLIENTS,
        message: format!(
            "The certificates of {beyond} clients beyond the first {} were not requested",
            foreign_clients::MAX_CLIENTS
        ),
        needed: String::new(),
        fix:
            "Add the projects of your own service accounts to `[cloud] projects`, so that fewer clients are \
              unknown."
                .to_owned(),
        places: Box::default(),
    })
}

/// The account that the client is, by its certificates and, where it is known by its number, by those of the
/// address that they name.
async fn account_of(
    client_id: &str,
    listed: Option<&ServiceAccounts>,
    ask: &impl AsyncFn(String) -> Result<Vec<Certificate>, GoogleError>,
) -> Reading<Option<ForeignAccount>> {
    let certificates = match ask(client_id.to_owned()).await {
        // Every account has system-managed keys, published here (Google reference: projects.serviceAccounts.keys).
        Ok(certificates) if certificates.is_empty() => {
            return Reading::Missing(gaps::empty(Part::ClientCertificates, "certificate"));
        }
        Ok(certificates) => certificates,
        Err(error) if error.cause == causes::NOT_FOUND => return Reading::Complete(None),
        Err(error) => return Reading::Missing(gaps::refused(Part::ClientCertificates, &error)),
    };
    if is_service_account_address(client_id) {
        return Reading::Complete(Some(account(client_id.to_owned(), certificates)));
    }
    let mut gap = None;
    let claims = claims_of(&certificates).into_iter();
    let is_ours = |address: &String| listed.is_some_and(|listed| listed.by_address(address).is_some());
    for address in claims.filter(|address| !is_ours(address)).take(MAX_CLAIMS) {
        match ask(address.clone()).await {
            Ok(others) if is_same_account(&certificates, &others) => {
                return Reading::Complete(Some(account(address, certificates)));
            }
            Ok(_) => {}
            Err(error) if error.cause == causes::NOT_FOUND => {}
            Err(error) => gap = Some(gaps::refused(Part::ClientCertificates, &error)),
        }
    }
    let claimed = claims_of(&certificates).into_iter().take(MAX_CLAIMS).collect();
    let unnamed = Some(ForeignAccount { claimed, ..account(String::new(), certificates) });
    match gap {
        Some(gap) => Reading::Partial(unnamed, gap),
        None => Reading::Complete(unnamed),
    }
}

/// The addresses that certificates name. Who uploads a key chooses its name: each is a claim.
fn claims_of(certificates: &[Certificate]) -> BTreeSet<String> {
    certificates.iter().filter_map(|certificate| address(&certificate.common_name)).collect()
}

/// Whether an address answers with every key that the client shows. An account has keys of Google's that nobody
/// else can show; others' public certificates anybody can upload as their own.
fn is_same_account(of_client: &[Certificate], of_address: &[Certificate]) -> bool {
    let known: BTreeSet<&str> = of_address.iter().map(|certificate| certificate.key_id.as_str()).collect();
    !of_client.is_empty() && of_client.iter().all(|certificate| known.contains(certificate.key_id.as_str()))
}

fn account(email: String, certificates: Vec<Certificate>) -> ForeignAccount {
    ForeignAccount {
        project: project(&email).to_owned(),
        email,
        claimed: Vec::new(),
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

/// A service account's address: the common name has a dot for its `@`. `None` for any other name.
fn address(common_name: &str) -> Option<String> {
    let name = common_name.to_lowercase();
    let (name, domain) = [".iam.gserviceaccount.com", ".gserviceaccount.com"]
        .into_iter()
        .find_map(|domain| Some((name.strip_suffix(domain)?, domain)))?;
    // The login has no dots.
    let address = match name.split_once('.') {
        Some((login, project)) => format!("{login}@{project}{domain}"),
        None => format!("{name}@{}", &domain[1..]),
    };
    is_service_account_address(&address).then_some(address)
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

    const VENDOR: &str = "mailer@vendor.iam.gserviceaccount.com";

    fn named(common_name: &str, key_id: &str) -> Certificate {
        Certificate {
            key_id: key_id.to_owned(),
            common_name: common_name.to_owned(),
            valid_after: None,
            valid_before: None,
        }
    }

    fn vendors(key_id: &str) -> Certificate {
        named("mailer.vendor.iam.gserviceaccount.com", key_id)
    }

    /// Who client 103 is, if it and the vendor's address answer so.
    async fn who(of_client: &[Certificate], of_address: Option<&[Certificate]>) -> ForeignAccount {
        who_but(of_client, of_address, None).await.known().cloned().flatten().unwrap()
    }

    async fn who_but(
        of_client: &[Certificate],
        of_address: Option<&[Certificate]>,
        listed: Option<&ServiceAccounts>,
    ) -> Reading<Option<ForeignAccount>> {
        let ask = async |account: String| match account.as_str() {
            "103" => Ok(of_client.to_vec()),
            VENDOR => {
                of_address.map(<[_]>::to_vec).ok_or_else(|| GoogleError::of_cause(causes::BACKEND_ERROR))
            }
            _ => Err(GoogleError::of_cause(causes::NOT_FOUND)),
        };
        account_of("103", listed, &ask).await
    }

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
        ] {
            assert_eq!(address(common_name).as_deref(), Some(email));
            assert_eq!(project(email), of_project);
        }
    }

    #[test]
    fn a_name_of_another_form_is_no_address() {
        for name in [
            "118000000000000000005",
            "118000000000000000005.apps.googleusercontent.com",
            "something else",
            "ann@example.com",
            "gserviceaccount.com",
            ".iam.gserviceaccount.com",
            "a..iam.gserviceaccount.com",
            "a b.p.iam.gserviceaccount.com",
            "a@b.p.iam.gserviceaccount.com",
            "mailer.vendor-project.iam.gserviceacc",
            "",
        ] {
            assert_eq!(address(name), None, "{name}");
        }
    }

    #[tokio::test]
    async fn a_claimed_address_holds_only_if_it_answers_with_the_same_keys() {
        let google = || named("", "google");
        let own = [vendors("k1"), named("118000000000000000005", "k2"), google()];
        assert_eq!(who(&own, Some(&own)).await.email, VENDOR);
        for others in [vec![], vec![vendors("k9")], vec![vendors("k1")]] {
            let account = who(&own, Some(&others)).await;
            assert_eq!((account.email.as_str(), account.project.as_str()), ("", ""), "{others:?}");
            assert_eq!(account.keys.len(), 3);
        }
        // Whoever uploads all that the vendor shows still shows keys of its own.
        assert_eq!(who(&own, Some(&own[..2])).await.email, "");
    }

    #[tokio::test]
    async fn a_name_that_is_no_address_names_nobody() {
        assert_eq!(who(&[named("118000000000000000005", "k")], Some(&[])).await.email, "");
    }

    #[tokio::test]
    async fn an_address_of_a_listed_account_is_nobody_elses() {
        let own = [vendors("k1")];
        let listed = ServiceAccounts::new(vec![crate::tenant::ServiceAccount {
            project: "vendor".to_owned(),
            email: VENDOR.to_uppercase(),
            unique_id: "105".to_owned(),
            client_id: "105".to_owned(),
            display_name: String::new(),
            disabled: false,
            keys: Reading::Complete(Vec::new()),
        }]);
        let told = who_but(&own, Some(&own), Some(&listed)).await;
        assert_eq!(told.known().cloned().flatten().unwrap().email, "");
    }

    #[tokio::test]
    async fn a_claim_that_nobody_could_ask_about_is_a_gap() {
        let told = who_but(&[vendors("k1")], None, None).await;
        assert_eq!(told.gap().map(|gap| gap.part), Some(Part::ClientCertificates));
        assert_eq!(told.known().cloned().flatten().unwrap().email, "");
    }
}
