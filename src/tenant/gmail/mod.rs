//! Gmail: mailboxes and their settings.

mod imap;
mod mailbox;
mod parts;

pub use imap::Imap;
pub use mailbox::{
    GmailState, MailboxFact, MailboxRead, PartStatus, SendAs, SendAsKind, SmtpMsa, without_request,
};
pub use parts::{MAILBOX_PARTS, Mailbox, MailboxPart};
