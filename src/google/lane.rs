//! The way to one API: its places, its quota, its patience, its counts.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::causes::{self, Retry};

use super::breaker::{Breaker, RetryBudget, Way};
use super::ceiling::Ceiling;
use super::limit::Limiter;
use super::{Api, GoogleError};

/// What went to one API so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, retries included.
    pub calls: u64,
    /// Requests sent again after a failure.
    pub retries: u64,
    /// Answers that asked for fewer requests.
    pub throttles: u64,
    /// Waits before retries and for the published quota, added up over all requests.
    pub waited: Duration,
}

impl std::iter::Sum for Traffic {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            calls: sum.calls + one.calls,
            retries: sum.retries + one.retries,
            throttles: sum.throttles + one.throttles,
            waited: sum.waited + one.waited,
        })
    }
}

/// The way to one API.
#[derive(Debug)]
pub(super) struct Lane {
    api: Api,
    limiter: Limiter,
    ceiling: Ceiling,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    budget: RetryBudget,
    breaker: Breaker,
    traffic: Traffic,
    /// Why the last attempt failed, for those that are refused because of it.
    last: Option<GoogleError>,
}

/// One attempt under way. If nobody waits for its end any more, the breaker must know.
struct Attempt<'a>(&'a Lane);

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.0.state().breaker.abandoned(Instant::now());
    }
}

impl Lane {
    /// At most `most` requests at once, `retries` to spend, and `patience` for outages.
    pub(super) fn new(api: Api, most: usize, retries: u32, patience: Duration) -> Self {
        let state = State {
            budget: RetryBudget::new(retries),
            breaker: Breaker::new(patience),
            traffic: Traffic::default(),
            last: None,
        };
        Self { api, limiter: Limiter::new(most), ceiling: Ceiling::of(api), state: Mutex::new(state) }
    }

    /// Makes one attempt when it is its turn.
    ///
    /// # Errors
    /// The attempt's own, or [`causes::GIVEN_UP`] without one.
    pub(super) async fn attempt<T>(
        &self,
        attempt: impl Future<Output = Result<T, GoogleError>>,
    ) -> Result<T, GoogleError> {
        let (place, under_way) = loop {
            self.ready().await?;
            let place = self.limiter.place().await;
            let waited = self.ceiling.pass().await;
            // Somebody else may be trying by now: the place is free for others while this one waits.
            if let Some(under_way) = self.begin(waited) {
                break (place, under_way);
            }
        };
        let result = attempt.await;
        self.end(result.as_ref().err());
        match &result {
            Err(error) if error.cause == causes::THROTTLED => place.throttled(),
            Err(error) if error.cause.retry == Retry::AfterWait => {}
            _ => place.answered(),
        }
        drop(under_way);
        result
    }

    /// Waits while there is an outage, so that nothing need be prepared meanwhile.
    ///
    /// # Errors
    /// [`causes::GIVEN_UP`] if it does not end.
    pub(super) async fn ready(&self) -> Result<(), GoogleError> {
        loop {
            let wait = {
                let state = self.state();
                match state.breaker.way(Instant::now()) {
                    Way::Free => return Ok(()),
                    Way::Wait(wait) => wait,
                    Way::GivenUp => return Err(self.given_up(&state)),
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether there is an outage: whoever failed because of it asks again after it.
    pub(super) fn is_out(&self) -> bool {
        self.state().breaker.is_open()
    }

    /// Whether the API was given up for good.
    pub(super) fn has_given_up(&self) -> bool {
        self.state().breaker.has_given_up()
    }

    /// Whether there was a retry to spend.
    pub(super) fn spend_retry(&self) -> bool {
        self.state().budget.spend()
    }

    /// Counts a retry, and the wait before it.
    pub(super) fn retries_after(&self, wait: Duration) {
        let mut state = self.state();
        state.traffic.retries += 1;
        state.traffic.waited += wait;
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.state().traffic
    }

    /// Begins an attempt if one may be made now.
    fn begin(&self, waited: Duration) -> Option<Attempt<'_>> {
        let mut state = self.state();
        state.traffic.waited += waited;
        let is_free = state.breaker.admits(Instant::now()) == Way::Free;
        state.traffic.calls += u64::from(is_free);
        // Made only if it counts: its end would ask for the lock that is held here.
        is_free.then(|| Attempt(self))
    }

    /// Of an API that never answered, what came instead is the cause itself.
    fn given_up(&self, state: &State) -> GoogleError {
        let failures = state.breaker.failures();
        match &state.last {
            Some(last) if !state.breaker.has_ever_answered() => {
                GoogleError { exhausted: true, ..last.clone() }
            }
            last => {
                let last = last.as_ref().map(ToString::to_string).unwrap_or_default();
                let words = format!("{failures} attempts in a row failed; the last: {last}");
                GoogleError::new(causes::GIVEN_UP, self.api, None, &words)
            }
        }
    }

    fn end(&self, error: Option<&GoogleError>) {
        let mut guard = self.state();
        let state = &mut *guard;
        match error {
            Some(error) if error.cause.retry == Retry::AfterWait => {
                state.traffic.throttles += u64::from(error.cause == causes::THROTTLED);
                state.breaker.failed(Instant::now(), error.cause == causes::TIMEOUT);
                state.last = Some(error.clone());
            }
            // A refusal is an answer: the API works.
            _ => {
                state.breaker.answered();
                state.budget.earn();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lane for each API.
#[derive(Debug)]
pub(super) struct Lanes([Lane; Api::ALL.len()]);

impl Lanes {
    pub(super) fn new(most: usize, retries: u32, patience: Duration) -> Self {
        Self(Api::ALL.map(|api| Lane::new(api, most, retries, patience)))
    }

    /// Whether any API was given up for good.
    pub(super) fn have_given_up(&self) -> bool {
        self.0.iter().any(Lane::has_given_up)
    }

    pub(super) fn of(&self, api: Api) -> &Lane {
        // `Api::ALL` is in the order of the declaration; a test holds that.
        &self.0[api as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    fn error(cause: causes::Cause) -> GoogleError {
        GoogleError::new(cause, Api::Gmail, Some(503), "down")
    }

    #[test]
    fn each_api_has_its_own_lane() {
        let lanes = Lanes::new(1, 1, PATIENCE);
        assert!(Api::ALL.iter().all(|api| lanes.of(*api).api == *api));
    }

    #[tokio::test]
    async fn traffic_counts_what_was_sent_and_what_was_throttled() {
        let lane = Lane::new(Api::Gmail, 4, 10, PATIENCE);
        lane.attempt(ready(Ok(()))).await.unwrap();
        lane.attempt(ready(Err::<(), _>(error(causes::THROTTLED)))).await.unwrap_err();
        lane.retries_after(Duration::from_secs(2));
        let expected = Traffic { calls: 2, retries: 1, throttles: 1, waited: Duration::from_secs(2) };
        assert_eq!(lane.traffic(), expected);
    }

    #[tokio::test]
    async fn an_outage_for_good_ends_in_refusals_that_name_the_last_cause() {
        let lane = Lane::new(Api::Gmail, 4, 0, PATIENCE);
        lane.attempt(ready(Ok(()))).await.unwrap();
        let mut asked = 0;
        let last = loop {
            let failure = lane.attempt(ready(Err::<(), _>(error(causes::BACKEND_ERROR)))).await.unwrap_err();
            if failure.cause == causes::GIVEN_UP {
                break failure;
            }
            asked += 1;
        };
        assert_eq!(asked, 56, "fifty in a row, and six tries");
        assert_eq!(lane.traffic().calls, 57, "what is refused is not sent");
        assert!(
            last.words.contains("56 attempts in a row failed; the last: Google's servers fail"),
            "{last}"
        );
        assert!(lane.has_given_up());
    }

    #[tokio::test]
    async fn an_attempt_that_is_dropped_gives_its_place_back() {
        let lane = Lane::new(Api::Gmail, 1, 0, PATIENCE);
        let hanging = lane.attempt(pending::<Result<(), GoogleError>>());
        tokio::time::timeout(Duration::from_millis(10), hanging).await.unwrap_err();
        lane.attempt(ready(Ok(()))).await.unwrap();
    }
}
