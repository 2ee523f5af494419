//! The time the emulator lives in.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// The machine's clock, one beside it, or one that stands still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    frozen: Option<DateTime<Utc>>,
    /// Of the machine's clock; for one that runs.
    ahead: TimeDelta,
}

impl Clock {
    pub(crate) fn new(frozen: Option<DateTime<Utc>>, ahead: TimeDelta) -> Self {
        Self { frozen, ahead }
    }

    /// Whole seconds: no Google API of those served dates anything more finely than it matters here.
    pub(crate) fn now(self) -> DateTime<Utc> {
        self.frozen.unwrap_or_else(|| Utc::now() + self.ahead).trunc_subsecs(0)
    }

    /// The times by which what a client dated is checked. Where the clock stands still, clients still date by the
    /// machine's.
    pub(crate) fn of_clients(self) -> impl Iterator<Item = DateTime<Utc>> {
        std::iter::once(self.now()).chain(self.frozen.map(|_| Utc::now()))
    }
}
