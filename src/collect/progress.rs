//! What a person sees while it works.

use std::collections::BTreeSet;

use crate::requests::Requests;
use crate::tenant::Part;

/// Receives the progress of reading.
pub(crate) trait Progress: Sync {
    /// A run begins, or goes on where an attempt before was stopped.
    fn begun(&self, run: &str, resumed: bool, parts: &BTreeSet<Part>) {
        let _ = (run, resumed, parts);
    }
    /// A part begins; `total` units if known.
    fn started(&self, part: Part, total: Option<u64>);
    /// So many units were read by an attempt before.
    fn resumed(&self, part: Part, units: u64);
    /// So many more units are done.
    fn advanced(&self, part: Part, units: u64);
    /// A part is done.
    fn finished(&self, part: Part);
    /// What went to all APIs together since the start; called every second.
    fn requests(&self, requests: Requests);
}

/// Says nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silent;

impl Progress for Silent {
    fn started(&self, _: Part, _: Option<u64>) {}
    fn resumed(&self, _: Part, _: u64) {}
    fn advanced(&self, _: Part, _: u64) {}
    fn finished(&self, _: Part) {}
    fn requests(&self, _: Requests) {}
}
