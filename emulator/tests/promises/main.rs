//! What the emulator promises, held over real HTTP by a client that shares no code with it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop")]

mod admin_role;
mod client;
mod contract;
mod directory;
mod faults;
mod files;
mod gmail;
mod google;
mod iam;
mod keyless;
mod schema;
mod tenants;
mod token;
mod transport;
