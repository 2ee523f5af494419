//! A private authority and a certificate, made anew at each start.
//!
//! The certificate is for loopback and for the hosts that Google's clients call, so that a client whose
//! addresses are fixed can be led here by a proxy. It convinces nobody who was not told to trust the
//! authority.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use crate::error::EmulatorError;

const GOOGLE_HOSTS: [&str; 2] = ["*.googleapis.com", "accounts.google.com"];

/// What a TLS listener needs, and what its clients must trust.
pub(crate) struct Identity {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) authority_pem: String,
}

pub(crate) fn make(address: IpAddr) -> Result<Identity, EmulatorError> {
    build(address).map_err(|_| EmulatorError::Cryptography { what: "the certificate" })
}

fn build(address: IpAddr) -> Result<Identity, Box<dyn std::error::Error>> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "Workspace emulator, private authority");
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate()?;
    let address = address.to_string();
    let names = ["localhost", "127.0.0.1", "::1", &address].into_iter().chain(GOOGLE_HOSTS);
    let mut leaf = CertificateParams::new(names.map(str::to_owned).collect::<Vec<_>>())?;
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    let certificate = leaf.signed_by(&key, &issuer)?;

    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Identity { server: Arc::new(server), authority_pem })
}
