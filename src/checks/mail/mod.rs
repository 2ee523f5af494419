//! Mailboxes.

mod delegates;
mod entries;
mod ownership;

pub(crate) mod delegate_bad_state;
pub(crate) mod delegate_unapproved;
pub(crate) mod filter_forward_or_hide;
pub(crate) mod forward_external;
pub(crate) mod forward_latent;
pub(crate) mod identity_diversion;
pub(crate) mod sendas_external;
pub(crate) mod sendas_msa_weak;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[
    &forward_external::CHECK,
    &filter_forward_or_hide::CHECK,
    &forward_latent::CHECK,
    &delegate_unapproved::CHECK,
    &delegate_bad_state::CHECK,
    &sendas_external::CHECK,
    &sendas_msa_weak::CHECK,
    &identity_diversion::CHECK,
];
