//! A bearer token: kept out of every log.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// Renew a token this long before Google lets it expire.
const EARLY: Duration = Duration::from_secs(120);
/// The longest that a token is trusted to last, whatever the answer says.
const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// A bearer token. Its text is in no `Debug` output.
#[derive(Clone)]
pub(super) struct Token {
    text: Arc<str>,
    good_until: Instant,
}

impl Token {
    pub(super) fn new(text: &str, lifetime: Duration) -> Self {
        Self {
            text: text.into(),
            good_until: Instant::now() + lifetime.min(MAX_LIFETIME).saturating_sub(EARLY),
        }
    }

    pub(super) fn is_good(&self) -> bool {
        Instant::now() < self.good_until
    }

    /// Whether it is the very same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}
