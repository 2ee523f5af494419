//! What the emulator promises, held over real HTTP by a client that shares no code with it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop")]

mod admin_role;
mod batch;
mod client;
mod cloud;
mod contract;
mod directory;
mod faults;
mod files;
mod gmail;
mod google;
mod groups;
mod iam;
mod keyless;
mod ledger;
mod masks;
mod policies;
mod real_clients;
mod requests;
mod schema;
mod search;
mod tenants;
mod token;
mod transport;
