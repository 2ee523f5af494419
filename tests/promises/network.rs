//! Over the protocols of a real network: TLS with a private authority, HTTP/2, a proxy that must not be
//! asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use workspace_audit_emulator::{Options, TenantName};

use crate::support::{Audit, Tenant};

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
    let nowhere = ["--set", "google.base_url=http://127.0.0.1:9", "--set", "collect.outage_patience=1"];
    let audit = tenant.audit_with(&nowhere, &[]);
    audit.assert_code(1);
    assert!(audit.stderr.contains("cannot connect to the server"), "{}", audit.stderr);
}

/// A tenant at an address beyond this machine, behind a proxy.
fn behind_a_proxy(proxy: &str, more: (&str, &str)) -> Audit {
    let tenant = Tenant::named(TenantName::Healthy);
    let elsewhere = "https://audit.invalid";
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    std::fs::write(&tenant.files.key_file, key.replace(&tenant.base_url(), elsewhere)).unwrap();
    let base_url = format!("google.base_url={elsewhere}");
    let arguments = ["--set", &base_url, "--set", "collect.outage_patience=1"];
    tenant.audit_with(&arguments, &[("https_proxy", proxy), more])
}

/// A proxy that answers every connection alike; its address.
fn proxy(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut asked = [0; 1024];
            let asked =
                connection.read(&mut asked).map(|length| asked[..length].to_vec()).unwrap_or_default();
            assert!(asked.starts_with(b"CONNECT audit.invalid:443"));
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    format!("http://auditor:secret-word@{address}")
}

#[test]
fn a_proxy_that_refuses_is_named_with_the_fix() {
    for (answer, words) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "The proxy requires a user name and a password",
        ),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "The proxy refuses the connection to Google"),
    ] {
        let audit = behind_a_proxy(&proxy(answer), ("UNRELATED", ""));
        audit.assert_code(1);
        assert!(audit.stderr.contains(words), "{}", audit.stderr);
        assert!(audit.stderr.contains("proxy 127.0.0.1:"), "{}", audit.stderr);
        assert!(audit.stderr.contains("HTTPS_PROXY"), "{}", audit.stderr);
        assert!(!audit.stderr.contains("secret-word"), "{}", audit.stderr);
    }
}

#[test]
fn a_proxy_that_is_not_there_is_told_from_a_server_that_is_not() {
    let nobody = "http://127.0.0.1:9";
    let audit = behind_a_proxy(nobody, ("UNRELATED", ""));
    audit.assert_code(1);
    assert!(audit.stderr.contains("cannot connect through the proxy"), "{}", audit.stderr);
    let audit = behind_a_proxy(nobody, ("NO_PROXY", "audit.invalid"));
    audit.assert_code(1);
    assert!(audit.stderr.contains("The host name does not resolve"), "{}", audit.stderr);
}

/// A proxy that leads to the tenant, whatever host it is asked for; its address.
fn tunnel_to(tenant: SocketAddr) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            std::thread::spawn(move || tunnel(connection.unwrap(), tenant));
        }
    });
    format!("http://{address}")
}

fn tunnel(mut inside: TcpStream, tenant: SocketAddr) {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        inside.read_exact(&mut byte).unwrap();
        asked.extend(byte);
    }
    let mut outside = TcpStream::connect(tenant).unwrap();
    inside.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut from, mut to) = (outside.try_clone().unwrap(), inside.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let _ = std::io::copy(&mut inside, &mut outside);
}

/// The tenant in Google's place: at Google's addresses, through a tunnel.
#[test]
fn everything_goes_through_the_proxy_at_googles_own_addresses() {
    let tenant = over_tls();
    let authority = tenant.files.ca_certificate.clone().unwrap().display().to_string();
    let key = std::fs::read_to_string(&tenant.files.key_file).unwrap();
    let google = "https://oauth2.googleapis.com";
    std::fs::write(&tenant.files.key_file, key.replace(&tenant.base_url(), google)).unwrap();
    let proxy = tunnel_to(tenant.address());
    let environment = [("HTTPS_PROXY", proxy.as_str()), ("SSL_CERT_FILE", &authority)];
    tenant.audit_with(&["--set", "google.base_url="], &environment).assert_code(0);

    // Keyless, with a login: the library's own requests take the same way.
    let account = "auth.service_account=workspace-audit@audit-project.iam.gserviceaccount.com";
    let keyless = ["--set", "google.base_url=", "--set", "auth.key_file=", "--set", account];
    let login = tenant.files.application_default.display().to_string();
    let environment = [environment[0], environment[1], ("GOOGLE_APPLICATION_CREDENTIALS", &login)];
    tenant.audit_with(&keyless, &environment).assert_code(0);
    assert!(tenant.requests().iter().any(|request| request.path == "/o/oauth2/token"));
}

#[test]
fn ipv6_loopback_is_this_machine_too() {
    let listen = "[::1]:0".parse().unwrap();
    let tenant = Tenant::with(Options { tenant: TenantName::Healthy, listen, ..Options::default() });
    assert!(tenant.base_url().starts_with("http://[::1]:"), "{}", tenant.base_url());
    tenant.audit_with(&[], &[("ALL_PROXY", "http://127.0.0.1:9")]).assert_code(0);
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_named_as_such() {
    let (tenant, other) = (over_tls(), over_tls());
    let folder = tenant.folder.path();
    let (missing, letter, authorities) =
        (folder.join("missing.pem"), folder.join("letter.txt"), folder.join("authorities"));
    std::fs::write(&letter, "dear friend").unwrap();
    std::fs::create_dir(&authorities).unwrap();
    std::fs::copy(other.files.ca_certificate.as_ref().unwrap(), authorities.join("0a1b2c3d.0")).unwrap();
    for (file, words) in [(missing, "No such file"), (letter, "it contains no PEM certificate")] {
        let file = ("SSL_CERT_FILE", file.to_str().unwrap());
        // Without any authority nothing is begun; with those of a folder it is the handshake that fails.
        for (environment, code) in
            [(vec![file], 2), (vec![file, ("SSL_CERT_DIR", authorities.to_str().unwrap())], 1)]
        {
            let audit = tenant.audit_with(&[], &environment);
            audit.assert_code(code);
            let said: Vec<_> = audit.stderr.split_whitespace().filter(|word| *word != "|").collect();
            let said = said.join(" ");
            assert!(said.contains("SSL_CERT_FILE"), "{said}");
            assert!(said.contains(words) && !said.contains("is not trusted on this machine"), "{said}");
        }
    }
}

#[test]
fn a_proxy_address_that_is_none_is_refused_before_anything_is_sent() {
    for address in
        ["http://auditor:secret word@proxy.example:3128", "socks5://auditor:secret-word@proxy.example"]
    {
        let audit = behind_a_proxy(address, ("UNRELATED", ""));
        audit.assert_code(2);
        assert!(audit.stderr.contains("https_proxy does not have a valid proxy URL"), "{}", audit.stderr);
        assert!(!audit.stderr.contains("secret"), "{}", audit.stderr);
    }
    // Nothing that stays on this machine asks a proxy.
    let tenant = Tenant::named(TenantName::Healthy);
    tenant.audit_with(&[], &[("HTTPS_PROXY", "http://::")]).assert_code(0);
}
