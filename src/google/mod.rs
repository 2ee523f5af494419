//! The only code that talks to Google. One request path: pages → retry → limiter → token → send →
//! classify.

pub mod admin1_directory;
mod api;
mod auth;
mod client;
mod error;
pub mod gmail1;
pub mod iam1;
mod limit;
mod pages;
mod retry;
mod session;
mod signer;
mod token;
mod transport;

pub use api::{Api, Roots, RootsError};
pub use auth::{Auth, AuthError, KeyFile, KeyFileError};
pub use client::{Client, Request};
pub use error::GoogleError;
pub use pages::{BrokenRows, Listing, Page, Pages};
pub use session::Session;
pub use transport::{ClientError, ClientOptions};
