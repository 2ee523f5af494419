//! The only code that talks to Google. One request path: pages → session → retry → token → lane → send →
//! classify.

pub mod admin1_directory;
mod api;
mod assertion;
mod auth;
mod breaker;
mod ceiling;
mod client;
mod error;
pub mod gmail1;
pub mod iam1;
mod key_file;
mod keyless;
mod lane;
mod limit;
mod machine;
mod pages;
mod proxies;
mod retry;
mod session;
mod signer;
mod token;
mod transport;

pub use api::{Api, Roots, RootsError};
pub use auth::{Auth, AuthError};
pub use client::{Client, Request};
pub use error::GoogleError;
pub use key_file::{KeyFile, KeyFileError};
pub use lane::Traffic;
pub use machine::{Machine, MachineError};
pub use pages::{BrokenRows, Listing, Page, Pages};
pub use session::Session;
pub use transport::{ClientError, ClientOptions};
