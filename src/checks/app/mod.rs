//! Third-party apps that users let in.

pub(crate) mod app_new;
pub(crate) mod token_mail_scope;
