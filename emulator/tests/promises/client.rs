//! A plain client: it signs assertions, asks for tokens and reads JSON.

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use workspace_audit_emulator::{Emulator, Options, TenantName, start};

pub(crate) const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
pub(crate) const DOMAINS: &str = "https://www.googleapis.com/auth/admin.directory.domain.readonly";
pub(crate) const ROLES: &str = "https://www.googleapis.com/auth/admin.directory.rolemanagement.readonly";
pub(crate) const SETTINGS: &str = "https://www.googleapis.com/auth/gmail.settings.basic";
pub(crate) const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";
pub(crate) const ADMIN: &str = "auditor@example.com";

/// A moment at which every test's tenant stands still.
pub(crate) fn moment() -> DateTime<Utc> {
    "2026-11-21T07:00:00Z".parse().unwrap()
}

pub(crate) fn options(tenant: TenantName) -> Options {
    Options { tenant, at: Some(moment()), ..Options::default() }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

/// The private half of a key file, ready to sign.
pub(crate) struct Signer {
    pub(crate) email: String,
    key_id: String,
    key: KeyPair,
}

impl Signer {
    pub(crate) fn read(path: &Path) -> Self {
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let pem = file["private_key"].as_str().unwrap();
        let encoded: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Self {
            email: file["client_email"].as_str().unwrap().to_owned(),
            key_id: file["private_key_id"].as_str().unwrap().to_owned(),
            key: KeyPair::from_pkcs8(&STANDARD.decode(encoded).unwrap()).unwrap(),
        }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        self.sign_with(&header, claims)
    }

    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(crate) struct Client {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
    pub(crate) signer: Signer,
    folder: tempfile::TempDir,
}

impl Client {
    pub(crate) async fn of(tenant: TenantName) -> Self {
        Self::with(options(tenant)).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let emulator = start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = emulator.write_client_files(folder.path()).unwrap();
        let mut http = reqwest::Client::builder().no_proxy();
        if let Some(authority) = files.ca_certificate {
            let pem = std::fs::read(authority).unwrap();
            http = http.tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()]);
        }
        Self { emulator, http: http.build().unwrap(), signer: Signer::read(&files.key_file), folder }
    }

    /// The text of one of the files for clients.
    pub(crate) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// A signer for another service account of the tenant.
    pub(crate) fn signer_of(&self, account: &str) -> Signer {
        let path = self.folder.path().join("other.json");
        Signer::read(&self.emulator.write_key_file(account, &path).unwrap())
    }

    pub(crate) fn claims(&self, signer: &Signer, subject: Option<&str>, scopes: &[&str]) -> Value {
        // As the token endpoint does: a frozen clock is about the data.
        let now = Utc::now().timestamp();
        let mut claims = json!({
            "iss": signer.email,
            "aud": format!("{}/token", self.emulator.base_url()),
            "scope": scopes.join(" "),
            "iat": now,
            "exp": now + 3600,
        });
        if let Some(subject) = subject {
            claims["sub"] = json!(subject);
        }
        claims
    }

    pub(crate) async fn exchange(&self, assertion: &str) -> Answer {
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        self.post_form(&form).await
    }

    pub(crate) async fn post_form(&self, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}/token", self.emulator.base_url());
        read(self.http.post(url).form(form).send().await.unwrap()).await
    }

    pub(crate) async fn ask(&self, subject: Option<&str>, scopes: &[&str]) -> Answer {
        let claims = self.claims(&self.signer, subject, scopes);
        self.exchange(&self.signer.sign(&claims)).await
    }

    pub(crate) async fn token(&self, subject: Option<&str>, scopes: &[&str]) -> String {
        let answer = self.ask(subject, scopes).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        let url = format!("{}{path}", self.emulator.base_url());
        read(self.http.get(url).bearer_auth(token).send().await.unwrap()).await
    }

    /// Reads as a subject with one scope.
    pub(crate) async fn read_as(&self, subject: &str, scope: &str, path: &str) -> Answer {
        let token = self.token(Some(subject), &[scope]).await;
        self.get(&token, path).await
    }

    /// Every entry of a listing, and how many pages it took.
    pub(crate) async fn list(&self, token: &str, path: &str, field: &str) -> (Vec<Value>, usize) {
        let (mut entries, mut pages, mut next) = (Vec::new(), 0, String::new());
        loop {
            // Listings that are not paged know no page token.
            let separator = if path.contains('?') { '&' } else { '?' };
            let page =
                if next.is_empty() { path.to_owned() } else { format!("{path}{separator}pageToken={next}") };
            let answer = self.get(token, &page).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            pages += 1;
            entries.extend(answer.body[field].as_array().cloned().unwrap_or_default());
            match answer.body["nextPageToken"].as_str() {
                Some(token) => {
                    assert_ne!(next, token, "a page leads to itself");
                    next = token.to_owned();
                }
                None => return (entries, pages),
            }
        }
    }
}

pub(crate) async fn read(response: reqwest::Response) -> Answer {
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: match response.bytes().await.unwrap() {
            empty if empty.is_empty() => Value::Null,
            page if page.starts_with(b"<") => Value::from(String::from_utf8_lossy(&page)),
            body => serde_json::from_slice(&body).unwrap(),
        },
    }
}
