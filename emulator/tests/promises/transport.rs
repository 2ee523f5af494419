//! HTTP/1.1 and HTTP/2, in clear and over TLS.

use std::time::{Duration, Instant};

use reqwest::Version;
use workspace_audit_emulator::{Options, TenantName, start};

use crate::client::{ADMIN, Client, USERS, options};

const LIST: &str = "/admin/directory/v1/users?customer=my_customer";

#[tokio::test]
async fn both_versions_are_served_in_clear() {
    let client = Client::of(TenantName::Healthy).await;
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let url = format!("{}{LIST}", client.emulator.base_url());
    let old = client.http.get(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!((old.status().as_u16(), old.version()), (200, Version::HTTP_11));
    let http2 = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let new = http2.get(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!((new.status().as_u16(), new.version()), (200, Version::HTTP_2));
    let versions: Vec<String> =
        client.emulator.requests().into_iter().map(|request| request.http_version).collect();
    assert_eq!(versions, ["HTTP/1.1", "HTTP/1.1", "HTTP/2.0"]);
}

#[tokio::test]
async fn tls_is_served_under_the_private_authority() {
    let client = Client::with(Options { tls: true, ..options(TenantName::Healthy) }).await;
    assert!(client.emulator.base_url().starts_with("https://"));
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let url = format!("{}{LIST}", client.emulator.base_url());
    let answer = client.http.get(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    let distrustful = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    assert!(distrustful.get(&url).send().await.is_err());
}

#[tokio::test]
async fn the_date_is_the_emulators() {
    let client = Client::of(TenantName::Healthy).await;
    let answer = client.ask(Some(ADMIN), &[USERS]).await;
    assert_eq!(answer.headers["date"], "Sat, 21 Nov 2026 07:00:00 GMT");
}

#[tokio::test]
async fn answers_wait_as_long_as_asked() {
    let latency = Duration::from_millis(60);
    let client = Client::with(Options { latency, ..options(TenantName::Healthy) }).await;
    let before = Instant::now();
    client.token(Some(ADMIN), &[USERS]).await;
    assert!(before.elapsed() >= latency);
}

#[tokio::test]
async fn shutting_down_frees_the_address() {
    let emulator = start(options(TenantName::Healthy)).await.unwrap();
    let address = emulator.address();
    emulator.shutdown().await;
    let again = start(Options { listen: address, ..options(TenantName::Healthy) }).await.unwrap();
    assert_eq!(again.address(), address);
    assert!(start(Options { listen: address, ..options(TenantName::Healthy) }).await.is_err());
}

#[tokio::test]
async fn dropping_ends_open_connections() {
    let client = Client::of(TenantName::Healthy).await;
    let address = client.emulator.address();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut connection, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut bytes = [0; 1];
    tokio::io::AsyncReadExt::read_exact(&mut connection, &mut bytes).await.unwrap();
    drop(client);
    let mut rest = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut connection, &mut rest);
    assert!(tokio::time::timeout(Duration::from_secs(1), ended).await.is_ok());
}
