//! The requests to one API: permits, quota, circuit breaker, counts.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::causes::{self, Retry};
use crate::requests::Requests;

use super::breaker::{Admission, Breaker, RetryBudget};
use super::limit::{Limiter, Permit};
use super::quota_limiter::QuotaLimiter;
use super::{Api, GoogleError};

/// A request that can be made again, to see whether its API is up: the same words with the same token. It reads, as
/// every request does. What it holds is secret.
#[derive(Clone)]
pub(super) struct HealthProbe(Arc<dyn Fn() -> Answered + Send + Sync>);

type Answered = Pin<Box<dyn Future<Output = Result<(), GoogleError>> + Send>>;

impl HealthProbe {
    pub(super) fn new<F>(ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), GoogleError>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(ask())))
    }
}

impl std::fmt::Debug for HealthProbe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HealthProbe(…)")
    }
}

/// The way to one API.
#[derive(Debug)]
pub(super) struct ApiChannel {
    api: Api,
    limiter: Limiter,
    quota: QuotaLimiter,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    budget: RetryBudget,
    breaker: Breaker,
    requests: Requests,
    /// Why the last attempt failed, for those that are refused because of it.
    last: Option<GoogleError>,
    /// What was answered last: the health probe sends it again, to tell an outage from requests that fail by themselves.
    known: Option<HealthProbe>,
    /// Answers so far.
    answers: u64,
}

/// One attempt under way. If nobody waits for its end any more, the breaker must know.
struct Attempt<'a>(&'a ApiChannel);

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.0.state().breaker.abandoned(Instant::now());
    }
}

impl ApiChannel {
    /// At most `most` requests at once, `retries` to spend, and `patience` for outages.
    pub(super) fn new(api: Api, most: usize, retries: u32, patience: Duration) -> Self {
        let state = State {
            budget: RetryBudget::new(retries),
            breaker: Breaker::new(patience),
            requests: Requests::default(),
            last: None,
            known: None,
            answers: 0,
        };
        Self { api, limiter: Limiter::new(most), quota: QuotaLimiter::of(api), state: Mutex::new(state) }
    }

    /// Makes one attempt when it is its turn. If its turn is the try of an outage, what was answered before is asked
    /// first: this one may be at fault itself. `again` is how to ask the same once more.
    ///
    /// # Errors
    /// The attempt's own, or [`causes::GIVEN_UP`] without one.
    pub(super) async fn attempt<T>(
        &self,
        attempt: impl Future<Output = Result<T, GoogleError>>,
        again: Option<HealthProbe>,
    ) -> Result<T, GoogleError> {
        loop {
            self.ready().await?;
            let permit = self.limiter.acquire().await;
            let waited = self.quota.pass().await;
            // Somebody else may be trying by now: the permit is free for others while this one waits.
            let Some((under_way, known)) = self.begin(waited) else { continue };
            let Some(HealthProbe(ask)) = known else {
                let result = attempt.await;
                self.end(&permit, &result, again);
                drop(under_way);
                return result;
            };
            tracing::debug!(api = self.api.id(), "repeating a request that was answered before");
            self.end(&permit, &ask().await, None);
            drop(under_way);
        }
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
                    Admission::Free => return Ok(()),
                    Admission::Wait(wait) => wait,
                    Admission::GivenUp => return Err(self.given_up(&state)),
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether this is the way to the first token, and nothing was ever answered on it: what is set up wrongly shows here.
    pub(super) fn is_first_contact(&self) -> bool {
        self.api == Api::Token && !self.state().breaker.has_ever_answered()
    }

    /// Whether there is an outage: whoever failed because of it asks again after it.
    pub(super) fn is_out(&self) -> bool {
        self.state().breaker.is_out()
    }

    /// Whether the API was given up for good.
    pub(super) fn has_given_up(&self) -> bool {
        self.state().breaker.has_given_up()
    }

    /// Whether a request may be made again. What failed while others were answered costs no retry: it may be at fault
    /// itself, and the others need theirs. A throttle always does, because all share one quota. `answers` were there
    /// when it was made.
    pub(super) fn grants_retry(&self, error: &GoogleError, answers: u64) -> bool {
        let mut state = self.state();
        (error.cause != causes::THROTTLED && state.answers > answers) || state.budget.spend()
    }

    /// Answers so far, refusals included.
    pub(super) fn answers(&self) -> u64 {
        self.state().answers
    }

    /// Counts a retry, and the wait before it.
    pub(super) fn retries_after(&self, wait: Duration) {
        let mut state = self.state();
        state.requests.retries += 1;
        state.requests.waited += wait;
    }

    pub(super) fn requests(&self) -> Requests {
        self.state().requests
    }

    /// Begins an attempt if one may be made now, and says what is to be asked in its place.
    fn begin(&self, waited: Duration) -> Option<(Attempt<'_>, Option<HealthProbe>)> {
        let mut state = self.state();
        state.requests.waited += waited;
        let is_free = state.breaker.admits(Instant::now()) == Admission::Free;
        state.requests.calls += u64::from(is_free);
        let known = state.known.clone().filter(|_| state.breaker.is_open());
        // Made only if it counts: its end would ask for the lock that is held here.
        is_free.then(|| (Attempt(self), known))
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

    fn end<T>(&self, permit: &Permit<'_>, result: &Result<T, GoogleError>, again: Option<HealthProbe>) {
        let mut guard = self.state();
        let state = &mut *guard;
        match result {
            Err(error) if error.cause.retry == Retry::AfterWait => {
                let is_throttled = error.cause == causes::THROTTLED;
                state.requests.throttles += u64::from(is_throttled);
                state.breaker.failed(Instant::now(), error.cause == causes::TIMEOUT);
                // What was asked again keeps no words of its own.
                if state.last.is_none() || !error.words.is_empty() {
                    state.last = Some(error.clone());
                }
                drop(guard);
                if is_throttled {
                    permit.throttled();
                }
            }
            // A refusal is an answer: the API works. But a success says more.
            _ => {
                state.breaker.answered();
                state.budget.earn();
                state.answers += 1;
                if again.is_some() && (result.is_ok() || state.known.is_none()) {
                    state.known = again;
                }
                drop(guard);
                permit.answered();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(super) struct ApiChannels([ApiChannel; Api::ALL.len()]);

impl ApiChannels {
    pub(super) fn new(most: usize, retries: u32, patience: Duration) -> Self {
        Self(Api::ALL.map(|api| ApiChannel::new(api, most, retries, patience)))
    }

    /// Whether any API was given up for good.
    pub(super) fn have_given_up(&self) -> bool {
        self.0.iter().any(ApiChannel::has_given_up)
    }

    pub(super) fn of(&self, api: Api) -> &ApiChannel {
        // `Api::ALL` is in the order of the declaration; a test holds that.
        &self.0[api as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    fn error(cause: causes::Cause) -> GoogleError {
        GoogleError::new(cause, Api::Gmail, Some(503), "down")
    }

    #[test]
    fn each_api_has_its_own_channel() {
        let channels = ApiChannels::new(1, 1, PATIENCE);
        assert!(Api::ALL.iter().all(|api| channels.of(*api).api == *api));
    }

    #[tokio::test]
    async fn requests_count_what_was_sent_and_what_was_throttled() {
        let channel = ApiChannel::new(Api::Gmail, 4, 10, PATIENCE);
        channel.attempt(ready(Ok(())), None).await.unwrap();
        channel.attempt(ready(Err::<(), _>(error(causes::THROTTLED))), None).await.unwrap_err();
        channel.retries_after(Duration::from_secs(2));
        let expected = Requests { calls: 2, retries: 1, throttles: 1, waited: Duration::from_secs(2) };
        assert_eq!(channel.requests(), expected);
    }

    #[tokio::test]
    async fn an_outage_for_good_ends_in_refusals_that_name_the_last_cause() {
        let channel = ApiChannel::new(Api::Gmail, 4, 0, PATIENCE);
        channel.attempt(ready(Ok(())), None).await.unwrap();
        let mut asked = 0;
        let last = loop {
            let failure =
                channel.attempt(ready(Err::<(), _>(error(causes::BACKEND_ERROR))), None).await.unwrap_err();
            if failure.cause == causes::GIVEN_UP {
                break failure;
            }
            asked += 1;
        };
        assert_eq!(asked, 57, "fifty in a row, and seven tries");
        assert_eq!(channel.requests().calls, 58, "what is refused is not sent");
        assert!(
            last.words.contains("57 attempts in a row failed; the last: Google's servers returned an error"),
            "{last}"
        );
        assert!(channel.has_given_up());
    }

    #[tokio::test]
    async fn what_was_answered_before_is_asked_again_and_tells_an_outage_from_bad_requests() {
        let channel = ApiChannel::new(Api::Gmail, 4, 0, PATIENCE);
        let is_up = Arc::new(AtomicBool::new(true));
        let known = HealthProbe::new({
            let is_up = Arc::clone(&is_up);
            let wordless = || GoogleError { words: "".into(), ..error(causes::BACKEND_ERROR) };
            move || ready(if is_up.load(Relaxed) { Ok(()) } else { Err(wordless()) })
        });
        channel.attempt(ready(Ok(())), Some(known)).await.unwrap();
        let bad = async || {
            let again = HealthProbe::new(|| ready(Ok(())));
            channel
                .attempt(ready(Err::<(), _>(error(causes::BACKEND_ERROR))), Some(again))
                .await
                .unwrap_err()
                .cause
        };
        for _ in 0..500 {
            assert_eq!(bad().await, causes::BACKEND_ERROR, "however many, they are their own failures");
        }
        assert_eq!(channel.requests().calls, 1 + 500 + 9, "one question after each fifty");
        is_up.store(false, Relaxed);
        while bad().await != causes::GIVEN_UP {}
        let refused = channel.attempt(ready(Ok(())), None).await.unwrap_err();
        assert!(refused.words.contains("gmail answered 503: down"), "{refused}");
        assert!(channel.requests().calls <= 510 + 50 + 7, "{:?}", channel.requests());
    }

    #[tokio::test]
    async fn an_attempt_that_is_dropped_gives_its_permit_back() {
        let channel = ApiChannel::new(Api::Gmail, 1, 0, PATIENCE);
        let hanging = channel.attempt(pending::<Result<(), GoogleError>>(), None);
        tokio::time::timeout(Duration::from_millis(10), hanging).await.unwrap_err();
        channel.attempt(ready(Ok(())), None).await.unwrap();
    }
}
