//! In no discovery document: the public certificates of service accounts: who a foreign client id is, without any credentials. Google
//! documents the address for verifying signatures; that it takes unique ids too is seen in its use by GAM.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use x509_parser::pem::parse_x509_pem;

use super::{Api, Client, GoogleError, MAX_TEXT, Request, clipped, segment};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) key_id: String,
    /// The common name: the account's address with a dot for its `@`; empty if it cannot be read.
    pub(crate) common_name: String,
    /// `notBefore`.
    pub(crate) valid_after: Option<DateTime<Utc>>,
    /// `notAfter`.
    pub(crate) valid_before: Option<DateTime<Utc>>,
}

/// The certificates of an account, by its address or unique id.
///
/// # Errors
/// What came instead: 404 for one that does not exist, or not any more.
pub(crate) async fn certificates(client: &Client, account: &str) -> Result<Vec<Certificate>, GoogleError> {
    let path = format!("service_accounts/v1/metadata/x509/{}", segment(account));
    let request = Request::new(Api::ServiceAccountMetadata, path);
    let pems: BTreeMap<String, String> = client.get_public(&request).await?;
    let key_id = |name: &str| clipped(name, MAX_TEXT).into_owned();
    Ok(pems.iter().map(|(name, pem)| certificate(key_id(name), pem)).collect())
}

fn certificate(key_id: String, pem: &str) -> Certificate {
    let unreadable =
        |key_id| Certificate { key_id, common_name: String::new(), valid_after: None, valid_before: None };
    let Ok((_, pem)) = parse_x509_pem(pem.as_bytes()) else { return unreadable(key_id) };
    let Ok(certificate) = pem.parse_x509() else { return unreadable(key_id) };
    let name = certificate.subject().iter_common_name().find_map(|name| name.as_str().ok());
    let time = |time: x509_parser::time::ASN1Time| DateTime::from_timestamp(time.timestamp(), 0);
    Certificate {
        common_name: clipped(name.unwrap_or_default(), MAX_TEXT).into_owned(),
        valid_after: time(certificate.validity().not_before),
        valid_before: time(certificate.validity().not_after),
        key_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_still_is_a_key() {
        assert_eq!(certificate("k".to_owned(), "no PEM").common_name, "");
    }
}
