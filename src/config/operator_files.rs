//! The files that the operator keeps beside the configuration: exceptions, the register, the console's list.

use chrono::{DateTime, Utc};

use crate::input_file;
use crate::policy::{Exceptions, Register};
use crate::tenant::InputFile;

use super::{Config, ConfigError};

pub(crate) fn read_exceptions(
    config: &Config,
    known_checks: &[&str],
) -> Result<(Exceptions, Option<InputFile>), ConfigError> {
    let Some(path) = &config.exceptions else { return Ok((Exceptions::default(), None)) };
    let (text, file) = input_file::read_known_text(path).map_err(|error| {
        let message = format!("cannot read the exceptions file {}: {error}", path.display());
        ConfigError::new(message)
            .with_help("Correct `[checks] exceptions`, or remove the key if there are none.")
    })?;
    let exceptions = Exceptions::parse(&text, known_checks).map_err(|error| {
        ConfigError::in_file(path, &text, error.span.unwrap_or_default(), &error.message).with_help(
            "An exception has check, subject, reason, owner and expires (a date); approver, ticket and created if you like.",
        )
    })?;
    Ok((exceptions, Some(file)))
}

/// The operator's register of clients, if there is one.
pub(crate) fn read_register(config: &Config) -> Result<(Option<Register>, Option<InputFile>), ConfigError> {
    let Some(path) = &config.register else { return Ok((None, None)) };
    let (text, file) = input_file::read_known_text(path).map_err(|error| {
        ConfigError::new(format!("cannot read the register {}: {error}", path.display()))
            .with_help("Correct `[checks] register`, or draft one with `workspace-audit register --init`.")
    })?;
    let register = Register::parse(&text).map_err(|error| {
        ConfigError::in_file(path, &text, error.span.unwrap_or_default(), &error.message).with_help(
            "A client has client_id, name, owner, purpose, scopes and review_by (a date); vendor, custodians and \
             tickets if you like.",
        )
    })?;
    Ok((Some(register), Some(file)))
}

/// A list that is dated ahead would look fresh for as long.
pub(crate) fn refuse_a_list_of_the_future(config: &Config, at: DateTime<Utc>) -> Result<(), ConfigError> {
    let help = "Write the day on which the list was taken into `[cloud] console_grants_date`.";
    let refuse = |message: String| Err(ConfigError::new(message).with_help(help));
    match (config.console_grants_date, &config.console_grants) {
        (Some(date), _) if date > at.date_naive() => {
            refuse(format!("`[cloud] console_grants_date` is {date}, after the run itself"))
        }
        (None, Some(path)) => {
            let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
            let taken_at = modified.map_or(at, DateTime::<Utc>::from);
            if taken_at <= at + CLOCK_SKEW {
                return Ok(());
            }
            refuse(format!("{} was written on {taken_at:.0}, after the run itself", path.display()))
        }
        _ => Ok(()),
    }
}

/// How far the clock of a file server may be ahead.
const CLOCK_SKEW: chrono::Duration = chrono::Duration::minutes(10);
