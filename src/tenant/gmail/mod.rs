//! Gmail: mailboxes and their settings.

mod imap;
mod mailbox;
mod send_as;
mod settings;

use super::Gap;

pub(crate) use imap::Imap;
pub(crate) use mailbox::{GmailState, MailboxFact, MailboxRead, PartStatus, without_request};
pub(crate) use send_as::{SendAs, SendAsKind, SmtpMsa};

// Each setting that is read of a mailbox: its name, its id, its fact, Google's method, its title, and what
// `gmail_evidence` says where Gmail answered. Collecting, resuming, storing, coverage and `mailbox_read` follow from it.
settings::mailbox_settings! {
    SendAs: send_as, Vec<SendAs>, "`users.settings.sendAs.list`", "Send-as addresses", "send_as_list_answered";
    Imap: imap, Imap, "`users.settings.getImap`", "IMAP settings", "imap_settings_answered";
}
