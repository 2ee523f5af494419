//! The machine's own identity, as Google's libraries find it ("application default credentials"): the file
//! that `GOOGLE_APPLICATION_CREDENTIALS` names, or gcloud's, or the metadata server. Tokens by `yup-oauth2`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper_rustls::HttpsConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use yup_oauth2::authenticator::{ApplicationDefaultCredentialsTypes, Authenticator};
use yup_oauth2::{
    ApplicationDefaultCredentialsAuthenticator, ApplicationDefaultCredentialsFlowOpts,
    AuthorizedUserAuthenticator, CustomHyperClientBuilder, ExternalAccountAuthenticator,
    ServiceAccountAuthenticator,
};

use crate::causes::{self, Cause};
use crate::input_file;

use super::error::{chain, innermost};
use super::iam1::CLOUD_SCOPE;
use super::proxies::{Outward, Proxies};
use super::token::Token;
use super::{Api, GoogleError};

/// The longest wait for a token. The library ignores its own timeout on a client that it is given.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Where Google's machines find their identity.
const METADATA_HOST: &str = "metadata.google.internal";

type Tokens = Authenticator<HttpsConnector<Outward>>;

/// The machine's own identity.
pub(crate) struct Machine {
    tokens: Arc<Tokens>,
    source: Source,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Where the identity is from. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// A file, and the servers that are asked for its tokens.
    File { path: PathBuf, issuers: Vec<String> },
    /// The metadata server's host and port.
    Metadata(String),
}

/// Why the machine's identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MachineError {
    #[error("cannot read the credentials file {}: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("cannot use the credentials file {}: {reason}", path.display())]
    Unusable {
        path: PathBuf,
        /// Never a part of the file.
        reason: String,
    },
    /// The system's certificates, or the library.
    #[error("cannot use this machine's identity: {0}")]
    Unprepared(std::io::Error),
}

/// What tells the kinds of files apart, and the addresses that secrets are sent to.
#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    token_uri: String,
    #[serde(default)]
    token_url: String,
    #[serde(default)]
    service_account_impersonation_url: Option<String>,
    #[serde(default)]
    credential_source: serde_json::Value,
}

impl Machine {
    /// Finds the identity by the environment's variables, read by name.
    ///
    /// # Errors
    /// When a file is named or there but cannot be used. Whether the metadata server is there shows at the first
    /// token.
    pub(crate) async fn find(variable: impl Fn(&str) -> Option<String>) -> Result<Self, MachineError> {
        let named = variable("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from);
        let path = match named {
            Some(path) => Some(path),
            None => gclouds_file(&variable).filter(|path| path.exists()),
        };
        match path {
            Some(path) => Self::of_file(&path).await,
            None => {
                let host = variable("GCE_METADATA_HOST").filter(|host| !host.is_empty());
                Self::of_metadata(host.unwrap_or_else(|| METADATA_HOST.to_owned())).await
            }
        }
    }

    async fn of_file(path: &Path) -> Result<Self, MachineError> {
        let unusable =
            |reason: &str| MachineError::Unusable { path: path.to_owned(), reason: reason.to_owned() };
        let text = input_file::read(path, input_file::MAX_BYTES)
            .map_err(|cause| MachineError::Unreadable { path: path.to_owned(), cause })?;
        let file: File =
            serde_json::from_slice(&text).map_err(|_| unusable("it is not JSON with a `type`"))?;
        let client = client()?;
        let (tokens, issuers) = match file.kind.as_str() {
            "authorized_user" => {
                let secret = serde_json::from_slice(&text)
                    .map_err(|_| unusable("it lacks client_id, client_secret or refresh_token"))?;
                // The library asks there, whatever the file says.
                let issuers = vec!["https://accounts.google.com/o/oauth2/token".to_owned()];
                (AuthorizedUserAuthenticator::with_client(secret, client).build().await, issuers)
            }
            "service_account" => {
                let key = yup_oauth2::parse_service_account_key(&text)
                    .map_err(|_| unusable("it lacks client_email, private_key or token_uri"))?;
                (ServiceAccountAuthenticator::with_client(key, client).build().await, vec![file.token_uri])
            }
            "external_account" => {
                if file.credential_source.get("file").is_some()
                    && file.credential_source.pointer("/format/type").is_some_and(|kind| kind != "text")
                {
                    return Err(unusable("the subject token in its file must be plain text"));
                }
                let secret = serde_json::from_slice(&text).map_err(|_| {
                    unusable("its credential_source is neither a file nor a URL with a `format`")
                })?;
                let issuers = [file.token_url].into_iter().chain(file.service_account_impersonation_url);
                (ExternalAccountAuthenticator::with_client(secret, client).build().await, issuers.collect())
            }
            _ => {
                return Err(unusable(
                    "its `type` is not authorized_user, external_account or service_account",
                ));
            }
        };
        let tokens = Arc::new(tokens.map_err(MachineError::Unprepared)?);
        Ok(Self { tokens, source: Source::File { path: path.to_owned(), issuers } })
    }

    async fn of_metadata(host: String) -> Result<Self, MachineError> {
        let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
        let options = ApplicationDefaultCredentialsFlowOpts { metadata_url: Some(url) };
        let tokens = match ApplicationDefaultCredentialsAuthenticator::with_client(options, client()?).await {
            ApplicationDefaultCredentialsTypes::InstanceMetadata(builder) => builder.build().await,
            ApplicationDefaultCredentialsTypes::ServiceAccount(builder) => builder.build().await,
        };
        let tokens = Arc::new(tokens.map_err(MachineError::Unprepared)?);
        Ok(Self { tokens, source: Source::Metadata(host) })
    }

    /// The servers that are asked for this identity's tokens. A metadata server on this machine is none: it
    /// stands for whatever the operator runs there.
    #[must_use]
    pub(crate) fn issuers(&self) -> Vec<String> {
        match &self.source {
            Source::File { issuers, .. } => issuers.clone(),
            Source::Metadata(host) => {
                let url = format!("http://{host}/").parse();
                let here = url.is_ok_and(|url| super::api::is_loopback(&url));
                if here { Vec::new() } else { vec![format!("https://{METADATA_HOST}/")] }
            }
        }
    }

    /// A new token that may ask for signatures: one attempt.
    pub(super) async fn token(&self) -> Result<Token, GoogleError> {
        let tokens = Arc::clone(&self.tokens);
        // A task of its own: the library panics over a lifetime that no clock can hold.
        let task = tokio::spawn(async move { tokens.force_refreshed_token(&[CLOUD_SCOPE]).await });
        let token = tokio::time::timeout(TIMEOUT, task)
            .await
            .map_err(|_| self.error(causes::TIMEOUT, ""))?
            .map_err(|_| self.error(causes::UNDECODABLE, "an impossible lifetime"))?
            .map_err(|error| self.refusal(&error))?;
        let text = token.token().ok_or_else(|| self.error(causes::UNDECODABLE, "no access_token"))?;
        let ends = token.expiration_time().map_or(i64::MAX, |time| time.unix_timestamp());
        Ok(Token::new(text, lifetime(ends, SystemTime::now())))
    }

    fn refusal(&self, error: &yup_oauth2::Error) -> GoogleError {
        use yup_oauth2::Error;
        match error {
            Error::AuthError(answer) => {
                let description = answer.error_description.as_deref().unwrap_or_default();
                let words = format!("{}: {description}", answer.error.as_str());
                self.error(causes::MACHINE_IDENTITY_REFUSED, &words)
            }
            Error::HttpError(_) | Error::HttpClientError(_) => self.unreachable(error),
            Error::LowLevelError(error) => self.error(causes::MACHINE_IDENTITY_REFUSED, &innermost(error)),
            // The words of the others can cite the answer, and a token with it.
            _ => self.error(causes::MACHINE_IDENTITY_REFUSED, "the response has no token"),
        }
    }

    fn unreachable(&self, error: &yup_oauth2::Error) -> GoogleError {
        let cause = match &self.source {
            // Off Google's machines there is no such server.
            Source::Metadata(_) => causes::NO_MACHINE_IDENTITY,
            Source::File { .. } => causes::of_connection(&chain(error)).unwrap_or(causes::CONNECT),
        };
        let hosts = self.issuers().into_iter().filter_map(|issuer| issuer.parse::<url::Url>().ok());
        let hosts: Vec<String> = hosts.filter_map(|url| url.host_str().map(str::to_owned)).collect();
        match hosts.as_slice() {
            [] => self.error(cause, &innermost(error)),
            hosts => self.error(cause, &format!("{}: {}", hosts.join(" or "), innermost(error))),
        }
    }

    fn error(&self, cause: Cause, words: &str) -> GoogleError {
        let source = match &self.source {
            Source::File { path, .. } => path.display().to_string(),
            Source::Metadata(host) => format!("metadata server {host}"),
        };
        let words = if words.is_empty() { source } else { format!("{source}: {words}") };
        GoogleError::new(cause, Api::Token, None, &words)
    }
}

/// What `gcloud auth application-default login` writes.
fn gclouds_file(variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = match variable("CLOUDSDK_CONFIG").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&variable("HOME")?).join(".config/gcloud"),
    };
    Some(folder.join("application_default_credentials.json"))
}

/// From now to an end in seconds since 1970.
fn lifetime(ends: i64, now: SystemTime) -> Duration {
    let end = Duration::from_secs(u64::try_from(ends).unwrap_or_default());
    end.saturating_sub(now.duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn client() -> Result<CustomHyperClientBuilder<HttpsConnector<Outward>>, MachineError> {
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
        .map_err(MachineError::Unprepared)?
        .https_or_http()
        .enable_http1()
        .wrap_connector(Outward::new(Proxies::of_environment()));
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector);
    Ok(CustomHyperClientBuilder::from(client))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(text: &str) -> Result<Machine, MachineError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.json");
        std::fs::write(&path, text).unwrap();
        let path = path.display().to_string();
        Machine::find(|name| (name == "GOOGLE_APPLICATION_CREDENTIALS").then(|| path.clone())).await
    }

    #[tokio::test]
    async fn a_login_is_googles() {
        let text =
            r#"{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}"#;
        let machine = of(text).await.unwrap();
        assert_eq!(machine.issuers(), ["https://accounts.google.com/o/oauth2/token"]);
        assert!(!format!("{machine:?}").contains("refresh"), "{machine:?}");
    }

    #[tokio::test]
    async fn federation_names_every_server_that_it_asks() {
        let text = r#"{"type": "external_account", "audience": "a", "subject_token_type": "jwt",
            "token_url": "https://sts.googleapis.com/v1/token", "credential_source": {"file": "/t"},
            "service_account_impersonation_url": "https://iamcredentials.googleapis.com/x"}"#;
        let issuers = of(text).await.unwrap().issuers();
        assert_eq!(
            issuers,
            ["https://sts.googleapis.com/v1/token", "https://iamcredentials.googleapis.com/x"]
        );
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_said_without_showing_it() {
        let json_in_a_file = r#"{"type": "external_account", "audience": "SECRET", "subject_token_type": "jwt",
            "token_url": "https://sts.googleapis.com/v1/token",
            "credential_source": {"file": "/t", "format": {"type": "json"}}}"#;
        for (text, words) in [
            ("SECRET", "not JSON"),
            (r#"{"type": "SECRET"}"#, "not authorized_user"),
            (r#"{"type": "authorized_user", "client_id": "SECRET"}"#, "lacks client_id"),
            (r#"{"type": "external_account", "audience": "SECRET"}"#, "credential_source"),
            (json_in_a_file, "plain text"),
        ] {
            let error = of(text).await.unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("SECRET"), "{error}");
        }
    }

    #[tokio::test]
    async fn without_a_file_the_metadata_server_is_asked_and_its_absence_named() {
        let variable = |name: &str| match name {
            "HOME" => Some("/nonexistent".to_owned()),
            "GCE_METADATA_HOST" => Some("127.0.0.1:9".to_owned()),
            _ => None,
        };
        let machine = Machine::find(variable).await.unwrap();
        assert!(machine.issuers().is_empty(), "a stand-in on this machine");
        let error = machine.token().await.unwrap_err();
        assert_eq!(error.cause, causes::NO_MACHINE_IDENTITY);
        assert!(error.words.contains("metadata server 127.0.0.1:9"), "{error}");
        let googles =
            Machine::find(|name| (name == "HOME").then(|| "/nonexistent".to_owned())).await.unwrap();
        assert_eq!(googles.issuers(), ["https://metadata.google.internal/"]);
    }

    #[test]
    fn a_lifetime_ends_when_the_answer_says() {
        let now = UNIX_EPOCH + Duration::from_secs(100);
        assert_eq!(lifetime(160, now), Duration::from_secs(60));
        assert_eq!(lifetime(50, now), Duration::ZERO);
    }
}
