//! The key file of a service account.

use std::path::{Path, PathBuf};

use crate::input_file;

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
    #[error("cannot read the key file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is not a service account key file: {reason}", path.display())]
    NoKeyFile {
        path: PathBuf,
        /// Never a part of the file.
        reason: String,
    },
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// When it cannot be read or is not of a service account.
    pub(crate) async fn read(path: &Path) -> Result<Self, KeyFileError> {
        let no_key_file =
            |reason: &str| KeyFileError::NoKeyFile { path: path.to_owned(), reason: reason.to_owned() };
        let text = input_file::read(path, input_file::MAX_BYTES)
            .map_err(|source| KeyFileError::Unreadable { path: path.to_owned(), source })?;
        let key = yup_oauth2::parse_service_account_key(&text)
            .map_err(|_| no_key_file("it is not JSON, or it lacks client_email, private_key or token_uri"))?;
        if key.key_type.as_deref().is_some_and(|key_type| key_type != "service_account") {
            return Err(no_key_file("its `type` is not `service_account`"));
        }
        let file = Self { key };
        file.signer().map_err(|error| no_key_file(&error.to_string()))?;
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

    /// The token endpoint.
    #[must_use]
    pub(crate) fn token_uri(&self) -> &str {
        &self.key.token_uri
    }

    pub(super) fn signer(&self) -> Result<Signer, SignerError> {
        Signer::new(&self.key.private_key, self.key_id().unwrap_or_default())
    }
}
