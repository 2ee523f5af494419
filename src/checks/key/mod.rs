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
