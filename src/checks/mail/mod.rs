//! Mailboxes.

mod entries;
mod ownership;

pub(crate) mod identity_diversion;
pub(crate) mod sendas_external;
pub(crate) mod sendas_msa_weak;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] =
    &[&sendas_external::CHECK, &sendas_msa_weak::CHECK, &identity_diversion::CHECK];
