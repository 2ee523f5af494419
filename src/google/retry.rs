//! Asking again: when, how long after, and how often.

use std::time::Duration;

use crate::causes::{self, Cause, Retry};

use super::GoogleError;
use super::api_channel::ApiChannel;

/// How often and after which waits a request is tried again.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryPolicy {
    /// Tries of one request, the first included.
    pub(super) tries: u32,
    /// Tries of one request that gets no answer in time: each of them is slow.
    pub(super) slow_tries: u32,
    /// The longest first wait; each later one may be twice as long.
    pub(super) first_wait: Duration,
    /// The longest wait, whatever the other side asks for.
    pub(super) longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 5,
            slow_tries: 3,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(32),
        }
    }
}

/// Outages that one request lives through.
const MAX_OUTAGES: u32 = 20;

impl RetryPolicy {
    /// Runs `attempt` until it succeeds, fails for good, or its tries or the channel's budget are used up.
    ///
    /// `attempt` is told whether the token must be fresh. `sleep` is an argument so that tests need no
    /// clock.
    pub(super) async fn run<T, A, F, S, W>(
        &self,
        channel: &ApiChannel,
        attempt: A,
        sleep: S,
    ) -> Result<T, GoogleError>
    where
        A: Fn(bool) -> F,
        F: Future<Output = Result<T, GoogleError>>,
        S: Fn(Duration) -> W,
        W: Future<Output = ()>,
    {
        let (mut refreshed, mut fresh_token, mut reconnected) = (false, false, false);
        let (mut try_number, mut outages) = (1, 0);
        loop {
            let answers = channel.answers();
            let error = match attempt(std::mem::take(&mut fresh_token)).await {
                Ok(value) => return Ok(value),
                Err(error) if error.exhausted => return Err(error),
                Err(error) => error,
            };
            match error.cause.retry {
                Retry::WithFreshToken if !refreshed => {
                    refreshed = true;
                    fresh_token = true;
                }
                // A server closes idle connections when it likes; the request never reached it.
                Retry::AfterWait if error.unanswered && !reconnected => {
                    reconnected = true;
                    channel.retries_after(Duration::ZERO);
                }
                // An outage is nobody's own failure: the next attempt waits for its end.
                Retry::AfterWait if outages < MAX_OUTAGES && channel.is_out() => {
                    outages += 1;
                    channel.retries_after(Duration::ZERO);
                }
                Retry::AfterWait | Retry::OnceAfterWait
                    if try_number < self.tries_for(error.cause, channel)
                        && channel.grants_retry(&error, answers) =>
                {
                    let wait = self.wait(try_number, error.retry_after, random_share());
                    channel.retries_after(wait);
                    tracing::debug!(cause = error.cause.id, api = error.api.id(), ?wait, "asking again");
                    sleep(wait).await;
                    try_number += 1;
                }
                _ => return Err(GoogleError { exhausted: true, ..error }),
            }
        }
    }

    fn tries_for(&self, cause: Cause, channel: &ApiChannel) -> u32 {
        match cause.retry {
            Retry::OnceAfterWait => 2,
            _ if cause.is_of_network() && channel.is_first_contact() => 2,
            _ if cause == causes::TIMEOUT => self.slow_tries,
            _ => self.tries,
        }
    }

    /// Full jitter, at least what the other side asks for, at most the cap.
    fn wait(&self, try_number: u32, asked: Option<Duration>, share: f64) -> Duration {
        let most = self.first_wait.saturating_mul(1 << (try_number - 1).min(16)).min(self.longest_wait);
        let jittered = most.mul_f64(share);
        asked.map_or(jittered, |asked| asked + jittered.min(self.first_wait)).min(self.longest_wait)
    }
}

/// Between 0 and 1.
fn random_share() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness every wait is the longest one: slower, still right.
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        return 1.0;
    }
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::google::Api;

    fn error(cause: Cause) -> GoogleError {
        GoogleError::new(cause, Api::Gmail, Some(500), "")
    }

    fn channel(retries: u32) -> ApiChannel {
        ApiChannel::new(Api::Gmail, 1, retries, Duration::from_millis(10))
    }

    async fn tries_of(error: GoogleError, channel: &ApiChannel) -> (u32, Vec<Duration>, Vec<bool>) {
        let (tries, waits, fresh) = (Cell::new(0), RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let result: Result<(), _> = RetryPolicy::default()
            .run(
                channel,
                |fresh_token| {
                    tries.set(tries.get() + 1);
                    fresh.borrow_mut().push(fresh_token);
                    std::future::ready(Err(error.clone()))
                },
                |wait| {
                    waits.borrow_mut().push(wait);
                    std::future::ready(())
                },
            )
            .await;
        assert!(result.is_err());
        (tries.get(), waits.into_inner(), fresh.into_inner())
    }

    #[tokio::test]
    async fn transient_causes_are_tried_five_times_with_growing_jittered_waits() {
        let channel = channel(10);
        let (tries, waits, _) = tries_of(error(causes::BACKEND_ERROR), &channel).await;
        assert_eq!(tries, 5);
        for (wait, most) in waits.iter().zip([500, 1000, 2000, 4000]) {
            assert!(*wait <= Duration::from_millis(most));
        }
        assert_eq!((channel.requests().retries, channel.requests().waited), (4, waits.iter().sum()));
    }

    #[tokio::test]
    async fn waits_are_spread_over_a_range_that_doubles() {
        let channel = channel(1000);
        let mut requests = Vec::new();
        for _ in 0..64 {
            requests.push(tries_of(error(causes::BACKEND_ERROR), &channel).await.1);
        }
        for (retry, most) in [500, 1000, 2000, 4000].into_iter().enumerate() {
            let half = Duration::from_millis(most / 2);
            let longer = requests.iter().filter(|waits| waits[retry] > half).count();
            assert!((1..64).contains(&longer), "retry {retry}: {longer} of 64 waits are above {half:?}");
        }
    }

    #[test]
    fn the_longest_waits_double_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let longest: Vec<_> = (1..=9).map(|try_number| policy.wait(try_number, None, 1.0)).collect();
        let expected = [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000];
        assert_eq!(longest, expected.map(Duration::from_millis));
    }

    #[tokio::test]
    async fn what_hangs_is_tried_three_times() {
        assert_eq!(tries_of(error(causes::TIMEOUT), &channel(10)).await.0, 3);
    }

    #[tokio::test]
    async fn what_mostly_stays_is_tried_once_more() {
        let (tries, waits, _) = tries_of(error(causes::PRECONDITION_FAILED), &channel(10)).await;
        assert_eq!((tries, waits.len()), (2, 1));
    }

    #[tokio::test]
    async fn permanent_causes_are_tried_once() {
        assert_eq!(tries_of(error(causes::SCOPE_NOT_DELEGATED), &channel(10)).await.0, 1);
    }

    #[tokio::test]
    async fn a_401_is_tried_once_more_with_a_fresh_token() {
        let (tries, waits, fresh) = tries_of(error(causes::TOKEN_NOT_ACCEPTED), &channel(10)).await;
        assert_eq!((tries, waits.len(), fresh), (2, 0, vec![false, true]));
    }

    #[tokio::test]
    async fn a_connection_closed_while_idle_is_tried_again_at_once_and_for_nothing() {
        let closed = GoogleError { unanswered: true, ..error(causes::CONNECTION_LOST) };
        let (tries, waits, _) = tries_of(closed, &channel(0)).await;
        assert_eq!((tries, waits.len()), (2, 0));
    }

    #[tokio::test]
    async fn a_used_up_budget_ends_retries() {
        let channel = channel(1);
        assert_eq!(tries_of(error(causes::BACKEND_ERROR), &channel).await.0, 2);
        assert_eq!(tries_of(error(causes::BACKEND_ERROR), &channel).await.0, 1);
    }

    #[tokio::test]
    async fn what_fails_by_itself_while_others_are_answered_costs_them_no_retry() {
        let channel = channel(4);
        let bad = async |error: GoogleError| {
            let tries = Cell::new(0);
            let attempt = async |_| {
                tries.set(tries.get() + 1);
                channel.attempt(std::future::ready(Ok(())), None).await.unwrap();
                Err::<(), _>(error.clone())
            };
            RetryPolicy::default().run(&channel, attempt, |_| std::future::ready(())).await.unwrap_err();
            tries.get()
        };
        for _ in 0..10 {
            assert_eq!(bad(error(causes::BACKEND_ERROR)).await, 5);
        }
        let mut throttled = Vec::new();
        for _ in 0..10 {
            throttled.push(bad(error(causes::THROTTLED)).await);
        }
        assert!(throttled.iter().any(|tries| *tries < 5), "a throttle is everybody's: {throttled:?}");
    }

    #[test]
    fn what_the_other_side_asks_for_is_obeyed_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let wait = |seconds, share| policy.wait(1, Some(Duration::from_secs(seconds)), share);
        assert_eq!(wait(5, 0.0), Duration::from_secs(5));
        assert_eq!(wait(5, 1.0), Duration::from_millis(5500), "not everybody comes back at once");
        assert_eq!(wait(500, 0.0), policy.longest_wait);
    }
}
