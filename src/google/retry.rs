//! Asking again: when, how long after, and how often.

use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::causes::Retry;

use super::GoogleError;

/// How often and after which waits a request is tried again.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryPolicy {
    /// Tries of one request, the first included.
    pub(super) tries: u32,
    /// The longest first wait; each later one may be twice as long.
    pub(super) first_wait: Duration,
    /// The longest wait, whatever the other side asks for.
    pub(super) longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { tries: 5, first_wait: Duration::from_millis(500), longest_wait: Duration::from_secs(32) }
    }
}

/// A run-wide budget, so that a long outage does not turn into a storm: every success earns a tenth of a
/// retry.
#[derive(Debug)]
pub(super) struct RetryBudget(AtomicI64);

/// What one retry costs, in tenths.
const RETRY_COST: i64 = 10;
/// What a run starts with, and the most it can save, in tenths.
const MOST_SAVED: i64 = 2_000;

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicI64::new(MOST_SAVED))
    }
}

impl RetryBudget {
    fn earn(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| {
            (saved < MOST_SAVED).then_some(saved + 1)
        });
    }

    fn spend(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| {
                (saved >= RETRY_COST).then_some(saved - RETRY_COST)
            })
            .is_ok()
    }
}

impl RetryPolicy {
    /// Runs `attempt` until it succeeds, fails for good, or tries or budget are used up.
    ///
    /// `attempt` is told whether the token must be fresh. `sleep` is an argument so that tests need no
    /// clock.
    pub(super) async fn run<T, A, F, S, W>(
        &self,
        budget: &RetryBudget,
        attempt: A,
        sleep: S,
    ) -> Result<T, GoogleError>
    where
        A: Fn(bool) -> F,
        F: Future<Output = Result<T, GoogleError>>,
        S: Fn(Duration) -> W,
        W: Future<Output = ()>,
    {
        let mut refreshed = false;
        let mut fresh_token = false;
        let mut try_number = 1;
        loop {
            let error = match attempt(std::mem::take(&mut fresh_token)).await {
                Ok(value) => {
                    budget.earn();
                    return Ok(value);
                }
                Err(error) if error.exhausted => return Err(error),
                Err(error) => error,
            };
            match error.cause.retry {
                Retry::WithFreshToken if !refreshed => {
                    refreshed = true;
                    fresh_token = true;
                }
                Retry::AfterWait if try_number < self.tries && budget.spend() => {
                    let wait = self.wait(try_number, error.retry_after);
                    tracing::debug!(cause = error.cause.id, api = error.api.id(), ?wait, "asking again");
                    sleep(wait).await;
                    try_number += 1;
                }
                _ => return Err(GoogleError { exhausted: true, ..error }),
            }
        }
    }

    /// Full jitter, at least what the other side asks for, at most the cap.
    fn wait(&self, try_number: u32, asked: Option<Duration>) -> Duration {
        let most = self.first_wait.saturating_mul(1 << (try_number - 1).min(16)).min(self.longest_wait);
        let jittered = most.mul_f64(random_share());
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
    use crate::causes::{self, Cause};
    use crate::google::Api;

    fn error(cause: Cause) -> GoogleError {
        GoogleError::new(cause, Api::Gmail, Some(500), "")
    }

    async fn tries_of(cause: Cause, budget: &RetryBudget) -> (u32, Vec<Duration>, Vec<bool>) {
        let (tries, waits, fresh) = (Cell::new(0), RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let result: Result<(), _> = RetryPolicy::default()
            .run(
                budget,
                |fresh_token| {
                    tries.set(tries.get() + 1);
                    fresh.borrow_mut().push(fresh_token);
                    std::future::ready(Err(error(cause)))
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
        let (tries, waits, _) = tries_of(causes::BACKEND_ERROR, &RetryBudget::default()).await;
        assert_eq!(tries, 5);
        for (wait, most) in waits.iter().zip([500, 1000, 2000, 4000]) {
            assert!(*wait <= Duration::from_millis(most));
        }
    }

    #[tokio::test]
    async fn permanent_causes_are_tried_once() {
        assert_eq!(tries_of(causes::SCOPE_NOT_DELEGATED, &RetryBudget::default()).await.0, 1);
    }

    #[tokio::test]
    async fn a_401_is_tried_once_more_with_a_fresh_token() {
        let (tries, waits, fresh) = tries_of(causes::TOKEN_NOT_ACCEPTED, &RetryBudget::default()).await;
        assert_eq!((tries, waits.len(), fresh), (2, 0, vec![false, true]));
    }

    #[tokio::test]
    async fn a_used_up_budget_ends_retries_and_success_earns_them_back() {
        let budget = RetryBudget(AtomicI64::new(RETRY_COST));
        assert_eq!(tries_of(causes::BACKEND_ERROR, &budget).await.0, 2);
        assert_eq!(tries_of(causes::BACKEND_ERROR, &budget).await.0, 1);
        (0..RETRY_COST).for_each(|_| budget.earn());
        assert_eq!(tries_of(causes::BACKEND_ERROR, &budget).await.0, 2);
    }

    #[test]
    fn what_the_other_side_asks_for_is_obeyed_up_to_the_cap() {
        let policy = RetryPolicy::default();
        assert!(policy.wait(1, Some(Duration::from_secs(5))) >= Duration::from_secs(5));
        assert_eq!(policy.wait(1, Some(Duration::from_secs(500))), policy.longest_wait);
    }
}
