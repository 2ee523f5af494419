//! Who and what can send mail as whom in a Google Workspace tenant, by what right.

pub mod audit;
pub mod authority;
pub mod causes;
pub mod checks;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod config;
pub mod delegation;
pub mod evaluate;
pub mod findings;
pub mod formats;
pub mod google;
mod input_file;
pub mod policy;
pub mod report;
pub mod snapshot;
pub mod store;
pub mod tenant;
