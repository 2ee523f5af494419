//! Domain-wide delegation.

mod scope;

pub(crate) mod client_unowned_or_foreign;
pub(crate) mod grant_changed;
pub(crate) mod inventory_proof;
pub(crate) mod sa_overloaded;
pub(crate) mod scope_excess;
pub(crate) mod scope_mail_content;
pub(crate) mod scope_tenant_admin;
pub(crate) mod send_as_anyone;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[
    &inventory_proof::CHECK,
    &scope_tenant_admin::CHECK,
    &scope_mail_content::CHECK,
    &send_as_anyone::CHECK,
    &scope_excess::CHECK,
    &client_unowned_or_foreign::CHECK,
    &grant_changed::CHECK,
    &sa_overloaded::CHECK,
];
