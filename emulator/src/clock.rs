//! The time the emulator lives in.

use chrono::{DateTime, SubsecRound, Utc};

/// The machine's clock, or one that stands still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    frozen: Option<DateTime<Utc>>,
}

impl Clock {
    pub(crate) fn new(frozen: Option<DateTime<Utc>>) -> Self {
        Self { frozen }
    }

    /// Whole seconds: no Google API of those served dates anything more finely than it matters here.
    pub(crate) fn now(self) -> DateTime<Utc> {
        self.frozen.unwrap_or_else(Utc::now).trunc_subsecs(0)
    }
}
