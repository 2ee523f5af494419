//! Identities.

pub(crate) mod super_admin_count;
