//! How many requests of one API are under way at once: as many as its answers allow.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Requests under way at once, before anything is known of an API.
const FIRST_SIZE: usize = 16;

/// The number of permits, as answers move it: doubled by each round without a throttle, and from the first
/// throttle on one more a round and half at a throttle.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    /// Answers since the size last changed.
    answers: usize,
    /// How often the size was halved. Requests of an earlier round do not move it.
    round: u64,
}

impl Window {
    fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { size: FIRST_SIZE.min(most), most, answers: 0, round: 0 }
    }

    /// A request that began in `round` was answered.
    fn answered(&mut self, round: u64) {
        if round != self.round {
            return;
        }
        self.answers += 1;
        if self.answers >= self.size {
            self.answers = 0;
            let grown = if self.round == 0 { self.size * 2 } else { self.size + 1 };
            self.size = grown.min(self.most);
        }
    }

    /// A request that began in `round` was throttled.
    fn throttled(&mut self, round: u64) {
        if round == self.round {
            self.round += 1;
            self.answers = 0;
            self.size = (self.size / 2).max(1);
        }
    }
}

/// Hands out the permits of a [`Window`], in the order in which they are asked for.
#[derive(Debug)]
pub(super) struct Limiter {
    permits: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    window: Window,
    /// Places that the window has lost while they were in use: withheld when they come back.
    owed: usize,
}

/// A permit for one attempt; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limiter: &'a Limiter,
    permit: Option<SemaphorePermit<'a>>,
    round: u64,
}

impl Limiter {
    /// At most `most` permits.
    pub(super) fn new(most: usize) -> Self {
        let window = Window::new(most);
        Self { permits: Semaphore::new(window.size), state: Mutex::new(State { window, owed: 0 }) }
    }

    /// Waits for a permit.
    pub(super) async fn acquire(&self) -> Permit<'_> {
        // The semaphore is never closed: this always gives a permit.
        let permit = self.permits.acquire().await.ok();
        Permit { limiter: self, permit, round: self.state().window.round }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moved(&self, change: impl FnOnce(&mut Window)) {
        let mut state = self.state();
        let before = state.window.size;
        change(&mut state.window);
        let (more, fewer) =
            (state.window.size.saturating_sub(before), before.saturating_sub(state.window.size));
        let paid = more.min(state.owed);
        self.permits.add_permits(more - paid);
        state.owed = state.owed - paid + fewer;
        state.owed -= self.permits.forget_permits(state.owed);
    }
}

impl Permit<'_> {
    pub(super) fn answered(&self) {
        self.limiter.moved(|window| window.answered(self.round));
    }

    /// The API wants fewer requests.
    pub(super) fn throttled(&self) {
        self.limiter.moved(|window| window.throttled(self.round));
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One round: a window's worth of answers.
    fn clean_round(window: &mut Window) -> usize {
        for _ in 0..window.size {
            window.answered(window.round);
        }
        window.size
    }

    #[test]
    fn clean_rounds_double_up_to_the_bound() {
        let mut window = Window::new(100);
        assert_eq!(window.size, 16);
        assert_eq!([(); 4].map(|()| clean_round(&mut window)), [32, 64, 100, 100]);
        assert_eq!(Window::new(3).size, 3);
        assert_eq!(Window::new(0).size, 1);
    }

    #[test]
    fn a_throttle_halves_once_a_round_and_growth_is_slow_from_then_on() {
        let mut window = Window::new(256);
        clean_round(&mut window);
        let began = window.round;
        for _ in 0..32 {
            window.throttled(began);
        }
        assert_eq!(window.size, 16, "the whole round was throttled, and it counts once");
        window.answered(began);
        assert_eq!(window.answers, 0, "an answer of the old round says nothing of the new size");
        assert_eq!([(); 3].map(|()| clean_round(&mut window)), [17, 18, 19]);
    }

    #[test]
    fn the_floor_is_one() {
        let mut window = Window::new(256);
        for _ in 0..10 {
            window.throttled(window.round);
        }
        assert_eq!(window.size, 1);
    }

    #[tokio::test]
    async fn permits_follow_the_window_even_while_all_are_in_use() {
        let limiter = Limiter::new(4);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(limiter.acquire().await);
        }
        held[0].throttled();
        assert_eq!(limiter.state().owed, 2);
        held.truncate(2);
        assert_eq!(limiter.permits.available_permits(), 0, "two permits were withheld");
        held.pop();
        assert_eq!(limiter.permits.available_permits(), 1);
        drop(held);
        let permit = limiter.acquire().await;
        permit.answered();
        permit.answered();
        drop(permit);
        assert_eq!(limiter.permits.available_permits(), 3, "one more after a round of two");
    }
}
