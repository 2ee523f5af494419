//! The only code that talks to Google. One request path: pages → session → retry → token → channel → send →
//! classify.

pub(crate) mod admin1_directory;
mod api;
mod api_channel;
mod assertion;
mod auth;
mod body_check;
mod breaker;
mod client;
pub(crate) mod cloudasset1;
pub(crate) mod cloudidentity1;
pub(crate) mod cloudresourcemanager3;
mod connect;
mod error;
pub(crate) mod gmail1;
pub(crate) mod iam1;
pub(crate) mod iam_policy;
mod key_file;
mod keyless;
mod limit;
mod machine;
pub(crate) mod orgpolicy2;
mod pages;
pub(crate) mod policyanalyzer1;
mod proxies;
mod quota_limiter;
pub(crate) mod reports1;
mod retry;
pub(crate) mod server_clock;
pub(crate) mod service_account_metadata;
mod session;
mod signer;
mod text_limits;
mod token;
mod transport;
mod trust;

pub(crate) use api::{Api, Roots, RootsError};
pub(crate) use auth::{Auth, AuthError};
pub(crate) use client::{Client, Reached, Request};
pub(crate) use connect::{ConnectError, Credentials, OwnAccount, connect};
pub(crate) use error::GoogleError;
pub(crate) use key_file::{KeyFile, KeyFileError};
pub(crate) use machine::{Machine, MachineError};
pub(crate) use pages::{Bound, BrokenRows, Listing, Page, Pages};
pub(crate) use session::Session;
pub(crate) use text_limits::{MAX_TEXT, clipped};
pub(crate) use transport::{ClientError, ClientOptions};

/// Text as one segment of a path.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
