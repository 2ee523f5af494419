//! The tenant's configuration.

pub(crate) mod domain_unverified;
pub(crate) mod policy_auto_forward;
pub(crate) mod policy_mail_delegation;
pub(crate) mod policy_outbound_and_clients;
pub(crate) mod routing_changed;
mod switches;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[
    &domain_unverified::CHECK,
    &policy_mail_delegation::CHECK,
    &policy_auto_forward::CHECK,
    &policy_outbound_and_clients::CHECK,
    &routing_changed::CHECK,
];
