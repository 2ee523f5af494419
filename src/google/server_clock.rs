//! How far this machine's clock is from Google's, by the `Date` header of answers.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

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
        let seconds = self.ahead()?.num_seconds();
        (seconds.abs() > TOLERANCE_SECONDS).then(|| offset_text(seconds))
    }
}

/// An answer takes some seconds at most, and its date has whole seconds.
const TOLERANCE_SECONDS: i64 = 10;

fn offset_text(seconds: i64) -> String {
    let way = if seconds > 0 { "fast" } else { "slow" };
    format!("this machine's clock is {} seconds {way}, by the server's Date header", seconds.abs())
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
