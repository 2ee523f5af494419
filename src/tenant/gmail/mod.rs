//! Gmail: mailboxes and their settings.

mod mailbox;

pub use mailbox::{GmailState, Mailbox, MailboxFact, MailboxRead, SendAs, SendAsKind, SmtpMsa};
