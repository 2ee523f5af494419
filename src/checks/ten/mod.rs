//! The tenant's configuration.

pub(crate) mod domain_unverified;
