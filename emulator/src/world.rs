//! Everything a request is answered from.

use std::time::Duration;

use crate::bearer_tokens::BearerTokens;
use crate::clock::Clock;
use crate::doomed_tokens::DoomedTokens;
use crate::fault::Faults;
use crate::google_key::GoogleKey;
use crate::page_tokens::PageTokens;
use crate::request_log::RequestLog;
use crate::signing_key::SigningKey;
use crate::tenant::{Key, KeyOrigin, Tenant};

/// The tenant with what the server remembers about its clients.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
    pub(crate) bearer_tokens: BearerTokens,
    pub(crate) doomed_tokens: DoomedTokens,
    pub(crate) page_tokens: PageTokens,
    pub(crate) page_cap: usize,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) latency: Duration,
    /// The address of this server's token endpoint.
    pub(crate) token_uri: String,
}

impl World {
    /// The root under which every API's path is served.
    pub(crate) fn base_url(&self) -> &str {
        self.token_uri.trim_end_matches("/token")
    }

    /// Waits out the latency and what was planned besides. None at all must not cost the timer's own
    /// millisecond.
    pub(crate) async fn hold_back(&self, planned: Duration) {
        let wait = self.latency + planned;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// What a key's signatures are checked against; nothing for a key that never signed.
    pub(crate) fn public_half<'a>(&'a self, key: &'a Key) -> Option<&'a [u8]> {
        match (&key.public_key, key.origin) {
            (Some(public), _) => Some(public),
            (None, KeyOrigin::SystemManaged) => GoogleKey::used().map(GoogleKey::public),
            (None, KeyOrigin::UserManaged | KeyOrigin::Uploaded) => {
                SigningKey::used_by_other_clients().map(|key| key.public.as_slice())
            }
        }
    }
}
