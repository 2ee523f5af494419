//! The tenant's configuration.

pub(crate) mod domain_unverified;
pub(crate) mod routing_changed;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[&domain_unverified::CHECK, &routing_changed::CHECK];
