//! The tenant's configuration.

pub(crate) mod domain_unverified;
pub(crate) mod routing_changed;
