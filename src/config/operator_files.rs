//! The operator's files: exceptions, the register and the delegation list.

use chrono::{DateTime, Days, Utc};

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
        ConfigError::new(message).with_help(
            "Correct the path in `[checks] exceptions`. If you have no exceptions, delete the key.",
        )
    })?;
    let exceptions = Exceptions::parse(&text, known_checks).map_err(|error| {
        ConfigError::in_file(path, &text, error.span.unwrap_or_default(), &error.message).with_help(
            "Required keys: check, subject, reason, owner, expires (a date). Optional keys: approver, ticket, created.",
        )
    })?;
    // The day is over later in the west than in the east.
    let tomorrow = Utc::now().date_naive() + Days::new(1);
    if let Some(exception) = exceptions.written_after(tomorrow) {
        let message = format!(
            "{}:{}: `created` is in the future. The exception for {} would accept what nobody has seen yet",
            path.display(),
            exception.line,
            exception.id
        );
        return Err(ConfigError::new(message).with_help("Set `created` to the day on which it was approved."));
    }
    Ok((exceptions, Some(file)))
}

/// The register of clients, if one is configured.
pub(crate) fn read_register(config: &Config) -> Result<(Option<Register>, Option<InputFile>), ConfigError> {
    let Some(path) = &config.register else { return Ok((None, None)) };
    let (text, file) = input_file::read_known_text(path).map_err(|error| {
        ConfigError::new(format!("cannot read the register {}: {error}", path.display()))
            .with_help(
                "Correct the path in `[checks] register`. To create a register, run `workspace-audit register --init`.",
            )
    })?;
    let register = Register::parse(&text).map_err(|error| {
        ConfigError::in_file(path, &text, error.span.unwrap_or_default(), &error.message).with_help(
            "Required key: client_id. Optional keys: name, owner, purpose, scopes, review_by (a date), vendor, \
             custodians, tickets.",
        )
    })?;
    Ok((Some(register), Some(file)))
}

/// A delegation list with a date in the future would never count as stale in time.
pub(crate) fn refuse_a_list_of_the_future(config: &Config, at: DateTime<Utc>) -> Result<(), ConfigError> {
    let help = "Set `[cloud] console_grants_date` to the day on which you copied the list.";
    let refuse = |message: String| Err(ConfigError::new(message).with_help(help));
    match (config.console_grants_date, &config.console_grants) {
        (Some(date), _) if date > (at + EARLIEST_TIME_ZONE).date_naive() => {
            refuse(format!("`[cloud] console_grants_date` is {date}, which is after the start of the run"))
        }
        (None, Some(path)) => {
            let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
            let taken_at = modified.map_or(at, DateTime::<Utc>::from);
            if taken_at <= at + CLOCK_SKEW {
                return Ok(());
            }
            refuse(format!(
                "the file time of {} is {taken_at:.0}, after the start of the run",
                path.display()
            ))
        }
        _ => Ok(()),
    }
}

/// The operator's day may be ahead of UTC's: UTC+14 is the earliest time zone (tz database, Pacific/Kiritimati).
const EARLIEST_TIME_ZONE: chrono::Duration = chrono::Duration::hours(14);

/// The tolerance for the clock of a file server.
const CLOCK_SKEW: chrono::Duration = chrono::Duration::minutes(10);
