//! Which request is struck by what.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{Answer, Fault, pattern};
use crate::dice::Dice;

const MILLION: u64 = 1_000_000;

/// A request, as far as faults look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) subject: Option<&'a str>,
    pub(crate) endpoint: Endpoint,
}

/// What a request is sent to: not every misfortune can happen everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Method {
        /// Whether it goes on with a listing by its page token.
        goes_on: bool,
        /// Whether its page could be an empty one: not when the one before was.
        can_be_empty: bool,
    },
    Token,
    Other,
}

impl Asked<'_> {
    fn can_suffer(&self, answer: &Answer) -> bool {
        match answer {
            Answer::Reason { .. } => matches!(self.endpoint, Endpoint::Method { .. }),
            Answer::TokenError { .. } | Answer::TokenExpires(_) | Answer::TokenDies(_) => {
                self.endpoint == Endpoint::Token
            }
            Answer::RepeatPage => matches!(self.endpoint, Endpoint::Method { goes_on: true, .. }),
            Answer::EmptyPage => matches!(self.endpoint, Endpoint::Method { can_be_empty: true, .. }),
            _ => true,
        }
    }
}

/// What happens to a request: a wait, and at most one fault besides.
#[derive(Debug, Default)]
pub(crate) struct Struck<'a> {
    pub(crate) wait: Duration,
    pub(crate) fault: Option<&'a Fault>,
}

impl Struck<'_> {
    pub(crate) fn answer(&self) -> Option<Answer> {
        self.fault.map(|fault| fault.answer)
    }
}

/// The faults of a start. They look at requests in their order: the first that strikes wins, but for
/// latencies, which add up.
#[derive(Debug)]
pub(crate) struct Faults {
    planned: Vec<Planned>,
    seed: u64,
}

#[derive(Debug)]
struct Planned {
    fault: Fault,
    /// Its place in the plan, so that each throws dice of its own.
    name: String,
    seen: AtomicUsize,
    struck: AtomicUsize,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        let planned = faults.into_iter().enumerate().map(|(place, fault)| Planned {
            fault,
            name: format!("fault {place}"),
            seen: AtomicUsize::new(0),
            struck: AtomicUsize::new(0),
        });
        Self { planned: planned.collect(), seed }
    }

    pub(crate) fn strike(&self, asked: &Asked<'_>) -> Struck<'_> {
        let mut struck = Struck::default();
        for planned in &self.planned {
            if struck.fault.is_some() && !planned.fault.answer.is_latency() {
                continue;
            }
            let Some(mut dice) = planned.strike(asked, self.seed) else { continue };
            match planned.fault.answer {
                Answer::Latency { least, most } => struck.wait += between(least, most, &mut dice),
                _ => struck.fault = Some(&planned.fault),
            }
        }
        struck
    }
}

impl Planned {
    /// Dice for the blow, if it falls. They follow from the seed and from how many requests were seen.
    fn strike(&self, asked: &Asked<'_>, seed: u64) -> Option<Dice> {
        let fault = &self.fault;
        if !fault.concerns(asked) {
            return None;
        }
        let seen = self.seen.fetch_add(1, Ordering::Relaxed);
        let mut dice = Dice::new(seed, &self.name, seen as u64);
        let turn = seen.checked_sub(fault.after)? + 1;
        let falls = turn.is_multiple_of(fault.every)
            && fault.chance.is_none_or(|chance| dice.below(MILLION) < chance)
            && self.struck.fetch_add(1, Ordering::Relaxed) < fault.times.unwrap_or(usize::MAX);
        falls.then_some(dice)
    }
}

impl Fault {
    fn concerns(&self, asked: &Asked<'_>) -> bool {
        (self.method == "*" || self.method == asked.method)
            && pattern::fits(&self.path, asked.path)
            && asked.can_suffer(&self.answer)
            && self.subject.as_deref().is_none_or(|wanted| {
                asked.subject.is_some_and(|subject| subject.eq_ignore_ascii_case(wanted))
            })
    }
}

fn between(least: Duration, most: Duration, dice: &mut Dice) -> Duration {
    let span = u64::try_from((most - least).as_micros()).unwrap_or(u64::MAX);
    least + Duration::from_micros(dice.below(span.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'_> = Asked {
        method: "GET",
        path: "/a",
        subject: None,
        endpoint: Endpoint::Method { goes_on: false, can_be_empty: false },
    };

    fn plan(faults: &[&str], seed: u64) -> Faults {
        Faults::new(faults.iter().map(|text| text.parse().unwrap()).collect(), seed)
    }

    fn strikes(fault: &str, seed: u64, requests: usize) -> Vec<bool> {
        let faults = plan(&[fault], seed);
        (0..requests).map(|_| faults.strike(&ASKED).fault.is_some()).collect()
    }

    #[test]
    fn a_fault_keeps_to_its_conditions() {
        assert_eq!(strikes("GET /a 500 after=2", 7, 4), [false, false, true, true]);
        assert_eq!(strikes("GET /a 500 times=2", 7, 4), [true, true, false, false]);
        assert_eq!(strikes("GET /a 500 every=2", 7, 4), [false, true, false, true]);
        let at_times = [false, false, true, false, true, false];
        assert_eq!(strikes("GET /a 500 after=1 every=2 times=2", 7, 6), at_times);
    }

    #[test]
    fn chance_follows_from_the_seed() {
        let struck = strikes("GET /a 500 chance=0.25", 7, 1000);
        assert_eq!(struck, strikes("GET /a 500 chance=0.25", 7, 1000));
        assert_ne!(struck, strikes("GET /a 500 chance=0.25", 8, 1000));
        let count = struck.iter().filter(|struck| **struck).count();
        assert!((200..300).contains(&count), "{count}");
        assert!(strikes("GET /a 500 chance=1", 7, 50).iter().all(|struck| *struck));
        assert!(!strikes("GET /a 500 chance=0", 7, 50).contains(&true));
    }

    #[test]
    fn the_first_fault_wins_and_latencies_add_up() {
        let faults = plan(&["* * latency=30ms", "* * 500 times=1", "* * 503", "GET * latency=10ms..20ms"], 7);
        for status in [500, 503] {
            let struck = faults.strike(&ASKED);
            assert_eq!(struck.answer(), Some(Answer::Status(status)));
            assert!((40..=50).contains(&struck.wait.as_millis()), "{:?}", struck.wait);
        }
    }

    #[test]
    fn a_fault_that_cannot_happen_does_not_count() {
        let faults =
            plan(&["* * invalid_grant times=1", "* * token-dies=1", "* * repeat-page", "* * empty-page"], 7);
        assert!(faults.strike(&ASKED).fault.is_none());
        let token = Asked { endpoint: Endpoint::Token, ..ASKED };
        assert!(matches!(faults.strike(&token).answer(), Some(Answer::TokenError { .. })));
        assert!(matches!(faults.strike(&token).answer(), Some(Answer::TokenDies(_))));
        let page = Asked { endpoint: Endpoint::Method { goes_on: true, can_be_empty: true }, ..ASKED };
        assert_eq!(faults.strike(&page).answer(), Some(Answer::RepeatPage));
    }
}
