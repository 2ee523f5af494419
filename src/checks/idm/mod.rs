//! Identities.

pub(crate) mod dormant_active;
pub(crate) mod no_2sv;
pub(crate) mod super_admin_count;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[&super_admin_count::CHECK, &no_2sv::CHECK, &dormant_active::CHECK];
