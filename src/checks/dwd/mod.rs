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
