//! When to hold back from an API, and when to stop asking it: a budget of retries, and a breaker for outages.

use std::time::{Duration, Instant};

/// Failures in a row after which an API that has answered before is asked whether it is up.
const OUTAGE: u32 = 50;
/// The same for an API that never answered: there is nothing to ask again, and so many bad ones may come first.
const SILENCE: u32 = 250;
/// How many failures one without an answer in time counts for: each of them is slow.
const SLOW: u32 = 10;
/// How often an API is tried during an outage: at once, and then each time after twice the wait.
const TRIES: u32 = 7;

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
}

/// Holds requests back during an outage, tries the API now and then, and gives up in the end.
#[derive(Debug)]
pub(super) struct Breaker {
    failures: u32,
    state: State,
    /// Tries of this outage that failed.
    tries: u32,
    /// Whether the API ever answered.
    has_answered: bool,
    patience: Duration,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed,
    /// Nothing is asked until then; afterwards one try is made.
    Open(Instant),
    /// The try is under way.
    Trying,
    /// Nothing is asked any more.
    GivenUp,
}

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Go.
    Free,
    /// Ask again after so long.
    Wait(Duration),
    /// There is no use.
    GivenUp,
}

/// How often those who wait look whether a try came back.
const LOOK: Duration = Duration::from_millis(50);

impl Breaker {
    /// `patience`: the longest outage that is waited for, not counting the tries themselves; a quarter of that
    /// for an API that never answered.
    pub(super) const fn new(patience: Duration) -> Self {
        Self { failures: 0, state: State::Closed, tries: 0, has_answered: false, patience }
    }

    /// What a request may do now. Changes nothing.
    pub(super) fn way(&self, now: Instant) -> Admission {
        match self.state {
            State::Closed => Admission::Free,
            State::Open(until) if now >= until => Admission::Free,
            State::Open(until) => Admission::Wait(until - now),
            State::Trying => Admission::Wait(LOOK),
            State::GivenUp => Admission::GivenUp,
        }
    }

    /// As [`Breaker::way`]; the first that goes during an outage is the one that tries.
    pub(super) fn admits(&mut self, now: Instant) -> Admission {
        let way = self.way(now);
        if way == Admission::Free && self.is_open() {
            self.state = State::Trying;
        }
        way
    }

    /// Whether the API ever answered.
    pub(super) const fn has_ever_answered(&self) -> bool {
        self.has_answered
    }

    /// Whether requests are held back.
    pub(super) const fn is_open(&self) -> bool {
        !matches!(self.state, State::Closed)
    }

    /// Whether there is an outage: not before a try has failed, because what failed so far may be at fault itself.
    pub(super) const fn is_out(&self) -> bool {
        self.tries > 0
    }

    /// Whether nothing is asked any more.
    pub(super) const fn has_given_up(&self) -> bool {
        matches!(self.state, State::GivenUp)
    }

    pub(super) fn answered(&mut self) {
        *self = Self { has_answered: true, ..Self::new(self.patience) };
    }

    pub(super) fn failed(&mut self, now: Instant, is_slow: bool) {
        self.failures = self.failures.saturating_add(if is_slow { SLOW } else { 1 });
        match self.state {
            State::Closed if self.failures >= self.too_many() => {
                self.state = State::Open(now + self.cool_down())
            }
            State::Trying => {
                self.tries += 1;
                self.state =
                    if self.tries < TRIES { State::Open(now + self.cool_down()) } else { State::GivenUp };
            }
            _ => {}
        }
    }

    const fn too_many(&self) -> u32 {
        if self.has_answered { OUTAGE } else { SILENCE }
    }

    /// The first try comes at once; the waits before the others are each twice the one before, together the
    /// patience.
    fn cool_down(&self) -> Duration {
        let patience = if self.has_answered { self.patience } else { self.patience / 4 };
        patience * ((1 << self.tries) >> 1) / ((1 << (TRIES - 1)) - 1)
    }

    /// A request ended without an answer or a failure: whoever waited for it went away.
    pub(super) fn abandoned(&mut self, now: Instant) {
        if matches!(self.state, State::Trying) {
            self.state = State::Open(now);
        }
    }

    /// Failures in a row; those without an answer in time count more.
    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(63);

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(PATIENCE);
        breaker.answered();
        (0..OUTAGE).for_each(|_| breaker.failed(now, false));
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
    fn failures_without_an_answer_between_them_are_an_outage_and_slow_ones_count_more() {
        let now = Instant::now();
        let mut breaker = Breaker::new(PATIENCE);
        breaker.answered();
        for _ in 0..10 {
            (1..OUTAGE).for_each(|_| breaker.failed(now, false));
            breaker.answered();
        }
        assert_eq!(breaker.way(now), Admission::Free);
        (0..OUTAGE / SLOW).for_each(|_| breaker.failed(now, true));
        assert!(breaker.is_open() && !breaker.is_out(), "what failed may be at fault itself");
        assert_eq!(
            (breaker.admits(now), breaker.way(now)),
            (Admission::Free, Admission::Wait(LOOK)),
            "tried at once"
        );
        breaker.failed(now, false);
        assert_eq!((breaker.way(now), breaker.is_out()), (Admission::Wait(Duration::from_secs(1)), true));
    }

    #[test]
    fn during_an_outage_one_request_tries_and_its_answer_ends_it() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!((breaker.admits(now), breaker.admits(now)), (Admission::Free, Admission::Wait(LOOK)));
        breaker.abandoned(now);
        assert_eq!(breaker.admits(now), Admission::Free, "another tries in its place");
        breaker.answered();
        assert_eq!((breaker.admits(now), breaker.admits(now)), (Admission::Free, Admission::Free));
    }

    #[test]
    fn an_outage_for_good_is_given_up_after_the_patience() {
        let begun = Instant::now();
        let (mut now, mut breaker) = (begun, opened(begun));
        loop {
            match breaker.admits(now) {
                Admission::Free => breaker.failed(now, false),
                Admission::Wait(wait) => now += wait,
                Admission::GivenUp => break,
            }
        }
        assert!(breaker.has_given_up());
        assert_eq!(now - begun, PATIENCE);
    }

    #[test]
    fn what_never_answered_is_waited_for_a_quarter_of_that() {
        let (now, mut breaker) = (Instant::now(), Breaker::new(PATIENCE));
        (1..SILENCE).for_each(|_| breaker.failed(now, false));
        assert!(!breaker.is_open(), "so many may be bad ones");
        breaker.failed(now, false);
        assert_eq!(breaker.admits(now), Admission::Free);
        breaker.failed(now, false);
        assert_eq!(breaker.way(now), Admission::Wait(Duration::from_millis(250)));
    }
}
