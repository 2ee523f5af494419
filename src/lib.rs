//! Shows who can send mail as whom in a Google Workspace tenant, and why.
//!
//! The program is the interface: only what its `main` and its tests call is public.

mod audit;
mod authority;
mod causes;
mod checks;
pub mod cli;
mod collect;
pub mod commands;
mod config;
mod delegation;
mod evaluate;
mod findings;
mod formats;
mod google;
mod input_file;
mod policy;
mod readiness;
mod report;
mod requests;
mod snapshot;
mod store;
mod tenant;
