//! The commands, one file each.

mod again;
mod demo;
mod diff;
mod doctor;
mod emulate;
mod explain;
mod failure;
mod faults;
mod init;
mod json_line;
mod lists;
mod logging;
mod mail_rights;
mod progress_bar;
mod reach;
mod register;
mod run;
mod runs;
mod stop_signal;
mod terminal;
mod who_can_send_as;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

use failure::Failure;

/// Runs a command and prints its error, if it fails.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let log_format = cli.output.log_format;
    logging::start(&cli.output);
    let result = match cli.command {
        Command::Init(init) => init::run(&init),
        Command::Doctor(doctor) => doctor::run(&doctor),
        Command::Run(run) => run::run(&run, &cli.output),
        Command::Demo(demo) => demo::run(&demo, &cli.output),
        Command::Judge(again) => again::judge(&again, &cli.output),
        Command::Report(again) => again::report(&again, &cli.output),
        Command::Runs(args) => runs::run(&args),
        Command::Diff(diff) => diff::run(&diff),
        Command::WhoCanSendAs(question) => who_can_send_as::run(&question),
        Command::Reach(question) => reach::run(&question),
        Command::Register(register) => register::run(&register),
        Command::Checks(list) => lists::checks(&list),
        Command::Scopes(list) => lists::scopes(&list),
        Command::Causes(list) => lists::causes(&list),
        Command::Explain(typed) => explain::run(&typed),
        Command::Emulate(emulate) => emulate::run(emulate),
    };
    let exit = result.unwrap_or_else(|failure| {
        terminal::print_failure(&failure, log_format);
        failure.exit()
    });
    ExitCode::from(exit.code())
}

/// The async runtime.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)
}
