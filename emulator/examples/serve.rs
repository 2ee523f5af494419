//! Serves a tenant for other clients to try: `cargo run --example serve -- typical folder`.

#![allow(clippy::print_stdout, reason = "the example tells where it listens")]

use std::path::PathBuf;

use workspace_audit_emulator::{EmulatorError, Options, start};

#[tokio::main]
async fn main() -> Result<(), EmulatorError> {
    let mut arguments = std::env::args().skip(1);
    let tenant = arguments.next().unwrap_or_else(|| "typical".to_owned());
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "emulated".to_owned()));
    let emulator = start(Options {
        tenant: tenant.parse()?,
        request_log: arguments.next().map(PathBuf::from),
        log_bodies: true,
        ..Options::default()
    })
    .await?;
    let files = emulator.write_client_files(&folder)?;
    println!("{} {}", emulator.base_url(), files.config.display());
    std::future::pending().await
}
