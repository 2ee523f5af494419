//! What logs show of apps and settings.

mod app;

pub use app::{App, Consent, GmailSettingChange};
