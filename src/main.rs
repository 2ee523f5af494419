//! Parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use workspace_audit::cli::Cli;
use workspace_audit::commands;

fn main() -> ExitCode {
    // Prints help to stdout, and usage errors to stderr with exit code 2.
    commands::run(Cli::parse())
}
