//! Service account keys, and the paths that do without one.

pub(super) mod binding;
mod holder;
mod takeover;

pub(crate) mod host_project_guardrails;
pub(crate) mod key_age_or_endless;
pub(crate) mod key_idle_or_many;
pub(crate) mod key_mint_path;
pub(crate) mod outside_principal;
pub(crate) mod project_wide_role;
pub(crate) mod sign_or_impersonate_path;
pub(crate) mod user_managed_key;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[
    &user_managed_key::CHECK,
    &key_age_or_endless::CHECK,
    &key_idle_or_many::CHECK,
    &key_mint_path::CHECK,
    &sign_or_impersonate_path::CHECK,
    &outside_principal::CHECK,
    &project_wide_role::CHECK,
    &host_project_guardrails::CHECK,
];
