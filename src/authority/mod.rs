//! Who can obtain a delegated token of a service account, by which path. No I/O, no clock.
//!
//! Domain-wide delegation belongs to the account, not to a key: whoever can make a key for it, or sign as it, is
//! any user of the tenant. `docs/paths.md` says what counts as a path, and on which of Google's pages that rests.

mod accounts;
mod build;
mod cuts;
mod graph;
pub(crate) mod mail;
mod member;
mod path;
mod principal;
mod reach;
mod right;
mod search;
mod sentence;
mod takeover;
mod unknown;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod test_facts;
#[cfg(test)]
mod tests;

pub(crate) use cuts::Cuts;
pub(crate) use graph::{Authority, Facts, Limits};
pub(crate) use path::{Binding, Grade, Hop, Obstacle, Path};
pub(crate) use principal::{Principal, PrincipalKind, Side};
pub(crate) use right::Right;
pub(crate) use takeover::{
    AccessBinding, BroadBinding, Takeover, TakeoverCut, TakeoverEdge, TakeoverPath, TakeoverPrincipal,
};
pub(crate) use unknown::Unknown;
