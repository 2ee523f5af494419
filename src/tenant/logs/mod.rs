//! What logs show of apps and settings.

mod app;
mod period;

pub use app::{App, Consent, GmailSettingChange};
pub use period::Period;
