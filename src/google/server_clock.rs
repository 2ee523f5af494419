//! How far this machine's clock is from Google's, by the `Date` header of answers.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The seconds from which on an offset is told. GAM's limit (`MAX_LOCAL_GOOGLE_TIME_OFFSET` in GAM7's
/// `gam/constants.py`). Which offset Google refuses, only its answer shows: it says "in a reasonable timeframe", and
/// publishes no number.
const MAX_CLOCK_OFFSET: i64 = 30;

/// The difference that the newest answer with a date showed.
#[derive(Debug, Default)]
pub(super) struct ServerClock(Mutex<Option<TimeDelta>>);

impl ServerClock {
    /// Notes an answer's `Date`.
    pub(super) fn note(&self, date: Option<&str>, now: DateTime<Utc>) {
        let Some(date) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) else { return };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now - date.to_utc());
    }

    /// By how much this machine's clock is ahead; negative where it is behind.
    pub(super) fn ahead(&self) -> Option<TimeDelta> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The difference in words, if there is one worth telling.
    pub(super) fn words(&self) -> Option<String> {
        self.ahead().filter(|ahead| is_off(*ahead)).map(told)
    }
}

/// Whether an offset should be told.
#[must_use]
pub(crate) fn is_off(ahead: TimeDelta) -> bool {
    ahead.num_seconds().abs() > MAX_CLOCK_OFFSET
}

/// By how much a clock is ahead, in words.
#[must_use]
pub(crate) fn told(ahead: TimeDelta) -> String {
    let off = match ahead.num_seconds() {
        0 => "differs by less than a second from the server's".to_owned(),
        seconds @ 1.. => format!("is {seconds} seconds fast"),
        seconds => format!("is {} seconds slow", seconds.unsigned_abs()),
    };
    format!("this machine's clock {off}, by the Date header of Google's answers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_tells_by_how_much_the_clock_is_off() {
        let clock = ServerClock::default();
        let now = "2026-11-21T07:00:00Z".parse().unwrap();
        assert_eq!(clock.words(), None);
        clock.note(Some("Sat, 21 Nov 2026 07:10:12 GMT"), now);
        clock.note(Some("soon"), now);
        clock.note(None, now);
        assert!(clock.words().unwrap().contains("612 seconds slow"));
        clock.note(Some("Sat, 21 Nov 2026 06:59:55 GMT"), now);
        assert_eq!((clock.ahead(), clock.words()), (Some(TimeDelta::seconds(5)), None));
    }
}
