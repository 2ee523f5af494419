//! Everything a request is answered from.

use std::time::Duration;

use crate::bearer_tokens::BearerTokens;
use crate::clock::Clock;
use crate::fault::Faults;
use crate::page_tokens::PageTokens;
use crate::request_log::RequestLog;
use crate::tenant::Tenant;

/// The tenant with what the server remembers about its clients.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
    pub(crate) bearer_tokens: BearerTokens,
    pub(crate) page_tokens: PageTokens,
    pub(crate) page_cap: usize,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) latency: Duration,
    /// The address of this server's token endpoint.
    pub(crate) token_uri: String,
}
