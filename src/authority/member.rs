//! [Principal identifiers](https://cloud.google.com/iam/docs/principal-identifiers) as policies have them.

use super::principal::PrincipalKind;
use crate::tenant::Address;

/// What a member of a binding names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// A principal: kind, and id in comparable form.
    Principal(PrincipalKind, String),
    /// A principal that was deleted: it can do nothing unless it is restored.
    Deleted,
    /// A kind without a name: nobody knows whom it means.
    Nameless,
}

/// Reads a member of a binding.
pub(super) fn read(text: &str) -> Member {
    use PrincipalKind as Kind;
    let verbatim = |kind| Member::Principal(kind, text.to_owned());
    let (prefix, rest) = text.split_once(':').unwrap_or((text, ""));
    match prefix {
        "user" | "group" | "serviceAccount" | "domain" if rest.trim().is_empty() => Member::Nameless,
        "deleted" => Member::Deleted,
        "allUsers" => verbatim(Kind::Anyone),
        "allAuthenticatedUsers" => verbatim(Kind::AnyoneSignedIn),
        "user" => of_address(rest, Kind::User),
        "group" => of_address(rest, Kind::Group),
        // The identity of a Kubernetes workload, `p.svc.id.goog[namespace/name]`, is no account.
        "serviceAccount" if rest.contains('[') => Member::Principal(Kind::FederatedSubject, rest.to_owned()),
        "serviceAccount" => of_address(rest, Kind::ServiceAccount),
        "domain" => {
            let address = Address::new(&format!("x@{rest}"));
            Member::Principal(Kind::Domain, address.domain().unwrap_or_default().to_owned())
        }
        "projectOwner" | "projectEditor" | "projectViewer" => verbatim(Kind::BasicRole),
        "principal" => verbatim(Kind::FederatedSubject),
        "principalSet" if rest.starts_with("//cloudresourcemanager.googleapis.com/") => {
            verbatim(Kind::ServiceAccountSet)
        }
        "principalSet" if rest.ends_with("/*") => verbatim(Kind::WholePool),
        "principalSet" => verbatim(Kind::FederatedSet),
        _ => verbatim(Kind::Other),
    }
}

/// A service account may be named as a user, as Directory does in groups.
pub(super) fn of_address(address: &str, kind: PrincipalKind) -> Member {
    let address = Address::new(address).as_str().to_owned();
    if address.is_empty() {
        return Member::Nameless;
    }
    let is_account = kind == PrincipalKind::User && address.ends_with(".gserviceaccount.com");
    Member::Principal(if is_account { PrincipalKind::ServiceAccount } else { kind }, address)
}

/// The name of the workload identity pool that an identifier is of.
pub(super) fn pool_of(id: &str) -> Option<&str> {
    let name = id.split_once("//iam.googleapis.com/")?.1;
    let (place, rest) = name.split_once("/workloadIdentityPools/")?;
    let pool = rest.split('/').next()?;
    name.get(..place.len() + "/workloadIdentityPools/".len() + pool.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_has_its_kind() {
        use PrincipalKind as Kind;
        let workload = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool";
        let workforce = "iam.googleapis.com/locations/global/workforcePools/pool";
        for (text, kind) in [
            ("user:ann@example.com".to_owned(), Kind::User),
            ("user:a@p.iam.gserviceaccount.com".to_owned(), Kind::ServiceAccount),
            ("serviceAccount:a@p.iam.gserviceaccount.com".to_owned(), Kind::ServiceAccount),
            ("serviceAccount:p.svc.id.goog[ns/a]".to_owned(), Kind::FederatedSubject),
            ("group:g@example.com".to_owned(), Kind::Group),
            ("domain:example.com".to_owned(), Kind::Domain),
            ("allUsers".to_owned(), Kind::Anyone),
            ("allAuthenticatedUsers".to_owned(), Kind::AnyoneSignedIn),
            ("projectEditor:p".to_owned(), Kind::BasicRole),
            (format!("principal://{workload}/subject/s"), Kind::FederatedSubject),
            (format!("principalSet://{workload}/group/g"), Kind::FederatedSet),
            (format!("principalSet://{workload}/attribute.repository/a/b"), Kind::FederatedSet),
            (format!("principalSet://{workload}/*"), Kind::WholePool),
            (format!("principal://{workforce}/subject/s"), Kind::FederatedSubject),
            (format!("principalSet://{workforce}/*"), Kind::WholePool),
            (
                "principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount"
                    .to_owned(),
                Kind::ServiceAccountSet,
            ),
            ("cluster:unheard-of".to_owned(), Kind::Other),
        ] {
            assert!(matches!(read(&text), Member::Principal(found, _) if found == kind), "{text}");
        }
        assert_eq!(read("deleted:user:ann@example.com?uid=1"), Member::Deleted);
        for text in ["user:", "group: ", "serviceAccount:", "domain:", "user"] {
            assert_eq!(read(text), Member::Nameless, "{text}");
        }
        assert_eq!(of_address(" ", Kind::User), Member::Nameless);
    }

    #[test]
    fn an_identifier_names_its_pool() {
        let pool = "projects/1/locations/global/workloadIdentityPools/pool";
        assert_eq!(pool_of(&format!("principalSet://iam.googleapis.com/{pool}/*")), Some(pool));
        assert_eq!(pool_of("principalSet://iam.googleapis.com/locations/global/workforcePools/pool/*"), None);
    }
}
