//! Identities.

pub(crate) mod dormant_active;
pub(crate) mod no_2sv;
pub(crate) mod super_admin_count;
