//! The only code that talks to Google. One request path: pages → session → retry → token → channel → send →
//! classify.

pub mod admin1_directory;
mod api;
mod api_channel;
mod assertion;
mod auth;
mod body_check;
mod breaker;
mod client;
pub mod cloudasset1;
pub mod cloudresourcemanager3;
mod connect;
mod error;
pub mod gmail1;
pub mod iam1;
pub mod iam_policy;
mod key_file;
mod keyless;
mod limit;
mod machine;
pub mod orgpolicy2;
mod pages;
pub mod policyanalyzer1;
mod proxies;
mod quota_limiter;
pub mod reports1;
mod retry;
pub mod service_account_metadata;
mod session;
mod signer;
mod token;
mod transport;
mod trust;

pub use api::{Api, Roots, RootsError};
pub use api_channel::Traffic;
pub use auth::{Auth, AuthError};
pub use client::{Client, Request};
pub use connect::{ConnectError, Credentials, OwnAccount, connect};
pub use error::GoogleError;
pub use key_file::{KeyFile, KeyFileError};
pub use machine::{Machine, MachineError};
pub use pages::{Bound, BrokenRows, Listing, Page, Pages};
pub use session::Session;
pub use transport::{ClientError, ClientOptions};

/// Text as one segment of a path.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
