//! When to stop asking an API: a budget of retries, and a breaker for when it is used up.

use std::time::{Duration, Instant};

/// Attempts that failed in a row before an API is given up for a while.
const FAILURES: u32 = 200;
/// How long an API is not asked.
const COOL_DOWN: Duration = Duration::from_secs(60);

/// Retries that a run may still spend on one API. A success earns half of one back.
#[derive(Debug)]
pub(super) struct RetryBudget {
    /// In halves.
    saved: u64,
    most: u64,
}

impl RetryBudget {
    pub(super) fn new(retries: u32) -> Self {
        let most = u64::from(retries) * 2;
        Self { saved: most, most }
    }

    pub(super) fn earn(&mut self) {
        self.saved = (self.saved + 1).min(self.most);
    }

    /// Whether there was a retry to spend.
    pub(super) fn spend(&mut self) -> bool {
        let enough = self.saved >= 2;
        if enough {
            self.saved -= 2;
        }
        enough
    }

    fn is_used_up(&self) -> bool {
        self.saved < 2
    }
}

/// Lets requests through, until an API fails without end.
#[derive(Debug)]
pub(super) struct Breaker {
    failures: u32,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed,
    /// Nothing is asked until then; afterwards one request is.
    Open(Instant),
    /// One request is under way to find out.
    Trying,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self { failures: 0, state: State::Closed }
    }

    /// Whether a request may be sent now.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        match self.state {
            State::Closed => true,
            State::Open(until) if now >= until => {
                self.state = State::Trying;
                true
            }
            State::Open(_) | State::Trying => false,
        }
    }

    /// Whether nothing would be admitted now. Changes nothing.
    pub(super) fn refuses(&self, now: Instant) -> bool {
        match self.state {
            State::Closed => false,
            State::Open(until) => now < until,
            State::Trying => true,
        }
    }

    pub(super) fn answered(&mut self) {
        *self = Self::new();
    }

    pub(super) fn failed(&mut self, now: Instant, budget: &RetryBudget) {
        self.failures = self.failures.saturating_add(1);
        let enough = self.failures >= FAILURES && budget.is_used_up();
        if enough || matches!(self.state, State::Trying) {
            self.state = State::Open(now + COOL_DOWN);
        }
    }

    /// A request ended without an answer or a failure: whoever waited for it went away.
    pub(super) fn abandoned(&mut self, now: Instant) {
        if matches!(self.state, State::Trying) {
            self.state = State::Open(now);
        }
    }

    /// Failures in a row.
    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used_up() -> RetryBudget {
        RetryBudget::new(0)
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new();
        (0..FAILURES).for_each(|_| breaker.failed(now, &used_up()));
        breaker
    }

    #[test]
    fn a_success_earns_half_a_retry_up_to_the_start() {
        let mut budget = RetryBudget::new(1);
        budget.earn();
        assert!(budget.spend() && !budget.spend());
        budget.earn();
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend());
    }

    #[test]
    fn failures_without_end_open_it_once_the_budget_is_used_up() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        (0..FAILURES * 2).for_each(|_| breaker.failed(now, &RetryBudget::new(1)));
        assert!(breaker.admits(now), "there are retries left");
        breaker.failed(now, &used_up());
        assert!(breaker.refuses(now) && !breaker.admits(now));
    }

    #[test]
    fn an_answer_in_between_keeps_it_closed() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        for _ in 0..FAILURES * 3 {
            (1..FAILURES).for_each(|_| breaker.failed(now, &used_up()));
            breaker.answered();
        }
        assert!(breaker.admits(now));
    }

    #[test]
    fn after_the_cool_down_one_request_decides() {
        let now = Instant::now();
        let later = now + COOL_DOWN;
        let mut breaker = opened(now);
        assert!(breaker.admits(later) && !breaker.admits(later), "one alone");
        breaker.failed(later, &used_up());
        assert!(!breaker.admits(later), "closed for another while");
        assert!(breaker.admits(later + COOL_DOWN));
        breaker.answered();
        assert!(breaker.admits(later + COOL_DOWN) && breaker.admits(later + COOL_DOWN));
    }

    #[test]
    fn a_trial_that_nobody_waits_for_any_more_blocks_nobody() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert!(breaker.admits(now + COOL_DOWN));
        breaker.abandoned(now + COOL_DOWN);
        assert!(breaker.admits(now + COOL_DOWN));
    }
}
