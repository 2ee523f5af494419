//! Gmail: mailboxes and their settings.

mod imap;
mod mailbox;
pub(crate) mod parts;

pub(crate) use imap::Imap;
pub(crate) use mailbox::{
    GmailState, MailboxFact, MailboxRead, PartStatus, SendAs, SendAsKind, SmtpMsa, without_request,
};
pub(crate) use parts::{Mailbox, MailboxPart};
