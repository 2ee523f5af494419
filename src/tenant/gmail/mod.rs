//! Gmail: mailboxes and their settings.

mod delegate;
mod filter;
mod forwarding;
mod imap;
mod mailbox;
mod pop;
mod send_as;
mod settings;

use super::Gap;

pub(crate) use delegate::Delegate;
pub(crate) use filter::{Filter, FilterAction, FilterCriteria, Filters};
pub(crate) use forwarding::{AutoForwarding, ForwardingAddress};
pub(crate) use imap::Imap;
pub(crate) use mailbox::{ARCHIVED, GmailState, MailboxFact, MailboxRead, PartStatus, without_request};
pub(crate) use pop::Pop;
pub(crate) use send_as::{SendAs, SendAsKind, SmtpMsa};

// Each setting that is read of a mailbox: its name, its id, its fact, Google's method, its title, and what
// `gmail_evidence` says where Gmail answered. Collecting, resuming, storing, coverage and `mailbox_read` follow from it.
settings::mailbox_settings! {
    SendAs: send_as, Vec<SendAs>, "`users.settings.sendAs.list`", "Send-as addresses", "send_as_list_answered";
    Delegates: delegates, Vec<Delegate>, "`users.settings.delegates.list`", "Delegates", "delegates_answered";
    ForwardingAddresses: forwarding_addresses, Vec<ForwardingAddress>, "`users.settings.forwardingAddresses.list`",
        "Forwarding addresses", "forwarding_addresses_answered";
    AutoForwarding: auto_forwarding, AutoForwarding, "`users.settings.getAutoForwarding`", "Automatic forwarding",
        "auto_forwarding_answered";
    Filters: filters, Filters, "`users.settings.filters.list`", "Filters", "filters_answered";
    Imap: imap, Imap, "`users.settings.getImap`", "IMAP settings", "imap_settings_answered";
    Pop: pop, Pop, "`users.settings.getPop`", "POP settings", "pop_settings_answered";
}
