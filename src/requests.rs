//! What was sent to one API, in numbers.

use std::iter::Sum;
use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptRequests")]
pub(crate) struct Requests {
    /// Requests sent, retries included.
    pub(crate) calls: u64,
    /// Requests sent again after a failure.
    pub(crate) retries: u64,
    /// Answers that asked for fewer requests.
    pub(crate) throttles: u64,
    /// Waits before retries and for the published quota, added up over all requests.
    #[serde(rename = "waited_seconds", serialize_with = "whole_seconds")]
    pub(crate) waited: Duration,
}

fn whole_seconds<S: Serializer>(waited: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(waited.as_secs())
}

impl Add for Requests {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            retries: self.retries + other.retries,
            throttles: self.throttles + other.throttles,
            waited: self.waited + other.waited,
        }
    }
}

impl Sum for Requests {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::add)
    }
}

/// As a history holds them: early ones kept the calls alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptRequests {
    Calls(u64),
    All {
        calls: u64,
        #[serde(default)]
        retries: u64,
        #[serde(default)]
        throttles: u64,
        #[serde(default)]
        waited_seconds: u64,
    },
}

impl From<KeptRequests> for Requests {
    fn from(kept: KeptRequests) -> Self {
        match kept {
            KeptRequests::Calls(calls) => Self { calls, ..Self::default() },
            KeptRequests::All { calls, retries, throttles, waited_seconds } => {
                Self { calls, retries, throttles, waited: Duration::from_secs(waited_seconds) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_an_older_history_is_read_as_calls() {
        let read = |text| serde_json::from_str::<Requests>(text).unwrap();
        assert_eq!(read("7"), Requests { calls: 7, ..Requests::default() });
        let all = Requests { calls: 7, retries: 2, throttles: 1, waited: Duration::from_secs(3) };
        assert_eq!(read(&serde_json::to_string(&all).unwrap()), all);
    }

    #[test]
    fn waits_are_written_as_whole_seconds() {
        let all = Requests { waited: Duration::from_millis(2_900), ..Requests::default() };
        assert_eq!(serde_json::to_value(all).unwrap()["waited_seconds"], 2);
    }
}
