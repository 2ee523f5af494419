//! How many requests of one API are under way at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::Api;

/// Places for requests, an API each, with a count of what was sent.
#[derive(Debug)]
pub(super) struct Limits {
    places: BTreeMap<Api, Semaphore>,
    sent: BTreeMap<Api, AtomicU64>,
}

impl Limits {
    /// `most` requests of each API at once.
    pub(super) fn new(most: usize) -> Self {
        Self {
            places: Api::ALL.into_iter().map(|api| (api, Semaphore::new(most.max(1)))).collect(),
            sent: Api::ALL.into_iter().map(|api| (api, AtomicU64::new(0))).collect(),
        }
    }

    /// A place for one attempt; it is free again when the permit is dropped.
    pub(super) async fn place(&self, api: Api) -> Option<SemaphorePermit<'_>> {
        if let Some(sent) = self.sent.get(&api) {
            sent.fetch_add(1, Ordering::Relaxed);
        }
        // The semaphores are never closed, so an API always gets its place.
        self.places.get(&api)?.acquire().await.ok()
    }

    /// Requests sent, by API.
    pub(super) fn sent(&self) -> BTreeMap<String, u64> {
        self.sent.iter().map(|(api, sent)| (api.id().to_owned(), sent.load(Ordering::Relaxed))).collect()
    }
}
