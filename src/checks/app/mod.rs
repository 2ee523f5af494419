//! Third-party apps that users let in.

pub(crate) mod app_new;
pub(crate) mod token_mail_scope;

use crate::checks::Check;

/// In the order of reports.
pub(super) const CHECKS: &[&Check] = &[&token_mail_scope::CHECK, &app_new::CHECK];
