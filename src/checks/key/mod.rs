//! Service account keys.

mod holder;

pub(crate) mod key_age_or_endless;
pub(crate) mod user_managed_key;
