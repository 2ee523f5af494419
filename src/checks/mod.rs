//! The catalogue: one file a check, in a folder a group. A check judges one subject from facts alone.

mod age;
mod check;
mod dwd;
mod exc;
mod gaps;
mod idm;
mod key;
mod keys;
mod mail;
mod standing;
mod ten;

pub mod catalogue;
pub mod subjects;

#[cfg(test)]
mod test_facts;

pub use check::{Check, ExceptionUse, Judge};

/// Every check. Adding one takes its file and a line here; documentation, scopes and reports follow.
pub const ALL: &[&Check] = &[
    &idm::super_admin_count::CHECK,
    &idm::no_2sv::CHECK,
    &idm::dormant_active::CHECK,
    &mail::sendas_external::CHECK,
    &mail::sendas_msa_weak::CHECK,
    &mail::identity_diversion::CHECK,
    &dwd::scope_tenant_admin::CHECK,
    &dwd::scope_mail_content::CHECK,
    &dwd::send_as_anyone::CHECK,
    &dwd::client_unowned_or_foreign::CHECK,
    &key::user_managed_key::CHECK,
    &key::key_age_or_endless::CHECK,
    &ten::domain_unverified::CHECK,
    &exc::exception_expired::CHECK,
    &exc::exception_unused::CHECK,
    &exc::exception_expiring_soon::CHECK,
];

/// The check with this id or slug.
#[must_use]
pub fn find(name: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id.eq_ignore_ascii_case(name) || check.slug == name)
}
