//! Over the protocols of a real network: TLS with a private authority, HTTP/2, a proxy that must not be
//! asked.

use workspace_audit_emulator::{Options, TenantName};

use crate::support::Tenant;

fn over_tls() -> Tenant {
    Tenant::with(Options { tenant: TenantName::Healthy, tls: true, ..Options::default() })
}

#[test]
fn a_private_authority_is_trusted_through_ssl_cert_file_and_http_2_is_spoken() {
    let tenant = over_tls();
    let authority = tenant.files.ca_certificate.clone().unwrap();
    tenant.audit_with(&[], &[("SSL_CERT_FILE", authority.to_str().unwrap())]).assert_code(0);
    let requests = tenant.requests();
    let http_2 = requests.iter().filter(|request| request.http_version.contains('2')).count();
    assert!(http_2 > 10, "{http_2} of {}", requests.len());
}

#[test]
fn an_authority_that_is_not_trusted_is_named_with_the_fix() {
    let audit = over_tls().audit();
    audit.assert_code(1);
    assert!(audit.stderr.contains("SSL_CERT_FILE"), "{}", audit.stderr);
}

#[test]
fn loopback_is_never_sent_through_a_proxy() {
    let tenant = Tenant::named(TenantName::Healthy);
    let nobody = "http://127.0.0.1:9";
    let proxies =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|name| (name, nobody));
    tenant.audit_with(&[], &proxies).assert_code(0);
}

#[test]
fn a_server_that_is_not_there_ends_the_run_with_the_cause() {
    let tenant = Tenant::named(TenantName::Healthy);
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    std::fs::write(&tenant.files.key_file, key.replace(&tenant.base_url(), "http://127.0.0.1:9")).unwrap();
    let audit = tenant.audit_with(&["--set", "google.base_url=http://127.0.0.1:9"], &[]);
    audit.assert_code(1);
    assert!(audit.stderr.contains("No connection"), "{}", audit.stderr);
}
