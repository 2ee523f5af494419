//! What logs show of apps and settings.

mod app;
mod period;

pub(crate) use app::{App, Consent, GmailSettingChange};
pub(crate) use period::Period;
