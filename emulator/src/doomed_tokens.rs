//! Access tokens that planned faults end before their time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::fault::Life;

/// Only the tokens that a fault struck: all others carry their own end.
#[derive(Debug, Default)]
pub(crate) struct DoomedTokens {
    tokens: Mutex<HashMap<String, Doom>>,
}

#[derive(Debug)]
enum Doom {
    /// The calls that are still answered.
    After(u32),
    /// By the machine's clock: the tenant's may stand still.
    At(Instant),
}

impl Doom {
    fn has_come(&self) -> bool {
        match self {
            Self::After(calls) => *calls == 0,
            Self::At(end) => *end <= Instant::now(),
        }
    }
}

impl DoomedTokens {
    pub(crate) fn doom(&self, token: &str, life: Life) {
        let doom = match life {
            Life::Calls(call) => Doom::After(call.saturating_sub(1)),
            Life::For(life) => Doom::At(Instant::now() + life),
        };
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), doom);
    }

    pub(crate) fn is_dead(&self, token: &str) -> bool {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(token).is_some_and(Doom::has_come)
    }

    /// Counts a call. Whether it comes too late.
    pub(crate) fn call(&self, token: &str) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(doom) = tokens.get_mut(token) else { return false };
        let late = doom.has_come();
        if let Doom::After(calls) = doom {
            *calls = calls.saturating_sub(1);
        }
        late
    }
}
