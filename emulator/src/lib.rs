//! Google Workspace and IAM on loopback.
//!
//! The emulator serves the read side of the Directory, Reports, Gmail and IAM APIs, and of the cloud around
//! service accounts, for a synthetic tenant, with a token endpoint that checks domain-wide delegation for
//! real: the signature, the claims, the user and every scope. What Google documents is served as documented; what nobody could confirm is marked
//! *unverified* where it is decided.
//!
//! ```no_run
//! # async fn example() -> Result<(), workspace_audit_emulator::EmulatorError> {
//! use workspace_audit_emulator::{Options, TenantName};
//!
//! let emulator = workspace_audit_emulator::start(Options {
//!     tenant: TenantName::Typical,
//!     ..Options::default()
//! })
//! .await?;
//! let files = emulator.write_client_files("demo".as_ref())?;
//! println!("{} {}", emulator.base_url(), files.config.display());
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod api_error;
mod assertion;
mod batch;
mod bearer_tokens;
mod call;
mod certificate;
mod client_files;
mod clock;
mod cloud_asset;
mod cloud_identity;
mod connection;
mod delivery;
mod dice;
mod directory;
mod discovery;
mod doomed_tokens;
mod error;
mod fault;
mod fields;
mod gmail;
mod google_key;
mod hosts;
mod iam;
mod iam_credentials;
mod iam_roles;
mod identity_pools;
mod key_certificates;
mod metadata_server;
mod method_override;
mod options;
mod org_policy;
mod page_tokens;
mod path_template;
mod permissions;
mod policy_analyzer;
mod principals;
mod reply;
mod reports;
mod request_log;
mod resource_manager;
mod respond;
mod routes;
mod self_signed;
mod serve;
mod server;
mod service_usage;
mod signing_key;
mod sts;
mod system_parameters;
mod tenant;
mod token_endpoint;
mod token_server;
mod tokeninfo;
mod user_query;
mod world;

pub use client_files::ClientFiles;
pub use error::EmulatorError;
pub use fault::Fault;
pub use options::{LogEntry, Logged, Options, TenantName};
pub use request_log::LoggedRequest;
pub use server::{Emulator, start};
