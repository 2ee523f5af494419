//! Credentials → a client: the one way in which anything connects to Google.

use std::path::PathBuf;

use miette::Diagnostic;

use crate::causes;

use super::{
    Auth, AuthError, Client, ClientError, ClientOptions, KeyFile, KeyFileError, Machine, MachineError, Roots,
    RootsError,
};

/// How the service account proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    KeyFile(PathBuf),
    /// By its address: the machine's own identity has assertions signed for it.
    ServiceAccount(String),
}

/// The audit's own service account, as far as the credentials say.
#[derive(Clone, Debug)]
pub(crate) struct OwnAccount {
    pub(crate) email: String,
    /// Its OAuth client id, which a key file names.
    pub(crate) client_id: Option<String>,
}

/// Why nothing can be sent to Google.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum ConnectError {
    #[error(transparent)]
    #[diagnostic(help("{}", .0.advice()))]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    #[diagnostic(help(
        "Correct GOOGLE_APPLICATION_CREDENTIALS, or unset it to use gcloud's credentials or the metadata server. See \
         \"Without a key file\" in docs/setup.md."
    ))]
    Machine(#[from] MachineError),
    #[error("{0}")]
    #[diagnostic(help(
        "For Google, leave `[google] base_url` empty, and use a key file of Google. For another server, set `base_url` to \
         its root, and use the key file of that server."
    ))]
    Roots(#[from] RootsError),
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The network, as this machine has it.
    #[error(transparent)]
    #[diagnostic(help("{}", .0.advice()))]
    Client(#[from] ClientError),
}

impl ConnectError {
    /// A stable name of the cause: the JSON log has it.
    #[must_use]
    pub(crate) const fn id(&self) -> &'static str {
        match self {
            Self::KeyFile(error) => error.id(),
            Self::Machine(_) => "machine_identity_unusable",
            Self::Roots(_) => "base_url_refused",
            Self::Auth(_) => "key_file_bad_key",
            Self::Client(ClientError::Proxy(_)) => "proxy_malformed",
            Self::Client(ClientError::TrustFile(_)) => causes::TRUST_FILE.id(),
            Self::Client(ClientError::Network(_)) => "http_client",
        }
    }

    /// Whether the operator can mend it in the configuration or the environment.
    #[must_use]
    pub(crate) const fn is_configuration(&self) -> bool {
        match self {
            Self::KeyFile(_)
            | Self::Machine(_)
            | Self::Roots(_)
            | Self::Client(ClientError::Proxy(_) | ClientError::TrustFile(_)) => true,
            Self::Auth(_) | Self::Client(_) => false,
        }
    }
}

/// A client that acts by these credentials, at `base_url` or, where that is empty, at Google.
///
/// # Errors
/// When the credentials cannot be read, or the machine cannot send requests.
pub(crate) async fn connect(
    credentials: &Credentials,
    base_url: &str,
    options: ClientOptions,
) -> Result<(Client, OwnAccount), ConnectError> {
    let (auth, roots, account) = match credentials {
        Credentials::KeyFile(path) => {
            let key_file = KeyFile::read(path).await?;
            let roots = Roots::new(base_url, key_file.token_uri())?;
            let email = key_file.client_email().to_owned();
            let client_id = key_file.client_id().map(str::to_owned);
            (Auth::with_key(&key_file)?, roots, OwnAccount { email, client_id })
        }
        Credentials::ServiceAccount(email) => {
            let machine = Machine::find(|name| std::env::var(name).ok()).await?;
            let roots = Roots::keyless(base_url, &machine.issuers())?;
            let auth = Auth::keyless(email, machine, &roots)?;
            (auth, roots, OwnAccount { email: email.clone(), client_id: None })
        }
    };
    Ok((Client::new(auth, roots, options)?, account))
}
