//! The catalogue: one file a check, in a folder a group. A check judges one subject from facts alone.

mod check;
mod dwd;
mod idm;
mod key;
mod mail;
mod ten;

#[cfg(test)]
mod test_facts;

pub use check::{Check, ExceptionUse, Judge};

/// Every check. Adding one takes its file and a line here; documentation, scopes and reports follow.
pub const ALL: &[&Check] = &[&idm::super_admin_count::CHECK];

/// The check with this id or slug.
#[must_use]
pub fn find(name: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id.eq_ignore_ascii_case(name) || check.slug == name)
}
