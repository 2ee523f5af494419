//! Parse, run, exit code.

mod commands;
mod logging;
mod progress_bar;

use std::process::ExitCode;

use clap::Parser;
use workspace_audit::audit::Exit;
use workspace_audit::cli::Cli;

fn main() -> ExitCode {
    // Prints help to stdout, and usage errors to stderr with exit code 2.
    let cli = Cli::parse();
    let code = commands::run(cli).unwrap_or_else(|failure| {
        logging::complain(&failure);
        failure.exit()
    });
    ExitCode::from(Exit::code(code))
}
