//! The key file of a service account.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::input_file::{self, shell_quoted};

use super::signer::{Signer, SignerError};

/// A service account's key file, as Google hands it out.
pub(crate) struct KeyFile {
    key: yup_oauth2::ServiceAccountKey,
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyFile").field("client_email", &self.key.client_email).finish_non_exhaustive()
    }
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    #[error("cannot read the key file {}: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{} is not a service account key file: {found}", path.display())]
    NoKeyFile { path: PathBuf, found: NoKey },
}

/// What a file is that is no key file of a service account. Holds no part of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoKey {
    #[error("it is empty")]
    Empty,
    #[error("it has an API key")]
    ApiKey,
    #[error("it has an OAuth client, for programs that a user signs in to")]
    OauthClient,
    #[error("it has the login of a user, as `gcloud auth application-default login` writes it")]
    UserLogin,
    #[error("it has settings for workload identity federation or impersonation, and no key")]
    Federation,
    #[error("it is a PEM file: only the key, without the account")]
    Pem,
    #[error("it is a key in the PKCS #12 format")]
    Pkcs12,
    #[error("its JSON ends too early, so a part of the file is missing")]
    Cut,
    #[error("it is not JSON")]
    NoJson,
    #[error("its `type` is not `service_account`")]
    OtherType,
    #[error("it has no `{0}`")]
    Lacks(&'static str),
    #[error("{0}")]
    Key(String),
}

impl NoKey {
    /// What the file is, if it is not a key file.
    fn of(text: &[u8]) -> Option<Self> {
        let trimmed = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii();
        match trimmed {
            [] => return Some(Self::Empty),
            [b'-', b'-', b'-', b'-', b'-', b'B', b'E', b'G', b'I', b'N', ..] => return Some(Self::Pem),
            [b'A', b'I', b'z', b'a', rest @ ..] if rest.iter().all(u8::is_ascii_graphic) => {
                return Some(Self::ApiKey);
            }
            [0x30, 0x80..=0x84, ..] => return Some(Self::Pkcs12),
            _ => {}
        }
        let json: Value = match serde_json::from_slice(trimmed) {
            Ok(json) => json,
            Err(error) if error.is_eof() && trimmed.starts_with(b"{") => return Some(Self::Cut),
            Err(_) => return Some(Self::NoJson),
        };
        let is_api_key = json.as_str().is_some_and(|text| text.starts_with("AIza"));
        if is_api_key || json.get("keyString").is_some() {
            return Some(Self::ApiKey);
        }
        if json.get("installed").is_some() || json.get("web").is_some() {
            return Some(Self::OauthClient);
        }
        match json.get("type").and_then(Value::as_str) {
            None | Some("service_account") => {}
            Some("authorized_user") => return Some(Self::UserLogin),
            Some(
                "external_account" | "external_account_authorized_user" | "impersonated_service_account",
            ) => return Some(Self::Federation),
            Some(_) => return Some(Self::OtherType),
        }
        let has = |field: &str| json.get(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        ["client_email", "private_key", "token_uri"].into_iter().find(|field| !has(field)).map(Self::Lacks)
    }

    /// Stable: the JSON log has it.
    pub(crate) const fn id(&self) -> &'static str {
        match self {
            Self::Empty => "key_file_empty",
            Self::ApiKey => "key_file_api_key",
            Self::OauthClient => "key_file_oauth_client",
            Self::UserLogin => "key_file_user_login",
            Self::Federation => "key_file_federation",
            Self::Pem => "key_file_pem",
            Self::Pkcs12 => "key_file_pkcs12",
            Self::Cut => "key_file_cut",
            Self::NoJson => "key_file_no_json",
            Self::OtherType => "key_file_other_type",
            Self::Lacks(_) => "key_file_lacks_field",
            Self::Key(_) => "key_file_bad_key",
        }
    }

    const fn advice(&self) -> &'static str {
        match self {
            Self::UserLogin | Self::Federation => {
                "To use this login without a key file, set `[auth] service_account` instead of `key_file`, and \
                 GOOGLE_APPLICATION_CREDENTIALS to this file. Otherwise, set `[auth] key_file` to a key of the \
                 service account in JSON."
            }
            Self::Cut => {
                "Copy the file again, or create a new key. To create one, see step 2 of docs/setup.md."
            }
            _ => NEW_KEY,
        }
    }
}

const NEW_KEY: &str = "Set `[auth] key_file` to a key of the service account in JSON, as `gcloud iam service-accounts keys \
                       create` writes it. To create one, see step 2 of docs/setup.md.";

impl KeyFileError {
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::PermissionDenied => {
                "Run the audit as the owner of the file, or make this account its owner with `chown`. Its folder must \
                 let the account in."
            }
            Self::Unreadable { .. } => NEW_KEY,
            Self::NoKeyFile { found, .. } => found.advice(),
        }
    }

    /// Stable: the JSON log has it.
    pub(crate) const fn id(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "key_file_unreadable",
            Self::NoKeyFile { found, .. } => found.id(),
        }
    }
}

impl KeyFile {
    /// # Errors
    /// When it cannot be read or is not of a service account.
    pub(crate) async fn read(path: &Path) -> Result<Self, KeyFileError> {
        let no_key_file = |found| KeyFileError::NoKeyFile { path: path.to_owned(), found };
        let text = input_file::read(path, input_file::MAX_BYTES)
            .map_err(|cause| KeyFileError::Unreadable { path: path.to_owned(), cause })?;
        if let Some(found) = NoKey::of(&text) {
            return Err(no_key_file(found));
        }
        let key = yup_oauth2::parse_service_account_key(&text).map_err(|_| no_key_file(NoKey::NoJson))?;
        let file = Self { key };
        file.signer().map_err(|error| no_key_file(NoKey::Key(error.to_string())))?;
        warn_of_readers(path);
        Ok(file)
    }

    #[must_use]
    pub(crate) fn client_email(&self) -> &str {
        &self.key.client_email
    }

    /// The account's client id, where the file says it.
    #[must_use]
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.key.client_id.as_deref().filter(|id| !id.is_empty())
    }

    #[must_use]
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key.private_key_id.as_deref()
    }

    #[must_use]
    pub(crate) fn token_uri(&self) -> &str {
        &self.key.token_uri
    }

    pub(super) fn signer(&self) -> Result<Signer, SignerError> {
        Signer::new(&self.key.private_key, self.key_id().unwrap_or_default())
    }
}

/// Whoever can read the file can act as any user.
fn warn_of_readers(path: &Path) {
    let Ok(metadata) = std::fs::metadata(path) else { return };
    if metadata.permissions().mode() & 0o077 != 0 {
        let path = path.display().to_string();
        let fix = format!("chmod 600 {}", shell_quoted(&path));
        tracing::warn!(id = "key_file_readable", fix, "other accounts can read the key file {path}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_file_is_told_apart() {
        for (text, id) in [
            ("", "key_file_empty"),
            (" \n", "key_file_empty"),
            ("AIzaSyA-0123456789_abcdefghijklmnopqrstu\n", "key_file_api_key"),
            ("{\"keyString\": \"AIzaSy\", \"name\": \"x\"}", "key_file_api_key"),
            ("{\"installed\": {\"client_id\": \"x\"}}", "key_file_oauth_client"),
            ("{\"web\": {\"client_id\": \"x\"}}", "key_file_oauth_client"),
            ("{\"type\": \"authorized_user\", \"client_id\": \"x\"}", "key_file_user_login"),
            ("{\"type\": \"external_account\"}", "key_file_federation"),
            ("{\"type\": \"impersonated_service_account\"}", "key_file_federation"),
            ("-----BEGIN PRIVATE KEY-----\n", "key_file_pem"),
            ("0\u{0}", "key_file_no_json"),
            ("{\"type\": \"service_account\", \"client_email\": \"a@", "key_file_cut"),
            ("client_email: a@b", "key_file_no_json"),
            ("{\"type\": \"gdch_service_account\"}", "key_file_other_type"),
            ("{\"type\": \"service_account\", \"client_email\": \"a@b\"}", "key_file_lacks_field"),
            ("[]", "key_file_lacks_field"),
        ] {
            assert_eq!(NoKey::of(text.as_bytes()).map(|found| found.id()), Some(id), "{text}");
        }
        assert_eq!(NoKey::of(&[0x30, 0x82, 9, 0x7e, 2]), Some(NoKey::Pkcs12));
        let whole = br#"{"client_email": "a@b", "private_key": "k", "token_uri": "t"}"#;
        assert_eq!(NoKey::of(whole), None);
    }
}
