//! Mailboxes.

mod entries;
mod ownership;

pub(crate) mod identity_diversion;
pub(crate) mod sendas_external;
pub(crate) mod sendas_msa_weak;
